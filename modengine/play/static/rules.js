// The rules: which file is in the editor, and what is wrong with it.

import { $, fill, h, visible } from "./dom.js";
import { goTo, show, underline } from "./editor.js";
import { drawForm } from "./form.js";
import { plainly } from "./problem_words.js";
import { baseFiles, state, tell } from "./state.js";
import { t } from "./strings.js";

// The file that is shown first: that with the rules, not the policy.
export function firstFile() {
  const names = Object.keys(state.files);
  return names.find((name) => /^ruleset:/m.test(state.files[name])) ?? state.main;
}

export function drawUndo() {
  const base = baseFiles();
  $("undo-all").hidden = Object.keys({ ...base, ...state.files }).every((name) => state.files[name] === base[name]);
}

export function drawFiles() {
  const names = Object.keys(state.files);
  fill($("files"), names.length > FEW ? searched(names) : chosen(names));
  drawUndo();
  show(state.active, state.files[state.active] ?? "");
  underlined();
  drawForm();
}

const FEW = 12;

function open(name) {
  if (!(name in state.files) || name === state.active) return;
  state.active = name;
  tell("file-chosen");
}

const chosen = (names) =>
  h("label", {}, h("span", { class: "unseen" }, t("files")), h("select", { id: "file", onchange: (event) => open(event.target.value) }, names.map((name) => h("option", { value: name, selected: name === state.active }, name))));

// Of many files, those whose name or title holds what is typed.
function searched(names) {
  const title = (name) => /^title:\s*(.+)$/m.exec(state.files[name])?.[1] ?? "";
  const input = h("input", {
    type: "text",
    id: "file",
    list: "file-names",
    value: state.active,
    autocomplete: "off",
    spellcheck: "false",
    onfocus: (event) => event.target.select(),
    onchange: (event) => open(found(event.target.value.trim(), names)),
    oninput: (event) => event.target.value in state.files && open(event.target.value),
    onblur: (event) => (event.target.value = state.active),
  });
  return h("label", {}, h("span", { class: "quiet small" }, t("search_files", names.length)), input, h("datalist", { id: "file-names" }, names.map((name) => h("option", { value: name }, title(name)))));
}

// A part of a name is enough, where no other file has it.
function found(part, names) {
  const some = names.filter((name) => name.toLowerCase().includes(part.toLowerCase()));
  return part && some.length ? some[0] : "";
}

// Hints on how a policy is kept (clauses, examples) are listed, and not underlined: nothing is wrong.
const KEEPING = new Set(["ME803", "ME804", "ME807"]);

// The first error, for the strip: where it is, what it is, and the way there.
export function firstError() {
  const one = state.problems.find((problem) => problem.severity === "error");
  return one ? { file: one.file, line: one.line, says: sentence(one) || one.message, go: () => goToProblem(one) } : null;
}

const sentence = (one) => plainly(one, (state.files[one.file] ?? "").split("\n")[one.line - 1] ?? "");

function underlined() {
  underline(state.problems.filter((one) => one.file === state.active && !KEEPING.has(one.code)).map((one) => ({ ...one, plain: sentence(one) })));
}

export function drawProblems() {
  const problems = state.problems;
  const errors = problems.filter((one) => one.severity === "error");
  const shown = errors.length ? errors : problems;
  underlined();
  const list = h("ul", { class: "problems" }, shown.slice(0, 20).map(line));
  if (state.compiling) fill($("problems"), h("p", { class: "quiet small" }, t(state.rules ? "compiling" : "compiling_first")));
  else if (state.unread) fill($("problems"), h("p", { class: "quiet small" }, t("unread")));
  else if (errors.length) fill($("problems"), list);
  else if (problems.length) fill($("problems"), h("details", { open: problems.some((one) => !KEEPING.has(one.code)) }, h("summary", {}, t("problems", problems.length)), list));
  else fill($("problems"), h("p", { class: "quiet small" }, state.compiled ? `✓ ${t("no_problems")}` : ""));
}

function goToProblem(one) {
  open(one.file);
  goTo(one.line);
}

function line(one) {
  const plain = sentence(one);
  return h(
    "li",
    { class: one.severity },
    h("button", { type: "button", class: "problem", onclick: () => goToProblem(one) }, h("strong", {}, one.name === "regex-without-gate" ? t("slow_pattern") : t(one.severity)), " ", h("span", { class: "quiet small" }, t("line", one.file, one.line)), plain ? h("span", { class: "plain" }, plain) : null, one.message ? h("span", { class: plain ? "technical" : "plain", lang: "en" }, visible(one.message), one.hint ? ` — ${visible(one.hint)}` : "") : null),
  );
}
