// The rules: CodeMirror with the problems that the server finds.

import {
  autocompletion, bracketMatching, completionKeymap, Decoration, defaultKeymap, drawSelection, EditorState, EditorView,
  foldGutter, foldKeymap, HighlightStyle, highlightActiveLine, history, historyKeymap, indentUnit, keymap,
  lineNumbers, lintGutter, lintKeymap, setDiagnostics, StateField, syntaxHighlighting, tags, yaml,
} from "./vendor/codemirror.js";
import { $ } from "./dom.js";
import { complete, hints } from "./hints.js";
import { t } from "./strings.js";

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--code-key)" },
  { tag: [tags.string, tags.content], color: "var(--code-text)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.number, tags.bool, tags.keyword], color: "var(--code-number)" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--quiet)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--field)", fontSize: "0.9rem", maxHeight: "clamp(18rem, 52vh, 44rem)" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overflow: "auto" },
  ".cm-content, .cm-gutter": { minHeight: "12rem" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--field)", color: "var(--quiet)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--active)" },
  "&.cm-focused": { outline: "none" }, // the frame around it has one
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection) !important",
  },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--line)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { color: "inherit" },
  // The pictures of CodeMirror are data: addresses, which default-src 'self' forbids.
  ".cm-lintRange-error, .cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy" },
  ".cm-lintRange-error": { textDecorationColor: "var(--block)" },
  ".cm-lintRange-warning": { textDecorationColor: "var(--review)" },
  ".cm-lint-marker-error, .cm-lint-marker-warning": { content: "normal" },
  ".cm-lint-marker-error::before": { content: '"✕"', color: "var(--block)", fontWeight: "700" },
  ".cm-lint-marker-warning::before": { content: '"!"', color: "var(--review)", fontWeight: "700" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--block)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--review)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--active)", color: "var(--ink)", border: "1px solid var(--line)" },
});

// A line that is folded goes on below its own beginning, not at the margin: in YAML the margin has a meaning.
const MOST_HANG = 16;
const hanging = Array.from({ length: MOST_HANG + 1 }, (_, spaces) => Decoration.line({ class: `hang-${spaces}` }));

const hangs = (doc) => {
  const found = [];
  for (let number = 1; number <= doc.lines; number++) {
    const line = doc.line(number);
    found.push(hanging[Math.min(MOST_HANG, /^ *(?:- )?/.exec(line.text)[0].length)].range(line.from));
  }
  return Decoration.set(found);
};

const hang = [
  StateField.define({
    create: (state) => hangs(state.doc),
    update: (known, change) => (change.docChanged ? hangs(change.state.doc) : known),
    provide: (field) => EditorView.decorations.from(field),
  }),
  EditorView.theme(Object.fromEntries(hanging.map((_, spaces) => [`.hang-${spaces}`, { paddingLeft: `calc(6px + ${spaces + 2}ch)`, textIndent: `-${spaces + 2}ch` }]))),
];

let view = null;
let quiet = false;

export function makeEditor(changed) {
  const host = $("editor");
  // In a shadow root, styles are adopted sheets: default-src 'self' allows them, and no <style> is needed.
  const root = host.attachShadow({ mode: "open" });
  const onChange = EditorView.updateListener.of((update) => {
    if (update.docChanged && !quiet) changed(update.state.doc.toString());
  });
  const extensions = [
    lineNumbers(), foldGutter(), lintGutter(), history(), drawSelection(), bracketMatching(), highlightActiveLine(),
    indentUnit.of("  "), yaml(), syntaxHighlighting(colours), look, hang, stay, onChange, EditorView.lineWrapping,
    autocompletion({ override: [complete], icons: false }), hints,
    keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap]),
    EditorView.contentAttributes.of({ "aria-label": "YAML", "aria-keyshortcuts": "Control+Space Control+I", lang: "en", tabindex: "0" }),
  ];
  view = new EditorView({ state: EditorState.create({ doc: "", extensions }), parent: root, root });
  makeEditor.extensions = extensions;
}

const phrases = () => ({
  "Fold line": t("cm_fold"),
  "Unfold line": t("cm_unfold"),
  "folded code": t("cm_folded"),
  unfold: t("cm_unfold"),
  Completions: t("cm_completions"),
  Diagnostics: t("cm_problems"),
  "No diagnostics": t("no_problems"),
  close: t("cm_close"),
});

export function show(name, text) {
  quiet = true;
  const other = view.state.doc.toString() !== text;
  view.setState(EditorState.create({ doc: text, extensions: [...makeEditor.extensions, EditorState.phrases.of(phrases())] }));
  view.contentDOM.setAttribute("aria-label", t("editor_label", name));
  if (other) begins(text);
  quiet = false;
}

const SHORT = 12; // lines above the first rule that leave it in sight

// A file begins where there is something to change: at its first rule, where that would be out of sight.
function begins(text) {
  const first = text.split("\n").findIndex((line) => /^\s*-\s+id:/.test(line));
  if (first < SHORT) {
    view.scrollDOM.scrollTop = 0;
    return;
  }
  const { from } = view.state.doc.line(first + 1);
  view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "start", yMargin: 0 }) });
}

// Where no key in it was pressed, the editor alone is scrolled: the page stays where it is.
const stay = EditorView.scrollHandler.of((editor, range, { y, yMargin }) => {
  const { node } = editor.domAtPos(range.head);
  const line = y === "start" && (node.closest ? node : node.parentElement).closest(".cm-line");
  if (line) editor.scrollDOM.scrollTop += line.getBoundingClientRect().top - editor.scrollDOM.getBoundingClientRect().top - yMargin;
  return Boolean(line);
});

const lineAt = (line) => view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));

// The text as a form has changed it: the place is shown, and Ctrl+Z in the editor takes it back.
export function rewrite(text, line) {
  const old = view.state.doc.toString();
  let from = 0;
  while (from < Math.min(old.length, text.length) && old[from] === text[from]) from += 1;
  let same = 0;
  while (same < Math.min(old.length, text.length) - from && old.at(-1 - same) === text.at(-1 - same)) same += 1;
  quiet = true;
  view.dispatch({ changes: { from, to: old.length - same, insert: text.slice(from, text.length - same) } });
  quiet = false;
  const at = lineAt(line + 1).from;
  view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "start", yMargin: view.scrollDOM.clientHeight / 4 }) });
}

// After the size of the type has changed.
export function measure() {
  view.requestMeasure();
}

// Problems of this file as squiggles and signs in the margin.
export function underline(problems) {
  const found = problems.map((one) => {
    const line = lineAt(one.line);
    const from = Math.min(line.from + [...line.text].slice(0, one.column - 1).join("").length, line.to);
    const rest = /^[^\s,\]}]+/.exec(line.text.slice(from - line.from));
    return {
      from,
      to: Math.min(line.to, from + (rest ? rest[0].length : 0)),
      severity: one.severity,
      message: [one.plain, one.message && `${one.code}: ${one.message}`, one.hint].filter(Boolean).join("\n"),
    };
  });
  view.dispatch(setDiagnostics(view.state, found));
}

export function goTo(line) {
  const { from } = lineAt(line);
  view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  view.focus();
}
