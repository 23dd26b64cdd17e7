// Evade and appeal: get past the filter, by hand and by the lab's disguises; turn a message into an example.

import { latest, post } from "../api.js";
import { $, fill, h, said, visible } from "../dom.js";
import { goTo } from "../editor.js";
import { classPredicts, isSecret } from "../guessing.js";
import { keeps, undoable } from "../keeping.js";
import { beside } from "../measured.js";
import { caseWith, comesFrom } from "../origin.js";
import { ACTIONS, badge, busy, failure, noRules } from "../pieces.js";
import { on, state, tell } from "../state.js";
import { t } from "../strings.js";
import { withExample } from "../yaml_examples.js";

const MOST = 30;

let begun = null; // {text, action, empty while it is asked for}
let attempts = []; // {text, action, edits}, the newest first
let decidedBy = null; // the rules by which these actions are
let taken = null; // a message that was taken from a list, and not written
let appealed = null; // what became of the last appeal: a string and its values
let chosen = {}; // the rule and the kind that were chosen for an appeal of this message
let machine = null; // {text, rules, and what the lab made of it}

export function reset() {
  begun = machine = decidedBy = taken = appealed = null;
  chosen = {};
  attempts = [];
}

export function render(root) {
  if (!state.rules) fill(root, noRules());
  else if (!state.text && !begun) fill(root, h("p", { class: "empty" }, t("message_first")));
  else {
    const had = root.contains(document.activeElement) ? document.activeElement.id : "";
    fill(root, h("div", { class: "evade" }, byHand(root), byMachine(), appeal()));
    if (had) $(had)?.focus();
    if (begun && decidedBy !== state.rules) decideAgain(root);
    if (machine && machine.rules !== state.rules) run(machine.text);
  }
}

// The tries alone, where one of them is, word for word, a message that is still to be guessed; false where they are not to be shown.
export function renderClosed(root) {
  const written = !state.caseId && caseWith(state.text);
  if (!begun || !written || classPredicts() || isSecret(begun.from ?? begun.text) || attempts.some((one) => isSecret(one.text))) return false;
  const number = 1 + state.lesson.cases.indexOf(written);
  fill(root, h("div", { class: "evade" }, h("p", { class: "empty" }, t("tries_guess", number)), byHand(root)));
  return true;
}

// All tries by the rules as they are now: a rule that was changed is held against what got past it.
async function decideAgain(root) {
  const rules = (decidedBy = state.rules);
  const mine = begun;
  for (const one of [begun, ...attempts]) {
    const found = await post("decide", { text: one.text, rules, ignore_scope: true }).catch(() => null);
    if (rules !== state.rules || begun !== mine) return;
    if (found) one.action = found.action;
    else decidedBy = null; // asked again when the panel is drawn anew
  }
  drawTries(root);
}

function drawTries(root) {
  const old = document.querySelector(".evade > section");
  if (old && state.panel === "evade") old.replaceWith(byHand(root));
}

// Whether a try got past the filter, or got off lighter than what it began with.
function became(one) {
  if (!begun.action) return "";
  if (one.action === "allow") return begun.action === "allow" ? "" : "escaped";
  return ACTIONS.indexOf(one.action) < ACTIONS.indexOf(begun.action) ? "lighter" : "";
}

function byMachine() {
  return h(
    "section",
    {},
    h("h3", {}, t("machine")),
    h("p", { class: "quiet" }, t("machine_says")),
    h("button", { type: "button", id: "machine", class: "primary", disabled: !state.rules || !state.text, onclick: () => run(state.text) }, t("machine_run")),
    h("div", { id: "disguises-said", role: "status" }, machine ? passed() : null),
    h("div", { id: "disguises" }, machine ? disguises() : null),
  );
}

