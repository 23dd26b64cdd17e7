// The message: those of the lesson as a list, a text of one's own, its meaning in English.

import { $, fill, h, messageLanguage, said } from "./dom.js";
import { cover, covered, covers } from "./covering.js";
import { hidden, isSecret, worth } from "./guessing.js";
import { drawMarks } from "./marks.js";
import { beside } from "./measured.js";
import { badge } from "./pieces.js";
import { caseOf, state, tell } from "./state.js";
import { both, t } from "./strings.js";

export function drawLesson() {
  const lesson = state.lesson;
  fill($("lesson-intro"), lesson ? h("p", { class: "intro" }, both(lesson.intro)) : null);
  $("cases-title").hidden = !lesson;
  $("message-label").textContent = t(lesson ? "message_label" : "message_alone");
  let hidden = 0;
  fill(
    $("cases"),
    (lesson?.cases ?? []).map((one, at) => {
      if (one.hidden) hidden += 1;
      const secret = one.hidden && state.caseId !== one.id && !state.seen.has(one.id);
      return h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: "case", id: `case-${one.id}`, "aria-pressed": String(state.caseId === one.id), onclick: () => takeCase(one.id) },
          h("span", { class: "number" }, at + 1),
          secret ? h("span", { class: "secret" }, t("hidden_case", hidden)) : h("span", { class: "case-text" }, said(one.text), covers(one.text) ? null : beside(one.text, one.gloss)),
          h("span", { id: `seen-${one.id}` }),
        ),
      );
    }),
  );
  drawSeen();
}

export function drawSeen() {
  for (const one of state.lesson?.cases ?? []) {
    const action = isSecret(one.text) ? null : state.seen.get(one.id);
    const place = $(`seen-${one.id}`);
    if (place) fill(place, action ? badge(action, "tiny") : null);
  }
}

export function takeCase(id) {
  const one = caseOf(id);
  if (!one) return;
  state.caseId = id;
  state.text = one.text;
  state.gloss = one.gloss;
  drawLesson();
  drawText();
  $(`case-${id}`)?.focus();
  tell("text-chosen");
}

let cut = false; // whether a part of what was pasted found no room

function sayRoom(text) {
  if ($("room").textContent !== text) $("room").textContent = text;
}

export function cutShort() {
  cut = true;
  sayRoom(t("message_cut"));
}

const SIGN = 64; // a sign of several characters is not cut: so many places may stay empty

function drawRoom(isCovered) {
  const left = $("text").maxLength - state.text.length;
  cut &&= left < SIGN;
  sayRoom(isCovered ? "" : cut ? t("message_cut") : left <= 0 ? t("message_full") : "");
}

export function drawText() {
  const isCovered = covered();
  $("text").hidden = isCovered;
  if (isCovered) delete document.documentElement.dataset.explained;
  const shown = isCovered ? "" : state.text;
  if ($("text").value !== shown) $("text").value = shown;
  $("text").lang = messageLanguage();
  $("text").placeholder = t(state.lesson ? "message_empty" : "message_empty_alone");
  const one = caseOf(state.caseId);
  const unchanged = one?.text === state.text ? one : null;
  drawMarks();
  drawRoom(isCovered);
  fill($("meaning"), cover(), isCovered ? null : beside(state.text, state.gloss));
  fill(
    $("gloss"),
    unchanged?.ask ? h("p", { class: "ask" }, both(unchanged.ask)) : null,
    unchanged && !isCovered && !hidden() && worth(unchanged) ? h("details", { class: "tell" }, h("summary", {}, t("worth")), h("p", {}, both(worth(unchanged)))) : null,
  );
}
