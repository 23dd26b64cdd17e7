"""The page in a real Chromium: its main tasks; tests/nightly has all of them, the sweeps and the samples."""

from __future__ import annotations

import pytest

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
from tests.play.browser.window import Opened
from tests.play.browser.writing import said_in_a_plain_sentence

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
