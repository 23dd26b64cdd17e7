"""Two policies on one corpus: counts by hand, tests against a published example, both explanations."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest
from scipy.stats import norm, permutation_test
from statsmodels.stats.contingency_tables import mcnemar

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.report.render import as_html, as_json, as_text, named
from modengine.lab.report.schemas import schema
from modengine.lab.report.table import Quote
from modengine.lab.report.views.compare import tables, view
from modengine.lab.stats.metrics import ALL, ANY
from modengine.lab.stats.one_way import one_way, only_adds
from modengine.lab.stats.paired import paired
from modengine.lab.stats.signs import p_value
from modengine.lab.studies.compare import Comparison, compare
from modengine.policy.model import Longer
from tests.build import engine, override, relief, rule, text, words
from tests.lab.corpora import MakeCorpus, blocks_everything, ints, never_acts, rows, sound

# ------------------------------------------------------------------ the test itself


def test_the_permutation_test_gives_the_published_figure() -> None:
    """R. A. Fisher, The Design of Experiments, 1935, section 21: of the 2^15 sign changes of Darwin's maize, in eighths
    of an inch, 1,726 have a sum as far from 0."""
    darwin = ints(49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48)
    assert p_value(darwin) == pytest.approx(1726 / 2**15)


@pytest.mark.parametrize(
    ("up", "down", "expected"),
    [(0, 5, 2 / 32), (5, 0, 2 / 32), (1, 1, 1.0), (1, 4, 12 / 32), (0, 0, None), (150, 86, 3.7e-05)],
)
def test_changes_of_one_row_have_mcnemars_exact_test(up: int, down: int, expected: float | None) -> None:
    """statsmodels' mcnemar; the last is Agresti, Categorical Data Analysis, 2nd ed. 2002, table 10.1, whose z^2 of
    17.36 is p 3.1e-5 without the continuity correction."""
    p = p_value(ints(*[1] * up, *[-1] * down, 0, 0))
    assert p == (None if expected is None else pytest.approx(expected, rel=0.03))
    if p is not None:
        assert p == pytest.approx(mcnemar([[0, up], [down, 0]], exact=True).pvalue)


def test_clusters_have_scipys_exact_permutation_test() -> None:
    """scipy.stats.permutation_test of paired samples, all 256 sign changes; and with very many the normal one."""
    changes = ints(3, 1, 1, -2, 5, 1, -1, 2)

    def total(values: np.ndarray, axis: int) -> np.ndarray:
        return np.asarray(values.sum(axis=axis))

    expected = permutation_test((changes,), total, permutation_type="samples", n_resamples=np.inf).pvalue
    assert p_value(changes) == pytest.approx(expected)
    many = np.random.default_rng(1).integers(-60, 66, 3000)
    z = abs(int(many.sum())) / float(np.sqrt((many.astype(float) ** 2).sum()))
    assert p_value(many) == pytest.approx(2 * norm.sf(z), rel=1e-6)


def test_many_changes_of_a_few_sizes_are_as_likely_as_counted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long sums are told by their Fourier transforms."""
    changes = ints(*[1] * 900, *[-1] * 850, *[2] * 700, *[-2] * 660, *[3] * 40)
    sooner = p_value(changes)
    monkeypatch.setattr("modengine.lab.stats.signs.BY_FOURIER", 10**6)
    assert sooner == pytest.approx(p_value(changes), rel=1e-9)


def flags(bits: str) -> np.ndarray:
    return np.array([bit == "1" for bit in bits])


def test_a_cluster_counts_once_and_by_its_net_change() -> None:
    codes = np.array([0, 0, 0, 1, 1, 2, 3], np.int64)
    found = paired(codes, flags("0001000"), flags("1110110"), flags("1111111"))
    assert (found.hit_a, found.hit_b, found.gained, found.lost) == (1, 5, 5, 1)
    # Cluster 0 gains three, cluster 1 gains one and loses one, cluster 2 gains one.
    assert (found.clusters_gained, found.clusters_lost) == (2, 0)
    assert found.p == pytest.approx(0.5)
    assert paired(codes, flags("0000000"), flags("1110110"), flags("1111111"), one_way=True).p is None
    assert found.change.value == pytest.approx(4 / 7)


