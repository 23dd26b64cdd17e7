// Pieces that several panels show.

import { h, placed, said, visible } from "./dom.js";
import { categoryName, inWords } from "./engine_words.js";
import { beside } from "./measured.js";
import { state } from "./state.js";
import { t } from "./strings.js";

export const ACTIONS = ["allow", "label", "review", "block"];
const SIGNS = { allow: "✓", label: "⚑", review: "◉", block: "✕" };

export function badge(action, size = "") {
  return h("span", { class: `badge ${action} ${size}` }, h("span", { "aria-hidden": "true" }, SIGNS[action]), h("span", { class: "badge-word" }, " ", t(action)));
}

const most = (thresholds, ...points) => 1.04 * Math.max(1, ...Object.values(thresholds), ...points);
const ticks = (thresholds, whole) =>
  Object.entries(thresholds).map(([name, points]) => placed(h("span", { class: `tick ${name}` }), { left: `${(100 * points) / whole}%` }));

// Points as a bar from nothing, with the thresholds; the number stands beside it.
export function meter(points, thresholds, action) {
  return onScale(points, most(thresholds, points), action, thresholds);
}

export function reached(steps, points) {
  let found = "allow";
  for (const action of ACTIONS) if (action in steps && points >= steps[action]) found = action;
  return found;
}

export function highest(actions) {
  return ACTIONS[Math.max(0, ...actions.map((one) => ACTIONS.indexOf(one)))];
}

// The points of one category, step by step, up to the thresholds.
export function waterfall(fall, action) {
  const whole = most(fall.thresholds, fall.score, ...fall.steps.map((one) => one.total));
  const share = (points) => `${(100 * points) / whole}%`;
  let before = 0;
  const steps = fall.steps.map((step) => {
    const low = Math.min(before, step.total);
    const bar = placed(h("span", { class: `bar ${step.points < 0 ? "taken" : "added"}` }), {
      left: share(low),
      width: share(Math.abs(step.total - before)),
    });
    before = step.total;
    return h(
      "li",
      {},
      h("span", { class: "step-name" }, visible(step.label)),
      h("span", { class: "number" }, (step.points > 0 ? "+" : step.points < 0 ? "−" : "±") + Math.abs(step.points)),
      h("span", { class: "track", "aria-hidden": "true" }, bar, ticks(fall.thresholds, whole)),
    );
  });
  const axis = h(
    "div",
    { class: "axis" },
    Object.entries(fall.thresholds)
      .sort((a, b) => a[1] - b[1])
      .map(([name, points]) => h("span", { class: `threshold ${name}` }, t(name), " ", points)),
  );
  const sum = h(
    "li",
    { class: "sum" },
    h("span", { class: "step-name" }, t("total"), " ", badge(action)),
    h("span", { class: "number" }, fall.score),
    onScale(fall.score, whole, action, fall.thresholds),
  );
  return h(
    "section",
    { class: "fall" },
    h("div", { class: "fall-head" }, h("h4", {}, visible(categoryName(fall.category))), axis),
    h("ol", { class: "falls" }, steps, sum),
  );
}

function onScale(points, whole, action, thresholds) {
  const bar = placed(h("span", { class: `bar ${action}` }), { left: "0%", width: `${(100 * Math.max(0, points)) / whole}%` });
  return h("span", { class: "track", "aria-hidden": "true" }, bar, ticks(thresholds, whole));
}

const VALUES = { true: ["✓", "true"], false: ["✗", "false"], null: ["?", "unknown"] };

// A condition as a tree of what held and what did not.
export function tree(node) {
  const [sign, name] = VALUES[String(node.value)];
  const head =
    node.children.length && (node.text === "and" || node.text === "or" || node.text === "not")
      ? t(`all_${node.text}`)
      : h("code", {}, visible(node.text));
  return h(
    "li",
    {},
    h("span", { class: `value ${name}` }, h("span", { "aria-hidden": "true" }, sign), " ", t(name)),
    " ",
    head,
    node.note ? h("span", { class: "quiet" }, ` (${visible(inWords(node.note))})`) : null,
    node.children.length ? h("ul", {}, node.children.map(tree)) : null,
  );
}

export function condition(rule) {
  return [
    h("p", { class: "quiet small" }, t("when")),
    h("ul", { class: "tree" }, tree(rule.when)),
    rule.unless ? [h("p", { class: "quiet small" }, t("unless")), h("ul", { class: "tree" }, tree(rule.unless))] : null,
  ];
}

// A share with its interval: how many of how many, a bar, and the bar in words.
export function interval(one) {
  if (one.share === null) return h("span", { class: "count quiet" }, "–");
  const percent = (value) => Math.round(100 * value);
  return [
    h("span", { class: "count number" }, `${one.k}/${one.n}`),
    h(
      "span",
      { class: "range", "aria-hidden": "true" },
      placed(h("span", { class: "whisker" }), { left: `${100 * one.low}%`, width: `${100 * (one.high - one.low)}%` }),
      placed(h("span", { class: "dot" }), { left: `${100 * one.share}%` }),
    ),
    h("span", { class: "percents number small quiet" }, `${percent(one.share)} % (${percent(one.low)}–${percent(one.high)})`),
  ];
}

export function messageButton(row, onclick, extra = null) {
  return h(
    "button",
    { type: "button", class: "message-button", onclick },
    said(row.text.length > 120 ? `${[...row.text].slice(0, 120).join("")}…` : row.text),
    beside(row.text, row.gloss),
    extra,
  );
}

const FIRST = 6;
const MOST = 200;

// A list of messages: the first few, the others on request.
export function messages(items) {
  const list = (some) => h("ul", { class: "messages" }, some.map((one) => h("li", {}, one)));
  if (items.length <= FIRST + 2) return list(items);
  return [list(items.slice(0, FIRST)), h("details", { class: "more" }, h("summary", {}, t("more", items.length - FIRST)), list(items.slice(FIRST, MOST)))];
}

export const busy = (text) => h("p", { class: "stale busy" }, h("span", { class: "spinner", "aria-hidden": "true" }), h("span", {}, text));

// What a panel shows that needs rules, while there are none: they are being compiled, or have errors.
export const noRules = () => (state.broken ? h("p", { class: "empty" }, t("rules_never")) : busy(t("waiting")));

export function failure(error) {
  return h("p", { class: "failure", role: "alert" }, visible(error.message));
}
