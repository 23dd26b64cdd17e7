"""Figures of a whole corpus from what people coded of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from modengine.errors import InputError
from modengine.lab.coding.agreement import agreement
from modengine.lab.coding.estimate import CodedFigures, estimate, p_of_claim
from modengine.lab.coding.key import SampleKey
from modengine.lab.coding.sample import DrawnSheets, sample
from modengine.lab.data.corpus import Columns, load
from modengine.lab.data.stamp import Stamp
from modengine.lab.report.render import as_html, as_text, named
from modengine.lab.report.views.coding import estimate_view
from tests.lab.coding.made import ROWS, coded, drawn
from tests.lab.corpora import rows, sound, write

STAMP = Stamp("estimate", "", "", (), 1, "")
Made = tuple[DrawnSheets, dict[str, str]]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return drawn(tmp_path)


def figures_of(found: object, category: str, action: str = "label", value: str = "(all)") -> CodedFigures:
    (one,) = [f for f in found.figures if (f.category, f.action, f.value) == (category, action, value)]  # type: ignore[attr-defined]
    return one


def test_a_corpus_that_was_coded_whole_has_its_own_figures(tmp_path: Path) -> None:
    """As the counts of the corpus say: 40 of 48 rows of fraud are hit, 12 of 12 of violence, nothing else."""
    whole, labels = drawn(tmp_path, 200)
    found = estimate(whole.key, [coded("anna", labels)], STAMP)
    fraud = figures_of(found, "fraud")
    assert (fraud.rows, fraud.hit, fraud.coded) == (200, 40, 200)
    for estimated, value in (
        (fraud.precision, 1.0), (fraud.recall, 40 / 48), (fraud.prevalence, 48 / 200), (fraud.others_hit, 0.0),
    ):  # fmt: skip
        assert estimated.value == pytest.approx(value)
        assert estimated.low == pytest.approx(value)
        assert estimated.high == pytest.approx(value)
    assert figures_of(found, "fraud", "block").recall.value == pytest.approx(10 / 48)
    assert figures_of(found, "(any)").recall.value == pytest.approx(52 / 60)
    assert figures_of(found, "violence").recall.value == 1.0
    assert (figures_of(found, "fraud", value="a").rows, figures_of(found, "fraud", value="b").rows) == (100, 100)


def test_figures_of_a_sample_are_those_of_the_corpus_within_their_intervals(made: Made) -> None:
    sample, labels = made
    found = estimate(sample.key, [coded("anna", labels)], STAMP)
    for category, recall in (("fraud", 40 / 48), ("(any)", 52 / 60)):
        estimated = figures_of(found, category).recall
        assert estimated.low is not None
        assert estimated.high is not None
        assert estimated.low < recall < estimated.high
        assert 0 < estimated.k <= estimated.n
    assert found.by_several == 0
    assert "is not in the intervals" in " ".join(as_text(estimate_view(found), 80).split())


def test_every_figure_has_an_n_and_an_interval_around_it(made: Made) -> None:
    sample, labels = made
    ben = coded("ben", labels, lambda row, label: "fraud" if row.endswith("7") else label)
    found = estimate(sample.key, [coded("anna", labels), ben], STAMP)
    for figures in found.figures:
        for one in (figures.precision, figures.recall, figures.prevalence, figures.others_hit):
            if one.value is not None:
                assert one.n > 0
                assert one.low is not None
                assert one.high is not None
                assert 0 <= one.low <= one.value <= one.high <= 1


def test_coders_who_differ_make_intervals_wider_and_settling_makes_the_figure(made: Made) -> None:
    sample, labels = made
    doubt = {row for i, row in enumerate(sorted(labels)) if labels[row] == "fraud" and i % 3 == 0}
    anna = coded("anna", labels)
    ben = coded("ben", labels, lambda row, label: "none" if row in doubt else label)
    alone, both = (estimate(sample.key, sheets, STAMP) for sheets in ([anna], [anna, ben]))
    settled = coded("settled", dict.fromkeys(doubt, "fraud"))
    final = estimate(sample.key, [anna, ben], STAMP, settled=settled)
    assert (both.disagreed, both.settled, final.settled) == (len(doubt), 0, len(doubt))
    shares = [figures_of(one, "fraud").precision for one in (alone, both, final)]
    assert shares[0].value == shares[2].value == 1.0
    assert shares[1].value is not None
    assert shares[1].value < 1.0
    assert shares[2].low is not None
    assert shares[0].low is not None
    assert shares[2].low < shares[0].low


def test_blank_rows_and_strata_without_a_code_are_counted_and_named(made: Made) -> None:
    sample, labels = made
    gone = {row.id for row in sample.key.rows if "violence" in sample.key.cells[row.cell].stratum}
    found = estimate(sample.key, [coded("anna", labels, lambda row, label: "" if row in gone else label)], STAMP)
    assert (found.drawn, found.coded) == (80, 80 - len(gone))
    assert {stratum.stratum for stratum in found.uncoded} == {"violence label · a", "violence label · b"}
    violence = figures_of(found, "violence")
    assert violence.precision.value is None
    assert violence.recall.value is None
    assert violence.prevalence.value is None
    assert "strata without a coded row: 2, of 12 rows" in " ".join(as_text(estimate_view(found), 80).split())


def test_no_positives_leave_a_bound_and_no_recall(made: Made) -> None:
    sample, labels = made
    found = estimate(sample.key, [coded("anna", labels, lambda _row, _label: "none")], STAMP)
    fraud = figures_of(found, "fraud")
    assert (fraud.precision.value, fraud.prevalence.value, fraud.recall.value) == (0.0, 0.0, None)
    assert fraud.prevalence.high is not None
    assert 0.005 < fraud.prevalence.high < 0.1
    assert "no recall" in as_text(estimate_view(found), 80)


def test_one_class_of_harm_alone_is_no_trouble(made: Made) -> None:
    sample, labels = made
    found = estimate(sample.key, [coded("anna", labels, lambda _row, _label: "fraud")], STAMP)
    fraud = figures_of(found, "fraud")
    assert (fraud.precision.value, fraud.prevalence.value, fraud.others_hit.value) == (1.0, 1.0, None)


def test_nothing_coded_is_refused(made: Made) -> None:
    with pytest.raises(InputError, match="no row of the sample was coded"):
        estimate(made[0].key, [coded("anna", {"other": "fraud"})], STAMP)


def test_beyond_the_corpus_intervals_are_wider(tmp_path: Path) -> None:
    whole, labels = drawn(tmp_path, 200)
    here, beyond = (estimate(whole.key, [coded("anna", labels)], STAMP, beyond=flag) for flag in (False, True))
    one, other = figures_of(here, "(any)").prevalence, figures_of(beyond, "(any)").prevalence
    assert one.low == one.high
    assert other.low is not None
    assert other.high is not None
    # 60 of 200 as a simple random sample: Wilson's interval is 24.1 to 36.7 %.
    assert (other.low, other.high) == pytest.approx((0.241, 0.367), abs=0.012)


def test_several_columns_of_strata_part_the_corpus_by_their_values_together(tmp_path: Path) -> None:
    made = [{**row, "part": "ab"[i % 2], "week": "12"[i % 3 == 0]} for i, row in enumerate(rows(*ROWS))]
    corpus = load([write(tmp_path / "rows.jsonl", made)], Columns(stratum=("part", "week")), ("fraud", "violence"))
    key = sample(sound(), corpus, 120).key
    labels = {row.id: str(made[row.row - 1]["label"]) for row in key.rows}
    found = estimate(key, [coded("anna", labels)], STAMP, beyond=True)
    assert {one.value for one in found.figures} == {"(all)", "a · 1", "a · 2", "b · 1", "b · 2"}


def test_the_same_call_gives_the_same_figures(made: Made) -> None:
    sample, labels = made
    sheets = [coded("anna", labels), coded("ben", labels, lambda row, label: "none" if row.endswith("3") else label)]
    assert estimate(sample.key, sheets, STAMP) == estimate(sample.key, list(sheets), STAMP)


def test_a_result_is_written_in_every_form(made: Made) -> None:
    sample, labels = made
    view = estimate_view(estimate(sample.key, [coded("anna", labels)], sample.key.stamp))
    assert {"estimates", "strata-estimates", "coders"} <= set(named(view.tables))
    assert "every row is taken for harmless" not in as_text(view, 80) + as_html(view)
    assert max(len(line) for line in as_text(view, 80).splitlines()) <= 80


@pytest.mark.parametrize("first_phase", [0.5, 0.1])
def test_a_sample_of_a_larger_file_is_less_certain(tmp_path: Path, first_phase: float) -> None:
    """Rows that `--sample` drew first stand for more than themselves (two phases)."""
    whole, labels = drawn(tmp_path, 200)
    found = estimate(_of_more(whole.key, first_phase), [coded("anna", labels)], STAMP)
    share = figures_of(found, "(any)").prevalence
    assert share.low is not None
    assert share.high is not None
    width = 2 * 1.96 * np.sqrt((1 - first_phase) * 0.3 * 0.7 / 200)
    assert share.high - share.low == pytest.approx(width, rel=0.2)


def _of_more(key: SampleKey, part: float) -> SampleKey:
    import msgspec

    (corpus,) = key.stamp.corpora
    more = msgspec.structs.replace(corpus, sampled_from=round(key.size / part))
    return msgspec.structs.replace(key, stamp=msgspec.structs.replace(key.stamp, corpora=(more,)))


def test_without_a_stamp_results_say_what_the_sample_does(made: Made) -> None:
    drawn_sheets, labels = made
    anna, ben = coded("anna", labels), coded("ben", labels)
    for name, stamp in (
        ("estimate", estimate(drawn_sheets.key, [anna, ben], seed=3).stamp),
        ("agree", agreement([anna, ben], key=drawn_sheets.key, seed=3).stamp),
    ):
        assert (stamp.measurement, stamp.seed) == (name, 3)
        assert stamp.corpora == drawn_sheets.key.stamp.corpora
        assert (stamp.policy, stamp.revision) == (drawn_sheets.key.stamp.policy, drawn_sheets.key.stamp.revision)
    alone = agreement([anna, ben]).stamp
    assert (alone.measurement, alone.policy, alone.corpora) == ("agree", "(none)", ())


def test_what_holds_nothing_is_named_in_a_line_and_has_no_row(tmp_path: Path) -> None:
    """A stratum without hits or finds, and an action that nothing reached, would be rows of dashes."""
    kinds = (
        ("骗局", "fraud", "loud", 10),
        ("好", "none", "loud", 20),
        ("好", "none", "quiet", 20),
        ("小心", "fraud", "missed", 9),
    )
    made = [
        {"id": f"{part}-{text}-{i}", "text": f"{text}{i}", "label": label, "part": part}
        for text, label, part, many in kinds
        for i in range(many)
    ]  # fmt: skip
    corpus = load([write(tmp_path / "rows.jsonl", made)], Columns(stratum="part"), ("fraud", "violence"))
    drawn = sample(sound(), corpus, len(made))
    labels = {row.id: str(made[row.row - 1]["label"]) for row in drawn.key.rows}
    found = estimate(drawn.key, [coded("anna", labels)], STAMP)
    table = next(table for table in estimate_view(found).tables if table.name == "strata-estimates")
    reached = [one.action for one in found.figures if (one.value, one.category) == ("loud", "fraud") and one.hit]
    assert [row[:3] for row in table.rows if row[1] == "fraud"] == [
        *(("loud", "fraud", action) for action in reached), ("missed", "fraud", "label"),
    ]  # fmt: skip
    assert "nothing of quiet" in table.note
    assert {row[0] for row in table.rows} == {"loud", "missed"}


def test_two_coders_who_differ_show_little_at_any_level(made: Made) -> None:
    """The p of a claim far off: with as few degrees of freedom as two coders leave, that of Student's t."""
    samples, labels = made
    rows = sorted(labels)

    def strict(row: str, label: str) -> str:
        return "fraud" if label == "none" and rows.index(row) % 9 == 0 else label

    def p(names: tuple[str, ...], bound: float) -> float:
        sheets = [coded(name, labels, strict if name == "ben" else lambda _, label: label) for name in names]
        found = p_of_claim(samples.key, sheets, "prevalence", "(all)", "fraud", "label", True, bound)
        assert found is not None
        return found

    assert p(("anna",), 0.001) < 0.0003
    assert p(("anna", "ben"), 0.001) > 0.002
    claims = [p(("anna", "ben"), bound) for bound in (0.001, 0.1, 0.2, 0.3)]
    assert claims == sorted(claims)


def test_p_of_a_claim_agrees_with_the_interval_at_its_level(made: Made) -> None:
    samples, labels = made
    rows = sorted(labels)
    sheets = [
        coded("anna", labels),
        coded("ben", labels, lambda row, label: "fraud" if label == "none" and rows.index(row) % 9 == 0 else label),
    ]
    found = figures_of(estimate(samples.key, sheets, STAMP), "fraud").prevalence
    assert found.low is not None
    assert found.high is not None
    for bound, at_least in ((found.low, True), (found.high, False)):
        p = [
            p_of_claim(samples.key, sheets, "prevalence", "(all)", "fraud", "label", at_least, bound + apart)
            for apart in (-0.003, 0.003)
        ]
        assert sorted(one is not None and one < 0.025 for one in p) == [False, True]
