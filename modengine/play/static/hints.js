// What may be written at a place of a rule file, and what stands there: the answers of `modengine lsp`.

import { closeHoverTooltips, EditorView, hasHoverTooltips, hoverTooltip, keymap, showTooltip, StateEffect, StateField } from "./vendor/codemirror.js";
import { latest } from "./api.js";
import { h, visible } from "./dom.js";
import { ruleText } from "./engine_words.js";
import { keyWords } from "./key_words.js";
import { state } from "./state.js";
import { t } from "./strings.js";

const WORD = /[\p{L}\p{N}_.*?-]*/u;
const MOST_DETAIL = 60;

// Of the rules as they were read last, with this file as it is now.  Without an answer nothing is shown.
async function asked(path, editor, at) {
  if (!state.read) return null;
  const line = editor.doc.lineAt(at);
  const place = { line: line.number - 1, character: at - line.from };
  return latest(path, path, { rules: state.read, file: state.active, text: editor.doc.toString(), ...place }).catch(() => null);
}

// ------------------------------------------------------------------ while a word is typed

const keySays = (doc) => (state.lang === "zh" ? keyWords(doc) : doc);

function detail(one) {
  if (one.kind === "value") return "";
  const says = one.kind === "key" ? keySays(one.doc) : t(`hint_${one.kind}`);
  return says.length > MOST_DETAIL ? `${says.slice(0, MOST_DETAIL - 3)}…` : says;
}

export async function complete(context) {
  const word = context.matchBefore(WORD);
  if (!word?.text && !context.explicit) return null;
  const answer = await asked("complete", context.state, context.pos);
  if (!answer?.found.length || context.aborted) return null;
  const colon = context.state.sliceDoc(context.pos, context.pos + 1) === ":" ? "" : ": ";
  const options = answer.found.map((one) => ({
    label: one.label,
    type: one.kind,
    detail: detail(one),
    apply: one.kind === "key" ? one.label + colon : one.label,
  }));
  return { from: word?.from ?? context.pos, options, validFor: WORD };
}

// ------------------------------------------------------------------ what stands there

const line = (...children) => h("p", {}, ...children);
const named = (one, ...more) => line(one.kind === "key" ? null : `${t(`hint_${one.kind}`)} `, h("code", {}, visible(one.name)), ...more);
const list = (texts) => texts.map(visible).join(state.lang === "zh" ? "、" : ", ");

function ofRule(text) {
  const says = ruleText(text);
  return h("span", { lang: says.lang }, visible(says.text));
}

function evidence(one) {
  if (one.regex) return h("code", {}, visible(one.regex));
  if (one.terms === null) return visible(one.says);
  return t("hint_terms", one.size, list(one.terms) + (one.size > one.terms.length ? "…" : ""));
}

const FIRST = {
  key: (one) => named(one, ": ", h("span", { lang: state.lang === "zh" && keySays(one.says) === one.says ? "en" : null }, keySays(one.says))),
  list: (one) => named(one, ": ", evidence(one)),
  pattern: (one) => named(one, ` (${one.form}): `, evidence(one)),
  clause: (one) => named(one, ": ", ofRule(one.says)),
  group: (one) => named(one, ": ", t("hint_cap", one.points)),
  rule: (one) => [named(one, ": ", ofRule(one.says)), line(one.points === null ? t("hint_relief") : t("hint_points", one.points), `, ${one.form}`)],
  field: (one) => [
    named(one, `: ${one.form}`, one.values.length ? ` (${list(one.values)})` : ""),
    line(one.default === null ? t("hint_unknown") : one.default ? t("hint_absent", visible(one.default)) : t("hint_empty")),
  ],
};

const examples = (name, texts) => (texts.length ? [line(t(name)), h("ul", {}, texts.map((text) => h("li", {}, visible(text))))] : null);

const drawn = (told) =>
  h("div", { class: "hint", role: "tooltip" }, told.map((one) => [
    FIRST[one.kind](one),
    one.clause ? line(`${t("hint_clause")} `, h("code", {}, visible(one.clause)), ": ", ofRule(one.clause_says)) : null,
    one.parts.length ? line(t("hint_parts", list(one.parts))) : null,
    one.users.length ? line(t("hint_users", list(one.users))) : null,
    one.found ? line(t("hint_found", ...one.found)) : null,
    examples("hint_matches", one.matches),
    examples("hint_passes", one.passes),
  ]));

// The word at a place, with what is known of it.
async function tooltip(editor, at) {
  const row = editor.doc.lineAt(at);
  const before = /[\p{L}\p{N}_.*?-]*$/u.exec(row.text.slice(0, at - row.from))[0].length;
  const after = WORD.exec(row.text.slice(at - row.from))[0].length;
  const answer = before + after ? await asked("hover", editor, at) : null;
  return answer?.told.length ? { pos: at - before, end: at + after, above: true, create: () => ({ dom: drawn(answer.told) }) } : null;
}

// By keyboard it stays until the cursor moves or Escape is pressed, and is read out.
const show = StateEffect.define();
const shown = StateField.define({
  create: () => null,
  update: (known, change) => {
    const wanted = change.effects.find((one) => one.is(show));
    return wanted ? wanted.value : change.docChanged || change.selection ? null : known;
  },
  provide: (field) => showTooltip.from(field),
});

function tellHere(view) {
  const before = view.state;
  tooltip(before, before.selection.main.head).then((found) => {
    if (view.state.doc !== before.doc || view.state.selection !== before.selection) return;
    const says = found ? found.create().dom.innerText : t("hint_nothing");
    view.dispatch({ effects: [show.of(found), EditorView.announce.of(says)] });
  });
  return true;
}

function close(view) {
  if (!view.state.field(shown) && !hasHoverTooltips(view.state)) return false;
  view.dispatch({ effects: [show.of(null), closeHoverTooltips] });
  return true;
}

const look = EditorView.theme({
  ".hint": { maxWidth: "min(32rem, 86vw)", maxHeight: "40vh", overflow: "auto", padding: "0.4rem 0.6rem", fontSize: "0.85rem", overflowWrap: "anywhere" },
  ".hint p": { margin: "0 0 0.3rem" },
  ".hint code": { fontFamily: "var(--mono)" },
  ".hint ul": { margin: "0 0 0.3rem", paddingLeft: "1.2rem" },
});

export const hints = [
  shown,
  look,
  hoverTooltip((view, at) => tooltip(view.state, at), { hideOnChange: true }),
  keymap.of([{ key: "Mod-i", run: tellHere }, { key: "Escape", run: close }]),
];
