// The six panels, their tabs, and which of them is shown.

import { covered } from "./covering.js";
import { $, fill, h } from "./dom.js";
import { hidden } from "./guessing.js";
import { setLook } from "./look.js";
import * as audit from "./panels/audit.js";
import * as evade from "./panels/evade.js";
import * as steps from "./panels/steps.js";
import * as tests from "./panels/tests.js";
import * as whatif from "./panels/whatif.js";
import * as why from "./panels/why.js";
import { state, tell } from "./state.js";
import { t } from "./strings.js";

const PANELS = { why, steps, whatif, tests, evade, audit };
const SIMPLE = ["why", "evade"];

// Beginners see two, those that the lesson needs, and the one they are in.
function shownPanels() {
  const some = [...SIMPLE, state.lesson?.panel, ...(state.lesson?.also ?? []), state.panel];
  return Object.keys(PANELS).filter((name) => state.level === "full" || some.includes(name));
}

export const isPanel = (name) => Object.hasOwn(PANELS, name);

// Whether the panel shows the message that is looked at, and follows every key.
export const followsMessage = () => ["why", "steps"].includes(state.panel);

// Whether the panel does something with a message, and so shows that there is none.
export const needsMessage = () => ["evade", "audit"].includes(state.panel);

export function drawTabs() {
  fill(
    $("tabs"),
    shownPanels().map((name) =>
      h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-selected": String(state.panel === name), "aria-controls": "panel", tabindex: state.panel === name ? "0" : "-1", onclick: () => choosePanel(name, true) }, t(name)),
    ),
  );
  $("level").textContent = t(state.level === "full" ? "level_less" : "level_more");
  $("panel").setAttribute("aria-labelledby", `tab-${state.panel}`);
}

function choosePanel(name, pressed = false) {
  state.panel = name;
  drawTabs();
  $(`tab-${name}`).focus({ preventScroll: true });
  steps.enter(pressed && name === "steps");
  drawPanel();
  if (state.size === "large") $("panel-box").scrollIntoView(); // before a class, the panel is what is looked at
  if (!closed()) tell("explained");
  tell("changed");
}

// Why no panel is open: each would tell the decision, or the text.
const closed = () => (hidden() ? "reveal_first" : covered() ? "uncover_first" : "");

let shut = ""; // why no panel was open when it was last drawn

// A panel that was closed for the sake of a message is there again with a text that is none.
export function openAgain() {
  if (shut && !closed()) drawPanel();
}

export function drawPanel() {
  const host = $("panel");
  const why = (shut = closed());
  if (why) {
    // A panel that still waits for an answer draws into the old element, which nobody sees.
    const fresh = host.cloneNode(false);
    host.replaceWith(fresh);
    if (state.panel === "evade" && why === "reveal_first" && evade.renderClosed(fresh)) return;
    fill(fresh, h("p", { class: "empty" }, t(why)));
    return;
  }
  host.dataset.panel = state.panel;
  PANELS[state.panel].render(host);
}

export function listenToTabs() {
  $("level").addEventListener("click", () => setLook("level", state.level === "full" ? "simple" : "full"));
  $("tabs").addEventListener("keydown", (event) => {
    const names = shownPanels();
    const at = names.indexOf(state.panel);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choosePanel(names[(to + names.length) % names.length]);
  });
}

// What was measured, and does not hold any more.
export function forgetStudies() {
  tests.reset();
  whatif.reset();
}

export function resetPanels() {
  evade.reset();
  whatif.reset();
  tests.reset();
}
