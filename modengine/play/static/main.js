// The page: it begins, takes a lesson or what was kept, and listens.

import { drawAdding, drawReading } from "./adding.js";
import { isOpen, taken } from "./address.js";
import { Lost, post, soon } from "./api.js";
import { compile, decideNow, decideSoon } from "./deciding.js";
import { $ } from "./dom.js";
import { draftOf, forgetDrafts, lastPlace, openDrafts } from "./drafts.js";
import { makeEditor } from "./editor.js";
import { drawForm } from "./form.js";
import { forgetGuesses } from "./guessing.js";
import { copyLink, draft, flush, keep, keeps, listenToLeaving, note, placeOf, putParts, saveFile, undoable } from "./keeping.js";
import { drawWords, otherLanguage, takeLook } from "./look.js";
import { listenToMarks } from "./marks.js";
import { cutShort, drawLesson, drawText, takeCase } from "./message.js";
import { drawFiles, drawProblems, drawUndo, firstFile } from "./rules.js";
import { remember } from "./session.js";
import { baseFiles, checked, decode, on, state, tell } from "./state.js";
import { t } from "./strings.js";
import { drawPanel, drawTabs, forgetStudies, isPanel, listenToTabs, resetPanels } from "./tabs.js";
import { followTeacher, question, renderTeacher, startRoom, waitAtTheDoor } from "./teacher.js";
import { drawVerdict } from "./verdict.js";

function drawAll() {
  drawWords();
  drawReading();
  drawAdding();
  drawTabs();
  drawLesson();
  drawText();
  drawFiles();
  drawProblems();
  drawVerdict();
  drawPanel();
  renderTeacher();
  question();
}

// ------------------------------------------------------------------ what the page begins with

let asked = 0;

// A lesson as this browser has it, or as it begins.
async function takeLesson(name) {
  const mine = (asked += 1);
  await flush();
  const kept = await draftOf(placeOf(name));
  if (mine !== asked) return; // another was chosen meanwhile
  try {
    if (!kept) throw new Error("no draft");
    restore(kept);
    if (Object.keys(kept.changed).length) note(t("brought_back"));
  } catch {
    anew(name);
  }
}

function anew(name) {
  state.lesson = state.start.lessons.find((one) => one.lesson === name) ?? null;
  state.files = { ...baseFiles() };
  state.main = state.lesson ? state.lesson.main : state.start.main;
  const first = state.lesson?.cases[0];
  state.text = first?.text ?? "";
  state.gloss = first?.gloss ?? "";
  state.caseId = first?.id ?? "";
  if (state.lesson) state.panel = state.lesson.panel;
  begin();
}

// What was kept in a draft, a link or a file.
function restore(value) {
  const lesson = state.start.lessons.find((one) => one.lesson === value.lesson) ?? null;
  const base = lesson ?? state.start;
  const files = value.files ? { ...value.files } : { ...base.files, ...value.changed };
  const main = typeof value.main === "string" && value.main in files ? value.main : base.main;
  if (!(main in files)) throw new Error("no policy");
  Object.assign(state, { lesson, files, main, text: value.text });
  state.gloss = typeof value.gloss === "string" ? value.gloss : "";
  state.caseId = typeof value.case === "string" ? value.case : "";
  if (isPanel(value.panel)) state.panel = value.panel;
  if (value.lang === "zh" || value.lang === "en") state.lang = value.lang;
  begin(value.active, value.parts);
}

function begin(active = "", parts = null) {
  state.begun = true;
  isOpen(state.lesson?.lesson ?? "");
  document.documentElement.dataset.began = "yes"; // not before: what is typed or clicked earlier would be lost
  state.active = active in state.files ? active : firstFile();
  state.seen = new Map();
  state.compiling = false;
  state.rules = state.read = state.compiled = state.decision = state.explained = state.pinned = null;
  state.problems = [];
  state.broken = false;
  state.lost = null;
  resetPanels();
  putParts(parts);
  drawAll();
  compile();
  keep();
}

// What was discarded, again.
function bringBack(before) {
  const again = undoable(t("undone"));
  restore(before);
  again();
}

async function openLink(kept, before) {
  try {
    const value = await decode(kept);
    restore(value);
    const other = !value.lesson && value.base && value.base !== state.start.rules;
    note(t(other ? "link_of_another" : "link_opened"), before ? { undo: () => bringBack(before) } : {});
  } catch {
    if (!state.begun) await takeLesson(state.start.first);
    note(t("not_opened"));
  }
}

const isLesson = (name) => name === "" || state.start.lessons.some((one) => one.lesson === name);

// A link that was pasted into the address of the open page, Back or Forward.
function follow() {
  const given = taken();
  const open = state.lesson?.lesson ?? "";
  const name = given.get("lesson") ?? open;
  if (given.get("s")) return flush().then(() => openLink(given.get("s"), draft()));
  if (name !== open && isLesson(name)) return takeLesson(name);
  asked += 1; // what was still to be opened is not
  $("lesson").value = open;
  isOpen(open);
  return name === open ? undefined : note(t("no_such_lesson"));
}

async function openFile(file) {
  try {
    if (file.size > 3_000_000) throw new Error("too large");
    const opened = undoable(t("opened"));
    restore(checked(JSON.parse(await file.text())));
    opened();
  } catch {
    note(t("not_opened"));
  }
}

// ------------------------------------------------------------------ listening

