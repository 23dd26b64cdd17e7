// For the teacher: predict then reveal, hidden messages, blurring, a question to the whole class.

import { post } from "./api.js";
import { $, fill, h, placed, said, visible } from "./dom.js";
import { ACTIONS, badge } from "./pieces.js";
import { state, tell } from "./state.js";
import { both, t } from "./strings.js";

const voter = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
let room = null;
let mine = "";
let polling = 0;

export function renderTeacher() {
  $("teacher").setAttribute("aria-pressed", String(state.teacher));
  $("teacher-bar").hidden = !state.teacher;
  document.documentElement.classList.toggle("blurring", state.blur);
  if (!state.teacher) return;
  const check = (id, name, value, change) =>
    h("label", {}, h("input", { type: "checkbox", id, checked: value, onchange: (event) => change(event.target.checked) }), t(name));
  const lesson = state.lesson;
  fill(
    $("teacher-body"),
    h(
      "div",
      { class: "row" },
      check("predict", "predict", state.predict, (value) => {
        state.predict = value;
        state.revealed = !value;
        tell("mode");
      }),
      check("blur", "blur", state.blur, (value) => {
        state.blur = value;
        tell("mode");
      }),
      lesson ? h("button", { type: "button", id: "next-case", onclick: nextCase }, t("next_case")) : null,
      state.start.open && state.start.teacher
        ? [
            h("button", { type: "button", id: "ask-class", onclick: () => ask(!room?.text || room.shown) }, t(room?.text && !room.shown ? "stop_asking" : "ask_class")),
            room?.text && !room.shown ? h("button", { type: "button", id: "show-answers", class: "primary", onclick: showAnswers }, t("show_answers")) : null,
          ]
        : state.start.teacher ? h("span", { class: "quiet small" }, t("hands")) : null,
    ),
    lesson ? h("p", { class: "small" }, h("strong", {}, t("topics"), ": "), both(lesson.topics), " · ", t("minutes", lesson.minutes)) : null,
    state.start.open && state.start.teacher ? [h("p", { class: "small" }, t("class_link"), ": ", h("code", {}, `${location.origin}/#token=${state.start.student}`)), h("div", { id: "tally" }, tally())] : null,
  );
}

function nextCase() {
  const cases = state.lesson.cases;
  const at = cases.findIndex((one) => one.id === state.caseId);
  tell("case", (state.nextCase = cases[(at + 1) % cases.length].id));
  $("next-case")?.focus();
}

async function ask(begin) {
  room = await post("room/ask", begin ? { text: state.text, gloss: state.gloss, fresh: true } : {});
  if (begin) state.revealed = false;
  renderTeacher();
  tell("mode");
  ($("show-answers") ?? $("ask-class"))?.focus();
}

async function showAnswers() {
  room = await post("room/ask", { text: room.text, gloss: room.gloss, shown: true });
  renderTeacher();
  $("ask-class")?.focus();
}

function tally() {
  if (!room?.text || !room.tally) return null;
  const most = Math.max(1, ...Object.values(room.tally));
  return [
    h("p", { class: "small" }, t("answers", room.votes), " · ", t("tally_says")),
    h("ul", { class: "tally" }, ACTIONS.map((action) => h("li", {}, badge(action), placed(h("span", { class: `tally-bar ${action}`, "aria-hidden": "true" }), { width: `${(40 * room.tally[action]) / most}%` }), h("span", { class: "number" }, room.tally[action])))),
  ];
}

// A student's window looks every two seconds whether something is asked.
export function startRoom() {
  if (!state.start.open) return;
  clearInterval(polling);
  const look = async () => {
    try {
      const found = await post("room");
      const changed = JSON.stringify(found) !== JSON.stringify(room);
      if (found.number !== room?.number) mine = "";
      room = found;
      if (!changed) return;
      if (state.teacher) {
        if ($("tally")) fill($("tally"), tally());
      }
      if (!state.start.teacher) question();
    } catch {
      // said by whatever is asked next
    }
  };
  polling = setInterval(look, 2000);
  look();
}

export function question() {
  const box = $("question");
  if (!state.start?.open || state.start.teacher || !room?.text) {
    box.hidden = true;
    return;
  }
  box.hidden = false;
  const vote = (choice) => async () => {
    mine = choice;
    room = await post("room/vote", { voter, choice }).catch(() => room);
    question();
    document.querySelector(`#question [data-choice="${choice}"]`)?.focus();
  };
  fill(
    $("question-body"),
    said(room.text, "p", "big"),
    room.gloss ? h("details", {}, h("summary", {}, t("gloss")), h("p", { lang: "en" }, visible(room.gloss))) : null,
    room.shown
      ? tally()
      : [
          h("div", { class: "row" }, ACTIONS.map((action) => h("button", { type: "button", class: "vote", "data-choice": action, "aria-pressed": String(mine === action), onclick: vote(action) }, badge(action)))),
          h("p", { class: "quiet small", role: "status" }, mine ? t("answered", t(mine)) : t("predict_first"), " ", t("answers", room.votes)),
        ],
  );
}
