// Under the editor: how rules are read, a file more, a file less.

import { $, fill, h, visible } from "./dom.js";
import { undoable } from "./keeping.js";
import { baseFiles, state, tell } from "./state.js";
import { t } from "./strings.js";
import { fileFor, newRule, nameOf, rulesIn, withoutFile, withRuleset } from "./yaml_rules.js";

// What each line of a rule means, for those who have never seen one.
const LINES = [
  ["words: [中奖, 红包]", "read_words"],
  ["score: 50", "read_score"],
  ["when: prize and link", "read_when"],
  ["relieve: {category: fraud, by: 40}", "read_relieve"],
  ["fraud: {label: 30, review: 50}", "read_actions"],
  ["- id: fraud.prize", "read_indent"],
];

export function drawReading() {
  fill(
    $("reading"),
    h("dl", { class: "reading" }, LINES.map(([code, says]) => [h("dt", {}, h("code", { lang: "en" }, code)), h("dd", {}, t(says))])),
    h("p", { class: "quiet small" }, t("editor_help")),
  );
}

let drawnFor = "";

export function drawAdding() {
  const mine = !(state.active in baseFiles()) && state.active !== state.main;
  const now = JSON.stringify([state.lang, mine && state.active, state.compiled?.policy.categories]);
  if (now === drawnFor && $("adding").childElementCount) return; // somebody may be writing in it
  drawnFor = now;
  fill($("adding"), addFile(), mine ? h("button", { type: "button", id: "remove-file", class: "danger small", onclick: remove }, t("remove_file", state.active)) : null);
}

const onEnter = (what) => (event) => {
  if (event.key === "Enter" && !event.isComposing) what();
};

const titleOf = (words) => t("says_words", words.slice(0, 3).join(state.lang === "zh" ? "、" : ", "));

const allIds = () => Object.values(state.files).flatMap((text) => [...text.matchAll(/^\s*-\s+id:\s*["']?([\w.-]+)/gm)].map((one) => one[1]));

function addFile() {
  const said = h("p", { id: "file-said", class: "small", role: "status" });
  const add = () => {
    const kind = $("file-kind").value;
    const name = nameOf($("file-name").value, kind);
    if (!name) return fill(said, t("file_name_bad"));
    if (Object.keys(state.files).some((one) => one.toLowerCase() === name.toLowerCase())) return fill(said, t("file_there", name));
    if (Object.keys(state.files).length >= 128) return fill(said, t("file_too_many"));
    let note = t("file_list_added", name);
    if (kind === "rules") {
      const category = state.compiled?.policy.categories[0] ?? "fraud";
      // Words that nobody writes: nothing is decided otherwise before the author has put others in their place.
      state.files[name] = fileFor(name, newRule(category, [t("words_to_write")], 50, allIds(), titleOf(["…"])), category, t("rules_of_ours"));
      const policy = withRuleset(state.files[state.main], name);
      if (policy) state.files[state.main] = policy;
      note = `${t(policy ? "file_rules_added" : "file_rules_alone", name, state.main)} ${t("file_finds_nothing", t("words_to_write"))}`;
    } else state.files[name] = `${t("list_says")}\n${t("words_to_write")}\n`;
    state.active = name;
    tell("files-set");
    drawAdding();
    fill($("file-said"), visible(note));
    $("add-file").open = true;
    $("file-name").focus();
    return undefined;
  };
  return h(
    "details",
    { id: "add-file" },
    h("summary", {}, t("add_file")),
    h(
      "div",
      {},
      h(
        "div",
        { class: "fields" },
        h("label", {}, t("file_kind"), h("select", { id: "file-kind" }, h("option", { value: "rules" }, t("file_rules")), h("option", { value: "list" }, t("file_list")))),
        h("label", { class: "wide" }, t("file_name"), h("input", { type: "text", id: "file-name", maxlength: 60, autocomplete: "off", spellcheck: "false", onkeydown: onEnter(add) })),
        h("button", { type: "button", id: "file-add", onclick: add }, t("add")),
      ),
      said,
    ),
  );
}

function remove() {
  const name = state.active;
  const removed = undoable(t("file_removed", name));
  delete state.files[name];
  state.files[state.main] = withoutFile(state.files[state.main], name);
  state.active = rulesIn("", state.files) ?? state.main;
  tell("files-set");
  drawAdding();
  $("file").focus();
  removed();
}
