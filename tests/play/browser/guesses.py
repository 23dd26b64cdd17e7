"""Guessing before the decision: what tells it, what is asked meanwhile, and a class that guesses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from modengine.play.guard import Door
from modengine.play.lessons import Lesson
from modengine.play.pool import Pool
from tests.play.browser.keeping import kept
from tests.play.browser.looks import PANELS
from tests.play.browser.window import Opened, action, served, tab_to, until

TELLING = (
    "#panel .badge, #cases .badge, #verdict .headline, #scores li, .tally, .confusion, .ability, .disguises, "
    ".attempts, .record-button, .notice, .fall, .flips, .marked, details.tell"
)
"""Whatever shows a decision, or what it comes from."""
ASKING = ("decide", "explain", "flip", "evade", "audit/append")


def asked(page: Any) -> list[str]:
    """The texts about which the page asks for a decision, from now on."""
    found: list[str] = []

    def see(request: Any) -> None:
        if request.url.partition("/api/")[2] in ASKING:
            found.append(json.loads(request.post_data)["text"])

    page.on("request", see)
    return found


def hidden_everywhere(page: Any, told: int = 0) -> None:
    """In the strip, the list and all panels; `told` messages of the list were guessed before."""
    for panel in PANELS:
        page.click(f"#tab-{panel}")
        assert "First the guess" in page.inner_text("#panel")
        assert page.locator(TELLING).count() == told, panel
        assert page.get_attribute("html", "data-action") == ""
    assert page.locator("#verdict .vote").count() == 4


def begins_with_nothing_told(opened: Opened, lesson: Lesson) -> None:
    page = opened(predict=True)
    texts = asked(page)
    page.select_option("#lesson", lesson.lesson)
    page.wait_for_selector("#verdict .vote")
    hidden_everywhere(page)
    for case in lesson.cases[1:]:
        page.click(f"#case-{case.id}")
        page.wait_for_selector("#verdict .vote")
        assert page.locator(TELLING).count() == 0
    until(page, "document.querySelector('#problems').textContent.length > 0")  # the rules are read by now
    hidden_everywhere(page)
    assert set(texts) & {case.text for case in lesson.cases} == set()


def a_guess_reveals_and_stays(opened: Opened, way: str) -> None:
    page = opened("warning-and-scam", predict=True)
    if way == "mouse":
        page.click('[data-guess="review"]')
    else:
        tab_to(page, '[data-guess="review"]')
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "verdict-box"
    action(page, "review")
    assert "Your guess: review. Right." in page.inner_text("#verdict")
    page.wait_for_selector(".why")
    page.wait_for_selector("details.tell")
    page.click("#case-bank")
    page.wait_for_selector("#verdict .vote")
    assert page.locator("#cases .badge").count() == 1
    page.click("#reveal")  # without a guess
    action(page, "allow")
    assert page.locator(".guessed").count() == 0
    page.click("#case-granny")
    page.wait_for_selector("#verdict .vote")
    kept(page)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector("#verdict .vote")
    hidden_everywhere(page, told=2)
    for case, wanted in (("scam", "review"), ("bank", "allow")):
        page.click(f"#case-{case}")
        action(page, wanted)
    page.click("#case-scam")
    action(page, "review")
    assert "Your guess: review. Right." in page.inner_text("#verdict")


Join = Callable[..., Any]


@pytest.fixture
def join(opened: Opened, pool: Pool) -> Iterator[Join]:
    """Windows of a class: `teacher` or `student`.  They are closed before their server."""
    door = Door(open=True)
    with served(pool, door) as base:
        pages: list[Any] = []

        def window(who: str, lesson: str = "", **how: Any) -> Any:
            page = opened(lesson, hash_=f"#token={getattr(door, who)}", base=base, predict=True, **how)
            pages.append(page)
            if who == "teacher":
                page.click("#teacher")
            return page

        yield window
        for page in pages:
            page.close()
