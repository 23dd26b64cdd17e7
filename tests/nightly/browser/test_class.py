"""A class on its own devices: the teacher asks, students predict, and nobody's name is anywhere."""

from __future__ import annotations

from typing import Any

from modengine.play.guard import LOOPBACK, Door
from modengine.play.pool import Pool
from tests.play.browser.guesses import Join
from tests.play.browser.keeping import kept
from tests.play.browser.looks import violations
from tests.play.browser.window import WAIT, Opened, action, served, tab_to, until


def test_a_class_predicts_and_the_teacher_shows_the_answers(opened: Opened, pool: Pool) -> None:
    door = Door(open=True)
    with served(pool, door) as base:
        teacher = opened("warning-and-scam", hash_=f"#token={door.teacher}", base=base)
        student = opened(hash_=f"#token={door.student}", base=base)
        assert door.teacher not in teacher.url
        assert student.locator("#question").is_hidden()
        teacher.click("#teacher")
        teacher.click("#ask-class")
        student.wait_for_selector("#question .vote")
        assert "恭喜您中奖" in student.inner_text("#question")
        tab_to(student, '#question [data-choice="block"]')
        student.keyboard.press("Enter")
        until(student, "document.querySelector('#question-body').innerText.includes('You said: block.')")
        assert student.locator("#question .tally").count() == 0
        until(teacher, "document.querySelector('#tally').innerText.includes('Answers: 1')")
        assert teacher.locator("#tally .tally").count() == 0  # it may be on the wall
        teacher.click("#show-answers")
        teacher.wait_for_selector("#tally .tally")
        student.wait_for_selector("#question .tally")
        action(teacher, "review")
        # A student's link opens a student's window.
        student.click("#teacher")
        assert student.locator("#ask-class").count() == 0
        for window in (teacher, student):
            window.close()  # or it asks for the state of the class when its server is gone


def test_without_the_link_the_page_asks_for_the_code_on_the_board(pool: Pool, chromium: Any) -> None:
    door = Door(open=True)
    with served(pool, door) as base:
        context = chromium.new_context()
        context.set_default_timeout(WAIT)
        page = context.new_page()
        page.goto(base)
        page.wait_for_selector("#code")
        assert "open the link" in page.inner_text("main")
        assert page.evaluate("document.activeElement.id") == "code"
        page.keyboard.type("abcd 2345")
        page.keyboard.press("Enter")
        page.wait_for_selector(".failure")
        assert "not the code" in page.inner_text("main")
        page.keyboard.type(f"{door.student[:4].upper()} {door.student[4:]}")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("html[data-ready]")
        page.close()  # before its server
        context.close()


def test_the_teacher_sees_what_to_write_on_the_board(opened: Opened, pool: Pool) -> None:
    door = Door(hosts=LOOPBACK | {"192.0.2.7"}, open=True)
    with served(pool, door) as base:
        teacher = opened(hash_=f"#token={door.teacher}", base=base)
        teacher.click("#teacher")
        board = teacher.inner_text(".door")
        assert f"192.0.2.7:{base.rpartition(':')[2]}" in board
        assert f"{door.student[:4]} {door.student[4:]}" in board
        teacher.close()


def test_a_lesson_opens_on_all_devices_and_nobodys_work_is_lost(join: Join) -> None:
    teacher = join("teacher", "evasion")
    idle, busy = join("student"), join("student", "word-boundaries")
    busy.click("#reveal")
    busy.click("#editor .cm-content")
    busy.keyboard.press("Control+Home")
    busy.keyboard.insert_text("# mine\n")
    busy.fill("#text", "我的消息")
    teacher.click("#case-homophone")
    teacher.click("#push")
    until(idle, "document.querySelector('#lesson').value === 'evasion'")
    assert idle.input_value("#text") == teacher.input_value("#text") == "兼职日结，加薇信"
    idle.wait_for_selector("#verdict .vote")
    busy.wait_for_selector("#open-it")
    assert "Evasion and its price" in busy.inner_text("#question")
    assert violations(busy) == []
    tab_to(busy, "#not-now")
    busy.keyboard.press("Enter")
    busy.wait_for_selector("#go-there")
    assert busy.evaluate("document.activeElement.id") == "go-there"
    assert (busy.input_value("#text"), busy.input_value("#lesson")) == ("我的消息", "word-boundaries")
    assert "# mine" in busy.inner_text("#editor .cm-content")
    kept(busy)
    busy.reload()  # it is still offered
    busy.click("#go-there")
    until(busy, "document.querySelector('#lesson').value === 'evasion'")
    busy.wait_for_selector("#verdict .vote")
    assert "# mine" not in busy.inner_text("#editor .cm-content")
    busy.click("#go-back")
    until(busy, "document.querySelector('#lesson').value === 'word-boundaries'")
    assert busy.input_value("#text") == "我的消息"
    assert "# mine" in busy.inner_text("#editor .cm-content")
    # Who joins late begins there.
    late = join("student")
    until(late, "document.querySelector('#text').value === '兼职日结，加薇信'")
    # The rules of the wall come along.
    teacher.click("#editor .cm-content")
    teacher.keyboard.press("Control+Home")
    teacher.keyboard.insert_text("# ours\n")
    teacher.wait_for_selector("#undo-all:visible")
    teacher.click("#push")
    late.wait_for_selector('#editor .cm-content:has-text("# ours")')
