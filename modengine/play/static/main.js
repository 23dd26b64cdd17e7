// The page: what is asked of the server when something changes, and what is drawn then.

import { latest, post, Refused, setToken, soon } from "./api.js";
import { $, fill, h, said, visible } from "./dom.js";
import { drawAdding, drawReading } from "./adding.js";
import { goTo, makeEditor, measure, show, underline } from "./editor.js";
import * as audit from "./panels/audit.js";
import * as evade from "./panels/evade.js";
import * as steps from "./panels/steps.js";
import * as tests from "./panels/tests.js";
import * as whatif from "./panels/whatif.js";
import * as why from "./panels/why.js";
import { ACTIONS, badge, meter } from "./pieces.js";
import { asLesson, baseFiles, checked, decode, encode, on, snapshot, state, tell } from "./state.js";
import { both, t } from "./strings.js";
import { question, renderTeacher, startRoom, waitAtTheDoor } from "./teacher.js";

const PANELS = { why, steps, whatif, tests, evade, audit };
const LINK = 30_000;
let guess = "";
let sentAt = 0;
let explaining = 0; // milliseconds that the last explanation took

// ------------------------------------------------------------------ asking

async function compile() {
  const sent = JSON.stringify(state.files);
  // A thousand rules take seconds: until then the last good ones decide, and the page says so.
  soon("compiling", 500, () => {
    state.compiling = true;
    drawProblems();
    drawVerdict();
  });
  try {
    const found = await latest("rules", "rules", { files: state.files, main: state.main });
    if (!found || sent !== JSON.stringify(state.files)) return;
    compiled();
    state.broken = !found.ok;
    state.problems = found.problems;
    if (found.ok) {
      state.compiled = found;
      state.rules = found.rules;
    }
  } catch (error) {
    compiled();
    state.broken = true;
    state.problems = [{ file: state.main, line: 1, column: 1, severity: "error", code: "", name: "", message: error.message, hint: "" }];
  }
  drawProblems();
  drawAdding();
  await decide();
  if (!["why", "steps"].includes(state.panel)) drawPanel();
  await decideSeen();
}

function compiled() {
  soon("compiling", 0, () => {});
  state.compiling = false;
}

// The messages of the lesson that were looked at, by the rules as they are now.
async function decideSeen() {
  const rules = state.rules;
  for (const one of state.lesson?.cases ?? []) {
    if (one.id === state.caseId || !state.seen.has(one.id)) continue;
    const found = await latest("seen", "decide", { text: one.text, rules, ignore_scope: true }).catch(() => null);
    if (!found || rules !== state.rules) return;
    state.seen.set(one.id, found.action);
    drawSeen();
  }
}

async function decide() {
  const text = state.text;
  if (!state.rules || !text) {
    state.decision = state.explained = null;
    drawVerdict();
    if (["why", "steps"].includes(state.panel)) drawPanel();
    return;
  }
  const rules = state.rules;
  try {
    const found = await latest("decide", "decide", { text, rules, ignore_scope: true });
    if (!found) return;
    state.decision = found;
    state.lost = "";
    if (state.caseId) state.seen.set(state.caseId, found.action);
    drawVerdict();
    drawSeen();
    document.documentElement.dataset.latency = String(Math.round(performance.now() - sentAt));
    // Where the server is busy, the reasons wait for a pause in the typing.
    soon("explain", Math.min(400, Math.max(60, 2 * explaining)), () => explain(text, rules));
  } catch (error) {
    await failed(error);
  }
}

async function explain(text, rules) {
  const began = performance.now();
  try {
    const found = await latest("explain", "explain", { text, rules });
    if (!found || text !== state.text) return;
    explaining = performance.now() - began;
    state.explained = found;
    tell("explained");
    if (["why", "steps"].includes(state.panel)) drawPanel();
    document.documentElement.dataset.explained = text;
  } catch (error) {
    await failed(error);
  }
}

async function failed(error) {
  if (error instanceof Refused && error.code === "rules") {
    await post("rules", { files: state.files, main: state.main });
    await compile();
    return;
  }
  state.lost = error instanceof Refused ? error.message : t("lost");
  state.decision = null;
  drawVerdict();
}

// ------------------------------------------------------------------ drawing

