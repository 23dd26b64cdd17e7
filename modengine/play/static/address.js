// The address: which lesson is open, so that Back leads to the one before, and a link to a lesson opens it in an open page.

import { setToken } from "./api.js";

const lessonAt = (name) => `#lesson=${encodeURIComponent(name)}`;

let stands = false; // whether the entry of the history is that of the lesson that is open

// A lesson is open, or none (""): an entry of its own, or the one that the browser made for a link, for Back and Forward.
export function isOpen(name) {
  if (location.hash !== lessonAt(name)) history[stands ? "pushState" : "replaceState"](null, "", lessonAt(name));
  stands = true;
}

// What the address brought.  A link is taken once, and its code stands there no longer: from then on the drafts know better.
export function taken() {
  const given = new URLSearchParams(location.hash.slice(1));
  const name = given.get("lesson");
  if (given.get("token")) setToken(given.get("token"));
  if (given.size > (name === null ? 0 : 1)) history.replaceState(null, "", location.pathname + location.search + (name === null ? "" : lessonAt(name)));
  stands = false;
  return given;
}
