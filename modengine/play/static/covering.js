// What may offend is covered until somebody asks for it: its text is in no list, no panel, no field before.

import { coverWith, h } from "./dom.js";
import { comesFrom, isSensitive } from "./origin.js";
import { state, tell } from "./state.js";
import { t } from "./strings.js";

const shown = new Set(); // the messages that somebody asked for
const edits = new Map(); // texts that were made of such a message
const MOST = 500;

function sensitive(text) {
  const known = isSensitive(text);
  return known !== null && (known || state.blur);
}

// Whether a text is covered wherever it stands.
export function covers(text) {
  const from = isSensitive(text) === null ? edits.get(text) : text;
  return from !== undefined && sensitive(from) && !shown.has(from);
}

// Whether the message that is looked at is covered.
export function covered() {
  const from = comesFrom();
  if (!sensitive(from)) return false;
  if (from !== state.text) {
    edits.set(state.text, from);
    if (edits.size > MOST) edits.delete(edits.keys().next().value);
  }
  return !shown.has(from);
}

// Whether others should see the message only when they ask for it.
export const mayOffend = () => sensitive(comesFrom());

export const placeholder = (name = "span", extra = "") => h(name, { class: `covered ${extra}` }, t("covered"));

coverWith((text, name, extra) => (covers(text) ? placeholder(name, extra) : null));

// Above the message: a button that shows it, or covers it again.
export function cover() {
  const from = comesFrom();
  if (!sensitive(from)) return null;
  const isShown = shown.has(from);
  const turn = () => {
    if (isShown) shown.delete(from);
    else shown.add(from);
    tell("gate");
    document.getElementById("cover")?.focus();
  };
  return h("p", { class: "cover" }, isShown ? null : [t("covered_says"), " "], h("button", { type: "button", id: "cover", onclick: turn }, t(isShown ? "cover_again" : "cover_show")));
}

// A message of a list: it shows it itself, and so does the list of the lesson.
export function uncover(text) {
  shown.add(text);
  tell("uncovered");
}

// A message that the class is asked about, before somebody asked to see it.
export function showButton(text, drawn) {
  if (!covers(text)) return null;
  const show = () => {
    shown.add(text);
    drawn();
    tell("gate");
  };
  return h("button", { type: "button", id: "show-asked", onclick: show }, t("cover_show"));
}
