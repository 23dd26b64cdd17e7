"""What stays in the browser."""

from __future__ import annotations

from typing import Any

from tests.play.browser.window import action, until
from tests.play.browser.writing import rewrite

STATE = "import('/static/state.js').then(({state}) => state"
NO_CLIPBOARD = """Object.defineProperty(navigator, 'clipboard', {value: undefined});
document.execCommand = () => { window.selected = String(document.activeElement.value); return true; };"""
LINK = "import('/static/state.js').then(({encode, snapshot}) => encode({...snapshot(), text: '来自链接'}))"

TRIED = "(text) => [...document.querySelectorAll('.attempts .said')].some((one) => one.innerText === text)"
LOG = """new Promise((done) => { const opening = indexedDB.open('modengine'); opening.onsuccess = () => {
  const all = opening.result.transaction('drafts').objectStore('drafts').getAll();
  all.onsuccess = () => done(all.result.find((one) => one.place === 'lesson evasion').value.parts.log.name); }; })"""


def kept(page: Any) -> None:
    """Waits until what stands there now is in the browser's drafts."""
    page.evaluate("import('/static/keeping.js').then(({flush}) => flush())")


def ready(page: Any, decided: str = " #verdict .badge") -> None:
    page.wait_for_selector(f"html[data-ready]{decided}")


def worked(page: Any) -> None:
    """A rule changed, a message written, two tries, and two decisions recorded."""
    action(page, "review")
    rewrite(page, "score: 60", "score: 40")
    action(page, "label")
    page.click("#tab-audit")
    for number in (0, 1):
        page.wait_for_selector("#record:not(:disabled)")
        page.click("#record")
        page.wait_for_selector(f"#record-{number + 1}")
    page.click("#tab-evade")
    page.click("#begin")
    for text in ("兼职日结，加微信吧", "兼职日结，加.微.信"):
        page.fill("#text", text)
        until(page, TRIED, text)
    kept(page)


def is_there(page: Any) -> None:
    """All that `worked` did."""
    ready(page)
    assert page.input_value("#lesson") == "evasion"
    assert page.input_value("#text") == "兼职日结，加.微.信"
    assert "score: 40" in page.evaluate(f"{STATE}.files['rules.yaml'])")
    page.click("#tab-evade")
    assert page.locator(".attempts .said").all_inner_texts()[:2] == ["兼职日结，加.微.信", "兼职日结，加微信吧"]
    page.click("#tab-audit")
    page.wait_for_selector("#record-2")
