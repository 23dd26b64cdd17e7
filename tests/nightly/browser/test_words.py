"""What the page says to somebody who has never seen YAML, in both languages, and while it waits."""

from __future__ import annotations

from typing import Any

import pytest

from modengine.play.lessons import shipped_lessons
from tests.play.browser.window import Opened, action, until, until_here
from tests.play.browser.writing import BREAKS, said_in_a_plain_sentence


@pytest.mark.parametrize("broken", BREAKS)
def test_an_error_is_said_in_a_plain_sentence_first(opened: Opened, broken: str) -> None:
    said_in_a_plain_sentence(opened, broken)


def test_chinese_commas_within_examples_are_left_alone(opened: Opened) -> None:
    page = opened("evasion")
    action(page, "review")
    assert "，" in page.inner_text("#editor .cm-content")
    assert page.locator("#problems details[open]").count() == 0


@pytest.mark.parametrize("lang", ["en-GB", "zh-CN"])
def test_the_page_says_that_it_compiles_before_the_first_decision(opened: Opened, address: str, lang: str) -> None:
    page = opened("warning-and-scam", lang=lang)
    held: list[Any] = []
    page.route("**/api/rules", lambda route: held.append(route))
    page.select_option("#lesson", "evasion")
    said = {"en-GB": "Compiling the rules", "zh-CN": "正在编译规则"}[lang]
    until(page, "(s) => document.querySelector('#verdict[role=status]').innerText.includes(s)", said)
    assert page.locator("#verdict .spinner[aria-hidden=true]").count() == 1
    for panel in ("whatif", "tests", "evade"):
        page.click(f"#tab-{panel}")
        assert page.locator("#panel .busy").count() == 1
    until_here(page, lambda: held)
    held[0].continue_()
    action(page, "review")
    assert said not in page.inner_text("body")
    page.wait_for_selector("#machine")
    page.unroute("**/api/rules")


def test_without_a_message_each_panel_says_what_to_do(opened: Opened) -> None:
    page = opened("evasion")
    page.fill("#text", "")
    for panel in ("why", "steps", "evade", "audit"):
        page.click(f"#tab-{panel}")
        page.wait_for_selector("#panel .empty")
    page.click("#tab-evade")
    page.fill("#text", "兼职日结，加微信")
    page.wait_for_selector("#machine:not(:disabled)")


@pytest.mark.parametrize("lesson", shipped_lessons(), ids=lambda lesson: lesson.lesson)
def test_the_chinese_interface_has_the_rules_of_a_lesson_in_chinese(opened: Opened, lesson: Any) -> None:
    page = opened(lesson.lesson, "why", lang="zh-CN")
    page.wait_for_selector(".why")
    shown = page.locator(".rule-head > span:first-child").all_text_contents()
    assert shown
    assert not set(shown) & set(lesson.in_chinese)
    assert "characters apart" not in page.inner_text("#panel")
    if lesson.lesson == "warning-and-scam":
        assert "宣布中奖，并有链接" in page.inner_text("#panel")
        assert "相距" in page.inner_text("#panel")


def test_the_projector_shows_message_and_decision_on_one_screen(opened: Opened) -> None:
    page = opened("word-boundaries", width=1024, height=768)
    page.evaluate("document.documentElement.dataset.size = 'large'")
    page.click("#teacher")
    page.click(".topics summary")
    page.check("#predict")
    bottom = page.evaluate(
        "Math.max(...['#text', '#verdict-box', '#reveal', '#next-case'].map("
        "(one) => document.querySelector(one).getBoundingClientRect().bottom))"
    )
    assert page.evaluate("scrollY") == 0
    assert bottom <= 768


@pytest.mark.parametrize("size", ["normal", "large"])
def test_the_decision_is_in_sight_while_the_rules_are_written(opened: Opened, size: str) -> None:
    page = opened("evasion", width=1024, height=768)
    page.evaluate("(size) => { document.documentElement.dataset.size = size; }", size)
    page.click("#editor .cm-content")
    page.evaluate("document.querySelector('#rules-box').scrollIntoView()")
    box = page.locator("#verdict .badge.large").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 768


@pytest.mark.parametrize(("lang", "title"), [("en-GB", "Says 奶茶"), ("zh-CN", "说到：奶茶")])
def test_a_rule_from_words_is_titled_in_the_language_of_the_page(opened: Opened, lang: str, title: str) -> None:
    page = opened("evasion", lang=lang)
    if not page.is_visible("#words-new"):
        page.click("#form-fold summary")
    page.fill("#words-new", "奶茶")
    until(page, "(t) => document.querySelector('#editor').shadowRoot.textContent.includes(t)", title)


def test_a_message_of_ones_own_is_none_of_the_lesson(opened: Opened) -> None:
    page = opened("evasion")
    assert page.locator("#cases [aria-pressed=true]").count() == 1
    page.fill("#text", "兼职日结，加.微信")
    until(page, "!document.querySelector('#cases [aria-pressed=true]')")


def test_another_file_is_shown_from_its_first_line(opened: Opened) -> None:
    page = opened("warning-and-scam", height=500)
    page.evaluate("async () => (await import('/static/editor.js')).goTo(26)")
    scrolled = "document.querySelector('#editor').shadowRoot.querySelector('.cm-scroller').scrollTop"
    until(page, f"{scrolled} > 0")
    page.select_option("#lesson", "evasion")
    until(page, f"{scrolled} === 0")
    assert "ruleset: contact" in page.inner_text("#editor .cm-content")


def test_what_became_of_an_appeal_is_in_sight(opened: Opened) -> None:
    page = opened("evasion", width=1024, height=768)
    page.click("#case-innocent")
    page.wait_for_selector("#appeal-add")
    page.click("#appeal-add")
    until(page, "document.querySelector('#appealed')?.innerText.includes('Added to rules.yaml')")
    until(
        page,
        "(({top, bottom}) => top >= 0 && bottom <= 768)(document.querySelector('#appealed').getBoundingClientRect())",
    )
