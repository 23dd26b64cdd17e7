"""docs/policy says what the rules do: the clauses, their rules, and the examples on both sides."""

from __future__ import annotations

import re

import pytest

from modengine import Engine, Message
from modengine.policy.model import Rule
from tests.paths import ROOT

PAGES = ROOT / "docs" / "policy"
RULESETS = ("posts", "messages", "calls", "pornography", "violence", "terrorism", "rumour")
HAN = re.compile(r"[\u4e00-\u9fff]")


def sections(page: str) -> dict[str, str]:
    text = (PAGES / f"{page}.md").read_text("utf-8")
    parts = re.split(r"(?m)^## (\w+)$", text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rules_of(page: str, engine: Engine) -> dict[str, list[Rule]]:
    """Clause to rules."""
    found: dict[str, list[Rule]] = {}
    for rule in next(ruleset for ruleset in engine.policy.rulesets if ruleset.id == page).rules:
        found.setdefault(str(rule.clause), []).append(rule)
    return found


def test_every_ruleset_has_a_page(engine: Engine) -> None:
    assert {ruleset.id for ruleset in engine.policy.rulesets} == set(RULESETS)


@pytest.mark.parametrize("page", RULESETS)
def test_a_page_names_every_clause_and_its_rules(page: str, engine: Engine) -> None:
    wanted = {clause: {rule.id for rule in rules} for clause, rules in rules_of(page, engine).items()}
    said = {clause: set(re.findall(r"`([a-z-]+\.[a-z-]+)`", text)) for clause, text in sections(page).items()}
    assert said == wanted


@pytest.mark.parametrize("page", RULESETS)
def test_a_clause_is_told_in_both_languages_with_what_it_leaves_out(page: str) -> None:
    for text in sections(page).values():
        assert text.count("Not covered: ") == 1
        assert text.count("不包括：") == 1
        assert len([line for line in text.splitlines() if HAN.search(line) and not line.startswith("- ")]) == 2


@pytest.mark.parametrize("page", RULESETS)
def test_the_examples_of_a_page_are_decided_as_it_says(page: str, engine: Engine) -> None:
    rules = rules_of(page, engine)
    for clause, text in sections(page).items():
        names = {rule.id for rule in rules[clause]}
        relieves = all(rule.relief is not None for rule in rules[clause])
        shown = re.findall(r"(?m)^- ([✗✓]) (.+)$", text)
        assert [mark for mark, _ in shown].count("✗") == 2
        assert [mark for mark, _ in shown].count("✓") == 2
        for mark, example in shown:
            trace = engine.trace(Message(example.replace(" ⏎ ", "\n")), ignore_scope=True)
            hit = any(rule.rule in names and rule.outcome == "hit" for rule in trace.rules)
            if relieves:
                assert hit == (mark == "✓"), (clause, example)
            elif mark == "✗":
                assert hit, (clause, example)
            else:
                assert trace.decision.action not in ("review", "block"), (clause, example)
