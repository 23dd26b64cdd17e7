"""Rules left out one by one, and word boundaries: figures by hand, and the same as deciding all again."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import pytest

from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.lab.data.derived import derived
from modengine.lab.data.outcomes import decide
from modengine.lab.data.without import Reach, counting, promoted, without
from modengine.lab.report.charts import Grid
from modengine.lab.report.render import as_html, as_json, as_text
from modengine.lab.report.schemas import schema
from modengine.lab.report.views.ablate import charts, tables, view
from modengine.lab.stats.metrics import ANY
from modengine.lab.studies.ablate import Ablation, RuleEffect, ablate, ablations, decided_without, steps
from modengine.lab.studies.boundaries import Decided, boundaries
from modengine.lab.studies.compare import compare
from modengine.loading import compile_engine
from modengine.run.work.beside import Beside
from tests.build import engine, override, relief, rule, text, words
from tests.lab.corpora import MakeCorpus, blocks_everything, rows


def three() -> Engine:
    """骗 alone is enough, 骗 and 甲 overlap, 乙 is right and wrong, 别 relieves, 龘 never comes."""
    return engine(
        rule("fraud.a", "w", text("w", "骗")),
        rule("fraud.b", "w", text("w", "甲"), score=40),
        rule("fraud.c", "w", text("w", "乙"), score=40),
        rule("fraud.never", "w", text("w", "龘")),
        rule("fraud.draft", "w", text("w", "骗"), status="draft"),
        relief("relief.warn", "w", text("w", "别"), by=60),
    )


ROWS = (
    ("骗", "fraud", 6), ("骗甲", "fraud", 3), ("甲", "fraud", 1), ("乙", "fraud", 2), ("乙", "none", 4),
    ("别骗", "none", 5), ("别骗", "fraud", 1), ("好", "none", 3),
)  # fmt: skip


@pytest.fixture
def ablated(corpus: MakeCorpus) -> Ablation:
    return ablate(three(), corpus(rows(*ROWS), ("fraud",), label="label"))


def of(result: Ablation, name: str) -> RuleEffect:
    (found,) = [effect for effect in result.rules if effect.rule == name]
    return found


@pytest.mark.parametrize(
    ("name", "hits", "catches", "alarms", "prevented", "changed"),
    [
        # 别骗 is relieved to 0, so that there nothing is lost with fraud.a.
        ("fraud.a", 15, 6, 0, (0, 0), 9),
        ("fraud.b", 4, 1, 0, (0, 0), 4),
        ("fraud.c", 6, 2, 4, (0, 0), 6),
        ("fraud.never", 0, 0, 0, (0, 0), 0),
        ("relief.warn", 6, 0, 0, (1, 5), 6),
    ],
)
def test_what_changes_without_a_rule(
    ablated: Ablation, name: str, hits: int, catches: int, alarms: int, prevented: tuple[int, int], changed: int
) -> None:
    effect = of(ablated, name)
    assert (effect.hits, effect.unique_catches, effect.unique_false_alarms, effect.changed) == (
        hits,
        catches,
        alarms,
        changed,
    )
    assert (effect.prevented_catches, effect.prevented_false_alarms) == prevented


def test_shares_and_changes_have_their_n(ablated: Ablation) -> None:
    effect = of(ablated, "fraud.a")
    assert (effect.own.k, effect.own.n, effect.harmless.k, effect.harmless.n) == (10, 13, 5, 12)
    assert effect.recall_change.value == pytest.approx(-6 / 13)
    assert effect.over_blocking_change.value == 0.0
    assert of(ablated, "fraud.c").over_blocking_change.value == pytest.approx(-4 / 12)


def test_a_rule_less_has_the_interval_that_a_comparison_with_it_has(corpus: MakeCorpus) -> None:
    given = corpus(rows(*ROWS), ("fraud",), label="label")
    compared = compare(three(), compile_engine(without(three().policy, "fraud.c")), given)
    asked = "fraud", "label", "category"
    (test,) = [test for test in compared.tests if (test.category, test.action, test.rows_of) == asked]
    assert of(ablate(three(), given), "fraud.c").recall_change == test.found.change


def test_rules_that_never_fire_are_named_with_an_upper_bound(ablated: Ablation) -> None:
    assert ablated.never == ("fraud.never",)
    assert of(ablated, "fraud.never").own.high == pytest.approx(1 - 0.025 ** (1 / 13))
    assert ablated.skipped == 1
    said = view(ablated).summary
    assert said[0] == "rules that never fire on this corpus: 1 of 5"
    assert "rules left out as drafts: 1" in said


def test_overlap_is_rows_of_both_by_rows_of_either(ablated: Ablation) -> None:
    (pair,) = [overlap for overlap in ablated.overlaps if (overlap.a, overlap.b) == ("fraud.a", "fraud.b")]
    assert (pair.both, pair.either, pair.jaccard) == (3, 16, 3 / 16)
    grid = next(chart for chart in charts(ablated) if isinstance(chart, Grid))
    assert grid.values[grid.rows.index("fraud.b")][grid.columns.index("fraud.a")] == 3 / 16
    assert grid.values[0][0] == 1.0


def test_a_policy_without_words_has_no_boundaries_to_compare(ablated: Ablation) -> None:
    assert ablated.boundaries == ()
    assert "boundaries" not in {table.name for table in tables(ablated)}


# ------------------------------------------------------------------ the rows that are decided again


def knotty() -> Engine:
    """Rules that meddle with one another: by name, by a cap, and by words in the segmenter's dictionary."""
    return engine(
        rule("fraud.ask", "w", text("w", "骗")),
        rule("fraud.named", "w and rule(fraud.ask)", text("w", "甲"), score=50, group="g"),
        rule("fraud.not", "w and not rule(relief.warn)", text("w", "乙"), score=50, group="g"),
        rule("fraud.word", "w", words("w", "马会")),
        rule("fraud.dict", "w and v", words("w", "龘马"), text("v", "齉"), score=10),
        relief("relief.warn", "w", text("w", "别")),
        caps={"g": 40},
        overrides=(override("fraud.word", action="block", when="rule(fraud.ask)"),),
    )