function byHand(root) {
  const begin = () => {
    const again = attempts.length ? undoable(t("tries_gone")) : tell;
    const known = state.decision?.of === state.text && state.decision.by === state.rules; // on a slow network, that of before
    begun = { text: state.text, from: comesFrom() || state.text, action: known ? state.decision.action : "" };
    attempts = [];
    decidedBy = known ? state.rules : null;
    render(root);
    $("begin").focus();
    again("changed");
  };
  return h(
    "section",
    {},
    h("h3", {}, t("attempts")),
    h("p", { class: "quiet" }, t("evade_says")),
    h("button", { type: "button", id: "begin", class: begun ? "" : "primary", disabled: !state.text || isSecret(state.text), onclick: begin }, t(begun ? "begin_again" : "begin_with")),
    begun
      ? [
          h("p", {}, t("begun_with"), " ", said(begun.text), " ", beside(begun.text), " ", begun.action ? badge(begun.action) : t("waiting")),
          attempts.length ? h(
            "table",
            { class: "attempts" },
            h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("message")), h("th", { scope: "col" }, t("edits")), h("th", { scope: "col" }, t("result")))),
            h(
              "tbody",
              {},
              attempts.map((one) =>
                h(
                  "tr",
                  { class: became(one) },
                  h("td", {}, said(one.text)),
                  h("td", { class: "number" }, one.edits),
                  h("td", {}, badge(one.action), became(one) ? h("strong", {}, " ", t(became(one))) : null),
                ),
              ),
            ),
          ) : h("p", { class: "empty" }, t("no_tries")),
        ]
      : null,
  );
}

// Levenshtein's distance, in code points.
function distance(a, b) {
  const x = [...a].slice(0, 400);
  const y = [...b].slice(0, 400);
  let row = y.map((_, at) => at + 1);
  row.unshift(0);
  x.forEach((char, at) => {
    const next = [at + 1];
    y.forEach((other, to) => {
      next.push(Math.min(next[to] + 1, row[to + 1] + 1, row[to] + (char === other ? 0 : 1)));
    });
    row = next;
  });
  return row[y.length];
}

for (const what of ["text-chosen", "text-set"]) on(what, () => {
  taken = state.text;
  appealed = null;
  chosen = {};
});

// A try is what stands there when nobody has typed for a moment; a message that was taken from a list is nobody's try.
on("explained", () => {
  if (state.text === taken) return;
  taken = null;
  if (!begun || state.panel !== "evade") return;
  const text = state.text;
  const action = state.decision?.action;
  const rules = state.rules;
  setTimeout(() => {
    if (text !== state.text || !action || rules !== state.rules || text === begun?.text || attempts.some((one) => one.text === text)) return;
    attempts = [{ text, action, edits: distance(begun.text, text) }, ...attempts].slice(0, MOST);
    drawTries($("panel"));
  }, 700);
});

async function run(text) {
  const rules = state.rules;
  const show = (said, table = null) => {
    if (!$("disguises")) return;
    fill($("disguises-said"), said);
    fill($("disguises"), table);
  };
  show(busy(t("waiting")));
  try {
    const found = await latest("evade", "evade", { text, rules });
    if (!found) return;
    machine = { ...found, text, rules };
    show(passed(), disguises());
  } catch (error) {
    show(failure(error));
  }
}

// Read out, where the table would be too much.
function passed() {
  if (machine.action === "allow") return h("p", { class: "empty" }, t("not_caught"));
  const all = machine.disguises.flatMap((one) => one.variants);
  return h("p", {}, t("machine_passed", all.filter((one) => one.action === "allow").length, all.length));
}

function disguises() {
  if (machine.action === "allow") return null;
  const take = (text) => () => {
    state.text = text;
    tell("text-set");
    taken = null; // what the machine wrote is held against the others
  };
  const table = h(
    "table",
    { class: "disguises" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("disguise")), [1, 2, 3, 4, 5].map((one) => h("th", { scope: "col" }, h("span", { "aria-hidden": "true" }, one), h("span", { class: "unseen" }, t("strength", one)))))),
    h(
      "tbody",
      {},
      machine.disguises.map((one) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, t(`d_${one.kind}`)),
          one.variants.map((variant) =>
            h(
              "td",
              {},
              h("button", { type: "button", class: `cell-button ${variant.action}`, "aria-label": t("cell_label", t(`d_${one.kind}`), variant.strength, variant.changed, t(variant.action)), title: visible(variant.text), onclick: take(variant.text) }, badge(variant.action, "tiny")),
            ),
          ),
        ),
      ),
    ),
  );
  // Where the table is narrow, its cells have the sign alone.
  const shown = new Set(machine.disguises.flatMap((one) => one.variants.map((variant) => variant.action)));
  return [table, h("p", { class: "disguises-key", "aria-hidden": "true" }, ACTIONS.filter((action) => shown.has(action)).map((action) => badge(action)))];
}

