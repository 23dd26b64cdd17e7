// What if: thresholds and rules tried over many messages; policy A held against policy B.

import { latest, soon } from "../api.js";
import { $, fill, h, refill, visible } from "../dom.js";
import { categoryName, ruleText } from "../engine_words.js";
import { holdsFor, measuredOn, told } from "../measured.js";
import { ACTIONS, badge, busy, failure, highest, messageButton, messages, noRules, reached, signed } from "../pieces.js";
import { state, tell } from "../state.js";
import { t } from "../strings.js";
import { counted, curve } from "./curve.js";

let tried = null; // {rules, holds, steps, was, off, scores, category: whose threshold was moved last}
let from = "review";
let compared = null;

export function reset() {
  tried = null;
  compared = null;
}

export async function render(root) {
  if (!state.rules) {
    fill(root, noRules());
    return;
  }
  const { rules } = state;
  if (tried?.rules === rules && tried.holds !== holdsFor()) {
    compared = null;
    rescored(root); // more may be told of its messages
  }
  if (tried?.rules !== rules) {
    compared = null;
    fill(root, busy(t("waiting")));
    const holds = holdsFor();
    try {
      const scores = await latest("scores", "scores", { rules, ...measuredOn() });
      if (!scores) return;
      tried = {
        rules,
        holds,
        steps: structuredClone(scores.actions),
        was: scores.actions,
        category: "",
        off: new Set(),
        scores,
      };
    } catch (error) {
      if (state.panel === "whatif") fill(root, failure(error));
      return;
    }
    if (state.panel !== "whatif") return;
  }
  draw(root);
}

export function decided(row, steps) {
  const each = Object.entries(row.scores).map(([name, points]) => highest([reached(steps[name] ?? {}, points - row.longer), row.raised[name] ?? "allow"]));
  return highest(each);
}

function draw(root) {
  fill(
    root,
    h(
      "div",
      { class: "whatif" },
      h("p", { class: "quiet" }, t("whatif_says", tried.scores.rows.length)),
      h("div", { class: "two" }, sliders(root), toggles(root)),
      h("p", { id: "outcome-said", class: "unseen", role: "status" }),
      h("section", { id: "outcome" }),
      pin(root),
    ),
  );
  outcome();
}

function sliders(root) {
  const points = [...Object.values(tried.steps), ...tried.scores.rows.map((row) => row.scores)];
  const most = Math.max(120, ...points.flatMap(Object.values));
  const groups = Object.entries(tried.steps).map(([category, steps]) => h("fieldset", {}, h("legend", {}, visible(categoryName(category))), ladder(category, steps, most)));
  const undo = () => {
    tried = null;
    render(root).then(() => $("as-it-was")?.focus());
  };
  return h("div", { class: "sliders" }, groups, h("button", { type: "button", id: "as-it-was", onclick: undo }, t("as_it_was")));
}

// The thresholds of a category.  They rise from action to action: one that is moved pushes the others before it.
function ladder(category, steps, most) {
  const names = ACTIONS.filter((action) => action in steps);
  const fields = {};
  let stood = { ...steps }; // before the one that is moved now: on the way to 25, the 2 pushes nothing for good
  const put = (action, place, by) => {
    steps[action] = place;
    for (const field of fields[action]) if (field !== by) field.value = place;
  };
  return names.map((action, at) => {
    const low = 1 + at;
    const high = most - (names.length - 1 - at);
    const move = ({ target }) => {
      const place = Math.round(Number(target.value));
      if (!(place >= low && place <= high)) return;
      tried.category = category;
      put(action, place, target);
      for (const [to, other] of names.entries()) {
        if (to < at) put(other, Math.min(stood[other], place + to - at));
        if (to > at) put(other, Math.max(stood[other], place + to - at));
      }
      outcome();
    };
    const moved = () => {
      put(action, steps[action]);
      stood = { ...steps };
    };
    const name = t("threshold_of", category, t(action));
    const field = (props) => h("input", { min: low, max: high, value: steps[action], oninput: move, onchange: moved, ...props });
    fields[action] = [field({ type: "range", "aria-label": name }), field({ type: "number", class: "number", "aria-label": t("as_number", name) })];
    return h("div", { class: "slider" }, badge(action), fields[action]);
  });
}

function toggles(root) {
  const toggle = (rule) => (event) => {
    if (event.target.checked) tried.off.delete(rule);
    else tried.off.add(rule);
    soon("off", 200, () => rescored(root));
  };
  return h(
    "fieldset",
    { class: "toggles" },
    h("legend", {}, t("rules_in_force")),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "group", "aria-label": t("rules_in_force") },
      (state.compiled?.list ?? []).map((rule) =>
        h(
          "label",
          {},
          h("input", { type: "checkbox", checked: !tried.off.has(rule.id), onchange: toggle(rule.id) }),
          h("code", {}, visible(rule.id)),
          h("span", { class: "quiet small" }, ` ${signed(rule.points)}`),
        ),
      ),
    ),
  );
}

async function rescored(root) {
  const mine = tried;
  mine.holds = holdsFor();
  try {
    const scores = await latest("scores", "scores", { rules: mine.rules, off: [...mine.off], ...measuredOn() });
    if (!scores || tried !== mine) return;
    tried.scores = scores;
    outcome();
  } catch (error) {
    if ($("outcome")) fill($("outcome"), failure(error));
  }
}

