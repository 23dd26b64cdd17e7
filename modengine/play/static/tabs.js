// The six panels, their tabs, and which of them is shown.

import { $, fill, h } from "./dom.js";
import * as audit from "./panels/audit.js";
import * as evade from "./panels/evade.js";
import * as steps from "./panels/steps.js";
import * as tests from "./panels/tests.js";
import * as whatif from "./panels/whatif.js";
import * as why from "./panels/why.js";
import { state, tell, verdictShown } from "./state.js";
import { t } from "./strings.js";

const PANELS = { why, steps, whatif, tests, evade, audit };

export const isPanel = (name) => Object.hasOwn(PANELS, name);

// Whether the panel shows the message that is looked at, and follows every key.
export const followsMessage = () => ["why", "steps"].includes(state.panel);

// Whether the panel does something with a message, and so shows that there is none.
export const needsMessage = () => ["evade", "audit"].includes(state.panel);

export function drawTabs() {
  fill(
    $("tabs"),
    Object.keys(PANELS).map((name) =>
      h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-selected": String(state.panel === name), "aria-controls": "panel", tabindex: state.panel === name ? "0" : "-1", onclick: () => choosePanel(name) }, t(name)),
    ),
  );
  $("tabs").setAttribute("aria-label", t("panels"));
  $("panel").setAttribute("aria-labelledby", `tab-${state.panel}`);
}

function choosePanel(name) {
  state.panel = name;
  drawTabs();
  drawPanel();
  $(`tab-${name}`).focus();
  if (state.size === "large") $("panel-box").scrollIntoView(); // before a class, the panel is what is looked at
  tell("explained");
  tell("changed");
}

export function drawPanel() {
  const host = $("panel");
  if (!verdictShown() && followsMessage()) {
    fill(host, h("p", { class: "empty" }, t("reveal_first")));
    return;
  }
  host.dataset.panel = state.panel;
  PANELS[state.panel].render(host);
}

export function listenToTabs() {
  $("tabs").addEventListener("keydown", (event) => {
    const names = Object.keys(PANELS);
    const at = names.indexOf(state.panel);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choosePanel(names[(to + names.length) % names.length]);
  });
}

export function resetPanels() {
  evade.reset();
  whatif.reset();
  tests.reset();
}
