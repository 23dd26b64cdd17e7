// Which message the text comes from that is looked at: what holds for a message holds for its edits.

import { recall, remember } from "./session.js";
import { state } from "./state.js";

const samples = new Map(); // the messages of studies that were shown, and whether they are covered until asked for
let root = recall("origin", "");
let passed = ""; // the message of which an edit is, by chance and word for word, another one
let cases = null;

// A sample that is shown somewhere, or a message that the class is asked about.
export const know = (text, sensitive) => samples.set(text, sensitive || samples.get(text) === true);

export const caseWith = (text) => state.lesson?.cases.find((one) => one.text === text);

// Whether a message is one that is covered until somebody asks for it; null where nothing is known of it.
export function isSensitive(text) {
  cases ??= new Map(state.start.lessons.flatMap((lesson) => lesson.cases.map((one) => [one.text, one.blur])));
  return cases.get(text) || (samples.get(text) ?? cases.get(text) ?? null);
}

// An edit of a message has at least half of its characters.
export function isEditOf(text, message) {
  const left = new Map();
  for (const char of text) left.set(char, (left.get(char) ?? 0) + 1);
  let kept = 0;
  let all = 0;
  for (const char of message) {
    all += 1;
    if (!left.get(char)) continue;
    left.set(char, left.get(char) - 1);
    kept += 1;
  }
  return all > 0 && 2 * kept >= all;
}

// The message that the text is, or is an edit of; empty where it is a text of one's own.
export function comesFrom() {
  const before = root;
  const known = state.text ? isSensitive(state.text) : null;
  if (!state.text) root = passed = "";
  else if (known !== null) {
    if (state.caseId || known) passed = "";
    else if (root !== state.text) passed = isEditOf(state.text, root) ? root : "";
    root = state.text;
  } else if (isEditOf(state.text, passed)) {
    root = passed; // written through it, and on
    passed = "";
  } else if (!isEditOf(state.text, root)) root = passed = "";
  if (root !== before) remember("origin", root);
  return root;
}