def test_rows_that_are_not_asked_about_do_not_count() -> None:
    codes = np.arange(4)
    found = paired(codes, flags("0000"), flags("1111"), flags("0110"))
    assert (found.rows, found.gained) == (2, 2)
    assert paired(codes, flags("0000"), flags("1111"), flags("0000")).change.value is None


# ------------------------------------------------------------------ counts


ROWS = (("骗", "fraud", 6), ("打", "violence", 4), ("骗打", "fraud", 3), ("好", "none", 10), ("笑", "none", 2))


@pytest.fixture
def compared(corpus: MakeCorpus) -> Comparison:
    """B no longer knows 打 as violence, takes 笑 for fraud, and counts 骗 for less."""
    other = engine(
        rule("fraud.word", "word", text("word", "骗"), score=30),
        rule("fraud.smile", "word", text("word", "笑")),
        rule("violence.word", "word", text("word", "龘"), category="violence", score=35),
    )
    return compare(sound(), other, corpus(rows(*ROWS), label="label", stratum="label"))


def test_rows_that_change_are_counted_by_what_they_are(compared: Comparison) -> None:
    # 6 骗 rows fall from review to label, 3 骗打 too (and lose violence), 4 打 rows fall to allow, 2 笑 rise.
    assert (compared.flipped, compared.already_caught) == (15, 0)
    assert (compared.new_false_alarms, compared.lost_catches) == (2, 13)
    assert [compared.failure(name) for name in ("new-false-alarms", "lost-catches", "any-flip")] == [2, 13, 15]


@pytest.mark.parametrize(
    ("category", "action", "expected"),
    [
        (ANY, "label", (2, 0, 0, 4, 0, 0)),
        (ANY, "review", (2, 0, 0, 9, 0, 0)),
        ("fraud", "review", (2, 0, 0, 9, 0, 0)),
        ("violence", "label", (0, 0, 0, 4, 0, 3)),
    ],
)
def test_flips_by_category_and_action(
    compared: Comparison, category: str, action: str, expected: tuple[int, ...]
) -> None:
    (count,) = [c for c in compared.counts if (c.category, c.stratum, c.action) == (category, ALL, action)]
    found = (count.new_false_alarms, count.false_alarms_gone, count.new_catches, count.lost_catches)
    assert (*found, count.others_gained, count.others_lost) == expected


def test_flips_by_stratum_add_up(compared: Comparison) -> None:
    parts = [c for c in compared.counts if c.category == ANY and c.action == "review" and c.stratum != ALL]
    assert {c.stratum: (c.new_false_alarms, c.lost_catches) for c in parts} == {"fraud": (0, 9), "none": (2, 0)}


def test_moves_tell_from_where_to_where(compared: Comparison) -> None:
    moves = {(m.category, m.before, m.after): (m.rows, m.harmless) for m in compared.moves}
    assert moves[ANY, "review", "label"] == (9, 0)
    assert moves[ANY, "label", "allow"] == (4, 0)
    assert moves[ANY, "allow", "review"] == (2, 2)
    assert moves["violence", "label", "allow"] == (7, 0)


def test_the_change_of_a_figure_has_its_interval_and_test(compared: Comparison) -> None:
    (test,) = [t for t in compared.tests if (t.category, t.action, t.rows_of) == (ANY, "label", "category")]
    assert (test.found.lost, test.found.gained, test.found.rows) == (4, 0, 13)
    assert test.found.change.value == pytest.approx(-4 / 13)
    assert test.found.p == pytest.approx(2 / 16)
    assert test.p_bh is not None
    assert test.p_bh >= test.found.p


def test_a_flip_has_both_explanations(compared: Comparison) -> None:
    flip = next(f for f in compared.flips if f.row == "r0")
    (category_flip,) = flip.categories
    assert (flip.before, flip.after, flip.already_caught) == ("review", "label", False)
    assert [(s.rule, s.points, s.words) for s in category_flip.rules_a] == [("fraud.word", 60, ())]
    assert [(s.rule, s.points) for s in category_flip.rules_b] == [("fraud.word", 30)]
    assert flip.text is None


