"""The revision changes when, and only when, something that can change a decision changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import modengine
from modengine.engine.compile import revision as digest
from modengine.engine.compile.revision import revision
from modengine.model import Message
from modengine.policy.fields import CHINA
from modengine.policy.model import Example, Examples, Field, Longer, Pattern, Period, PointsWhere, Rule, TermList, Token
from modengine.text import segment, tables
from tests import build
from tests.build import exception, override, regex, relief, rule, text, tokens, words

A = words("a", "微信", "网银", gaps=1)
B = regex("b", r"\d+元")
C = tokens("c", Token(text="加"), Token(like="handle"))
D = text("d", "坏", sounds_like=True)
RUMOUR = {"label": 40}
SPREAD = "message.reposts > 500"
BY_CHANNEL = build.condition('message.channel == "group"')
SCHOOL = 'message.app == "校讯"'


def made(
    *more: Rule,
    a: Pattern = A,
    b: Pattern = B,
    c: Pattern = C,
    d: Pattern = D,
    first_rule: Any = None,
    second_rule: Any = None,
    eased: Any = None,
    **rest: Any,
) -> str:
    """The revision of a small policy, with some of it changed."""
    first = {"when": "a and near(a, b, 5)", "unless": None, "score": 40, "group": "g", "clause": "F1"} | (
        first_rule or {}
    )
    second = {"when": "c or d", "score": 20, "category": "rumour"} | (second_rule or {})
    third = {"when": "d", "by": 30} | (eased or {})
    rules = (
        rule(first.pop("id", "r.one"), first.pop("when"), a, b, c, d, **first),
        rule(second.pop("id", "r.two"), second.pop("when"), c, d, **second),
        relief("x", third.pop("when"), d, **third),
        *more,
    )
    options: dict[str, Any] = {
        "actions": {"fraud": {"label": 30, "block": 90}, "rumour": RUMOUR},
        "scope": {"default": 'message.channel == "group"'},
        "period": Period(datetime(2014, 5, 28, tzinfo=CHINA), datetime(2014, 6, 29, tzinfo=CHINA)),
        "caps": {"g": 60},
        "overrides": (override("r.one", action="review", when=SPREAD),),
        "exceptions": (exception("school", SCHOOL),),
    }
    return revision(build.policy(*rules, **(options | rest)))


BASE = made()
FIELDS = build.FIELDS
EARLY = datetime(2014, 5, 1, tzinfo=CHINA)

DECIDES: dict[str, Callable[[], str]] = {
    "a term": lambda: made(a=replace(A, terms=("微信", "网银", "转账"))),
    "a term less": lambda: made(a=replace(A, terms=("微信",))),
    "the kind of a pattern": lambda: made(a=replace(A, kind="text")),
    "gaps": lambda: made(a=replace(A, gaps=2)),
    "repeats": lambda: made(a=replace(A, repeats=True)),
    "initials": lambda: made(a=replace(A, initials=True)),
    "boundary": lambda: made(a=replace(A, kind="text", boundary="words")),
    "sounds_like": lambda: made(a=replace(A, sounds_like=True)),
    "looks_like": lambda: made(a=replace(A, looks_like=True)),
    "weight": lambda: made(d=replace(D, weight=0.7)),
    "outside": lambda: made(a=replace(A, outside=("quotes",))),
    "part": lambda: made(a=replace(A, parts=("ocr",))),
    "case": lambda: made(a=replace(A, exact_case=True)),
    "a regex": lambda: made(b=replace(B, regex=r"\d+块")),
    "the text of a token": lambda: made(c=replace(C, tokens=(Token(text="扫"), C.tokens[1]))),
    "the list of a token": lambda: made(c=replace(C, tokens=(Token(among=("加", "扫")), C.tokens[1]))),
    "the shape of a token": lambda: made(c=replace(C, tokens=(C.tokens[0], Token(like="number")))),
    "the tag of a token": lambda: made(c=replace(C, tokens=(Token(text="加", pos="v"), C.tokens[1]))),
    "the op of a token": lambda: made(c=replace(C, tokens=(C.tokens[0], Token(like="handle", low=0)))),
    "the order of tokens": lambda: made(c=replace(C, tokens=C.tokens[::-1])),
    "a condition": lambda: made(first_rule={"when": "a or near(a, b, 5)"}),
    "a distance": lambda: made(first_rule={"when": "a and near(a, b, 6)"}),
    "a unit": lambda: made(first_rule={"when": "a and near(a, b, 5 words)"}),
    "unless": lambda: made(first_rule={"unless": "c"}),
    "a score": lambda: made(first_rule={"score": 41}),
    "a status": lambda: made(first_rule={"status": "test"}),
    "a draft that wakes": lambda: made(first_rule={"status": "draft"}),
    "a group": lambda: made(first_rule={"group": None}),
    "a clause": lambda: made(first_rule={"clause": "F2"}),
    "a category": lambda: made(second_rule={"category": "porn"}),
    "an id": lambda: made(first_rule={"id": "r.uno"}),
    "a cap": lambda: made(caps={"g": 61}),
    "a relief": lambda: made(eased={"by": 31}),
    "a relief of all": lambda: made(eased={"by": None}),
    "what a relief takes from": lambda: made(eased={"rules": ("r.*",)}),
    "one more rule": lambda: made(rule("r.three", "a", A)),
    "one more rule on test": lambda: made(rule("r.three", "a", A, status="test")),
    "a threshold": lambda: made(actions={"fraud": {"label": 31, "block": 90}, "rumour": RUMOUR}),
    "a step of a ladder": lambda: made(actions={"fraud": {"label": 30, "review": 50, "block": 90}, "rumour": RUMOUR}),
    "a scope": lambda: made(scope={"default": 'message.channel == "private"'}),
    "the scope of one category": lambda: made(scope={"default": 'message.channel == "group"', "fraud": "any"}),
    "the start of the period": lambda: made(period=Period(EARLY, datetime(2014, 6, 29, tzinfo=CHINA))),
    "the end of the period": lambda: made(period=Period(datetime(2014, 5, 28, tzinfo=CHINA), None)),
    "no period": lambda: made(period=None),
    "the type of a field": lambda: made(fields=FIELDS | {"reposts": Field("reposts", "number")}),
    "the values of a field": lambda: made(fields=FIELDS | {"channel": Field("channel", "enum", ("private", "group"))}),
    "one more field": lambda: made(fields=FIELDS | {"views": Field("views", "integer")}),
    "the segmenter": lambda: made(segmenter="jieba"),
    "study": lambda: made(study=True),
    "the action of an override": lambda: made(overrides=(override("r.one", action="block", when=SPREAD),)),
    "the rules of an override": lambda: made(overrides=(override("r.two", action="review", when=SPREAD),)),
    "the condition of an override": lambda: made(overrides=(override("r.one", action="review", when="any"),)),
    "more points in long texts": lambda: made(longer=(Longer(80, 10),)),
    "the length of a long text": lambda: made(longer=(Longer(90, 10),)),
    "points by condition": lambda: made(points=(PointsWhere(BY_CHANNEL, {"r.one": 12}, build.HERE),)),
    "the points of a condition": lambda: made(points=(PointsWhere(BY_CHANNEL, {"r.one": 13}, build.HERE),)),
    "the condition of points": lambda: made(points=(PointsWhere(build.condition("any"), {"r.one": 12}, build.HERE),)),
    "no override": lambda: made(overrides=()),
    "the condition of an exception": lambda: made(exceptions=(exception("school", 'message.app == "微讯"'),)),
    "the name of an exception": lambda: made(exceptions=(exception("class", SCHOOL),)),
    "no exception": lambda: made(exceptions=()),
    "the id of the policy": lambda: made(id="other"),
}  # fmt: skip

EXAMPLES = Examples(match=(Example(Message("加我微信 5元"), build.HERE),))
LATER = replace(build.HERE, line=99)

DECIDES_NOTHING: dict[str, Callable[[], str]] = {
    "the title of the policy": lambda: made(title="Another"),
    "the description of the policy": lambda: made(description="long"),
    "the description of a rule": lambda: made(first_rule={"description": "long"}),
    "an example": lambda: made(first_rule={"examples": EXAMPLES}),
    "references": lambda: made(first_rule={"references": ("a book",)}),
    "false positives": lambda: made(first_rule={"falsepositives": ("a bank",)}),
    "one more draft rule": lambda: made(rule("r.draft", "a", A, status="draft")),
    "the order of terms": lambda: made(a=replace(A, terms=A.terms[::-1])),
    "a term twice": lambda: made(a=replace(A, terms=(*A.terms, A.terms[0]))),
    "the order of outside": lambda: made(a=replace(A, outside=())),
    "the weight of a pattern that is never fuzzy": lambda: made(a=replace(A, weight=0.9)),
    "near_miss": lambda: made(a=replace(A, near_miss=False)),
    "the place in the file": lambda: made(a=replace(A, place=LATER, term_places=(LATER, LATER))),
    "the name of a list": lambda: made(a=replace(A, lists=("apps",), shared=True)),
    "the reason of an exception": lambda: made(exceptions=(replace(exception("school", SCHOOL), reason="r"),)),
    "a score override that is applied already": lambda: made(
        overrides=(override("r.one", action="review", when=SPREAD), override("r.one", score=40))
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", DECIDES.values(), ids=DECIDES)
def test_the_revision_changes_with(change: Callable[[], str]) -> None:
    assert change() != BASE


@pytest.mark.parametrize("change", DECIDES_NOTHING.values(), ids=DECIDES_NOTHING)
def test_the_revision_does_not_change_with(change: Callable[[], str]) -> None:
    assert change() == BASE


def test_every_change_gives_another_revision() -> None:
    seen = [change() for change in DECIDES.values()]
    assert len(set(seen)) == len(seen)


def test_a_revision_is_a_sha256() -> None:
    assert re.fullmatch("sha256:[0-9a-f]{64}", BASE)


def test_an_unused_list_changes_nothing() -> None:
    policy = build.policy(rule("r", "a", A))
    [ruleset] = policy.rulesets
    more = replace(ruleset, lists=(TermList("spare", ("甲",), build.HERE, (build.HERE,)),))
    assert revision(replace(policy, rulesets=(more,))) == revision(policy)


def test_an_unused_shared_pattern_changes_nothing() -> None:
    policy = build.policy(rule("r", "a", A))
    [ruleset] = policy.rulesets
    assert revision(replace(policy, rulesets=(replace(ruleset, shared=(B,)),))) == revision(policy)


# --------------------------------------------------------------------------- what stands outside the policy


def changed(**attributes: Any) -> Callable[[pytest.MonkeyPatch], None]:
    def change(patch: pytest.MonkeyPatch) -> None:
        for name, value in attributes.items():
            patch.setattr(digest, name, value)

    return change


AROUND: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "the rules of matching": changed(RULES_OF_MATCHING=digest.RULES_OF_MATCHING + 1),
    "the version of regex": changed(version=lambda name: "0" if name == "regex" else "1"),
    "the character tables": lambda patch: patch.setattr(tables, "digest", lambda: "other"),
    "the version of a segmenter": lambda patch: patch.setattr(segment, "version", lambda name: "0"),
    "the Unicode data": lambda patch: patch.setattr(digest.unicodedata, "unidata_version", "0.0"),
}


@pytest.mark.parametrize("change", AROUND.values(), ids=AROUND)
def test_the_revision_changes_with_what_the_engine_stands_on(
    change: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(monkeypatch)
    assert made() != BASE


# --------------------------------------------------------------------------- from files

POLICY = """\
policy: small
title: A small policy
rulesets: [fraud.yaml]
actions: {fraud: {label: 30, block: 90}}
"""
RULESET = """\
ruleset: fraud
title: Fraud
category: fraud
clauses:
  F1: No scams.
