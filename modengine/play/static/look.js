// How the page looks: its language, its colours, the size of the type.

import { $, fill, h } from "./dom.js";
import { measure } from "./editor.js";
import { state, tell } from "./state.js";
import { both, t } from "./strings.js";

const CHOICES = { level: ["simple", "full"], scheme: ["auto", "light", "dark"], size: ["normal", "large"] };

// What was chosen the last time, in this browser.
function chosen(name, values, otherwise) {
  try {
    const kept = localStorage.getItem(`modengine-${name}`);
    return values.includes(kept) ? kept : otherwise;
  } catch {
    return otherwise; // a browser that keeps nothing
  }
}

function choose(name, value) {
  state[name] = value;
  try {
    localStorage.setItem(`modengine-${name}`, value);
  } catch {
    // a browser that keeps nothing
  }
}

export function takeLook() {
  state.lang = chosen("lang", ["en", "zh"], /^zh/i.test(navigator.language) ? "zh" : "en");
  for (const [name, values] of Object.entries(CHOICES)) {
    state[name] = chosen(name, values, values[0]);
    document.documentElement.dataset[name] = state[name];
  }
}

export const otherLanguage = () => choose("lang", state.lang === "zh" ? "en" : "zh");

export function drawWords() {
  document.documentElement.lang = state.lang === "zh" ? "zh-Hans" : "en";
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  $("language").lang = state.lang === "zh" ? "en" : "zh-Hans";
  $("language").setAttribute("aria-label", `${t("language")}: ${t("language_label")}`);
  drawLook();
  const none = t("no_lesson", state.start.main.replace(/^.*\//, "").replace(/\.yaml$/, ""));
  fill(
    $("lesson"),
    h("option", { value: "", selected: !state.lesson }, none),
    state.start.lessons.map((one) => h("option", { value: one.lesson, selected: state.lesson?.lesson === one.lesson }, both(one.title))),
  );
}

function drawLook() {
  const choice = ([name, values]) =>
    h(
      "fieldset",
      {},
      h("legend", {}, t(name)),
      values.map((one) => h("label", {}, h("input", { type: "radio", name, value: one, checked: state[name] === one, onchange: () => setLook(name, one) }), t(`${name}_${one}`))),
    );
  fill($("look"), Object.entries(CHOICES).map(choice));
}

// On paper nothing can be unfolded.
let folded = [];
window.addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("#panel details:not([open])")];
  for (const one of folded) one.open = true;
});
window.addEventListener("afterprint", () => folded.forEach((one) => (one.open = false)));

export function setLook(name, value) {
  choose(name, value);
  document.documentElement.dataset[name] = value;
  $("look").querySelector(`[name="${name}"][value="${value}"]`).checked = true; // it may have been chosen elsewhere
  measure();
  if (name === "level") tell("level");
}
