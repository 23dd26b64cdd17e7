// Predict first: what is done with a message is told once it was guessed here, or shown to the class.
//
// While a message is hidden the page does not ask what is decided (deciding.js), and every panel is closed (tabs.js).

import { post } from "./api.js";
import { caseWith, comesFrom, isEditOf } from "./origin.js";
import { recall, remember } from "./session.js";
import { state, tell } from "./state.js";

let guesses = recall("guesses", {}); // by lesson and message: the action, or "" where it was shown without a guess
let answers = recall("answers", {}); // what had been decided when the guess was made
let asked = null; // what the teacher asks the class
let told = 0; // the last question whose answers were shown
const shown = new Set(); // the texts of such questions

const nameOf = (lesson, one) => `${lesson.lesson}/${one.id}`;
const isGuessed = (one) => nameOf(state.lesson, one) in guesses;

function note(name, action, answer = "") {
  put({ ...guesses, [name]: action }, { ...answers, [name]: answer });
}

function put(...both) {
  [guesses, answers] = both;
  remember("guesses", guesses);
  remember("answers", answers);
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

// What was guessed of the message that is looked at, and what was decided of it then; empty where nothing was.
export function guessed() {
  const one = caseWith(state.text);
  const name = one && nameOf(state.lesson, one);
  return { said: guesses[name] ?? "", then: answers[name] ?? "" };
}

// The first decision after a guess is what it was made about, whatever the rules become.
export function decided(one, action) {
  const name = nameOf(state.lesson, one);
  if (guesses[name] && !answers[name]) put(guesses, { ...answers, [name]: action });
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
  const before = [guesses, answers];
  const others = (some) => Object.fromEntries(Object.entries(some).filter(([name]) => !name.startsWith(`${state.lesson?.lesson}/`)));
  put(others(guesses), others(answers));
  return () => put(...before); // brings them back
}

// What the teacher asks: once the answers are shown, the message is hidden no more, in no lesson.
export function follow(room) {
  asked = room;
  if (!room.shown || told === room.number) return;
  told = room.number;
  shown.add(room.text);
  for (const lesson of state.start.lessons) {
    for (const one of lesson.cases) if (one.text === room.text) note(nameOf(lesson, one), room.mine, room.right);
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
