"""Every sentence of every lesson that says what will be seen, in both languages; and the worksheets on paper."""

from __future__ import annotations

import re

import pytest

from modengine.play.lessons import shipped_lessons
from tests.play.browser.claims.claims import Claims, Player, read_claims
from tests.play.browser.window import Opened

CLAIMS = read_claims()
LESSONS = {lesson.lesson: lesson for lesson in shipped_lessons()}


@pytest.mark.parametrize("lang", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("claims", CLAIMS, ids=lambda claims: claims.lesson)
def test_what_every_lesson_says_will_be_seen_is_seen(opened: Opened, claims: Claims, lang: str) -> None:
    lesson = LESSONS[claims.lesson]
    Player(opened(lesson.lesson, lesson.panel, lang=lang)).play_all(claims)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_worksheet_fills_one_sheet(opened: Opened, address: str, language: str) -> None:
    page = opened()
    page.set_viewport_size({"width": 688, "height": 1017})  # A4 less its margins, at 96 dots an inch
    page.emulate_media(media="print")
    for name in (*LESSONS, "any"):
        page.goto(f"{address}/static/worksheets/{name}-{language}.html")
        bottom = page.evaluate("document.querySelector('main').getBoundingClientRect().bottom")
        last = page.evaluate("[...document.querySelectorAll('.lines span')].at(-1).getBoundingClientRect().bottom")
        assert 980 < last <= bottom <= 1017, name
        assert page.locator("script").count() == 0
        sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
        assert len(sheets) == 1, name


def test_the_meaning_of_a_message_stands_beside_it(opened: Opened) -> None:
    """In the list, where it is looked at, and in What if and Tests: in English for Chinese, in Chinese for English."""
    page = opened()
    for _ in range(2):
        is_english = page.get_attribute("html", "lang") == "en"
        for lesson in LESSONS.values():
            page.select_option("#lesson", lesson.lesson)
            page.wait_for_selector(f"#case-{lesson.cases[0].id}")
            page.wait_for_selector("#verdict .badge.large")
            needed = is_english == (lesson.language == "zh")
            shown = page.locator("#cases .gloss").all_inner_texts()
            assert shown == [case.gloss for case in lesson.cases if needed and not (case.hidden or case.blur)]
            looked_at = page.locator("#meaning .gloss").all_inner_texts()
            assert looked_at == [lesson.cases[0].gloss] * needed
        page.click("#language")
    page.select_option("#lesson", "threshold-and-cost")
    page.click("#tab-tests")
    page.click("#group-policy-yaml-work")
    assert page.locator("tr.opened .message-button").count() == page.locator("tr.opened .gloss").count() == 20
    assert page.locator(".message-button .gloss").count() == page.locator(".message-button").count()
