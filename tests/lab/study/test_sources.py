"""Outcomes of corpora pooled and of coded samples: declared, pinned, run, packed and repeated like all others."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from modengine.errors import InputError, PolicyError
from modengine.lab.coding.codes import read_sheet, read_sheets
from modengine.lab.coding.estimate import estimate
from modengine.lab.coding.key import read_key
from modengine.lab.stats.intervals import Estimate, proportion
from modengine.lab.stats.pooled import p_pooled, pooled
from modengine.lab.studies.together import together
from modengine.lab.study.changes import check_pin
from modengine.lab.study.opened import OpenedStudy, open_study
from modengine.lab.study.pin import before_coding, digest_of, pin_path, read_pin
from modengine.lab.study.read import read_study
from modengine.lab.study.run import StudyResult, run_study
from tests.commands import Command
from tests.lab.study.changing import change

SOURCES = """\
corpora: {shop: shop.yaml, group: group.yaml}
pools: {both: [shop, group], even: {corpora: [shop, group], weigh: corpora}}
coded:
  people: {policy: small, corpus: shop, key: coding/key.json, sheets: [anna.csv, ben.csv], settled: settle.csv}
"""
OUTCOMES = """\
outcomes:
  all: {question: Q1, figure: recall, policy: small, corpus: both, category: fraud, action: label, at-least: 0.4}
  even: {question: Q2, figure: over-blocking, policy: strict, corpus: even, action: label, at-most: 0.05}
  more: {question: Q2, figure: recall-difference, policy: strict, than: small, corpus: both, action: label,
         direction: higher}
  near: {question: Q2, figure: over-blocking-difference, policy: strict, than: small, corpus: both, action: label,
         direction: not-higher, margin: 0.05}
  found: {question: Q1, figure: recall, policy: small, corpus: people, category: fraud, action: label, at-least: 0.3}
  right: {question: Q1, figure: precision, policy: small, corpus: people, category: fraud, action: label, at-least: 0.5}
  much: {question: Q1, figure: prevalence, policy: small, corpus: people, category: any, action: label, at-most: 0.2}
  spared: {question: Q2, figure: over-blocking, policy: small, corpus: people, action: label, at-most: 0.2}
