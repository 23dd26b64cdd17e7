"""Running a study: declared and exploratory, corrections against statsmodels, tests against SciPy, halves."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from scipy.stats import binomtest
from statsmodels.stats.multitest import multipletests

from modengine.errors import InputError
from modengine.lab.report.paper.references import REFERENCES
from modengine.lab.report.schemas import schema
from modengine.lab.stats.paired import PairedScore
from modengine.lab.study.model import KEYS
from modengine.lab.study.opened import open_study
from modengine.lab.study.read import read_study
from modengine.lab.study.run import StudyResult, run_study
from tests.commands import Command
from tests.lab.study.changing import change

SHARES = """\
  a: {figure: recall, policy: small, corpus: shop, category: fraud, action: label, at-least: 0.45}
  b: {figure: recall, policy: strict, corpus: shop, category: fraud, action: label, at-least: 0.8}
  c: {figure: over-blocking, policy: small, corpus: shop, action: label, at-most: 0.2}
  d: {figure: over-blocking, policy: strict, corpus: shop, action: label, at-most: 0.1}
  e: {figure: precision, policy: strict, corpus: shop, category: fraud, action: label, at-least: 0.5}
"""


def declare(study: Path, outcomes: str) -> None:
    text = study.read_text("utf-8")
    study.write_text(text[: text.index("outcomes:")] + "outcomes:\n" + outcomes, "utf-8")


def ran(study: Path, **options: Any) -> StudyResult:
    return run_study(open_study(read_study(study)), None, **options).result


def test_each_figure_is_declared_or_exploratory(study: Path) -> None:
    result = ran(study)
    declared = {figure.outcome: figure for figure in result.figures if figure.status == "declared"}
    assert set(declared) == {"caught", "more", "spared"}
    assert all(figure.outcome is None for figure in result.figures if figure.status == "exploratory")
    assert {outcome.outcome: outcome.found for outcome in result.outcomes} == {
        name: figure.found for name, figure in declared.items()
    }
    assert all(figure.p_bh is None for figure in declared.values())  # corrected after Holm, not with the explored
    assert len({figure.known for figure in result.figures}) == len(result.figures)
    assert all(figure.found.n > 0 for figure in result.figures)


def test_verdicts_of_the_example(study: Path) -> None:
    assert {o.outcome: o.verdict for o in ran(study).outcomes} == {
        "caught": "shown", "more": "shown", "spared": "contradicted",
    }  # fmt: skip


def test_shares_are_tested_by_the_exact_binomial_test_and_corrected_after_holm(study: Path) -> None:
    """SciPy's `binomtest` on the counts of the rows, which are independent; statsmodels' `multipletests`."""
    declare(study, SHARES)
    result = ran(study)
    counts = {"a": (14, 22), "b": (21, 22), "c": (0, 20), "d": (5, 20), "e": (21, 26)}
    bounds = {"a": 0.45, "b": 0.8, "c": 0.2, "d": 0.1, "e": 0.5}
    assert {o.outcome: (o.found.k, o.found.n) for o in result.outcomes} == counts
    sides = {
        name: [binomtest(*counts[name], bounds[name], alternative=side).pvalue for side in ("greater", "less")]
        for name in counts
    }
    claimed = [sides[name][name in "cd"] for name in counts]
    contrary = [sides[name][name not in "cd"] for name in counts]
    assert [o.p for o in result.outcomes] == pytest.approx(claimed)
    assert [o.p_holm for o in result.outcomes] == pytest.approx(multipletests(claimed, method="holm")[1])
    assert [o.p_against for o in result.outcomes] == pytest.approx(contrary)
    assert [o.p_against_holm for o in result.outcomes] == pytest.approx(multipletests(contrary, method="holm")[1])


def test_each_question_can_be_a_family_of_its_own(study: Path) -> None:
    change(study, "corpora:", "correction: holm-by-question\ncorpora:")
    by = {o.outcome: o for o in ran(study).outcomes}
    assert by["caught"].p_holm == by["caught"].p
    pair = [by[name].p for name in ("more", "spared")]
    assert [by[name].p_holm for name in ("more", "spared")] == pytest.approx(multipletests(pair, method="holm")[1])


def test_explored_tests_are_corrected_by_the_false_discovery_rate(study: Path) -> None:
    result = ran(study)
    tested = [figure for figure in result.figures if figure.status == "exploratory" and figure.p is not None]
    assert len(tested) >= 3
    expected = multipletests([figure.p for figure in tested], method="fdr_bh")[1]
    assert [figure.p_bh for figure in tested] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("direction", "policy", "than", "verdict"),
    [
        ("higher", "strict", "small", "shown"),
        ("lower", "strict", "small", "contradicted"),
        ("lower", "small", "strict", "shown"),
        ("higher", "small", "strict", "contradicted"),
        ("different", "small", "strict", "shown"),
    ],
)
def test_a_difference_has_a_direction(study: Path, direction: str, policy: str, than: str, verdict: str) -> None:
    """Seven rows change, all one way: (1/2)^7 for the side that was claimed, twice that for either."""
    declare(
        study,
        f"  more: {{figure: recall-difference, policy: {policy}, than: {than}, corpus: shop, action: label, "
        f"direction: {direction}}}\n",
    )
    (outcome,) = ran(study).outcomes
    assert outcome.verdict == verdict
    assert outcome.found.value == pytest.approx(7 / 22 if policy == "strict" else -7 / 22)
    side = outcome.p if verdict == "shown" else outcome.p_against
    assert side == pytest.approx(2 ** -(6 if direction == "different" else 7))


def test_policies_that_never_differ_leave_a_claim_open(study: Path) -> None:
    declare(
        study,
        "  none: {figure: recall-difference, policy: strict, than: small, corpus: shop, action: review, "
        "direction: higher}\n",
    )
    (outcome,) = ran(study).outcomes
    assert (outcome.verdict, outcome.p) == ("open", None)


MARGIN = "  near: {{figure: {figure}, policy: {policy}, than: {than}, corpus: shop, action: label, {claim}}}\n"


@pytest.mark.parametrize(
    ("claim", "policy", "figure", "verdict"),
    [
        ("direction: not-lower, margin: 0.05", "strict", "recall-difference", "shown"),
        ("direction: not-lower, margin: 0.05", "small", "recall-difference", "contradicted"),
        ("direction: not-higher, margin: 0.6", "strict", "recall-difference", "shown"),
        ("direction: not-higher, margin: 0.4", "strict", "recall-difference", "open"),
        ("direction: alike, margin: 0.6", "strict", "recall-difference", "shown"),
        ("direction: alike, margin: 0.02", "strict", "recall-difference", "contradicted"),
        ("direction: not-higher, margin: 0.01", "strict", "over-blocking-difference", "contradicted"),
    ],
)
def test_a_difference_is_held_against_its_margin(
    study: Path, claim: str, policy: str, figure: str, verdict: str
) -> None:
    """Seven of 22 rows of fraud, and five of 20 harmless ones, are gained; the limits decide what is not corrected."""
    than = {"strict": "small", "small": "strict"}[policy]
    declare(study, MARGIN.format(figure=figure, policy=policy, than=than, claim=claim))
    (outcome,) = ran(study).outcomes
    rows, n = (7, 22) if figure == "recall-difference" else (5, 20)
    gained, lost = (rows, 0) if policy == "strict" else (0, rows)
    tested, margin = PairedScore(gained, lost, n), float(claim.rpartition(" ")[2])
    assert outcome.limits == pytest.approx(tested.limits(0.05))
    low, high = tested.limits(0.05)
    inside = {"not-lower": low > -margin, "not-higher": high < margin, "alike": low > -margin and high < margin}
    assert outcome.p is not None
    assert (outcome.p < 0.05) == inside[claim.split(",", maxsplit=1)[0].removeprefix("direction: ")]
    assert outcome.verdict == verdict


def test_a_margin_can_be_tested_where_nothing_changes(study: Path) -> None:
    """No row of 22 differs at `review`: a change by 20 points would hardly have stayed unseen."""
    claim = "direction: alike, margin: 0.2"
    text = MARGIN.format(figure="recall-difference", policy="strict", than="small", claim=claim)
    declare(study, text.replace("action: label", "action: review"))
    (outcome,) = ran(study).outcomes
    assert (outcome.found.value, outcome.found.n, outcome.verdict) == (0.0, 22, "shown")


def test_margins_are_shown_with_their_limits_and_their_method(pinned: Path, command: Command) -> None:
    claim = "direction: not-lower, margin: 0.05"
    declare(pinned, MARGIN.format(figure="recall-difference", policy="strict", than="small", claim=claim))
    assert command("study", "pin", pinned, "--amend", "a margin").code == 0
    said = " ".join(command("study", "run", pinned, "--table", "declared").out.split())
    assert "not lower by 0.05" in said
    assert "limits at 5 % +" in said
    assert "Tango's score test" in said
    assert "tango1998" in REFERENCES
    page = command("study", "run", pinned, "--format", "html").out
    assert "Tango (1998)" in page


def test_too_few_rows_support_nothing(study: Path) -> None:
    change(study, "shop: shop.yaml", "shop: {card: shop.yaml, sample: 8}")
    declare(study, "  c: {figure: over-blocking, policy: small, corpus: shop, action: label, at-most: 0.9}\n")
    (outcome,) = ran(study).outcomes
    assert (outcome.verdict, outcome.p, outcome.p_holm) == ("unsupported", None, None)
    assert 0 < outcome.found.n < 10


@pytest.mark.usefixtures("few_templates")
def test_templates_and_disguises_can_be_declared(study: Path) -> None:
    declare(
        study,
        "  alike: {figure: unequal-templates, policy: small, at-most: 0.5}\n"
        "  wide: {figure: still-caught, policy: small, corpus: shop, category: fraud, action: label, kind: width, "
        "strength: 3, at-least: 0.7}\n"
        "  pinyin: {figure: still-caught, policy: small, corpus: shop, action: label, kind: pinyin, strength: 5, "
        "at-least: 0.7}\n",
    )
    result = ran(study)
    by = {o.outcome: o for o in result.outcomes}
    assert (by["alike"].found.n, by["alike"].declared) == (0, "unequal-templates (action), small: at most 0.5")
    assert by["alike"].verdict == "unsupported"  # it acts on none of them
    assert (by["wide"].verdict, by["wide"].found.n) == ("shown", 3 * 14)  # each caught row is disguised three times
    assert by["wide"].found.effective_n <= 14
    assert by["pinyin"].verdict == "contradicted"
    kinds = {figure.kind for figure in result.figures if figure.figure == "still-caught"}
    assert kinds == {"width", "pinyin"}
    assert {figure.policy for figure in result.figures if figure.figure == "unequal-templates"} == {"small"}


@pytest.mark.usefixtures("few_templates")
def test_what_is_explored_is_measured_for_every_policy(study: Path) -> None:
    change(study, "outcomes:", "explore: [fairness, evasion]\noutcomes:")
    result = ran(study)
    for figure in ("unequal-templates", "still-caught"):
        found = [one for one in result.figures if one.figure == figure]
        assert {one.policy for one in found} == {"small", "strict"}
        assert {one.status for one in found} == {"exploratory"}


def test_disguises_of_what_is_never_caught_support_nothing(study: Path) -> None:
    change(study.parent / "lures.yaml", "    score: 60", "    score: 5")
    declare(
        study,
        "  wide: {figure: still-caught, policy: small, corpus: shop, action: label, kind: width, strength: 1, "
        "at-least: 0.5}\n",
    )
    (outcome,) = ran(study).outcomes
    assert (outcome.verdict, outcome.found.value) == ("unsupported", None)


def test_halves_part_the_clusters(study: Path) -> None:
    change(study, "corpora:", "split: halves\ncorpora:")
    opened = open_study(read_study(study))
    checking, writing = opened.rows("shop", "checking"), opened.rows("shop", "writing")
    assert sorted([*checking, *writing]) == list(range(42))
    clusters = opened.corpora["shop"].clusters
    assert set(clusters[checking]).isdisjoint(clusters[writing])
    result = run_study(opened, None).result
    assert (result.half, result.stamp.corpora[0].rows) == ("checking", len(checking))
    harmless = [i for i in checking if opened.corpora["shop"].labels[i] == "none"]
    assert next(o for o in result.outcomes if o.outcome == "spared").found.n == len(harmless)


def test_on_the_writing_half_all_is_exploratory_and_nothing_is_tested(study: Path, command: Command) -> None:
    change(study, "corpora:", "split: halves\ncorpora:")
    printed = command("study", "run", study, "--writing", "--format", "json")
    assert printed.code == 0
    result = json.loads(printed.out)
    assert (result["half"], result["pin"], result["outcomes"]) == ("writing", None, [])
    assert Counter(figure["status"] for figure in result["figures"]).keys() == {"exploratory"}
    refused = command("study", "run", study)
    assert (refused.code, "is not pinned" in refused.err) == (2, True)


def test_a_study_without_halves_has_no_writing_half(study: Path, command: Command) -> None:
    ran = command("study", "run", study, "--writing")
    assert ran.code == 2
    assert "has no writing half" in ran.err


def test_a_corpus_of_one_cluster_cannot_be_cut(study: Path) -> None:
    change(study, "corpora:", "split: halves\ncorpora:")
    opened = open_study(read_study(study))
    opened.corpora["shop"].__dict__["halves"] = np.zeros(42, np.int64)  # as if all were near-duplicates
    with pytest.raises(InputError, match="the checking half of the corpus `shop` has no row"):
        run_study(opened, None)


def test_results_are_the_same_each_time(study: Path) -> None:
    assert ran(study) == ran(study)


def test_several_corpora_and_three_policies_are_compared_in_pairs(study: Path) -> None:
    folder = study.parent
    (folder / "third.yaml").write_text((folder / "small.yaml").read_text("utf-8").replace("small", "third"), "utf-8")
    change(folder / "third.yaml", "label: 30", "label: 50")
    (folder / "again.yaml").write_text((folder / "shop.yaml").read_text("utf-8"), "utf-8")
    change(study, "strict: strict.yaml}", "strict: strict.yaml, third: third.yaml}")
    change(study, "{shop: shop.yaml}", "{shop: shop.yaml, again: again.yaml}")
    result = ran(study)
    pairs = {(figure.policy, figure.than, figure.corpus) for figure in result.figures if figure.than}
    assert {pair[:2] for pair in pairs} == {("strict", "small"), ("third", "small"), ("third", "strict")}
    assert {pair[2] for pair in pairs} == {"shop", "again"}
    assert len({figure.known for figure in result.figures}) == len(result.figures)


@pytest.mark.parametrize("form", ["text", "html", "json", "csv"])
def test_every_form_says_of_each_figure_what_it_is(pinned: Path, command: Command, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    assert command("study", "run", pinned, "--format", form, "-o", out).code == 0
    if form == "csv":
        assert {path.name for path in out.iterdir()} == {
            "datapackage.json", "declared.csv", "exploratory-tests.csv", "exploratory.csv",
        }  # fmt: skip
        assert (out / "exploratory.csv").read_text("utf-8").startswith(f"figure,{','.join(KEYS)},found,found_low")
        return
    text = out.read_text("utf-8")
    assert "shop-talk" in text
    if form == "json":
        jsonschema.Draft202012Validator(schema("study")).validate(json.loads(text))
    else:
        assert "Declared: what was claimed before anybody looked" in text
        assert "Exploratory: every other figure" in text


def test_an_outcome_names_a_stratum_of_several_columns_as_eval_does(study: Path) -> None:
    rows = (study.parent / "shop.csv").read_text("utf-8").splitlines()
    halves = (f"{row},{number % 2 if number else 'half'}\n" for number, row in enumerate(rows))
    (study.parent / "shop.csv").write_text("".join(halves), "utf-8")
    card = study.parent / "shop.yaml"
    card.write_text(card.read_text("utf-8") + "stratum: [kind, half]\n", "utf-8")
    name = '"half: 1"'
    declare(
        study, f"  a: {{figure: recall, policy: small, corpus: shop, category: fraud, action: label, stratum: {name}, "
        "at-least: 0.45}\n",
    )  # fmt: skip
    odd = sum(",lure," in row for row in rows[1::2])
    assert [(one.outcome, one.found.n) for one in ran(study).outcomes] == [("a", odd)]
