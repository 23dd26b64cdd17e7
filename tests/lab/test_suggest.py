"""An adviser that never acts: what was planted is found, what may not be shown is not, and noise gives nothing."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import numpy as np
import pytest
from sklearn.metrics import roc_curve

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.advice.gap import ModelGap, model_hits
from modengine.lab.advice.proposals import DIGITS, LONGEST, Proposal
from modengine.lab.advice.suggest import Suggestion, steps, suggest
from modengine.lab.data.corpus import Corpus
from modengine.lab.report.render import as_html, as_json, as_text
from modengine.lab.report.report import make_report
from modengine.lab.report.schemas import schema
from modengine.lab.report.views.suggest import view
from tests.build import engine, rule, text
from tests.lab.corpora import MakeCorpus, blocks_everything, rows

BODY = (
    ("骗子来了", "fraud", 60), ("赚翻！", "fraud", 80), ("✨福！", "fraud", 40), ("小心骗子", "none", 60),
    ("赚到", "none", 20), ("今天好", "none", 140),
)  # fmt: skip
"""骗 is known and also hits warnings; 赚翻 and ✨ are missed."""


def policy() -> Engine:
    return engine(rule("fraud.known", "w", text("w", "骗")))


def made(corpus: MakeCorpus, **columns: Any) -> Corpus:
    kinds = [{**row, "kind": "new" if str(row["text"])[0] in "赚✨" else "old"} for row in rows(*BODY)]
    return corpus(kinds, ("fraud",), label="label", stratum="kind", **columns)


@pytest.fixture
def found(corpus: MakeCorpus) -> Suggestion:
    return suggest(policy(), [made(corpus, invented=True)])


def of(result: Suggestion, purpose: str) -> dict[str, Proposal]:
    return {this.text: this for this in result.proposals if this.purpose == purpose}


# ------------------------------------------------------------------ the gap


@pytest.mark.parametrize("allowed", [0, 1, 7, 40, 99])
def test_the_model_hits_as_roc_curve_says(allowed: int) -> None:
    """scikit-learn's ROC curve: the most true positives at no more than so many false ones; ties among the scores."""
    random = np.random.default_rng(3)
    own = np.repeat([True, False], [50, 100])
    scores = np.round(random.normal(size=150) + own, 1)
    false, true, _ = roc_curve(own, scores, drop_intermediate=False)
    hit = model_hits(scores, ~own, allowed)
    assert (hit & ~own).sum() <= allowed
    assert (hit & own).sum() == round(max(true[false <= allowed / 100 + 1e-9]) * 50)


def test_a_model_may_hit_everything_where_the_policy_does() -> None:
    assert model_hits(np.arange(4.0), np.array([True, True, False, False]), 2).all()


def test_the_gap_is_told_on_the_checking_half_at_the_same_over_blocking(corpus: MakeCorpus) -> None:
    one = made(corpus)
    (gap,) = suggest(policy(), [one], advise=False).gaps
    checking = one.halves == 1
    own = np.array([label == "fraud" for label in one.labels]) & checking
    known = np.array(["骗" in one.text(i) for i in range(len(one))])
    assert (gap.recall.k, gap.recall.n) == ((own & known).sum(), own.sum())
    assert gap.over_blocking.k == (checking & ~own & known).sum()
    assert gap.model_over_blocking.k <= gap.over_blocking.k
    assert gap.model_recall.value == 1.0
    assert gap.gap.gained == (own & ~known).sum()
    assert gap.gap.change.low is not None
    assert gap.gap.change.low > 0.3


def test_labels_that_are_noise_leave_no_gap_and_no_slice(corpus: MakeCorpus) -> None:
    random = np.random.default_rng(5)
    noise = [{**row, "label": random.choice(["fraud", "none"])} for row in rows(("话", "", 400))]
    result = suggest(policy(), [corpus(noise, ("fraud",), label="label")])
    (gap,) = result.gaps
    assert gap.gap.change.high is not None
    assert gap.gap.change.high < 0.15
    assert result.slices.found == ()


