"""A covered message on pictures of the page, and on the devices of a class."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modengine.play.lessons import shipped_lessons
from tests.play.browser.hiding import EVERYTHING, stands
from tests.play.browser.keeping import kept
from tests.play.browser.looks import PANELS, in_every_look, violations
from tests.play.browser.window import Opened, action, until, until_here
from tests.play.parity import samples

LESSON = next(lesson for lesson in shipped_lessons() if lesson.lesson == "whom-does-it-hit")
CASE = next(case for case in LESSON.cases if case.id == "victim")
LOCKED = ("pornography", "terrorism")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_of_a_covered_message_does_not_depend_on_its_text(
    opened: Opened, scheme: str, tmp_path: Path
) -> None:
    """The same panels are photographed with another text under the cover: not one pixel differs."""
    other = CASE.text + "。" + CASE.text[::-1]
    pictures: list[list[bytes]] = []
    for text in (CASE.text, other):
        page = opened(scheme=scheme)
        page.route("**/api/start", replaced(text))
        page.reload()
        page.wait_for_selector("html[data-ready]")
        page.select_option("#lesson", LESSON.lesson)
        page.wait_for_selector("#cases .badge")
        page.click(f"#case-{CASE.id}")
        page.wait_for_selector(f"#seen-{CASE.id} .badge")
        page.wait_for_selector("#verdict .badge.large")
        found = []
        for panel in PANELS:
            page.click(f"#tab-{panel}")
            page.mouse.move(0, 0)
            found.append(page.screenshot(path=tmp_path / f"{len(pictures)}-{panel}.png", full_page=True))
        pictures.append(found)
    assert pictures[0] == pictures[1]


def replaced(text: str) -> Callable[[Any], None]:
    """The lessons, with another text under the cover."""

    def route_of(route: Any) -> None:
        answer = route.fetch()
        start = answer.json()
        for lesson in start["lessons"]:
            for case in lesson["cases"]:
                if case["text"] == CASE.text:
                    case["text"] = text
        route.fulfill(response=answer, json=start)

    return route_of


def test_a_message_that_the_teacher_asks_is_covered_on_devices_too(opened: Opened, pool: Any) -> None:
    from modengine.play.guard import Door
    from tests.play.browser.window import served

    door = Door(open=True)
    with served(pool, door) as base:
        teacher = opened(LESSON.lesson, hash_=f"#token={door.teacher}", base=base)
        student = opened(hash_=f"#token={door.student}", base=base)
        teacher.click("#teacher")
        teacher.check("#blur")
        teacher.click("#case-game")
        teacher.click("#ask-class")
        student.wait_for_selector("#question .vote")
        assert stands(student, LESSON.cases[1].text) == []
        assert LESSON.cases[1].gloss not in student.evaluate(EVERYTHING)
        student.click("#show-asked")
        assert LESSON.cases[1].text in student.inner_text("#question")
        teacher.close()
        student.close()


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
    kept(page)
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
    before = page.input_value("#text")
    page.click("#panel .ability .message-button:has(.covered) >> nth=0")
    assert page.input_value("#text") == before  # it is shown where it stands
    page.keyboard.press("Enter")
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
    until_here(page, lambda: len(read("".join(said))) > 40)
    for toggle in page.locator(".ability button[aria-expanded]").all():
        toggle.click()
    assert read(page.evaluate(EVERYTHING)) == []  # covered
    page.evaluate("for (const more of document.querySelectorAll('#panel details.more')) more.open = true")
    page.click("#panel .ability .message-button:has(.covered) >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#cover")
    assert len(read(page.input_value("#text"))) == 1