"""


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def write_rows(path: Path, rows: Sequence[dict[str, str]], columns: Sequence[str] = ()) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, columns or list(rows[0]), extrasaction="ignore")
        out.writeheader()
        out.writerows(rows)


def code(folder: Path) -> None:
    """What two people say of the rows: Ben takes two questions for lures, and that is settled."""
    kind = {row["text"]: "fraud" if row["kind"] == "lure" else "none" for row in rows_of(folder / "shop.csv")}
    for number, name in ((1, "anna"), (2, "ben")):
        rows = rows_of(folder / f"coding/sheets/coder-{number}.csv")
        asked = sorted(row["text"] for row in rows if "刷单" in row["text"] and kind[row["text"]] == "none")[:2]
        for row in rows:
            row["code"] = "fraud" if name == "ben" and row["text"] in asked else kind[row["text"]]
            row["note"] = f"note of {name}"
        write_rows(folder / f"{name}.csv", rows)
    apart = [row | {"codes": "fraud | none"} for row in rows if row["text"] in asked]
    write_rows(folder / "settle.csv", [row | {"code": "none"} for row in apart])


@pytest.fixture
def sources(study: Path, command: Command) -> Path:
    """The study of the page with a second corpus, two pools and a sample that nobody has coded yet."""
    folder = study.parent
    again = [
        row | {"id": f"g{row['id']}", "text": f"在吗，{row['text']}"} for row in rows_of(folder / "shop.csv")[4:40]
    ]
    write_rows(folder / "group.csv", again)
    card = (folder / "shop.yaml").read_text("utf-8")
    (folder / "group.yaml").write_text(card.replace("shop", "group"), "utf-8")
    text = study.read_text("utf-8").replace("corpora: {shop: shop.yaml}\n", SOURCES)
    study.write_text(text[: text.index("outcomes:")] + OUTCOMES, "utf-8")
    drawn = command("sample", folder / "small.yaml", folder / "shop.yaml", "-n", 30, "--to", folder / "coding")
    assert drawn.code == 0, drawn.err
    return study


@pytest.fixture
def coded(sources: Path) -> Path:
    code(sources.parent)
    return sources


def opened(study: Path) -> OpenedStudy:
    return open_study(read_study(study))


def ran(study: Path) -> StudyResult:
    return run_study(opened(study), None).result


def test_figures_of_a_pool_are_those_of_together(coded: Path) -> None:
    study, result = opened(coded), ran(coded)
    engines, corpora = [*study.engines.values()], [*study.corpora.values()]
    side_by_side = together(engines, corpora)
    shares = {
        (s.policy, s.figure, s.category.strip("()"), s.action): s
        for s in side_by_side.shares
        if s.corpus.startswith("(pooled")
    }
    for pool, part in (("both", "share"), ("even", "corpora_alike")):
        mine = {
            (f.policy, f.figure, f.category, f.action): f.found
            for f in result.figures
            if f.corpus == pool and f.than is None
        }
        assert mine == {key: getattr(share, part) for key, share in shares.items()}
        assert len(mine) > 4
    differences = {
        (f"{d.figure}-difference", d.category.strip("()"), d.action): d.found
        for d in side_by_side.differences
        if d.corpus.startswith("(pooled")
    }
    found = [f for f in result.figures if f.corpus == "both" and f.than is not None]
    assert {(f.figure, f.category, f.action): (f.found, f.p) for f in found} == {
        key: (one.change, one.p) for key, one in differences.items()
    }
    assert [f for f in result.figures if f.corpus == "even" and f.than is not None] == []


def test_claims_on_a_pool_are_tested_over_all_of_its_rows(coded: Path) -> None:
    study, by = opened(coded), {o.outcome: o for o in ran(coded).outcomes}
    shop, group = study.corpora["shop"], study.corpora["group"]
    assert by["all"].found.n == sum(c.labels.count("fraud") for c in (shop, group))
    claimed, contrary = by["all"].p, by["all"].p_against
    assert claimed is not None
    assert contrary is not None
    assert by["all"].found.low is not None
    assert (claimed < 0.025) == (by["all"].found.low > 0.4)
    assert claimed + contrary == pytest.approx(1.0)
    assert by["even"].verdict == "contradicted"
    assert (by["more"].verdict, by["near"].verdict) == ("shown", "contradicted")
    assert by["near"].limits is not None
    assert by["near"].limits[0] > 0.05


def test_claims_on_a_coded_sample_are_tested_by_the_draws_of_its_interval(coded: Path) -> None:
    folder, by = coded.parent, {o.outcome: o for o in ran(coded).outcomes}
    key = read_key(folder / "coding")
    sheets = read_sheets([folder / "anna.csv", folder / "ben.csv"], key)
    figures = estimate(key, sheets, settled=read_sheet(folder / "settle.csv", key)).figures
    fraud = next(f for f in figures if f.category == "fraud" and f.action == "label")
    anything = next(f for f in figures if f.category == "(any)" and f.action == "label")
    expected = {
        "found": fraud.recall, "right": fraud.precision, "much": anything.prevalence, "spared": anything.others_hit,
    }  # fmt: skip
    assert {name: by[name].found for name in expected} == expected
    for name, bound, at_least in (("found", 0.3, True), ("right", 0.5, True), ("much", 0.2, False)):
        found, p = by[name].found, by[name].p
        assert found.low is not None
        assert found.high is not None
        assert p is not None
        assert (p < 0.025) == (found.low > bound if at_least else found.high < bound)
    assert [by[name].verdict for name in ("found", "right", "much")] == ["shown", "shown", "contradicted"]


def test_what_a_figure_is_of_is_said(pinned_coded: Path, command: Command) -> None:
    said = " ".join(command("study", "run", pinned_coded, "--table", "declared").out.split())
    assert "pool both: shop, group; each row counts alike" in said
    assert "pool even: shop, group; each corpus counts alike" in said
    assert (
        "coded sample people: 30 of 30 rows of shop, drawn by small and coded by anna, ben, who disagree on 2" in said
    )
    assert "(2 settled); the sheets were there at the pin" in said
    page = command("study", "run", pinned_coded, "--format", "html").out
    assert "weighted by the inverse of the probability" in page


@pytest.fixture
def pinned_coded(coded: Path, command: Command) -> Path:
    assert command("study", "pin", coded).code == 0
    return coded


def test_a_sheet_is_pinned_by_what_it_says(pinned_coded: Path) -> None:
    folder = pinned_coded.parent
    pin = read_pin(pin_path(pinned_coded))
    rows = rows_of(folder / "anna.csv")
    write_rows(folder / "anna.csv", [row | {"note": "", "text": ""} for row in reversed(rows)], ["code", "id", "text"])
    assert check_pin(opened(pinned_coded), pin) == pin
    rows[0]["code"] = "none" if rows[0]["code"] == "fraud" else "fraud"
    write_rows(folder / "anna.csv", rows)
    with pytest.raises(InputError, match=r"coded\.people: sheets/anna\.csv has another content"):
        check_pin(opened(pinned_coded), pin)


def test_claims_can_be_pinned_before_anybody_codes(sources: Path, command: Command) -> None:
    """The pin that was made before can be worked out from the one that the sheets were added to."""
    first = command("study", "pin", sources)
    assert first.code == 0
    assert "people: 30 rows of shop, to be coded by anna, ben" in " ".join(first.out.split())
    refused = command("study", "run", sources)
    assert (refused.code, "is there yet" in refused.err) == (2, True)
    code(sources.parent)
    refused = command("study", "run", sources)
    assert (refused.code, "sheets came after" in refused.err) == (2, True)
    second = command("study", "pin", sources)
    assert second.code == 0
    assert second.out.splitlines()[-1] == f"before the sheets were added: {first.out.splitlines()[-1]}"
    pin = read_pin(pin_path(sources))
    assert pin is not None
    assert before_coding(pin) == first.out.splitlines()[-1]
    assert pin.amends == ()
    assert "coded after the pin" in " ".join(command("study", "run", sources).out.split())
    assert command("study", "pin", sources).out.startswith("already pinned on ")


def test_a_claim_that_changes_when_the_sheets_come_is_a_change(sources: Path, command: Command) -> None:
    assert command("study", "pin", sources).code == 0
    code(sources.parent)
    change(sources, "at-least: 0.3", "at-least: 0.2")
    refused = command("study", "pin", sources)
    assert (refused.code, "outcomes.found.bound was 0.3, is 0.2" in refused.err) == (2, True)


def test_a_log_that_holds_the_pin_before_the_sheets_proves_the_later_one(
    sources: Path, command: Command, tmp_path: Path
) -> None:
    assert command("study", "pin", sources, "--audit", tmp_path / "audit").code == 0
    code(sources.parent)
    assert command("study", "pin", sources).code == 0
    assert command("study", "pack", sources, "-o", tmp_path / "package").code == 0
    again = command("study", "verify", tmp_path / "package", "--data", sources.parent, "--audit", tmp_path / "audit")
    assert (again.code, "the pin is record #" in again.err) == (0, True)


def test_pins_of_studies_without_them_keep_their_digests(study: Path, command: Command) -> None:
    assert command("study", "pin", study).code == 0
    content = json.loads(pin_path(study).read_text("utf-8"))
    del content["pools"], content["coded"]
    pin_path(study).write_text(json.dumps(content), "utf-8")
    pin = read_pin(pin_path(study))
    assert pin is not None
    assert digest_of(pin) == content["digest"]


@pytest.fixture
def packed_coded(pinned_coded: Path, command: Command, tmp_path: Path) -> Path:
    package = tmp_path / "package"
    made = command("study", "pack", pinned_coded, "-o", package)
    assert made.code == 0, made.err
    (tmp_path / "data").mkdir()
    for name in ("shop.csv", "group.csv"):
        shutil.copy(pinned_coded.parent / name, tmp_path / "data" / name)
    shutil.rmtree(pinned_coded.parent)
    return package


def test_the_package_has_the_codes_and_no_text_or_note(packed_coded: Path) -> None:
    files = {path.relative_to(packed_coded).as_posix() for path in packed_coded.rglob("*") if path.is_file()}
    assert {name for name in files if name.startswith("coded/")} == {
        f"coded/people/{name}" for name in ("key.json", "settled.csv", "sheets/anna.csv", "sheets/ben.csv")
    }
    assert {*rows_of(packed_coded / "coded/people/sheets/anna.csv")[0]} == {"id", "code"}
    texts = [row["text"] for row in rows_of(packed_coded.parent / "data" / "shop.csv")]
    for name in files:
        content = (packed_coded / name).read_text("utf-8")
        assert [text for text in (*texts, "note of") if text in content] == []


def test_a_package_is_repeated_without_the_sheets(packed_coded: Path, command: Command) -> None:
    again = command("study", "verify", packed_coded, "--data", packed_coded.parent / "data")
    assert (again.code, again.err) == (0, "")
    assert "the same: all of" in again.out


def test_a_key_that_is_of_other_decisions_is_an_error(coded: Path) -> None:
    study = opened(coded)
    change(coded.parent / "lures.yaml", "score: 60", "score: 15")  # the policy decides otherwise since it drew
    with pytest.raises(InputError, match="14 rows of `shop` are decided otherwise than when the sample `people` was"):
        ran(coded)
    assert run_study(study, None).result.coded[0].otherwise == 0


def draws_anew(study: Path, command: Command, *options: object) -> None:
    folder = study.parent
    shutil.rmtree(folder / "coding")
    drawn = command(
        "sample", folder / "small.yaml", folder / "shop.yaml", "-n", 30, "--to", folder / "coding", *options
    )
    assert drawn.code == 0, drawn.err
    code(folder)


def test_a_sample_may_be_drawn_by_strata_that_the_card_does_not_name(coded: Path, command: Command) -> None:
    draws_anew(coded, command, "--stratum", "kind")
    assert "stratum" not in (coded.parent / "shop.yaml").read_text("utf-8")
    assert ran(coded).coded[0].otherwise == 0


def test_a_sample_of_rows_that_were_drawn_by_another_seed_is_an_error(coded: Path, command: Command) -> None:
    change(coded, "{shop: shop.yaml,", "{shop: {card: shop.yaml, sample: 40},")
    draws_anew(coded, command, "--sample", 40, "--seed", 5)
    with pytest.raises(PolicyError, match="drawn by the seed 5, here by"):
        opened(coded)
    change(coded, "corpora: {shop", "seed: 5\ncorpora: {shop")
    assert ran(coded).coded[0].otherwise == 0


PROBLEMS = (
    ("corpus: both, category", "corpus: boht, category", "there is no corpus `boht`"),
    ("pools: {both: [shop, group]", "pools: {both: [shop, groop]", "there is no corpus `groop`"),
    ("pools: {both: [shop, group]", "pools: {both: [shop, shop]", "the pool `both` has `shop` twice"),
    ("pools: {both:", "pools: {shop: [shop, group], both:", "`shop` is the name of something else, too"),
    ("figure: recall, policy: small, corpus: both", "figure: precision, policy: small, corpus: both",
     "`precision` cannot be had of `both`, a pool"),
    ("at-least: 0.4", "at-least: 0.4, stratum: a", "`both` is a pool, which has no strata"),
    ("than: small, corpus: both, action: label,\n         direction: higher",
     "than: small, corpus: even, action: label,\n         direction: higher", "counts each row alike, and `even`"),
    ("figure: prevalence, policy: small, corpus: people", "figure: prevalence, policy: small, corpus: shop",
     "`prevalence` cannot be had of `shop`, a corpus"),
    ("policy: small, corpus: people, category: fraud, action: label, at-least: 0.3",
     "policy: strict, corpus: people, category: fraud, action: label, at-least: 0.3",
     "the sample `people` was drawn by `small`, and tells of no other policy"),
    ("corpus: people, action: label, at-most: 0.2", "corpus: people, category: fraud, action: label, at-most: 0.2",
     "over-blocking of a coded sample is that of any category"),
    ("{policy: small, corpus: shop, key", "{policy: smal, corpus: shop, key", "there is no policy `smal`"),
    ("{policy: small, corpus: shop, key", "{policy: small, corpus: shpo, key", "there is no corpus `shpo`"),
    ("{policy: small, corpus: shop, key", "{policy: small, corpus: group, key",
     "was drawn from other rows than those of `group`"),
    ("sheets: [anna.csv, ben.csv]", "sheets: [anna.csv, other/anna.csv]", "two sheets of `people` have one name"),
    ("coded:\n", "split: halves\ncoded:\n", "the rows of `people` are of both halves"),
    ("at-least: 0.3}", "at-least: 0.3, stratum: a}", "`people` has no stratum `a`"),
)  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), PROBLEMS, ids=[said for *_, said in PROBLEMS])
def test_what_cannot_be_had_is_said_before_anything_is_decided(sources: Path, old: str, new: str, said: str) -> None:
    change(sources, old, new)
    with pytest.raises(PolicyError) as raised:
        opened(sources)
    assert said in "\n".join(problem.render() for problem in raised.value.diagnostics)


def test_a_sample_is_of_the_policy_that_drew_it(sources: Path) -> None:
    text = sources.read_text("utf-8").replace("people: {policy: small", "people: {policy: strict")
    sources.write_text(text.replace("policy: small, corpus: people", "policy: strict, corpus: people"), "utf-8")
    with pytest.raises(PolicyError, match="the sample `people` was drawn by the policy `small`, not by `strict`"):
        opened(sources)


def test_made_up_messages_are_pooled_apart(sources: Path) -> None:
    change(sources.parent / "group.yaml", "invented: true\n", "")
    with pytest.raises(PolicyError, match="the pool `both` has corpora of real messages, and of messages that were"):
        opened(sources)


def test_each_corpus_of_a_pool_must_give_the_figure(sources: Path) -> None:
    change(sources.parent / "group.yaml", "invented: true", "invented: true\nforbid: [recall]")
    with pytest.raises(PolicyError, match="the card of `group` forbids `recall`"):
        opened(sources)


def test_some_sheets_without_the_others_are_an_error(coded: Path) -> None:
    (coded.parent / "ben.csv").unlink()
    with pytest.raises(InputError, match=r"there is no file `.*ben\.csv`"):
        opened(coded)


# ----------------------------------------------------------------- the test of a pooled share


def shares(random: np.random.Generator) -> Iterator[list[Estimate]]:
    """Pools of corpora of different sizes, with clusters, with few hits and with none."""
    for number in range(60):
        parts = []
        for _ in range(int(random.integers(2, 5))):
            size = int(random.integers(3, 80))
            n = random.integers(1, 4, size) if number % 2 else np.ones(size, np.int64)
            parts.append(proportion(random.binomial(n, random.choice([0, 0.02, 0.3, 0.97])).astype(np.int64), n))
        yield parts


def test_p_of_a_pooled_share_is_its_interval_turned_round() -> None:
    random = np.random.default_rng(1)
    for parts in shares(random):
        weights = list(random.random(len(parts)) + 0.1)
        found = pooled(parts, weights)
        assert found.low is not None
        assert found.high is not None
        for bound in random.random(2):
            assert (p_pooled(parts, weights, True, bound) < 0.025) == (found.low > bound)
            assert (p_pooled(parts, weights, False, bound) < 0.025) == (found.high < bound)
        if found.low > 1e-6:
            assert p_pooled(parts, weights, True, found.low) == pytest.approx(0.025, rel=1e-4)


def test_p_of_a_pooled_share_rises_with_what_is_claimed() -> None:
    random = np.random.default_rng(2)
    for parts in list(shares(random))[:10]:
        p = [p_pooled(parts, [1.0] * len(parts), True, bound) for bound in np.linspace(0.01, 0.99, 25)]
        assert np.diff(p).min() > -1e-12


def test_paired_rows_of_a_pool_keep_clusters_of_corpora_apart(coded: Path) -> None:
    """Two like texts in two corpora are two clusters."""
    more = next(o for o in ran(coded).outcomes if o.outcome == "more")
    study = opened(coded)
    clusters = sum(len({*c.clusters[np.array(c.labels) == "fraud"]}) for c in study.corpora.values())
    assert more.found.clusters == clusters
