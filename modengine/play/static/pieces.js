// Pieces that several panels show.

import { Lost, Refused } from "./api.js";
import { h, placed, said, visible } from "./dom.js";
import { categoryName, inWords } from "./engine_words.js";
import { covers, uncover } from "./covering.js";
import { isSecret } from "./guessing.js";
import { beside } from "./measured.js";
import { know } from "./origin.js";
import { state, tell } from "./state.js";
import { t } from "./strings.js";

export const ACTIONS = ["allow", "label", "review", "block"];
const SIGNS = { allow: "✓", label: "⚑", review: "◉", block: "✕" };

export function badge(action, size = "") {
  return h("span", { class: `badge ${action} ${size}` }, h("span", { "aria-hidden": "true" }, SIGNS[action]), h("span", { class: "badge-word" }, " ", t(action)));
}

const most = (thresholds, ...points) => 1.04 * Math.max(1, ...Object.values(thresholds), ...points);
const ticks = (thresholds, whole) =>
  Object.entries(thresholds).map(([name, points]) => placed(h("span", { class: `tick ${name}` }), { left: `${(100 * points) / whole}%` }));

// Points that are given or taken, with a minus and not a hyphen.
export const signed = (points) => (points > 0 ? "+" : points < 0 ? "−" : "±") + Math.abs(points);

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
      h("span", { class: "number" }, signed(step.points)),
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

const size = (node) => 1 + node.children.reduce((sum, one) => sum + size(one), 0);
const SMALL = 8; // nodes of a tree that is shown whole

// Of a large tree, the branches that made its value; the others are folded.
function branches(node, whole) {
  const made = { or: node.value === true ? true : null, and: node.value === false ? false : null }[node.text] ?? null;
  const others = whole || made === null ? [] : node.children.filter((one) => one.value !== made);
  const shown = node.children.filter((one) => !others.includes(one));
  return [
    shown.map((one) => tree(one, whole)),
    others.length ? h("li", {}, h("details", {}, h("summary", { class: "quiet small" }, t("others", others.length)), h("ul", {}, others.map((one) => tree(one, true))))) : null,
  ];
}

// A condition as a tree of what held and what did not.
export function tree(node, whole = size(node) <= SMALL) {
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
    node.children.length ? h("ul", {}, branches(node, whole)) : null,
  );
}

export function condition(rule) {
  return [
    h("p", { class: "quiet small" }, t("when")),
    h("ul", { class: "tree" }, tree(rule.when)),
    rule.unless ? unless(rule.unless) : null,
  ];
}

function unless(node) {
  const body = h("ul", { class: "tree" }, tree(node));
  if (node.value === false && size(node) > 2) return h("details", {}, h("summary", { class: "quiet small" }, t("unless_not")), body);
  return [h("p", { class: "quiet small" }, t("unless")), body];
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

// A message of a list.  What may not be told of it yet is not in the list; what is locked or covered has no text, and
// what is covered is shown where it stands before it is taken.
export function messageButton(row, onclick, extra = null, name = "") {
  if (row.secret || isSecret(row.text)) return null;
  if (row.locked) return h("p", { class: "message-button locked quiet" }, t("locked"), extra);
  know(row.text, row.sensitive === true);
  const isCovered = covers(row.text);
  const show = ({ currentTarget }) => {
    uncover(row.text);
    const open = messageButton(row, onclick, extra, name);
    currentTarget.replaceWith(open);
    open.focus({ preventScroll: true });
  };
  return h(
    "button",
    { type: "button", class: `message-button ${name}`, onclick: isCovered ? show : onclick },
    said(!isCovered && row.text.length > 120 ? `${[...row.text].slice(0, 120).join("")}…` : row.text),
    isCovered ? null : beside(row.text, row.gloss),
    extra,
  );
}

const FIRST = 6;
const PORTION = 200;
const list = (items) => h("ul", { class: "messages" }, items.map((one) => h("li", {}, one)));

// A list of messages: the first few, the others on request, and how many are left out until they are guessed.
export function messages(some) {
  const items = some.filter(Boolean);
  const secret = some.length - items.length;
  const rest = secret ? h("p", { class: "quiet small" }, t("yet_to_guess", secret)) : null;
  if (items.length <= FIRST + 2) return [list(items), rest];
  return [rest, list(items.slice(0, FIRST)), h("details", { class: "more" }, h("summary", {}, t("more", items.length - FIRST)), portion(items, FIRST, PORTION))];
}

// Of a long list so many, how many they are of all, and the way to those that follow.
function portion(items, from, to) {
  const shown = list(items.slice(from, to));
  if (items.length <= to) return [shown];
  const next = () => {
    const [following, ...foot] = portion(items, to, to + PORTION);
    end.replaceWith(following, ...foot);
    following.querySelector("button")?.focus();
  };
  const left = Math.min(PORTION, items.length - to);
  const end = h("p", { class: "portion row" }, h("span", { class: "quiet" }, t("n_shown", to, items.length)), h("button", { type: "button", class: "small", onclick: next }, t("show_next", left)));
  return [shown, end];
}

export const busy = (text) => h("p", { class: "stale busy" }, h("span", { class: "spinner", "aria-hidden": "true" }), h("span", {}, text));

// What a panel shows that needs rules, while there are none: they are being compiled, or have errors.
export const noRules = () => (state.broken ? h("p", { class: "empty" }, t("rules_never")) : busy(t("waiting")));

// What an error is in the language of the page: a network that fails, or why a server refused.
export function saying(error) {
  if (!(error instanceof Refused)) return t("lost");
  if (SAID.has(error.code)) return t(`refused_${error.code}`);
  return SAID.has(error.status) ? t(`refused_${error.status}`) : error.message;
}

const SAID = new Set(["slow", "engine", 400, 408, 413, 499, 500, 503]);

export function failure(error) {
  if (error instanceof Lost) tell("lost");
  return h("p", { class: "failure", role: "alert" }, visible(saying(error)));
}
