// For the teacher: predict then reveal, hidden messages, covering, a question to the whole class, a lesson for all.

import { hasToken, post, Refused, setToken } from "./api.js";
import { offer, opens, push } from "./class_lesson.js";
import { covers, mayOffend, showButton } from "./covering.js";
import { $, fill, h, placed, said, visible } from "./dom.js";
import { follow, hidden } from "./guessing.js";
import { know } from "./origin.js";
import { ACTIONS, badge } from "./pieces.js";
import { newName, remember } from "./session.js";
import { on, state, tell } from "./state.js";
import { both, t } from "./strings.js";

const voter = device();
let room = null;
let polling = 0;
let shared = false;

// A browser answers as one device, however many windows it has open.
function device() {
  try {
    const kept = localStorage.getItem("modengine-device");
    if (/^[0-9a-f]{32}$/.test(kept ?? "")) return kept;
    const made = newName();
    localStorage.setItem("modengine-device", made);
    return made;
  } catch {
    return newName(); // a browser that keeps nothing
  }
}

export function renderTeacher() {
  $("teacher").setAttribute("aria-pressed", String(state.teacher));
  $("teacher-bar").hidden = !state.teacher;
  if (!state.teacher) return;
  const focused = $("teacher-body").contains(document.activeElement) ? document.activeElement.id : "";
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
        remember("predict", value);
        tell("gate");
      }),
      check("blur", "blur", state.blur, (value) => {
        state.blur = value;
        remember("blur", value);
        tell("gate");
      }),
      lesson ? h("button", { type: "button", id: "next-case", onclick: nextCase }, t("next_case")) : null,
      state.start.open && state.start.teacher
        ? [
            h("button", { type: "button", id: "ask-class", onclick: () => ask(!asking()) }, t(asking() ? "stop_asking" : "ask_class")),
            asking() ? h("button", { type: "button", id: "show-answers", class: "primary", onclick: showAnswers }, t("show_answers")) : null,
            h("button", { type: "button", id: "push", onclick: () => push(sent) }, t("push")),
            asking() ? null : check("shared", "shared", shared, (value) => (shared = value)),
          ]
        : null,
      h("a", { id: "worksheet", href: new URL(`worksheets/${lesson?.shipped ? lesson.lesson : "any"}-${state.lang}.html`, import.meta.url).pathname, target: "_blank", rel: "noopener" }, t("worksheet")),
      topics(lesson),
    ),
    state.start.open && state.start.teacher ? [door(), h("div", { id: "tally" }, tally())] : null,
  );
  if (focused) $(focused)?.focus();
}

const asking = () => Boolean(room?.text && !room.shown);

