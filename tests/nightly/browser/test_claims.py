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
