"""The shipped rules stay few and short enough to be read aloud."""

from __future__ import annotations

from modengine import Engine

MOST_RULES, LONGEST_REGEX, LONGEST_LIST, LEAST_EXAMPLES = 120, 200, 300, 3


def test_there_are_at_most_120_rules(engine: Engine) -> None:
    assert len(engine.policy.rules) <= MOST_RULES


def test_no_regex_is_longer_than_200_characters(engine: Engine) -> None:
    patterns = [
        pattern
        for ruleset in engine.policy.rulesets
        for pattern in (*ruleset.shared, *(p for rule in ruleset.rules for p in rule.patterns))
    ]
    assert any(pattern.regex for pattern in patterns)
    assert [p.name for p in patterns if p.regex and len(p.regex) > LONGEST_REGEX] == []


def test_no_list_is_longer_than_300_terms(engine: Engine) -> None:
    lists = [terms for ruleset in engine.policy.rulesets for terms in ruleset.lists]
    assert lists
    assert [terms.name for terms in lists if len(terms.terms) > LONGEST_LIST] == []


def test_every_rule_has_three_examples_on_each_side(engine: Engine) -> None:
    few = [
        rule.id
        for rule in engine.policy.rules
        if min(len(rule.examples.match), len(rule.examples.passes)) < LEAST_EXAMPLES
    ]
    assert few == []


def test_every_rule_stands_for_a_clause_and_every_clause_has_a_rule(engine: Engine) -> None:
    for ruleset in engine.policy.rulesets:
        assert {rule.clause for rule in ruleset.rules} == set(ruleset.clauses)
