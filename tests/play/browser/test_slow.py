"""A slow network: an answer that comes late is not taken for one to what stands there by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.play.browser.guesses import Join
from tests.play.browser.window import Opened, action, unavailable, until, until_here
from tests.play.browser.writing import rewrite

Release = Callable[[], None]


@contextmanager
def late(page: Any, path: str) -> Iterator[tuple[list[Any], Release]]:
    """Answers of the server to requests at `path` are kept until they are released, the oldest first."""
    kept: list[Any] = []

    def release() -> None:
        for route, answer in kept:
            route.fulfill(response=answer)
        kept.clear()

    page.route(f"**/api/{path}", lambda route: kept.append((route, route.fetch())))
    yield kept, release
    page.unroute(f"**/api/{path}")


def test_a_decision_that_is_awaited_for_long_is_not_that_of_the_message_before(opened: Opened) -> None:
    page = opened("evasion")
    action(page, "review")
    with late(page, "decide") as (kept, release):
        page.fill("#text", "今天天气很好")
        until(page, "!document.querySelector('#verdict .badge')")
        assert page.locator("#scores li").count() == 0
        until_here(page, lambda: kept)
        release()
        action(page, "allow")


def test_reasons_that_took_too_long_are_asked_for_again_and_take_no_decision_away(opened: Opened) -> None:
    page = opened("evasion")
    action(page, "review")
    for path in ("decide", "explain"):
        text = f"今天天气很好，{path}"
        page.route(f"**/api/{path}", lambda route: route.fulfill(**unavailable("slow")))
        page.fill("#text", text)
        page.wait_for_selector("#trouble .failure")
        assert page.locator("#verdict .badge").count() == (path == "explain")
        page.unroute(f"**/api/{path}")
        until(page, "(text) => document.documentElement.dataset.explained === text", text)
        action(page, "allow")
        assert page.inner_text("#trouble") == ""


def test_rules_that_a_busy_server_did_not_read_are_not_said_to_be_read_meanwhile(opened: Opened) -> None:
    page = opened("evasion")
    action(page, "review")
    held: list[Any] = []
    page.route("**/api/rules", lambda route: held.append(route))
    rewrite(page, "score: 60", "score: 95")
    until(page, "document.querySelector('#problems').innerText.includes('being read')")
    until_here(page, lambda: held)
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)  # so that they are not asked for again
    held[0].fulfill(**unavailable())
    page.wait_for_selector("#trouble .failure")
    assert "being read" not in page.inner_text("#problems")


def test_rules_that_nobody_reads_are_said_to_be_not_checked(opened: Opened) -> None:
    page = opened("evasion")
    action(page, "review")
    rewrite(page, "score: 60", "score: 95")
    action(page, "block")
    page.route("**/api/**", lambda route: route.abort())
    rewrite(page, "[加微信]", "[加微信")
    page.wait_for_selector("#trouble .failure")
    assert "Nobody answers" in page.inner_text("#trouble")
    page.wait_for_selector("#problems:has-text('Not checked yet.')")
    page.unroute("**/api/**")
    page.wait_for_selector("#problems .error")


def test_an_engine_that_failed_is_said_and_not_asked_over_and_over(opened: Opened) -> None:
    page = opened("evasion")
    action(page, "review")
    page.clock.install()
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/api/decide") else None)
    page.route("**/api/decide", lambda route: route.fulfill(**unavailable("engine")))
    page.fill("#text", "今天天气很好")
    page.wait_for_selector("#trouble .failure")
    assert page.inner_text("#trouble") != ""
    assert "too much to do" not in page.inner_text("#trouble")
    page.clock.run_for(10_000)  # a busy one is asked again within three seconds
    assert len(asked) == 1


def test_tries_begin_with_the_decision_of_their_own_text(opened: Opened) -> None:
    page = opened("evasion", "evade")
    action(page, "review")
    with late(page, "decide") as (kept, release):
        page.fill("#text", "今天天气很好")
        page.click("#begin")
        until_here(page, lambda: len(kept) == 2)  # of the strip, and of the tries
        assert page.locator(".evade > section:first-child .badge").count() == 0
        release()
        page.wait_for_selector(".evade > section:first-child .badge.allow")


def test_a_record_that_is_asked_for_twice_is_written_once_and_opens_no_panel(opened: Opened) -> None:
    page = opened("evasion", "audit")
    action(page, "review")
    page.wait_for_selector("#record:not(:disabled)")
    with late(page, "audit/append") as (kept, release):
        page.click("#record")
        page.click("#record")
        page.click("#tab-why")
        page.wait_for_selector("#panel .why")
        page.click("#tab-audit")
        page.wait_for_selector("#audit-said :text('…')")  # it still waits
        page.click("#tab-why")
        page.wait_for_selector("#panel .why")
        until_here(page, lambda: kept)
        release()
        until(page, "import('/static/keeping.js').then(({draft}) => draft().parts.log?.selected === 1)")
        assert page.locator("#panel .why").count() == 1
        page.click("#tab-audit")
        page.wait_for_selector("#record-1")
        assert page.locator(".record-button").count() == 2  # the rules, and one decision


def test_a_record_of_another_lesson_does_not_come_into_the_log_of_this_one(opened: Opened) -> None:
    page = opened("evasion", "audit")
    action(page, "review")
    page.wait_for_selector("#record:not(:disabled)")
    with late(page, "audit/append") as (kept, release):
        page.click("#record")
        until_here(page, lambda: kept)
        page.select_option("#lesson", "word-boundaries")
        page.click("#tab-audit")
        page.wait_for_selector("#panel .audit .empty")
        with page.expect_response("**/api/audit/append"):
            release()
        page.wait_for_timeout(200)
        assert page.inner_text("#audit-said") == ""  # no log of this lesson is missing
    page.wait_for_selector("#record:not(:disabled)")
    page.click("#record")
    page.wait_for_selector("#record-1")
    page.click("#verify")
    page.wait_for_selector("#audit-said .good")


def test_what_the_class_was_asked_before_an_answer_does_not_take_it_back(join: Join) -> None:
    teacher, student = join("teacher", "evasion"), join("student")
    teacher.click("#ask-class")
    student.wait_for_selector("#question .vote")
    with late(student, "room") as (kept, release):
        until_here(student, lambda: kept)
        student.click('#question [data-choice="block"]')
        until(student, "document.querySelector('#question-body').innerText.includes('You said: block.')")
        with student.expect_response("**/api/room"):
            kept[0][0].fulfill(response=kept.pop(0)[1])
        student.wait_for_timeout(100)
        assert "You said: block." in student.inner_text("#question-body")
        release()
