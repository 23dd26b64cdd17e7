// Audit: decisions as records in a tree of hashes; one flipped byte, and where verification fails.

import { latest, post, Refused } from "../api.js";
import { covers } from "../covering.js";
import { $, fill, h, placed, said, visible } from "../dom.js";
import { inWords, ruleText } from "../engine_words.js";
import { keeps, undoable } from "../keeping.js";
import { ACTIONS, badge, busy, failure } from "../pieces.js";
import { newName } from "../session.js";
import { state, tell } from "../state.js";
import { t } from "../strings.js";

const begun = () => ({ name: newName(), shown: null, kept: "", levels: null, selected: -1, form: "notice", one: null, ones: {}, said: null, at: 0, known: false, gone: false });
const log = begun();

// A log is kept with the draft: where the server that had it has ended, what was seen of it can still be read.
keeps(
  "log",
  () => (log.shown ? { ...log, said: null } : null),
  (kept) => Object.assign(log, begun(), kept, { known: false }),
);

export async function render(root) {
  draw(root);
  if (!log.shown || log.known) return;
  log.known = true;
  try {
    await refresh();
    log.gone = false;
  } catch (error) {
    if (error instanceof Left) return;
    if (!(error instanceof Refused)) log.known = false; // it is asked again
    log.gone = true;
  }
  draw(root);
}

function draw(root, focus = "") {
  if (state.panel !== "audit") return; // on a slow network, another was opened meanwhile
  fill(
    root,
    h(
      "div",
      { class: "audit" },
      h("p", { class: "quiet" }, t("audit_says")),
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", id: "record", class: "primary", disabled: !state.rules || !state.text, onclick: () => record(root) }, t("record_it")),
        h("button", { type: "button", id: "verify", disabled: !log.shown || log.gone, onclick: () => verify(root) }, t("verify")),
        h("button", { type: "button", id: "new-log", disabled: !log.shown, onclick: () => anew(root) }, t("new_log")),
      ),
      h("div", { id: "audit-said", role: "status" }, log.said ? log.said() : log.gone ? h("p", {}, t("log_gone")) : null),
      h("section", {}, h("h3", {}, t("records")), log.shown ? list(root) : h("p", { class: "empty" }, t("no_records"), state.text ? null : [" ", t("message_first")])),
      log.shown && log.selected >= 0 ? one(root) : null,
      log.shown ? merkle() : null,
    ),
  );
  if (focus) (root.querySelector(focus) ?? root).focus();
}

// Another log was begun, or another lesson, before the answer came.
class Left extends Error {}

async function ask(path, body = {}, send = post) {
  const { name } = log;
  const stays = () => {
    if (name !== log.name) throw new Left();
  };
  const found = await send(`audit/${path}`, { log: name, ...body }).catch((error) => {
    stays();
    throw error;
  });
  stays();
  return found;
}

async function attempt(root, what) {
  try {
    await what();
  } catch (error) {
    if (error instanceof Left) return;
    log.said = () => failure(error);
    draw(root);
  }
}

// What changes the log is done once, however often it is pressed before it is.
let working = "";

function change(root, what) {
  return attempt(root, async () => {
    if (log.gone) replaced();
    if (working === log.name) return;
    const name = (working = log.name);
    try {
      await what();
    } finally {
      if (working === name) working = "";
    }
  });
}

const refresh = async () => {
  log.shown = await ask("show");
};

function record(root) {
  return change(root, async () => {
    log.said = () => busy(t("waiting"));
    fill($("audit-said"), log.said());
    const receipt = await ask("append", { rules: state.rules, text: state.text });
    await refresh();
    log.kept = receipt.checkpoint;
    log.levels = log.shown.levels;
    log.said = null;
    await select(root, receipt.seq, "#record");
  });
}

function verify(root) {
  return attempt(root, async () => {
    const report = await ask("verify", { checkpoint: log.kept });
    log.said = () =>
      report.ok
        ? h("p", { class: "good" }, "✓ ", t("verified", report.records))
        : [
            h("p", { class: "bad" }, "✕ ", t("not_verified")),
            h("ul", {}, report.faults.map((fault) => h("li", {}, visible(inWords(fault.what)), " ", h("code", { class: "quiet" }, fault.code)))),
          ];
    await refresh();
    tell("changed");
    draw(root, "#verify");
  });
}

function anew(root) {
  replaced();
  draw(root, "#record");
}