def test_lost_catches_and_new_false_alarms_stand_first(compared: Comparison) -> None:
    kinds = [("lost" if f.label != "none" else "alarm") for f in compared.flips]
    assert kinds == ["lost"] * 13 + ["alarm"] * 2


def test_what_another_category_keeps_is_already_caught(corpus: MakeCorpus) -> None:
    both = rule("violence.word", "word", text("word", "打"), category="violence", score=60)
    before = engine(rule("fraud.word", "word", text("word", "骗")), both)
    after = engine(rule("fraud.word", "word", text("word", "龘")), both)
    found = compare(before, after, corpus(rows(("骗打", "fraud", 3), ("骗", "fraud", 2)), label="label"))
    assert (found.flipped, found.already_caught, found.lost_catches) == (5, 3, 2)
    assert [f.already_caught for f in found.flips] == [False, False, True, True, True]


def test_a_rule_whose_hits_others_make_up_for_is_named(corpus: MakeCorpus) -> None:
    a = engine(rule("fraud.one", "w", text("w", "骗")), rule("fraud.two", "w", text("w", "骗甲"), score=40))
    b = engine(rule("fraud.one", "w", text("w", "骗")), rule("fraud.two", "w", text("w", "龘"), score=40))
    found = compare(a, b, corpus(rows(("骗甲", "fraud", 3), ("骗", "fraud", 2)), ("fraud",), label="label"))
    (rule_change,) = found.rules
    assert (rule_change.rule, rule_change.side, rule_change.rows, rule_change.changed, rule_change.already_caught) == (
        "fraud.two",
        "a",
        3,
        3,
        0,
    )
    b = engine(rule("fraud.one", "w", text("w", "骗"), score=90), rule("fraud.two", "w", text("w", "龘"), score=40))
    found = compare(a, b, corpus(rows(("骗甲", "fraud", 3)), ("fraud",), label="label"))
    assert {(c.rule, c.side, c.already_caught) for c in found.rules} == {("fraud.one", "b", 3), ("fraud.two", "a", 3)}
    assert found.flipped == 0


def test_a_relief_that_weighs_more_is_named_on_its_side(corpus: MakeCorpus) -> None:
    hit = rule("fraud.word", "w", text("w", "骗"))
    a, b = engine(hit), engine(hit, relief("relief.warn", "w", text("w", "别"), by=40))
    found = compare(a, b, corpus(rows(("别骗", "none", 4)), ("fraud",), label="label"))
    (rule_change,) = found.rules
    assert (rule_change.rule, rule_change.side, rule_change.changed) == ("relief.warn", "b", 4)
    assert [(s.rule, s.points) for s in found.flips[0].categories[0].rules_b][-1] == ("relief.warn", -40)


# ------------------------------------------------------------------ canaries and bad input


def test_points_that_a_cap_cut_are_told_with_those_that_the_rule_has(corpus: MakeCorpus) -> None:
    one = rule("fraud.a", "a", text("a", "骗"), score=40, group="g")
    two = rule("fraud.b", "b", text("b", "钱"), score=55, group="g")
    found = compare(
        engine(one), engine(one, two, caps={"g": 75}), corpus(rows(("骗钱", "fraud", 1)), ("fraud",), label="label")
    )
    said = found.flips[0].categories[0].rules_b
    assert [(s.rule, s.points, s.uncapped) for s in said] == [("fraud.b", 55, 55), ("fraud.a", 20, 40)]
    assert "fraud.b +55, fraud.a +20 of 40 (its group is capped)" in " ".join(as_text(view(found), 100).split())


def test_a_policy_differs_from_itself_in_nothing(corpus: MakeCorpus) -> None:
    found = compare(sound(), sound(), corpus(rows(*ROWS), label="label"))
    assert (found.flipped, found.rules, found.flips, found.moves) == (0, (), (), ())
    assert all(test.found.p is None for test in found.tests)