def test_a_corpus_with_harmless_rows_has_a_threshold_of_its_own(corpus: MakeCorpus) -> None:
    """What tells a source, here a mark at the end, is no help within it."""
    ours = made(corpus)
    easy = corpus(rows(("晴空", "none", 60)), ("fraud",), label="label")
    bare = corpus(rows(("赚翻", "fraud", 60)), ("fraud",), label="label")
    result = suggest(policy(), [ours, easy, bare], advise=False)
    gaps = {gap.among: gap for gap in result.gaps}
    assert set(gaps) == {"(all)", ours.name, bare.name}
    assert gaps[ours.name].model_over_blocking.k <= gaps[ours.name].over_blocking.k
    assert result.apart == (bare.name,)
    assert any(f"{bare.name} has no harmless rows" in line for line in view(result).summary)


def test_several_categories_are_compared_together_too(corpus: MakeCorpus) -> None:
    both = engine(
        rule("fraud.known", "w", text("w", "骗")), rule("violence.known", "w", text("w", "打"), category="violence")
    )
    one = corpus(rows(("骗人", "fraud", 60), ("打人", "violence", 60), ("好话", "none", 90)), label="label")
    result = suggest(both, [one], advise=False)
    assert [gap.category for gap in result.gaps] == ["(any)", *both.policy.categories]
    assert result.gaps[0].recall.n == sum(gap.recall.n for gap in result.gaps[1:])


def test_a_policy_that_blocks_everything_leaves_nothing_to_gain(corpus: MakeCorpus) -> None:
    result = suggest(blocks_everything(), [made(corpus)])
    gap: ModelGap = result.gaps[0]
    assert (gap.gap.gained, gap.gap.lost, gap.over_blocking.value) == (0, 0, 1.0)
    assert of(result, "catch") == {}


# ------------------------------------------------------------------ proposals and rows


def test_what_is_missed_is_proposed_and_counted_on_both_halves(found: Suggestion) -> None:
    catch = of(found, "catch")
    missed, sign = catch["赚翻"], next(this for name, this in catch.items() if "✨" in name)
    assert (missed.kind, sign.kind) == ("term", "sign")
    assert sum(half.k for half in missed.wanted) == 80
    assert sum(half.n for half in missed.wanted) == 120
    assert sum(half.n for half in missed.harmful) == 180
    assert [half.k for half in missed.harmless] == [0, 0]
    assert min(half.k for half in missed.wanted) > 20
    assert all("赚翻" in example for example in missed.examples)
    assert not any("骗" in name for name in catch)


def test_what_excuses_false_alarms_is_proposed_apart(found: Suggestion) -> None:
    (relief,) = [this for name, this in of(found, "relieve").items() if "小心" in name]
    assert sum(half.k for half in relief.wanted) == 60
    assert [half.k for half in relief.harmful] == [0, 0]


def test_a_proposal_is_no_text_and_no_number(corpus: MakeCorpus) -> None:
    body = [{**row, "text": f"{row['text']}请拨打13800000000马上联系我们的客服人员"} for row in rows(*BODY[:3])]
    one = corpus([*body, *rows(*BODY[3:])], ("fraud",), label="label")
    found = suggest(policy(), [one]).proposals
    assert found
    assert all(len(this.text) <= LONGEST for this in found)
    assert all(sum(char.isdigit() for char in this.text) <= DIGITS for this in found)


def test_only_rows_of_the_writing_half_are_to_be_read(corpus: MakeCorpus) -> None:
    one = made(corpus)
    result = suggest(policy(), [one], most=500)
    places = {message.id: i for i, message in enumerate(one.messages)}
    for errors in ("misses", "false alarms"):
        listed = [this for this in result.errors if this.errors == errors]
        assert listed
        assert all(one.halves[places[this.row]] == 0 for this in listed)
        scores = [this.score for this in listed]
        assert scores == sorted(scores, reverse=errors == "misses")
    misses, wrong = result.counted["fraud"]
    assert len(result.errors) == misses + wrong
    assert {this.rules for this in result.errors if this.errors == "false alarms"} == {("fraud.known",)}


def test_texts_are_shown_where_they_may_be(corpus: MakeCorpus) -> None:
    closed, asked = (suggest(policy(), [made(corpus)], show_text=show) for show in (False, True))
    assert {this.text for this in closed.errors} == {None}
    assert not any(this.examples for this in closed.proposals)
    assert all(this.text for this in asked.errors)
    assert any(this.examples for this in asked.proposals)
    assert "天地" not in as_text(view(closed), 80)


