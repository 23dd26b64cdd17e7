// What one did, kept: in the address, in a link, in a file.

import { soon } from "./api.js";
import { $, h } from "./dom.js";
import { asLesson, encode, snapshot, state } from "./state.js";
import { t } from "./strings.js";

const LINK = 30_000;

export function keep() {
  soon("keep", 600, async () => {
    const kept = await encode(snapshot());
    history.replaceState(null, "", kept.length < LINK ? `#s=${kept}` : "#");
  });
}

export function note(text) {
  $("note").textContent = text;
  soon("note", 6000, () => ($("note").textContent = ""));
}

export function saveFile() {
  const data = new Blob([JSON.stringify(asLesson(), null, 1)], { type: "application/json" });
  const link = h("a", { href: URL.createObjectURL(data), download: `${state.lesson?.lesson ?? "lesson"}.modengine.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export async function copyLink() {
  const kept = await encode(snapshot());
  if (kept.length >= LINK) {
    note(t("link_too_long"));
    return;
  }
  const token = state.start.student ? `&token=${state.start.student}` : "";
  await navigator.clipboard.writeText(`${location.origin}/#s=${kept}${token}`);
  note(t("copied"));
}
