// Predict first: what is done with a message is told once it was guessed here, or shown to the class.
//
// While a message is hidden the page does not ask what is decided (deciding.js), and every panel is closed (tabs.js).

import { post } from "./api.js";
import { caseWith, comesFrom, isEditOf } from "./origin.js";
import { recall, remember } from "./session.js";
import { state, tell } from "./state.js";

let guesses = recall("guesses", {}); // by lesson and message: the action, or "" where it was shown without a guess
let asked = null; // what the teacher asks the class
let told = 0; // the last question whose answers were shown
const shown = new Set(); // the texts of such questions

const nameOf = (lesson, one) => `${lesson.lesson}/${one.id}`;
const isGuessed = (one) => nameOf(state.lesson, one) in guesses;

function note(name, action) {
  guesses = { ...guesses, [name]: action };
  remember("guesses", guesses);
}

// Whether the class is asked about the message, or one that it was made of, and has not seen the answers.
export const classPredicts = () => Boolean(asked?.text && !asked.shown && isEditOf(state.text, asked.text));

// Whether the decision about the message that is looked at is hidden.
export function hidden() {
  if (classPredicts()) return true;
  const one = caseWith(comesFrom());
  return Boolean(state.predict && one && !isGuessed(one) && !shown.has(state.text));
}

// Whether nothing may be told of a message in a list.
export function isSecret(text) {
  if (asked?.text === text && !asked.shown) return true;
  const one = caseWith(text);
  return Boolean(state.predict && one && !isGuessed(one));
}

// The texts of which nothing may be told, in the order of the lesson.
export function secrets() {
  const texts = (state.lesson?.cases ?? []).map((one) => one.text);
  if (asked?.text && !texts.includes(asked.text)) texts.push(asked.text);
  return texts.filter(isSecret);
}

// What was guessed of the message that is looked at; empty where nothing was.
export function guessed() {
  const one = caseWith(comesFrom());
  return (one && guesses[nameOf(state.lesson, one)]) || "";
}

// Guesses, or has it shown without a guess.
export function guess(action = "") {
  const one = caseWith(comesFrom());
  if (!one) return;
  note(nameOf(state.lesson, one), action);
  tell("gate");
}

// A lesson that is begun anew has no guesses; what to call where it is not.
export function forgetGuesses() {
  const before = guesses;
  guesses = Object.fromEntries(Object.entries(guesses).filter(([name]) => !name.startsWith(`${state.lesson?.lesson}/`)));
  remember("guesses", guesses);
  return () => remember("guesses", (guesses = before)); // brings them back
}

// What the teacher asks: once the answers are shown, the message is hidden no more, in no lesson.
export function follow(room) {
  asked = room;
  if (!room.shown || told === room.number) return;
  told = room.number;
  shown.add(room.text);
  for (const lesson of state.start.lessons) {
    for (const one of lesson.cases) if (one.text === room.text) note(nameOf(lesson, one), room.mine);
  }
}

const sought = new Set();

// What is worth saying of a message: a student's window is told it when nothing is hidden any more.
export function worth(one) {
  if (one.tell || state.start.teacher || sought.has(one)) return one.tell;
  sought.add(one);
  post("tell", { lesson: state.lesson.lesson, case: one.id }).then(
    (found) => {
      one.tell = found.tell;
      if (found.tell) tell("told");
    },
    () => sought.delete(one),
  );
  return null;
}
