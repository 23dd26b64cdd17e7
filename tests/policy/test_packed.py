"""A policy as plain data: whatever is read comes back equal, and shares what it shared."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modengine.errors import Location
from modengine.model import Message, Part
from modengine.paths import shipped_policies, shipped_policy, shipped_rules
from modengine.policy import condition, model
from modengine.policy.grammar import parse
from modengine.policy.load import load_policy
from modengine.policy.model import Example, Examples, Override, Period, Policy, PolicyException, Rule, Ruleset
from modengine.policy.packed import KINDS, packed, unpacked

PLACE = Location("a.yaml", 3, 4)


def of(**given: object) -> Policy:
    return Policy(id="p", title="P", path="a.yaml", place=PLACE, rulesets=(), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(shipped_policies()))
def test_a_shipped_policy_comes_back(name: str) -> None:
    policy = load_policy(shipped_rules() / f"{name}.yaml")
    assert unpacked(packed(policy)) == policy


def test_what_was_one_object_is_one_again() -> None:
    policy = unpacked(packed(load_policy(shipped_policy())))
    shared = {id(pattern) for ruleset in policy.rulesets for pattern in ruleset.shared}
    used = {id(pattern) for rule in policy.rules for pattern in rule.patterns if pattern.shared}
    assert used
    assert used <= shared


@pytest.mark.parametrize(
    "text",
    [
        "any", "a and not (b or c)", "2 of (a, b*)", "all of them", "count(a) >= 3", "near(a, b, 5 words)",
        "before(a, b, 9)", "together(a, b)", "rule(x.*)", 'message.kind in ("a", "b")', "message.reposts >= 500",
        "message.score == 1.5", "message.official == true",
    ],
)  # fmt: skip
def test_every_condition_comes_back(text: str) -> None:
    policy = of(scope={"default": parse(text)})
    assert unpacked(packed(policy)) == policy


def test_everything_around_the_rules_comes_back() -> None:
    message = Message("t", "7", (Part("ocr", "x"),), {"n": 1, "when": "2014-05-28"})
    rule = Rule("r", "R", "fraud", PLACE, parse("any"), examples=Examples(match=(Example(message, PLACE),)))
    policy = Policy(
        "p", "P", "a.yaml", PLACE, (Ruleset("s", "S", "fraud", "s.yaml", PLACE, (rule,), {"A": "b"}),), True,
        Period(datetime(2014, 5, 28, 8, tzinfo=UTC), None), actions={"fraud": {"label": 30}},
        overrides=(Override(("r*",), PLACE, 5, "test", "block", parse("any")),),
        exceptions=(PolicyException("e", parse("any"), "why", Location("b.yaml")),),
        files=(model.SourceFile("a.yaml", b"\0\xff"),),
    )  # fmt: skip
    assert unpacked(packed(policy)) == policy


def test_every_type_of_the_model_and_of_conditions_is_known() -> None:
    kinds = {
        member
        for module in (model, condition)
        for member in vars(module).values()
        if isinstance(member, type)
        and is_dataclass(member)
        and member.__module__ == module.__name__
        and member.__name__[0] != "_"
    }
    assert kinds <= set(KINDS)
    assert all(kind.__match_args__ == tuple(field.name for field in fields(kind)) for kind in kinds)


def test_nothing_but_plain_data_is_written(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        packed(of(description=tmp_path))