// To be read out at the beginning, and then folded: the window is on the wall.
function topics(lesson) {
  const mayUnlock = state.start.teacher;
  const alone = mayUnlock && !state.start.open;
  if (!lesson && !mayUnlock) return null;
  const unlock = (event) => {
    if (state.start.open) sent("room/lock", { unlocked: event.target.checked }).catch(() => renderTeacher());
    else {
      state.unlocked = event.target.checked;
      tell("lock");
    }
  };
  return h(
    "details",
    { class: "topics", open: document.querySelector("details.topics")?.open ?? true },
    h("summary", {}, lesson ? [t("topics"), " · ", t("minutes", lesson.minutes)] : t("topics")),
    lesson ? h("p", {}, both(lesson.topics)) : null,
    mayUnlock ? h("p", { class: "small" }, h("label", {}, h("input", { type: "checkbox", id: "unlock", checked: state.unlocked, onchange: unlock }), t("unlock")), " ", h("span", { class: "quiet" }, t("unlock_says"))) : null,
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
  document.documentElement.dataset.began = "yes";
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
  await sent("room/ask", begin ? { text: state.text, gloss: state.gloss, covered: mayOffend(), shared } : {});
  ($("show-answers") ?? $("ask-class"))?.focus();
}

// What the filter decided is sent now and not before: until then the server does not know it.
async function showAnswers() {
  for (const id of ["show-answers", "reveal"]) if ($(id)) $(id).disabled = true; // rules may have to be compiled
  const decided = (rules) => post("decide", { text: room.text, rules, ignore_scope: true });
  const again = () => post("rules", { files: state.files, main: state.main }).then((found) => decided(found.rules));
  const right = await (state.rules ? decided(state.rules).catch(again) : again()).catch(() => null);
  await sent("room/show", { right: right?.action ?? "" });
  $("ask-class")?.focus();
}

on("show-answers", showAnswers);

// While the class answers, only how many: the teacher's window is on the wall.
function tally() {
  if (!room?.text) return null;
  const more = room.windows > room.votes ? [" · ", t("windows", room.windows)] : null;
  const head = h("p", { class: "small" }, t("answers", room.votes), more, " · ", t("tally_says"));
  if (!room.shown || !room.tally) return head;
  const most = Math.max(1, ...Object.values(room.tally));
  const bar = (action) => placed(h("span", { class: `tally-bar ${action}`, "aria-hidden": "true" }), { width: `${(100 * room.tally[action]) / most}%` });
  const line = (action) =>
    h(
      "li",
      { class: action === room.right ? "right" : "", "data-action": action },
      badge(action),
      h("span", { class: "number" }, room.tally[action]),
      bar(action),
      h("span", { class: "small" }, action === room.right ? h("strong", {}, "✓ ", t("right_one")) : null, action === room.mine ? [action === room.right ? " · " : "", t("your_answer")] : null),
    );
  return [head, h("ul", { class: "tally" }, ACTIONS.map(line))];
}

let acts = 0; // what this window did in the class
let settled = 0; // and how much of it was answered

// Of two acts at once, the answer to the second holds.
async function sent(path, body) {
  const mine = (acts += 1);
  const found = await post(path, body).finally(() => (settled += 1));
  if (mine === acts) heard(found);
}

// What the server says of the class.
function heard(found) {
  if (JSON.stringify(found) === JSON.stringify(room)) return;
  const before = { asked: `${room?.number} ${room?.shown}`, hidden: hidden() };
  room = found;
  if (room.covered) know(room.text, true);
  follow(room);
  const other = before.asked !== `${room.number} ${room.shown}`;
  if (other || !$("tally")) renderTeacher();
  else fill($("tally"), tally());
  if (state.unlocked !== room.unlocked) {
    state.unlocked = room.unlocked;
    tell("lock");
  }
  question();
  if (before.hidden !== hidden()) tell("gate");
  else if (other) tell("mode"); // another message of the list is told, or no more
}

// Every window looks every two seconds what is asked; at the beginning before anything is shown.
export async function startRoom() {
  if (!state.start.open) return;
  clearInterval(polling);
  let looks = 0;
  let newest = 0;
  const look = () => {
    const mine = (looks += 1);
    const before = acts + settled;
    return post("room", { voter }).then(
      (found) => {
        if (mine < newest || before !== acts + settled) return; // an old answer; the next look says what holds
        newest = mine;
        heard(found);
        followTeacher();
      },
      () => {}, // said by whatever is asked next
    );
  };
  polling = setInterval(look, 2000);
  await look();
}

// A lesson that the teacher opened: not before the page has begun, which opens one too.
export function followTeacher() {
  if (room && !state.start.teacher && document.documentElement.dataset.ready) opens(room.pushed, question);
}

export function question() {
  const box = $("question");
  const isStudent = state.start?.open && !state.start.teacher;
  const lesson = isStudent ? offer(question) : null;
  box.hidden = !isStudent || !(room?.text || lesson);
  if (box.hidden) return;
  // It is drawn anew whenever somebody else answers: what has the focus keeps it.
  const body = $("question-body");
  const active = body.contains(document.activeElement) ? document.activeElement : null;
  const focused = active?.dataset.choice ? `[data-choice="${active.dataset.choice}"]` : active?.id ? `#${active.id}` : "";
  fill(body, lesson, room?.text ? asked() : null);
  if (focused) body.querySelector(focused)?.focus();
}

// What is asked may be of a lesson that this window has not opened: the meaning itself says its language.
function meaning(gloss) {
  const lang = /\p{Script=Han}/u.test(gloss) ? "zh" : "en";
  return lang === state.lang ? h("p", { class: "gloss", lang: document.documentElement.lang }, visible(gloss)) : null;
}

function asked() {
  const vote = (choice) => async () => {
    await sent("room/vote", { voter, choice }).catch(() => {});
    document.querySelector(`#question [data-choice="${choice}"]`)?.focus();
  };
  const redraw = () => {
    question();
    document.querySelector("#question .vote")?.focus();
  };
  return [
    said(room.text, "p", "big"),
    showButton(room.text, redraw),
    room.gloss && !covers(room.text) ? meaning(room.gloss) : null,
    room.shown
      ? tally()
      : [
          h("div", { class: "row" }, ACTIONS.map((action) => h("button", { type: "button", class: "vote", "data-choice": action, "aria-pressed": String(room.mine === action), onclick: vote(action) }, badge(action)))),
          h("p", { class: "quiet small", role: "status" }, room.mine ? t("answered", t(room.mine)) : t("predict_first"), " ", t("answers", room.votes)),
        ],
  ];
}
