// What the page uses of CodeMirror 6, and nothing else.
export { autocompletion, completionKeymap } from "@codemirror/autocomplete";
export { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
export { yaml } from "@codemirror/lang-yaml";
export { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
export { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
export { EditorState, StateEffect, StateField } from "@codemirror/state";
export {
  closeHoverTooltips, Decoration, drawSelection, EditorView, hasHoverTooltips, highlightActiveLine, hoverTooltip, keymap,
  lineNumbers, showTooltip,
} from "@codemirror/view";
export { tags } from "@lezer/highlight";
