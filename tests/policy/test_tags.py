"""Tags and exceptions for some rules: what they choose, what they cancel, what is wrong with them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import modengine
from modengine.checks.ladders import ExpiredExceptions
from modengine.policy.load import load_policy, read
from tests.commands import Command

RULES = """\
ruleset: demo
title: A demonstration
category: demo
rules:
  - {id: demo.a, title: A, score: 30, tags: [young, loud], patterns: {a: {words: [加微信]}}, when: a,
     unless: message.reposts > 9}
  - {id: demo.b, title: B, score: 20, tags: [loud], patterns: {b: {words: [加油]}}, when: b}
  - {id: demo.c, title: C, score: 10, patterns: {c: {words: [早上好]}}, when: c}
"""
POLICY = """\
policy: demo
title: A demonstration
fields: {channel: {enum: [private, group]}, reposts: integer}
rulesets: [demo.yaml]
actions: {demo: {label: 10}}
"""
ALL = "加微信，加油，早上好"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "demo.yaml").write_text(RULES, "utf-8")
    return tmp_path


def policy(place: Path, more: str) -> Path:
    path = place / "policy.yaml"
    path.write_text(POLICY + more, "utf-8")
    return path


def hits(engine: modengine.Engine, **fields: object) -> list[str]:
    return [hit.rule for hit in engine.decide(modengine.Message(ALL, fields=fields)).hits]


def test_an_override_takes_rules_by_their_tags(place: Path) -> None:
    found = load_policy(
        policy(place, "overrides: [{tags: [loud], score: 5}, {rules: [demo.c], tags: [young], status: test}]\n")
    )
    assert [(rule.score, rule.status) for rule in found.rules] == [(5, "test"), (5, "stable"), (10, "test")]
    raised = modengine.load(policy(place, "overrides: [{tags: [young], action: block}]\n"))
    assert raised.decide(ALL).action == "block"


def test_an_exception_for_some_rules_cancels_them_and_shadows_nothing(place: Path) -> None:
    more = 'exceptions: [{name: fair, tags: [loud], when: message.channel == "group", reason: stalls}]\n'
    engine = modengine.load(policy(place, more))
    assert hits(engine, channel="private") == ["demo.a", "demo.b", "demo.c"]
    assert hits(engine, channel="group") == ["demo.c"]
    assert hits(engine) == ["demo.a", "demo.b", "demo.c"], "what is unknown cancels nothing"
    assert hits(engine, channel="private", reposts=10) == ["demo.b", "demo.c"], "its own `unless` still cancels"
    decision = engine.decide(modengine.Message(ALL, fields={"channel": "group"}))
    assert decision.categories["demo"].shadow == ()
    assert {trace.rule: trace.outcome for trace in engine.trace(decision_message()).rules}["demo.b"] == "cancelled"


def decision_message() -> modengine.Message:
    return modengine.Message(ALL, fields={"channel": "group"})


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ("overrides: [{score: 5}]", "ME202", "neither `rules` nor `tags`"),
        ("overrides: [{tags: [lout], score: 5}]", "ME604", "no rule has the tag `lout`"),
        ("exceptions: [{name: x, rules: [demo.x], when: any, reason: y}]", "ME303", "there is no rule `demo.x`"),
        ("exceptions: [{name: x, tags: [lout], when: any, reason: y}]", "ME604", "no rule has the tag `lout`"),
        ("exceptions: [{name: x, rules: [demo.a], when: rule(demo.b), reason: y}]", "ME503", "for some rules"),
        ("exceptions: [{name: x, when: any, reason: y, until: 2026-02-30}]", "ME601", "there is no date"),
    ],
)
def test_what_names_nothing_is_said_once(place: Path, more: str, code: str, said: str) -> None:
    [problem] = read(policy(place, more + "\n")).diagnostics
    assert problem.code == code
    assert said in problem.message


def test_an_exception_that_has_ended_is_a_finding_and_decides_as_before(place: Path) -> None:
    more = "exceptions: [{name: fair, rules: [demo.a], when: any, reason: stalls, until: 2026-05-31}]\n"
    found = load_policy(policy(place, more))
    on = [list(ExpiredExceptions(lambda day=day: day).find(found)) for day in (date(2026, 5, 31), date(2026, 6, 1))]
    assert [[problem.code for problem in problems] for problems in on] == [[], ["ME830"]]
    assert hits(modengine.load(place / "policy.yaml")) == ["demo.b", "demo.c"]


def test_commands_take_rules_by_their_tags(place: Path, command: Command) -> None:
    path = policy(place, "")
    listed = json.loads(command("rules", "-p", path, "--tag", "young", "--format", "json").out)
    assert [(rule["id"], rule["tags"]) for rule in listed] == [("demo.a", ["young", "loud"])]
    refused = command("test", path, "--tag", "quiet")
    assert (refused.code, "there are young, loud" in refused.err) == (2, True)


def test_a_scan_by_some_rules_is_made_again_from_its_log(
    place: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    policy(place, "")
    (place / "m.txt").write_text(ALL, "utf-8")
    ran = command("scan", "m.txt", "-p", "policy.yaml", "--only", "young", "--only", "demo.c", "--keep-text", "-q")
    assert [hit["rule"] for hit in json.loads(ran.out)["hits"]] == ["demo.a", "demo.c"]
    assert command("audit", "replay").out.startswith("1 decision: 1 came out the same")
    assert command("scan", "m.txt", "-p", "policy.yaml", "--only", "quiet", "--no-audit").code == 2
