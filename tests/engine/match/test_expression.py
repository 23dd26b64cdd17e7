"""What a regular expression needs and costs."""

from __future__ import annotations

import pytest
import regex
from hypothesis import HealthCheck, example, given, settings, strategies as st

from modengine.engine.match.expression import (
    MOST_AT_ONCE,
    CostlyRegex,
    nodes,
    parse,
    required_literals,
)
from modengine.errors import PolicyError
from modengine.text.rarity import shortest
from tests import build, literals
from tests.build import compile_policy
from tests.expressions import drawn, read_at_once

# --------------------------------------------------------------------------- required literals


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("加微信", {"加微信"}),
        ("微信|网银", {"微信", "网银"}),
        ("加(?:微信|q)", {"加微信", "加q"}),
        ("加?微信", {"微信"}),
        ("加*微信", {"微信"}),
        ("(?:微信)+", {"微信"}),
        ("(?:微信){2,}", {"微信"}),
        ("[微薇]信", {"微信", "薇信"}),
        ("[a-b薇]信", {"a信", "b信", "薇信"}),
        ("[^微]信", {"信"}),
        ("加.{0,9}微信", {"微信"}),
        (r"\d+微信", {"微信"}),
        ("(?=加)微信", {"微信"}),
        (r"\b微信\b", {"微信"}),
        (r"加\K微信", {"加微信"}),
        ("(?>微信)", {"微信"}),
        ("VX", {"vx"}),
        ("(微信)x\\1", {"微信x"}),
        ("https?://|www\\.", {"http://", "https://", "www."}),
    ],
)
def test_an_expression_needs_one_of_these(source: str, expected: set[str]) -> None:
    assert required_literals(source) == expected


def test_of_literals_the_shortest_are_kept() -> None:
    assert shortest(["ab", "cab", "c", "dd", ""]) == {""}
    assert shortest(["ab", "xabx", "c", "dd", "d"]) == {"ab", "c", "d"}
    many = {f"{number:04}" for number in range(3000)}
    assert shortest({*many, *(f"x{literal}" for literal in many)}) == many


def test_literals_of_any_length_are_told_at_once() -> None:
    """Minutes for one whose every substring is cut."""
    long = "".join(map(chr, range(0x4E00, 0x4E00 + 9000)))
    assert required_literals(long) == {long}
    assert required_literals(f"{long}|a") == {long, "a"}
    several = required_literals("[ab]" * 8 + r"c\b" * 5000 + "[ab]")
    assert several == {"c" * 4944 + end for end in "ab"}  # 256 of 64 characters are not put together any further


@pytest.mark.parametrize(
    "source",
    [
        r"\d+",
        ".",
        "[^a]",
        "(?:微信){e<=1}",
        "微信|.",
        "(?:微信)?x?",
        "ß",
        r"\p{Han}{2}",
        "[一-龥]",
        "(?:微信)*",
        r"[\w]",
        "(?:a?b?)+",
    ],
)
def test_an_expression_may_need_no_literal(source: str) -> None:
    assert required_literals(source) is None


many = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
"""tests/nightly has thousands."""


@many
@given(literals.flags, literals.expressions, literals.around, literals.around, st.booleans())
@example("", ("加(?:微|k)", "加k"), "", "", False)
@example("", ("K", "k"), "", "", True)
@example("", ("i", "İ"), "", "", False)
@example("", ("I", "ı"), "", "", False)
@example("", ("[GI]", "ı"), "", "", False)
@example("(?f)", ("ßi", "ssı"), "", "", False)
def test_whatever_matches_holds_one_of_the_required_literals(
    flag: str, made: literals.Made, before: str, after: str, exact: bool
) -> None:
    literals.holds_what_it_needs(flag, made, before, after, exact)


@many
@given(literals.flags, literals.expressions)
def test_whatever_compiles_can_be_read(flag: str, made: literals.Made) -> None:
    literals.can_be_read(flag, made)


# --------------------------------------------------------------------------- cost


@pytest.mark.parametrize(
    "source",
    [
        "((a{300}){300}){10}",
        "a{20001}",
        "(?:a{200}){200}",
        "(?:a|b){0,30000}",
        "(?:(?:a{100}){100}b)+(?:a{150}){150}",
        "a{99999,}",
    ],
)
def test_an_expression_that_unrolls_too_far_is_refused_before_it_is_compiled(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modengine.checks.compiling.regex.compile", lambda *_: pytest.fail("it was compiled"))
    with pytest.raises(PolicyError) as caught:
        compile_policy(build.policy(build.rule("r", "p", build.regex("p", source))))
    assert [problem.code for problem in caught.value.diagnostics] == ["ME402"]


def test_an_expression_nested_too_deep_is_refused() -> None:
    with pytest.raises(PolicyError) as caught:
        compile_policy(build.policy(build.rule("r", "p", build.regex("p", "(" * 5000 + "a" + ")" * 5000))))
    assert [problem.code for problem in caught.value.diagnostics] == ["ME402"]


@pytest.mark.parametrize(
    "source", ["a{300}", "(?:微信.{0,20}){1,50}", "(?:a{100}){100}", "|".join(f"词{n}" for n in range(2000))]
)
def test_an_expression_of_an_honest_size_is_not(source: str) -> None:
    assert nodes(parse(source)) > 0


def test_the_cost_of_an_expression_is_counted_and_not_guessed() -> None:
    assert nodes(parse("(?:ab){20}")) - nodes(parse("(?:ab){10}")) == 10 * nodes(parse("ab"))


def test_a_costly_expression_says_so() -> None:
    with pytest.raises(CostlyRegex, match="unrolls to more than"):
        nodes(parse("(?:a{300}){300}"))


def test_every_bad_pattern_of_a_policy_is_reported_at_once() -> None:
    rules = [
        build.rule(f"r{n}", "p", build.regex("p", source)) for n, source in enumerate(["(", "a*", "(?:a{300}){300}"])
    ]
    with pytest.raises(PolicyError) as caught:
        compile_policy(build.policy(*rules))
    assert sorted(problem.code for problem in caught.value.diagnostics) == ["ME401", "ME402", "ME407"]


@pytest.mark.parametrize(
    "source",
    [
        "(?:甲|(?<!乙)丙)+", "(?:甲(?:乙|(?=丙))*?){2,3}|(?<=丁)", "(?:甲|乙)\U000f0000", r"(?:甲)\U000F0000",
        r"(?:甲)[\U000F0000]", r"(甲)(?:乙|\1)[(\]]", "(?i:甲)(?:乙)", "[[:alpha:](?:](?:甲)", r"\((?:甲(?=乙)\)?)",
        "[](?:甲)]", "(?:甲(?#乙)丙)", "(?:)(?!)", "(?:)*甲(?:乙)", "(?:(?:))*甲", "(?:(?:)?)+甲",
    ],
)  # fmt: skip
def test_a_long_expression_is_read_as_the_parser_reads_it_at_once(source: str) -> None:
    source += "|丁" * MOST_AT_ONCE
    assert drawn(parse(source)) == drawn(read_at_once(source))


@pytest.mark.parametrize("wrong", ["(?:甲", "甲)", "(?<:甲)", "(?:甲[)", "(?:甲))", "(?:*)"])
def test_what_does_not_parse_is_refused_however_long_it_is(wrong: str) -> None:
    errors = []
    for source in (wrong, f"{wrong}{'丁' * MOST_AT_ONCE}"):
        with pytest.raises(regex.error) as error:
            parse(source)
        errors.append(error.value.msg)
    assert errors[0] == errors[1]
