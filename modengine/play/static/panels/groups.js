// Whom it hits: of each kind of message how many are caught or flagged, by each filter that the lesson compares.

import { h, placed } from "../dom.js";
import { filters, groupName, told } from "../measured.js";
import { badge, messageButton, messages } from "../pieces.js";
import { state, tell } from "../state.js";
import { both, t } from "../strings.js";

const flagged = (one) => (one.caught ? one.k : one.n - one.k);

// The filter whose rules are in the editor and decide.
function putInForce(main) {
  if (state.main === main) return;
  state.main = main;
  const named = /rulesets: *\[ *([\w./-]+)/.exec(state.files[main] ?? "")?.[1];
  state.active = named in state.files ? named : main;
  tell("files-set");
}

// `grids` has for each filter its grid, or null while its rules have errors; `open` is a cell, `again` draws anew.
export function groups(grids, open, again) {
  const some = filters();
  const rows = (grids.find(Boolean) ?? []).map((one) => ({ kind: one.function, caught: one.caught }));
  const known = Object.keys(state.lesson.groups);
  rows.sort((a, b) => known.indexOf(a.kind) - known.indexOf(b.kind));
  const of = (grid, row) => grid?.find((one) => one.function === row.kind && one.caught === row.caught);
  const side = (caught) => {
    const mine = rows.filter((row) => row.caught === caught);
    if (!mine.length) return null;
    return h(
      "tbody",
      {},
      h("tr", { class: "side" }, h("th", { scope: "rowgroup", colspan: some.length + 1 }, t(caught ? "should_catch" : "should_pass"))),
      mine.map((row) => [
        h("tr", {}, h("th", { scope: "row" }, groupName(row.kind)), some.map((filter, at) => h("td", {}, cell(of(grids[at], row), filter, open, again)))),
        some.map((filter, at) => opened(of(grids[at], row), filter, open, some.length)),
      ]),
      mine.length > 1
        ? h("tr", { class: "sum" }, h("th", { scope: "row" }, t("all_of_them")), grids.map((grid) => h("td", {}, grid ? h("strong", {}, said(caught, mine.map((row) => of(grid, row)))) : "–")))
        : null,
    );
  };
  return h(
    "table",
    { class: "groups" },
    h("thead", {}, h("tr", {}, h("td", {}), some.map((filter) => h("th", { scope: "col" }, filter.title ? choice(filter) : t("flagged"))))),
    side(true),
    side(false),
  );
}

function said(caught, ones) {
  const sum = (count) => ones.reduce((all, one) => all + count(one), 0);
  return t(caught ? "n_caught" : "n_flagged", sum(flagged), sum((one) => one.n));
}

const choice = (filter) =>
  h("label", {}, h("input", { type: "radio", name: "in-force", value: filter.main, checked: filter.main === state.main, onchange: () => putInForce(filter.main) }), both(filter.title));

function cell(one, filter, open, again) {
  if (!one) return "–";
  const key = `${filter.main} ${one.function} ${one.caught}`;
  const shown = open.has(key);
  const toggle = (event) => {
    if (shown) open.delete(key);
    else open.add(key);
    again(event.currentTarget.id);
  };
  const share = one.n ? flagged(one) / one.n : 0;
  const text = said(one.caught, [one]);
  return [
    h(
      "button",
      { type: "button", class: "small count-button", id: `group-${filter.main.replace(/\W/g, "-")}-${one.function}`, "aria-expanded": String(shown), "aria-label": `${filter.title ? `${both(filter.title)}, ` : ""}${groupName(one.function)}: ${text}`, onclick: toggle },
      h("span", { "aria-hidden": "true" }, shown ? "▾ " : "▸ "),
      text,
    ),
    h("span", { class: "share", "aria-hidden": "true" }, placed(h("span", { class: one.caught ? "good-part" : "bad-part" }), { width: `${100 * share}%` })),
    one.share === null ? null : h("span", { class: "quiet small" }, `${percents(one).join("–")} %`),
  ];
}

function percents(one) {
  const round = (share) => Math.round(100 * share);
  return one.caught ? [round(one.low), round(one.high)] : [round(1 - one.high), round(1 - one.low)];
}

function opened(one, filter, open, columns) {
  if (!one || !open.has(`${filter.main} ${one.function} ${one.caught}`)) return null;
  const take = (row) => () => {
    state.text = row.text;
    state.gloss = row.gloss ?? "";
    putInForce(filter.main);
    tell("text-set");
  };
  const sorted = [...one.rows].sort((a, b) => a.holds - b.holds);
  return h(
    "tr",
    { class: "opened" },
    h(
      "td",
      { colspan: columns + 1 },
      filter.title ? h("p", { class: "small quiet" }, both(filter.title)) : null,
      messages(sorted.map((row) => messageButton(told(row), take(row), h("span", { class: "moves" }, badge(row.action), row.holds ? null : h("span", { class: "small bad" }, " ", t(one.caught ? "one_missed" : "one_false_alarm")))))),
    ),
  );
}

// Whom a change of the rules freed, and whom it let pass: `was` and `now` are grids of the same messages.
export function changes(was, now, title) {
  const flat = (grid) => new Map(grid.flatMap((one) => one.rows.map((row) => [`${row.id} ${row.text}`, row])));
  const before = flat(was);
  const found = { freed: [], let_pass: [], newly_caught: [], newly_hit: [] };
  const secret = now.flatMap((one) => one.rows).filter((row) => row.secret).length;
  for (const [key, row] of flat(now)) {
    if (row.secret) continue;
    const old = before.get(key);
    if (!old || old.holds === row.holds) continue;
    const harmless = row.label === "none";
    found[row.holds ? (harmless ? "freed" : "newly_caught") : harmless ? "newly_hit" : "let_pass"].push([old, row]);
  }
  const take = (row) => () => {
    state.text = row.text;
    state.gloss = row.gloss ?? "";
    tell("text-set");
  };
  const some = Object.entries(found).filter(([, rows]) => rows.length);
  return h(
    "section",
    { id: "changes", role: "status" },
    h("h3", {}, t("since_changed"), title ? h("span", { class: "quiet" }, ` · ${title}`) : null),
    some.length
      ? some.map(([name, rows]) => h("section", { class: `change ${name}` }, h("h4", {}, t(name, rows.length)), messages(rows.map(([old, row]) => messageButton(told(row), take(row), h("span", { class: "moves" }, badge(old.action), " → ", badge(row.action)))))))
      : h("p", { class: "quiet" }, t("changes_none")),
    secret ? h("p", { class: "quiet small" }, t("changes_secret", secret)) : null,
  );
}
