"""What the editor offers while rules are written, and says of what stands there: by mouse and by keyboard."""

from __future__ import annotations

from typing import Any

import pytest

from tests.play.browser.looks import violations
from tests.play.browser.window import Opened, until

COMPLETIONS = "#editor .cm-tooltip-autocomplete"
HINT = "#editor .hint"
ANNOUNCED = """() => { window.announced = '';
  const its = document.querySelector('#editor').shadowRoot.querySelector('.cm-announced');
  const note = () => { window.announced += its.textContent; };
  new MutationObserver(note).observe(its, {childList: true, subtree: true}); }"""
"""All that is read out from now on: CodeMirror takes each away again after some seconds."""


def after(page: Any, text: str) -> None:
    """Puts the cursor right behind a piece of the text, by keyboard."""
    page.click("#editor .cm-content")
    page.keyboard.press("Control+Home")
    whole = page.evaluate(
        "async () => { const {state} = await import('/static/state.js'); return state.files[state.active]; }"
    )
    for _ in whole[: whole.index(text) + len(text)]:
        page.keyboard.press("ArrowRight")


@pytest.mark.parametrize(
    ("lang", "says"), [("en-GB", "the condition that cancels it"), ("zh-CN", "满足这个条件就取消")]
)
def test_keys_values_and_patterns_are_offered_while_a_word_is_typed(opened: Opened, lang: str, says: str) -> None:
    page = opened("evasion", lang=lang, level="simple", width=400)
    after(page, "when: job and contact")
    page.keyboard.press("Enter")
    page.keyboard.type("unl")
    page.wait_for_selector(f"{COMPLETIONS} li[aria-selected]")
    assert "unless" in page.inner_text(COMPLETIONS)
    assert says in page.inner_text(COMPLETIONS)
    assert page.evaluate("document.documentElement.scrollWidth <= 400")
    assert violations(page) == []
    page.wait_for_timeout(100)  # CodeMirror takes no key right after the list opens
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Space")
    page.wait_for_selector(f"{COMPLETIONS} li >> text=contact")
    page.wait_for_timeout(100)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    until(page, "(s) => !document.querySelector('#editor').shadowRoot.querySelector(s)", ".cm-tooltip-autocomplete")
    page.keyboard.type("con")
    page.wait_for_selector(f"{COMPLETIONS} li >> text=contact")
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    assert "unless: contact" in page.inner_text("#editor .cm-activeLine")


def test_what_a_pattern_finds_is_told_by_mouse_and_by_keyboard(opened: Opened) -> None:
    page = opened("evasion", width=400)
    after(page, "when: job and contact")
    assert page.query_selector(HINT) is None
    page.evaluate(ANNOUNCED)
    page.keyboard.press("Control+i")
    page.wait_for_selector(HINT)
    said = page.inner_text(HINT)
    assert "pattern contact (" in said
    assert "加微信" in said
    assert "examples" in said
    until(page, "() => window.announced.includes('pattern contact')")
    assert page.evaluate("document.documentElement.scrollWidth <= 400")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.wait_for_selector(HINT, state="detached")
    page.click("#language")
    page.hover("#editor .cm-line >> text=when: job and contact", position={"x": 45, "y": 8})
    page.wait_for_selector(HINT)
    assert "满足这个条件就命中" in page.inner_text(HINT)
    page.mouse.move(5, 5)
    page.wait_for_selector(HINT, state="detached")
