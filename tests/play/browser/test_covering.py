"""What may offend is nowhere until somebody asks for it; what is locked, not before the teacher opens it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modengine.play.lessons import shipped_lessons
from tests.play.browser.hiding import EVERYTHING, stands
from tests.play.browser.looks import PANELS, READY, in_every_look, violations
from tests.play.browser.window import Opened, action, until
from tests.play.parity import samples

LESSON = next(lesson for lesson in shipped_lessons() if lesson.lesson == "whom-does-it-hit")
CASE = next(case for case in LESSON.cases if case.id == "victim")
LOCKED = ("pornography", "terrorism")


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


@pytest.mark.parametrize("predict", [True, False])
def test_a_covered_message_is_nowhere_until_it_is_shown(opened: Opened, predict: bool) -> None:
    page = opened(LESSON.lesson, predict=predict)
    button = f"#case-{CASE.id}"
    page.focus(button)
    page.hover(button)
    assert stands(page, CASE.text) == []
    page.click(button)
    if predict:
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


def test_a_covered_message_stays_covered_in_tries_records_and_after_a_reload(opened: Opened) -> None:
    page = opened(LESSON.lesson)
    page.click(f"#case-{CASE.id}")
    page.click("#cover")
    action(page, "review")
    page.click("#tab-audit")
    page.click("#record:not(:disabled)")
    page.wait_for_selector(".notice")
    page.click("#tab-evade")
    page.click("#begin")
    page.fill("#text", CASE.text.replace("弄", "挵"))
    page.wait_for_selector("table.attempts")
    page.click("#cover")
    page.click("#case-game")
    page.click("#tab-evade")
    page.wait_for_selector("table.attempts")
    assert page.locator(".evade .covered").count() == 2
    assert stands(page, CASE.text) == []
    page.click("#tab-audit")
    page.wait_for_selector(".notice .covered")
    for form in ("notice", "record", "statement", "proof"):
        if page.locator(f'input[name="form"][value="{form}"]').count():
            page.check(f'input[name="form"][value="{form}"]')
        assert stands(page, CASE.text) == [], form
    page.click(f"#case-{CASE.id}")
    page.wait_for_selector("#cover")
    page.click("#cover")
    page.wait_for_timeout(700)
    page.reload()
    page.wait_for_selector("#verdict .badge.large")
    assert stands(page, CASE.text) == []


def test_all_messages_can_be_covered(opened: Opened) -> None:
    page = opened("warning-and-scam", "tests")
    page.wait_for_selector("#toggle-warning")
    page.click("#toggle-warning")
    page.wait_for_selector(".ability .said")
    page.click("#teacher")
    page.check("#blur")
    assert page.locator("#panel .message-button").count() == 0
    page.click("#cover")  # this one is shown, and others are not
    page.wait_for_selector("#panel .message-button")
    assert set(page.locator("#panel .said").all_inner_texts()) <= {page.input_value("#text")}
    assert page.locator("#cases .said").count() == 1
    gone = [sample for sample in samples() if len(sample["text"]) > 8 and sample["label"] == "none"]
    html = page.evaluate(EVERYTHING)
    assert [sample["id"] for sample in gone if sample["text"] in html or sample["gloss"] in html] == []
    for look in in_every_look(page):
        assert violations(page) == [], look
    page.click("#panel .ability .message-button >> nth=0")
    page.wait_for_selector("#cover")
    assert page.input_value("#text") == ""
    page.click("#cover")
    assert page.input_value("#text") in {sample["text"] for sample in samples()}
    page.uncheck("#blur")
    page.wait_for_selector("#cases .said >> nth=3")


def test_samples_behind_the_lock_are_read_when_the_teacher_opens_it(opened: Opened) -> None:
    page = opened()
    said: list[str] = []
    page.on(
        "response", lambda one: said.append(one.text()) if one.url.endswith(("/eval", "/scores", "/test")) else None
    )
    secret = [sample for sample in samples() if sample["label"] in LOCKED and len(sample["text"]) > 8]

    def read(where: str) -> list[str]:
        return [one["id"] for one in secret if json.dumps(one["text"], ensure_ascii=False)[1:-1] in where]

    page.fill("#text", "x")
    action(page, "allow")
    page.click("#tab-whatif")
    page.wait_for_selector("#outcome table")
    for slider in page.locator(".sliders input").all():
        slider.fill("120")
    page.wait_for_selector("#outcome .locked", state="attached")
    assert read(page.evaluate(EVERYTHING)) == []
    page.click("#tab-tests")
    page.wait_for_selector(".ability")
    for toggle in page.locator(".ability button[aria-expanded]").all():
        toggle.click()
    assert read(page.evaluate(EVERYTHING) + "".join(said)) == []
    assert violations(page) == []
    page.click("#teacher")
    page.check("#unlock")
    until(page, "document.querySelectorAll('#panel .message-button').length > 5 && !document.querySelector('.locked')")
    assert len(read("".join(said))) > 40
    for toggle in page.locator(".ability button[aria-expanded]").all():
        toggle.click()
    assert read(page.evaluate(EVERYTHING)) == []  # covered
    page.evaluate("for (const more of document.querySelectorAll('#panel details.more')) more.open = true")
    page.click("#panel .ability .message-button:has(.covered) >> nth=0")
    page.wait_for_selector("#cover")
    assert "covered" in page.inner_text("#panel")
    page.click("#cover")
    assert len(read(page.input_value("#text"))) == 1
