// What a lesson brings besides rules: the messages that they are measured on, whose they are, the filters it compares.

import { h, visible } from "./dom.js";
import { secrets } from "./guessing.js";
import { state } from "./state.js";
import { both } from "./strings.js";

// For a request: what is measured on, the messages of the lesson or the shipped samples, and what may be told of them.
export function measuredOn() {
  const own = state.lesson?.messages.length ? { lesson: state.lesson.lesson } : {};
  return { ...own, secret: secrets(), unlocked: state.unlocked };
}

// What an answer about them held for; it is asked for anew when something else may be told.
export const holdsFor = () => JSON.stringify([state.rules, measuredOn()]);

export const hasGroups = () => Object.keys(state.lesson?.groups ?? {}).length > 0;
export const groupName = (kind) => both(state.lesson?.groups[kind]) || kind;

// The filters that are compared: those of the lesson, or the rules as they are.
export function filters() {
  const some = state.lesson?.filters ?? [];
  return some.length ? some : [{ main: state.main, title: null }];
}

const known = () => [...(state.lesson?.cases ?? []), ...(state.lesson?.messages ?? [])];

// The language of the messages; their meaning is shown beside them where the page is in another.
const language = () => state.lesson?.language ?? "zh";
const needsGloss = () => state.lang !== language();
const glossLanguage = () => (language() === "zh" ? "en" : "zh-Hans");

// What a text means, where the lesson says it.
const glossOf = (text) => known().find((one) => one.text === text)?.gloss ?? state.lesson?.glosses[text] ?? "";

// The meaning of a message, beside it, for whoever reads the page in the other language.
export function beside(text, gloss) {
  gloss ||= glossOf(text);
  return gloss && needsGloss() ? h("span", { class: "gloss", lang: glossLanguage() }, visible(gloss)) : null;
}

// A row as the server gives it, with what the lesson knows of its message.
export const told = (row) => ({ ...row, sensitive: row.sensitive || known().some((one) => one.text === row.text && one.blur) });