BODIES = ("骗", "骗甲", "甲", "乙", "别乙", "别", "骗别乙甲", "龘马会", "马会", "骗马会", "龘马会骗", "龘马", "好")


@pytest.mark.parametrize("name", [counted.id for counted in counting(knotty().policy)])
def test_deciding_again_where_it_can_matter_is_deciding_all_again(name: str, corpus: MakeCorpus) -> None:
    made = corpus(rows(*((body, "none", 2) for body in BODIES)), ("fraud",), label="label")
    whole = knotty()
    outcomes = decide(whole, made)
    less = compile_engine(without(whole.policy, name))
    smart = decided_without(less, made, outcomes, Reach(whole.policy, made, outcomes).rows(name))
    assert (smart == decide(less, made).ranks).all()


@pytest.mark.parametrize("name", [counted.id for counted in counting(knotty().policy)])
def test_an_engine_made_from_another_decides_as_one_that_is_compiled(name: str) -> None:
    """It has the patterns of the rule that it lacks, and the states of the other's automata."""
    whole = knotty()
    policy = without(whole.policy, name)
    for body in BODIES:
        assert derived(whole, policy).decide(body) == compile_engine(policy).decide(body)


def test_a_word_that_one_rule_alone_adds_moves_the_words_of_others(corpus: MakeCorpus) -> None:
    """Why rows that a rule does not hit are decided again: 龘马 parts 马会 as long as it is a word."""
    whole = knotty()
    less = compile_engine(without(whole.policy, "fraud.dict"))
    assert [bool(compiled.decide("龘马会").hits) for compiled in (whole, less)] == [False, True]
    made = corpus(rows(("龘马会", "none", 2), ("马会", "none", 2)), ("fraud",), label="label")
    reach = Reach(whole.policy, made, decide(whole, made))
    assert not reach.hits("fraud.dict").any()
    assert reach.rows("fraud.dict").tolist() == [True, True, False, False]


