// Pieces that several panels show.

import { h, placed, said, visible } from "./dom.js";
import { t } from "./strings.js";

export const ACTIONS = ["allow", "label", "review", "block"];
const SIGNS = { allow: "✓", label: "⚑", review: "◉", block: "✕" };

export function badge(action, size = "") {
  return h("span", { class: `badge ${action} ${size}` }, h("span", { "aria-hidden": "true" }, SIGNS[action]), " ", t(action));
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
  const totals = [fall.score, ...Object.values(fall.thresholds), ...fall.steps.map((one) => one.total)];
  const most = Math.max(1, ...totals) * 1.04;
  const share = (points) => `${(100 * points) / most}%`;
  const ticks = () =>
    Object.values(fall.thresholds).map((points) => placed(h("span", { class: "tick" }), { left: share(points) }));
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
      h("span", { class: "track", "aria-hidden": "true" }, bar, ticks()),
    );
  });
  const axis = h(
    "div",
    { class: "axis" },
    Object.entries(fall.thresholds)
      .sort((a, b) => a[1] - b[1])
      .map(([name, points]) => h("span", { class: `threshold ${name}` }, t(name), " ", points)),
  );
  const list = h("ol", { class: "falls" }, steps);
  return h(
    "section",
    { class: "fall" },
    h("h4", {}, visible(fall.category), " ", h("span", { class: "quiet" }, t("thresholds"))),
    axis,
    list,
    h("p", { class: "total" }, t("total"), " ", h("strong", { class: "number" }, fall.score), " → ", badge(action)),
  );
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
    node.note ? h("span", { class: "quiet" }, ` (${visible(node.note)})`) : null,
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

// A share with its interval, as a bar and as words.
export function interval(one, title) {
  if (one.share === null) return h("span", { class: "quiet" }, "–");
  const percent = (value) => `${Math.round(100 * value)} %`;
  return h(
    "span",
    { class: "interval" },
    h("span", { class: "number" }, `${one.k}/${one.n}`),
    h(
      "span",
      { class: "range", "aria-hidden": "true", title },
      placed(h("span", { class: "whisker" }), { left: `${100 * one.low}%`, width: `${100 * (one.high - one.low)}%` }),
      placed(h("span", { class: "dot" }), { left: `${100 * one.share}%` }),
    ),
    h("span", { class: "number small quiet" }, `${percent(one.share)} (${percent(one.low)}–${percent(one.high)})`),
  );
}

export function messageButton(row, onclick, extra = null) {
  return h(
    "button",
    { type: "button", class: "message-button", onclick },
    said(row.text.length > 120 ? `${[...row.text].slice(0, 120).join("")}…` : row.text),
    extra,
    row.gloss ? h("span", { class: "gloss", lang: "en" }, visible(row.gloss)) : null,
  );
}

export function failure(error) {
  return h("p", { class: "failure", role: "alert" }, visible(error.message));
}
