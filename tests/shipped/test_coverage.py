"""The examples inside the shipped rules try what the rules ask for."""

from __future__ import annotations

import pytest

from modengine import Engine
from modengine.run.work.coverage import ExampleCoverage, measure_coverage
from modengine.run.work.examples import ExampleResult, run_examples


@pytest.fixture(scope="module")
def traced(engine: Engine) -> tuple[ExampleResult, ...]:
    return tuple(run_examples(engine, traced=True))


@pytest.fixture(scope="module")
def found(engine: Engine, traced: tuple[ExampleResult, ...]) -> ExampleCoverage:
    return measure_coverage(traced, engine.policy.rules)


def test_nine_in_ten_branches_of_the_conditions_are_tried(found: ExampleCoverage) -> None:
    assert found.of("branch")[1] > 1000
    assert found.percent("branch") >= 90, [
        f"{unit.rule}: {unit.what}" for unit in found.untried() if unit.kind == "branch"
    ]


def test_every_rule_hits_in_an_example(found: ExampleCoverage) -> None:
    assert [unit.rule for unit in found.untried() if unit.kind == "rule"] == []


def test_a_decision_and_a_trace_say_the_same_of_every_example(
    engine: Engine, traced: tuple[ExampleResult, ...]
) -> None:
    said = [
        [
            (outcome.rule.id, outcome.example.place, outcome.hit, outcome.verdict, outcome.undetermined)
            for outcome in found
        ]
        for found in (run_examples(engine), traced)
    ]
    assert said[0] == said[1]