def test_several_corpora_at_once_are_as_each_alone(corpus: MakeCorpus) -> None:
    made = [corpus(rows(*part), ("fraud",), label="label") for part in (ROWS[:4], ROWS[4:])]
    both = ablations(three(), made, outcomes=[decide(three(), alone) for alone in made])
    assert both == tuple(ablate(three(), alone) for alone in made)


# ------------------------------------------------------------------ boundaries


def bounded() -> Engine:
    return engine(rule("fraud.word", "w", words("w", "机会", "网银转账")))


def test_boundaries_differ_as_they_should(corpus: MakeCorpus) -> None:
    """司机会 is 司机 and 会: the term straddles."""
    made = corpus(rows(("机会，", "fraud", 3), ("司机会来", "none", 5), ("好", "none", 5)), ("fraud",), label="label")
    (found,) = boundaries(Beside(Decided(bounded(), ((made, decide(bounded(), made)),))))
    over = {figure.boundary: figure for figure in found if (figure.category, figure.action) == (ANY, "label")}
    assert {name: figure.share.k for name, figure in over.items()} == {
        "not-straddling": 0, "token-equality": 0, "substring": 5,
    }  # fmt: skip
    assert over["not-straddling"].against is None
    against = over["substring"].against
    assert against is not None
    assert (against.gained, against.lost, against.p) == (5, 0, None), "more matches can only add hits"
    recalls = [figure for figure in found if (figure.figure, figure.action) == ("recall", "label")]
    assert {figure.boundary: figure.share.k for figure in recalls} == {
        "not-straddling": 3, "token-equality": 3, "substring": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("boundary", "body", "expected"),
    [
        ("not-straddling", "这位司机会来", False),
        ("token-equality", "这位司机会来", False),
        ("substring", "这位司机会来", True),
        ("not-straddling", "一个机会", True),
        ("token-equality", "一个机会", True),
        ("not-straddling", "好机、会", True),
        ("token-equality", "好机、会", False),  # two tokens and a mark, although none is cut
        ("substring", "好机、会", True),
        ("not-straddling", "我v我", True),
        ("token-equality", "我v我", True),
        ("not-straddling", "vip", False),
        ("token-equality", "vip", False),
        ("substring", "vip", True),
    ],
)
def test_each_boundary_on_a_text(boundary: str, body: str, expected: bool) -> None:
    made = Engine(Program(engine(rule("r", "w", words("w", "机会", "v", gaps=1))).policy, boundary))  # type: ignore[arg-type]
    assert bool(made.decide(body).hits) is expected


def test_a_boundary_is_part_of_the_revision_and_of_a_pickle() -> None:
    import pickle

    policy = bounded().policy
    made = [compile_engine(policy, boundary) for boundary in ("not-straddling", "token-equality", "substring")]
    assert len({compiled.revision for compiled in made}) == 3
    assert made[0].revision == compile_engine(policy).revision
    assert pickle.loads(pickle.dumps(made[2])).revision == made[2].revision


def test_boundaries_bind_words_alone() -> None:
    made = compile_engine(engine(rule("r", "w", text("w", "机会"))).policy, "token-equality")
    assert made.decide("这位司机会来").hits


def test_canary_a_policy_that_matches_by_substring_shows_in_over_blocking(corpus: MakeCorpus) -> None:
    made = corpus(rows(("司机会来", "none", 40)), ("fraud",), label="label")
    result = ablate(bounded(), made)
    (figure,) = [b for b in result.boundaries if (b.boundary, b.action) == ("substring", "label")]
    assert figure.share.value == 1.0
    assert figure.against is not None
    assert figure.against.change.low is not None
    assert figure.against.change.low > 0.9
    assert figure.p_bh is None, "there is nothing to test"


# ------------------------------------------------------------------ canary, bad input, forms


