// The message: those of the lesson as a list, a text of one's own, its meaning in English.

import { $, fill, h, messageLanguage, said, visible } from "./dom.js";
import { beside, glossLanguage, language, needsGloss } from "./measured.js";
import { badge } from "./pieces.js";
import { caseOf, state, tell, verdictShown } from "./state.js";
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
          { type: "button", class: `case ${!secret && (one.blur || state.blur) ? "blurred" : ""}`, id: `case-${one.id}`, "aria-pressed": String(state.caseId === one.id), onclick: () => takeCase(one.id) },
          h("span", { class: "number" }, at + 1),
          secret ? h("span", { class: "secret" }, t("hidden_case", hidden)) : h("span", {}, said(one.text), one.blur || state.blur ? null : beside(one.text, one.gloss)),
          h("span", { id: `seen-${one.id}` }),
        ),
      );
    }),
  );
  drawSeen();
}

export function drawSeen() {
  for (const one of state.lesson?.cases ?? []) {
    const action = state.predict ? null : state.seen.get(one.id);
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
  state.revealed = !state.predict;
  state.guess = "";
  drawLesson();
  drawText();
  $(`case-${id}`)?.focus();
  tell("text-chosen");
}

export function drawText() {
  if ($("text").value !== state.text) $("text").value = state.text;
  $("text").lang = messageLanguage();
  $("text").placeholder = t(state.lesson ? "message_empty" : "message_empty_alone");
  const one = caseOf(state.caseId);
  const unchanged = one?.text === state.text ? one : null;
  $("text").classList.toggle("blurred", Boolean(unchanged?.blur || state.blur));
  const open = needsGloss() && !(unchanged?.blur || state.blur); // else it would tell what the blur hides
  fill(
    $("gloss"),
    state.gloss && !open ? h("details", {}, h("summary", {}, t(language() === "zh" ? "gloss" : "gloss_chinese")), h("p", { lang: glossLanguage() }, visible(state.gloss))) : null,
    state.gloss && open ? h("p", { class: "meaning-of quiet", lang: glossLanguage() }, visible(state.gloss)) : null,
    unchanged?.ask ? h("p", { class: "ask" }, both(unchanged.ask)) : null,
    unchanged?.tell && verdictShown() ? h("details", { class: "tell" }, h("summary", {}, t("worth")), h("p", {}, both(unchanged.tell))) : null,
  );
}
