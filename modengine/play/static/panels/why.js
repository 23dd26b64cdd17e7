// Why: the text with what was found, the points, the conditions, and the smallest edit that changes it all.

import { latest, soon } from "../api.js";
import { add, fill, h, messageLanguage, said, visible } from "../dom.js";
import { how, inWords, ruleText } from "../engine_words.js";
import { linked, marked, moved } from "../marked.js";
import { ACTIONS, badge, condition, failure, waterfall } from "../pieces.js";
import { on, state, tell } from "../state.js";
import { t } from "../strings.js";

const AROUND = 4;
let form = "original";

export function render(root) {
  const found = state.explained;
  if (!found) {
    fill(root, h("p", { class: "empty" }, t(state.text ? "waiting" : "no_message")));
    return;
  }
  const body = h("div", { class: "why" });
  add(body, [text(root, found), points(found), rules(found), smallest(), left(found), nearly(found)]);
  linked(body);
  fill(root, body);
}

function viewsOf(found, which = form) {
  const blocks = found.views.map((view, index) => {
    const marks = found.marks.filter((mark) => mark.part === index);
    if (which === "original") return marked([...view.text], marks);
    const breaks = which === "words" ? new Set(view.words.map(([start]) => start)) : null;
    return marked([...view.plain], moved(marks, view), breaks);
  });
  return blocks;
}

function text(root, found) {
  const choose = (name) => {
    form = name;
    render(root);
    root.querySelector(`input[value="${name}"]`).focus();
  };
  const kinds = ["hit", "found", "dropped"].filter((kind) => found.marks.some((mark) => mark.kind === kind));
  const signs = { hit: "[1]", found: "{1}", dropped: "(1)" };
  return h(
    "section",
    {},
    h(
      "fieldset",
      { class: "choice segments" },
      h("legend", { class: "unseen" }, t("view")),
      ["original", "plain", "words"].map((name) =>
        h(
          "label",
          {},
          h("input", { type: "radio", name: "view", value: name, checked: form === name, onchange: () => choose(name) }),
          t(`view_${name}`),
        ),
      ),
    ),
    viewsOf(found),
    found.trace.decision.notes.map((note) => h("p", { class: "quiet small", lang: "en" }, visible(note))),
    kinds.length
      ? h("ul", { class: "legend small" }, kinds.map((kind) => h("li", { class: `key ${kind}` }, h("b", {}, signs[kind]), " ", t(`legend_${kind}`))))
      : null,
  );
}

function points(found) {
  const actionOf = (fall) => found.trace.decision.categories[fall.category]?.action ?? "allow";
  const worst = (a, b) => ACTIONS.indexOf(actionOf(b)) - ACTIONS.indexOf(actionOf(a)) || b.score - a.score;
  const falls = [...found.trace.waterfalls].sort(worst);
  return h(
    "section",
    {},
    h("h3", {}, t("points")),
    falls.length
      ? falls.map((fall) => waterfall(fall, actionOf(fall)))
      : h("p", { class: "quiet" }, t("no_points")),
  );
}

export function matchItem(found, match, reason = "", rule = "") {
  const mark = found.marks.find((one) => one.part === match.part_index && one.start === match.start && one.end === match.end);
  return h(
    "li",
    { "data-mark": mark ? mark.number : "" },
    mark ? h("b", { class: "number" }, mark.label, " ") : null,
    said(match.text),
    match.found_as !== match.text ? [" ← ", said(match.found_as)] : null,
    h("span", { class: "quiet small", lang: "en" }, ` ${visible(match.pattern)} · ${how(match.how)}`),
    reason ? h("span", { class: "small" }, " — ", rule ? [h("code", {}, visible(rule)), " "] : null, visible(inWords(reason))) : null,
  );
}

function pointsOf(found, rule) {
  const { hits, relief, shadow_hits } = found.trace.decision;
  const hit = hits.find((one) => one.rule === rule);
  if (hit) return `+${hit.counted}`;
  const taken = relief.find((one) => one.rule === rule);
  if (taken) return `−${Math.abs(taken.points)}`;
  return shadow_hits.some((one) => one.rule === rule) ? t("on_test") : "";
}

function ruleBlock(found, rule, brief = false) {
  const title = ruleText(rule.title);
  const clause = found.clauses[rule.rule] && ruleText(found.clauses[rule.rule]);
  return h(
    "article",
    { class: `rule ${rule.kind} ${rule.outcome}` },
    h("h4", { class: "rule-head" }, h("span", { lang: title.lang }, visible(title.text)), h("span", { class: "number" }, pointsOf(found, rule.rule))),
    h("p", { class: "rule-id quiet small" }, h("code", {}, visible(rule.rule))),
    rule.instead ? h("p", { class: "quiet small" }, visible(inWords(rule.instead))) : null,
    clause ? h("p", { class: "quiet small" }, t("stands_for"), " ", h("span", { lang: clause.lang }, visible(clause.text))) : null,
    h("ul", { class: "matches in-line" }, rule.matches.slice(0, 40).map((match) => matchItem(found, match))),
    brief ? h("details", {}, h("summary", { class: "quiet small" }, t("when_unless")), condition(rule)) : condition(rule),
  );
}

const MANY = 2; // rules whose conditions are shown at once

function rules(found) {
  const hit = found.trace.rules.filter((rule) => rule.outcome === "hit");
  const reliefs = hit.filter((rule) => rule.kind === "relief");
  const counted = (rule) => found.trace.decision.hits.find((one) => one.rule === rule.rule)?.counted ?? 0;
  const scoring = hit.filter((rule) => rule.kind !== "relief").sort((a, b) => counted(b) - counted(a));
  return [
    scoring.length ? h("section", {}, h("h3", {}, t("rules_that_hit")), scoring.map((rule) => ruleBlock(found, rule, scoring.length > MANY))) : null,
    reliefs.length ? h("section", {}, h("h3", {}, t("reliefs")), reliefs.map((rule) => ruleBlock(found, rule, reliefs.length > MANY))) : null,
  ];
}

