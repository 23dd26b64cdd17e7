"""The shipped rules stay few and short enough to be read aloud."""

from __future__ import annotations

from modengine import Engine
from modengine.policy.model import Pattern

MOST_RULES, MOST_REGEXES, REGEX_CHARACTERS, MOST_TERMS = 70, 100, 6_000, 6_000
LONGEST_LIST, LONGEST_CONDITION, LEAST_EXAMPLES, MOST_WEIGHTS = 300, 300, 3, 25


def patterns(engine: Engine) -> list[Pattern]:
    """Each pattern that is written down, once."""
    return [
        pattern
        for ruleset in engine.policy.rulesets
        for pattern in (*ruleset.shared, *(p for rule in ruleset.rules for p in rule.patterns if not p.shared))
    ]


def test_there_are_at_most_70_rules_and_25_a_category(engine: Engine) -> None:
    rules = engine.policy.rules
    assert len(rules) <= MOST_RULES
    for category in engine.policy.categories:
        assert len([rule for rule in rules if rule.category == category and rule.score]) <= MOST_WEIGHTS


def test_there_are_few_regexes_and_they_are_short(engine: Engine) -> None:
    regexes = {pattern.regex for pattern in patterns(engine) if pattern.regex}
    assert regexes
    assert len(regexes) <= MOST_REGEXES
    assert sum(map(len, regexes)) <= REGEX_CHARACTERS


def test_terms_are_few_and_no_list_is_long(engine: Engine) -> None:
    lists = [terms for ruleset in engine.policy.rulesets for terms in ruleset.lists]
    places = {place for terms in lists for place in terms.places}
    inline = {place for pattern in patterns(engine) for place in pattern.term_places if place.file.endswith(".yaml")}
    assert len(places | inline) <= MOST_TERMS
    assert [terms.name for terms in lists if len(terms.terms) > LONGEST_LIST] == []


def test_no_condition_is_longer_than_300_characters(engine: Engine) -> None:
    written = [(rule.id, str(node)) for rule in engine.policy.rules for node in (rule.when, rule.unless) if node]
    assert [name for name, text in written if len(text) > LONGEST_CONDITION] == []


def test_every_rule_says_what_it_covers_and_has_three_examples_on_each_side(engine: Engine) -> None:
    few = [
        rule.id
        for rule in engine.policy.rules
        if not rule.description or min(len(rule.examples.match), len(rule.examples.passes)) < LEAST_EXAMPLES
    ]
    assert few == []


def test_every_rule_stands_for_a_clause_and_every_clause_has_a_rule(engine: Engine) -> None:
    for ruleset in engine.policy.rulesets:
        assert {rule.clause for rule in ruleset.rules} == set(ruleset.clauses)
