"""Tables in files: a value a cell, a name a column, and a codebook that says what each means."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from modengine.lab.report.columns import COLUMNS, column, named, unlike
from modengine.lab.report.names import TABLES, is_table
from modengine.lab.report.table import Quote, Several, Table, count_of, share_of
from modengine.lab.report.tidy_csv import codebook, package, to_csv
from modengine.lab.report.view import ResultView
from modengine.lab.report.views import (
    ablate,
    compare,
    evade,
    evaluate,
    fairness,
    smallest,
    timeline,
    together,
    trial as trials,
)
from modengine.lab.stats.intervals import FORBIDDEN, proportion
from modengine.lab.studies.ablate import ablate as ablated
from modengine.lab.studies.compare import compare as compared
from modengine.lab.studies.evade import evade as evaded
from modengine.lab.studies.evaluate import evaluate as evaluated
from modengine.lab.studies.fairness import fairness as fair
from modengine.lab.studies.smallest import smallest as least
from modengine.lab.studies.timeline import timeline as timed
from modengine.lab.studies.together import together as beside
from modengine.lab.studies.trial import trial as tried
from tests.commands import POLICY, Command
from tests.lab.corpora import FEW, NAME, MakeCorpus, never_acts, rows, sound, write


def read(table: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(table), newline="")))


def test_what_a_reader_takes_as_one_thing_is_several_columns() -> None:
    cells = (count_of(0, 566), share_of(0.25), Several("label (30)", (("action", "label"), ("score", 30))))
    table = Table("t", "T", ("rows of it", "base rate", "with it"), (cells,))
    assert read(table) == [
        {"positives": "0", "positives_n": "566", "base_rate": "0.25", "with_action": "label", "with_score": "30"}
    ]


def test_a_column_in_which_only_some_rows_have_several_values_has_all_their_columns() -> None:
    table = Table("t", "T", ("points",), ((40,), (Several("all", (("note", "all"),)),), (None,)))
    assert read(table) == [
        {"points": "40", "points_note": ""}, {"points": "", "points_note": "all"}, {"points": "", "points_note": ""}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("rows of it", "rows_of_it"), ("p (Holm)", "p_holm"), ("95 %", "c_95"), ("类别", "column"), ("", "column"),
        ("=1+1", "c_1_1"), ("A" * 50, "a" * 32),
    ],
)  # fmt: skip
def test_a_name_is_made_of_any_heading(text: str, name: str) -> None:
    assert named(text) == name


def test_equal_names_are_told_apart_within_their_length() -> None:
    assert unlike(["a", "a", "b" * 32, "b" * 32, "a"]) == ["a", "a_2", "b" * 32, "b" * 30 + "_2", "a_3"]


def test_every_name_in_the_book_fits_with_what_is_added_to_it() -> None:
    added = [name.removeprefix("a") for name in read(Table("t", "T", ("a",), ((FORBIDDEN,),)))[0]]
    found = [f"{c.name}{part}" for c in COLUMNS.values() for part in added]
    found += [f"{c.name}_{part}" for c in COLUMNS.values() for part in c.parts]
    assert [name for name in found if not NAME.fullmatch(name)] == []
    assert [heading for heading, c in COLUMNS.items() if not c.says.endswith(".")] == []


def test_headings_with_a_number_have_one_name() -> None:
    assert column("precision", "precision at a base rate of 0.1 %").name == "projected"
    assert column("kept", "strength 3 (50 %)").name == "strength_3"
    assert (column("worst-rules", "rows").name, column("moves", "rows").says) == ("rows", "Rows of the corpus.")


@pytest.fixture
def views(corpus: MakeCorpus) -> list[ResultView]:
    """Every view but that of `fit`, each with some rows."""
    made = [
        {**row, "kind": "ab"[i % 2], "time": f"2014-0{5 + i % 3}-30T08:00:00+08:00", "channel": "group"}
        for i, row in enumerate(rows(("骗", "fraud", 9), ("好骗", "none", 3), ("好", "none", 20)))
    ]
    of = corpus(made, label="label", stratum="kind", invented=True)
    engine = sound()
    return [
        evaluate.view(evaluated(engine, [of], prevalence=0.01, declare=["any.over-blocking@label<=0.5"])),
        ablate.view(ablated(engine, of)),
        compare.view(compared(engine, never_acts(), of)),
        evade.view(evaded(engine, [of])),
        fairness.view(fair(engine, [of], templates=FEW)),
        trials.view(tried(engine, of, [rule.id for rule in engine.policy.rules])),
        smallest.view(least(engine, "骗骗")),
        timeline.view(timed(engine, of)),
        together.view(beside([engine, never_acts()], [of, replace(of, name="other")])),
    ]


def test_every_column_of_every_table_is_described_and_tidy(views: list[ResultView]) -> None:
    unknown, untidy, loose = [], [], []
    for view in views:
        for table in view.tables:
            where = f"{view.name}/{table.name}"
            unknown += [f"{where}/{name}" for name in table.columns if column(table.name, name).says == f"{name}."]
            header, *cells = csv.reader(io.StringIO(to_csv(table), newline=""))
            untidy += [f"{where}: {name}" for name in header if not NAME.fullmatch(name)]
            untidy += [where] if len(set(header)) < len(header) else []
            loose += [f"{where}: {cell}" for row in cells for cell in row if re.fullmatch(r"[\d,]+ of .*|.* %|–", cell)]
    assert (unknown, untidy, loose) == ([], [], [])


def test_every_table_is_known_before_it_is_made(views: list[ResultView]) -> None:
    unknown = [(v.name, t.name) for v in views for t in v.tables if not is_table(v.name, t.name)]
    unmade = [(v.name, name) for v in views for name in TABLES[v.name] if name not in {t.name for t in v.tables}]
    assert unknown == []
    assert unmade == [
        ("eval", "thresholds-judged"), ("ablate", "boundaries"), ("ablate", "on-test"), ("fairness", "terms")
    ]  # fmt: skip
    sources = Path(evaluate.__file__).parent.rglob("*.py")
    named_there = {name for path in sources for name in re.findall(r'\bTable\(\s*"(.+?)"', path.read_text("utf-8"))}
    assert named_there <= {name for names in TABLES.values() for name in names}


def test_the_codebook_has_every_column_in_order_and_its_type(views: list[ResultView]) -> None:
    for view in views:
        for table in view.tables:
            book = codebook(table, table.name, f"{table.name}.csv").described()["schema"]["fields"]
            frame = pd.read_csv(io.StringIO(to_csv(table)), dtype=str, keep_default_na=False)
            assert [field["name"] for field in book] == list(frame.columns)
            for field in book:
                assert field["description"].endswith("."), (table.name, field)
                values = [value for value in frame[field["name"]] if value != ""]
                readable: dict[str, Any] = {"integer": int, "number": float, "boolean": {"0": 0, "1": 1}.__getitem__}
                for value in values:
                    readable.get(field["type"], str)(value)  # raises where it is none
                assert (field["type"] == "any") == (not values), (table.name, field)


def test_types_are_those_of_the_cells() -> None:
    estimate = proportion(np.array([1, 0, 0]), np.ones(3, np.int64))
    table = Table(
        "t", "T", ("recall", "rows", "differs", "p", "label", "text"),
        ((estimate, 3, True, 0.5, "none", Quote("=1")), (FORBIDDEN, 4, False, None, None, None)), "note",
    )  # fmt: skip
    found = codebook(table, "t", "t.csv").described()
    assert found["description"] == "note"
    assert [(f["name"], f["type"]) for f in found["schema"]["fields"]] == [
        ("recall", "number"), ("recall_low", "number"), ("recall_high", "number"), ("recall_k", "integer"),
        ("recall_n", "integer"), ("recall_effective_n", "number"), ("recall_method", "string"),
        ("recall_supported", "boolean"), ("rows", "integer"), ("differs", "boolean"), ("p", "number"),
        ("label", "string"), ("text", "string"),
    ]  # fmt: skip


def test_a_codebook_lies_beside_what_is_written(command: Command, tmp_path: Path) -> None:
    data = write(tmp_path / "rows.jsonl", rows(("好", "ok", 12)))
    made = ("eval", POLICY, data, "--label", "label", "--none", "ok", "--format", "csv")
    assert command(*made, "-o", tmp_path / "tables").code == 0
    found = json.loads((tmp_path / "tables" / "datapackage.json").read_text("utf-8"))
    listed = {resource["path"] for resource in found["resources"]}
    assert {path.name for path in (tmp_path / "tables").glob("*.csv")} == listed
    assert found["modengine"]["measurements"][0]["corpora"][0]["digest"].startswith("sha256:")
    assert command(*made, "--table", "over-blocking", "-o", tmp_path / "one.csv").code == 0
    alone = json.loads((tmp_path / "one.csv.datapackage.json").read_text("utf-8"))
    assert [resource["path"] for resource in alone["resources"]] == ["one.csv"]


def test_a_report_keeps_what_its_columns_mean_under_other_names() -> None:
    table = Table("worst-rules", "Rules", ("rule", "rows"), (("a.b", "r1, r2"),))
    found = json.loads(package({"eval-worst-rules.csv": table}, "report", "T", []))["resources"][0]
    assert (found["name"], found["schema"]["fields"][1]["description"]) == (
        "eval-worst-rules", COLUMNS["worst-rules/rows"].says,
    )  # fmt: skip
