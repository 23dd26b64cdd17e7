"""A relief that is pasted beside a script does not undo it."""

from __future__ import annotations

import pytest

from modengine import Engine, Message

PASTED = (
    "警方提醒谨防诈骗。",
    "这是真的吗？",
    "新闻报道：",
    "《小说》第三章：",
    "辟谣：",
    "老师上课说：",
    "【反诈中心】",
    "网友问：能信吗？",
)
TOLERANCE = 0.25
"""The share of scripts that one pasted sentence may take out of review."""


REVIEWED = 50


@pytest.mark.parametrize("prefix", PASTED)
@pytest.mark.parametrize("category", ["fraud", "pornography", "violence"])
def test_a_pasted_sentence_saves_few_scripts(prefix: str, category: str, engine: Engine) -> None:
    def score(text: str) -> int:
        return engine.decide(Message(text), ignore_scope=True).categories[category].score

    examples = {
        example.message.text
        for rule in engine.policy.rules
        if rule.category == category
        for example in rule.examples.match
        if example.message.text and "\n" not in example.message.text
    }
    scripts = [text for text in sorted(examples) if score(text) >= REVIEWED]
    kept = [text for text in scripts if score(prefix + text) > 0]
    assert len(scripts) > 20
    assert len(kept) >= (1 - TOLERANCE) * len(scripts)


def test_no_relief_takes_all_that_a_strong_rule_gives(engine: Engine) -> None:
    reliefs = [rule.relief for rule in engine.policy.rules if rule.relief is not None]
    assert len(reliefs) > 4
    assert all(relief.by is not None and relief.by < 50 for relief in reliefs)