def test_the_same_seed_gives_the_same_advice(corpus: MakeCorpus, found: Suggestion) -> None:
    again = suggest(policy(), [made(corpus, invented=True)])
    assert (again.gaps, again.proposals, again.slices) == (found.gaps, found.proposals, found.slices)


# ------------------------------------------------------------------ slices


def test_slices_in_which_errors_gather_are_named_and_checked(found: Suggestion) -> None:
    slices = {(this.errors, this.by, this.value): this for this in found.slices.found}
    new = slices["misses", "stratum", "new"]
    assert new.inside.value == 1.0
    assert new.outside.value == 0.0
    assert new.checked_inside.value == 1.0
    assert new.p <= new.p_bh < 0.05
    assert ("misses", "stratum", "old") not in slices
    assert any(key[:2] == ("false alarms", "word") and key[2] in ("小心", "骗子") for key in slices)
    assert found.slices.tested > len(slices)


# ------------------------------------------------------------------ how it is shown, and what it refuses


def test_it_is_shown_in_each_form(found: Suggestion) -> None:
    shown = view(found, frozenset({found.stamp.corpora[0].name}))
    names = [table.name for table in shown.tables]
    assert names == ["gap", "misses", "false-alarms", "proposals", "reliefs", "slices"]
    assert "nothing of it enters a decision" in as_text(shown, 80)
    assert max(map(len, as_text(view(found), 80).splitlines())) <= 80
    assert "赚翻" in as_html(shown)
    jsonschema.validate(json.loads(as_json(shown)), schema("suggest"), jsonschema.Draft202012Validator)


def test_a_report_has_the_gap_and_the_slices_alone(corpus: MakeCorpus) -> None:
    result = make_report(policy(), [made(corpus)], sections=("suggest",))
    assert [table.name for table in result.views[0].tables] == ["gap", "slices"]


def test_where_there_is_nothing_to_advise_the_tables_are_empty(corpus: MakeCorpus) -> None:
    sound = suggest(policy(), [corpus(rows(("骗", "fraud", 40), ("好", "none", 40)), ("fraud",), label="label")])
    assert (sound.errors, sound.proposals, sound.counted) == ((), (), {"fraud": (0, 0)})
    shown = {table.name: table for table in view(sound).tables}
    assert all(not shown[name].rows for name in ("misses", "false-alarms", "proposals", "reliefs", "slices"))
    assert "--show-text" not in as_text(view(sound), 80)


@pytest.mark.parametrize(
    ("body", "columns", "categories", "says"),
    [
        (BODY, {"label": "label"}, ("arson",), "no category `arson`"),
        ((("骗", "fraud", 40),), {"label": "label"}, (), "no harmless rows"),
        (
            (("骗", "fraud", 40), ("好", "none", 40)),
            {"label": "label", "forbidden": ("over-blocking",)},
            (),
            "harmless",
        ),
        ((("骗", "fraud", 40), ("好", "none", 40)), {"label": "label", "forbidden": ("recall",)}, (), "0 rows of it"),
        ((("骗", "fraud", 3), ("好", "none", 40)), {"label": "label"}, (), "and 10 are needed"),
        ((("", "fraud", 40), ("好", "none", 40)), {"label": "label", "cluster": "label"}, (), "needed|fewer than 5"),
    ],
)
def test_what_cannot_be_advised_on_is_said(
    corpus: MakeCorpus, body: Any, columns: dict[str, Any], categories: tuple[str, ...], says: str
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        suggest(policy(), [corpus(rows(*body), ("fraud",), **columns)], categories=categories)
    assert caught.value.hint


def test_texts_with_nothing_in_common_are_refused(corpus: MakeCorpus) -> None:
    empty = [{"text": "", "label": "fraud" if i % 2 else "none", "group": str(i)} for i in range(120)]
    with pytest.raises(InputError, match="have a character in common"):
        suggest(policy(), [corpus(empty, ("fraud",), label="label", cluster="group")])


def test_progress_stays_within_what_was_said(corpus: MakeCorpus) -> None:
    told: list[int] = []
    one = made(corpus)
    suggest(policy(), [one], progress=told.append)
    assert told == sorted(told)
    assert told[-1] <= steps(policy(), [one])