// The confusion table and the list of changes, drawn anew at every move.
function outcome() {
  const box = $("outcome");
  if (!box) return;
  const flagged = (action) => ACTIONS.indexOf(action) >= ACTIONS.indexOf(from);
  const counts = { harmful: { now: 0, was: 0, n: 0 }, harmless: { now: 0, was: 0, n: 0 } };
  const known = new Set([...Object.keys(tried.scores.rows[0]?.scores ?? {}), "none"]);
  const changed = [];
  let apart = 0;
  for (const row of tried.scores.rows) {
    const now = decided(row, tried.steps);
    const was = row.was;
    if (now !== was) changed.push({ row, was, now });
    if (!known.has(row.label)) {
      apart += 1;
      continue;
    }
    const side = counts[row.label === "none" ? "harmless" : "harmful"];
    side.n += 1;
    side.now += flagged(now);
    side.was += flagged(was);
  }
  const cell = (name, now, was, mistake = false) =>
    h("td", { class: `number ${mistake && now ? "mistake" : ""}` }, h("strong", {}, now), now === was ? "" : h("span", { class: "quiet small" }, ` ${t("was", was)}`), h("span", { class: "meaning quiet small" }, t(name)));
  const choose = (event) => {
    from = event.target.value;
    outcome();
    $("flag-from").focus();
  };
  const isTrial = tried.off.size || JSON.stringify(tried.steps) !== JSON.stringify(tried.was);
  const changes = changed.length ? t("changed_decisions", changed.length) : t("none_changed");
  fill(
    box,
    isTrial ? h("p", { id: "trial" }, t("trial")) : null,
    h(
      "div",
      { class: "row" },
      h("h3", {}, t("confusion")),
      h("label", { class: "small" }, t("flag_from"), " ", h("select", { id: "flag-from", onchange: choose }, ["label", "review", "block"].map((one) => h("option", { value: one, selected: one === from }, t(one))))),
    ),
    h(
      "table",
      { class: "confusion" },
      h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, t("flagged")), h("th", { scope: "col" }, t("passed")), h("th", { scope: "col" }, t("of_all")))),
      h(
        "tbody",
        {},
        Object.entries(counts).map(([name, one]) =>
          h("tr", {}, h("th", { scope: "row" }, t(name)), cell(name === "harmful" ? "caught" : "false_alarm", one.now, one.was, name === "harmless"), cell(name === "harmful" ? "missed" : "left_alone", one.n - one.now, one.n - one.was, name === "harmful"), h("td", { class: "number" }, one.n)),
        ),
      ),
    ),
    apart ? h("p", { class: "quiet small" }, t("left_out", apart)) : null,
    changed.length ? traded(counts) : null,
    cost(known),
    h("h3", {}, changes),
    messages(changed.map(({ row, was, now }) => moved(row, was, now))),
  );
  // At every move all of it would be too much to be read out.
  refill($("outcome-said"), box.querySelector(".curve-now")?.textContent, " ", changes);
}

// What a move bought, and what was paid.
function traded({ harmful, harmless }) {
  const more = (now, was) => `${now > was ? "+" : now < was ? "−" : "±"}${Math.abs(now - was)}`;
  return h("p", { id: "traded" }, t("traded", more(harmful.now, harmful.was), more(harmless.now, harmless.was)));
}

// The curve of the threshold from which a message counts as flagged.
function cost(known) {
  const movable = Object.keys(tried.steps).filter((category) => from in tried.steps[category]);
  const category = movable.includes(tried.category) ? tried.category : movable[0];
  if (!category) return null;
  const { [from]: now, ...others } = tried.steps[category];
  const rows = tried.scores.rows.filter((row) => known.has(row.label));
  const without = { ...tried.steps, [category]: others };
  const flagged = (row) => ACTIONS.indexOf(decided(row, without)) >= ACTIONS.indexOf(from);
  const limit = (row) => (flagged(row) ? Infinity : (row.scores[category] ?? 0) - row.longer);
  const most = Math.max(100, ...Object.values(tried.was[category]), now);
  return curve(counted(rows, most, limit), from, now, tried.was[category][from]);
}

const moved = (row, was, now) =>
  messageButton(told(row), () => take(row), h("span", { class: "moves" }, badge(was), " → ", badge(now), " ", h("span", { class: "small" }, t(row.label === "none" ? "harmless" : "harmful"))));

function take(row) {
  state.text = row.text;
  state.gloss = row.gloss;
  tell("text-set");
}

function pin(root) {
  const now = () => {
    state.pinned = { rules: state.rules, title: state.compiled.policy.title };
    draw(root);
    $("compare").focus();
  };
  const compare = async () => {
    fill($("compared"), h("p", { class: "quiet" }, t("waiting")));
    try {
      compared = await latest("diff", "diff", { a: state.pinned.rules, b: state.rules, ...measuredOn() });
      if (compared && $("compared")) fill($("compared"), comparison());
    } catch (error) {
      if ($("compared")) fill($("compared"), failure(error));
    }
  };
  return h(
    "section",
    { class: "pin" },
    h("h3", {}, t("two_rule_sets")),
    state.pinned ? null : h("p", { class: "quiet" }, t("pin_says")),
    h(
      "div",
      { class: "row" },
      h("button", { type: "button", id: "pin", onclick: now }, t("pin")),
      state.pinned ? h("button", { type: "button", id: "compare", class: "primary", onclick: compare }, t("compare")) : null,
    ),
    state.pinned ? h("p", { class: "quiet" }, t("pinned", visible(ruleText(state.pinned.title).text))) : null,
    h("div", { id: "compared", role: "status" }, compared ? comparison() : null),
  );
}

function comparison() {
  return [
    h("p", {}, h("strong", {}, t("compared", compared.changed.length, compared.messages))),
    messages(compared.changed.map((row) => moved(row, row.before, row.after))),
  ];
}