// The old one stays with the server, so that it can be brought back.
function replaced() {
  const left = undoable(t("log_left"));
  Object.assign(log, begun(), { known: true, form: log.form });
  tell("changed");
  left();
}

async function select(root, seq, focus) {
  const found = log.gone ? log.ones[seq] ?? {} : await ask("record", { seq, checkpoint: log.kept }, (path, body) => latest("record", path, body));
  if (!found) return; // another record was chosen meanwhile
  log.selected = seq;
  log.ones[seq] = found;
  tell("changed");
  log.one = found;
  const place = log.shown.records[seq]?.raw.indexOf('"score":') ?? -1;
  log.at = place < 0 ? 10 : new TextEncoder().encode(log.shown.records[seq].raw.slice(0, place + 8)).length;
  draw(root, focus);
}

function list(root) {
  return h(
    "ol",
    { class: "records", start: "0" },
    log.shown.records.map((entry) => {
      const kind = entry.record?.kind;
      const what = !entry.record
        ? h("span", { class: "bad" }, t("unreadable"))
        : kind === "decision"
          ? ACTIONS.includes(entry.record.action) ? badge(entry.record.action) : visible(String(entry.record.action))
          : kind === "revision" ? t("kind_revision") : visible(String(kind));
      return h(
        "li",
        {},
        h("button", { type: "button", id: `record-${entry.seq}`, class: "record-button", "aria-pressed": String(log.selected === entry.seq), onclick: () => attempt(root, () => select(root, entry.seq, `#record-${entry.seq}`)) }, h("span", { class: "number" }, t("record_n", entry.seq)), h("span", { class: "what" }, what)),
      );
    }),
  );
}

function one(root) {
  const entry = log.shown.records[log.selected];
  if (!entry) return null;
  const decision = entry.record?.kind === "decision";
  const forms = log.gone && !log.one?.details ? ["record"] : decision ? ["notice", "record", "statement", "proof"] : ["record", "proof"];
  const form = forms.includes(log.form) ? log.form : forms[0];
  const choose = (name) => () => {
    log.form = name;
    draw(root, `input[value="${name}"]`);
  };
  return h(
    "section",
    { class: "one-record" },
    h("h3", {}, t("record_n", entry.seq)),
    h("fieldset", { class: "choice segments" }, h("legend", { class: "unseen" }, t("show_as")), forms.map((name) => h("label", {}, h("input", { type: "radio", name: "form", value: name, checked: form === name, onchange: choose(name) }), t(`as_${name}`)))),
    FORMS[form](entry),
    log.gone ? null : tamper(root, entry),
  );
}

const json = (value, label) => h("pre", { class: "json", tabindex: "0", role: "group", "aria-label": label, lang: "en" }, visible(typeof value === "string" ? value : JSON.stringify(value, null, 2)));

const FORMS = {
  record: (entry) => json(entry.record ?? entry.raw, t("as_record")),
  statement: () => (log.one.statement ? json(log.one.statement, t("as_statement")) : h("p", {}, log.one.unreadable ? visible(log.one.unreadable) : t("no_statement"))),
  proof: () => [
    log.one.proof ? h("p", { class: "good" }, "✓ ", t("proof_holds")) : h("p", { class: "bad" }, "✕ ", t("proof_fails", visible(log.one.wrong ?? ""))),
    log.one.proof ? json(log.one.proof, t("as_proof")) : null,
  ],
  notice: (entry) => notice(entry.record),
};

// What the person who wrote the message would be told.
function notice(record) {
  const list = (values) => (Array.isArray(values) ? values : []);
  const details = log.one.details;
  const words = (index) => {
    if (covers(log.one.text ?? "")) return t("covered");
    const places = list(details?.hits?.[index]?.matches ?? details?.hits?.[index]);
    const chars = [...(log.one.text ?? "")];
    return [...new Set(places.map((match) => chars.slice(match.start, match.end).join("")).filter(Boolean))].map((word) => `“${word}”`).join(" ");
  };
  const titles = new Map((state.compiled?.list ?? []).map((rule) => [rule.id, ruleText(rule.title).text]));
  return h(
    "div",
    { class: "notice" },
    h("h4", {}, t("notice_head", String(record.time).slice(0, 16).replace("T", " "))),
    log.one.text ? said(log.one.text, "blockquote") : null,
    h("p", {}, h("strong", {}, t(ACTIONS.includes(record.action) ? `notice_${record.action}` : "unreadable"))),
    list(record.hits).map((hit, at) => h("p", {}, t("notice_rule", visible(titles.get(hit.rule) ?? hit.rule), hit.counted, visible(words(at)) || "–"))),
    list(record.relief).map((relief) => h("p", {}, t("notice_relief", visible(titles.get(relief.rule) ?? relief.rule), relief.points))),
    record.action === "allow" ? null : h("p", {}, t("notice_contest"), " ", h("code", { class: "nowrap" }, visible(String(record.decision_id).slice(0, 10)))),
  );
}