def test_canary_a_policy_that_blocks_everything_is_a_regression(corpus: MakeCorpus) -> None:
    found = compare(sound(), blocks_everything(), corpus(rows(*ROWS), label="label"))
    assert found.new_false_alarms == 12
    (test,) = [t for t in found.tests if (t.category, t.action, t.rows_of) == (ANY, "block", "harmless")]
    assert test.found.change.value == 1.0
    assert test.found.p is not None
    assert test.found.p < 0.001


def test_canary_a_policy_that_never_acts_loses_every_catch(corpus: MakeCorpus) -> None:
    found = compare(sound(), never_acts(), corpus(rows(*ROWS), label="label"))
    assert (found.lost_catches, found.only_a) == (13, ("violence",))


def test_policies_without_a_common_category_cannot_be_compared(corpus: MakeCorpus) -> None:
    other = engine(rule("spam.word", "w", text("w", "骗"), category="spam"))
    with pytest.raises(InputError, match="share no category"):
        compare(sound(), other, corpus(rows(*ROWS), label="label"))


def test_figures_that_the_card_forbids_are_not_given(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), label="label", forbidden=("over-blocking",))
    found = compare(sound(), blocks_everything(), made)
    assert {test.rows_of for test in found.tests} == {"category"}


# ------------------------------------------------------------------ texts and forms


def test_texts_are_shown_only_where_they_may_be(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), label="label")
    hidden = compare(sound(), never_acts(), made)
    assert "骗" not in as_json(view(hidden))
    assert "骗" not in as_html(view(hidden))
    shown = compare(sound(), never_acts(), made, show_text=True)
    quote = named(tables(shown))["flips-listed"].rows[0][-1]
    assert isinstance(quote, Quote)
    assert not quote.open
    assert shown.flips[0].categories[0].rules_a[0].words == ("骗",)
    invented = corpus(rows(*ROWS), label="label", invented=True)
    assert compare(sound(), never_acts(), invented).flips[0].text is not None


def test_only_so_many_flips_are_listed(corpus: MakeCorpus) -> None:
    found = compare(sound(), never_acts(), corpus(rows(*ROWS), label="label"), most=3)
    assert (len(found.flips), found.flipped) == (3, 13)
    assert "10 more flips are counted and not listed" in as_text(view(found), 120)


def test_flips_stand_first_and_rows_of_tests_without_a_change_are_left_out(compared: Comparison) -> None:
    shown = view(compared)
    assert shown.tables[0].name == "flips-listed"
    tests = named(shown.tables)["tests"]
    gone = len(tests.unchanged)
    assert 0 < gone < len(tests.rows)
    assert all(row[5:7] == (0, 0) for i, row in enumerate(tests.rows) if i in tests.unchanged)
    said = f"{gone} of {len(tests.rows)} rows, without a change, are left out: --table tests shows all."
    assert said in as_text(shown, 200, whole=False)
    assert "left out: --table" not in as_text(shown, 200) + as_text(replace(shown, tables=(tests,)), 200, whole=False)


def test_the_page_names_both_policies_and_what_is_folded(corpus: MakeCorpus) -> None:
    found = compare(sound(), never_acts(), corpus(rows(*ROWS), label="label", stratum="label"))
    page = as_html(view(found))
    assert f"<code>{found.stamp.revision}</code>; <code>{found.revision_b}</code>" in page
    assert "Supplement: Table S1. By stratum</summary>" in page
    assert page.index('id="diff-flips-listed"') < page.index('id="diff-flips"') < page.index('class="supplement"')


def test_the_result_is_as_its_schema_says_and_the_same_each_time(corpus: MakeCorpus, compared: Comparison) -> None:
    made = corpus(rows(*ROWS), label="label", stratum="label")
    first, second = (as_json(view(compare(sound(), blocks_everything(), made, seed=3))) for _ in range(2))
    assert first == second
    jsonschema.validate(json.loads(first), schema("diff"), jsonschema.Draft202012Validator)


