"""What docs/threat-model.md names is there: each test, each program of its figures."""

from __future__ import annotations

import re
from functools import cache

from tests.paths import DOCS, ROOT

PAGE = (DOCS / "threat-model.md").read_text("utf-8")
TESTS = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


@cache
def names(file: str) -> frozenset[str]:
    path = ROOT / file
    return frozenset(re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.M)) if path.is_file() else frozenset()


def test_every_test_that_is_named_exists() -> None:
    assert len(TESTS) > 70
    assert [f"{file}::{name}" for file, name in TESTS if name not in names(file)] == []


def test_every_promise_names_a_test() -> None:
    promised = [line for line in PAGE.partition("## Figures")[0].splitlines() if line.startswith("| ")]
    tables = [line for line in promised if "`tests/" not in line]
    rows = [line for line in tables if not line.startswith(("| promised", "| who | promised", "| asset"))]
    assets = PAGE.partition("## What is worth protecting")[2].partition("\n## ")[0]
    assert [line for line in rows if line not in assets] == []


def test_every_program_that_is_named_is_there() -> None:
    named = re.findall(r"\b(?:bench|core|requirements|tests)/[\w/]*\w(?:\.py|\.txt|\.lock)?", PAGE)
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_this_test_sees_a_test_that_is_not_there() -> None:
    assert "test_every_test_that_is_named_exists" in names("tests/docs/test_threat_model.py")
    assert names("tests/docs/test_none.py") == frozenset()
