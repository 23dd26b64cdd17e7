"""Warnings and ordinary writing stay quiet; what does harm is found."""

from __future__ import annotations

import pytest

from modengine import Engine
from tests.shipped.samples import ACTS, message, rows


def test_the_warnings_are_many_and_each_is_its_own() -> None:
    found = rows("measure/harmless.jsonl")
    assert len(found) >= 300
    assert len({row["text"] for row in found}) == len({row["id"] for row in found}) == len(found)
    assert all(row["label"] == "none" and row["gloss"] for row in found)


def test_no_warning_is_reviewed_and_at_most_one_in_twenty_is_labelled(engine: Engine) -> None:
    actions = [engine.decide(message(row), ignore_scope=True).action for row in rows("measure/harmless.jsonl")]
    assert not [action for action in actions if action in ACTS]
    assert sum(action != "allow" for action in actions) <= 0.05 * len(actions)


def test_no_harmless_sample_is_reviewed(engine: Engine) -> None:
    found = [row for row in rows("messages.jsonl") if row["label"] == "none"]
    assert len(found) == 220
    assert [row["id"] for row in found if engine.decide(message(row), ignore_scope=True).action in ACTS] == []


@pytest.mark.parametrize("category", ["fraud", "pornography", "violence", "terrorism", "rumour"])
def test_nine_in_ten_harmful_samples_are_found(category: str, engine: Engine) -> None:
    found = [row for row in rows("messages.jsonl") if row["label"] == category]
    wanted = ("label",) if category == "rumour" else ACTS
    hits = [engine.decide(message(row), ignore_scope=True).categories[category].action in wanted for row in found]
    assert sum(hits) >= 0.9 * len(hits)
