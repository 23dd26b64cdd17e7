"""What is proved of conditions holds of messages: proofs held against the engine on generated policies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from modengine.checks.meaning import facts
from modengine.checks.meaning.facts import Known, World
from modengine.checks.meaning.logic import (
    OWN_OF_LAWS,
    ClauseSet,
    Formula,
    OutOfSteps,
    at_least,
    conjunction,
    disjunction,
    holds_in,
    model_of,
    negation,
)
from modengine.checks.meaning.proof import refuted
from modengine.checks.meaning.rules import ConditionMeaning
from modengine.engine.engine import Engine
from modengine.engine.evaluate.conditions import Evaluator
from modengine.engine.evaluate.rules import RuleOutcomes
from modengine.policy.condition import Condition, walk
from modengine.policy.model import Pattern, Policy
from tests import build
from tests.build import compile_policy
from tests.strategies import FIELDS, conditions, patterns, rules, written


@pytest.mark.parametrize("when", ["rule(a.r{0})", "rule(a.r{0}) and rule(a.r{0})", "not rule(a.r{0}) or rule(a.r{0})"])
def test_a_chain_of_rules_costs_no_more_than_the_budget(when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rule asks for the next, perhaps twice: 200 of them took 10 s, 5,000 took 23 s."""
    last = build.pattern("p", "text", terms=("微信",))
    made = [build.rule("a.r0", "p", last, category="a", ruleset="a")]
    names = [f"a.r{number}" for number in range(300)]
    made += [
        build.rule(f"a.r{number}", when.format(number - 1), rules=names, category="a", ruleset="a")
        for number in range(1, 300)
    ]
    steps = facts.MOST_OF_A_POLICY // 100
    monkeypatch.setattr(facts, "MOST_OF_A_POLICY", steps)
    learn, learnt = World._atom, 0

    def counted(world: World, *given: Any) -> int:
        nonlocal learnt
        before = len(world.atoms)
        try:
            return learn(world, *given)
        finally:
            learnt += len(world.atoms) - before

    monkeypatch.setattr(World, "_atom", counted)
    list(ConditionMeaning().find(build.policy(*made)))
    assert 0 < learnt <= steps // facts.AN_ATOM


