// A message with what was found in it: a line of its own under the characters for each overlapping match.

import { directions, FROM_RIGHT, GOES_ON } from "./directions.js";
import { code, EMOJI, h, isOdd, messageLanguage, visible } from "./dom.js";
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
  const shown = shownPlaces(chars.length, marks);
  const units = together(chars, ordered);
  const box = h("div", { class: "marked", role: "img", lang: messageLanguage(), "aria-label": spoken(chars, ordered, breaks) });
  for (let from = 0; from < units.length; ) {
    const end = units.findIndex((one, at) => at >= from && one.text === "\n");
    const to = end < 0 ? units.length : end + 1;
    box.append(line(units.slice(from, to), ordered, breaks, shown));
    from = to;
  }
  return box;
}

// For those who hear it: cells would be read one by one.
function spoken(chars, marks, breaks) {
  const text = chars.map((char, at) => (breaks?.has(at) ? ` ${char}` : char)).join("");
  return visible([text.trim(), ...marks.map((one) => `${one.label} ${chars.slice(one.start, one.end).join("")}`)].join("; "));
}

const over = (marks, { start, end }) => marks.filter((mark) => mark.start < end && start < mark.end);
const numbersOf = (marks) => marks.map((mark) => mark.number).join(" ");

// What is seen as one sign is one: an emoji of several code points, unless a mark goes through it.
function together(chars, marks) {
  const ends = new Map();
  let at = 0;
  let past = 0;
  for (const { 0: emoji, index } of chars.join("").matchAll(EMOJI)) {
    for (; past < index; at++) past += chars[at].length;
    ends.set(at, at + [...emoji].length);
  }
  const units = [];
  for (let start = 0, end = 0; start < chars.length; start = end) {
    end = ends.get(start) ?? start + 1;
    if (marks.some((mark) => [mark.start, mark.end].some((edge) => start < edge && edge < end))) end = start + 1;
    units.push({ text: chars.slice(start, end).join(""), start, end });
  }
  return units;
}

// A line of the text, as tall as the marks in it ask for; nothing where none of it is shown.
function line(units, ordered, breaks, shown) {
  const from = units[0].start;
  const here = ordered.filter((mark) => mark.start < units.at(-1).end && from < mark.end);
  const count = Math.min(5, here.reduce((most, one) => Math.max(most, one.lane + 1), 0));
  const { base, ways } = directions(units.map((one) => one.text));
  const whole = h("div", { class: "line", dir: base });
  let into = whole; // a stretch of one direction
  let way = "";
  let group = null;
  let gap = 0;
  let run = null; // letters that join and run from right to left: one cell, or nobody could read them
  const leaveOut = () => {
    if (gap) whole.append(h("span", { class: "gap" }, t("characters_left_out", gap)));
    gap = 0;
  };
  units.forEach((unit, index) => {
    const { text, start, end } = unit;
    if (shown && !shown.has(start)) {
      gap += end - start;
      way = run = group = null;
      return;
    }
    leaveOut();
    if (ways[index] !== way) {
      way = ways[index];
      into = stretch(whole, base, way);
      run = group = null;
    }
    const mine = over(here, unit);
    const numbers = numbersOf(mine);
    const cuts = breaks?.has(start) && !(FROM_RIGHT.test(text) && FROM_RIGHT.test(units[index - 1]?.text));
    if (run?.numbers === numbers && GOES_ON.test(text) && !cuts) {
      run.cell.firstChild.append(text);
      for (const mark of mine) if (mark.end === end) run.cell.children[1 + mark.lane]?.classList.add("end");
      return;
    }
    const cell = cellOf(unit, mine, count, breaks);
    run = FROM_RIGHT.test(text) ? { cell, numbers } : null;
    if (here.some((mark) => mark.start < start && start < mark.end && mark.end - mark.start <= SHORT) && into.lastElementChild?.matches(".cell, .nowrap")) {
      group = held(into.lastElementChild);
      group.append(cell);
      return;
    }
    const latin = /^[A-Za-z0-9._/:@-]$/.test(text);
    if (!latin || !group || group.childElementCount > 24) group = null;
    const before = into.lastElementChild;
    if (CLOSES.test(text) && before?.matches(".cell, .nowrap") && before.childElementCount < 8) {
      held(before).append(cell);
      return;
    }
    if (latin && !group) {
      group = h("span", { class: "nowrap" });
      into.append(group);
    }
    (latin ? group : into).append(cell);
  });
  leaveOut();
  return whole;
}

// Cells stand in the order of what they are in; a stretch that runs the other way is one of its own, numbers in it too.
function stretch(whole, base, way) {
  if (way === base) return whole;
  const last = whole.lastElementChild;
  const turned = (element, dir) => {
    const made = h("span", { dir });
    element.append(made);
    return made;
  };
  if (way !== "number") return base === "rtl" && last?.dir === "ltr" ? last : base === "ltr" && last?.dir === "rtl" ? last : turned(whole, way);
  return turned(base === "rtl" ? whole : last?.dir === "rtl" ? last : turned(whole, "rtl"), "ltr");
}

function cellOf({ text, start, end }, mine, count, breaks) {
  const cell = h("span", { class: cellClass(text, mine, breaks, start), "data-m": numbersOf(mine) || null });
  const face = isOdd(text) && end - start === 1 ? code(text) : text === "\n" ? "⏎" : text === " " ? "\u00a0" : text;
  cell.append(h("span", { class: "ch" }, face));
  for (let lane = 0; lane < count; lane++) {
    const mark = mine.find((one) => one.lane === lane);
    const edge = mark ? `${mark.kind}${mark.start === start ? " begin" : ""}${mark.end === end ? " end" : ""}` : "";
    cell.append(h("span", { class: `lane ${edge}` }, mark && mark.start === start ? h("b", {}, mark.label) : ""));
  }
  return cell;
}

// No line begins with a comma: it stays with what stands before it.
const CLOSES = /^[，。！？、；：）】》」』”’…]$/;

function held(before) {
  if (before.matches(".nowrap")) return before;
  const kept = h("span", { class: "nowrap" });
  before.replaceWith(kept);
  kept.append(before);
  return kept;
}

function cellClass(text, mine, breaks, at) {
  const strongest = ["hit", "found", "dropped"].find((kind) => mine.some((mark) => mark.kind === kind));
  return `cell ${strongest ? `in-${strongest}` : ""} ${[...text].length === 1 && isOdd(text) ? "odd" : ""} ${at && breaks?.has(at) ? "word" : ""}`;
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
