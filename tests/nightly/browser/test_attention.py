"""The strip at both widths and in both languages, and with far more than a lesson has."""

from __future__ import annotations

import pytest

from tests.play.browser.looks import in_every_look, violations
from tests.play.browser.strip import (
    an_error_stands_in_the_strip,
    box,
    message_marks_and_decision_stay_in_view,
    to_the_end,
)
from tests.play.browser.tasks import SCAM
from tests.play.browser.window import Opened, action, unavailable, until
from tests.play.browser.writing import paste, rewrite

LOOKS = [(1024, 768, "en-GB"), (1024, 768, "zh-CN"), (400, 800, "en-GB"), (400, 800, "zh-CN")]


@pytest.mark.parametrize(("width", "height", "lang"), LOOKS)
def test_message_marks_and_decision_stay_in_view_everywhere(opened: Opened, width: int, height: int, lang: str) -> None:
    message_marks_and_decision_stay_in_view(opened, width, height, lang)


@pytest.mark.parametrize(("width", "height", "lang"), LOOKS)
def test_an_error_stands_in_the_strip_everywhere(opened: Opened, width: int, height: int, lang: str) -> None:
    an_error_stands_in_the_strip(opened, lang, width, height)


@pytest.mark.parametrize("width", [1440, 400])
def test_axe_finds_nothing_on_a_beginners_page(opened: Opened, width: int) -> None:
    page = opened("warning-and-scam", level="simple", width=width)
    page.fill("#words-new", "奶茶")
    page.wait_for_selector("#smallest .flips")
    rewrite(page, "[中奖]", "[中奖")
    page.wait_for_selector("#trouble .failure")
    assert [(look, violations(page)) for look in in_every_look(page)] == [
        (look, []) for look in ("zh-Hans, light", "en, light", "zh-Hans, dark", "en, dark")
    ]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


RULE = """  - id: fraud.r{0}
    title: Rule {0}
    score: 1
    patterns:
      r: {{words: [词{0}]}}
    when: r
"""


def test_a_thousand_rules_are_pasted(opened: Opened) -> None:
    page = opened("evasion", level="simple")
    action(page, "review")
    rules = "".join(RULE.format(number) for number in range(1000))
    page.click("#editor .cm-content")
    page.keyboard.press("Control+End")
    paste(page, rules)
    until(page, "import('/static/state.js').then(({state}) => state.compiled?.list.length === 1001)")
    page.fill("#text", "词0，词999，兼职日结，加微信")
    until(page, "import('/static/state.js').then(({state}) => state.decision?.categories.fraud.score === 62)")
    assert page.locator("#form .rule-form").count() <= 31
    assert "more rules are in the YAML" in page.inner_text("#form")
    page.fill("#words-new", "奶茶")
    until(page, "import('/static/state.js').then(({state}) => state.compiled?.list.length === 1002)")
    page.reload()
    page.wait_for_selector("html[data-ready] #verdict .badge")
    assert page.evaluate("import('/static/state.js').then(({state}) => state.files['rules.yaml'].includes('词999'))")


def test_twenty_thousand_characters_are_read_and_leave_the_page_usable(opened: Opened) -> None:
    page = opened("warning-and-scam", width=400, height=800, level="simple")
    text = "今天天气很好，" * 2855 + SCAM
    assert len(text) <= 20_000
    page.fill("#text", text)
    until(page, "(text) => document.documentElement.dataset.explained === text", text)
    assert page.input_value("#text") == text
    assert page.locator("#marks mark").all_inner_texts() == ["中奖", "链接"]
    page.focus("#text")
    page.keyboard.press("Control+End")
    until(page, "document.querySelector('#text').scrollTop > 1000")
    until(page, "Math.abs(document.querySelector('#marks').scrollTop - document.querySelector('#text').scrollTop) < 2")
    marks, field = box(page, "#marks mark >> nth=0"), box(page, "#text")
    assert field["y"] <= marks["y"] <= field["y"] + field["height"]
    to_the_end(page)
    assert box(page, "#strip")["height"] <= 0.35 * 800
    page.reload()
    page.wait_for_selector("html[data-ready] #verdict .badge")
    assert page.input_value("#text") == text


def test_of_many_files_one_is_searched_for(opened: Opened) -> None:
    page = opened("")
    assert page.evaluate("Math.max(...[...document.querySelectorAll('select')].map((one) => one.options.length))") < 13
    assert page.evaluate("document.querySelectorAll('#file-names option').length") > 100
    page.click("#file")
    page.keyboard.type("prize")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#file').value.includes('prize')")
    wanted = page.evaluate("import('/static/state.js').then(({state}) => state.active)")
    assert "prize" in wanted


@pytest.mark.parametrize(("lang", "says"), [("en-GB", "nothing to take away"), ("zh-CN", "没有词可以去掉")])
def test_where_nothing_was_found_nothing_is_said_of_words_taken_away(opened: Opened, lang: str, says: str) -> None:
    page = opened("warning-and-scam", lang=lang)
    page.fill("#text", "晚上一起吃饭")
    action(page, "allow")
    until(page, "(says) => document.querySelector('#smallest')?.innerText.includes(says)", says)


@pytest.mark.parametrize(("lang", "says"), [("en-GB", "too much to do"), ("zh-CN", "太忙")])
def test_a_busy_server_is_asked_again_and_not_blamed_on_the_rules(opened: Opened, lang: str, says: str) -> None:
    page = opened("evasion", lang=lang)
    action(page, "review")
    page.route("**/api/rules", lambda route: route.fulfill(**unavailable()))
    rewrite(page, "score: 60", "score: 95")
    page.wait_for_selector("#trouble .failure")
    assert says in page.inner_text("#trouble")
    assert page.locator("#problems .error").count() == 0
    page.unroute("**/api/rules")
    action(page, "block")
    assert page.inner_text("#trouble") == ""