function drawWords() {
  document.documentElement.lang = state.lang === "zh" ? "zh-Hans" : "en";
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  $("language").lang = state.lang === "zh" ? "en" : "zh-Hans";
  $("language").setAttribute("aria-label", `${t("language")}: ${t("language_label")}`);
  drawLook();
  const none = t("no_lesson", state.start.main.replace(/^.*\//, "").replace(/\.yaml$/, ""));
  fill(
    $("lesson"),
    h("option", { value: "", selected: !state.lesson }, none),
    state.start.lessons.map((one) => h("option", { value: one.lesson, selected: state.lesson?.lesson === one.lesson }, both(one.title))),
  );
  $("tabs").setAttribute("aria-label", t("panels"));
}

// How the page looks: colours, and the size of the type.
function drawLook() {
  const choice = (name, values, set) =>
    h(
      "fieldset",
      {},
      h("legend", {}, t(name)),
      values.map((one) => h("label", {}, h("input", { type: "radio", name, value: one, checked: state[name] === one, onchange: () => set(name, one) }), t(`${name}_${one}`))),
    );
  fill($("look"), choice("scheme", ["auto", "light", "dark"], setLook), choice("size", ["normal", "large"], setLook));
}

function setLook(name, value) {
  state[name] = value;
  document.documentElement.dataset[name] = value;
  measure();
  try {
    localStorage.setItem(`modengine-${name}`, value);
  } catch {
    // a browser that keeps nothing
  }
}

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

function drawTabs() {
  fill(
    $("tabs"),
    Object.keys(PANELS).map((name) =>
      h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-selected": String(state.panel === name), "aria-controls": "panel", tabindex: state.panel === name ? "0" : "-1", onclick: () => choosePanel(name) }, t(name)),
    ),
  );
  $("panel").setAttribute("aria-labelledby", `tab-${state.panel}`);
}

function choosePanel(name) {
  state.panel = name;
  drawTabs();
  drawPanel();
  $(`tab-${name}`).focus();
  tell("explained");
  keep();
}

function drawPanel() {
  if (!visibleVerdict() && ["why", "steps"].includes(state.panel)) {
    fill($("panel"), h("p", { class: "empty" }, t("predict_first")));
    return;
  }
  const host = $("panel");
  host.dataset.panel = state.panel;
  PANELS[state.panel].render(host);
}

function drawLesson() {
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
          secret ? h("span", { class: "secret" }, t("hidden_case", hidden)) : said(one.text),
          h("span", { id: `seen-${one.id}` }),
        ),
      );
    }),
  );
  drawSeen();
}

function drawSeen() {
  for (const one of state.lesson?.cases ?? []) {
    const action = state.predict ? null : state.seen.get(one.id);
    const place = $(`seen-${one.id}`);
    if (place) fill(place, action ? badge(action, "tiny") : null);
  }
}

function takeCase(id) {
  const one = state.lesson.cases.find((each) => each.id === id);
  if (!one) return;
  state.caseId = id;
  state.text = one.text;
  state.gloss = one.gloss;
  state.revealed = !state.predict;
  guess = "";
  drawLesson();
  drawText();
  $(`case-${id}`)?.focus();
  decideNow();
  keep();
}

function drawText() {
  if ($("text").value !== state.text) $("text").value = state.text;
  $("text").placeholder = t("message_empty");
  const one = state.lesson?.cases.find((each) => each.id === state.caseId && each.text === state.text);
  $("text").classList.toggle("blurred", Boolean(one?.blur || state.blur));
  fill(
    $("gloss"),
    state.gloss ? h("details", {}, h("summary", {}, t("gloss")), h("p", { lang: "en" }, visible(state.gloss))) : null,
    one?.ask ? h("p", { class: "ask" }, both(one.ask)) : null,
    one?.tell && visibleVerdict() ? h("details", { class: "tell" }, h("summary", {}, t("worth")), h("p", {}, both(one.tell))) : null,
  );
}

function visibleVerdict() {
  return !state.predict || state.revealed;
}

function drawVerdict() {
  const box = $("verdict");
  const decision = state.decision;
  document.documentElement.dataset.action = decision?.action ?? "";
  if (state.lost) fill(box, h("p", { class: "failure" }, visible(state.lost)));
  else if (!state.rules) fill(box, h("p", { class: "quiet" }, t(state.broken ? "rules_never" : "waiting")));
  else if (!state.text) fill(box, h("p", { class: "quiet" }, t("no_message")));
  else if (!visibleVerdict()) fill(box, prediction());
  else if (!decision) fill(box, h("p", { class: "quiet" }, t("waiting")));
  else {
    fill(
      box,
      state.broken ? h("p", { class: "failure" }, t("rules_broken")) : null,
      state.compiling ? h("p", { class: "stale small" }, t("compiling")) : null,
      guess ? h("p", { class: "quiet" }, t("your_guess", t(guess))) : null,
      h("p", { class: "headline" }, badge(decision.action, "large"), h("span", { class: "says" }, t(`says_${decision.action}`))),
      decision.study ? h("p", { class: "quiet" }, t("study")) : null,
      decision.undetermined.map((one) => h("p", { class: "failure" }, t("undetermined", visible(one.reason)))),
    );
  }
  fill($("scores"), decision && visibleVerdict() && !state.lost ? scores(decision) : null);
}

