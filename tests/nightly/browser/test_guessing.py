"""Guessing in every lesson, by mouse too, without storage and on the wall."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modengine.cli.main import run
from modengine.play.lessons import Lesson, shipped_lessons
from tests.play.browser.guesses import (
    TELLING,
    Join,
    a_guess_reveals_and_stays,
    asked,
    begins_with_nothing_told,
)
from tests.play.browser.keeping import kept
from tests.play.browser.looks import in_every_look, violations
from tests.play.browser.window import Opened, action, until


@pytest.mark.parametrize("lesson", shipped_lessons(), ids=lambda lesson: lesson.lesson)
def test_every_lesson_begins_with_nothing_told(opened: Opened, lesson: Lesson) -> None:
    begins_with_nothing_told(opened, lesson)


def test_a_guess_by_mouse_reveals_and_stays(opened: Opened) -> None:
    a_guess_reveals_and_stays(opened, "mouse")


def test_without_storage_a_guess_still_reveals(opened: Opened) -> None:
    page = opened(predict=True)
    page.add_init_script(
        "for (const name of ['sessionStorage', 'localStorage'])"
        "Object.defineProperty(window, name, {get() { throw new DOMException('forbidden'); }})"
    )
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.select_option("#lesson", "evasion")
    page.click('[data-guess="review"]')
    action(page, "review")


def test_the_wall_is_still_hidden_after_a_reload_and_a_text_of_ones_own_can_be_asked(join: Join) -> None:
    teacher = join("teacher", "evasion")
    own = "兼职，加微信，今天晚上我们一起去吃饭"
    teacher.fill("#text", own)
    teacher.click("#reveal")  # it is made of the first message
    action(teacher, "review")
    teacher.click("#ask-class")
    teacher.wait_for_selector("#verdict #reveal")
    texts = asked(teacher)
    kept(teacher)
    teacher.reload()
    teacher.wait_for_selector("#verdict #reveal")
    assert teacher.locator(TELLING).count() == 0
    assert texts == []
    student = join("student", "evasion")
    student.wait_for_selector("#question .vote")
    student.fill("#text", own)
    student.wait_for_selector("#verdict p")
    until(student, "document.querySelector('#verdict').innerText.includes('answer above')")
    teacher.click("#verdict #reveal")
    action(teacher, "review")
    action(student, "review")
    teacher.wait_for_selector('.tally .right[data-action="review"]')


def test_lists_of_studies_leave_out_what_is_not_guessed_yet(opened: Opened) -> None:
    page = opened("warning-and-scam", predict=True)
    scam = "恭喜您中奖，请点击链接领取"
    page.click("#case-bank")
    page.click("#reveal")
    action(page, "allow")
    page.click("#tab-tests")
    page.wait_for_selector("#panel .message-button.holds")
    listed = "[...document.querySelectorAll('#panel .message-button .said')].map((one) => one.textContent)"
    assert scam not in page.evaluate(listed)
    page.click("#case-scam")
    page.click("#reveal")
    page.wait_for_selector("#panel .message-button.holds")
    assert scam in page.evaluate(listed)


def test_a_lesson_started_over_is_guessed_again_and_predicting_can_be_switched_off(opened: Opened) -> None:
    page = opened("evasion", predict=True)
    page.click("#reveal")
    action(page, "review")
    page.click("#keep summary")
    page.click("#start-over")
    page.wait_for_selector("#verdict .vote")
    page.click("#teacher")
    page.uncheck("#predict")
    action(page, "review")
    kept(page)
    page.reload()
    action(page, "review")
    page.check("#predict")
    page.wait_for_selector("#verdict .vote")


def test_axe_finds_nothing_before_the_guess(opened: Opened) -> None:
    page = opened("whom-does-it-hit", predict=True)
    page.click("#teacher")
    for look in in_every_look(page):
        assert violations(page) == [], look


def test_a_lesson_as_a_file_shows_a_decision_after_the_guess(chromium: Any, tmp_path: Path) -> None:
    file = tmp_path / "lesson.html"
    assert run(["play", "--lesson", "warning-and-scam", "--export", str(file)]) == 0
    context = chromium.new_context()
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator(".decided >> visible=true").count() == 0
    page.check('.case >> nth=0 >> input[value="review"]')
    assert page.locator(".decided >> visible=true").count() == 1
    page.click(".decided summary >> visible=true")
    assert page.locator(".case >> nth=0 >> .decided .me-verdict").is_visible()
    assert page.locator(".first >> visible=true").count() == page.locator(".case").count() - 1
    context.close()