def test_canary_a_rule_that_blocks_everything_is_found_out(corpus: MakeCorpus) -> None:
    made = corpus(rows(("好", "none", 30), ("骗", "fraud", 5)), ("fraud",), label="label")
    (effect,) = ablate(blocks_everything(), made).rules
    assert (effect.harmless.value, effect.unique_false_alarms, effect.over_blocking_change.value) == (1.0, 30, -1.0)


def test_figures_that_the_card_forbids_are_not_given(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), ("fraud",), label="label", forbidden=("recall",))
    result = ablate(three(), made)
    assert {effect.own.method for effect in result.rules} == {"forbidden"}
    assert of(result, "fraud.a").harmless.n == 12


def test_the_result_is_as_its_schema_says_and_the_same_each_time(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), ("fraud",), label="label")
    mixed = engine(*three().policy.rules, rule("fraud.word", "w", words("w", "机会")))
    told: list[int] = []
    first, second = (as_json(view(ablate(mixed, made, 3, progress=told.append))) for _ in range(2))
    assert first == second
    assert max(told) == steps(mixed)
    jsonschema.validate(json.loads(first), schema("ablate"), jsonschema.Draft202012Validator)


def test_no_text_of_the_corpus_is_shown(ablated: Ablation) -> None:
    assert "骗" not in as_html(view(ablated)) + as_text(view(ablated), 120)


def test_hits_are_flags_of_rows(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), ("fraud",), label="label")
    reach = Reach(three().policy, made, decide(three(), made))
    assert reach.hits("fraud.b").dtype == np.bool_
    assert reach.hits("fraud.b").sum() == 4


# ------------------------------------------------------------------ rules on test


def test_rules_on_test_are_measured_against_the_stable_ones(corpus: MakeCorpus) -> None:
    trial = engine(
        rule("fraud.a", "w", text("w", "骗")),
        rule("fraud.more", "w", text("w", "甲"), status="test"),
        rule("fraud.idle", "w", text("w", "骗"), status="test"),
        rule("fraud.never", "w", text("w", "龘"), status="test"),
        rule("fraud.draft", "w", text("w", "乙"), status="draft"),
        relief("relief.warn", "w", text("w", "别"), by=60, status="test"),
    )
    one = corpus(rows(*ROWS), ("fraud",), label="label")
    result = ablate(trial, one)
    found = {effect.rule: effect for effect in result.on_test}
    assert [effect.rule for effect in result.rules] == ["fraud.a"]
    assert result.skipped == 1
    more, idle, warn = found["fraud.more"], found["fraud.idle"], found["relief.warn"]
    assert (more.hits, more.unique_catches, more.unique_false_alarms) == (4, 1, 0)
    assert (more.recall_change.k, more.recall_change.n) == (-1, 13)
    assert (idle.hits, idle.unique_catches, idle.unique_false_alarms) == (15, 0, 0)
    assert (found["fraud.never"].hits, found["fraud.never"].changed) == (0, 0)
    assert (warn.hits, warn.prevented_catches, warn.prevented_false_alarms) == (6, 1, 5)
    for name, effect in found.items():
        again = decide(Engine(Program(promoted(trial.policy, name))), one).ranks
        assert effect.changed == (again != decide(trial, one).ranks).any(axis=1).sum()


def test_rules_on_test_are_shown_where_there_are_some(ablated: Ablation, corpus: MakeCorpus) -> None:
    assert "on-test" not in [table.name for table in view(ablated).tables]
    trial = engine(rule("fraud.a", "w", text("w", "骗")), rule("fraud.more", "w", text("w", "甲"), status="test"))
    shown = view(ablate(trial, corpus(rows(*ROWS), ("fraud",), label="label")))
    assert "rules on test: 1, of which 1, made stable, would change an action" in shown.summary
    assert "A dry run" in as_text(shown, 80)


def test_several_processes_give_the_same_figures(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), ("fraud",), label="label")
    assert ablate(three(), made, jobs=2) == ablate(three(), made)
