"""docs/policy says what the rules do: the clauses, their rules, and the examples on both sides."""

from __future__ import annotations

import re

import pytest

from modengine import Engine, Message
from tests.paths import ROOT

PAGES = ROOT / "docs" / "policy"
RULESETS = {
    "rumour": ("rumour",), "violence": ("violence",), "terrorism": ("terrorism",), "pornography": ("pornography",),
    "fraud": ("fraud", "bait", "calls", "signals"), "relief": ("relief",),
}  # fmt: skip
HAN = re.compile(r"[\u4e00-\u9fff]")


def sections(page: str) -> dict[str, str]:
    text = (PAGES / f"{page}.md").read_text("utf-8")
    parts = re.split(r"(?m)^## (\w+)$", text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("page", RULESETS)
def test_a_page_names_every_clause_and_its_rules(page: str, engine: Engine) -> None:
    found = sections(page)
    wanted: dict[str, set[str]] = {}
    for ruleset in engine.policy.rulesets:
        if ruleset.id in RULESETS[page]:
            for rule in ruleset.rules:
                wanted.setdefault(str(rule.clause), set()).add(rule.id)
    assert {clause: set(re.findall(r"`([a-z-]+\.[a-z-]+)`", text)) for clause, text in found.items()} == wanted


@pytest.mark.parametrize("page", RULESETS)
def test_a_clause_is_told_in_both_languages_with_what_it_leaves_out(page: str) -> None:
    for text in sections(page).values():
        assert text.count("Not covered: ") == 1
        assert text.count("不包括：") == 1
        assert len([line for line in text.splitlines() if HAN.search(line) and not line.startswith("- ")]) == 2


@pytest.mark.parametrize("page", [page for page in RULESETS if page != "relief"])
def test_the_examples_of_a_page_are_decided_as_it_says(page: str, engine: Engine) -> None:
    for clause, text in sections(page).items():
        rules = {rule.id for rule in engine.policy.rules if rule.clause == clause}
        shown = re.findall(r"(?m)^- ([✗✓]) (.+)$", text)
        assert [mark for mark, _ in shown].count("✗") == 2
        assert [mark for mark, _ in shown].count("✓") == 2
        for mark, example in shown:
            decision = engine.decide(Message(example.replace(" ⏎ ", "\n")), ignore_scope=True)
            hit = bool({rule_hit.rule for rule_hit in decision.hits} & rules)
            assert hit or mark == "✓", (clause, example)
            assert mark == "✗" or decision.action not in ("review", "block"), (clause, example)
