"""The strip with message, marks, decision and errors, which stays in view."""

from __future__ import annotations

from typing import Any

from tests.play.browser.tasks import SCAM
from tests.play.browser.window import Opened, action, until
from tests.play.browser.writing import rewrite

ERRORS = {
    "en-GB": ("This bracket was opened and never closed.", "the last good rules decide"),
    "zh-CN": ("这个括号没有闭合。", "由上一版规则判定"),
}


def box(page: Any, selector: str) -> dict[str, float]:
    found: dict[str, float] = page.locator(selector).bounding_box()
    return found


def to_the_end(page: Any) -> None:
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    until(page, "scrollY > 100")


def message_marks_and_decision_stay_in_view(opened: Opened, width: int, height: int, lang: str) -> None:
    page = opened("warning-and-scam", width=width, height=height, lang=lang, level="simple")
    page.fill("#text", SCAM)
    action(page, "review")
    page.wait_for_selector("#marks mark.hit")
    to_the_end(page)
    for one in ("#text", "#verdict .badge", "#scores .number"):
        found = box(page, one)
        assert found["y"] >= 0
        assert found["y"] + found["height"] <= 0.3 * height
    assert page.locator("#marks mark").all_inner_texts() == ["中奖", "链接"]
    # What is underlined is where it is written.
    assert page.evaluate("document.querySelector('#marks').innerText.trimEnd()") == SCAM
    look = """(s) => { const one = document.querySelector(s), its = getComputedStyle(one);
        return [one.clientWidth, its.paddingLeft, its.fontSize, its.lineHeight, its.fontFamily, its.letterSpacing,
                its.whiteSpace, its.overflowWrap]; }"""
    assert page.evaluate(look, "#marks") == page.evaluate(look, "#text")


def an_error_stands_in_the_strip(opened: Opened, lang: str, width: int, height: int) -> None:
    says, after = ERRORS[lang]
    page = opened("evasion", lang=lang, width=width, height=height)
    action(page, "review")
    rewrite(page, "[加微信]", "[加微信")
    page.wait_for_selector("#trouble .failure")
    to_the_end(page)
    assert says in page.inner_text("#trouble")
    assert after in page.inner_text("#trouble")
    found = box(page, "#trouble")
    assert found["y"] >= 0
    assert found["y"] + found["height"] <= 0.45 * height
    page.click("#to-error")
    until(page, "document.querySelector('#editor').shadowRoot.activeElement?.matches('.cm-content')")
    rewrite(page, "[加微信", "[加微信]")
    until(page, "!document.querySelector('#trouble').innerText")
