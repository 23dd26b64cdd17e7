"""`study.yaml`: what it takes, and what is said of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from modengine.errors import PolicyError
from modengine.lab.study.keys import CODED, CORPUS, DIRECTIONS, EXPLORE, OUTCOME, POOL, STUDY
from modengine.lab.study.model import FIGURES
from modengine.lab.study.opened import open_study
from modengine.lab.study.read import read_study
from modengine.paths import shipped_policy
from tests.lab.study.changing import change
from tests.paths import DOCS

SPARED = "{question: Q2, figure: over-blocking, policy: strict, corpus: shop, action: label, at-most: 0.05}"


def test_a_study_is_read_as_it_stands(study: Path) -> None:
    read = read_study(study)
    assert (read.name, read.authors, read.split, read.seed, read.correction) == (
        "shop-talk", ("A. Researcher",), "none", 1, "holm",
    )  # fmt: skip
    more = read.outcomes["more"]
    assert (more.figure, more.policy, more.than, more.category, more.direction) == (
        "recall-difference", "strict", "small", "any", "higher",
    )  # fmt: skip
    assert read.outcomes["caught"].words() == "recall of fraud at label or more, small on shop: at least 0.35"


def test_a_margin_is_said_in_words(study: Path) -> None:
    change(study, "direction: higher", "direction: not-lower, margin: 0.02")
    more = read_study(study).outcomes["more"]
    assert (more.direction, more.bound) == ("not lower", 0.02)
    assert more.words().endswith(": not lower by 0.02")


@pytest.mark.parametrize("shipped", ["campaign-2014", "modengine:campaign-2014"])
def test_a_policy_may_be_a_shipped_one_and_a_corpus_a_sample(study: Path, shipped: str) -> None:
    change(study, "strict: strict.yaml", f"strict: strict.yaml, shipped: {shipped}")
    change(study, "shop: shop.yaml", "shop: {card: shop.yaml, sample: 30}")
    read = read_study(study)
    assert read.policies["shipped"] == shipped_policy()
    opened = open_study(read)
    assert (len(opened.corpora["shop"]), opened.corpora["shop"].sampled_from) == (30, 42)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("study: shop-talk", "studies: shop-talk", 1, "this is no study"),
        ("authors:", "autors:", 3, "has no key `autors`"),
        ("figure: recall,", "figure: recal,", 11, "did you mean `recall`?"),
        ("at-least: 0.35", "at-least: 35", 11, "takes a number above 0 and at most 1"),
        ("direction: higher", "direction: not-lower", 12, "has no `margin`, which its direction is held against"),
        ("direction: higher", "direction: higher, margin: 0.02", 12, "a margin and no direction that is held against"),
        ("at-least: 0.35", "at-least: 0.35, margin: 0.02", 11, "a margin and no direction that is held against"),
        ("direction: higher", "direction: alike, margin: 2 %", 12, "takes a number above 0 and at most 1"),
        ("at-least: 0.35", "direction: higher", 11, "is claimed with `at-least` or `at-most`, not `direction`"),
        ("direction: higher", "at-least: 0.1", 12, "is claimed with `direction`, not `at-least`"),
        (", at-least: 0.35", "", 11, "has neither `at-least`, `at-most` nor `direction`"),
        (", at-most: 0.05", ", at-most: 0.05, at-least: 0.01", 13, "has `at-least` and `at-most`"),
        ("policy: small, corpus: shop, category", "policy: smal, corpus: shop, category", 11, "no policy `smal`"),
        ("than: small", "than: strict", 12, "compares `strict` with itself"),
        ("corpus: shop, category", "corpus: ship, category", 11, "there is no corpus `ship` in this study"),
        ("question: Q1", "question: Q3", 11, "there is no question `Q3`"),
        ("category: fraud, action", "action", 11, "`caught` has no `category`, which `recall` needs"),
        ("at-most: 0.05", "at-most: 0.05, kind: width", 13, "`over-blocking` takes no `kind`"),
        ("category: fraud", "category: spam", 11, "the policy `small` has no category `spam`"),
        ("category: fraud", "category: any", 11, "is of one category, not of any"),
        ("fraud, action: label", "fraud, action: block", 11, "`fraud` never reaches `block` in the policy `small`"),
        ("at-most: 0.05", "at-most: 0.05, stratum: group", 13, "`shop` has no stratum `group`"),
        ("shop: shop.yaml", "shop: shop.csv", 9, "`shop.csv` is no card"),
        ("corpora: {shop: shop.yaml}", "corpora: {shop: shop.yaml}\ncorrection: holm-by-question\nseed: -1", 11,
         "takes 0 to"),
        (f"spared: {SPARED}", f"spared: {SPARED}\n  again: {SPARED}", 14, "claim the same of one figure"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(study: Path, old: str, new: str, line: int, said: str) -> None:
    change(study, old, new)
    with pytest.raises(PolicyError) as raised:
        open_study(read_study(study))
    found = "\n".join(problem.render() for problem in raised.value.diagnostics)
    assert said in found
    assert f"study.yaml:{line}:" in found


def test_a_misspelt_category_is_one_problem_with_the_name_that_is_meant(study: Path) -> None:
    change(study, "category: fraud", "category: fruad")
    with pytest.raises(PolicyError) as raised:
        open_study(read_study(study))
    assert [problem.hint for problem in raised.value.diagnostics] == ["did you mean `fraud`?"]


def test_a_figure_that_the_card_forbids_cannot_be_declared(study: Path) -> None:
    change(study.parent / "shop.yaml", "invented: true", "invented: true\nforbid: [recall]")
    with pytest.raises(PolicyError, match="the card of `shop` forbids `recall`") as raised:
        open_study(read_study(study))
    assert len(raised.value.diagnostics) == 2  # the difference of recalls, too


def test_an_outcome_needs_rows_of_its_kind(study: Path) -> None:
    change(study.parent / "shop.yaml", "{lure: fraud}", "{}")
    change(study.parent / "shop.yaml", "none: talk", "none: [talk, lure]")
    with pytest.raises(PolicyError, match="`shop` has no row of `fraud`"):
        open_study(read_study(study))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ME112"),
        (b"\xff\xfe\x00", "ME104"),
        (b"- a\n- b\n", "ME203"),
        (b"study: [", "ME105"),
        (b"study: a\x1b[31m\n", "ME105"),
        (b"a: &x 1\nstudy: *x\n", "ME107"),
        (b"study: talk\n", "ME202"),
        (b"study: talk\npolicies: {}\ncorpora: {}\noutcomes: {}\n", "ME205"),
        (b"policy: talk\n", "this is no study"),
        ("id,text\n1,好，请问\n".encode(), "this is no study"),
        ("study：talk\n".encode(), "is a full-width mark"),
    ],
)
def test_a_file_that_is_no_study_is_an_error(study: Path, content: bytes, said: str) -> None:
    study.write_bytes(content)
    with pytest.raises(PolicyError, match=said):
        read_study(study)


def test_neither_is_a_folder_nor_what_is_not_there(study: Path) -> None:
    with pytest.raises(PolicyError, match="ME102"):
        read_study(study.parent)
    with pytest.raises(PolicyError, match="ME101"):
        read_study(study.parent / "other.yaml")


def test_every_key_and_figure_is_described() -> None:
    page = (DOCS / "study.md").read_text("utf-8")
    names = {*STUDY.keys, *OUTCOME.keys, *CORPUS.keys, *POOL.keys, *CODED.keys, *FIGURES, *DIRECTIONS, *EXPLORE}
    assert {name for name in names if f"`{name}`" not in page and f"{name}:" not in page} == set()
    assert {figure: kind.doc for figure, kind in FIGURES.items() if f"| `{figure}` | {kind.doc} |" not in page} == {}
