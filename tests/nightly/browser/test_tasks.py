"""Each panel's task, from start to verdict, by mouse and by keyboard alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modengine.play.jobs.workspace import make
from modengine.play.lessons import shipped_lessons
from tests.play.browser.looks import violations
from tests.play.browser.tasks import SCAM, TASKS, Task, pick, press, write
from tests.play.browser.window import Opened, action, tab_to, until, until_here
from tests.play.browser.writing import replace_all, rewrite

WAYS = pytest.mark.parametrize("way", ["mouse", "keyboard"])


@WAYS
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.__name__)
def test_a_task_is_done(opened: Opened, task: Task, way: str) -> None:
    task(opened, way)


def test_tab_leaves_the_editor(opened: Opened) -> None:
    page = opened("warning-and-scam")
    tab_to(page, "#editor")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.matches('#editor')")


def test_pointing_at_a_match_lights_its_characters(opened: Opened) -> None:
    page = opened("warning-and-scam")
    page.hover('.matches [data-mark="1"]')
    assert page.locator(".cell.hot").count() == 2


def test_hidden_messages_do_not_show_themselves(opened: Opened) -> None:
    page = opened("warning-and-scam")
    assert "谨防骗子" not in page.inner_text("body")
    page.click("#case-swindler")
    assert "谨防骗子" in page.input_value("#text")


def link_of(page: Any) -> str:
    """What a link to the page has behind its address."""
    return "#s=" + str(page.evaluate("import('/static/state.js').then(({encode, snapshot}) => encode(snapshot()))"))


def test_what_was_done_is_in_a_link(opened: Opened, address: str) -> None:
    page = opened("warning-and-scam")
    page.fill("#text", "谨防骗子")
    page.click("#tab-steps")
    page.click("#editor .cm-content")
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("# mine\n")
    again = opened(hash_=link_of(page))
    assert again.input_value("#text") == "谨防骗子"
    assert again.get_attribute("#tab-steps", "aria-selected") == "true"
    assert "# mine" in again.inner_text("#editor .cm-content")


@WAYS
def test_a_lesson_file_is_saved_and_opened(opened: Opened, tmp_path: Path, way: str) -> None:
    page = opened("evasion", "evade")
    press(page, way, "#begin")
    write(page, way, "加.微.信")
    page.wait_for_selector("tr.escaped")
    press(page, way, "#keep summary")
    with page.expect_download() as download:
        press(page, way, "#save")
    file = tmp_path / "kept.json"
    download.value.save_as(file)
    kept = json.loads(file.read_text("utf-8"))
    assert kept["text"] == "加.微.信"
    assert set(kept["files"]) == {"policy.yaml", "rules.yaml"}
    other = opened()
    press(other, way, "#keep summary")
    with other.expect_file_chooser() as chooser:
        press(other, way, "#open")
    chooser.value.set_files(file)
    until(other, "document.querySelector('#text').value === '加.微.信'")
    action(other, "allow")
    assert other.inner_text("tr.escaped .said") == "加.微.信"


@WAYS
def test_a_link_is_copied_that_opens_what_was_done(opened: Opened, way: str) -> None:
    page = opened("evasion")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write(page, way, "加.微.信")
    press(page, way, "#keep summary")
    press(page, way, "#copy-link")
    until(page, "document.querySelector('#note').innerText.includes('copied')")
    link = page.evaluate("navigator.clipboard.readText()")
    other = opened(hash_=f"#{link.partition('#')[2]}")
    assert other.input_value("#text") == "加.微.信"


@pytest.mark.parametrize(
    "content", ["", "{}", '{"modengine": 1, "text": 1}', '{"modengine":1,"text":"","changed":{"a":1}}']
)
def test_a_file_that_is_no_lesson_is_refused(opened: Opened, tmp_path: Path, content: str) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(content, "utf-8")
    page = opened("evasion")
    page.set_input_files("#open-file", file)
    until(page, "document.querySelector('#note').innerText.includes('could not be opened')")
    assert page.input_value("#text") == "兼职日结，加微信"


def test_a_broken_address_opens_the_page(opened: Opened) -> None:
    page = opened(hash_="#s=rubbish")
    page.fill("#text", "晚上吃什么")
    action(page, "allow")


@WAYS
def test_language_colours_and_type_are_switched(opened: Opened, way: str) -> None:
    page = opened("evasion")
    press(page, way, "#language")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    assert page.inner_text("#tab-why") == "为什么"
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    size = page.evaluate("getComputedStyle(document.querySelector('#text')).fontSize")
    press(page, way, "#view summary")
    pick(page, way, "scheme", "dark", 2)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    pick(page, way, "size", "large", 1)
    assert float(page.evaluate("getComputedStyle(document.querySelector('#text')).fontSize")[:-2]) > float(size[:-2])
    page.keyboard.press("Escape")
    assert page.locator("#view[open]").count() == 0
    assert page.evaluate("document.activeElement.matches('#view summary')")
    press(page, way, "#language")
    assert page.inner_text("#tab-why") == "Why"
    page.reload()
    page.wait_for_selector('html[data-ready][data-scheme="dark"][data-size="large"]')


def test_a_lesson_and_a_file_are_chosen_by_keyboard(opened: Opened) -> None:
    page = opened("word-boundaries")
    tab_to(page, "#lesson")
    page.keyboard.press("ArrowDown")
    until(page, "document.querySelector('#lesson').value === 'warning-and-scam'")
    action(page, "review")
    tab_to(page, "#file")
    before = page.input_value("#file")
    page.keyboard.press("ArrowUp")
    until(page, "(b) => document.querySelector('#file').value !== b", before)
    assert "policy: class" in page.inner_text("#editor .cm-content")


@WAYS
def test_what_counts_as_flagged_is_chosen(opened: Opened, way: str) -> None:
    page = opened("threshold-and-cost", "whatif")
    page.wait_for_selector("#flag-from")
    before = page.inner_text("#outcome .confusion")
    if way == "mouse":
        page.select_option("#flag-from", "block")
    else:
        tab_to(page, "#flag-from")
        page.keyboard.press("ArrowDown")
    until(page, "(was) => document.querySelector('#outcome .confusion').innerText !== was", arg=before)
    assert page.evaluate("document.activeElement.id") == "flag-from"


@WAYS
def test_any_step_is_gone_to_at_once(opened: Opened, way: str) -> None:
    page = opened("warning-and-scam", "steps")
    page.wait_for_selector("#step-5")
    press(page, way, "#step-5")
    assert "5. Score" in page.inner_text("#panel h3")
    assert page.get_attribute("#step-5", "aria-current") == "step"
    assert page.evaluate("document.activeElement.id") == "step-5"


@WAYS
def test_a_file_is_added_named_and_removed(opened: Opened, way: str) -> None:
    page = opened("evasion")
    write(page, way, "恭喜您中奖")
    action(page, "allow")
    press(page, way, "#add-file summary")
    for name, said in (("../x", "letters"), ("rules", "already a file rules.yaml"), ("shipped", "letters")):
        tab_to(page, "#file-name")
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(name)
        press(page, way, "#file-add")
        assert said in page.inner_text("#file-said"), name
    tab_to(page, "#file-name")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("我们的")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#file').value === '我们的.yaml'")
    assert "policy.yaml names it" in page.inner_text("#file-said")
    assert "Nothing is decided otherwise yet" in page.inner_text("#file-said")
    rewrite(page, "write words here", "中奖")
    action(page, "review")
    # It is kept in a link, and goes when it is removed.
    again = opened(hash_=link_of(page))
    action(again, "review")
    assert "我们的.yaml" in again.inner_text("#file")
    press(page, way, "#remove-file")
    action(page, "allow")
    assert "我们的.yaml" not in page.inner_text("#file")
    assert page.locator("#undo-all").is_hidden()


def test_a_list_is_added_and_used(opened: Opened) -> None:
    page = opened("evasion")
    page.fill("#text", "恭喜您中奖")
    action(page, "allow")
    page.click("#add-file summary")
    page.select_option("#file-kind", "list")
    page.fill("#file-name", "prizes")
    page.click("#file-add")
    until(page, "document.querySelector('#file').value === 'prizes.txt'")
    rewrite(page, "write words here", "中奖")
    page.select_option("#file", "rules.yaml")
    page.click("#editor .cm-content")
    replace_all(
        page,
        "ruleset: r\ntitle: R\ncategory: fraud\nlists: {won: {file: prizes.txt}}\nrules:\n"
        "  - id: fraud.x\n    title: X\n    score: 95\n    patterns: {p: {words: {list: won}}}\n    when: p\n",
    )
    action(page, "block")


def test_messages_that_were_looked_at_follow_the_rules(opened: Opened) -> None:
    page = opened("warning-and-scam")
    for case in ("bank", "scam"):
        page.click(f"#case-{case}")
        page.wait_for_selector(f"#seen-{case} .badge")
    assert page.locator("#cases .badge").count() == 2
    assert page.locator("#seen-bank .badge.allow").count() == 1
    page.click("#editor .cm-content")
    replace_all(
        page,
        "ruleset: r\ntitle: R\ncategory: fraud\nrules:\n  - id: fraud.x\n    title: X\n    score: 95\n"
        "    patterns: {p: {words: [中奖]}}\n    when: p\n",
    )
    page.wait_for_selector("#seen-bank .badge.block")
    page.wait_for_selector("#seen-scam .badge.block")
    page.click("#teacher")
    page.check("#predict")  # nothing is given away
    assert page.locator("#cases .badge").count() == 0


def test_the_last_good_rules_decide_while_new_ones_are_read(opened: Opened) -> None:
    page = opened("warning-and-scam")
    action(page, "review")
    held: list[Any] = []
    page.route("**/api/rules", lambda route: held.append(route))
    page.click("#editor .cm-content")
    replace_all(
        page,
        "ruleset: r\ntitle: R\ncategory: fraud\nrules:\n  - id: fraud.x\n    title: X\n    score: 95\n"
        "    patterns: {p: {words: [中奖]}}\n    when: p\n",
    )
    until(page, "document.querySelector('#problems').innerText.includes('being read')")
    until_here(page, lambda: held)
    page.fill("#text", "晚上吃什么")
    action(page, "allow")
    page.fill("#text", SCAM)
    action(page, "review")
    assert "being read" in page.inner_text("#trouble")
    assert len(held) == 1
    held[0].continue_()
    action(page, "block")
    assert "being read" not in page.inner_text("body")
    page.unroute("**/api/rules")


@pytest.mark.parametrize("lesson", shipped_lessons(), ids=lambda lesson: lesson.lesson)
def test_a_lesson_is_gone_through_from_beginning_to_end(opened: Opened, lesson: Any) -> None:
    engine = make(lesson.files, lesson.main).engine
    assert engine is not None
    page = opened(lesson.lesson)
    assert page.get_attribute(f"#tab-{lesson.panel}", "aria-selected") == "true"
    for case in lesson.cases:
        page.click(f"#case-{case.id}")
        if case.blur:
            page.click("#cover")
        until(page, "(t) => document.documentElement.dataset.explained === t", case.text)
        assert page.get_attribute("html", "data-action") == engine.decide(case.text, ignore_scope=True).action
        assert page.locator("#meaning .gloss").all_inner_texts() == [case.gloss] * (lesson.language == "zh")
        shown = page.text_content("#gloss")
        assert case.ask.en in shown
        assert case.tell.en in shown


def test_every_example_of_many_is_there_and_found_those_that_fail_first(opened: Opened) -> None:
    page = opened(panel="tests")
    page.wait_for_selector("#example")
    marks = [one.split()[0] for one in page.locator("#panel .message-button code").locator("..").all_text_contents()]
    assert marks == sorted(marks, key="✗★✓".index)
    many = int(page.inner_text("#panel h3 >> nth=-1").rpartition("/")[2].rstrip(")"))
    page.press("#panel section:last-child .more > summary", "Enter")
    assert f"200 of {many} shown" in page.inner_text("#panel .portion")
    page.press("#panel .portion button", "Enter")
    assert f"400 of {many} shown" in page.inner_text("#panel .portion")
    assert page.evaluate("document.activeElement.matches('#panel .message-button')")
    while page.locator("#panel .portion").count():
        page.click("#panel .portion button")
    assert page.locator("#panel section:last-child .message-button, #panel section:last-child .locked").count() == many
    rule = page.locator("#panel .message-button code").last.inner_text()
    page.focus("#example")
    page.keyboard.insert_text(rule.upper())
    until(page, "document.querySelectorAll('#panel section:last-child .message-button').length < 60")
    assert f"of {many} found" in page.inner_text("#panel section:last-child [role=status]")
    named = page.locator("#panel section:last-child .message-button").all_text_contents()
    assert named
    assert all(rule in one for one in named)
    assert violations(page) == []
