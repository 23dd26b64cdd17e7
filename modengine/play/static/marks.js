// The message where it is written, with what was found underlined behind it.

import { covered } from "./covering.js";
import { $, fill, h } from "./dom.js";
import { hidden } from "./guessing.js";
import { state } from "./state.js";

const KINDS = ["hit", "found", "dropped"];
let drawn = { text: "", marks: [] }; // offsets in UTF-16, as of a text area

// From code points of the first part to offsets of a string.
function offsets(text, marks) {
  if (!marks.length) return [];
  const at = [0];
  for (const char of text) at.push(at.at(-1) + char.length);
  return marks.filter((one) => one.part === 0 && one.end < at.length).map((one) => ({ kind: one.kind, start: at[one.start], end: at[one.end] }));
}

// While the reasons are awaited, marks before and after what was typed stay with their words.
function carried(text) {
  const old = drawn.text;
  let before = 0;
  while (before < Math.min(old.length, text.length) && old[before] === text[before]) before += 1;
  let after = 0;
  while (after < Math.min(old.length, text.length) - before && old.at(-1 - after) === text.at(-1 - after)) after += 1;
  const moved = text.length - old.length;
  return drawn.marks.flatMap((one) => {
    if (one.end <= before) return [one];
    return one.start >= old.length - after ? [{ ...one, start: one.start + moved, end: one.end + moved }] : [];
  });
}

// What stands behind the text area: nothing, where the decision is awaited by a class or the text is blurred.
export function drawMarks() {
  const text = state.text;
  const none = hidden() || covered() || !state.rules || state.lost;
  const known = state.explained && state.explained.of === text;
  drawn = { text, marks: none ? [] : known ? offsets(text, state.explained.marks) : carried(text) };
  const edges = [...new Set(drawn.marks.flatMap((one) => [one.start, one.end]))].sort((a, b) => a - b);
  const pieces = [];
  let at = 0;
  for (const edge of edges) {
    const over = drawn.marks.filter((one) => one.start <= at && at < one.end);
    const kind = KINDS.find((name) => over.some((one) => one.kind === name));
    const piece = text.slice(at, edge);
    if (piece) pieces.push(kind ? h("mark", { class: kind }, piece) : piece);
    at = edge;
  }
  fill($("marks"), covered() ? null : [pieces, `${text.slice(at)}\n`]);
  follow();
}

const follow = () => ($("marks").scrollTop = $("text").scrollTop);

export function listenToMarks() {
  $("text").addEventListener("scroll", follow);
}
