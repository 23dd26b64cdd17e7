// What is said of the static site, and that it is kept for use without a network.

import { fill, h } from "./static/dom.js";
import { begun } from "./static/reach.js";
import { t } from "./static/strings.js";

document.getElementById("served")?.remove();
const box = document.getElementById("site");
let loaded = false;
let kept = false;

function draw() {
  fill(box, h("summary", {}, t(loaded ? "site_title" : "site_loading")), h("p", {}, t(kept ? "site_kept" : "site_not_kept")), h("p", {}, t("site_cannot")));
  box.hidden = false;
}

async function keep() {
  await navigator.serviceWorker.register("offline.js");
  await navigator.serviceWorker.ready;
  kept = true;
  draw();
  document.documentElement.dataset.offline = "yes";
}

new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
draw();
// Not before: it would load everything a second time beside the engine.
begun.then(() => {
  loaded = true;
  draw();
  if ("serviceWorker" in navigator) keep().catch(draw);
});
