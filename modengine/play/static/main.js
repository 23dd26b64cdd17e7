// The page: it begins, takes a lesson or what was kept, and listens.

import { drawAdding, drawReading } from "./adding.js";
import { post, setToken, soon } from "./api.js";
import { compile, decideNow, decideSoon } from "./deciding.js";
import { $, visible } from "./dom.js";
import { makeEditor } from "./editor.js";
import { copyLink, keep, note, saveFile } from "./keeping.js";
import { drawWords, takeLook } from "./look.js";
import { drawLesson, drawText, takeCase } from "./message.js";
import { drawFiles, drawProblems, drawUndo, firstFile } from "./rules.js";
import { baseFiles, checked, decode, on, state, tell } from "./state.js";
import { t } from "./strings.js";
import { drawPanel, drawTabs, isPanel, listenToTabs, resetPanels } from "./tabs.js";
import { question, renderTeacher, startRoom, waitAtTheDoor } from "./teacher.js";
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

function takeLesson(name) {
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

// What was kept in a link or a file.
function restore(value) {
  state.lesson = state.start.lessons.find((one) => one.lesson === value.lesson) ?? null;
  state.files = value.files ? { ...value.files } : { ...baseFiles(), ...value.changed };
  state.main = value.files ? value.main : state.lesson ? state.lesson.main : state.start.main;
  if (typeof value.main === "string" && value.main in state.files) state.main = value.main;
  state.text = value.text;
  state.gloss = typeof value.gloss === "string" ? value.gloss : "";
  state.caseId = typeof value.case === "string" ? value.case : "";
  if (isPanel(value.panel)) state.panel = value.panel;
  if (value.lang === "zh" || value.lang === "en") state.lang = value.lang;
  if (!(state.main in state.files)) throw new Error("no policy");
  begin();
}

function begin() {
  state.active = firstFile();
  state.seen = new Map();
  state.compiling = false;
  state.rules = state.compiled = state.decision = state.explained = state.pinned = null;
  state.problems = [];
  state.broken = false;
  state.lost = "";
  state.revealed = !state.predict;
  state.guess = "";
  resetPanels();
  drawAll();
  compile();
  keep();
}

async function openFile(file) {
  try {
    if (file.size > 3_000_000) throw new Error("too large");
    restore(checked(JSON.parse(await file.text())));
    note(t("opened"));
  } catch (error) {
    note(t("not_opened", visible(error.message)));
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
  $("file").addEventListener("change", (event) => {
    state.active = event.target.value;
    drawFiles();
    drawAdding();
  });
  $("undo-all").addEventListener("click", () => {
    state.files = { ...baseFiles() };
    if (!(state.active in state.files)) state.active = firstFile();
    drawFiles();
    compile();
    keep();
    $("file").focus(); // the button is gone
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
    state.lang = state.lang === "zh" ? "en" : "zh";
    drawAll();
    keep();
  });
  $("teacher").addEventListener("click", () => {
    state.teacher = !state.teacher;
    renderTeacher();
  });
  $("save").addEventListener("click", saveFile);
  $("open").addEventListener("click", () => $("open-file").click());
  $("open-file").addEventListener("change", (event) => {
    if (event.target.files[0]) openFile(event.target.files[0]);
    event.target.value = "";
  });
  $("copy-link").addEventListener("click", copyLink);
  $("start-over").addEventListener("click", () => takeLesson(state.lesson?.lesson ?? ""));
}

function listenToMenus() {
  for (const id of ["copy-link", "save", "open", "start-over"]) {
    $(id).addEventListener("click", () => {
      $("keep").open = false;
      $("keep").querySelector("summary").focus();
    });
  }
  for (const menu of document.querySelectorAll(".menu")) {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    menu.addEventListener("focusout", (event) => {
      if (!menu.contains(event.relatedTarget)) menu.open = false;
    });
  }
}

function listen() {
  listenToTop();
  listenToMenus();
  listenToMessage();
  listenToRules();
  listenToTabs();
  on("changed", keep);
  on("mode", () => {
    renderTeacher();
    drawLesson();
    drawText();
    drawVerdict();
    drawPanel();
  });
  on("reveal", () => {
    state.revealed = true;
    tell("mode");
  });
  on("case", () => takeCase(state.nextCase));
  window.addEventListener("hashchange", () => {
    const kept = new URLSearchParams(location.hash.slice(1)).get("s");
    if (kept) decode(kept).then(restore).catch((error) => note(t("not_opened", error.message)));
  });
}

// ------------------------------------------------------------------ beginning

async function start() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.get("token")) {
    setToken(given.get("token"));
    given.delete("token");
    history.replaceState(null, "", given.get("s") ? `#s=${given.get("s")}` : "#");
  }
  takeLook();
  try {
    state.start = await post("start");
  } catch (error) {
    waitAtTheDoor(error);
    return;
  }
  makeEditor(edited);
  listen();
  startRoom();
  const kept = given.get("s");
  try {
    if (!kept) throw new Error("nothing kept");
    restore(await decode(kept));
  } catch (error) {
    takeLesson(state.start.first);
    if (kept) note(t("not_opened", visible(error.message)));
  }
  document.documentElement.dataset.ready = "yes";
}

start();
