// What the page knows, and how it is kept in a link or a file.

import { recall } from "./session.js";

export const state = {
  begun: false, // whether there is anything to keep
  unkept: false, // whether this browser keeps nothing
  start: null, // what the server gave: files, lessons, whether this is the teacher's window
  lesson: null,
  files: {},
  main: "",
  active: "", // the file in the editor
  text: "",
  gloss: "",
  caseId: "",
  panel: "why",
  lang: "en",
  scheme: "auto",
  size: "normal",
  level: "simple", // two panels and a form, or everything
  teacher: recall("teacher", false), // whether the teacher's bar is open
  predict: recall("predict", true), // whether a message of a lesson is guessed before its decision is shown
  blur: recall("blur", false), // whether all messages are covered
  unlocked: false, // whether samples that advertise sex or speak of bombs are shown
  seen: new Map(), // the messages of the lesson that were looked at, and how the rules as they are now decide them
  compiling: false, // whether changed rules are being read, and that takes a while
  problems: [], // what is wrong with the rules as they are now
  broken: false, // whether these are errors
  unread: false, // whether nobody could be asked about the rules as they are now
  lost: null, // why nothing could be asked of the server: "network", "busy", or what it refused
  rules: null, // the name of the rule set on the server, null while it has errors
  good: null, // the files of the last rules without errors
  read: null, // the name of the rule set that was read last, with errors or without
  compiled: null, // what /api/rules said last
  decision: null,
  explained: null,
  flip: null,
  pinned: null, // {rules, title}: policy A of "what if"
};

const listeners = new Map();

export function on(what, listener) {
  listeners.set(what, [...(listeners.get(what) ?? []), listener]);
}

export function tell(what, given = undefined) {
  for (const listener of listeners.get(what) ?? []) listener(given);
}

export const caseOf = (id) => state.lesson?.cases.find((one) => one.id === id);

export function baseFiles() {
  return state.lesson ? state.lesson.files : state.start.files;
}

// What differs from the lesson, or from the policy that the page was started with.
export function snapshot() {
  const base = baseFiles();
  const changed = {};
  for (const [name, text] of Object.entries(state.files)) if (base[name] !== text) changed[name] = text;
  return {
    modengine: 1,
    lesson: state.lesson?.lesson ?? "",
    base: state.lesson ? "" : state.start.rules, // what a change without a lesson is a change of
    changed,
    main: state.main,
    text: state.text,
    gloss: state.gloss,
    case: state.caseId,
    panel: state.panel,
    lang: state.lang,
  };
}

// The same with all files: it can be opened in another page, whatever policy that was started with.
export function asLesson() {
  return { ...snapshot(), files: { ...state.files } };
}

async function through(stream, bytes) {
  const answer = new Response(new Blob([bytes]).stream().pipeThrough(stream));
  return new Uint8Array(await answer.arrayBuffer());
}

export async function encode(value) {
  const bytes = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(JSON.stringify(value)));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const MOST = 2_000_000;

export async function decode(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  const found = await through(new DecompressionStream("deflate-raw"), bytes);
  if (found.length > MOST) throw new Error("too large");
  return checked(JSON.parse(new TextDecoder().decode(found)));
}

// A kept state, or an error: links and files come from anywhere.
export function checked(value) {
  const texts = (one) => typeof one === "object" && one !== null && Object.values(one).every((x) => typeof x === "string");
  const good =
    typeof value === "object" &&
    value !== null &&
    value.modengine === 1 &&
    typeof value.text === "string" &&
    texts(value.changed) &&
    (value.files === undefined || (texts(value.files) && typeof value.main === "string"));
  if (!good) throw new Error("this is no lesson file of modengine");
  return { ...value, parts: { tries: value.parts?.tries } };
}
