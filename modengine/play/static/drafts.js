// Drafts, kept in this browser alone: what one did in each lesson, window by window.

const STORE = "drafts";
const MOST = 60;
const random = () => [...crypto.getRandomValues(new Uint8Array(8))].map((one) => one.toString(16).padStart(2, "0")).join("");

let db = null; // null where the browser keeps nothing
let tab = random();

// A disk that does not answer is no disk: the page goes on without it.
const PATIENCE = 5000;

const asked = (request) =>
  new Promise((done, fail) => {
    setTimeout(() => fail(new Error("no answer")), PATIENCE);
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
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
    for (const old of (await all()).slice(MOST)) await asked(store("readwrite").delete([old.place, old.tab]));
  } catch {
    db = null;
  }
  return db !== null;
}

// A window that was duplicated has the name of the other one: it takes a name of its own.
function apart() {
  const me = random();
  const channel = new BroadcastChannel("modengine");
  channel.onmessage = ({ data }) => {
    if (data.asks === tab && data.from !== me) channel.postMessage({ taken: tab, to: data.from });
    if (data.taken === tab && data.to === me) sessionStorage.setItem("modengine-tab", (tab = random()));
  };
  channel.postMessage({ asks: tab, from: me });
}

// The newest first, by a count: clocks may be wrong.
const all = async () => (await asked(store().index("turn").getAll())).reverse();

// Whether it is kept.
export async function writeDraft(place, value) {
  if (!db) return false;
  try {
    const drafts = store("readwrite");
    const newest = await asked(drafts.index("turn").openKeyCursor(null, "prev"));
    await asked(drafts.put({ place, tab, turn: (newest?.key ?? 0) + 1, value }));
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
  if (db) await asked(store("readwrite").clear());
}