lists:
  app: {file: apps.txt}
rules:
  - id: fraud.one
    title: One
    clause: F1
    status: stable
    score: 60
    patterns:
      who: {words: {list: app}}
      what: {regex: '加(?:{list:app})号'}
    when: who or what
"""
LIST = "微信\n微讯\n"


def loaded(folder: Path, policy: str = POLICY, ruleset: str = RULESET, apps: str = LIST) -> str:
    for name, content in (("policy.yaml", policy), ("fraud.yaml", ruleset), ("apps.txt", apps)):
        (folder / name).write_text(content, "utf-8")
    return modengine.load(folder / "policy.yaml").revision


@pytest.mark.parametrize(
    "files",
    [
        {"policy": POLICY.replace("block: 90", "block: 91")},
        {"ruleset": RULESET.replace("score: 60", "score: 61")},
        {"ruleset": RULESET.replace("who or what", "who and what")},
        {"ruleset": RULESET.replace("加(?:", "扫(?:")},
        {"apps": LIST + "校讯\n"},
    ],
    ids=["a threshold", "a score", "a condition", "a regex", "the content of a list"],
)
def test_the_revision_of_files_changes(files: Any, tmp_path: Path) -> None:
    before = loaded(tmp_path)
    assert loaded(tmp_path, **files) != before


@pytest.mark.parametrize(
    "files",
    [
        {"policy": "# a comment\n" + POLICY},
        {"policy": POLICY.replace("A small policy", "Another title")},
        {"ruleset": RULESET.replace("rules:\n", "rules:\n  # a comment\n")},
        {"ruleset": RULESET.replace("title: One", "title: Eins\n    description: Something.")},
        {"ruleset": RULESET.replace("No scams.", "No frauds.")},
        {"ruleset": RULESET.replace("who or what", "'(who)   or what'")},
        {"apps": "# a comment\n" + LIST},
        {"apps": "微讯\n微信\n"},
        {"apps": "微讯\r\n\r\n微信\r\n"},
    ],
    ids=[
        "a comment",
        "a title",
        "a comment in a ruleset",
        "a description",
        "the words of a clause",
        "brackets",
        "a comment in a list",
        "the order of a list",
        "the line ends of a list",
    ],
)
def test_the_revision_of_files_does_not_change(files: Any, tmp_path: Path) -> None:
    before = loaded(tmp_path)
    assert loaded(tmp_path, **files) == before


def test_the_revision_does_not_depend_on_the_folder(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    assert loaded(folders[0]) == loaded(folders[1])


def test_the_engine_and_every_decision_carry_it() -> None:
    policy = build.policy(rule("r", "a", A))
    engine = build.engine(rule("r", "a", A))
    assert {engine.revision, engine.decide("甲").revision} == {revision(policy)}
