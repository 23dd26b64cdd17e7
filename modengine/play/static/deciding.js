// What is asked of the server when the rules or the message change, and what is drawn then.

import { drawAdding } from "./adding.js";
import { latest, Lost, notSoon, post, Refused, soon } from "./api.js";
import { covered } from "./covering.js";
import { drawForm } from "./form.js";
import { decided, hidden, isSecret } from "./guessing.js";
import { keeps } from "./keeping.js";
import { drawMarks } from "./marks.js";
import { drawSeen } from "./message.js";
import { caseWith } from "./origin.js";
import { saying } from "./pieces.js";
import { drawProblems } from "./rules.js";
import { on, snapshot, state, tell } from "./state.js";
import { drawPanel, followsMessage, needsMessage, openAgain } from "./tabs.js";
import { drawVerdict } from "./verdict.js";

let sentAt = 0;
let hadNone = false; // whether there were no rules or no message the last time
let explaining = 0; // milliseconds that the last explanation took

export async function compile() {
  const sent = JSON.stringify(state.files);
  // A thousand rules take seconds: until then the last good ones decide, and the page says so.
  soon("compiling", 500, () => {
    state.compiling = true;
    drawProblems();
    drawVerdict();
  });
  try {
    const found = await latest("rules", "rules", { files: state.files, main: state.main });
    if (!found || sent !== JSON.stringify(state.files)) return;
    compiled();
    state.lost = null;
    state.unread = false;
    state.broken = !found.ok;
    state.problems = found.problems;
    state.read = found.rules;
    if (found.ok) {
      state.compiled = found;
      state.rules = found.rules;
      state.good = { ...state.files };
    } else if (!state.rules && state.good) {
      const before = await latest("rules before", "rules", { files: state.good, main: state.main }).catch(() => null);
      if (sent !== JSON.stringify(state.files)) return;
      if (before?.ok) {
        state.compiled = before;
        state.rules = before.rules;
      }
    }
  } catch (error) {
    compiled();
    const later = isBusy(error);
    // The network, the engine of the static site, or a server that has too much to do: the rules are not to blame.
    state.unread = later || !(error instanceof Refused) || error.code === "engine";
    drawProblems(); // nothing is compiled meanwhile, and whoever asks again says so again
    if (later) return busy(compile);
    if (state.unread) return failed(error);
    state.broken = true;
    state.problems = [{ file: state.main, line: 1, column: 1, severity: "error", code: "", name: "", message: saying(error), hint: "" }];
  }
  drawProblems();
  drawAdding();
  drawForm();
  await decide();
  if (!followsMessage()) drawPanel();
  await decideSeen();
}

// A draft with an error has the last good rules too: after a reload they decide, as before it.
keeps(
  "good",
  () => (state.good && Object.keys({ ...state.good, ...state.files }).some((name) => state.good[name] !== state.files[name]) ? state.good : null),
  (kept) => (state.good = kept),
);

// What takes too long by rules that somebody changed may do so for their sake, and an engine that failed fails again: neither is asked anew.
const isBusy = ({ status, code }) => status === 503 && code !== "engine" && (code !== "slow" || !Object.keys(snapshot().changed).length);

function busy(again) {
  state.lost = "busy";
  drawVerdict();
  soon("again", 3000, again);
}

function compiled() {
  notSoon("compiling");
  state.compiling = false;
}

// The messages of the lesson that were looked at, by the rules as they are now.
async function decideSeen() {
  const rules = state.rules;
  for (const one of state.lesson?.cases ?? []) {
    if (one.text === state.text || !state.seen.has(one.id) || isSecret(one.text)) continue;
    const found = await latest("seen", "decide", { text: one.text, rules, ignore_scope: true }).catch(() => null);
    if (!found || rules !== state.rules) return;
    state.seen.set(one.id, found.action);
    drawSeen();
  }
}

// What stands there is of another text, or by other rules: half a second without an answer, and it goes.
let waits = 0;

function awaited() {
  waits ||= setTimeout(() => {
    state.decision = null;
    drawVerdict();
  }, 500);
}

function answered() {
  clearTimeout(waits);
  waits = 0;
}

export function decideNow() {
  sentAt = performance.now();
  return decide();
}

// After a key: the time is counted from the key on.
export function decideSoon() {
  sentAt = performance.now();
  soon("decide", 15, decide);
}

async function decide() {
  const text = state.text;
  // What is hidden is not asked for: then nothing can give it away.
  if (hidden()) {
    answered();
    state.decision = state.explained = state.flip = null;
    drawVerdict();
    drawPanel();
    return;
  }
  openAgain();
  const none = !state.rules || !text;
  if (none !== hadNone && needsMessage()) drawPanel();
  hadNone = none;
  if (none) {
    answered();
    state.decision = state.explained = null;
    drawVerdict();
    if (followsMessage()) drawPanel();
    return;
  }
  const rules = state.rules;
  awaited();
  try {
    const found = await latest("decide", "decide", { text, rules, ignore_scope: true });
    if (!found || text !== state.text || rules !== state.rules || hidden()) return;
    answered();
    state.decision = { ...found, of: text, by: rules };
    state.lost = null;
    const one = caseWith(text);
    if (one) {
      decided(one, found.action);
      state.seen.set(one.id, found.action);
    }
    drawVerdict();
    drawSeen();
    // Nor are the reasons of what is covered: they quote it.
    if (covered()) {
      state.explained = state.flip = null;
      drawPanel();
      return;
    }
    document.documentElement.dataset.latency = String(Math.round(performance.now() - sentAt));
    // Where the server is busy, the reasons wait for a pause in the typing.
    soon("explain", Math.min(400, Math.max(60, 2 * explaining)), () => explain(text, rules));
  } catch (error) {
    answered();
    if (state.decision?.of !== text || state.decision.by !== rules) state.decision = null;
    await failed(error);
  }
}

async function explain(text, rules) {
  const began = performance.now();
  try {
    const found = await latest("explain", "explain", { text, rules });
    if (!found || text !== state.text || rules !== state.rules || hidden() || covered()) return;
    explaining = performance.now() - began;
    state.explained = { ...found, of: text };
    tell("explained");
    drawMarks();
    if (followsMessage()) drawPanel();
    document.documentElement.dataset.explained = text;
  } catch (error) {
    await failed(error);
  }
}

async function failed(error) {
  if (error instanceof Refused && error.code === "rules") return compile(); // the server has forgotten them
  if (error instanceof Lost) return lost();
  if (isBusy(error)) return busy(decideNow); // of what is decided, the decision stays
  state.lost = error;
  state.decision = null;
  drawVerdict();
}

// Without the server, what was decided of this text stands there if its reasons do too; it is asked again when somebody answers.
let looking = 0;

function lost() {
  if (state.lost === "network") return;
  state.lost = "network";
  if (state.explained?.of !== state.text) state.decision = null;
  drawVerdict();
  look(1000);
}

function look(wait) {
  clearTimeout(looking);
  looking = setTimeout(async () => {
    try {
      state.start = { ...state.start, ...(await post("start")) };
    } catch (error) {
      if (error instanceof Refused && error.status === 403) tell("shut"); // begun anew, with a new code
      else look(Math.min(8000, 1.5 * wait));
      return;
    }
    state.lost = null;
    drawVerdict();
    await compile();
    if (!followsMessage()) drawPanel();
  }, wait);
}

on("lost", lost);
window.addEventListener("online", () => state.lost === "network" && look(0));
