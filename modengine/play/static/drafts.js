// Drafts, kept in this browser alone: what one did in each lesson, window by window.

import { newName, recall, remember } from "./session.js";

const STORE = "drafts";
const MOST = 60;

let db = null; // null where the browser keeps nothing
let tab = newName();
let turn = 0; // of the newest draft, whichever window wrote it
let windows = null;

// A disk that does not answer is no disk: the page goes on without it.
const PATIENCE = 5000;

// The answer to a request, or the end of a transaction.
const asked = (one) =>
  new Promise((done, fail) => {
    setTimeout(() => fail(new Error("no answer")), PATIENCE);
    one.onsuccess = one.oncomplete = () => done(one.result);
    one.onerror = one.onabort = () => fail(one.error);
  });

const store = (mode = "readonly") => db.transaction(STORE, mode).objectStore(STORE);

// Whether anything can be kept.
export async function openDrafts() {
  try {
    const opening = indexedDB.open("modengine", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: ["place", "tab"] }).createIndex("turn", "turn");
    db = await asked(opening);
    db.onversionchange = () => db.close();
    tab = sessionStorage.getItem("modengine-tab") ?? tab;
    sessionStorage.setItem("modengine-tab", tab);
    apart();
    const drafts = await all();
    turn = Math.max(turn, drafts[0]?.turn ?? 0);
    for (const old of drafts.slice(MOST)) await asked(store("readwrite").delete([old.place, old.tab]));
  } catch {
    db = null;
  }
  return db !== null;
}

// A window that was duplicated has the name of the other one: it takes a name of its own.
function apart() {
  const me = newName();
  windows = new BroadcastChannel("modengine");
  windows.onmessage = ({ data }) => {
    turn = Math.max(turn, data.turn ?? 0);
    if (data.asks === tab && data.from !== me) windows.postMessage({ taken: tab, to: data.from });
    if (data.taken === tab && data.to === me) sessionStorage.setItem("modengine-tab", (tab = newName()));
  };
  windows.postMessage({ asks: tab, from: me });
}

// The newest first, by a count: clocks may be wrong.
async function all() {
  const found = (await asked(store().index("turn").getAll())).reverse();
  const left = recall("left", null);
  const known = found.some((one) => one.tab === tab && one.place === left?.place && one.turn >= left.turn);
  return left && !known ? [{ ...left, tab }, ...found] : found;
}

// What stands in a page that is left: the next page of this window may begin before the disk has it.
export function leave(place, value) {
  if (db) remember("left", { place, turn: turn + 1, value });
}

// Whether it is kept.  All is asked before anything is waited for: a page that is left does not come to a second step.
export async function writeDraft(place, value) {
  if (!db) return false;
  try {
    turn += 1;
    windows.postMessage({ turn });
    const drafts = store("readwrite");
    drafts.put({ place, tab, turn, value });
    drafts.transaction.commit();
    await asked(drafts.transaction); // there may be no space for what was taken
    return true;
  } catch {
    return false; // no space, or taken away meanwhile
  }
}

// Of this window, or where it has none the newest of any.
export async function draftOf(place) {
  const found = db ? (await all().catch(() => [])).filter((one) => one.place === place) : [];
  return (found.find((one) => one.tab === tab) ?? found[0])?.value ?? null;
}

// Where this window was last, or null.
export async function lastPlace() {
  const found = db ? await all().catch(() => []) : [];
  return found.find((one) => one.tab === tab)?.place ?? null;
}

export async function forgetDrafts() {
  remember("left", null);
  if (db) await asked(store("readwrite").clear());
}
