"""Tables, and how they are written: text, CSV that no spreadsheet runs, figures with their n."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest
from rich.cells import cell_len

from modengine.lab.report.table import Quote, Several, Table, count_of, share_of, show, to_text, wrapped
from modengine.lab.report.tidy_csv import to_csv
from modengine.lab.report.view import counts
from modengine.lab.stats.intervals import FORBIDDEN, NOTHING, Estimate, proportion


def estimate(k: int, n: int) -> Estimate:
    return proportion(np.array([1] * k + [0] * (n - k)), np.ones(n, np.int64))


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (estimate(3, 220), "1.4 % [0.3–3.9] (n 220)"),
        (estimate(0, 1000), "0.00 % [0.00–0.37] (n 1,000)"),
        (estimate(2, 4), "50.0 % [6.8–93.2] (n 4, unsupported)"),
        (
            Estimate(-0.1, -0.2, 0.05, -3, 30, 30.0, "permutation", True, difference=True),
            "-10.0 points [-20.0 to 5.0] (n 30)",
        ),
        (Estimate(0.5, 0.4, 0.6, 50, 100, 40.0, "korn-graubard", True), "50.0 % [40.0–60.0] (n 100, effective 40)"),
        (NOTHING, "– (no rows)"),
        (FORBIDDEN, "– (forbidden by the card)"),
        (None, "–"), (True, "yes"), (1234, "1,234"), (0.00001, "< 0.0001"), (0.25, "0.25"), ("text", "text"),
        (Quote("a\u202eb\n"), "a‹RLO›b⏎"), (count_of(0, 1566), "0 of 1,566"), (share_of(0.123), "12.3 %"),
        (Several("kept", (("", 0.5), ("kept", True))), "kept"),
    ],
)  # fmt: skip
def test_cells_for_a_reader(cell: object, shown: str) -> None:
    assert show(cell) == shown  # type: ignore[arg-type]


def test_no_line_ends_within_a_figure() -> None:
    assert wrapped(["- recall 93.3 % [77.9–99.2] (n 30), n"], 20) == "- recall\n  93.3 % [77.9–99.2]\n  (n 30), n\n"


@pytest.mark.parametrize("columns", range(1, 9))
def test_a_grid_is_drawn_only_where_all_of_it_has_room(columns: int) -> None:
    table = Table("t", "T", tuple(f"column {i}" for i in range(columns)), ((12345678,) * columns,))
    wide = to_text([table], 200).splitlines()[2]
    exact = to_text([table], len(wide) + 1)
    assert "…" not in exact
    assert exact.splitlines()[2] == wide, "it fits"
    assert to_text([table], len(wide)).splitlines()[2] != wide, "it does not"


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", "\n=1", "＝1", "'=1"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("quoted", [True, False])
def test_no_cell_begins_a_formula(text: str, quoted: bool) -> None:
    table = Table("t", "T", (text, "b"), ((Quote(text) if quoted else text, 1),))
    header, row = list(csv.reader(io.StringIO(to_csv(table), newline="")))
    assert row[0] == "'" + text
    assert re.fullmatch(r"[a-z][a-z0-9_]*", header[0])


def test_numbers_stay_numbers() -> None:
    table = Table("t", "T", ("A", "B", "c"), ((-1, -0.5, True),))
    assert to_csv(table) == "before,after,c\r\n-1,-0.5,1\r\n"


def test_a_row_written_out_names_its_numbers_and_leaves_out_what_is_missing_from_its_head() -> None:
    row = ("fraud", None, "label", 823, 59, estimate(3, 220))
    text = to_text([Table("t", "T", ("category", "than", "action", "hit by A", "hit by B", "change"), (row,))], 60)
    assert text.splitlines()[2:] == [
        "fraud · action label", "  hit by A  823", "  hit by B  59", "  change    1.4 % [0.3–3.9] (n 220)", "",
    ]  # fmt: skip


def test_an_estimate_takes_columns_of_its_own() -> None:
    table = Table("t", "T", ("name", "share"), (("a", estimate(3, 220)), ("b", NOTHING), ("c", None)))
    rows = list(csv.DictReader(io.StringIO(to_csv(table))))
    assert float(rows[0]["share"]) == 3 / 220
    assert (rows[0]["share_k"], rows[0]["share_n"], rows[0]["share_method"]) == ("3", "220", "clopper-pearson")
    assert (rows[1]["share"], rows[1]["share_supported"]) == ("", "0")
    assert rows[2]["share_n"] == ""


TABLE = Table("t", "A title", ("name", "share", "other share"), (("甲" * 4, estimate(3, 220), NOTHING),), "a note")


@pytest.mark.parametrize("width", [60, 200])
def test_text_loses_no_figure_whatever_the_width(width: int) -> None:
    text = to_text([TABLE], width)
    assert all(piece in text for piece in ("A title", "a note", "甲甲甲甲", "1.4 % [0.3–3.9] (n 220)", "– (no rows)"))
    assert all(line == line.rstrip() for line in text.splitlines())


def test_an_empty_table_says_so() -> None:
    assert "(no rows)" in to_text([Table("t", "T", ("a",), ())], 80)


def test_a_title_is_no_wider_than_the_terminal() -> None:
    text = to_text([Table("t", "Rows that change sides, by category", ("a",), ())], 20)
    assert text.splitlines()[:2] == ["Rows that change", "sides, by category"]


def test_a_text_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in to_text([Table("t", "T", ("a",), (("\x1b[31m",),))], 80)


def test_what_a_row_is_about_can_be_understood_without_the_columns() -> None:
    columns = ("corpus", "action or more", "rows of it", "held against", "recall", "over-blocking")
    rows = tuple(("own.csv", action, count_of(6, 20), "it", estimate(3, 220), NOTHING) for action in ("label", "block"))
    assert [line for line in to_text([Table("t", "T", columns, rows)], 80).splitlines() if " · " in line] == [
        "own.csv · label or more · rows of it 6 of 20 · held against it",
        "own.csv · block · rows of it 6 of 20 · held against it",
    ]  # fmt: skip


def test_what_does_not_fit_on_a_line_of_a_row_goes_on_under_its_value() -> None:
    rows = (("a", "allow at 25: fraud.words +25 (" + "刷单，返利；（日结）" * 9 + ") and more"),)
    lines = to_text([Table("t", "T", ("row", "A says"), rows)], 60).splitlines()[3:-1]
    value, further = lines[0].removeprefix("  A says  "), lines[1:]
    assert further != []
    assert all(line.startswith(" " * 10) and line[10] not in " ，；。）)" for line in further), lines
    assert all(cell_len(line) <= 60 and line[-1] not in "（(" for line in lines)
    assert "".join([value, *(line[10:] for line in further)]).replace(" ", "") == rows[0][1].replace(" ", "")


def test_texts_without_a_figure_stand_under_what_they_are_of() -> None:
    rows = (("a.csv:1", "fraud", Quote("好" * 40)),)
    text = to_text([Table("t", "T", ("row", "label", "text"), rows)], 80)
    assert text.splitlines()[2:4] == ["a.csv:1", "  label  fraud"]


def test_what_others_wrote_is_counted_by_names_that_steer_no_terminal() -> None:
    assert "\x1b" not in counts({"a\x1b[2J": 1, "b": 2})
