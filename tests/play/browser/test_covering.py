"""What may offend is nowhere until somebody asks for it; tests/nightly has more of it, and what is locked."""

from __future__ import annotations

from typing import Any

from modengine.play.lessons import shipped_lessons
from tests.play.browser.hiding import stands
from tests.play.browser.keeping import ready
from tests.play.browser.looks import PANELS, READY
from tests.play.browser.window import Opened

LESSON = next(lesson for lesson in shipped_lessons() if lesson.lesson == "whom-does-it-hit")
CASE = next(case for case in LESSON.cases if case.id == "victim")


def nowhere(page: Any, *texts: str) -> None:
    """In no panel, in either language, looked at or printed."""
    for panel in PANELS:
        page.click(f"#tab-{panel}")
        assert "covered" in page.inner_text("#panel")
        assert [found for text in texts for found in stands(page, text)] == [], panel
    page.emulate_media(media="print")
    assert [found for text in texts for found in stands(page, text)] == []
    page.emulate_media(media="screen")
    for _ in range(2):
        page.click("#language")
        assert [found for text in texts for found in stands(page, text)] == []


def test_a_covered_message_is_nowhere_until_it_is_shown(opened: Opened) -> None:
    page = opened(LESSON.lesson, predict=True)
    button = f"#case-{CASE.id}"
    page.focus(button)
    page.hover(button)
    assert stands(page, CASE.text) == []
    page.click(button)
    assert stands(page, CASE.text) == []
    page.click("#reveal")
    page.wait_for_selector("#verdict .badge.large")
    nowhere(page, CASE.text, CASE.gloss)
    assert page.locator(button).inner_text().split("\n")[1] == "covered"
    page.focus("#cover")
    page.keyboard.press("Enter")
    assert page.input_value("#text") == CASE.text
    assert page.evaluate("document.activeElement.id") == "cover"
    for panel in PANELS:
        page.click(f"#tab-{panel}")
        page.wait_for_selector(READY[panel])
    page.click("#record")
    page.wait_for_selector(".notice")
    assert CASE.text in page.inner_text(".notice")
    page.click("#cover")
    nowhere(page, CASE.text, CASE.gloss)


def test_what_the_teacher_covered_is_covered_after_a_reload(opened: Opened) -> None:
    page = opened("warning-and-scam")
    text = page.input_value("#text")
    page.click("#teacher")
    page.click("#blur")
    page.wait_for_selector("#cover")
    page.reload()
    ready(page, "")
    assert page.is_checked("#blur")
    assert text not in page.inner_text("body")
    assert page.input_value("#text") == ""
