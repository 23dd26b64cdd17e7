// Requests.  Of the answers to requests of one name, only that to the newest is used.

import { reach } from "./reach.js";
import { recall, remember } from "./session.js";
import { t } from "./strings.js";

let token = recall("token", "");
const running = new Map();

export function setToken(value) {
  token = value;
  remember("token", value);
}

export const hasToken = () => token !== "";

export class Refused extends Error {
  constructor(status, body) {
    super(body.code === "extra" ? t("needs_extra", body.hint) : (body.error ?? `HTTP ${status}`));
    this.status = status;
    this.code = body.code ?? "";
  }
}

// Nobody answers: no network, or no server.
export class Lost extends Error {}

export async function post(path, body = {}, signal = undefined) {
  const answer = await reach(`/api/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Modengine-Token": token },
    body: JSON.stringify(body),
    signal,
  }).catch((error) => {
    throw signal?.aborted ? error : new Lost(error.message);
  });
  const found = await answer.json().catch((error) => {
    throw signal?.aborted ? error : new Lost(`HTTP ${answer.status}`); // not from the page's own server
  });
  if (!answer.ok) throw new Refused(answer.status, found);
  return found;
}

// The answer, or null where a newer request of the same name was made meanwhile.
export async function latest(name, path, body) {
  running.get(name)?.abort();
  const mine = new AbortController();
  running.set(name, mine);
  try {
    const found = await post(path, body, mine.signal);
    return running.get(name) === mine ? found : null;
  } catch (error) {
    if (mine.signal.aborted) return null;
    throw error;
  }
}

const waiting = new Map();

// Runs `what` once nothing more of this name came for so many milliseconds.
export function soon(name, milliseconds, what) {
  clearTimeout(waiting.get(name));
  waiting.set(name, setTimeout(what, milliseconds));
}

// What was to be run soon is not run.
export function notSoon(name) {
  clearTimeout(waiting.get(name));
}