function tamper(root, entry) {
  const bytes = new TextEncoder().encode(entry.raw);
  const around = () => {
    const text = (from, to) => new TextDecoder().decode(bytes.slice(Math.max(0, from), to));
    fill($("byte-shown"), h("span", {}, visible(text(log.at - 24, log.at))), h("mark", {}, visible(text(log.at, log.at + 1))), h("span", {}, visible(text(log.at + 1, log.at + 25))));
    $("byte-said").textContent = t("byte", log.at, bytes.length);
  };
  const move = (event) => {
    log.at = Number(event.target.value);
    around();
  };
  const flip = () =>
    change(root, async () => {
      const done = await ask("tamper", { seq: entry.seq, at: log.at });
      await refresh();
      log.said = () => h("p", { class: "bad" }, t("flipped", done.at, done.seq, visible(done.before), visible(done.after)));
      const at = log.at;
      await select(root, entry.seq, "#flip-byte");
      log.at = at;
    });
  const box = h(
    "section",
    { class: "tamper" },
    h("h4", {}, t("tamper")),
    h("p", { class: "quiet small" }, t("tamper_says")),
    h("label", {}, h("span", { id: "byte-said", class: "small" }), h("input", { type: "range", min: 0, max: Math.max(0, bytes.length - 1), value: log.at, oninput: move, id: "byte" })),
    h("p", { class: "byte", lang: "en" }, h("code", { id: "byte-shown" })),
    h("button", { type: "button", id: "flip-byte", class: "danger", onclick: flip }, t("flip_byte")),
  );
  queueMicrotask(() => $("byte-shown") && around());
  return box;
}

// A hash as the checkpoint and the proofs have it, so that they can be compared.
const inBase64 = (hash) => btoa(String.fromCharCode(...(hash.match(/../g) ?? []).map((byte) => parseInt(byte, 16))));

// The tree, the newest below; a node whose hash is not the one that was kept is marked.
function merkle() {
  const levels = log.shown.levels.map((level) => level.map(inBase64));
  const kept = log.levels?.map((level) => level.map(inBase64));
  const path = new Set();
  let at = log.selected;
  if (at >= 0) levels.forEach((level, height) => {
    path.add(`${height}-${at}`);
    at = Math.floor(at / 2);
  });
  let changed = 0;
  const rows = levels.map((level, height) =>
    h(
      "div",
      { class: "level" },
      level.map((hash, index) => {
        const before = kept?.[height]?.[index];
        const other = before !== undefined && before !== hash;
        if (other) changed += 1;
        const node = h(
          "span",
          { class: `node ${height === 0 ? "leaf" : ""} ${other ? "other" : ""} ${path.has(`${height}-${index}`) ? "path" : ""}`, title: hash },
          other ? "✕ " : "", hash.slice(0, 6),
        );
        return placed(node, { "flex-grow": String(Math.min(2 ** height, levels[0].length - index * 2 ** height)) });
      }),
    ),
  );
  const root = levels.at(-1)?.[0] ?? "";
  return h(
    "section",
    {},
    h("h3", {}, t("tree_of")),
    h("p", { class: "quiet small" }, t("tree_says")),
    h("p", { class: changed ? "bad" : "quiet" }, changed ? t("changed_nodes", changed) : t("tree_text", levels[0]?.length ?? 0, root.slice(0, 6))),
    h("div", { class: "merkle", tabindex: "0", role: "img", "aria-label": `${t("tree_text", levels[0]?.length ?? 0, root.slice(0, 12))}. ${changed ? t("changed_nodes", changed) : ""}` }, rows.reverse()),
    h("h4", {}, t("checkpoint")),
    h("pre", { class: "json", tabindex: "0", role: "group", "aria-label": t("checkpoint"), lang: "en" }, log.kept.trimEnd()),
  );
}
