// What keeps the page from deciding, as a sentence: an error of the rules, a server that does not answer.

import { $, h, refill, visible } from "./dom.js";
import { saying } from "./pieces.js";
import { firstError } from "./rules.js";
import { state } from "./state.js";
import { t } from "./strings.js";

const LOST = { network: "lost", busy: "busy" };

// In the strip, so that it is in view wherever one is.
export function drawTrouble() {
  const wrong = state.broken ? firstError() : null;
  if (state.lost) return refill($("trouble"), h("p", { class: "failure" }, LOST[state.lost] ? t(LOST[state.lost]) : visible(saying(state.lost))));
  if (wrong)
    return refill(
      $("trouble"),
      h("p", { class: "failure" }, h("button", { type: "button", id: "to-error", class: "small", onclick: wrong.go }, t("line", wrong.file, wrong.line)), " ", visible(wrong.says), " ", h("span", { class: "after" }, t(state.rules ? "rules_broken" : "rules_never"))),
    );
  return refill($("trouble"), state.compiling && state.rules ? h("p", { class: "quiet small" }, t("compiling")) : null);
}
