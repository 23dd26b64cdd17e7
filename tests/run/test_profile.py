"""What `profile` says of rules and patterns, by a clock that ticks when it is looked at."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner

from modengine.cli.main import cli
from modengine.model import Message
from modengine.run.work.profile import Cost, profile
from tests import build
from tests.build import regex, rule, text

POLICY = build.policy(
    rule("r.pay", "pay and shape", text("pay", "加微信"), regex("shape", r"号\d{3}"), score=40),
    rule("r.never", "never", text("never", "没有的话"), score=10),
)


def test_what_was_asked_is_counted_and_timed() -> None:
    found = profile(POLICY, ["加微信号123", "加微信号", "今天"], clock=count().__next__)
    assert found.messages == 3
    by_name = {cost.name: (cost.kind, cost.asked, cost.held) for cost in (*found.rules, *found.patterns)}
    assert by_name == {
        "r.pay": ("rule", 2, 1),
        "r.pay: pay": ("text", 2, 2),
        "r.pay: shape": ("regex", 2, 1),
    }
    assert all(cost.seconds > 0 for cost in (*found.rules, *found.patterns))


def test_the_costliest_stands_first() -> None:
    found = profile(POLICY, ["加微信号123"] * 3, clock=count().__next__)
    seconds = [cost.seconds for cost in found.patterns]
    assert seconds == sorted(seconds, reverse=True)
    assert isinstance(found.rules[0], Cost)


def test_a_message_with_an_unusable_field_is_left_out() -> None:
    assert profile(POLICY, [Message("加微信号1", fields={"reposts": "many"}), "加微信"]).messages == 1


def test_no_message_costs_nothing() -> None:
    found = profile(POLICY, [])
    assert (found.messages, found.rules, found.patterns) == (0, (), ())


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_command_names_rules_and_patterns(form: str, tmp_path: Path) -> None:
    messages = tmp_path / "messages.txt"
    messages.write_text("转账到安全账户\n今天天气不错\n", "utf-8", newline="\n")
    done = CliRunner().invoke(cli, ["profile", "campaign-2014", str(messages), "--format", form, "--most", "2"])
    assert done.exit_code == 0
    if form == "json":
        assert json.loads(done.stdout)["messages"] == 2
    else:
        assert done.stdout.startswith("2 messages, ")
        assert "  rule\n" in done.stdout
        assert "  pattern\n" in done.stdout
