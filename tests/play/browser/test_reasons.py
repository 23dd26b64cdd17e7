"""The reasons in words: what the engine notes in Chinese too, and cuts that lie together as one excerpt."""

from __future__ import annotations

from tests.play.browser.window import Opened, action, until
from tests.play.browser.writing import rewrite

NOTES = {
    "1 character": "1 个字符",
    "7 characters": "7 个字符",
    "7 characters apart": "相距 7 个字符",
    "the message has no channel": "消息没有 channel",
    "the message has no channel, for which group stands": "消息没有 channel，以 group 代替",
    "links has 1 item": "links 有 1 项",
    "links is [a, b]": "links 是 [a, b]",
    "fraud.a, fraud.b hit": "fraud.a, fraud.b 命中",
}
IN_WORDS = "(notes) => import('/static/engine_words.js').then(({inWords}) => notes.map(inWords))"


def test_what_is_noted_at_a_condition_is_in_chinese_too(opened: Opened) -> None:
    page = opened("evasion", "why", lang="zh-CN")
    assert page.evaluate(IN_WORDS, list(NOTES)) == list(NOTES.values())
    rewrite(page, "job and contact", "job and contact and length <= 100")
    until(page, "document.querySelector('#panel .tree')?.innerText.includes('length <= 100 (7 个字符)')")


def test_cuts_that_lie_together_stand_in_one_excerpt(opened: Opened) -> None:
    page = opened("evasion", "why", level="simple")
    action(page, "review")
    page.fill("#words-new", "免费领取、红包")
    for text, shown in (
        ("免费领取红包", ["免费领取红包"]),
        ("今天大家都可以免费领取一个大红包", ["…家都可以免费领取一个大红包"]),
        ("免费领取好看的书包和一个大红包", ["免费领取好…", "…和一个大红包"]),
    ):
        page.fill("#text", text)
        until(page, "(text) => document.documentElement.dataset.explained === text", text)
        page.wait_for_selector("#smallest .flips")
        item = page.locator("#smallest .flips li").first
        assert item.locator(".around").all_inner_texts() == shown
        assert item.locator("del").all_inner_texts() == ["免", "红"]
