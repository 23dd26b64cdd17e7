// The decision: what is done with the message, or what the class says will be done.

import { $, fill, h, refill, visible } from "./dom.js";
import { categoryName, inWords } from "./engine_words.js";
import { classPredicts, guess, guessed, hidden } from "./guessing.js";
import { drawMarks } from "./marks.js";
import { ACTIONS, badge, busy, meter } from "./pieces.js";
import { state, tell } from "./state.js";
import { t } from "./strings.js";
import { drawTrouble } from "./trouble.js";

export function drawVerdict() {
  const box = $("verdict");
  const decision = state.decision;
  document.documentElement.dataset.action = decision?.action ?? "";
  drawTrouble();
  drawMarks();
  if (hidden()) refill(box, classPredicts() ? classAnswers() : prediction());
  else if (state.lost && !decision) refill(box, h("p", { class: "quiet" }, t("no_decision")));
  else if (!state.rules) refill(box, state.broken ? h("p", { class: "quiet" }, t("no_decision")) : firstReading());
  else if (!state.text) refill(box, h("p", { class: "quiet" }, t("no_message")));
  else if (!decision) refill(box, h("p", { class: "quiet" }, t("waiting")));
  else {
    refill(
      box,
      outcome(decision.action),
      h("p", { class: "headline" }, badge(decision.action, "large"), h("span", { class: "says" }, t(decision.study && decision.action !== "allow" ? "says_study" : `says_${decision.action}`))),
      decision.study ? h("p", { class: "quiet" }, t("study")) : null,
      decision.undetermined.map((one) => h("p", { class: "failure" }, t("undetermined", visible(inWords(one.reason))))),
    );
  }
  fill($("scores"), decision ? scores(decision) : null);
}

// Before anything can be decided, the rules are compiled: seconds, for the shipped policy on a slow machine.
const firstReading = () => busy(t(state.compiling ? "compiling_first" : "waiting"));

function prediction() {
  const choose = (action) => () => {
    guess(action);
    $("verdict-box").focus();
  };
  return [
    h("p", {}, t("predict_first")),
    h("div", { class: "row votes" }, ACTIONS.map((action) => h("button", { type: "button", class: "vote", "data-guess": action, onclick: choose(action) }, badge(action)))),
    h("button", { type: "button", id: "reveal", class: "small", onclick: choose("") }, t("show_me")),
  ];
}

// Nobody is told here: the teacher shows the answers of all, and the decision with them.
function classAnswers() {
  if (!state.start.teacher) return h("p", { class: "quiet" }, t("teacher_asks_this"));
  return [h("p", {}, t("class_predicts")), h("button", { type: "button", id: "reveal", class: "primary", onclick: () => tell("show-answers") }, t("show_answers"))];
}

// What was guessed, held against what was decided then of the very message.
function outcome(action) {
  const { said, then } = guessed();
  if (!said) return null;
  if (then && then !== action) return h("p", { class: "guessed quiet" }, t("guessed_then", t(said), t(then)));
  return h("p", { class: `guessed ${said === action ? "good" : "quiet"}` }, t(said === action ? "guessed_right" : "guessed_otherwise", t(said)));
}

// The steps that hold for this text: in a long one each asks for more points.
const held = (steps, longer) => Object.fromEntries(Object.entries(steps).map(([name, points]) => [name, points + (longer?.points ?? 0)]));

function scores(decision) {
  const actions = state.compiled?.policy.actions ?? {};
  const all = Object.entries(decision.categories).sort((a, b) => b[1].score - a[1].score);
  const zero = all.filter(([, one]) => !one.score);
  return [
    h(
      "ul",
      { class: "score-list" },
      all.filter(([, one]) => one.score).map(([name, one]) => {
        const steps = held(actions[name] ?? {}, decision.longer);
        const above = Object.entries(steps).filter(([, points]) => points > one.score).sort((a, b) => a[1] - b[1])[0];
        return h(
          "li",
          { class: "balance" },
          h("span", { class: "category" }, visible(categoryName(name))),
          meter(one.score, steps, one.action),
          h("span", { class: "number" }, t("points_of", one.score)),
          above ? h("span", { class: "short quiet small" }, t("short_of", above[1] - one.score, t(above[0]))) : null,
        );
      }),
    ),
    decision.longer ? h("p", { class: "quiet small" }, t("longer", decision.longer.characters, decision.longer.points)) : null,
    zero.length ? h("p", { class: "zeros quiet small" }, t("zero_points", zero.map(([name]) => visible(categoryName(name))).join(state.lang === "zh" ? "、" : ", "))) : null,
  ];
}
