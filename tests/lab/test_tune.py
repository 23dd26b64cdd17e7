"""Points fitted on one half and judged on the other."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.data.corpus import Corpus
from modengine.lab.report.render import as_html, as_json, as_text
from modengine.lab.report.schemas import schema
from modengine.lab.report.views.tune import view
from modengine.lab.stats.metrics import ANY
from modengine.lab.studies.fit import coefficients
from modengine.lab.studies.tune import Judged, Tuning, override, rows_decided, tune
from modengine.loading import load
from modengine.model import RANK
from tests.build import engine, relief, rule, text
from tests.lab.corpora import MakeCorpus, blocks_everything, rows

# ------------------------------------------------------------------ the model


def test_coefficients_are_those_of_least_squares_where_the_penalty_is_nothing() -> None:
    """Three rules that never meet: each coefficient is the difference of its share to that of the rest."""
    hits = np.zeros((400, 3), np.bool_)
    hits[:100, 0] = hits[100:200, 1] = hits[200:300, 2] = True
    own = np.zeros(400, np.bool_)
    own[:100] = own[100:150] = True
    found = coefficients(hits, own, np.arange(400))
    # Both classes weigh the same: 150 own rows by 1.333, 250 others by 0.8.  Shares 1, 0.625, 0, and 0.
    assert found == pytest.approx([1.0, 0.625, 0.0], abs=0.03)


def test_no_coefficient_is_below_zero_and_what_says_nothing_has_none() -> None:
    random = np.random.default_rng(1)
    own = random.random(400) < 0.5
    hits = np.stack([own, ~own, random.random(400) < 0.02, np.zeros(400, np.bool_)], axis=1)
    found = coefficients(hits, own, np.arange(400))
    assert found[0] > 0.8
    assert (found >= 0).all()
    assert found[1] == 0
    assert found[3] == 0


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_rows_of_one_kind_fit_nothing(share: float) -> None:
    own = np.full(50, share == 1.0)
    assert coefficients(np.ones((50, 2), np.bool_), own, np.arange(50)).tolist() == [0.0, 0.0]


# ------------------------------------------------------------------ fitting and judging


def policy() -> Engine:
    """骗 is weak although always right; 钱 is strong although mostly wrong; 龘 hits nothing here."""
    return engine(
        rule("fraud.right", "w", text("w", "骗"), score=10),
        rule("fraud.wrong", "w", text("w", "钱"), score=60),
        rule("fraud.silent", "w", text("w", "龘"), score=33),
    )


@pytest.fixture
def known(corpus: MakeCorpus) -> Corpus:
    body = (("骗", "fraud", 120), ("骗钱", "fraud", 20), ("钱", "none", 100), ("好", "none", 160))
    return corpus(rows(*body), ("fraud",), label="label")


@pytest.fixture
def tuned(known: Corpus) -> Tuning:
    return tune(policy(), known)


def judged(result: Tuning, half: str, figure: str) -> Judged:
    (found,) = [found for found in result.judged if (found.half, found.figure, found.action) == (half, figure, "label")]
    return found


def test_points_go_where_the_labels_are(tuned: Tuning) -> None:
    points = {rule_points.rule: rule_points.fitted for rule_points in tuned.points}
    assert points["fraud.right"] >= 30
    assert points["fraud.wrong"] < 30
    assert points["fraud.silent"] == 33
    assert tuned.points[2].coefficient is None


def test_the_other_half_judges_them(tuned: Tuning, known: Corpus) -> None:
    recall, alarms = judged(tuned, "judged", "recall"), judged(tuned, "judged", "over-blocking")
    assert tuned.rows_fitted + tuned.rows_judged == 400
    assert recall.change.rows + alarms.change.rows == tuned.rows_judged
    assert recall.change.hit_b == recall.change.rows
    assert (alarms.category, alarms.change.hit_b) == (ANY, 0)
    other = known.take(known.halves == 1)
    assert recall.change.hit_a == sum(1 for m in other.messages if "骗钱" in m.text)


def test_a_rule_is_never_seen_by_rows_that_it_is_judged_on(known: Corpus) -> None:
    """Labels of the judged half may be anything: the points stay the same."""
    from dataclasses import replace

    swapped = tuple("none" if half else label for label, half in zip(known.labels, known.halves, strict=True))
    keep = [i for i in range(len(known)) if known.halves[i]][:25]
    labels = tuple("fraud" if i in keep else label for i, label in enumerate(swapped))
    assert tune(policy(), replace(known, labels=labels)).points == tune(policy(), known).points


@pytest.mark.parametrize(("least", "most"), [(5, 40), (0, 90), (35, 35)])
def test_points_are_integers_within_bounds(least: int, most: int, known: Corpus) -> None:
    for rule_points in tune(policy(), known, least=least, most=most).points:
        assert isinstance(rule_points.fitted, int)
        assert rule_points.fitted == rule_points.as_is or least <= rule_points.fitted <= most


def test_caps_and_reliefs_are_respected(corpus: MakeCorpus) -> None:
    """With a cap of 20 on its group no points of 骗 alone reach a step, and none are given."""
    capped = engine(
        rule("fraud.right", "w", text("w", "骗"), score=10, group="g"),
        rule("fraud.other", "w", text("w", "钱"), score=40),
        relief("relief.warn", "w", text("w", "别"), by=None),
        caps={"g": 20},
    )
    body = (("骗", "fraud", 100), ("钱", "fraud", 40), ("别骗", "none", 60), ("好", "none", 100))
    result = tune(capped, corpus(rows(*body), ("fraud",), label="label"))
    assert judged(result, "judged", "recall").change.gained == 0
    assert judged(result, "judged", "over-blocking").change.hit_b == 0


def test_points_stay_where_none_do_better(corpus: MakeCorpus) -> None:
    good = engine(rule("fraud.right", "w", text("w", "骗"), score=60))
    result = tune(good, corpus(rows(("骗", "fraud", 80), ("好", "none", 80)), ("fraud",), label="label"))
    assert result.changes() == {}
    assert "points of 0 of 1 rules change" in as_text(view(result), 100)


def test_canary_noise_gives_no_points_that_hold_on_the_other_half(corpus: MakeCorpus) -> None:
    random = np.random.default_rng(4)
    bodies = [("甲乙丙丁"[random.integers(4)], ("fraud", "none")[random.integers(2)], 1) for _ in range(300)]
    four = engine(*(rule(f"fraud.r{i}", "w", text("w", char), score=20) for i, char in enumerate("甲乙丙丁")))
    result = tune(four, corpus(rows(*bodies), ("fraud",), label="label"))
    gain = judged(result, "judged", "recall").change.change
    harm = judged(result, "judged", "over-blocking").change.change
    assert gain.value is not None
    assert harm.value is not None
    assert gain.value - harm.value < 0.15


def test_canary_a_policy_that_blocks_everything_cannot_be_mended_by_points(corpus: MakeCorpus) -> None:
    result = tune(blocks_everything(), corpus(rows(("骗", "fraud", 80), ("好", "none", 80)), ("fraud",), label="label"))
    alarms = judged(result, "judged", "over-blocking")
    assert (alarms.change.hit_a, result.changes()) == (alarms.change.rows, {})


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"least": 50, "most": 40}, "no bounds"),
        ({"least": -1}, "no bounds"),
        ({"categories": ("spam",)}, "no category `spam`"),
    ],
)
def test_what_makes_no_sense_is_an_error(options: dict[str, object], message: str, known: Corpus) -> None:
    with pytest.raises(InputError, match=message):
        tune(policy(), known, **options)  # type: ignore[arg-type]


def test_one_class_only_and_too_few_rows_are_errors(corpus: MakeCorpus) -> None:
    with pytest.raises(InputError, match="fewer than 20 rows"):
        tune(policy(), corpus(rows(("好", "none", 200)), ("fraud",), label="label"))
    with pytest.raises(InputError, match="fewer than 20 rows"):
        tune(policy(), corpus(rows(("骗", "fraud", 10), ("好", "none", 10)), ("fraud",), label="label"))


@pytest.mark.parametrize("figure", ["recall", "precision", "over-blocking"])
def test_a_card_that_forbids_the_figures_forbids_fitting(corpus: MakeCorpus, figure: str) -> None:
    made = corpus(rows(("骗", "fraud", 80), ("好", "none", 80)), ("fraud",), label="label", forbidden=(figure,))
    with pytest.raises(InputError, match=f"the card forbids {figure}"):
        tune(policy(), made)


def test_a_step_that_a_category_does_not_have(corpus: MakeCorpus) -> None:
    mild = engine(rule("fraud.right", "w", text("w", "骗")), actions={"fraud": {"label": 30}})
    made = corpus(rows(("骗", "fraud", 80), ("好", "none", 80)), ("fraud",), label="label")
    with pytest.raises(InputError, match="no step `block`"):
        tune(mild, made, aim="block")


# ------------------------------------------------------------------ forms and the file


def test_the_result_is_as_its_schema_says_and_the_same_each_time(known: Corpus, tuned: Tuning) -> None:
    told: list[int] = []
    again = tune(policy(), known, progress=told.append)
    assert again == tuned
    assert told == sorted(told)
    assert max(told) <= rows_decided(policy(), known)
    jsonschema.validate(json.loads(as_json(view(tuned))), schema("tune"), jsonschema.Draft202012Validator)
    assert "<svg" in as_html(view(tuned))


RULES = """\
ruleset: small
title: Small
category: fraud
clauses: {F1: A clause.}
rules:
  - {id: fraud.right, title: Right, clause: F1, status: stable, score: 10, patterns: {w: {text: [骗]}}, when: w}
  - {id: fraud.wrong, title: Wrong, clause: F1, status: stable, score: 60, patterns: {w: {text: [钱]}}, when: w}
"""
POLICY = """\
policy: small
title: Small
rulesets: [small.yaml]
actions: {fraud: {label: 30, review: 50, block: 90}}
"""


def test_the_file_is_a_policy_that_decides_as_was_judged(known: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "small.yaml").write_text(RULES, encoding="utf-8")
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    result = tune(load(folder / "policy.yaml"), known)
    target = tmp_path / "tuned.yaml"
    target.write_text(override(result, folder / "policy.yaml", target), encoding="utf-8")
    made = load(target)
    assert made.policy.id == "small-tuned"
    assert {r.id: r.score for r in made.policy.rules} == {
        rule_points.rule: rule_points.fitted for rule_points in result.points
    }
    half = known.take(known.halves == 1)
    hit = sum(
        RANK[made.decide(m.text).action] > 0
        for m, label in zip(half.messages, half.labels, strict=True)
        if label != "none"
    )
    assert hit == judged(result, "judged", "recall").change.hit_b
