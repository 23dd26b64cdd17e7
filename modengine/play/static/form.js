// Rules as a form: words, how they are found, points.  What is typed is written into the YAML beside it, key by key.

import { $, fill, h, visible } from "./dom.js";
import { goTo, rewrite } from "./editor.js";
import { ruleText } from "./engine_words.js";
import { undoable } from "./keeping.js";
import { state, tell } from "./state.js";
import { t } from "./strings.js";
import { rulesIn, withRule } from "./yaml_rules.js";
import { separated, simpleRules, withoutRule, withPoints, withWords } from "./yaml_simple.js";

const MOST = 30; // rules that are shown; the others are in the YAML
let drawn = "";
const POINTS = 50; // those that a new rule begins with
const begin = (id) => ({ id, kind: "words", points: POINTS });
let fresh = begin(""); // the rule that is being made: its id once it stands in the file

const fileOf = () => rulesIn(state.active, state.files);
const rulesOf = (file) => (file ? simpleRules(state.files[file]) : []);
const ruleOf = (id) => rulesOf(fileOf()).find((one) => one.id === id);

// What the form consists of; what stands in its fields may change without it.
const shape = (file, rules) => JSON.stringify([state.lang, state.level, file, rules.map((one) => [one.id, one.title, one.relief, one.points !== null, one.patterns.map((pattern) => pattern.name)])]);

export function drawForm() {
  const file = fileOf();
  const all = rulesOf(file);
  const begun = all.find((one) => one.id === fresh.id && one.patterns.length === 1 && one.points);
  if (!begun) fresh.id = "";
  const rules = all.filter((one) => one.id !== fresh.id);
  const now = shape(file, rules);
  if (now !== drawn) {
    drawn = now;
    const focus = document.activeElement?.closest("#form") ? document.activeElement.id : "";
    fill($("form"), file ? [newCard(), rules.slice(0, MOST).map(card), rules.length > MOST ? h("p", { class: "quiet small" }, t("form_more", rules.length - MOST)) : null] : h("p", { class: "quiet" }, t("rule_not_added")));
    if (file && begun) again(begun); // nothing has the focus yet
    if (focus) $(focus)?.focus();
  }
  if (file && begun) again(begun);
  for (const rule of rules.slice(0, MOST)) values(rule);
}

const listed = (words) => words.join(state.lang === "zh" ? "、" : ", ");

// What stands in the file, into a field that nobody is writing in: what was said of another value is not true of it.
function set(id, value) {
  const field = $(id);
  if (!field || field === document.activeElement || field.value === String(value)) return;
  field.value = value;
  if ($(`${id}-said`)) fill($(`${id}-said`));
}

// The rule that is being made, as it stands in the file.
function again({ patterns: [{ kind, words }], points }) {
  Object.assign(fresh, { kind, points: points.value });
  set("words-new", listed(words));
  $(`by-${kind}-new`).checked = true;
  set("points-new", points.value);
  $("another").disabled = false;
}

// What the YAML says now, in the fields that nobody is writing in.
function values(rule) {
  if (rule.points) set(`points-${rule.id}`, rule.points.value);
  for (const pattern of rule.patterns) {
    const id = `${rule.id}-${pattern.name}`;
    set(`words-${id}`, listed(pattern.words));
    for (const kind of KINDS) if ($(`by-${kind}-${id}`)) $(`by-${kind}-${id}`).checked = pattern.kind === kind;
  }
}

const KINDS = ["words", "text"];

function write(text, line) {
  const file = fileOf();
  state.files[file] = text;
  if (state.active === file) rewrite(text, line);
  tell("written");
}

function card(rule) {
  const title = ruleText(rule.title || rule.id);
  return h(
    "fieldset",
    { class: `rule-form ${rule.relief ? "relief" : ""}` },
    h("legend", { lang: title.lang }, visible(title.text)),
    rule.patterns.map((pattern) => wordFields(`${rule.id}-${pattern.name}`, pattern.name, (words, kind) => rewriteWords(rule.id, pattern.name, words, kind), () => patternOf(rule.id, pattern.name)?.words)),
    rule.patterns.length ? null : h("p", { class: "quiet small" }, t("form_in_yaml"), " ", h("button", { type: "button", class: "small", onclick: () => goTo((ruleOf(rule.id)?.line ?? 0) + 1) }, t("form_go"))),
    h(
      "div",
      { class: "fields" },
      rule.points ? pointsField(`points-${rule.id}`, rule.relief, rule.points.value, (points) => write(withPoints(state.files[fileOf()], ruleOf(rule.id), points), ruleOf(rule.id).points.line)) : null,
      /\.mine-\d+$/.test(rule.id) ? h("button", { type: "button", class: "small danger", id: `remove-${rule.id}`, onclick: () => remove(rule.id) }, t("form_remove")) : null,
    ),
  );
}

