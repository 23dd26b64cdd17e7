"""Explanations as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from modengine.explain.json import as_json
from modengine.model import Decision, RuleTrace
from tests.explain.cases import BY_NAME, HERE, trace_of


@pytest.mark.parametrize("name", ["relief-takes-points", "unknown-field", "more-points-in-a-long-text"])
def test_golden(name: str, golden: Callable[[Path, str], None]) -> None:
    golden(HERE / "goldens" / f"{name}.json", as_json(trace_of(name)[0]) + "\n")


@pytest.mark.parametrize("name", BY_NAME)
def test_everything_comes_back(name: str) -> None:
    trace, _ = trace_of(name)
    again = json.loads(as_json(trace))
    assert msgspec.convert(again["decision"], Decision) == trace.decision
    assert msgspec.convert(again["rules"], tuple[RuleTrace, ...]) == trace.rules
    assert again["message"]["text"] == trace.message.text
