"""Points fitted under a limit on false alarms, in sample and out of fold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import numpy as np
import pytest

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.derived import repointed
from modengine.lab.data.hits import SMALL, ordinary_strata, row_hits, stratum_names
from modengine.lab.report.render import as_html, as_json, as_text
from modengine.lab.report.schemas import schema
from modengine.lab.report.views.fit import view
from modengine.lab.studies.fit import CategoryFit, Fit, FitFigure, fit, steps
from modengine.lab.studies.fitting.policy import override
from modengine.lab.studies.fitting.problem import FitOptions, problem
from modengine.lab.studies.fitting.rows import fit_rows
from modengine.loading import load
from modengine.model import RANK, Message
from modengine.policy.grammar import parse
from modengine.policy.model import Override
from modengine.policy.nodes import yaml
from modengine.policy.nodes.diagnostics import Diagnostics
from tests.build import HERE, engine, relief, rule, text
from tests.lab.corpora import SMALL_RULES, MakeCorpus, blocks_everything, rows

FEW = {"draws": 10}


def policy() -> Engine:
    """骗 is weak although always right; 钱 is strong although mostly wrong; 龘 hits nothing here."""
    return engine(
        rule("fraud.right", "w", text("w", "骗"), score=10),
        rule("fraud.wrong", "w", text("w", "钱"), score=60),
        rule("fraud.silent", "w", text("w", "龘"), score=33),
    )


BODY = (("骗", "fraud", 120), ("骗钱", "fraud", 20), ("钱", "none", 100), ("好", "none", 400))


@pytest.fixture
def known(corpus: MakeCorpus) -> Corpus:
    return corpus(rows(*BODY), ("fraud",), label="label")


@pytest.fixture
def found(known: Corpus) -> Fit:
    return fit(policy(), [known], **FEW)


def figure(result: CategoryFit, name: str, among: str = "", action: str = "review") -> FitFigure:
    wanted = (name, among or {"recall": "(all)", "false alarms": "(ordinary)"}[name], action)
    (this,) = [this for this in result.figures if (this.figure, this.among, this.action) == wanted]
    return this


def points_of(result: CategoryFit) -> dict[str, int]:
    return {this.rule: this.fitted for this in result.points}


# ------------------------------------------------------------------ what is fitted


def test_points_go_where_the_labels_are(found: Fit) -> None:
    (fraud,) = found.fits
    points = points_of(fraud)
    assert points["fraud.right"] >= 50
    assert points["fraud.wrong"] < 50
    assert points["fraud.silent"] == 33
    by_rule = {this.rule: this for this in fraud.points}
    assert (by_rule["fraud.silent"].kept, by_rule["fraud.right"].kept) == (True, False)
    assert (by_rule["fraud.wrong"].own, by_rule["fraud.wrong"].ordinary) == (20, 100)
    assert by_rule["fraud.right"].low >= 50
    assert by_rule["fraud.right"].used == 1.0


def test_every_figure_stands_before_and_after_in_and_out_of_fold(found: Fit) -> None:
    (fraud,) = found.fits
    recall, alarms = figure(fraud, "recall"), figure(fraud, "false alarms")
    assert (recall.as_is.k, recall.in_sample.k, recall.out_of_fold.k, recall.as_is.n) == (20, 140, 140, 140)
    assert (alarms.as_is.k, alarms.in_sample.k, alarms.out_of_fold.k, alarms.as_is.n) == (100, 0, 0, 500)
    assert recall.other_source.n == 0  # there is one corpus
    assert (recall.change.gained, recall.change.lost) == (120, 0)
    (limit,) = fraud.limits
    assert (limit.rows, limit.allowed, limit.as_is, limit.in_sample, limit.out_of_fold) == (500, 1, 100, 0, 0)
    assert limit.met
    assert fraud.threshold == 50


def test_points_of_a_part_do_not_see_the_labels_of_the_others(known: Corpus) -> None:
    """What is told of rows left out may be anything: the points stay the same."""
    hits = row_hits(policy(), [known])
    part = known.folds(5, 1) != 0
    options = FitOptions("review", 0.003, 25, 5, None)
    points = []
    for labels in (known.labels, tuple("none" if there else "fraud" for there in part)):
        told = tuple(mine if there else other for mine, other, there in zip(known.labels, labels, part, strict=True))
        made = fit_rows([replace(known, labels=told)], hits, 5, 1)
        strata = ordinary_strata(made.names, 0.003)
        made_problem = problem(policy().policy, hits, "fraud", made.own("fraud"), strata, made.clusters, options)
        points.append(made_problem.solved(part).points.tolist())
    assert points[0] == points[1]


def test_the_sum_that_is_fitted_is_the_engines(corpus: MakeCorpus) -> None:
    """Caps, a relief of one rule, one of all and one of the category, with other points than those seen."""
    made = engine(
        rule("fraud.a", "w", text("w", "骗"), score=40, group="g"),
        rule("fraud.b", "w", text("w", "钱"), score=30, group="g"),
        rule("fraud.c", "w", text("w", "赚"), score=25),
        relief("relief.a", "w", text("w", "别"), by=20),
        relief("relief.b", "w", text("w", "嘛"), by=None, rules=("fraud.c",)),
        caps={"g": 55},
    )
    bodies = [
        ("".join(c for c, there in zip("骗钱赚别嘛", f"{n:05b}", strict=True) if there == "1") or "好")
        for n in range(32)
    ]
    known = corpus(rows(*((body, "fraud", 6) for body in bodies), ("好", "none", 40)), ("fraud",), label="label")
    hits = row_hits(made, [known])
    own, clusters = np.array([label == "fraud" for label in known.labels]), known.clusters
    strata = ordinary_strata(stratum_names([known]), 0.003)
    given = problem(made.policy, hits, "fraud", own, strata, clusters, FitOptions("review", 0.003, 25, 5, None))
    assert (given.sums.offset == 0).all()
    for points in ([40, 30, 25], [10, 60, 50], [35, 35, 35], [0, 0, 90], [90, 5, 0]):
        again = row_hits(repointed(made, dict(zip(("fraud.a", "fraud.b", "fraud.c"), points, strict=True))), [known])
        assert given.ranks(np.array(points)).tolist() == again.ranks[:, 0].tolist()


def test_caps_and_reliefs_are_respected(corpus: MakeCorpus) -> None:
    """With a cap of 20 on its group no points of 骗 alone reach a step."""
    capped = engine(
        rule("fraud.right", "w", text("w", "骗"), score=10, group="g"),
        rule("fraud.other", "w", text("w", "钱"), score=50),
        relief("relief.warn", "w", text("w", "别"), by=None),
        caps={"g": 20},
    )
    body = (("骗", "fraud", 100), ("钱", "fraud", 40), ("别骗", "none", 60), ("好", "none", 100))
    (fraud,) = fit(capped, [corpus(rows(*body), ("fraud",), label="label")], **FEW).fits
    assert figure(fraud, "recall").in_sample.k == 40
    assert figure(fraud, "false alarms").in_sample.k == 0
    assert fraud.differing == 0


def test_strata_are_corpora_stratum_columns_or_harmless_labels(corpus: MakeCorpus) -> None:
    given = rows(("甲", "talk", 400), ("乙", "news", 350), ("丙", "verse", 30), ("丁", "fraud", 5))
    by_label = corpus(given, ("fraud",), label="label", none=("talk", "news", "verse"))
    marked = [{**row, "label": "none", "part": "xy"[i % 2]} for i, row in enumerate(rows(("好", "none", 800)))]
    by_column = replace(corpus(marked, ("fraud",), label="label", stratum="part"), name="parts")
    bare = replace(corpus(rows(("好", "none", 20)), ("fraud",)), name="bare")
    names = stratum_names([replace(by_label, name="mixed"), by_column, bare])
    strata = ordinary_strata(names, 0.003)
    assert strata.names == ("mixed: news", "mixed: talk", "parts: x", "parts: y", SMALL)
    assert np.bincount(strata.of[strata.of >= 0]).tolist() == [350, 400, 400, 400, 50]
    assert (strata.of == -1).sum() == 5


def test_a_corpus_that_was_left_out_is_judged_by_the_others(corpus: MakeCorpus) -> None:
    """骗 is right in both; 钱 is right in the second alone, of which the first knows nothing."""
    first = replace(
        corpus(rows(("骗", "fraud", 40), ("钱", "none", 40), ("好", "none", 300)), ("fraud",), label="label"),
        name="one",
    )
    second = replace(corpus(rows(("骗", "fraud", 30), ("钱", "fraud", 30)), ("fraud",), label="label"), name="two")
    (fraud,) = fit(policy(), [first, second], **FEW).fits
    assert figure(fraud, "recall", "two").other_source.k == 30
    assert figure(fraud, "recall", "two").as_is.k == 30
    assert figure(fraud, "recall", "one").other_source.n == 0  # the second has no ordinary rows


def test_a_category_without_the_step_is_fitted_at_the_one_below(corpus: MakeCorpus) -> None:
    mild = engine(rule("fraud.right", "w", text("w", "骗"), score=10), actions={"fraud": {"label": 30}})
    (fraud,) = fit(mild, [corpus(rows(*BODY), ("fraud",), label="label")], **FEW).fits
    assert (fraud.aim, fraud.threshold, figure(fraud, "recall", action="label").in_sample.k) == ("label", 30, 140)


# ------------------------------------------------------------------ canaries


def test_canary_noise_gives_no_points_that_hold_out_of_fold(corpus: MakeCorpus) -> None:
    random = np.random.default_rng(4)
    bodies = [("甲乙丙丁"[random.integers(4)], ("fraud", "none")[random.integers(2)], 1) for _ in range(500)]
    four = engine(*(rule(f"fraud.r{i}", "w", text("w", char), score=20) for i, char in enumerate("甲乙丙丁")))
    (fraud,) = fit(four, [corpus(rows(*bodies), ("fraud",), label="label")], false_alarms=0.02, **FEW).fits
    assert figure(fraud, "recall").out_of_fold.k == 0


def test_canary_a_policy_that_blocks_everything_is_left_without_points(corpus: MakeCorpus) -> None:
    given = corpus(rows(("骗", "fraud", 80), ("好", "none", 80)), ("fraud",), label="label")
    (fraud,) = fit(blocks_everything(), [given], **FEW).fits
    alarms = figure(fraud, "false alarms")
    assert (alarms.as_is.k, alarms.out_of_fold.k) == (80, 0)


# ------------------------------------------------------------------ channels


@pytest.fixture
def two_channels(corpus: MakeCorpus) -> Corpus:
    """钱 is a sign of fraud in groups alone."""
    group = rows(("钱", "fraud", 60), ("好", "none", 60), channel="group")
    private = rows(("骗", "fraud", 60), ("钱", "none", 60), ("好", "none", 60), channel="private")
    both = [{**row, "number": str(i)} for i, row in enumerate([*group, *private])]
    return corpus(both, ("fraud",), label="label", cluster="number")


def test_a_channel_has_points_of_its_own(two_channels: Corpus) -> None:
    result = fit(policy(), [two_channels], by="channel", **FEW)
    everywhere, group, private = result.fits
    assert [this.value for this in result.fits] == [None, "group", "private"]
    assert points_of(group)["fraud.wrong"] >= 50 > points_of(private)["fraud.wrong"]
    assert points_of(everywhere)["fraud.wrong"] < 50
    assert (group.own, group.ordinary) == (60, 60)
    assert figure(group, "recall").out_of_fold.k == 60


def test_points_of_channels_are_written_by_condition(two_channels: Corpus) -> None:
    result = fit(policy(), [two_channels], by="channel", **FEW)
    written = override(result, Path("rules/a.yaml"), Path("fitted.yaml"))
    _, entries = written.split("points:\n")
    lines = entries.splitlines()
    assert lines[0] == """  - when: 'message.channel == "group"'"""
    assert lines[1] == "    scores:"
    assert f"      fraud.wrong: {points_of(result.fits[1])['fraud.wrong']}" in lines
    report = Diagnostics()
    assert yaml.parse(written, "fitted.yaml", report) is not None
    assert not report.found


def test_a_value_is_quoted_as_conditions_and_yaml_ask(two_channels: Corpus) -> None:
    result = fit(policy(), [two_channels], by="channel", **FEW)
    odd = 'it\'s a "b" \\ c'
    fits = tuple(msgspec.structs.replace(this, value=odd) if this.value == "group" else this for this in result.fits)
    written = override(msgspec.structs.replace(result, fits=fits), Path("a.yaml"), Path("b.yaml"))
    (line,) = [line for line in written.splitlines() if "it''s" in line]
    condition: Any = parse(line.split("when: '")[1][:-1].replace("''", "'"))
    assert condition.value == odd


def test_channels_with_too_few_rows_are_left_out_with_the_reason(corpus: MakeCorpus) -> None:
    given = rows(*BODY, channel="group") + [
        {**row, "id": "x", "channel": "private"} for row in rows(("骗", "fraud", 3))
    ]
    result = fit(policy(), [corpus(given, ("fraud",), label="label")], by="channel", **FEW)
    assert result.left_out == {"fraud, private": "it has 3 rows, and 20 are needed"}


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"categories": ("spam",)}, "no category `spam`"),
        ({"by": "mood"}, "`mood` is no field of the policy"),
        ({"by": "reposts"}, "`reposts` is of kind integer"),
        ({"by": "app"}, "no row has the field `app`"),
    ],
)
def test_what_makes_no_sense_is_an_error(options: dict[str, Any], message: str, known: Corpus) -> None:
    with pytest.raises(InputError, match=message) as caught:
        fit(policy(), [known], **options)
    assert caught.value.code == "ME911"
    assert caught.value.hint


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ((("好", "none", 200),), "fraud: no row is labelled with it"),
        ((("骗", "fraud", 10), ("好", "none", 200)), "fraud: it has 10 rows, and 20 are needed"),
        ((("骗", "fraud", 40), ("好", "none", 10)), "fraud: there are 10 ordinary rows, and 20 are needed"),
        ((("骗", "fraud", 40),), "has no ordinary rows"),
    ],
)
def test_too_few_rows_are_an_error(body: tuple[tuple[str, str, int], ...], message: str, corpus: MakeCorpus) -> None:
    with pytest.raises(InputError, match=message) as caught:
        fit(policy(), [corpus(rows(*body), ("fraud",), label="label")])
    assert caught.value.hint


def test_copies_of_a_few_texts_are_too_few(corpus: MakeCorpus) -> None:
    given = [*({"text": "骗钱骗钱骗钱", "label": "fraud"} for _ in range(40)), *rows(("好", "none", 40))]
    with pytest.raises(InputError, match="versions of fewer than 5 texts"):
        fit(policy(), [corpus(given, ("fraud",), label="label")])


@pytest.mark.parametrize(("forbidden", "message"), [("recall", "no row is labelled"), ("over-blocking", "no ordinary")])
def test_a_card_that_forbids_a_figure_forbids_fitting_to_it(corpus: MakeCorpus, forbidden: str, message: str) -> None:
    given = corpus(rows(*BODY), ("fraud",), label="label", forbidden=(forbidden,))
    with pytest.raises(InputError, match=message):
        fit(policy(), [given])


# ------------------------------------------------------------------ forms and the file


def test_the_result_is_as_its_schema_says_and_the_same_each_time(known: Corpus, found: Fit) -> None:
    told: list[int] = []
    assert fit(policy(), [known], progress=told.append, **FEW) == found
    assert told == sorted(told)
    assert max(told) <= steps(policy(), [known])
    jsonschema.validate(json.loads(as_json(view(found))), schema("fit"), jsonschema.Draft202012Validator)
    assert "<svg" in as_html(view(found))
    printed = as_text(view(found), 80)
    assert max(map(len, printed.splitlines())) <= 80
    assert "fraud.silent" in printed


def test_without_draws_points_have_no_bounds_but_themselves(known: Corpus) -> None:
    (fraud,) = fit(policy(), [known], draws=0).fits
    assert all(this.low == this.fitted == this.high for this in fraud.points)


POLICY = """\
policy: small
title: Small
rulesets: [small.yaml]
actions: {fraud: {label: 30, review: 50, block: 90}}
"""


def test_the_file_is_a_study_policy_that_decides_as_was_judged(known: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "small.yaml").write_text(SMALL_RULES, encoding="utf-8")
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    result = fit(load(folder / "policy.yaml"), [known], **FEW)
    target = tmp_path / "fitted.yaml"
    target.write_text(override(result, folder / "policy.yaml", target), encoding="utf-8")
    assert "score: 0}  # 60 before; 0 to" in target.read_text("utf-8")
    made = load(target)
    assert (made.policy.id, made.policy.study) == ("small-fitted", True)
    assert {r.id: r.score for r in made.policy.rules} == points_of(result.fits[0])
    hit = sum(
        RANK[made.decide(m.text).action] >= RANK["review"]
        for m, label in zip(known.messages, known.labels, strict=True)
        if label != "none"
    )
    assert hit == figure(result.fits[0], "recall").in_sample.k


def test_a_file_with_points_of_channels_decides_by_them(two_channels: Corpus, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL_RULES, encoding="utf-8")
    fields = "fields: {channel: {enum: [group, private]}}\n"
    (tmp_path / "policy.yaml").write_text(POLICY + fields, encoding="utf-8")
    result = fit(load(tmp_path / "policy.yaml"), [two_channels], by="channel", **FEW)
    target = tmp_path / "fitted.yaml"
    target.write_text(override(result, tmp_path / "policy.yaml", target), encoding="utf-8")
    made = load(target)
    _, group, private = (points_of(found)["fraud.wrong"] for found in result.fits)
    for channel, points in (("group", group), ("private", private)):
        [hit] = made.decide(Message("钱", fields={"channel": channel})).hits
        assert (hit.rule, hit.points) == ("fraud.wrong", points)


def test_rules_that_hit_nothing_keep_their_points(corpus: MakeCorpus) -> None:
    silent = engine(rule("fraud.silent", "w", text("w", "龘"), score=33))
    (fraud,) = fit(silent, [corpus(rows(*BODY), ("fraud",), label="label")], **FEW).fits
    assert points_of(fraud) == {"fraud.silent": 33}
    assert figure(fraud, "recall").out_of_fold.k == 0


def test_a_limit_of_nothing_allows_no_false_alarm(known: Corpus) -> None:
    (fraud,) = fit(policy(), [known], false_alarms=0.0, **FEW).fits
    assert [(this.stratum, this.allowed, this.in_sample) for this in fraud.limits] == [(SMALL, 0, 0)]
    assert figure(fraud, "recall").in_sample.k == 140


def test_an_override_that_hits_too_much_is_named(corpus: MakeCorpus) -> None:
    """No points take back what an override raises: the stratum stays above the limit, and the summary says so."""
    raised = engine(
        rule("fraud.right", "w", text("w", "骗"), score=10),
        rule("fraud.wrong", "w", text("w", "钱"), score=60),
        overrides=(Override(("fraud.wrong",), HERE, action="review"),),
    )
    result = fit(raised, [corpus(rows(*BODY), ("fraud",), label="label")], **FEW)
    (limit,) = result.fits[0].limits
    assert (limit.in_sample, limit.out_of_fold, limit.met) == (100, 100, False)
    assert "no points found bring" in as_text(view(result), 80)