function listenToMessage() {
  $("text").addEventListener("input", (event) => {
    state.text = event.target.value;
    state.gloss = "";
    decideSoon();
    if (state.caseId) {
      state.caseId = "";
      drawLesson(); // the message is none of the lesson any more
    }
    drawText();
    keep();
  });
  $("text").addEventListener("paste", ({ target, clipboardData }) => {
    const room = target.maxLength - target.value.length + target.selectionEnd - target.selectionStart;
    if (clipboardData.getData("text").replace(/\r\n?/g, "\n").length > room) cutShort();
  });
  on("text-chosen", () => {
    decideNow();
    keep();
  });
  on("text-set", () => {
    state.caseId = "";
    drawText();
    drawLesson();
    decideNow();
    keep();
  });
}

function edited(text) {
  state.files[state.active] = text;
  drawUndo();
  soon("compile", 250, compile);
  keep();
}

function listenToRules() {
  on("file-chosen", () => {
    drawFiles();
    drawAdding();
    keep();
  });
  $("undo-all").addEventListener("click", () => {
    const undone = undoable(t("changes_undone"));
    state.files = { ...baseFiles() };
    if (!(state.active in state.files)) state.active = firstFile();
    drawFiles();
    compile();
    keep();
    $("file").focus(); // the button is gone
    undone();
  });
  on("written", () => {
    drawUndo();
    soon("compile", 250, compile);
    keep();
  });
  on("files-set", () => {
    drawFiles();
    soon("compile", 0, compile);
    keep();
  });
}

function listenToTop() {
  $("lesson").addEventListener("change", (event) => takeLesson(event.target.value));
  $("language").addEventListener("click", () => {
    otherLanguage();
    drawAll();
    keep();
  });
  $("teacher").addEventListener("click", () => {
    state.teacher = !state.teacher;
    remember("teacher", state.teacher);
    renderTeacher();
  });
  $("save").addEventListener("click", saveFile);
  $("open").addEventListener("click", () => $("open-file").click());
  $("open-file").addEventListener("change", (event) => {
    if (event.target.files[0]) openFile(event.target.files[0]);
    event.target.value = "";
  });
  $("copy-link").addEventListener("click", copyLink);
  $("start-over").addEventListener("click", () => {
    const over = undoable(t("started_over"), forgetGuesses());
    anew(state.lesson?.lesson ?? "");
    over();
  });
  let sure = false;
  $("forget").addEventListener("click", async () => {
    if (sure) {
      await forgetDrafts();
      forgetGuesses();
      anew(state.lesson?.lesson ?? "");
    }
    note(t(sure ? "forgotten" : "forget_sure"));
    sure = !sure;
  });
}

function listenToMenus() {
  for (const id of ["copy-link", "save", "open", "start-over"]) {
    $(id).addEventListener("click", () => {
      $("keep").open = false;
      $("keep").querySelector("summary").focus();
    });
  }
  for (const menu of document.querySelectorAll(".menu")) {
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    // Not where the focus is lost: it goes nowhere while words of the menu itself are pressed.
    for (const went of ["pointerdown", "focusin"]) {
      document.addEventListener(went, (event) => {
        if (!menu.contains(event.target)) menu.open = false;
      });
    }
  }
}

function listen() {
  listenToTop();
  listenToMenus();
  listenToMessage();
  listenToRules();
  listenToTabs();
  listenToMarks();
  listenToLeaving();
  on("changed", keep);
  on("bring-back", bringBack);
  on("shut", () => location.reload()); // the door asks for the code; the drafts stay
  on("level", () => {
    $("form-fold").open = state.level === "simple";
    drawTabs();
    drawPanel();
    drawForm();
  });
  keeps("seen", () => [...state.seen], (seen) => (state.seen = new Map(Array.isArray(seen) ? seen : [])));
  on("mode", () => {
    renderTeacher();
    drawLesson();
    drawText();
    drawVerdict();
    drawPanel();
  });
  on("gate", () => {
    tell("mode");
    decideNow();
  });
  on("told", drawText);
  on("uncovered", drawLesson);
  on("lock", () => {
    forgetStudies();
    drawPanel();
  });
  on("pushed", () => {
    try {
      restore(state.pushed);
    } catch {
      note(t("not_opened"));
    }
  });
  on("case", () => takeCase(state.nextCase));
  window.addEventListener("hashchange", follow);
}

// ------------------------------------------------------------------ beginning

// The page could be loaded, and now nobody answers.
function waitForServer() {
  setTimeout(() => post("start").then(() => location.reload(), (error) => (error instanceof Lost ? waitForServer() : location.reload())), 3000);
}

async function start() {
  takeLook();
  const asked = location.hash;
  const given = taken();
  try {
    state.start = await post("start");
  } catch (error) {
    history.replaceState(null, "", asked || location.pathname); // the link is still to be opened
    waitAtTheDoor(error);
    if (error instanceof Lost) waitForServer();
    return;
  }
  makeEditor(edited);
  $("form-fold").open = state.level === "simple";
  listen();
  await startRoom();
  if (!(await openDrafts())) {
    state.unkept = true;
    note(t("nothing_kept"), { stays: true });
  }
  const wanted = given.get("lesson");
  const last = await lastPlace();
  const before = last === null ? null : (/^lesson (.+)$/.exec(last)?.[1] ?? "");
  const name = [wanted, before].find((one) => one !== null && isLesson(one)) ?? (last ? "" : state.start.first);
  if (given.get("s")) await openLink(given.get("s"), await draftOf(placeOf(name)));
  else await takeLesson(name);
  if (wanted !== null && !isLesson(wanted)) note(t("no_such_lesson"));
  document.documentElement.dataset.ready = "yes";
  followTeacher();
}

start();