const patternOf = (id, name) => ruleOf(id)?.patterns.find((one) => one.name === name);

function rewriteWords(id, name, words, kind) {
  const pattern = patternOf(id, name);
  if (!pattern) return;
  write(withWords(state.files[fileOf()], pattern, kind ?? pattern.kind, words ?? pattern.words), pattern.line);
}

// Words between commas, and how they are found; those of the file are back where none were written.
function wordFields(id, name, change, inFile = () => []) {
  const said = h("p", { id: `words-${id}-said`, class: "small failure", role: "status" });
  const typed = (event) => {
    const words = separated(event.target.value);
    fill(said, words.length || !name ? null : t("rule_needs_words"));
    if (words.length || !name) change(words, null);
  };
  const left = ({ target }) => {
    if (!name || separated(target.value).length) return;
    target.value = listed(inFile() ?? []);
    fill(said);
  };
  return h(
    "div",
    { class: "word-fields" },
    h("label", {}, h("span", {}, name ? [t("form_of"), " ", h("code", {}, visible(name))] : t("rule_words")), h("input", { type: "text", id: `words-${id}`, lang: "zh-Hans", maxlength: 400, autocomplete: "off", spellcheck: "false", oninput: typed, onchange: left })),
    h("span", { class: "kinds-row" }, KINDS.map((kind) => h("label", {}, h("input", { type: "radio", name: `kind-${id}`, id: `by-${kind}-${id}`, checked: kind === "words", onchange: () => change(null, kind) }), t(`form_${kind}`)))),
    said,
  );
}

// Any other than a whole number from 1 to 1000 comes into no rule: it keeps what it had, and the field shows that once it is left.
function pointsField(id, relief, value, change) {
  let before = value; // when the field was entered
  let now = value; // in the rule
  const said = h("p", { id: `${id}-said`, class: "small failure", role: "status" });
  const write = (points) => {
    if (points !== now) change((now = points));
  };
  const wrong = (field, is) => {
    if (is) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  };
  const typed = ({ target }) => {
    const given = target.value.trim();
    const empty = given === "" && !target.validity.badInput; // a number is still to come
    const points = Number(given);
    const good = given !== "" && Number.isInteger(points) && points >= 1 && points <= 1000;
    wrong(target, !good && !empty);
    fill(said, good || empty ? null : t("points_whole"));
    write(good ? points : before);
  };
  const left = ({ target }) => {
    if (target.value === "") fill(said, t("points_whole"));
    wrong(target, false);
    target.value = before = now;
  };
  const entered = ({ target }) => (before = now = Number(target.value));
  return [
    h("label", {}, t(relief ? "form_takes" : "rule_points"), h("input", { type: "number", id, min: 1, max: 1000, step: 1, value, "aria-describedby": `${id}-said`, onfocus: entered, oninput: typed, onchange: left })),
    said,
  ];
}

const titleOf = (words) => t("says_words", listed(words.slice(0, 3)));
const allIds = () => Object.values(state.files).flatMap((text) => [...text.matchAll(/^\s*-\s+id:\s*["']?([\w.-]+)/gm)].map((one) => one[1]));

// A rule that begins to be with its first word, and is gone with its last.
function newCard() {
  fresh = begin(fresh.id);
  const change = (given, kind) => {
    const file = fileOf();
    const words = given ?? separated($("words-new").value);
    fresh.kind = kind ?? fresh.kind;
    const text = fresh.id ? withoutRule(state.files[file], fresh.id) : state.files[file];
    const made = words.length ? withRule(text, words, fresh.points, allIds().filter((id) => id !== fresh.id), titleOf(words), fresh.kind) : null;
    if (words.length && !made) return fill($("new-said"), t("rule_not_added"));
    if (!made && !fresh.id) return fill($("new-said"));
    fresh.id = made?.id ?? "";
    write(made?.text ?? text, made?.line ?? 1);
    $("another").disabled = !made;
    return fill($("new-said"), made ? t("rule_added", made.id, file, made.line) : null);
  };
  const another = () => {
    fresh.id = "";
    drawForm();
    $("words-new").focus();
  };
  return h(
    "fieldset",
    { class: "rule-form new" },
    h("legend", {}, t("form_new")),
    wordFields("new", "", change),
    h("div", { class: "fields" }, pointsField("points-new", false, POINTS, (points) => {
      fresh.points = points;
      change(null, null);
    }), h("button", { type: "button", id: "another", class: "small", disabled: true, onclick: another }, t("form_another"))),
    h("p", { id: "new-said", class: "small quiet", role: "status" }),
  );
}

function remove(id) {
  const removed = undoable(t("form_removed"));
  write(withoutRule(state.files[fileOf()], id), 0);
  drawForm();
  $("words-new").focus();
  removed();
}
