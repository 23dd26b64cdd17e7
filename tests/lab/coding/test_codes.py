"""Sheets as they come back: reordered, cut, with rows that nobody asked for, in whatever a spreadsheet saves."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from modengine.errors import InputError
from modengine.lab.coding.codes import parsed, read_sheet, read_sheets
from modengine.lab.coding.key import SampleKey
from tests.lab.coding.made import drawn, ids, sheet


@pytest.fixture
def key(tmp_path: Path) -> SampleKey:
    return drawn(tmp_path)[0].key


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("fraud", {"fraud"}), (" Fraud ", {"fraud"}), ("ｆｒａｕｄ", {"fraud"}),
        ("fraud; violence", {"fraud", "violence"}),
        ("violence，fraud", {"fraud", "violence"}), ("none", set()), ("None", set()), ("fraud;", {"fraud"}),
    ],
)  # fmt: skip
def test_what_coders_write_is_understood(said: str, code: set[str]) -> None:
    assert parsed(said, ("fraud", "violence")) == code


@pytest.mark.parametrize("said", ["", "  ", "?", "？"])
def test_blank_and_unclear_are_no_code(said: str) -> None:
    assert parsed(said, ("fraud",)) is None


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("frued", "`frued` is no category: `fraud`?"), ("1", "`1` is no category"), ("0,5", "`0` is no category"),
        ("fraud; none", "says none and a category"), ("=1", "`=1` is no category"),
    ],
)  # fmt: skip
def test_what_is_no_code_is_said(said: str, wrong: str) -> None:
    assert wrong in str(parsed(said, ("fraud", "violence")))


def test_order_blanks_missing_and_added_rows_change_nothing_but_the_counts(tmp_path: Path, key: SampleKey) -> None:
    names = ids(key)
    lines = [[name, "x", "fraud" if i % 2 else "none", ""] for i, name in enumerate(names)]
    whole = read_sheet(sheet(tmp_path / "anna.csv", lines), key)
    assert (whole.counts.coded, whole.counts.missing, whole.counts.added) == (80, 0, 0)
    lines[0][2], lines[1][2] = "", "?"
    cut = [["s00000000-001", "", "fraud", ""], ["", "note to self", "fraud", ""], [], *reversed(lines[:-3])]
    found = read_sheet(sheet(tmp_path / "ben.csv", cut), key)
    counts = found.counts
    assert (counts.coded, counts.blank, counts.unclear, counts.missing, counts.added) == (75, 1, 1, 3, 2)
    assert found.codes == {row: code for row, code in whole.codes.items() if row in found.codes}


@pytest.mark.parametrize("separator", [";", "\t", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_sheets_of_every_locale_are_read(tmp_path: Path, key: SampleKey, separator: str, encoding: str) -> None:
    path = sheet(tmp_path / "anna.csv", [[ids(key)[0], "0,5 好; 'x'", "fraud", ""]], separator)
    path.write_bytes(path.read_text("utf-8").encode(encoding))
    assert read_sheet(path, key).codes == {ids(key)[0]: {"fraud"}}


def test_a_workbook_is_read_as_the_csv_is(tmp_path: Path, key: SampleKey) -> None:
    book = Workbook()
    book.active.append(["id", "text", "code"])
    for i, name in enumerate(ids(key)):
        book.active.append([name, "=1+1", "fraud" if i else None])
    book.save(tmp_path / "anna.xlsx")
    found = read_sheet(tmp_path / "anna.xlsx", key)
    assert (found.counts.coded, found.counts.blank) == (79, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: lines.clear(), "no row of the sample"),
        (lambda lines: [line.__setitem__(2, "") for line in lines], "no row was coded"),
        (lambda lines: lines[3].__setitem__(2, "spam"), "row 5, "),
        (lambda lines: lines.append([lines[0][0], "", "violence", ""]), "stands twice, with different codes"),
        (lambda lines: [line.__setitem__(0, f"s00000000-{i:03}") for i, line in enumerate(lines)],
         "is of the sample s00000000, and the key of "),
        (lambda lines: [line.__setitem__(0, str(i)) for i, line in enumerate(lines)], "no row of the sample"),
    ],
)  # fmt: skip
def test_a_sheet_that_cannot_be_meant_is_refused(tmp_path: Path, key: SampleKey, change: object, message: str) -> None:
    lines = [[name, "x", "fraud", ""] for name in ids(key)]
    change(lines)  # type: ignore[operator]
    with pytest.raises(InputError, match=message):
        read_sheet(sheet(tmp_path / "anna.csv", lines), key)


def test_the_same_row_twice_with_the_same_code_counts_once(tmp_path: Path, key: SampleKey) -> None:
    lines = [[ids(key)[0], "x", "fraud", ""]] * 3
    assert read_sheet(sheet(tmp_path / "anna.csv", lines), key).counts.coded == 1


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "ME908"), ("a.csv", b"row,text\n1,2\n", "ME908"),
        ("a.csv", "id,code\n好,x\n".encode("gb18030"), "ME904"), ("a.csv", b"id,code\n\0,fraud\n", "ME911"),
        ("a.xlsx", b"PK", "ME906"), ("a.xlsx", b"", "ME906"), ("a.ods", b"PK", "ME906"),
        ("a.csv", b'id,code\n"', "ME911"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_sheet_is_refused(
    tmp_path: Path, key: SampleKey, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as raised:
        read_sheet(tmp_path / name, key)
    assert raised.value.code == code


def test_a_workbook_with_cells_far_from_its_sheet_is_refused(tmp_path: Path, key: SampleKey) -> None:
    book = Workbook()
    book.worksheets[0].cell(1, 201, "x")
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="or 200 columns"):
        read_sheet(tmp_path / "a.xlsx", key)


def test_a_workbook_that_unpacks_to_much_is_not_opened(
    tmp_path: Path, key: SampleKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modengine.lab.coding.workbook.MOST_UNPACKED", 100)
    Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="unpacks to"):
        read_sheet(tmp_path / "a.xlsx", key)


def test_sheets_of_one_name_or_of_two_samples_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    paths = [sheet(tmp_path / "anna.csv", [["s00000000-1", "", "a", ""]]),
             sheet(tmp_path / "b" / "anna.csv", [["s00000000-1", "", "a", ""]])]  # fmt: skip
    with pytest.raises(InputError, match="two sheets are named `anna`"):
        read_sheets(paths, None)
    other = sheet(tmp_path / "ben.csv", [["s11111111-1", "", "a", ""]])
    with pytest.raises(InputError, match="the sheets are of several samples"):
        read_sheets([paths[0], other], None)


def test_a_sheet_of_disagreements_is_no_coder(tmp_path: Path) -> None:
    path = tmp_path / "settle.csv"
    path.write_text("id,text,codes,code\ns00000000-1,x,a | b,a\n", "utf-8")
    assert read_sheet(path, None).settles
    with pytest.raises(InputError, match="settles disagreements"):
        read_sheets([path], None)


def test_without_a_key_any_codes_and_columns_will_do(tmp_path: Path) -> None:
    path = tmp_path / "anna.csv"
    path.write_text("row,label\n1,spam\n2,ham\n", "utf-8")
    assert read_sheet(path, None, "row", "label").codes == {"1": {"spam"}, "2": {"ham"}}
