// A message with what was found in it: a line of its own under the characters for each overlapping match.

import { code, h, isOdd } from "./dom.js";
import { t } from "./strings.js";

const LONGEST = 1500;
const AROUND = 60;
const SHORT = 8; // characters of a match that are kept on one line

// Marks in lanes, so that none hides another.
function lanes(marks) {
  const ends = [];
  return marks.map((mark) => {
    let lane = ends.findIndex((end) => end <= mark.start);
    if (lane < 0) lane = ends.length;
    ends[lane] = mark.end;
    return { ...mark, lane };
  });
}

function shownPlaces(length, marks) {
  if (length <= LONGEST) return null;
  const near = new Set();
  const keep = (from, to) => {
    for (let at = Math.max(0, from); at < Math.min(length, to); at++) near.add(at);
  };
  keep(0, 2 * AROUND);
  keep(length - AROUND, length);
  for (const mark of marks) keep(mark.start - AROUND, mark.end + AROUND);
  return near;
}

// chars: code points.  marks: [{number, kind, label, start, end}].  breaks: places where a word begins, or null.
export function marked(chars, marks, breaks = null) {
  const ordered = lanes([...marks].sort((a, b) => a.start - b.start || b.end - a.end));
  const count = Math.min(5, ordered.reduce((most, one) => Math.max(most, one.lane + 1), 0));
  const shown = shownPlaces(chars.length, marks);
  const box = h("div", { class: `marked lanes-${count}`, "aria-hidden": "true" });
  let group = null;
  let gap = 0;
  let run = null; // letters that join and run from right to left: one cell, or nobody could read them
  chars.forEach((char, at) => {
    if (shown && !shown.has(at)) {
      gap += 1;
      return;
    }
    if (gap) {
      box.append(h("span", { class: "gap" }, t("characters_left_out", gap)));
      gap = 0;
      run = null;
    }
    const over = ordered.filter((mark) => mark.start <= at && at < mark.end);
    const numbers = over.map((mark) => mark.number).join(" ");
    if (run?.numbers === numbers && GOES_ON.test(char) && !breaks?.has(at)) {
      run.cell.firstChild.append(char);
      for (const mark of over) if (mark.end - 1 === at) run.cell.children[1 + mark.lane]?.classList.add("end");
      return;
    }
    const cell = h("span", { class: cellClass(char, over, breaks, at), "data-m": numbers || null });
    const face = isOdd(char) ? code(char) : char === "\n" ? "⏎" : char === " " ? "\u00a0" : char;
    cell.append(h("span", { class: "ch" }, face));
    for (let lane = 0; lane < count; lane++) {
      const mark = over.find((one) => one.lane === lane);
      const edge = mark ? `${mark.kind}${mark.start === at ? " begin" : ""}${mark.end - 1 === at ? " end" : ""}` : "";
      cell.append(h("span", { class: `lane ${edge}` }, mark && mark.start === at ? h("b", {}, mark.label) : ""));
    }
    run = FROM_RIGHT.test(char) ? { cell, numbers } : null;
    if (ordered.some((mark) => mark.start < at && at < mark.end && mark.end - mark.start <= SHORT) && box.lastElementChild?.matches(".cell, .nowrap")) {
      group = held(box.lastElementChild);
      group.append(cell);
      return;
    }
    const latin = /^[A-Za-z0-9._/:@-]$/.test(char);
    if (!latin || !group || group.childElementCount > 24) group = null;
    const before = box.lastElementChild;
    if (CLOSES.test(char) && before?.matches(".cell, .nowrap") && before.childElementCount < 8) {
      held(before).append(cell);
      return;
    }
    if (latin && !group) {
      group = h("span", { class: "nowrap" });
      box.append(group);
    }
    (latin ? group : box).append(cell);
    if (char === "\n") box.append(h("br"));
  });
  if (gap) box.append(h("span", { class: "gap" }, t("characters_left_out", gap)));
  return box;
}

const FROM_RIGHT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const GOES_ON = new RegExp(`${FROM_RIGHT.source}|[ \\p{M}]`, "u");

// No line begins with a comma: it stays with what stands before it.
const CLOSES = /^[，。！？、；：）】》」』”’…]$/;

function held(before) {
  if (before.matches(".nowrap")) return before;
  const together = h("span", { class: "nowrap" });
  before.replaceWith(together);
  together.append(before);
  return together;
}

function cellClass(char, over, breaks, at) {
  const strongest = ["hit", "found", "dropped"].find((kind) => over.some((mark) => mark.kind === kind));
  return `cell ${strongest ? `in-${strongest}` : ""} ${isOdd(char) ? "odd" : ""} ${at && breaks?.has(at) ? "word" : ""}`;
}

// The marks of a part, moved to its plain form.
export function moved(marks, view) {
  const found = [];
  for (const mark of marks) {
    let start = -1;
    let end = -1;
    for (let at = 0; at < view.starts.length; at++) {
      if (view.starts[at] >= mark.start && view.ends[at] <= mark.end) {
        if (start < 0) start = at;
        end = at + 1;
      }
    }
    if (start >= 0) found.push({ ...mark, start, end });
  }
  return found;
}

// Whatever has data-mark lights up the characters of that number, and the other way round.
export function linked(root) {
  const light = (numbers, value) => {
    for (const one of root.querySelectorAll("[data-m],[data-mark]")) {
      const mine = (one.dataset.m ?? one.dataset.mark).split(" ");
      if (numbers.some((number) => mine.includes(number))) one.classList.toggle("hot", value);
    }
  };
  const of = (event) => event.target.closest?.("[data-m],[data-mark]");
  const begin = (event) => {
    const one = of(event);
    if (one) light((one.dataset.m ?? one.dataset.mark).split(" "), true);
  };
  const end = (event) => {
    const one = of(event);
    if (one) light((one.dataset.m ?? one.dataset.mark).split(" "), false);
  };
  root.addEventListener("mouseover", begin);
  root.addEventListener("mouseout", end);
  root.addEventListener("focusin", begin);
  root.addEventListener("focusout", end);
}
