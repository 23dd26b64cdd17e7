// What a threshold costs: how many are caught and how many are hit by mistake, at every place that it could have.

import { h } from "../dom.js";
import { t } from "../strings.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 560;
const HIGH = 270;
const BOX = { left: 78, right: 30, top: 26, bottom: 52 };

function draw(name, props, ...inside) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(props)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

// A square on the line of those caught, a circle on that of the false alarms.
const point = (name, x, y) =>
  name === "caught" ? draw("rect", { class: "curve-point caught", x: x - 5, y: y - 5, width: 10, height: 10 }) : draw("circle", { class: "curve-point hit", cx: x, cy: y, r: 5.5 });

const sample = (name) => draw("svg", { viewBox: "0 0 40 14", class: "curve-sample" }, draw("path", { class: `curve-line ${name}`, d: "M0 7H40" }), point(name, 20, 7));

// Of each threshold from 1 to `most` how many are flagged: {caught, hit, harmful, harmless}, two of them lists.
// `limit` is the highest threshold at which a row is flagged.
export function counted(rows, most, limit) {
  const harmful = rows.filter((row) => row.label !== "none").map(limit);
  const harmless = rows.filter((row) => row.label === "none").map(limit);
  const count = (limits) => Array.from({ length: most }, (_, at) => limits.filter((one) => one > at).length);
  return { caught: count(harmful), hit: count(harmless), harmful: harmful.length, harmless: harmless.length };
}

// `now` and `was` are where the threshold stands and where it stood.
export function curve(counts, action, now, was) {
  const most = counts.caught.length;
  const x = (place) => BOX.left + ((WIDE - BOX.left - BOX.right) * (place - 1)) / Math.max(1, most - 1);
  const y = (share) => BOX.top + (HIGH - BOX.top - BOX.bottom) * (1 - share);
  const share = (list, of) => list.map((n) => (of ? n / of : 0));
  const line = (shares, name) => {
    const steps = shares.map((one, at) => `${at ? `H${x(at + 1)}V` : `M${x(1)} `}${y(one)}`).join("");
    return draw("path", { class: `curve-line ${name}`, d: steps });
  };
  const word = (at, height, text, props = {}) => draw("text", { x: at, y: height, ...props }, text);
  const caught = share(counts.caught, counts.harmful);
  const hit = share(counts.hit, counts.harmless);
  const at = (place) => Math.min(Math.max(place, 1), most) - 1;
  const mark = (place, name) => draw("line", { class: `curve-mark ${name}`, x1: x(at(place) + 1), x2: x(at(place) + 1), y1: BOX.top - 6, y2: HIGH - BOX.bottom });
  const said = t("curve_said", t(action), now, counts.caught[at(now)], counts.harmful, counts.hit[at(now)], counts.harmless);
  return h(
    "figure",
    { class: "curve" },
    h("figcaption", {}, t("curve_says", t(action))),
    h("p", { class: "curve-key", "aria-hidden": "true" }, ["caught", "hit"].map((name) => h("span", {}, sample(name), " ", t(name === "hit" ? "false_alarm" : name)))),
    draw(
      "svg",
      { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": said },
      ...[0, 0.5, 1].flatMap((one) => [
        draw("line", { class: "curve-grid", x1: BOX.left, x2: WIDE - BOX.right, y1: y(one), y2: y(one) }),
        word(BOX.left - 8, y(one) + 4, `${100 * one} %`, { "text-anchor": "end" }),
      ]),
      ...Array.from({ length: Math.floor(most / 20) }, (_, n) => word(x(20 * (n + 1)), HIGH - BOX.bottom + 20, String(20 * (n + 1)), { "text-anchor": "middle" })),
      word((BOX.left + WIDE - BOX.right) / 2, HIGH - 6, t("curve_axis", t(action)), { "text-anchor": "middle" }),
      ...(was === now ? [] : [mark(was, "was"), word(x(at(was) + 1), BOX.top - 12, t("was", was), { "text-anchor": "middle", class: "quiet" })]),
      mark(now, "now"),
      word(x(at(now) + 1), BOX.top - 12, String(now), { "text-anchor": "middle", class: "strong" }),
      line(caught, "caught"),
      line(hit, "hit"),
      point("caught", x(at(now) + 1), y(caught[at(now)])),
      point("hit", x(at(now) + 1), y(hit[at(now)])),
    ),
    h("p", { class: "curve-now" }, said),
    numbers(counts, action),
  );
}

// The places at which something changes, as a table.
function numbers(counts, action) {
  const places = counts.caught.map((_, at) => at).filter((at) => at === counts.caught.length - 1 || counts.caught[at] !== counts.caught[at + 1] || counts.hit[at] !== counts.hit[at + 1]);
  return h(
    "details",
    { class: "curve-numbers" },
    h("summary", {}, t("curve_numbers")),
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("curve_axis", t(action))), h("th", { scope: "col" }, t("caught")), h("th", { scope: "col" }, t("false_alarm")))),
      h("tbody", {}, places.slice(0, 60).map((at) => h("tr", {}, h("th", { scope: "row", class: "number" }, at + 1), h("td", { class: "number" }, t("of", counts.caught[at], counts.harmful)), h("td", { class: "number" }, t("of", counts.hit[at], counts.harmless))))),
    ),
  );
}