function prediction() {
  const choose = (action) => () => {
    guess = action;
    drawVerdict();
    $("reveal").focus();
  };
  const reveal = () => {
    state.revealed = true;
    drawVerdict();
    drawText();
    drawPanel();
    $("verdict-box").focus();
  };
  return [
    h("p", {}, guess ? t("your_guess", t(guess)) : t("predict_first")),
    h("div", { class: "row" }, ACTIONS.map((action) => h("button", { type: "button", class: "vote", "aria-pressed": String(guess === action), onclick: choose(action) }, badge(action)))),
    h("button", { type: "button", id: "reveal", class: "primary", onclick: reveal }, t("reveal")),
  ];
}

function scores(decision) {
  const actions = state.compiled?.policy.actions ?? {};
  const all = Object.entries(decision.categories).sort((a, b) => b[1].score - a[1].score);
  const zero = all.filter(([, one]) => !one.score);
  return [
    h(
      "ul",
      { class: "score-list" },
      all.filter(([, one]) => one.score).map(([name, one]) => {
        const steps = actions[name] ?? {};
        const above = Object.entries(steps).filter(([, points]) => points > one.score).sort((a, b) => a[1] - b[1])[0];
        return h(
          "li",
          { class: "balance" },
          h("span", { class: "category" }, visible(name)),
          meter(one.score, steps, one.action),
          h("span", { class: "number" }, t("points_of", one.score)),
          above ? h("span", { class: "short quiet small" }, t("short_of", above[1] - one.score, t(above[0]))) : null,
        );
      }),
    ),
    zero.length ? h("p", { class: "zeros quiet small" }, t("zero_points", zero.map(([name]) => visible(name)).join(state.lang === "zh" ? "、" : ", "))) : null,
  ];
}

// ------------------------------------------------------------------ rules

const unchanged = () => {
  const base = baseFiles();
  return Object.keys({ ...base, ...state.files }).every((name) => state.files[name] === base[name]);
};

function drawFiles() {
  const names = Object.keys(state.files);
  fill($("file"), names.map((name) => h("option", { value: name, selected: name === state.active }, name)));
  $("undo-all").hidden = unchanged();
  show(state.active, state.files[state.active] ?? "");
  underline((state.problems ?? []).filter((one) => one.file === state.active));
}

function drawProblems() {
  const problems = state.problems ?? [];
  const errors = problems.filter((one) => one.severity === "error");
  const shown = errors.length ? errors : problems;
  underline(problems.filter((one) => one.file === state.active));
  const go = (one) => () => {
    if (one.file in state.files && one.file !== state.active) {
      state.active = one.file;
      drawFiles();
    }
    goTo(one.line);
  };
  const line = (one) =>
    h(
      "li",
      { class: one.severity },
      h("button", { type: "button", class: "problem", onclick: go(one) }, h("strong", {}, one.name === "regex-without-gate" ? t("slow_pattern") : t(one.severity)), " ", h("span", { class: "quiet small" }, t("line", one.file, one.line)), " ", h("span", { lang: "en" }, visible(one.message), one.hint ? ` — ${visible(one.hint)}` : "")),
    );
  const list = h("ul", { class: "problems" }, shown.slice(0, 20).map(line));
  if (state.compiling) {
    fill($("problems"), h("p", { class: "quiet small" }, t("compiling")));
    return;
  }
  fill(
    $("problems"),
    errors.length ? list : problems.length ? h("details", {}, h("summary", {}, t("problems", problems.length)), list) : h("p", { class: "quiet small" }, state.compiled ? `✓ ${t("no_problems")}` : ""),
  );
}

function edited(text) {
  state.files[state.active] = text;
  $("undo-all").hidden = unchanged();
  soon("compile", 250, compile);
  keep();
}

// ------------------------------------------------------------------ keeping

function keep() {
  soon("keep", 600, async () => {
    const kept = await encode(snapshot());
    history.replaceState(null, "", kept.length < LINK ? `#s=${kept}` : "#");
  });
}

