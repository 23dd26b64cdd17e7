// A lesson that the teacher opens on all devices; what a student wrote is kept, and nobody has to follow.

import { post } from "./api.js";
import { $, h, visible } from "./dom.js";
import { note } from "./keeping.js";
import { isSensitive } from "./origin.js";
import { recall, remember } from "./session.js";
import { decode, encode, snapshot, state, tell } from "./state.js";
import { both, t } from "./strings.js";

let opened = recall("opened", 0); // the last lesson of the teacher that this window was told of
let offered = recall("offered", null); // what was not opened yet
let declined = offered !== null;
let before = recall("before", ""); // what the student wrote before
let typed = false;

document.addEventListener("input", (event) => {
  if (event.target.id === "text") typed = true;
});

const isOwn = () => state.text !== "" && !state.caseId && isSensitive(state.text) === null;
const hasWork = () => typed || isOwn() || Object.keys(snapshot().changed).length > 0;

// The teacher's window: the lesson, the message and the rules as they stand here.
export async function push(sent) {
  try {
    const { modengine, lesson, changed, text, gloss, case: id, panel } = snapshot();
    await sent("room/push", { kept: await encode({ modengine, lesson, changed, text, gloss, case: id, panel }) });
    note(t("pushed"));
  } catch (error) {
    note(t("not_pushed", visible(error.message)));
  }
}

// A student's window: `pushed` lessons were opened so far.
export async function opens(pushed, draw) {
  if (pushed < opened) opened = 0; // another server
  if (pushed === opened) return;
  opened = pushed;
  const found = await post("room/lesson").catch(() => null);
  if (!found) {
    opened = 0; // asked for again when the window looks the next time
    return;
  }
  opened = found.pushed;
  remember("opened", opened);
  try {
    offered = await decode(found.kept);
  } catch {
    note(t("not_opened"));
    return;
  }
  declined = false;
  remember("offered", offered);
  if (!hasWork()) take();
  draw();
}

function take() {
  const next = offered;
  offered = null;
  remember("offered", null);
  show(next);
}

function show(kept) {
  state.pushed = { ...kept, lang: state.lang };
  typed = false;
  tell("pushed");
}

async function keepWork() {
  if (!hasWork()) return;
  before = await encode(snapshot());
  remember("before", before);
}

// What is said of it above the page; null where there is nothing to say.
export function offer(draw) {
  const button = (id, what, name = "") => h("button", { type: "button", id, class: name, onclick: what }, t(id.replaceAll("-", "_")));
  const accept = async () => {
    await keepWork();
    take();
    draw();
    $("verdict-box").focus({ preventScroll: true }); // what the teacher asks stands above
  };
  const decline = () => {
    declined = true;
    draw();
    $("go-there")?.focus();
  };
  const back = async () => {
    const kept = await decode(before);
    before = "";
    remember("before", before);
    show(kept);
    typed = true;
    draw();
    $("text").focus();
  };
  if (offered && declined) return h("div", { class: "row" }, button("go-there", accept));
  if (offered) {
    const lesson = state.start.lessons.find((one) => one.lesson === offered.lesson);
    return h(
      "div",
      { class: "offer", role: "status" },
      h("p", {}, lesson ? t("offered", both(lesson.title)) : t("offered_none"), " ", h("span", { class: "quiet" }, t("offered_keeps"))),
      h("div", { class: "row" }, button("open-it", accept, "primary"), button("not-now", decline)),
    );
  }
  return before ? h("div", { class: "row" }, button("go-back", back)) : null;
}
