"""The static site: rules that are edited there, links, every panel of every lesson, and what axe says of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modengine.loading import load
from modengine.play.lessons import Lesson, shipped_lessons
from tests.play.browser.keeping import STATE
from tests.play.browser.looks import LESSONS as LESSON_OF, PANELS, READY, in_every_look, violations
from tests.play.browser.window import action, until, until_here
from tests.play.browser.writing import rewrite
from tests.play.site.opening import Server, SiteOpened, post

MOST = 15_000_000
"""Bytes of all files, compressed each."""
HANGS = r"""ruleset: r
title: t
category: fraud
rules:
  - id: slow
    title: tries too many ways
    score: 60
    patterns: {p: {regex: '(\w|\w\w)+\1\d$'}}
    when: p
"""


def test_it_is_small_enough_for_a_school_and_names_no_other_host(folder: Path) -> None:
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in folder.rglob("*") if path.is_file()) <= MOST
    start = json.loads((folder / "start.json").read_text("utf-8"))["start"]
    assert start["teacher"]
    for path in [*folder.glob("*.js"), *folder.glob("static/*.js"), folder / "index.html"]:
        assert "https://" not in path.read_text("utf-8").replace("https://?", ""), path


@pytest.fixture
def fresh(chromium: Any) -> Iterator[Any]:
    """A window that has not opened the site, so that a file of it can be held back."""
    context = chromium.new_context(locale="en-GB")
    context.set_default_timeout(240_000)
    context.add_init_script("sessionStorage.setItem('modengine-predict', 'false')")
    yield context.new_page()
    context.close()


def test_while_the_engine_loads_the_page_says_so_and_nothing_is_loaded_for_later(fresh: Any, server: Server) -> None:
    held: list[Any] = []
    fresh.context.route("**/engine.bin", lambda route: held.append(route))
    fresh.goto(server.address)
    fresh.wait_for_selector("html[data-ready]")
    until_here(fresh, lambda: held)
    assert "20 MB" in fresh.inner_text("#site summary")
    assert fresh.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    held[0].continue_()
    fresh.context.unroute("**/engine.bin")
    fresh.wait_for_selector("html[data-offline]")
    assert fresh.inner_text("#site summary") == "Runs on this device"
    server.end()
    fresh.goto(f"{server.address}index.html")  # the same page by its other name
    fresh.wait_for_selector("#verdict .badge")


@pytest.mark.parametrize("name", ["engine.bin", "runtime/pyodide.asm.wasm", "runtime/python_stdlib.zip"])
def test_a_part_of_the_engine_that_does_not_arrive_is_said(fresh: Any, server: Server, name: str) -> None:
    fresh.context.route(f"**/{name}", lambda route: route.fulfill(status=404))
    fresh.goto(server.address)
    fresh.wait_for_selector("#trouble .failure")
    assert "a part of it did not arrive" in fresh.inner_text("#trouble")


def test_a_page_whose_lessons_did_not_arrive_begins_when_they_do(fresh: Any, server: Server) -> None:
    fresh.context.route("**/start.json", lambda route: route.abort())
    fresh.goto(server.address)
    fresh.wait_for_selector("main.enter .failure")
    fresh.context.unroute("**/start.json")
    fresh.wait_for_selector("html[data-ready]")


def test_it_decides_and_goes_on_without_a_server(site: SiteOpened, server: Server) -> None:
    page = site(locale="en-GB")
    page.wait_for_selector("#verdict .badge")
    page.wait_for_selector("html[data-offline]")
    server.end()
    page.reload()
    page.fill("#text", "加.薇.♥ 领红包")
    until(page, "() => document.documentElement.dataset.explained === '加.薇.♥ 领红包'")
    decided = post(page, "decide", {"text": "加.薇.♥ 领红包", "ignore_scope": True})
    assert decided["action"] == load().decide("加.薇.♥ 领红包", ignore_scope=True).action
    page.click("#site summary")
    said = page.inner_text("#site")
    assert "works without a network." in said
    assert "modengine play --host" in said
    page.click("#language")
    assert "不会发送" in page.inner_text("#site")
    assert not violations(page)


def test_rules_of_a_student_are_compiled_in_the_page_and_those_that_hang_are_ended(site: SiteOpened) -> None:
    page = site(locale="en-GB", service_workers="block")
    assert "as long as it stays open" in page.text_content("#site")
    files = {"r.yaml": HANGS}
    for _ in range(3):  # on a busy machine the page may end the work before the regex ends by itself
        made = post(page, "rules", {"files": files, "main": "r.yaml"})
        assert made["ok"], made
        found = post(page, "decide", {"text": "a" * 60, "rules": made["rules"]})
        if "action" in found:
            break
    assert found["action"] == "review", found
    assert [failure["cause"] for failure in found["undetermined"]] == ["timeout"], found
    place = {"rules": made["rules"], "file": "r.yaml", "text": HANGS, "line": HANGS.count("\n") - 1, "character": 10}
    [told] = post(page, "hover", place)["told"]
    assert (told["kind"], told["name"], told["users"]) == ("pattern", "p", ["slow"])
    assert {"p", "near"} <= {one["label"] for one in post(page, "complete", place)["found"]}
    wrong = post(page, "rules", {"files": {"r.yaml": HANGS.replace(r"\1", r"\X")}, "main": "r.yaml"})
    assert not wrong["ok"]
    assert r"\X" in " ".join(problem["message"] for problem in wrong["problems"])


def test_every_worksheet_is_where_its_link_leads(site: SiteOpened) -> None:
    page = site(locale="en-GB")
    page.click("#teacher")
    for lesson in shipped_lessons():
        page.select_option("#lesson", lesson.lesson)
        link = page.locator(f"#worksheet[href*='/{lesson.lesson}-en.html']")
        assert page.request.get(link.evaluate("(one) => one.href")).ok


def test_what_needs_a_class_is_refused(site: SiteOpened) -> None:
    assert post(site(locale="zh-CN"), "room", {})["said"].startswith("this page has no class")


def opens(page: Any, lesson: str, panel: str) -> None:
    page.select_option("#lesson", lesson)
    page.wait_for_selector("#verdict .badge.large")
    page.click(f"#tab-{panel}")
    page.wait_for_selector(READY[panel])


@pytest.mark.parametrize("lesson", shipped_lessons(), ids=lambda lesson: lesson.lesson)
def test_every_panel_of_a_lesson_studies_rules_that_were_edited_there(site: SiteOpened, lesson: Lesson) -> None:
    page = site(locale="en-GB")
    page.select_option("#lesson", lesson.lesson)
    page.wait_for_selector("#verdict .badge.large")
    before = page.evaluate(f"{STATE}.rules)")
    page.click("#editor .cm-content")
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("# edited here\n")
    until(page, "(was) => import('./static/state.js').then(({state}) => state.rules && state.rules !== was)", before)
    for panel in PANELS:
        page.click(f"#tab-{panel}")
        page.wait_for_selector(READY[panel])
        if panel == "evade":
            page.click("#machine")
            page.wait_for_selector(".disguises")
        assert page.locator("#panel [role=alert]").count() == 0, page.inner_text("#panel")


def test_a_link_with_edited_rules_opens_in_another_browser_and_decides_as_there(site: SiteOpened) -> None:
    page = site(locale="en-GB")
    opens(page, "evasion", "why")
    rewrite(page, "score: 60", "score: 95")
    action(page, "block")
    page.fill("#text", "周末兼职，加微信")
    action(page, "block")
    kept = page.evaluate("import('./static/state.js').then(({encode, snapshot}) => encode(snapshot()))")
    other = site(hash_=f"#s={kept}", locale="zh-CN")
    action(other, "block")
    assert other.input_value("#text") == "周末兼职，加微信"
    assert "score: 95" in other.evaluate(f"{STATE}.files['rules.yaml'])")
    assert "#s=" not in other.url  # taken once
    other.click("#tab-tests")  # and they are studied
    other.wait_for_selector(READY["tests"])


@pytest.mark.parametrize("panel", PANELS)
def test_axe_finds_nothing_in_the_site(site: SiteOpened, panel: str) -> None:
    page = site(locale="en-GB")
    opens(page, LESSON_OF[panel], panel)
    page.click("#site summary")
    page.click("#teacher")
    for look in in_every_look(page):
        assert violations(page) == [], look


def test_opened_as_a_file_the_page_says_that_it_must_be_served(chromium: Any, site: SiteOpened, folder: Path) -> None:
    page = chromium.new_page()
    page.goto((folder / "index.html").as_uri())
    said = page.locator("#served")
    said.wait_for(state="visible", timeout=30_000)
    assert "python -m http.server" in said.inner_text()
    assert "begins with file:" in said.inner_text()  # it is seen for a moment on a slow network too
    assert not page.locator("#site").is_visible()  # nothing is in it yet
    page.close()
    assert site(locale="en-GB").locator("#served").count() == 0
