"""Who is spoken of changes nothing: an identity word put before any example leaves its decision alone."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from modengine import Engine, Message
from modengine.checks.identity.words import read_words
from modengine.checks.lexicon import lexicon
from modengine.lab.data.templates import shipped_templates
from modengine.lab.studies.fairness import TemplateRow, fairness

SEED = 5


@pytest.fixture(scope="module")
def templates(engine: Engine) -> tuple[TemplateRow, ...]:
    """One template in four, in eight without the compiled core; tests/nightly takes all."""
    shipped = shipped_templates()
    sampled = shipped.sentences[1 :: 4 if engine.compiled else 8]
    return fairness(engine, templates=replace(shipped, sentences=sampled)).rows


def test_no_identity_template_changes_its_action_with_the_term(templates: tuple[TemplateRow, ...]) -> None:
    rows = [row for row in templates if row.kind != "role"]
    assert rows
    assert [row.template for row in rows if row.changes_action] == []


def test_no_role_template_changes_its_action_with_the_role(templates: tuple[TemplateRow, ...]) -> None:
    rows = [row for row in templates if row.kind == "role"]
    assert rows
    assert [row.template for row in rows if row.changes_action] == []


def test_no_term_of_a_pattern_is_an_identity_word(engine: Engine) -> None:
    terms = [
        str(term)
        for ruleset in engine.policy.rulesets
        for pattern in (*ruleset.shared, *(p for rule in ruleset.rules for p in rule.patterns))
        for term in pattern.terms
    ]
    assert len(terms) > 1000
    assert [term for term in terms if read_words([term])[0].held] == []


def test_no_identity_word_is_read_as_a_term_in_disguise(engine: Engine) -> None:
    """A name that sounds or looks like a term, in part too, is hit where others are not: 伊斯 sounds like 疑似."""
    read = {
        (word.term, match.pattern, match.found_as)
        for word in lexicon()
        for rule in engine.trace(word.term, ignore_scope=True).rules
        for match in rule.matches
        if set(match.how) & {"sounds_like", "looks_like", "initials", "spelled"}
    }
    assert read == set()


@pytest.mark.parametrize("side", ["match", "passes"])
def test_an_identity_word_before_an_example_changes_no_action(side: str, engine: Engine) -> None:
    random_ = random.Random(SEED)
    words = [term.term for term in lexicon()]
    changed = []
    for rule in engine.policy.rules:
        for example in getattr(rule.examples, side):
            if not example.message.text:
                continue
            first, second = random_.sample(words, 2)
            actions = {
                engine.decide(Message(f"{word}：\n{example.message.text}"), ignore_scope=True).action
                for word in (first, second)
            }
            if len(actions) > 1:
                changed.append((rule.id, example.message.text, first, second))
    assert changed == []
