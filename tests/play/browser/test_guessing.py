"""Predict first: the decision is nowhere before it was guessed, or shown to the class."""

from __future__ import annotations

from typing import Any

from modengine.play.lessons import shipped_lessons
from tests.play.browser.guesses import (
    TELLING,
    Join,
    a_guess_reveals_and_stays,
    asked,
    begins_with_nothing_told,
)
from tests.play.browser.keeping import TRIED, kept
from tests.play.browser.looks import PANELS, violations
from tests.play.browser.window import Opened, action, tab_to, until, until_here
from tests.play.browser.writing import rewrite


def test_a_lesson_begins_with_nothing_told(opened: Opened) -> None:
    """tests/nightly has all lessons."""
    begins_with_nothing_told(opened, next(one for one in shipped_lessons() if one.lesson == "whom-does-it-hit"))


def test_a_guess_reveals_and_stays_after_a_reload_and_what_was_not_guessed_stays_hidden(opened: Opened) -> None:
    a_guess_reveals_and_stays(opened, "keyboard")


def test_edits_of_a_message_are_hidden_as_it_is_and_a_text_of_ones_own_is_not(opened: Opened) -> None:
    page = opened("warning-and-scam", predict=True)
    texts = asked(page)
    page.click("#text")
    page.keyboard.press("End")
    page.keyboard.insert_text("吧")
    page.wait_for_selector("#verdict .vote")
    page.click("#tab-evade")
    assert "First the guess" in page.inner_text("#panel")
    kept(page)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.input_value("#text").endswith("领取吧")
    page.wait_for_selector("#verdict .vote")
    assert texts == []
    page.fill("#text", "晚上一起吃饭")
    action(page, "allow")
    page.fill("#text", "恭喜您中奖，请点击链接领取")  # the message of the lesson again
    page.wait_for_selector("#verdict .vote")
    page.click('[data-guess="block"]')
    action(page, "review")
    assert "otherwise" in page.inner_text("#verdict")
    page.fill("#text", "恭喜您中奖，请点击链接领取吧")
    until(page, "!document.querySelector('.guessed')")  # that was guessed of another text
    action(page, "review")


def test_a_try_that_is_a_message_still_to_be_guessed_is_guessed_among_the_tries(opened: Opened) -> None:
    page = opened("evasion", predict=True)
    page.click("#reveal")
    action(page, "review")
    page.click("#begin")
    page.fill("#text", "兼职日结，加微信吧")
    until(page, TRIED, "兼职日结，加微信吧")
    page.fill("#text", "兼职日结，加.微.信")  # message 2
    page.wait_for_selector("#verdict .vote")
    assert "message 2 of the lesson, word for word" in page.inner_text("#panel")
    assert page.locator(".attempts tbody tr").count() == 1
    assert page.locator("#machine").count() == 0
    page.fill("#text", "兼职日结，加.微.信吧")  # through it, and on: an edit of message 1
    action(page, "allow")
    page.wait_for_selector("#machine")  # the whole panel is there again
    assert "word for word" not in page.inner_text("#panel")
    assert page.locator("#appeal-add").count() == 1
    until(page, TRIED, "兼职日结，加.微.信吧")
    page.fill("#text", "兼职日结，加.微.信")
    page.click('[data-guess="allow"]')
    until(page, TRIED, "兼职日结，加.微.信")
    page.click("#case-innocent")  # taken from the list, it closes the panel
    page.wait_for_selector("#verdict .vote")
    assert page.locator(".attempts").count() == 0


def test_a_panel_that_was_closed_for_a_message_opens_with_a_text_of_ones_own(opened: Opened) -> None:
    page = opened("evasion", "tests", predict=True)
    assert "First the guess" in page.inner_text("#panel")
    page.fill("#text", "今天天气很好")
    page.wait_for_selector("#panel .tests")


def test_a_panel_that_still_measures_tells_nothing_of_the_next_message(opened: Opened) -> None:
    page = opened("threshold-and-cost", predict=True)
    held: list[Any] = []
    page.route("**/api/scores", lambda route: held.append(route))
    page.click("#reveal")
    page.wait_for_selector("#verdict .badge.large")
    until(page, "document.querySelector('#panel .busy') !== null")
    until_here(page, lambda: held)
    page.click("#case-tenant")
    page.wait_for_selector("#verdict .vote")
    with page.expect_response("**/api/scores"):
        held[-1].continue_()
    page.wait_for_timeout(100)
    assert page.locator(TELLING).count() == 1  # of the first message, in the list
    page.unroute("**/api/scores")
    texts = [case.text for case in next(one for one in shipped_lessons() if one.lesson == "threshold-and-cost").cases]
    with page.expect_response("**/api/scores") as answer:
        page.click('[data-guess="allow"]')
    page.wait_for_selector("#outcome .confusion")
    told = {row["text"] for row in answer.value.json()["rows"]}
    assert [text in told for text in texts] == [text == page.input_value("#text") or text == texts[0] for text in texts]


