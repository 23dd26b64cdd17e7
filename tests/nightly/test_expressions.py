"""Generated expressions, thousands of them: what each needs, and the matches of the `regex` package."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests import expressions, literals
from tests.nightly.sampling import examples

many = settings(max_examples=examples(10_000), suppress_health_check=list(HealthCheck))


@many
@given(literals.flags, literals.expressions, literals.around, literals.around, st.booleans())
def test_whatever_matches_holds_one_of_the_required_literals(
    flag: str, made: literals.Made, before: str, after: str, exact: bool
) -> None:
    literals.holds_what_it_needs(flag, made, before, after, exact)


@many
@given(literals.flags, literals.expressions)
def test_whatever_compiles_can_be_read(flag: str, made: literals.Made) -> None:
    literals.can_be_read(flag, made)


@many
@given(expressions.sources(), expressions.short_texts())
def test_the_matches_step_by_step_are_those_of_the_package(source: expressions.Source, text: str) -> None:
    expressions.steps_agree(source, text)


@many
@given(expressions.sources(), expressions.short_texts(), expressions.short_texts())
def test_the_matches_of_the_core_are_those_of_the_package(source: expressions.Source, text: str, other: str) -> None:
    core = pytest.importorskip("modengine._core", reason="the compiled core is not built")
    expressions.core_agrees(core, source, text, other)