// What was not chosen follows the message: a rule that hit it, and that it should not have.
function appeal() {
  const rules = state.compiled?.list ?? [];
  const trace = state.explained?.of === state.text ? state.explained.trace : null;
  const found = new Set(trace?.rules.map((rule) => rule.rule));
  const hits = new Set(trace?.decision.hits.map((hit) => hit.rule));
  const choose = (what) => (event) => (chosen[what] = event.target.value);
  const kindNow = chosen.kind ?? (hits.size ? "pass" : "match");
  const ordered = [...rules].sort((a, b) => hits.has(b.id) - hits.has(a.id) || found.has(b.id) - found.has(a.id));
  return h(
    "section",
    { class: "appeal" },
    h("h3", {}, t("appeal")),
    h("p", { class: "quiet" }, t("appeal_says")),
    h("label", { class: "field" }, h("span", { class: "quiet" }, t("appeal_rule")), h("select", { id: "appeal-rule", onchange: choose("rule") }, ordered.map((rule) => h("option", { value: rule.id, selected: rule.id === chosen.rule }, visible(rule.id))))),
    h(
      "fieldset",
      { class: "kinds" },
      h("legend", { class: "quiet" }, t("appeal_kind")),
      ["match", "pass", "known_miss", "known_false_alarm"].map((kind) => h("label", {}, h("input", { type: "radio", name: "kind", id: `kind-${kind}`, value: kind, checked: kind === kindNow, onchange: choose("kind") }), t(`k_${kind}`))),
    ),
    h("button", { type: "button", id: "appeal-add", onclick: addExample }, t("appeal_add")),
    h("p", { id: "appealed", role: "status" }, appealed ? t(...appealed) : null),
  );
}

on("explained", () => {
  const old = document.querySelector(".evade > .appeal");
  if (!old) return;
  const had = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(appeal());
  if (had) $(had)?.focus();
});

// It stays when the panel is drawn anew, as it is once the changed rules are read.
function say(...what) {
  appealed = what;
  fill($("appealed"), t(...what));
}

function addExample() {
  const id = $("appeal-rule").value;
  const kind = document.querySelector('input[name="kind"]:checked').value;
  const rule = state.compiled.list.find((one) => one.id === id);
  if (!(rule.file in state.files)) {
    say("appeal_not_here");
    return;
  }
  const done = withExample(state.files[rule.file], id, kind, state.text);
  if (!done) {
    say("appeal_not");
    return;
  }
  state.files[rule.file] = done.text;
  state.active = rule.file;
  tell("files-set");
  goTo(done.line);
  say("appeal_done", rule.file, done.line);
  $("appeal-add").focus();
  // The editor brings its line into sight when it has measured; what was done is said here.
  setTimeout(() => $("appealed")?.scrollIntoView({ block: "nearest" }), 100);
}

// A file comes from anywhere.
const isTry = (one) => typeof one?.text === "string" && ["", ...ACTIONS].includes(one.action);

// Tries are kept as the rules are; a new one is there a moment after the reasons.
keeps(
  "tries",
  () => ({ begun, attempts }),
  (kept) => {
    begun = isTry(kept?.begun) ? kept.begun : null;
    attempts = begun && Array.isArray(kept.attempts) ? kept.attempts.filter(isTry).slice(0, MOST) : [];
  },
);
on("explained", () => setTimeout(() => tell("changed"), 800));
