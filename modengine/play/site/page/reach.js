// How a request reaches the engine in the static site: a worker of this page answers, and nothing leaves the device.
//
// Of two workers one gives verdicts, reasons and the log; the other, which begins when it is first needed, studies many
// messages meanwhile.  A worker that does not answer in its time is ended, and another begins.

const STUDIES = new Set(["test", "eval", "scores", "diff", "flip", "evade"]);
const FIRST = ["decide", "rules"]; // these do not wait for reasons
const STARTING = 600; // seconds, on a slow device or network
const GRACE = 90; // seconds beyond those in which the worker ends a job by itself: compiling, on a slow device

const here = new URL("../", import.meta.url);
let start = null;
let begins;
export const begun = new Promise((done) => (begins = done)); // when everything was loaded
const said = (status, error, code = "") => new Response(JSON.stringify({ error, code }), { status });

class Hand {
  constructor() {
    this.waiting = [];
    this.asked = null;
    this.begin();
  }

  begin() {
    this.ready = false;
    this.worker = new Worker(new URL("worker.js", here), { type: "module" });
    this.worker.onmessage = ({ data }) => this.told(data);
    this.worker.onerror = () => this.fail("the engine could not begin in this browser: is it older than 2024?");
    this.limit(STARTING, () => this.fail("the engine did not begin in time"));
  }

  limit(seconds, late) {
    clearTimeout(this.clock);
    this.clock = setTimeout(late, seconds * 1000);
  }

  told(data) {
    clearTimeout(this.clock);
    if (data.failed) return this.fail(data.failed);
    if (data.ready) {
      this.ready = true;
      begins();
    } else this.finish(new Response(data.body, { status: data.status }));
    return this.next();
  }

  finish(answer) {
    const { done } = this.asked;
    this.asked = null;
    done(answer);
  }

  // Whoever waits is told; the next request begins anew.
  fail(why) {
    clearTimeout(this.clock);
    this.worker?.terminate();
    for (const one of [this.asked, ...this.waiting]) one?.done(said(503, why, "engine"));
    this.waiting = [];
    this.asked = this.worker = null;
  }

  late() {
    this.worker.terminate();
    this.finish(said(503, "this took too long and was stopped; is there a pattern that tries too many ways?", "slow"));
    this.begin();
  }

  ask(path, body, signal) {
    return new Promise((done, refuse) => {
      const one = { path, body, done };
      signal?.addEventListener("abort", () => {
        this.waiting = this.waiting.filter((other) => other !== one);
        refuse(signal.reason);
      });
      this.waiting.push(one);
      if (!this.worker) this.begin();
      this.next();
    });
  }

  next() {
    if (!this.ready || this.asked || !this.waiting.length) return;
    const at = Math.max(0, this.waiting.findIndex((one) => FIRST.includes(one.path)));
    [this.asked] = this.waiting.splice(at, 1);
    const { path, body } = this.asked;
    this.limit(SECONDS[path] + GRACE, () => this.late());
    this.worker.postMessage({ path: `/api/${path}`, body });
  }
}

const sets = new Map(); // each rule set by its name: the request that made it

const keep = (name, body) => {
  sets.delete(name);
  sets.set(name, body);
  if (sets.size > 40) sets.delete(sets.keys().next().value);
};

// Rules are read by the worker that gives verdicts: another one, or one that began anew, is sent them when it asks.
async function asked(hand, path, body, signal) {
  const answer = await hand.ask(path, body, signal);
  if (path === "rules" && answer.ok) keep((await answer.clone().json()).rules, body);
  if (answer.status !== 410) return answer;
  const given = JSON.parse(body);
  const needed = [given.rules, given.a, given.b].filter((name) => sets.has(name));
  if (!needed.length) return answer;
  for (const name of needed) await hand.ask("rules", sets.get(name), signal);
  return hand.ask(path, body, signal);
}

let SECONDS = {}; // of each endpoint, at most
const hands = {};
hands.verdict = new Hand();

export async function reach(url, { body, signal } = {}) {
  const path = url.replace("/api/", "");
  start ??= fetch(new URL("start.json", here)).then((answer) => answer.json());
  const given = await start.catch((error) => {
    start = null; // asked again the next time
    throw error;
  });
  SECONDS = given.seconds;
  if (path === "start") return new Response(JSON.stringify(given.start));
  const name = STUDIES.has(path) ? "study" : "verdict";
  hands[name] ??= new Hand();
  return asked(hands[name], path, body, signal);
}
