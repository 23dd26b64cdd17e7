// For the teacher: predict then reveal, hidden messages, blurring, a question to the whole class.

import { hasToken, post, Refused, setToken } from "./api.js";
import { $, fill, h, placed, said, visible } from "./dom.js";
import { ACTIONS, badge } from "./pieces.js";
import { state, tell } from "./state.js";
import { both, t } from "./strings.js";

const voter = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
let room = null;
let mine = "";
let polling = 0;
let shared = false;

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
            room?.text && !room.shown ? null : check("shared", "shared", shared, (value) => (shared = value)),
          ]
        : null,
      h("a", { id: "worksheet", href: `/static/worksheets/${lesson?.shipped ? lesson.lesson : "any"}-${state.lang}.html`, target: "_blank", rel: "noopener" }, t("worksheet")),
      topics(lesson),
    ),
    state.start.open && state.start.teacher ? [door(), h("div", { id: "tally" }, tally())] : null,
  );
}

// To be read out at the beginning, and then folded: the window is on the wall.
function topics(lesson) {
  const alone = state.start.teacher && !state.start.open;
  if (!lesson && !alone) return null;
  return h(
    "details",
    { class: "topics", open: document.querySelector("details.topics")?.open ?? true },
    h("summary", {}, lesson ? [t("topics"), " · ", t("minutes", lesson.minutes)] : t("votes")),
    lesson ? h("p", {}, both(lesson.topics)) : null,
    alone ? h("p", { class: "quiet small" }, t("hands")) : null,
  );
}

// What students open and write: short enough for a blackboard.
function door() {
  const outside = state.start.outside;
  const here = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname) && outside ? `${outside}:${location.port}` : location.host;
  return h(
    "p",
    { class: "door" },
    h("span", {}, t("class_address"), " ", h("code", {}, here)),
    h("span", {}, t("class_code"), " ", h("code", {}, spaced(state.start.student))),
  );
}

const spaced = (code) => `${code.slice(0, 4)} ${code.slice(4)}`;

// The page without a code: it asks for the one on the blackboard.
export function waitAtTheDoor(error) {
  const asked = error instanceof Refused && error.status === 403;
  document.querySelector(".tools").hidden = document.querySelector(".lesson").hidden = true;
  const page = (...inside) => document.body.append(h("main", { class: "card enter" }, inside));
  for (const one of ["main", ".skip"]) document.querySelector(one).remove();
  document.documentElement.lang = state.lang === "zh" ? "zh-Hans" : "en";
  if (!asked) return page(h("p", { class: "failure", role: "alert" }, error instanceof Refused ? visible(error.message) : t("lost")));
  const tried = hasToken();
  const enter = () => {
    const code = $("code").value.toLowerCase().replace(/[^a-z0-9_-]/g, "");
    if (!code) return;
    setToken(code);
    location.reload();
  };
  const input = h("input", { type: "text", id: "code", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 40, onkeydown: (event) => event.key === "Enter" && enter() });
  page(
    h("h2", { class: "big" }, t("door_title")),
    h("p", { class: tried ? "failure" : "", role: "alert" }, t(tried ? "door_wrong" : "door_says")),
    h("div", { class: "fields" }, h("label", { class: "wide" }, t("code_label"), input), h("button", { type: "button", id: "enter", class: "primary", onclick: enter }, t("enter"))),
  );
  input.focus();
  return undefined;
}

function nextCase() {
  const cases = state.lesson.cases;
  const at = cases.findIndex((one) => one.id === state.caseId);
  tell("case", (state.nextCase = cases[(at + 1) % cases.length].id));
  $("next-case")?.focus();
}

async function ask(begin) {
  room = await post("room/ask", begin ? { text: state.text, gloss: state.gloss, fresh: true, shared } : {});
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

// While the class answers, only how many: the teacher's window is on the wall.
function tally() {
  if (!room?.text) return null;
  const more = room.windows > room.votes ? [" · ", t("windows", room.windows)] : null;
  const head = h("p", { class: "small" }, t("answers", room.votes), more, " · ", t("tally_says"));
  if (!room.shown || !room.tally) return head;
  const most = Math.max(1, ...Object.values(room.tally));
  return [
    head,
    h("ul", { class: "tally" }, ACTIONS.map((action) => h("li", {}, badge(action), h("span", { class: "number" }, room.tally[action]), placed(h("span", { class: `tally-bar ${action}`, "aria-hidden": "true" }), { width: `${(100 * room.tally[action]) / most}%` })))),
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
