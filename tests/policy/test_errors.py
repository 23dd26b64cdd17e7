"""The text of every error about rules, as its author would read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from modengine.codes import CODES
from modengine.policy.load import read
from tests.paths import DATA

CASES = DATA / "errors"
NAMES = sorted(path.name for path in CASES.iterdir())

BY_THE_MATCHER = {"ME401", "ME403", "ME407"}
"""Codes about what patterns compile to, not about how files are written."""
BY_HAND = {"ME102", "ME103", "ME113", "ME114", "ME606"}
"""Codes that take more than a small file (test_yaml.py, test_load.py, test_limits.py), or modengine.toml."""


@pytest.mark.parametrize("name", NAMES)
def test_errors_of_a_file_read_as_reviewed(
    name: str, golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CASES / name)
    loaded = read("policy.yaml" if Path("policy.yaml").exists() else "ruleset.yaml")
    assert loaded.diagnostics
    text = "\n\n".join(problem.render() for problem in loaded.diagnostics)
    golden(CASES / name / "expected.txt", text + "\n")


def test_goldens_show_every_code_that_reading_raises() -> None:
    shown = set(re.findall(r"error\[(ME\d+)", _all_goldens()))
    expected = {code for code in CODES if "ME100" < code < "ME700"} - BY_THE_MATCHER - BY_HAND
    assert expected - shown == set()


def test_every_error_has_a_hint_that_says_more_than_the_error() -> None:
    messages = re.findall(r"^\S+: error\[.*?\]: (.*)$", _all_goldens(), re.M)
    hints = re.findall(r"^  hint: (.*)$", _all_goldens(), re.M)
    assert len(messages) == len(hints)
    assert [message for message, hint in zip(messages, hints, strict=True) if not hint or hint == message] == []


def test_messages_begin_in_lower_case() -> None:
    messages = re.findall(r"^\S+: error\[.*?\]: (.*)$", _all_goldens(), re.M)
    own = ("YAML",)
    assert [m for m in messages if m[0].isupper() and not m.startswith(own)] == []


def _all_goldens() -> str:
    return "\n".join((CASES / name / "expected.txt").read_text("utf-8") for name in NAMES)
