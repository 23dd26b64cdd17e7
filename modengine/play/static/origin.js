// Which message the text comes from that is looked at: what holds for a message holds for its edits.

import { recall, remember } from "./session.js";
import { state } from "./state.js";

const samples = new Map(); // the messages of studies that were shown, and whether they are covered until asked for
let root = recall("origin", "");
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
  if (!state.text) root = "";
  else if (isSensitive(state.text) !== null) root = state.text;
  else if (!isEditOf(state.text, root)) root = "";
  if (root !== before) remember("origin", root);
  return root;
}
