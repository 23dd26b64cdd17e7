// Tests: what a filter should be able to do, ability by ability; and the examples in the rules.

import { latest } from "../api.js";
import { $, fill, h, visible } from "../dom.js";
import { badge, busy, failure, interval, messageButton, messages, noRules } from "../pieces.js";
import { state, tell } from "../state.js";
import { t } from "../strings.js";

let result = null; // {rules, grid, examples}
const open = new Set();

export const reset = () => (result = null);

export async function render(root) {
  if (!state.rules) {
    fill(root, noRules());
    return;
  }
  if (result?.rules !== state.rules) {
    fill(root, h("div", { role: "status" }, busy(t("waiting"))));
    const rules = state.rules;
    try {
      const [grid, examples] = await Promise.all([latest("eval", "eval", { rules, unlocked: state.unlocked }), latest("test", "test", { rules, unlocked: state.unlocked })]);
      if (!grid || !examples) return;
      result = { rules, grid, examples };
    } catch (error) {
      fill(root, failure(error));
      return;
    }
    if (state.panel !== "tests") return;
  }
  draw(root);
}

function draw(root) {
  fill(
    root,
    h(
      "div",
      { class: "tests" },
      h("p", { class: "quiet" }, t("tests_says")),
      [true, false].map((caught) =>
        h(
          "section",
          {},
          h("h3", {}, t(caught ? "should_catch" : "should_pass")),
          h("ul", { class: "grid" }, result.grid.grid.filter((one) => one.caught === caught).map((one) => row(root, one))),
        ),
      ),
      result.grid.grid.some((one) => !one.supported) ? h("p", { class: "quiet small" }, "° ", t("too_few")) : null,
      examples(),
    ),
  );
}

function row(root, one) {
  const failed = one.rows.filter((message) => !message.holds);
  const shown = open.has(one.function);
  const id = `toggle-${one.function}`;
  const toggle = () => {
    if (shown) open.delete(one.function);
    else open.add(one.function);
    draw(root);
    $(id).focus();
  };
  return h(
    "li",
    { class: `ability ${one.supported ? "" : "few"}` },
    h("span", { class: "ability-name" }, t(`f_${one.function}`), one.supported ? null : [h("span", { "aria-hidden": "true" }, " °"), h("span", { class: "unseen" }, ` (${t("too_few")})`)]),
    interval(one),
    failed.length
      ? h("button", { type: "button", id, class: "small", "aria-expanded": String(shown), "aria-label": `${t(shown ? "hide_failures" : "show_failures")}: ${t(`f_${one.function}`)}, ${t("failures", failed.length)}`, onclick: toggle }, h("span", { "aria-hidden": "true" }, shown ? "▾ " : "▸ "), t("failures", failed.length))
      : h("span", { class: "none good small" }, "✓ ", t("none_fails")),
    shown ? h("div", { class: "messages" }, messages(failed.map((message) => messageButton(message, () => take(message), h("span", { class: "moves" }, badge(message.action)))))) : null,
  );
}

function take(message) {
  state.text = message.text;
  state.gloss = message.gloss ?? "";
  tell("text-set");
}

function examples() {
  const some = result.examples;
  const verdicts = { holds: "✓", fails: "✗", news: "★" };
  return h(
    "section",
    {},
    h("h3", {}, t("own_examples"), some.length ? ` (${some.filter((one) => one.verdict === "holds").length}/${some.length})` : ""),
    some.length
      ? messages(
          [...some].sort((a, b) => (a.verdict === "holds") - (b.verdict === "holds")).map((one) =>
            messageButton(one, () => take(one), h("span", { class: "small quiet" }, `${verdicts[one.verdict]} ${t(one.verdict)} · ${t(`k_${one.kind}`)} · `, h("code", {}, visible(one.rule))), one.verdict),
          ),
        )
      : h("p", { class: "quiet" }, t("no_examples")),
  );
}
