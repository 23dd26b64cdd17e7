// Tests: what a filter should be able to do, ability by ability; and the examples in the rules.

import { latest } from "../api.js";
import { $, fill, h, visible } from "../dom.js";
import { filters, hasGroups, holdsFor, measuredOn, told } from "../measured.js";
import { badge, busy, failure, interval, messageButton, messages, noRules } from "../pieces.js";
import { baseFiles, state, tell } from "../state.js";
import { both, t } from "../strings.js";
import { changes, groups } from "./groups.js";

let result = null; // {holds, grids: of each filter, base: of the rules as they were given, examples}
const open = new Set();

export function reset() {
  result = null;
  open.clear();
}

export async function render(root) {
  if (!state.rules) {
    fill(root, noRules());
    return;
  }
  const holds = holdsFor();
  if (result?.holds !== holds) {
    fill(root, h("div", { role: "status" }, busy(t("waiting"))));
    try {
      const { rules, unlocked } = state;
      const found = await Promise.all([Promise.all(filters().map(gridOf)), baseGrid(), latest("test", "test", { rules, unlocked })]);
      if (holds !== holdsFor() || !found[2]) return;
      result = { holds, grids: found[0], base: found[1], examples: found[2] };
    } catch (error) {
      if (state.panel === "tests") fill(root, failure(error));
      return;
    }
    if (state.panel !== "tests") return;
  }
  draw(root);
}

// Of one of the filters that the lesson compares; null where its rules have errors.
async function gridOf({ main }) {
  let rules = state.rules;
  if (main !== state.main) {
    const other = await latest(`rules of ${main}`, "rules", { files: state.files, main });
    if (!other?.ok) return null;
    rules = other.rules;
  }
  return (await measured(main, rules))?.grid ?? null;
}

// Of the rules as the lesson gave them, where they were changed.
async function baseGrid() {
  const base = baseFiles();
  if (!(state.main in base) || Object.keys({ ...base, ...state.files }).every((name) => base[name] === state.files[name])) return null;
  const rules = await latest("base rules", "rules", { files: base, main: state.main });
  return rules?.ok ? ((await measured("base", rules.rules))?.grid ?? null) : null;
}

const measured = (name, rules) => latest(`eval ${name}`, "eval", { rules, ...measuredOn(), by: hasGroups() ? "kind" : "ability" });

function draw(root) {
  const mine = filters().findIndex((one) => one.main === state.main);
  const now = result.grids[mine];
  const again = (id) => {
    draw(root);
    $(id)?.focus();
  };
  fill(
    root,
    h(
      "div",
      { class: "tests" },
      hasGroups() ? [h("p", { class: "quiet" }, t("groups_say")), h("div", { class: "scroll-wide" }, groups(result.grids, open, again))] : abilities(root, now),
      result.base && now ? changes(result.base, now, both(filters()[mine].title)) : null,
      examples(),
    ),
  );
}

function abilities(root, grid) {
  return [
    h("p", { class: "quiet" }, t("tests_says")),
    [true, false].map((caught) =>
      h("section", {}, h("h3", {}, t(caught ? "should_catch" : "should_pass")), h("ul", { class: "grid" }, grid.filter((one) => one.caught === caught).map((one) => row(root, one)))),
    ),
    grid.some((one) => !one.supported) ? h("p", { class: "quiet small" }, "° ", t("too_few")) : null,
  ];
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
    shown ? h("div", { class: "messages" }, messages(failed.map((message) => messageButton(told(message), () => take(message), h("span", { class: "moves" }, badge(message.action)))))) : null,
  );
}

function take(message) {
  state.text = message.text;
  state.gloss = message.gloss ?? "";
  tell("text-set");
}

const VERDICTS = { fails: "✗", news: "★", holds: "✓" };
const rank = (one) => Object.keys(VERDICTS).indexOf(one.verdict);
const SEARCHED = 12; // of so many examples one is searched for

// Those that fail first.
function examples() {
  const some = [...result.examples].sort((a, b) => rank(a) - rank(b));
  const row = (one) =>
    messageButton(one, () => take(one), h("span", { class: "small quiet" }, `${VERDICTS[one.verdict]} ${t(one.verdict)} · ${t(`k_${one.kind}`)} · `, h("code", {}, visible(one.rule))), one.verdict);
  const listed = h("div", {}, messages(some.map(row)));
  const count = h("span", { class: "quiet small", role: "status" });
  const search = (event) => {
    const sought = event.target.value.trim().toLowerCase();
    const found = some.filter((one) => `${one.text} ${one.rule}`.toLowerCase().includes(sought));
    count.textContent = sought ? t("n_found", found.length, some.length) : "";
    fill(listed, messages(found.map(row)));
  };
  return h(
    "section",
    {},
    h("h3", {}, t("own_examples"), some.length ? ` (${some.filter((one) => one.verdict === "holds").length}/${some.length})` : ""),
    some.length > SEARCHED ? h("p", { class: "row" }, h("label", {}, t("search_examples"), " ", h("input", { type: "search", id: "example", autocomplete: "off", spellcheck: "false", oninput: search })), count) : null,
    some.length ? listed : h("p", { class: "quiet" }, t("no_examples")),
  );
}
