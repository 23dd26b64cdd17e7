"""The page in a real Chromium: its main tasks; tests/nightly has all of them, the sweeps and the samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modengine.cli.main import run
from modengine.explain.page import page as explained
from modengine.lab.data.corpus import Columns, load
from modengine.lab.report.page import Front, page as reported
from modengine.lab.report.views.evaluate import view
from modengine.lab.studies.evaluate import evaluate
from tests.explain.cases import trace_of
from tests.lab.corpora import rows, sound, write
from tests.play.browser.hostile import HOSTILE
from tests.play.browser.looks import (
    filled,
    hostile_strings_run_nothing,
    readable_at_400_percent,
    violations,
)  # fmt: skip
from tests.play.browser.tasks import (
    Task,
    a_byte_is_changed_and_the_log_shows_it,
    a_message_is_decided_as_it_is_written,
    a_rule_is_changed_and_an_error_is_shown_at_its_line,
    a_threshold_is_moved_and_a_rule_left_out,
    the_filter_is_evaded_by_hand_and_by_machine,
)
from tests.play.browser.window import Opened, until
from tests.play.browser.writing import said_in_a_plain_sentence
from tests.play.pages import RULES

MAIN: tuple[Task, ...] = (
    a_message_is_decided_as_it_is_written,
    a_rule_is_changed_and_an_error_is_shown_at_its_line,
    a_threshold_is_moved_and_a_rule_left_out,
    the_filter_is_evaded_by_hand_and_by_machine,
    a_byte_is_changed_and_the_log_shows_it,
)
WAYS = [(task, ("mouse", "keyboard")[at % 2]) for at, task in enumerate(MAIN)]


@pytest.mark.parametrize(("task", "way"), WAYS, ids=[f"{task.__name__}-{way}" for task, way in WAYS])
def test_a_task_is_done(opened: Opened, task: Task, way: str) -> None:
    task(opened, way)


def test_axe_finds_nothing(opened: Opened) -> None:
    """tests/nightly looks at every panel, in both languages, light and dark."""
    assert violations(filled(opened, "why", lang="zh-CN", scheme="dark")) == []


def test_the_page_is_readable_at_400_percent(opened: Opened) -> None:
    readable_at_400_percent(opened, "tests")


def test_hostile_strings_run_nothing(opened: Opened) -> None:
    hostile_strings_run_nothing(opened, HOSTILE[4::20])


def test_an_error_is_said_in_a_plain_sentence_first(opened: Opened) -> None:
    said_in_a_plain_sentence(opened, "wide brackets")


def test_the_page_loads_nothing_from_elsewhere(opened: Opened, address: str) -> None:
    page = opened("evasion")
    loaded = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert loaded
    assert [url for url in loaded if not url.startswith(address)] == []


def test_what_is_not_installed_is_said_with_the_extra_to_install(opened: Opened) -> None:
    refused = "const {Refused} = await import('/static/api.js'); return new Refused(501, given).message"
    given = {"error": "this panel needs scipy", "code": "extra", "hint": "pip install 'modengine[lab]'"}
    page = opened("evasion")
    for said in ("Not all that this panel needs", "没有全部安装"):
        message = page.evaluate(f"async (given) => {{ {refused} }}", given)
        assert said in message
        assert "pip install 'modengine[lab]'" in message
        page.click("#language")


def test_an_opened_row_of_messages_goes_on_over_the_pages_that_are_printed(opened: Opened) -> None:
    page = filled(opened, "tests")
    page.emulate_media(media="print")
    breaks = "(one) => getComputedStyle(document.querySelector(one)).breakInside"
    assert [page.evaluate(breaks, one) for one in (".opened", ".opened .message-button")] == ["auto", "avoid"]


def test_a_message_longer_than_a_sheet_goes_on_over_the_pages_that_are_printed(opened: Opened) -> None:
    page = opened("evasion")
    text = "没有什么可找的\n" * 100
    page.fill("#text", text)
    until(page, "(text) => document.documentElement.dataset.explained === text", text)
    page.emulate_media(media="print")
    assert not page.locator("#text").is_visible()  # a field is never cut, and leaves its heading alone on a sheet
    assert page.inner_text("#marks").strip() == text.strip()
    assert page.locator("#marks").bounding_box()["height"] > 2000
    assert page.evaluate("getComputedStyle(document.querySelector('#marks')).color") != "rgba(0, 0, 0, 0)"


def test_headings_of_a_panel_stand_under_one_of_its_own(opened: Opened) -> None:
    page = filled(opened, "why")
    levels = page.locator("#panel-box :is(h1, h2, h3, h4)").evaluate_all("all => all.map((one) => one.tagName)")
    assert levels[:2] == ["H2", "H3"]
    assert "H2" not in levels[1:]


@pytest.fixture
def shown(chromium: Any) -> Any:
    """Shows a page that is one file, on a small phone."""
    page = chromium.new_page(viewport={"width": 320, "height": 640})

    def show(html: str) -> Any:
        page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        return page

    yield show
    page.close()


def test_an_explanation_names_its_rules_on_a_phone_and_is_whole_on_paper(shown: Any) -> None:
    page = shown(explained(*trace_of("everything")))
    for name in page.locator(".me-points tbody th").all():
        assert name.bounding_box()["width"] > 100
    folded = "[...document.querySelectorAll('details:not([open]) > ul')].map((one) => one.checkVisibility())"
    assert set(page.evaluate(folded)) == {False}
    page.emulate_media(media="print")
    assert set(page.evaluate(folded)) == {True}


def test_a_report_has_whole_titles_of_tables_on_a_phone_and_none_alone_on_paper(shown: Any, tmp_path: Path) -> None:
    many = [{**row, "kind": f"k{at % 50:02}"} for at, row in enumerate(rows(("好", "none", 250)))]
    columns = Columns(label="label", stratum="kind")
    corpus = load([write(tmp_path / "rows.jsonl", many)], columns, ("fraud", "violence"))
    page = shown(reported((view(evaluate(sound(), [corpus])),), Front("T")))
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert (
        max(one.bounding_box()["width"] for one in page.locator("caption").all())
        < 320
        < max(one.bounding_box()["width"] for one in page.locator("table").all())
    )
    assert page.locator("[role=region]").evaluate_all("all => all.every((one) => one.ariaLabel.startsWith('Table '))")
    page.emulate_media(media="print")
    kept = "all => all.map((one) => getComputedStyle(one).breakAfter)"
    assert set(page.locator("summary + .note").evaluate_all(kept)) == {"avoid"}


def test_what_the_examples_try_fits_a_phone_with_long_names_of_files(shown: Any, tmp_path: Path) -> None:
    rules, report = tmp_path / f"{'rules' * 20}.yaml", tmp_path / "tried.html"
    rules.write_text(RULES.replace("words: [中奖]", "words: [中奖, 大奖]").replace(", 我中奖了", ""), "utf-8")
    assert run(["test", str(rules), "--coverage-report", str(report)]) == 0
    page = shown(report.read_text("utf-8"))
    assert "大奖" in page.inner_text("details")
    assert all(page.locator("th").all_inner_texts())
    page.evaluate("document.querySelector('details').open = false")
    assert not page.locator("details table").is_visible()
    page.emulate_media(media="print")
    assert page.locator("details table").is_visible()
