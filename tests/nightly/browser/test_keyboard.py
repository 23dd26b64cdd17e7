"""Whatever the other tests do by mouse alone, by keyboard."""

from __future__ import annotations

from typing import Any

from modengine.play.guard import LOOPBACK, Door
from modengine.play.pool import Pool
from tests.play.browser.window import Opened, action, served, tab_to, until
from tests.play.browser.writing import rewrite


def enter(page: Any, selector: str, key: str = "Tab") -> None:
    tab_to(page, selector, key=key)
    page.keyboard.press("Enter")


def focus(page: Any) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_the_text_is_shown_in_its_three_forms(opened: Opened) -> None:
    page = opened("word-boundaries")
    page.wait_for_selector(".why")
    tab_to(page, 'input[name="view"]:checked')
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".cell.word")
    assert page.is_checked('input[name="view"][value="words"]')
    assert page.evaluate("document.activeElement.value") == "words"


def test_the_smallest_edit_is_tried(opened: Opened) -> None:
    page = opened("warning-and-scam")
    page.wait_for_selector("#smallest .flips button")
    enter(page, "#smallest .flips button")
    action(page, "allow")


def test_an_error_is_gone_to_and_what_was_changed_is_undone(opened: Opened) -> None:
    page = opened("evasion")
    rewrite(page, "[加微信]", "[加微信")
    page.wait_for_selector("#problems .error")
    enter(page, "#problems .problem")
    until(page, "document.querySelector('#editor').shadowRoot.activeElement?.matches('.cm-content')")
    assert "[加微信" in page.inner_text("#editor .cm-activeLine")
    page.keyboard.press("Shift+Tab")
    tab_to(page, "#undo-all")
    page.keyboard.press("Enter")
    until(page, "!document.querySelector('#problems .error')")
    assert focus(page) == "file"


def test_a_list_of_words_is_added(opened: Opened) -> None:
    page = opened("evasion")
    enter(page, "#add-file summary")
    tab_to(page, "#file-kind")
    page.keyboard.press("ArrowDown")
    assert page.input_value("#file-kind") == "list"
    tab_to(page, "#file-name")
    page.keyboard.insert_text("prizes")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#file').value === 'prizes.txt'")


def test_a_message_whose_decision_changed_is_looked_at_and_the_thresholds_put_back(opened: Opened) -> None:
    page = opened("threshold-and-cost", "whatif")
    page.wait_for_selector("#outcome .confusion")
    before = page.inner_text("#outcome .confusion")
    tab_to(page, '.slider input[type=range][aria-label^="fraud: review"]')
    page.keyboard.press("End")
    page.wait_for_selector("#outcome .message-button")
    wanted = page.locator("#outcome .message-button .said").first.inner_text()
    enter(page, "#outcome .message-button")
    until(page, "(text) => document.querySelector('#text').value.startsWith(text.replace(/…$/, ''))", wanted)
    enter(page, "#as-it-was", key="Shift+Tab")
    until(page, "(was) => document.querySelector('#outcome .confusion')?.innerText === was", before)
    assert focus(page) == "as-it-was"


def test_a_record_is_shown_in_its_four_forms_and_a_new_log_begun(opened: Opened) -> None:
    page = opened("what-a-log-proves", "audit")
    action(page, "review")
    enter(page, "#record")
    page.wait_for_selector(".notice")
    tab_to(page, 'input[name="form"]:checked')
    for form in ("record", "statement", "proof"):
        page.keyboard.press("ArrowRight")
        assert page.is_checked(f'input[name="form"][value="{form}"]')
        page.wait_for_selector(".one-record .json")
    enter(page, "#new-log", key="Shift+Tab")
    page.wait_for_selector("#panel .empty")
    assert focus(page) == "record"


def test_the_teacher_blurs_folds_and_prints(opened: Opened) -> None:
    page = opened("warning-and-scam")
    enter(page, "#teacher")
    tab_to(page, "#blur")
    page.keyboard.press("Space")
    assert page.is_checked("#blur")
    tab_to(page, "#worksheet")
    assert page.get_attribute("#worksheet", "href") == "/static/worksheets/warning-and-scam-en.html"
    with page.context.expect_page() as printed:
        page.keyboard.press("Enter")
    assert "The warning that looks like the scam" in printed.value.inner_text("h1")
    page.bring_to_front()
    tab_to(page, ".topics summary")
    page.keyboard.press("Enter")
    assert page.evaluate("!document.querySelector('.topics').open")
    tab_to(page, "#case-granny")
    page.keyboard.press("Enter")
    assert page.evaluate("!document.querySelector('.topics').open")


def test_a_lesson_is_started_over(opened: Opened) -> None:
    page = opened("evasion")
    page.fill("#text", "晚上吃什么")
    action(page, "allow")
    page.evaluate("document.body.focus()")
    enter(page, "#keep summary", key="Shift+Tab")
    enter(page, "#start-over")
    action(page, "review")
    assert page.input_value("#text") == "兼职日结，加微信"
    assert page.evaluate("document.activeElement.matches('#keep summary')")


def test_the_class_is_asked(opened: Opened, pool: Pool) -> None:
    door = Door(hosts=LOOPBACK, open=True)
    with served(pool, door) as base:
        page = opened("warning-and-scam", hash_=f"#token={door.teacher}", base=base)
        enter(page, "#teacher")
        enter(page, "#ask-class")
        page.wait_for_selector("#show-answers")
        assert focus(page) == "show-answers"
        page.keyboard.press("Enter")
        page.wait_for_selector("#tally .tally")
        assert focus(page) == "ask-class"
        page.close()
