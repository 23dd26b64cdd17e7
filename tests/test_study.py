"""Nothing makes a study policy act: no override, exception, option, base, or way of calling it.

A study differs from what it studies only in that nothing is done: the scores stay what they are.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

import modengine
from modengine.engine.engine import Engine
from modengine.model import Decision, Message, Part
from modengine.policy.model import Policy
from tests.strategies import cases
from tests.studies import is_shadow, stays_a_study

RULES = """
ruleset: fraud
title: Fraud
category: fraud
clauses: {F1: Do not take money by a trick.}
rules:
  - id: fraud.one
    title: A word
    clause: F1
    status: stable
    score: 100
    patterns: {word: {words: [刷单]}}
    when: word
    examples: {match: [刷单], pass: [好]}
"""
POLICY = """
policy: studied
title: A policy
fields: {channel: {enum: [private, group, public_account]}, time: datetime}
rulesets: [rules.yaml]
actions: {fraud: {label: 30, review: 50, block: 90}}
"""
BASED = "policy: based\ntitle: Based on a study\nbase: study.yaml\n"
ATTEMPTS = {
    "nothing": "",
    "actions": "actions: {fraud: {block: 1}}\n",
    "override": "overrides: [{rules: [fraud.one], action: block}]\n",
    "override with when": 'overrides: [{rules: ["fraud.*"], action: block, when: any}]\n',
    "score": "overrides: [{rules: [fraud.one], score: 90}]\n",
    "scope": "scope: {fraud: any, default: any}\n",
    "period": "period: {from: 2014-05-28, until: 2014-06-28}\n",
    "exception": "exceptions: [{name: all, when: rule(fraud.one), reason: why not}]\n",
    "own rules": "rulesets: [rules.yaml]\n",
    "study once more": "study: true\n",
}
MESSAGES = (
    Message("刷单"),
    Message(fields={"channel": "group"}, parts=(Part("ocr", "刷单"),)),
    Message("刷单" * 20_000),
)


def every_call(engine: Engine, message: Message) -> Iterator[Decision]:
    """Every way of asking an engine for a decision."""
    for asked in (engine, pickle.loads(pickle.dumps(engine))):
        for ignore_scope in (False, True):
            yield asked.decide(message, ignore_scope=ignore_scope)
            yield from asked.decide_many([message], ignore_scope=ignore_scope)
            yield asked.trace(message, ignore_scope=ignore_scope).decision
        yield asked.decide(message.text)
        yield asked.trace(message).decision


@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(cases(count=3))
def test_no_policy_acts_as_a_study(case: tuple[Policy, list[Message]]) -> None:
    stays_a_study(*case)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    (tmp_path / "study.yaml").write_text(POLICY + "study: true\n", "utf-8")
    return tmp_path


def test_without_study_the_same_policy_acts(folder: Path) -> None:
    decision = modengine.load(folder / "policy.yaml").decide("刷单")
    assert (decision.taken, decision.flagged, decision.in_scope) == ("block", True, True)


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
@pytest.mark.parametrize("message", MESSAGES, ids=["text", "part", "too long"])
def test_what_is_based_on_a_study_does_not_act(folder: Path, attempt: str, message: Message) -> None:
    (folder / "based.yaml").write_text(BASED + attempt, "utf-8")
    for decision in every_call(modengine.load(folder / "based.yaml"), message):
        is_shadow(decision)


def test_a_study_of_a_policy_that_acts_does_not_act(folder: Path) -> None:
    (folder / "based.yaml").write_text(BASED.replace("study.yaml", "policy.yaml") + "study: true\n", "utf-8")
    for decision in every_call(modengine.load(folder / "based.yaml"), MESSAGES[0]):
        is_shadow(decision)


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_a_study_stays_one_through_several_bases(folder: Path, attempt: str) -> None:
    (folder / "middle.yaml").write_text(BASED + attempt, "utf-8")
    (folder / "based.yaml").write_text(BASED.replace("study.yaml", "middle.yaml"), "utf-8")
    for decision in every_call(modengine.load(folder / "based.yaml"), MESSAGES[0]):
        is_shadow(decision)


def test_a_policy_based_on_a_study_cannot_say_that_it_is_none(folder: Path) -> None:
    (folder / "based.yaml").write_text(BASED + "study: false\n", "utf-8")
    with pytest.raises(modengine.PolicyError) as caught:
        modengine.load(folder / "based.yaml")
    assert [problem.code for problem in caught.value.diagnostics] == ["ME603"]


def test_a_message_cannot_say_that_it_is_no_study(folder: Path) -> None:
    engine = modengine.load(folder / "study.yaml")
    fields = json.loads('{"study": false, "in_scope": true, "ignore_scope": true, "action": "block"}')
    is_shadow(engine.decide(Message("刷单", fields=fields)))