const FEW = 3; // what did not act is shown at once where there is little of it

// What was found and did nothing.
function left(found) {
  const dropped = found.trace.rules.flatMap((rule) => rule.suppressed.map((one) => ({ rule, ...one })));
  const near = new Set(found.trace.near_misses.map((one) => one.rule));
  const notMet = found.trace.rules.filter((rule) => rule.outcome !== "hit" && rule.matches.length && !near.has(rule.rule));
  return [
    folded(t("suppressed"), dropped.length, h("ul", { class: "matches" }, dropped.slice(0, 40).map((one) => matchItem(found, one.match, one.reason, one.rule.rule)))),
    notMet.length
      ? h(
          "details",
          {},
          h("summary", {}, t("not_met"), ` (${notMet.length})`),
          notMet.slice(0, 30).map((rule) => ruleBlock(found, rule, notMet.length > MANY)),
        )
      : null,
  ];
}

// Open where it is short, with its number where it is not.
function folded(title, count, body) {
  if (!count) return null;
  if (count <= FEW) return h("section", {}, h("h3", {}, title), body);
  return h("details", {}, h("summary", {}, title, ` (${count})`), body);
}

function nearly(found) {
  const near = found.trace.near_misses;
  return folded(
    t("near"),
    near.length,
    h(
      "ul",
      { class: "nearly" },
      near.slice(0, 40).map((one) =>
        h(
          "li",
          {},
          h("code", {}, visible(one.rule)),
          " ",
          one.on_test ? t("on_test") : t("would_give", one.points),
          t("missing"),
          " ",
          h("code", {}, visible(one.missing)),
        ),
      ),
    ),
  );
}

function smallest() {
  const found = state.flip;
  const body = h("section", { id: "smallest" }, h("h3", {}, t("smallest")));
  if (!found) add(body, [h("p", { class: "quiet" }, t("searching"))]);
  else if (found.error) add(body, [failure(found.error)]);
  else if (!found.removals.length) add(body, [h("p", { class: "quiet" }, t(state.explained?.marks.length ? "no_flip" : "nothing_to_take"))]);
  else {
    const seen = new Set();
    const first = (one) => !seen.has(wordsOf(one)) && seen.add(wordsOf(one));
    const list = found.removals.filter(first).slice(0, 6).map((one) =>
      h(
        "li",
        {},
        t("without"),
        " ",
        excerpts(one.cuts).map((near, at) => [at ? " … " : "", inPlace(near)]),
        t("becomes"),
        badge(one.after),
        " ",
        h("button", { type: "button", class: "small", onclick: () => take(one.text) }, t("try_it")),
      ),
    );
    add(body, [h("ul", { class: "flips" }, list)]);
  }
  return body;
}

// Which words are cut: of those with letters in them, any letter that goes is the same edit to a reader.
function wordsOf({ cuts, after }) {
  const chars = [...state.text];
  const inWord = (at) => /[\p{Script=Latin}\d]/u.test(chars[at] ?? "");
  const words = cuts.map(({ part_index, start, end }) => {
    if (part_index) return [part_index, start, end];
    while (inWord(start) && inWord(start - 1)) start -= 1;
    while (inWord(end - 1) && inWord(end)) end += 1;
    return [part_index, start, end];
  });
  return JSON.stringify([words, after]);
}

// The cuts in their order; those whose surroundings meet stand in one excerpt.
function excerpts(cuts) {
  const chars = [...state.text];
  const isHere = (cut) => !cut.part_index && chars.slice(cut.start, cut.end).join("") === cut.text;
  const found = [];
  for (const cut of [...cuts].sort((a, b) => a.part_index - b.part_index || a.start - b.start)) {
    const before = found.at(-1)?.at(-1);
    const gap = before && isHere(before) && isHere(cut) ? cut.start - before.end : -1;
    if (gap >= 0 && gap <= 2 * AROUND) found.at(-1).push(cut);
    else found.push([cut]);
  }
  return found.map((near) => ({ cuts: near, chars: isHere(near[0]) ? chars : null }));
}

// What goes, struck out among the characters around it.
function inPlace({ cuts, chars }) {
  if (!chars) return said(cuts[0].text, "del");
  const between = (from, to) => visible(chars.slice(Math.max(0, from), to).join("").replaceAll("\n", " "));
  const { start } = cuts[0];
  const { end } = cuts.at(-1);
  return h(
    "span",
    { lang: messageLanguage(), class: "said around" },
    start > AROUND ? "…" : "",
    between(start - AROUND, start),
    cuts.map((cut, at) => [at ? between(cuts[at - 1].end, cut.start) : "", said(cut.text, "del")]),
    between(end, end + AROUND),
    end + AROUND < chars.length ? "…" : "",
  );
}

function take(text) {
  state.text = text;
  tell("text-set");
}

// The smallest edit is dear: it is sought when nobody has typed for a while.
on("explained", () => {
  state.flip = null;
  const asked = { text: state.text, rules: state.rules };
  soon("flip", 500, async () => {
    if (!asked.rules || !asked.text || asked.text !== state.text || state.panel !== "why") return;
    try {
      const found = await latest("flip", "flip", asked);
      if (!found || asked.text !== state.text) return;
      state.flip = found;
    } catch (error) {
      state.flip = { error };
    }
    const old = document.getElementById("smallest");
    if (old) old.replaceWith(smallest());
  });
});