def test_progress_counts_both_passes(corpus: MakeCorpus) -> None:
    told: list[int] = []
    compare(sound(), never_acts(), corpus(rows(*ROWS), label="label"), progress=told.append)
    assert told == list(range(1, 51))


def test_it_says_where_only_the_points_for_long_texts_differ(corpus: MakeCorpus) -> None:
    rules = rule("fraud.word", "word", text("word", "骗"))
    plain, other = engine(rules), engine(rule("fraud.word", "word", text("word", "骗"), score=50))
    longer = engine(rules, id="other", longer=(Longer(3, 20),))
    labelled = corpus(rows(("骗", "fraud", 3), ("好", "none", 3)), label="label")
    found = compare(plain, longer, labelled, show_text=True)
    assert found.difference == (
        "only `longer` differs, the points that every step asks for more in long texts "
        "(A: none; B: 20 above 3 characters)"
    )
    assert found.difference in as_text(view(found), 200)
    assert (found.flipped, found.rules) == (3, ())
    [change] = found.flips[0].categories
    assert [said.rule for said in change.rules_b][-1] == "in a text of 4 characters every step asks for 20 points more"
    assert compare(plain, plain, labelled).difference is None
    assert compare(other, longer, labelled).difference is None


# ------------------------------------------------------------------ changes that can only go one way


BASE = rule("fraud.word", "word", text("word", "骗"))
MORE = rule("fraud.more", "w", text("w", "打"))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (engine(BASE, MORE), "more"),
        (engine(rule("fraud.word", "word", text("word", "骗"), score=90)), "more"),
        (engine(rule("fraud.word", "word", text("word", "骗"), score=10)), "fewer"),
        (engine(BASE, relief("relief.a", "w", text("w", "打"), by=30)), "fewer"),
        (engine(BASE, rule("fraud.more", "w", words("w", "打车"))), None),
        (engine(rule("fraud.word", "word", text("word", "打"))), None),
        (engine(BASE, MORE, relief("relief.a", "w", text("w", "好"), by=30)), None),
        (engine(BASE), None),
        (engine(BASE, longer=(Longer(10, 5),)), "fewer"),
        (engine(BASE, MORE, overrides=(override("fraud.word", action="block", when="not rule(fraud.more)"),)), None),
    ],
    ids=[
        "a rule more",
        "more points",
        "fewer points",
        "a relief",
        "words",
        "another term",
        "both",
        "equal",
        "longer",
        "an override asks for it",
    ],
)
def test_a_change_that_can_only_go_one_way_is_told(other: Engine, expected: str | None) -> None:
    assert one_way(engine(BASE).policy, other.policy) == expected
    back = {"more": "fewer", "fewer": "more", None: None}[expected]
    assert one_way(other.policy, engine(BASE).policy) == back


def test_such_a_change_has_no_p_but_an_interval(corpus: MakeCorpus) -> None:
    more = engine(BASE, MORE)
    found = compare(engine(BASE), more, corpus(rows(("骗", "fraud", 20), ("打", "fraud", 15)), label="label"))
    assert found.one_way == "more"
    assert {test.found.p for test in found.tests} == {None}
    change = next(t.found.change for t in found.tests if t.rows_of == "category")
    assert 0 < (change.low or 0) < (change.high or 0)
    assert any("nothing to test" in line for line in view(found).summary)
    assert " points [" in as_text(view(found), 80)


def test_what_went_both_ways_is_taken_to_do_so() -> None:
    before, after = np.arange(100) < 3, (np.arange(100) >= 3) & (np.arange(100) < 8)
    given = np.arange(100), before, after, np.ones(100, np.bool_)
    assert paired(*given, one_way=True) == paired(*given)


def test_a_policy_with_a_relief_does_not_only_add() -> None:
    assert only_adds(engine(BASE).policy)
    assert not only_adds(engine(BASE, relief("relief.a", "w", text("w", "打"), by=30)).policy)
    assert not only_adds(engine(rule("fraud.word", "word and not b", text("word", "骗"), text("b", "打"))).policy)
