// Elements made by hand: a text gets into the page as text and in no other way.

import { state } from "./state.js";

export function h(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") element.className = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "disabled" || key === "selected") element[key] = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

export function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
}

// As fill, of what is read out when it changes: the same again stays, and is not read out again.
export function refill(element, ...children) {
  const fresh = element.cloneNode(false);
  add(fresh, children);
  if (!fresh.isEqualNode(element)) element.replaceChildren(...fresh.childNodes);
}

export const $ = (id) => document.getElementById(id);

// Places an element by style properties; the Content-Security-Policy forbids style attributes, not these.
export function placed(element, styles) {
  for (const [name, value] of Object.entries(styles)) element.style.setProperty(name, value);
  return element;
}

// What would be invisible, or turn the text around, is shown by its number.
const ODD = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

export function isOdd(char) {
  ODD.lastIndex = 0;
  return ODD.test(char);
}

export function code(char) {
  return "U+" + char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
}

// Emoji, those of several code points as one: the joiners in them are not odd.
export const EMOJI = /\p{RGI_Emoji}/gv;

export function visible(text) {
  let at = 0;
  let shown = "";
  const plain = (part) => part.replace(ODD, (char) => `⟨${code(char)}⟩`);
  for (const { 0: emoji, index } of text.matchAll(EMOJI)) {
    shown += plain(text.slice(at, index)) + emoji;
    at = index + emoji.length;
  }
  return shown + plain(text.slice(at));
}

// What stands in place of a text that is covered; null where it is not.
let covering = () => null;
export const coverWith = (made) => (covering = made);

// The language in which the messages of the lesson are written, whatever that of the page.
export const messageLanguage = () => (state.lesson?.language === "en" ? "en" : "zh-Hans");

// A text of a message.
export function said(text, name = "span", extra = "") {
  return covering(text, name, extra) ?? h(name, { lang: messageLanguage(), class: `said ${extra}`, dir: "auto" }, visible(text));
}
