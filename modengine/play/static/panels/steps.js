// Steps: one stage of the engine at a time, for the front of a class.

import { fill, h, visible } from "../dom.js";
import { ruleText } from "../engine_words.js";
import { marked, moved } from "../marked.js";
import { badge, condition, waterfall } from "../pieces.js";
import { state } from "../state.js";
import { t } from "../strings.js";
import { matchItem } from "./why.js";

let step = 1;
let walk = null; // by so many steps
let entering = false;
const LAST = 6;

// After its tab was pressed, the arrow keys of the panel are the next thing pressed, also where it is drawn later.
export const enter = (pressed) => {
  entering = pressed;
};

// Wherever the focus is, unless the arrow keys have a meaning there.
document.addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by || state.panel !== "steps" || !document.querySelector("#panel .steps")) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  if (event.target.closest?.("input, textarea, select, summary, [role=tablist], #editor")) return;
  event.preventDefault();
  walk(by);
});

export function render(root) {
  const found = state.explained;
  if (!found) {
    fill(root, h("p", { class: "empty" }, t(state.text ? "waiting" : "no_message")));
    return;
  }
  const go = (to, focus) => {
    step = Math.min(LAST, Math.max(1, to));
    render(root);
    const target = root.querySelector(focus);
    (target?.disabled ? root.querySelector(".steps") : target)?.focus();
  };
  walk = (by) => go(step + by, ".steps");
  fill(
    root,
    h(
      "div",
      { class: "steps", tabindex: "0", role: "group", "aria-label": t("steps") },
      h(
        "ol",
        { class: "stepper" },
        Array.from({ length: LAST }, (_, at) =>
          h("li", {}, h("button", { type: "button", id: `step-${at + 1}`, class: at + 1 < step ? "past" : "", "aria-current": at + 1 === step ? "step" : null, "aria-label": `${at + 1}. ${t(`step${at + 1}`)}`, onclick: () => go(at + 1, `#step-${at + 1}`) }, h("span", { class: "step-number", "aria-hidden": "true" }, at + 1), h("span", { class: "step-word" }, t(`step${at + 1}`)))),
        ),
      ),
      h("h3", { class: "big" }, `${step}. `, t(`step${step}`)),
      h("p", {}, t(`step${step}_says`)),
      STAGES[step](found),
      h(
        "div",
        { class: "walk" },
        h("button", { type: "button", id: "step-back", disabled: step === 1, onclick: () => go(step - 1, "#step-back") }, t("previous")),
        h("p", { class: "unseen", role: "status" }, t("step_of", step, LAST)),
        h("button", { type: "button", id: "step-next", class: "primary", disabled: step === LAST, onclick: () => go(step + 1, "#step-next") }, t("next")),
      ),
    ),
  );
  if (entering && document.activeElement?.id === "tab-steps") root.querySelector(".steps").focus({ preventScroll: true });
  entering = false;
}

const STAGES = {
  1: (found) =>
    found.views.map((view) => [
      marked([...view.text], []),
      view.plain === view.text ? h("p", { class: "quiet" }, t("same_text")) : [h("p", { class: "arrow", "aria-hidden": "true" }, "↓"), marked([...view.plain], [])],
    ]),
  2: (found) =>
    found.marks.length
      ? found.views.map((view, at) => marked([...view.text], found.marks.filter((one) => one.part === at).map((one) => ({ ...one, kind: "found" }))))
      : h("p", { class: "quiet" }, t("nothing_found")),
  3: (found) => {
    const dropped = found.trace.rules.flatMap((rule) => rule.suppressed);
    return [
      found.views.map((view, at) => marked([...view.plain], moved(found.marks.filter((one) => one.part === at), view), new Set(view.words.map(([start]) => start)))),
      dropped.length ? h("ul", { class: "matches" }, dropped.map((one) => matchItem(found, one.match, one.reason))) : h("p", { class: "quiet" }, t("nothing_dropped")),
    ];
  },
  4: (found) =>
    found.trace.rules.length
      ? found.trace.rules.slice(0, 12).map((rule) => h("article", { class: `rule ${rule.kind} ${rule.outcome}` }, h("h4", { lang: ruleText(rule.title).lang }, visible(ruleText(rule.title).text)), h("p", { class: "rule-id quiet small" }, h("code", {}, visible(rule.rule))), condition(rule)))
      : h("p", { class: "quiet" }, t("nothing_found")),
  5: (found) =>
    found.trace.waterfalls.length
      ? found.trace.waterfalls.map((fall) => waterfall(fall, found.trace.decision.categories[fall.category]?.action ?? "allow"))
      : h("p", { class: "quiet" }, t("no_points")),
  6: (found) => h("p", { class: "headline" }, badge(found.trace.decision.action, "large"), h("span", { class: "says" }, t(`says_${found.trace.decision.action}`))),
};
