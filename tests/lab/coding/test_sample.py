"""What is drawn, with which probability, and that a sheet tells a coder nothing."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, strategies as st
from openpyxl import load_workbook
from statsmodels.regression.linear_model import OLS

from modengine.errors import InputError, OutputError
from modengine.lab.coding import sheets as sheets_module
from modengine.lab.coding.codes import read_sheets
from modengine.lab.coding.draw import LEAST_OF_STRATUM, POWERS, allocate, drawn
from modengine.lab.coding.key import read_key, sample_id
from modengine.lab.coding.sample import effective_rows, sample
from modengine.lab.coding.sheets import clauses_of, files, guide, write_sheets
from modengine.lab.coding.workbook import MOST_CHARACTERS, as_cell, read, written
from modengine.lab.data.corpus import Columns, load as load_rows
from modengine.loading import load
from tests.build import engine, rule, text
from tests.lab.coding.made import ROWS, drawn as sample_of
from tests.lab.corpora import rows, sound, write
from tests.paths import CAMPAIGN


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=20), st.integers(1, 4_000), st.sampled_from(sorted(POWERS)))
def test_every_stratum_gets_its_least_and_never_more_than_it_has(sizes: list[int], n: int, how: str) -> None:
    least = [min(size, LEAST_OF_STRATUM) for size in sizes]
    if n < sum(least):
        with pytest.raises(InputError, match="too few for"):
            allocate(sizes, n, how)  # type: ignore[arg-type]
        return
    counts = allocate(sizes, n, how)  # type: ignore[arg-type]
    assert sum(counts) == min(n, sum(sizes))
    assert all(low <= count <= size for low, count, size in zip(least, counts, sizes, strict=True))
    ordered = sorted(zip(sizes, counts, strict=True))
    assert all(b >= a - 1 for (_, a), (_, b) in pairwise(ordered))


@pytest.mark.parametrize(
    ("sizes", "said", "hint"),
    [
        ((9,), "4 rows are too few for 1 stratum, which needs 5", "draw more with --rows 5"),
        ((5,) * 240, "240 strata, which need 1,200", "draw more with --rows 1200, or make fewer strata with --by"),
    ],
)
def test_a_sample_too_small_is_told_what_can_be_typed(sizes: tuple[int, ...], said: str, hint: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        allocate(sizes, 4, "root")
    assert raised.value.hint == hint


def test_allocation_goes_by_the_root_by_parts_or_by_size() -> None:
    sizes = (100, 400, 10_000)
    assert allocate(sizes, 260, "root") == (20, 40, 200)
    assert allocate(sizes, 105, "proportional") == (5, 5, 95)
    assert allocate(sizes, 150, "equal") == (50, 50, 50)


def test_every_row_of_a_stratum_is_as_likely_as_the_others() -> None:
    strata = np.repeat([0, 1], [10, 40])
    random = np.random.default_rng(1)
    counts = sum(np.bincount(drawn(strata, (5, 8), random), minlength=50) for _ in range(4_000)) / 4_000
    assert np.abs(counts - np.repeat([0.5, 0.2], [10, 40])).max() < 0.035


def test_the_key_has_the_probability_of_each_row_and_counts_the_whole_corpus(tmp_path: Path) -> None:
    found, _ = sample_of(tmp_path)
    key = found.key
    sizes, counts = Counter[str](), Counter[str]()
    for cell in key.cells:
        sizes[cell.stratum] += cell.rows
        counts[cell.stratum] += cell.drawn
    assert key.size == sum(sizes.values()) == 200
    assert len(key.rows) == sum(counts.values()) == 80
    for row in key.rows:
        stratum = key.cells[row.cell].stratum
        assert row.probability == counts[stratum] / sizes[stratum]
    assert sum(1 / row.probability for row in key.rows) == pytest.approx(200)
    assert {"allow · a", "fraud review · a", "fraud block · b", "violence label · a"} <= set(sizes)


@pytest.mark.parametrize(
    ("by", "names"),
    [
        (("action",), {"allow", "label", "review", "block"}),
        (("category",), {"allow", "fraud", "violence"}),
        (("stratum",), {"a", "b"}),
        (("action", "category"), {"allow", "fraud review", "fraud block", "violence label"}),
    ],
)
def test_strata_are_made_of_what_is_asked_for(tmp_path: Path, by: tuple[str, ...], names: set[str]) -> None:
    found, _ = sample_of(tmp_path, by=by)
    assert {stratum.stratum for stratum in found.result.strata} == names


def test_the_seed_makes_the_sample_and_every_byte_of_its_files(tmp_path: Path) -> None:
    policy = sound().policy
    one, again, other = (sample_of(tmp_path, seed=seed)[0] for seed in (1, 1, 2))
    assert dict(files(one, policy)) == dict(files(again, policy))
    assert one.key.sample != other.key.sample
    assert {row.row for row in one.key.rows} != {row.row for row in other.key.rows}


def test_a_sheet_tells_nothing_of_the_decision(tmp_path: Path) -> None:
    found, _ = sample_of(tmp_path)
    names = dict(files(found, sound().policy))
    rows = list(csv.DictReader(io.StringIO(names["sheets/coder-1.csv"].decode("utf-8-sig"))))
    assert list(rows[0]) == ["id", "text", "code", "note"]
    assert {row["code"] + row["note"] for row in rows} == {""}
    # Neither the order of the rows nor their numbers follow the strata or the corpus.
    place = {row.id: row for row in found.key.rows}
    for order in ([row["id"] for row in rows], sorted(place)):
        hit = np.array(["allow" not in found.key.cells[place[row].cell].stratum for row in order], float)
        corpus = np.array([place[row].row for row in order], float)
        assert abs(np.corrcoef(np.arange(len(order)), hit)[0, 1]) < 0.3
        assert abs(np.corrcoef(np.arange(len(order)), corpus)[0, 1]) < 0.3
    both = [[row.split(",")[0] for row in names[f"sheets/coder-{n}.csv"].decode().splitlines()] for n in (1, 2)]
    assert both[0] != both[1]
    assert sorted(both[0]) == sorted(both[1])


def test_rows_that_are_not_for_all_are_dealt_out_evenly_in_each_stratum(tmp_path: Path) -> None:
    found, _ = sample_of(tmp_path, coders=3, overlap=0.25)
    many = Counter(len(row.sheets) for row in found.key.rows)
    assert many == {3: found.result.shared, 1: 80 - found.result.shared}
    assert 20 <= found.result.shared <= 28
    alone = Counter(row.sheets for row in found.key.rows if len(row.sheets) == 1)
    assert max(alone.values()) - min(alone.values()) <= 1
    assert [len(rows) for rows in found.sheets] == [sum(n in r.sheets for r in found.key.rows) for n in (1, 2, 3)]


def test_rows_of_a_cluster_that_are_hit_together_tell_as_much_as_one() -> None:
    """A ratio over clusters, as the cluster-robust error of statsmodels has it."""
    random = np.random.default_rng(1)
    hit = random.random(200) < 0.3
    assert effective_rows(np.arange(200), hit) == pytest.approx(200, rel=0.01)
    assert effective_rows(np.repeat(np.arange(50), 4), np.repeat(hit[:50], 4)) == pytest.approx(50, rel=0.03)
    assert effective_rows(np.zeros(10, np.int64), hit[:10]) == 1.0
    assert effective_rows(np.repeat(np.arange(5), 2), np.ones(10, np.bool_)) == 5.0
    counts = random.integers(1, 9, 60)
    codes = np.repeat(np.arange(60), counts)
    hit = random.random(len(codes)) < random.random(60)[codes]
    fit = OLS(hit.astype(float), np.ones(len(hit))).fit(cov_type="cluster", cov_kwds={"groups": codes})
    assert effective_rows(codes, hit) == pytest.approx(hit.mean() * (1 - hit.mean()) / fit.cov_params()[0, 0], rel=1e-6)


def test_a_lone_surrogate_in_an_id_and_a_stratum_comes_back(tmp_path: Path) -> None:
    made = [{**row, "id": f"{row['id']}\ud800", "part": "\ud800"} for row in rows(*ROWS)]
    corpus = load_rows([write(tmp_path / "rows.jsonl", made)], Columns(stratum="part"), ("fraud", "violence"))
    found = sample(sound(), corpus, 80)
    write_sheets(found, sound().policy, tmp_path / "coding")
    assert read_key(tmp_path / "coding") == found.key
    assert {row.message[-1] for row in found.key.rows if row.message} == {"\ud800"}


def test_a_key_that_was_edited_or_is_none_is_refused(tmp_path: Path) -> None:
    found, _ = sample_of(tmp_path)
    path = tmp_path / "key.json"
    path.write_bytes(msgspec.json.encode(found.key))
    assert read_key(path) == found.key == read_key(tmp_path)
    assert sample_id(found.key) == found.key.sample
    plain = json.loads(path.read_text("utf-8"))
    plain["cells"][0]["rows"] += 1
    path.write_text(json.dumps(plain), "utf-8")
    with pytest.raises(InputError, match="was changed after the sample was drawn"):
        read_key(path)
    for wrong in ("", "id,row", "{}", '{"format": 1}', "[" * 5_000):
        path.write_text(wrong, "utf-8")
        with pytest.raises(InputError, match="is not the key of a sample"):
            read_key(path)
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(InputError, match="is not the key of a sample"):
        read_key(path)
    with pytest.raises(InputError, match="there is no file"):
        read_key(tmp_path / "other.json")


HOSTILE = (
    '=HYPERLINK("http://example.com")',
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1",
    "\t=1",
    "'=1",
    "a\x00b\x0bc",
    "\ud800",
    "好" * 40_000,
)


def test_no_cell_of_a_workbook_is_run(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(written([("id", "text", "code"), *(("s1", text, "") for text in HOSTILE)], "=1+1", ("a", "b"), 2))
    book = load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell.value for cell in cells if cell.value.startswith(("=", "+", "-", "@", "＝", "\t"))]
    assert max(len(cell.value) for cell in cells) < 32_767
    (choices,) = book["code"].data_validations.dataValidation
    assert (choices.formula1, str(choices.sqref)) == ('"a,b"', f"C2:C{len(HOSTILE) + 1}")
    assert read(path)[1][1] == "'" + HOSTILE[0]
    assert len(as_cell("好" * 40_000)) < MOST_CHARACTERS + 10


def test_no_cell_of_a_csv_is_run(tmp_path: Path) -> None:
    found, _ = sample_of(tmp_path)
    bad = msgspec.structs.replace(found.key)
    hostile = tuple(tuple((row[0], HOSTILE[i % 8]) for i, row in enumerate(rows)) for rows in found.sheets)
    made = dict(files(type(found)(found.result, bad, hostile), sound().policy))
    for row in csv.reader(io.StringIO(made["sheets/coder-1.csv"].decode("utf-8-sig"))):
        assert not any(cell.startswith(("=", "+", "-", "@", "＝", "\t")) for cell in row)


def test_the_guide_has_the_clauses_and_nothing_of_the_rules() -> None:
    policy = load(CAMPAIGN).policy
    said = guide(policy)
    for category in policy.categories:
        assert f"## {category}" in said
    for ruleset in policy.rulesets:
        for clause in ruleset.clauses.values():
            assert " ".join(clause.split()) in said
        for one in ruleset.rules:
            assert one.id not in said
    forbidden, excused = clauses_of(policy), clauses_of(policy, excused=True)
    assert "R9" in excused["rumour"]
    assert "R9" not in forbidden["rumour"]
    assert "R1" in forbidden["rumour"]


def test_the_guide_of_a_policy_without_clauses_says_so() -> None:
    policy = engine(rule("fraud.word", "word", text("word", "骗"))).policy
    assert "no written clause for this category" in guide(policy)


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    """Paths may be texts; a sheet that nobody has filled in is refused."""
    found, _ = sample_of(tmp_path)
    policy = sound().policy
    write_sheets(found, policy, str(tmp_path / "new" / "coding"))
    there = {path.relative_to(tmp_path / "new" / "coding").as_posix() for path in (tmp_path / "new").rglob("*.*")}
    assert there == {name for name, _ in files(found, policy)}
    key = read_key(str(tmp_path / "new" / "coding"))
    assert key == found.key
    sheets = [str(tmp_path / "new" / "coding" / "sheets" / f"coder-{number}.csv") for number in (1, 2)]
    with pytest.raises(InputError, match="no row was coded"):
        read_sheets(sheets, key)


@pytest.mark.parametrize("full_at", ["coder-2.csv", "guide.md", "key.json", "key.csv"])
@pytest.mark.parametrize("is_there", [False, True])
def test_where_a_disk_is_full_nothing_is_left_and_a_second_try_works(
    full_at: str, is_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = sample_of(tmp_path)
    policy = sound().policy
    folder = tmp_path / "new" / "coding"
    if is_there:
        folder.mkdir(parents=True)
    before = set(tmp_path.rglob("*"))

    def full(path: Path, data: bytes) -> None:
        if path.name == full_at:
            raise OutputError("ME909", f"`{path}` cannot be written: no space left on device", "make room")
        path.write_bytes(data)

    with monkeypatch.context() as patched:
        patched.setattr(sheets_module, "write_bytes", full)
        with pytest.raises(OutputError, match="no space left"):
            write_sheets(found, policy, folder)
    assert set(tmp_path.rglob("*")) == before
    write_sheets(found, policy, folder)
    assert read_key(folder) == found.key