def test_what_is_too_much_to_know_is_gathered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question gathered the laws of 250 rules again, to find that there are more: 5,000 rules took 17 s."""
    names = [f"a.r{number}" for number in range(facts.MOST_ATOMS + 2)]
    chain = [build.rule(name, f"a or rule({after})", A, rules=names) for name, after in pairwise(names)]
    known = Known.of(build.policy(*chain, build.rule(names[-1], "a", A)))
    world = World(known)
    gathered: list[World] = []
    gather = World._of_rules

    def counted(world: World) -> Iterator[facts.Law]:
        gathered.append(world)
        return gather(world)

    monkeypatch.setattr(World, "_of_rules", counted)
    asked = [world.hit(chain[0])]
    assert [refuted(world, asked) for _ in range(3)] == [None] * 3
    assert len(gathered) == 1


HAN = ("微信", "加微", "和服", "服务", "大麻", "麻烦", "林木", "产品")


@st.composite
def nested(draw: st.DrawFn) -> list[Pattern]:
    """Two patterns with the same options, the terms of the first among those of the second."""
    kind = draw(st.sampled_from(("words", "text")))
    options: dict[str, Any] = {"gaps": draw(st.sampled_from((0, 2))), "repeats": draw(st.booleans())}
    terms = draw(st.lists(st.sampled_from(HAN), min_size=2, max_size=4, unique=True))
    few = tuple(draw(st.permutations(terms))[: draw(st.integers(1, len(terms) - 1))])
    return [build.pattern("p1", kind, terms=few, **options), build.pattern("p2", kind, terms=tuple(terms), **options)]


@st.composite
def two_rules(draw: st.DrawFn) -> Policy:
    """A rule, and one that may ask for it, over patterns that hang together."""
    made = [draw(patterns("p0")), *draw(nested())]
    names = [pattern.name for pattern in made]
    first = draw(rules("a.r0", "a", [], ["a.r0", "a.r1"], ["a"]))
    when = draw(conditions(names, ["a.r0"], depth=3))
    unless = draw(st.one_of(st.none(), conditions(names, ["a.r0"], depth=1)))
    second = build.rule("a.r1", when, *made, unless=unless, rules=["a.r0", "a.r1"], category="a", ruleset="a")
    more = build.ruleset("b", "b", [build.rule("b.r0", "p0", made[0], category="b", ruleset="b")])
    return build.policy_of(build.ruleset("a", "a", [first, second]), replace(more, path="other.yaml"), fields=FIELDS)


def claims(policy: Policy) -> list[tuple[str, Condition, Condition | None]]:
    """What is proved of the parts of the second rule."""
    rule = policy.rules[1]
    known = Known.of(policy)
    world, names = World(known), known.names(rule)
    parts = list(dict.fromkeys([*walk(rule.when), *(walk(rule.unless) if rule.unless else ())]))[:9]
    true = {part: world.true(part, names) for part in parts}
    found: list[tuple[str, Condition, Condition | None]] = []
    found += [("never", part, None) for part in parts if refuted(world, [true[part]])]
    found += [("always", part, None) for part in parts if refuted(world, [negation(true[part])])]
    return found + [
        ("implies", this, other)
        for this in parts
        for other in parts
        if this != other and refuted(world, [true[this], negation(true[other])])
    ]


def holds(policy: Policy, seed: int) -> Counter[str]:
    """Holds what is proved against 40 messages; gives how much of each kind that was."""
    proved = claims(policy)
    engine = Engine(compile_policy(policy))
    program = engine.program.rules["a.r1"]
    for message in written(policy, 40, Random(seed)) if proved else ():
        context = engine.context(message)
        outcomes = RuleOutcomes(context, engine.live(context))
        asked = Evaluator(context, outcomes.value, program.patterns)
        for kind, this, other in proved:
            value = asked.value(this)
            assert not (kind == "never" and value is True), (str(this), message)
            assert not (kind == "always" and value is not True), (str(this), message)
            if other is not None and value is True:
                assert asked.value(other) is True, (str(this), str(other), message)
    return Counter(kind for kind, _, _ in proved)


def test_what_is_proved_holds_of_every_message() -> None:
    proved = Counter[str]()

    @settings(max_examples=110, suppress_health_check=list(HealthCheck))
    @given(two_rules(), st.integers(0, 1 << 32))
    def of_one(policy: Policy, seed: int) -> None:
        proved.update(holds(policy, seed))

    of_one()
    assert proved["implies"] > 20
    assert proved["never"]


# --------------------------------------------------------------------------- logic

LITERALS = st.sampled_from([sign * number for number in range(1, 6) for sign in (1, -1)])
FORMULAS: st.SearchStrategy[Formula] = st.recursive(
    LITERALS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(conjunction), st.lists(inner, max_size=3).map(disjunction), inner.map(negation)
    ),
)


def worlds() -> list[set[int]]:
    return [set(true) for n in range(6) for true in combinations(range(1, 6), n)]


@settings(max_examples=300)
@given(st.lists(FORMULAS, max_size=4), st.lists(FORMULAS, max_size=3))
def test_a_model_is_found_where_there_is_one(asked: list[Formula], known: list[Formula]) -> None:
    every = [*asked, *known]
    there = [world for world in worlds() if all(holds_in(formula, world) for formula in every)]
    model = model_of(asked, ClauseSet(known, OWN_OF_LAWS))
    assert (model is not None) == bool(there)
    assert model is None or all(holds_in(formula, model) for formula in every)


@pytest.mark.parametrize("n", range(5))
def test_so_many_of_so_many(n: int) -> None:
    formula = at_least(n, (1, 2, 3))
    assert formula is not None
    assert all(holds_in(formula, world) == (len(world & {1, 2, 3}) >= n) for world in worlds())


def test_a_choice_that_takes_too_long_to_say_is_not_said() -> None:
    assert at_least(10, range(1, 31)) is None


def test_a_search_beyond_its_steps_says_nothing() -> None:
    # So many letters in too few boxes: no short proof, whoever looks for one.
    boxes = [[7 * letter + box + 1 for box in range(7)] for letter in range(8)]
    clash = [disjunction([-this[box], -other[box]]) for this, other in combinations(boxes, 2) for box in range(7)]
    with pytest.raises(OutOfSteps):
        model_of([*map(disjunction, boxes), *clash])


def test_a_policy_whose_steps_are_spent_is_left_alone() -> None:
    rule = build.rule("r", "a and not a", A)
    known = Known.of(build.policy(rule))
    world = World(known)
    asked = [world.true(rule.when, known.names(rule))]
    assert refuted(world, asked) is not None
    known.steps.left = 0
    assert refuted(world, asked) is None


# --------------------------------------------------------------------------- laws

A, B = build.words("a", "微信", "转账"), build.words("b", "红包")
WIDE, WIDE_TEXT = build.words("wide", "转账", "微信", "支付"), build.text("wide_text", "微信", "转账", "红包")
A_TEXT, LIKE_A = build.text("a_text", "微信", "转账"), build.words("like_a", "转账", "微信")
SIGNS = [A, B, WIDE, WIDE_TEXT, A_TEXT, LIKE_A]


def implies(this: str, other: str, fields: Any = FIELDS) -> bool:
    rule = build.rule("a.r", f"({this}) or ({other})", *SIGNS, category="a", ruleset="a")
    more = build.ruleset("b", "b", [build.rule("b.r", "a", A, category="b", ruleset="b")])
    policy = build.policy_of(build.ruleset("a", "a", [rule]), replace(more, path="other.yaml"), fields=fields)
    known = Known.of(policy)
    names = {pattern.name: known.evidence.number(pattern) for pattern in rule.patterns}
    world = World(known)
    first, second = (build.condition(text, tuple(p.name for p in SIGNS)) for text in (this, other))
    return refuted(world, [world.true(first, names), negation(world.true(second, names))]) is not None


@pytest.mark.parametrize(
    ("this", "other"),
    [
        ("near(a, b, 5)", "a and b"),
        ("near(a, b, 5)", "near(b, a, 6)"),
        ("before(a, b, 5)", "near(b, a, 5)"),
        ("before(a, b, 5 words)", "near(a, b, 7 words)"),
        ("together(a, b, wide)", "together(b, a)"),
        ("together(a, b)", "all of (a, b)"),
        ("all of (a, b)", "any of (a, b)"),
        ("2 of (a, b, wide)", "a or b"),
        ("count(a) >= 3", "count(a) > 1"),
        ("count(a) == 2", "a"),
        ("count(a) >= 2", "count(a*) >= 2"),
        ("not any of (a, b)", "not near(a, b, 9)"),
        ("a", "wide"),
        ("a", "like_a"),
        ("a_text", "wide_text"),
        ("near(a_text, b, 5)", "near(wide_text, b, 5)"),
        ("count(a_text) >= 2", "count(wide_text) >= 2"),
        ("length < 10", "length <= 9"),
        ("length == 7", "length > 5 and length < 8"),
        ("message.reposts > 5", "message.reposts >= 6"),
        ("message.reposts > 0.5", "message.reposts >= 1"),
        ("message.ratio > 1", "message.ratio >= 1"),
        ('message.channel == "group"', 'message.channel != "private"'),
        ('message.channel != "group" and message.channel != "private"', 'message.channel == "public_account"'),
        ("message.hot != true", "message.hot == false"),
        ('message.time >= "2014-06-01"', 'message.time > "2014-05-31T15:00:00+00:00"'),
        ("message.reposts in (1, 2)", "message.reposts < 3"),
    ],
)
def test_what_follows_is_proved(this: str, other: str) -> None:
    assert implies(this, other)
    assert implies(f"not ({other})", f"not ({this})") or "message" in this


@pytest.mark.parametrize(
    ("this", "other"),
    [
        ("a and b", "near(a, b, 50)"),
        ("near(a, b, 5)", "near(a, b, 4)"),
        ("near(a, b, 5)", "before(a, b, 5)"),
        ("near(a, b, 5)", "near(a, b, 5 words)"),
        ("near(a, b, 0)", "together(a, b)"),
        ("before(a, b, 5)", "before(b, a, 5)"),
        ("wide", "a"),
        ("a", "a_text"),
        ("near(a, b, 5)", "near(wide, b, 5)"),  # words: the same match may count for another term
        ("any of (a, b)", "all of (a, b)"),
        ("count(a) >= 1 and count(b) >= 1", "count(wide) >= 2"),
        ("a", "message.reposts > 5 or not message.reposts > 5"),  # the field may be missing
        ("any", 'message.channel in ("private", "group", "public_account")'),
        ("message.ratio > 1", "message.ratio >= 2"),
        ('message.note != "x"', 'message.note == "y"'),
    ],
)
def test_what_does_not_follow_is_not_proved(this: str, other: str) -> None:
    assert not implies(this, other)
