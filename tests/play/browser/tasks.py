"""The task of each panel, from start to verdict, by mouse or by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.play.browser.window import Opened, action, tab_to, until
from tests.play.browser.writing import replace_all

Task = Callable[[Opened, str], None]
SCAM = "恭喜您中奖，请点击链接领取"


def press(page: Any, way: str, selector: str) -> None:
    """Presses a button."""
    if way == "mouse":
        page.click(selector)
    else:
        tab_to(page, selector)
        page.keyboard.press("Enter")


def pick(page: Any, way: str, name: str, value: str, down: int) -> None:
    """Chooses among radio buttons."""
    if way == "mouse":
        page.check(f'input[name="{name}"][value="{value}"]')
    else:
        tab_to(page, f'input[name="{name}"]:checked')
        for _ in range(down):
            page.keyboard.press("ArrowDown")
    assert page.is_checked(f'input[name="{name}"][value="{value}"]')


def panel(page: Any, way: str, name: str) -> None:
    """Goes to a panel."""
    if way == "mouse":
        page.click(f"#tab-{name}")
        return
    tab_to(page, '[role="tab"][aria-selected="true"]')
    page.keyboard.press("Home")
    for _ in range(["why", "steps", "whatif", "tests", "evade", "audit"].index(name)):
        page.keyboard.press("ArrowRight")
    assert page.get_attribute(f"#tab-{name}", "aria-selected") == "true"


def write(page: Any, way: str, text: str) -> None:
    """Writes a message."""
    if way == "mouse":
        page.fill("#text", text)
        return
    tab_to(page, "#text")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def a_message_is_decided_as_it_is_written(opened: Opened, way: str) -> None:
    page = opened("warning-and-scam")
    write(page, way, "晚上一起吃饭")
    action(page, "allow")
    write(page, way, SCAM)
    action(page, "review")
    assert "50 points" in page.inner_text("#scores")


def a_case_of_a_lesson_is_taken(opened: Opened, way: str) -> None:
    page = opened("warning-and-scam")
    press(page, way, "#case-bank")
    action(page, "allow")
    assert "银行提醒" in page.input_value("#text")
    assert "The bank warns" in page.text_content("#meaning")


def a_rule_is_changed_and_an_error_is_shown_at_its_line(opened: Opened, way: str) -> None:
    page = opened("warning-and-scam")
    action(page, "review")
    if way == "mouse":
        page.click("#editor .cm-content")
    else:
        tab_to(page, "#editor")
    replace_all(page, "ruleset: r\ntitle: R\ncategory: fraud\nrules:\n  - id: fraud.x\n    title: X\n    scores: 5\n")
    page.wait_for_selector("#problems .error")
    assert "line 7" in page.inner_text("#problems")
    assert "did you mean `score`?" in page.inner_text("#problems")
    action(page, "review")
    replace_all(
        page,
        "ruleset: r\ntitle: R\ncategory: fraud\nrules:\n  - id: fraud.x\n    title: X\n    score: 95\n"
        "    patterns: {p: {words: [中奖]}}\n    when: p\n",
    )
    action(page, "block")
    press(page, way, "#undo-all")
    action(page, "review")


def why_shows_evidence_points_and_conditions_and_the_smallest_edit(opened: Opened, way: str) -> None:
    page = opened("warning-and-scam")
    panel(page, way, "why")
    page.wait_for_selector("#smallest .flips")
    shown = page.inner_text("#panel")
    assert "fraud.prize" in shown
    assert "near(prize, link, 20)" in shown
    assert page.locator(".lane.hit.begin").count() == 2
    if way == "mouse":
        page.check('input[name="view"][value="words"]')
    else:
        tab_to(page, 'input[name="view"]')
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
    assert page.locator(".cell.word").count() > 3
    press(page, way, "#smallest .flips button")
    action(page, "allow")


def steps_lead_to_the_decision(opened: Opened, way: str) -> None:
    page = opened("warning-and-scam")
    panel(page, way, "steps")
    for number in range(1, 6):
        assert f"{number}. " in page.inner_text("#panel h3")
        if way == "mouse":
            page.click("#step-next")
        else:
            tab_to(page, ".steps")
            page.keyboard.press("ArrowRight")
    assert "6. Decide" in page.inner_text("#panel h3")
    assert page.locator("#panel .badge.review").count() == 1


def a_threshold_is_moved_and_a_rule_left_out(opened: Opened, way: str) -> None:
    page = opened("threshold-and-cost", "whatif")
    page.wait_for_selector("#outcome .confusion")
    before = page.inner_text("#outcome .confusion")
    slider = 'input[aria-label="fraud: review from"]'
    if way == "mouse":
        box = page.locator(slider).bounding_box()
        page.mouse.click(box["x"] + box["width"] * 0.97, box["y"] + box["height"] / 2)
    else:
        tab_to(page, slider)
        page.keyboard.press("End")
    until(page, "(was) => document.querySelector('#outcome .confusion').innerText !== was", arg=before)
    assert "Decided otherwise" in page.inner_text("#outcome")
    press(page, way, "#as-it-was")
    until(page, "(was) => document.querySelector('#outcome .confusion')?.innerText === was", arg=before)
    if way == "mouse":
        page.uncheck(".toggles input >> nth=0")
    else:
        tab_to(page, ".toggles input")
        page.keyboard.press("Space")
    page.wait_for_selector("#outcome .message-button")
    assert "Decided otherwise" in page.inner_text("#outcome")


def two_policies_are_compared(opened: Opened, way: str) -> None:
    page = opened("whom-does-it-hit", "whatif")
    page.wait_for_selector("#pin")
    press(page, way, "#pin")
    page.wait_for_selector("#compare")
    if way == "mouse":
        page.click("#editor .cm-content")
    else:
        tab_to(page, "#editor")
    replace_all(
        page,
        "ruleset: t\ntitle: T\ncategory: violence\nrules:\n  - id: violence.hit\n    title: H\n    score: 60\n"
        "    patterns: {hit: {words: [揍]}}\n    when: hit\n",
    )
    until(page, "document.querySelector('#problems').innerText.includes('No errors') || "
                           "document.querySelector('#problems summary')")  # fmt: skip
    page.fill("#text", "这个boss太难了，打死我三次")
    action(page, "allow")
    page.wait_for_selector("#compare")
    press(page, way, "#compare")
    page.wait_for_selector("#compared .message-button")
    assert "are decided otherwise" in page.inner_text("#compared")


def a_failure_of_the_tests_is_looked_at(opened: Opened, way: str) -> None:
    page = opened("warning-and-scam", "tests")
    page.wait_for_selector("#toggle-warning")
    press(page, way, "#toggle-warning")
    first = ".ability .message-button"
    page.wait_for_selector(first)
    text = page.inner_text(f"{first} .said >> nth=0")
    press(page, way, first)
    until(page, "(t) => document.querySelector('#text').value.startsWith(t)", arg=text[:10])
    page.wait_for_selector("html:not([data-action=allow])[data-action]")
    assert "examples in the rules (6/6)" in page.inner_text("#panel").lower()


def the_filter_is_evaded_by_hand_and_by_machine(opened: Opened, way: str) -> None:
    page = opened("evasion", "evade")
    action(page, "review")
    press(page, way, "#begin")
    write(page, way, "兼职日结，加.微.信")
    action(page, "allow")
    page.wait_for_selector("tr.escaped")
    assert "2" in page.inner_text("tr.escaped .number")
    write(page, way, "兼职日结，加微信")
    action(page, "review")
    press(page, way, "#machine")
    page.wait_for_selector(".disguises .cell-button.allow")
    press(page, way, ".disguises .cell-button.allow")
    action(page, "allow")


def a_decision_is_contested_and_becomes_an_example(opened: Opened, way: str) -> None:
    page = opened("evasion", "evade")
    text = "我在食堂兼职，班长叫大家加微信群"
    write(page, way, text)
    action(page, "review")
    page.wait_for_selector("#appeal-add")
    pick(page, way, "kind", "known_miss", 1)
    pick(page, way, "kind", "pass", 3)
    press(page, way, "#appeal-add")
    until(page, "document.querySelector('#appealed')?.innerText.includes('rules.yaml')")
    assert text in page.inner_text("#editor .cm-content")
    panel(page, way, "tests")
    page.wait_for_selector(".message-button.fails")
    assert text in page.inner_text(".message-button.fails")


def a_byte_is_changed_and_the_log_shows_it(opened: Opened, way: str) -> None:
    page = opened("what-a-log-proves", "audit")
    for case in ("first", "second", "third"):
        press(page, way, f"#case-{case}")
        action(page, "review" if case == "first" else "allow")
        page.wait_for_selector("#record:not(:disabled)")
        before = page.locator(".record-button").count()
        press(page, way, "#record")
        until(page, "(n) => document.querySelectorAll('.record-button').length > n", arg=before)
    press(page, way, "#verify")
    page.wait_for_selector("#audit-said .good")
    press(page, way, "#record-1")
    page.wait_for_selector('#record-1[aria-pressed="true"]')
    assert "A side job, and somebody to add" in page.inner_text(".notice")
    press(page, way, "#flip-byte")
    page.wait_for_selector(".node.other")
    press(page, way, "#verify")
    until(page, "document.querySelector('#audit-said').innerText.includes('ME953')")
    assert page.locator(".node.other").count() >= 3
    for form, words in (
        ("record", '"decision_id"'),
        ("statement", '"decision_visibility"'),
        ("proof", "The proof fails"),
    ):
        pick(page, way, "form", form, 1)
        assert words in page.inner_text(".one-record")


def the_class_predicts_before_the_decision_is_revealed(opened: Opened, way: str) -> None:
    page = opened("warning-and-scam")
    press(page, way, "#teacher")
    if way == "mouse":
        page.check("#predict")
    else:
        tab_to(page, "#predict")
        page.keyboard.press("Space")
    assert page.locator("#verdict .headline").count() == 0
    assert "fraud.prize" not in page.inner_text("#panel")
    press(page, way, "#verdict .vote:nth-child(4)")
    page.wait_for_selector("#verdict .headline .badge.review")
    assert "Your guess: block. The filter decides otherwise." in page.inner_text("#verdict")
    press(page, way, "#next-case")
    page.wait_for_selector("#reveal")
    assert "银行提醒" in page.input_value("#text")


def a_rule_is_made_from_words(opened: Opened, way: str) -> None:
    """By somebody who has never seen YAML, key by key."""
    page = opened("evasion", level="simple")
    write(page, way, "请喝奶茶")
    action(page, "allow")
    if way == "mouse":
        page.fill("#words-new", "奶茶， 红包")
        page.fill("#points-new", "95")
    else:
        tab_to(page, "#words-new")
        page.keyboard.insert_text("奶茶， 红包")
        tab_to(page, "#points-new")
        page.keyboard.press("Control+A")
        page.keyboard.insert_text("95")
    action(page, "block")
    assert "fraud.mine-1 stands in rules.yaml" in page.inner_text("#new-said")
    assert 'mine: {words: ["奶茶", "红包"]}' in page.inner_text("#editor .cm-content")
    press(page, way, "#undo-all")
    action(page, "allow")


TASKS: tuple[Task, ...] = (
    a_message_is_decided_as_it_is_written,
    a_case_of_a_lesson_is_taken,
    a_rule_is_changed_and_an_error_is_shown_at_its_line,
    why_shows_evidence_points_and_conditions_and_the_smallest_edit,
    steps_lead_to_the_decision,
    a_threshold_is_moved_and_a_rule_left_out,
    two_policies_are_compared,
    a_failure_of_the_tests_is_looked_at,
    the_filter_is_evaded_by_hand_and_by_machine,
    a_decision_is_contested_and_becomes_an_example,
    a_byte_is_changed_and_the_log_shows_it,
    the_class_predicts_before_the_decision_is_revealed,
    a_rule_is_made_from_words,
)