def test_a_class_predicts_on_all_devices_and_the_right_answer_is_marked(join: Join) -> None:
    teacher = join("teacher", "warning-and-scam")
    teacher.click("#reveal")  # the teacher knows it already; the class is asked all the same
    action(teacher, "review")
    student = join("student", "warning-and-scam")
    said: list[str] = []
    student.on("response", lambda one: said.append(one.text()) if "/api/room" in one.url else None)
    texts = asked(student)
    voters: set[str] = set()
    student.on("request", lambda one: voters.add(one.post_data) if one.url.endswith("/api/room") else None)
    teacher.click("#ask-class")
    teacher.wait_for_selector("#verdict #reveal")
    for page in (teacher, student):
        student.wait_for_selector("#question .vote")
        for panel in PANELS:
            page.click(f"#tab-{panel}")
            assert "First the guess" in page.inner_text("#panel")
            assert page.locator(TELLING).count() == 0
    assert "answer above" in student.inner_text("#verdict")
    assert student.locator("#verdict .vote, #verdict #reveal").count() == 0  # nobody is shown it alone
    tab_to(student, '#question [data-choice="block"]')
    student.keyboard.press("Enter")
    until(student, "document.querySelector('#question-body').innerText.includes('You said: block.')")
    late = join("student")  # joins late
    late.wait_for_selector("#question .vote")
    late.select_option("#lesson", "warning-and-scam")
    late.wait_for_selector("#verdict .quiet")
    assert late.locator(TELLING).count() == 0
    # One answer a device: loaded anew it is still there, and counts once.
    student.reload()
    until(student, "document.querySelector('#question-body').innerText.includes('You said: block.')")
    assert student.locator(TELLING).count() == 0
    until(teacher, "document.querySelector('#tally').innerText.includes('Answers: 1')")
    assert [one for one in said if '"right":""' not in one or '"tally":null' not in one] == []
    assert texts == []
    assert len(voters) == 1
    teacher.click("#show-answers")
    for page in (teacher, student, late):
        page.wait_for_selector('.tally .right[data-action="review"]')
        assert "the filter’s decision" in page.inner_text(".tally .right")
        action(page, "review")
    assert "your answer" in student.inner_text('.tally [data-action="block"]')
    assert "Your guess: block. The filter decides otherwise." in student.inner_text("#verdict")
    student.wait_for_selector("details.tell")
    student.reload()  # what the class was shown stays shown
    action(student, "review")
    student.click("#case-bank")
    student.wait_for_selector("#verdict .vote")
    assert [violations(page) for page in (teacher, student)] == [[], []]


def test_a_guess_is_held_against_the_decision_that_it_was_made_about(opened: Opened) -> None:
    page = opened("evasion", predict=True)
    page.click('[data-guess="block"]')
    action(page, "review")
    assert "Your guess: block. The filter decides otherwise." in page.inner_text("#verdict")
    rewrite(page, "score: 60", "score: 95")
    then = "Your guess: block. The filter’s decision was then: review."
    for _ in range(2):
        action(page, "block")
        assert then in page.inner_text("#verdict")
        kept(page)
        page.reload()
    # A guess that was kept before the decision was kept with it.
    page.evaluate("sessionStorage.removeItem('modengine-answers')")
    page.reload()
    action(page, "block")
    assert "Your guess: block. Right." in page.inner_text("#verdict")


def test_a_message_of_the_list_that_is_written_by_hand_is_one_that_was_looked_at(opened: Opened) -> None:
    page = opened("evasion", predict=True)
    page.fill("#text", "今天天气很好")
    action(page, "allow")
    page.fill("#text", "兼职日结，加.微.信")  # message 2
    page.click('[data-guess="allow"]')
    page.wait_for_selector("#cases li:nth-child(2) .badge.allow")
    assert page.locator("#cases .badge").count() == 1


def test_whom_a_change_hits_says_how_many_are_still_to_be_guessed(opened: Opened) -> None:
    page = opened("whom-does-it-hit", "tests", predict=True)
    page.click("#reveal")
    page.wait_for_selector(".tests")
    rewrite(page, "[打死, 揍, 弄死]", "[弄死]")
    page.wait_for_selector("#changes")
    lesson = next(one for one in shipped_lessons() if one.lesson == "whom-does-it-hit")
    left = {one.text for one in lesson.cases[1:]} & {one.text for one in lesson.messages}
    assert f"Still to be guessed, and not compared here: {len(left)}." in page.inner_text("#changes")


def test_a_list_says_how_many_it_leaves_out_until_they_are_guessed(opened: Opened) -> None:
    page = opened("whom-does-it-hit", predict=True)
    page.click("#reveal")
    page.click("#tab-tests")
    page.click("#group-b-yaml-player")  # eight messages, of which message 2 is to be guessed
    page.wait_for_selector(".opened .message-button")
    assert page.locator(".opened .message-button").count() == 7
    assert "1 more, listed once you have guessed." in page.inner_text(".opened")


def test_the_meaning_of_what_is_asked_is_shown_to_whoever_reads_the_page_in_its_language(join: Join) -> None:
    teacher = join("teacher", "scam-in-english")
    teacher.click("#ask-class")
    student = join("student", "warning-and-scam")  # has another lesson open
    student.wait_for_selector("#question .vote")
    assert student.locator("#question .gloss").count() == 0  # in English already
    student.click("#language")
    assert student.get_attribute("#question .gloss", "lang") == "zh-Hans"
