"""The condition grammar: what is printed is read back, and nothing breaks the parser."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given, strategies as st

from modengine.policy.condition import (
    Always,
    And,
    Compare,
    Condition,
    Count,
    Has,
    Length,
    Near,
    Not,
    Of,
    Or,
    RuleRef,
    Select,
    Together,
    matching,
    pattern_names,
    resolve,
    walk,
)
from modengine.policy.grammar import (
    ConditionSyntaxError,
    parse,
)
from modengine.policy.nodes.diagnostics import Diagnostics
from modengine.policy.nodes.yaml import Location, Scalar
from modengine.policy.schema import GLOB, ID


def named(shape: Any) -> Any:
    """Whether a shape of the schema takes a name."""
    return lambda text: shape.check(Scalar(text, Location("x")), "x", Diagnostics()) is not None


letters = "abz019_.-加微"
names = st.text(alphabet=letters, min_size=1, max_size=6).filter(named(ID))
globs = st.text(alphabet=letters + "*?", min_size=1, max_size=6).filter(named(GLOB)).filter(named(ID))
patterns = st.one_of(names, globs.filter(lambda glob: glob != "them")).map(Select)
small = st.integers(0, 999_999_999)
operators = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
texts = st.text(max_size=10)
values = st.one_of(st.booleans(), st.integers(-(10**9), 10**9), texts, st.decimals(-999, 999, places=3).map(float))
field_names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
pairs = st.tuples(patterns, patterns).filter(lambda pair: pair[0].text != pair[1].text)
them = st.just((Select("them"),))
atoms: st.SearchStrategy[Condition] = st.one_of(
    st.just(Always()),
    patterns.map(Has),
    st.builds(Of, st.one_of(st.none(), st.integers(1, 9)), st.one_of(them, st.lists(patterns, min_size=1).map(tuple))),
    st.builds(Count, patterns, operators, small),
    st.builds(
        lambda pair, distance, unit, ordered: Near(*pair, distance, unit, ordered),
        pairs, small, st.sampled_from(["characters", "words"]), st.booleans(),
    ),
    st.builds(Together, st.lists(patterns, min_size=2, max_size=4).map(tuple)),
    st.one_of(names, globs).map(RuleRef),
    st.builds(Length, operators, small),
    st.builds(Compare, field_names, operators, values),
    st.builds(Compare, field_names, st.just("in"), st.lists(values, min_size=1, max_size=3).map(tuple)),
)  # fmt: skip
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        inner.filter(lambda item: not isinstance(item, Not)).map(Not),
        st.lists(inner, min_size=2, max_size=3).map(tuple).map(And),
        st.lists(inner, min_size=2, max_size=3).map(tuple).map(Or),
    ),
    max_leaves=10,
)


def bare(node: Any) -> Any:
    """A condition as nested tuples, without offsets."""
    if is_dataclass(node):
        return (type(node).__name__, *(bare(getattr(node, f.name)) for f in fields(node) if f.name != "offset"))
    return tuple(map(bare, node)) if isinstance(node, tuple) else node


@given(conditions.filter(lambda condition: len(str(condition)) < 4000))
def test_a_printed_condition_is_read_back_as_itself(condition: Condition) -> None:
    assert bare(parse(str(condition))) == bare(condition)


@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "and",
                "or",
                "not",
                "(",
                ")",
                ",",
                "of",
                "any",
                "all",
                "2",
                "near",
                "count",
                "rule",
                "message.x",
                "==",
                ">",
                "'x'",
                '"',
                "*",
                "in",
                "them",
                "words",
                "together",
                "before",
                "true",
                "-1",
                "1.5",
                "，",
                "\n",
            ]
        )
    ).map(" ".join)
)
def test_any_text_is_a_condition_or_a_located_error(text: str) -> None:
    found: Condition | ConditionSyntaxError
    try:
        found = parse(text)
    except ConditionSyntaxError as error:
        found = error
    if isinstance(found, ConditionSyntaxError):
        assert 0 <= found.offset <= len(text)
        assert found.message
        assert found.hint
    else:
        assert bare(parse(str(found))) == bare(found)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a and b or c", "(a and b) or c"),
        ("a or b and c", "a or (b and c)"),
        ("not a and b", "(not a) and b"),
        ("not not a", "a"),
        ("all of (a, b)", "all   of(a,b)"),
        ("any of them", "1 of them"),
        ("true", "any"),
        ("near(a, b, 5 characters)", "near(a, b, 5)"),
        ("message.x == 'y'", 'message.x == "y"'),
    ],
)
def test_two_ways_to_write_one_condition(text: str, same: str) -> None:
    assert bare(parse(text)) == bare(parse(same))


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("a and", 5),
        ("a b", 2),
        ("a and (b or", 11),
        ("a = b", 2),
        ("near(a, b)", 9),
        ("a ∧ b", 2),
        ("加 微", 2),
        ("length < x", 9),
        ("length < 2.5", 9),
    ],
)
def test_an_error_points_at_what_is_wrong(text: str, offset: int) -> None:
    with pytest.raises(ConditionSyntaxError) as caught:
        parse(text)
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a > 2", "write `count(a) > 2` to compare how often it is found"),
        ("near(a, 20)", "name a pattern before the number"),
    ],
)
def test_a_hint_says_what_a_beginner_left_out(text: str, hint: str) -> None:
    with pytest.raises(ConditionSyntaxError) as caught:
        parse(text)
    assert caught.value.hint == hint


def test_a_name_may_hold_what_a_word_of_the_grammar_is_made_of() -> None:
    assert bare(parse("order and notice or of-age")) == bare(
        Or((And((Has(Select("order")), Has(Select("notice")))), Has(Select("of-age"))))
    )


def test_a_pattern_may_be_called_length() -> None:
    assert bare(parse("length and count(length) > 1 and length > 1")) == bare(
        And((Has(Select("length")), Count(Select("length"), ">", 1), Length(">", 1)))
    )


def test_resolving_reaches_every_selector_and_reference() -> None:
    text = "a and 1 of (b, c) and count(d) > 1 and near(e, f, 5) and (together(g, h) or not i) and rule(x)"
    seen: list[str] = []

    def select(selector: Select) -> Select:
        seen.append(selector.text)
        return Select(selector.text, selector.offset, (selector.text.upper(),))

    resolved = resolve(parse(text), select, lambda ref: RuleRef(ref.glob, ref.offset, ("y",)))
    assert seen == list("abcdefghi")
    assert pattern_names(resolved) == tuple("ABCDEFGHI")
    assert [node.rules for node in walk(resolved) if isinstance(node, RuleRef)] == [("y",)]


@pytest.mark.parametrize(
    ("glob", "found"),
    [("a", ("a",)), ("a*", ("a", "ab", "a.b")), ("?b", ("ab",)), ("*", ("a", "ab", "a.b", "B")), ("b", ()), ("c*", ())],
)
def test_globs_match_whole_names_and_tell_cases_apart(glob: str, found: tuple[str, ...]) -> None:
    assert matching(glob, ("a", "ab", "a.b", "B")) == found