function restore(value) {
  state.lesson = state.start.lessons.find((one) => one.lesson === value.lesson) ?? null;
  state.files = value.files ? { ...value.files } : { ...baseFiles(), ...value.changed };
  state.main = value.files ? value.main : state.lesson ? state.lesson.main : state.start.main;
  state.text = value.text;
  state.gloss = typeof value.gloss === "string" ? value.gloss : "";
  state.caseId = typeof value.case === "string" ? value.case : "";
  if (value.panel in PANELS) state.panel = value.panel;
  if (value.lang === "zh" || value.lang === "en") state.lang = value.lang;
  if (!(state.main in state.files)) throw new Error("no policy");
  begin();
}

// The file that is shown first: that with the rules, not the policy.
function firstFile() {
  const names = Object.keys(state.files);
  return names.find((name) => /^ruleset:/m.test(state.files[name])) ?? state.main;
}

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

function begin() {
  state.active = firstFile();
  state.seen = new Map();
  state.compiling = false;
  state.rules = state.compiled = state.decision = state.explained = state.pinned = null;
  state.problems = [];
  state.broken = false;
  state.lost = "";
  state.revealed = !state.predict;
  guess = "";
  evade.reset();
  whatif.reset();
  drawAll();
  compile();
  keep();
}

function note(text) {
  $("note").textContent = text;
  soon("note", 6000, () => ($("note").textContent = ""));
}

function saveFile() {
  const data = new Blob([JSON.stringify(asLesson(), null, 1)], { type: "application/json" });
  const link = h("a", { href: URL.createObjectURL(data), download: `${state.lesson?.lesson ?? "lesson"}.modengine.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
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

async function copyLink() {
  const kept = await encode(snapshot());
  if (kept.length >= LINK) {
    note(t("link_too_long"));
    return;
  }
  const token = state.start.student ? `&token=${state.start.student}` : "";
  await navigator.clipboard.writeText(`${location.origin}/#s=${kept}${token}`);
  note(t("copied"));
}

// ------------------------------------------------------------------ beginning

function decideNow() {
  sentAt = performance.now();
  decide();
}

function listen() {
  $("text").addEventListener("input", (event) => {
    state.text = event.target.value;
    state.gloss = "";
    state.caseId = "";
    sentAt = performance.now();
    soon("decide", 15, decide);
    drawText();
    keep();
  });
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
  for (const id of ["copy-link", "save", "open", "start-over"]) {
    $(id).addEventListener("click", () => {
      $("keep").open = false;
      $("keep").querySelector("summary").focus();
    });
  }
  $("save").addEventListener("click", saveFile);
  $("open").addEventListener("click", () => $("open-file").click());
  $("open-file").addEventListener("change", (event) => {
    if (event.target.files[0]) openFile(event.target.files[0]);
    event.target.value = "";
  });
  $("copy-link").addEventListener("click", copyLink);
  $("start-over").addEventListener("click", () => takeLesson(state.lesson?.lesson ?? ""));
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
  $("tabs").addEventListener("keydown", (event) => {
    const names = Object.keys(PANELS);
    const at = names.indexOf(state.panel);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choosePanel(names[(to + names.length) % names.length]);
  });
  window.addEventListener("hashchange", () => {
    const kept = new URLSearchParams(location.hash.slice(1)).get("s");
    if (kept) decode(kept).then(restore).catch((error) => note(t("not_opened", error.message)));
  });
}

on("text-set", () => {
  state.caseId = "";
  drawText();
  drawLesson();
  decideNow();
  keep();
});
on("files-set", () => {
  drawFiles();
  soon("compile", 0, compile);
  keep();
});
on("mode", () => {
  renderTeacher();
  drawLesson();
  drawText();
  drawVerdict();
  drawPanel();
});
on("case", () => takeCase(state.nextCase));

async function start() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.get("token")) {
    setToken(given.get("token"));
    given.delete("token");
    history.replaceState(null, "", given.get("s") ? `#s=${given.get("s")}` : "#");
  }
  state.lang = /^zh/i.test(navigator.language) ? "zh" : "en";
  for (const [name, values] of Object.entries({ scheme: ["auto", "light", "dark"], size: ["normal", "large"] })) {
    let kept = null;
    try {
      kept = localStorage.getItem(`modengine-${name}`);
    } catch {
      // a browser that keeps nothing
    }
    state[name] = values.includes(kept) ? kept : values[0];
    document.documentElement.dataset[name] = state[name];
  }
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
