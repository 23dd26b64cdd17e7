"""Guessing in every lesson, by mouse too, without storage and on the wall."""

from __future__ import annotations

import pytest

from modengine.play.lessons import Lesson, shipped_lessons
from tests.play.browser.guesses import (
    TELLING,
    Join,
    a_guess_reveals_and_stays,
    asked,
    begins_with_nothing_told,
)
from tests.play.browser.keeping import kept
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
    teacher.click("#teacher")
    teacher.wait_for_selector('.tally .right[data-action="review"]')
