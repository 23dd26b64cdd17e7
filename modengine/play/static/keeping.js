// What one did, kept: in this browser, in a link, in a file.

import { notSoon, soon } from "./api.js";
import { $, fill, h } from "./dom.js";
import { writeDraft } from "./drafts.js";
import { asLesson, encode, snapshot, state, tell } from "./state.js";
import { t } from "./strings.js";

const LINK = 30_000;
const parts = new Map();

// What a panel keeps beside rules and message: `take` gives it, `put` gets it back, or null for a beginning.
export const keeps = (name, take, put) => parts.set(name, { take, put });

export function putParts(given) {
  for (const [name, part] of parts) part.put(given?.[name] ?? null);
}

export const placeOf = (lesson) => (lesson ? `lesson ${lesson}` : `policy ${state.start.rules}`);

// Everything, as it is now.
export function draft() {
  const { lang: _, ...mine } = snapshot();
  return structuredClone({ ...mine, active: state.active, parts: Object.fromEntries([...parts].map(([name, part]) => [name, part.take()])) });
}

// At once.
export async function flush() {
  if (!state.begun) return;
  notSoon("keep");
  if (await writeDraft(placeOf(state.lesson?.lesson), draft())) {
    document.documentElement.dataset.kept = String(Number(document.documentElement.dataset.kept ?? 0) + 1);
  } else if (!state.unkept) {
    state.unkept = true;
    note(t("nothing_kept"), { stays: true });
  }
}

export function keep() {
  soon("keep", 300, flush);
}

export function listenToLeaving() {
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flush());
  window.addEventListener("pagehide", flush);
}

// A sentence at the foot of the page; one that can be undone, or that is to be read, stays until it is put away.
export function note(text, { undo = null, stays = false, link = "" } = {}) {
  const away = () => fill($("note"));
  const back = () => {
    away();
    undo();
  };
  fill(
    $("note"),
    h("p", {}, text),
    link ? h("input", { type: "text", readonly: true, value: link, id: "link", "aria-label": t("copy_link"), onfocus: (event) => event.target.select() }) : null,
    undo ? h("button", { type: "button", id: "undo", onclick: back }, t("undo")) : null,
    h("button", { type: "button", id: "note-away", class: "small", "aria-label": t("put_away"), onclick: away }, "✕"),
  );
  if (undo || stays || link) notSoon("note");
  else soon("note", 8000, away);
}

// Before something is discarded: what to call afterwards, so that it can be brought back.
export function undoable(text, also = null) {
  const before = draft();
  const undo = () => {
    also?.();
    tell("bring-back", before);
  };
  return () => note(text, { undo });
}

// Rules, message and tries; guesses, the log and what was looked at stay here.
export function saveFile() {
  const tries = parts.get("tries").take();
  const data = new Blob([JSON.stringify({ ...asLesson(), parts: { tries } }, null, 1)], { type: "application/json" });
  const link = h("a", { href: URL.createObjectURL(data), download: `${state.lesson?.lesson ?? "lesson"}.modengine.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// The address of this page as another device opens it.
function pageAddress() {
  const here = new URL(location.href.replace(/#.*$/, ""));
  if (state.start.open && state.start.outside && ["localhost", "127.0.0.1", "[::1]"].includes(here.hostname)) here.hostname = state.start.outside;
  return here.href;
}

// Plain http has no navigator.clipboard.
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h("textarea", { class: "unseen", value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export async function copyLink() {
  const kept = await encode(snapshot());
  if (kept.length >= LINK) {
    note(t("link_too_long"));
    return;
  }
  const token = state.start.student ? `&token=${state.start.student}` : "";
  const link = `${pageAddress()}#s=${kept}${token}`;
  const alone = ["localhost", "127.0.0.1", "[::1]"].includes(new URL(link).hostname);
  if (await toClipboard(link)) note(t(alone ? "copied_alone" : "copied"));
  else note(t("copy_by_hand"), { link });
}
