"""A class on its own devices: the teacher asks, students predict, and nobody's name is anywhere."""

from __future__ import annotations

from modengine.play.guard import Door
from modengine.play.pool import Pool

from .conftest import Opened, action, served, tab_to, until


def test_a_class_predicts_and_the_teacher_shows_the_answers(opened: Opened, pool: Pool) -> None:
    door = Door(open=True)
    with served(pool, door) as base:
        teacher = opened("warning-and-scam", hash_=f"#token={door.teacher}", base=base)
        student = opened(hash_=f"#token={door.student}", base=base)
        assert door.teacher not in teacher.url
        assert student.locator("#question").is_hidden()
        teacher.click("#teacher")
        teacher.check("#predict")
        teacher.click("#ask-class")
        student.wait_for_selector("#question .vote")
        assert "恭喜您中奖" in student.inner_text("#question")
        tab_to(student, '#question [data-choice="block"]')
        student.keyboard.press("Enter")
        until(student, "document.querySelector('#question-body').innerText.includes('You said: block.')")
        assert student.locator("#question .tally").count() == 0
        until(teacher, "document.querySelector('#tally').innerText.includes('1 answers')")
        teacher.click("#show-answers")
        student.wait_for_selector("#question .tally")
        teacher.click("#reveal")
        action(teacher, "review")
        # A student's link opens a student's window.
        student.click("#teacher")
        assert student.locator("#ask-class").count() == 0
        for window in (teacher, student):
            window.close()  # or it asks for the state of the class when its server is gone


def test_without_the_link_the_page_says_what_is_missing(opened: Opened, pool: Pool, chromium: object) -> None:
    with served(pool, Door(open=True)) as base:
        context = chromium.new_context()  # type: ignore[attr-defined]
        page = context.new_page()
        page.goto(base)
        page.wait_for_selector(".failure")
        assert "open the link" in page.inner_text(".failure")
        context.close()
