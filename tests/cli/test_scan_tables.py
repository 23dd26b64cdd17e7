"""`modengine scan` to one table, CSV or Parquet: a row a message, with the keys of JSON Lines."""

from __future__ import annotations

import csv
import errno
import json
import sys
from pathlib import Path

import pyarrow.parquet
import pytest

from modengine.run.write import codebook
from modengine.run.write.records import COLUMNS
from tests.cli.scanning import records
from tests.commands import POLICY, Command


@pytest.fixture
def hostile(messages: Path, tmp_path: Path) -> Path:
    """Messages, a line that is none, and ids that no spreadsheet should run and no UTF-8 can hold."""
    path = tmp_path / "hostile.jsonl"
    more = r'{"id": "=1+1", "text": "x"}' + "\n[]\n" + r'{"id": "\ud800", "text": "x"}' + "\n"
    path.write_text(messages.read_text("utf-8") + more, encoding="utf-8")
    return path


def test_a_table_has_a_row_a_message_with_the_keys_of_json_lines(
    command: Command, hostile: Path, tmp_path: Path
) -> None:
    decided = records(command("scan", hostile, "-p", POLICY).out)
    assert command("scan", hostile, "-p", POLICY, "-o", tmp_path / "t.csv").code == 1
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert list(rows[0]) == list(COLUMNS) == [field.name for field in codebook.MESSAGES]
    nested = {field.name for field in codebook.MESSAGES if field.type in ("object", "array")}
    assert [row["id"] for row in rows[-3:]] == ["'=1+1", "", "\\ud800"]
    for row, found in zip(rows[:-3], decided, strict=False):
        read = {name: json.loads(cell) if name in nested and cell else cell for name, cell in row.items()}
        shown = {name: "" if value is None else str(int(value)) if isinstance(value, bool) else value
                 for name, value in found.items()}  # fmt: skip
        assert read == {**dict.fromkeys(COLUMNS, ""), **shown, "line": str(found["line"])}
    assert command("scan", hostile, "-p", POLICY, "--format", "csv").out == (tmp_path / "t.csv").read_text("utf-8")


def test_parquet_has_what_json_lines_has(command: Command, hostile: Path, tmp_path: Path) -> None:
    decided = records(command("scan", hostile, "-p", POLICY).out)
    assert command("scan", hostile, "-p", POLICY, "-o", tmp_path / "t.parquet").code == 1
    rows = pyarrow.parquet.read_table(tmp_path / "t.parquet").to_pylist()
    decided[-1]["id"] = "\N{REPLACEMENT CHARACTER}"
    assert rows == [{**dict.fromkeys(COLUMNS), **found} for found in decided]
    names = {path.name for path in tmp_path.iterdir()}
    assert {"t.parquet", "t.parquet.datapackage.json"} <= names
    assert not [name for name in names if ".part" in name or ".made" in name or ".resume" in name]


def test_parquet_is_the_same_bytes_in_however_many_pieces_and_processes(
    command: Command, hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, jobs in (("one", 1), ("two", 2)):
        command("scan", hostile, "-p", POLICY, "-o", tmp_path / f"{name}.parquet", "-j", jobs)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    monkeypatch.setattr("modengine.run.write.records.AT_ONCE", 100)
    command("scan", hostile, "-p", POLICY, "-o", tmp_path / "pieces.parquet")
    one, pieces = (pyarrow.parquet.ParquetFile(tmp_path / f"{name}.parquet") for name in ("one", "pieces"))
    assert pieces.num_row_groups > one.num_row_groups == 1
    assert pieces.read().equals(one.read())


def test_a_table_of_no_message_has_its_columns(command: Command, tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("", encoding="utf-8")
    for form in ("csv", "parquet"):
        assert command("scan", tmp_path / "none.jsonl", "-p", POLICY, "-o", tmp_path / f"t.{form}").code == 0
    assert (tmp_path / "t.csv").read_text("utf-8") == ",".join(COLUMNS) + "\n"
    assert pyarrow.parquet.read_table(tmp_path / "t.parquet").schema.names == list(COLUMNS)


def test_a_full_disk_while_parquet_is_made_loses_nothing(
    command: Command, messages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    out = tmp_path / "t.parquet"
    with monkeypatch.context() as patch:
        patch.setattr("modengine.run.write.records.to_parquet", full)
        ran = command("scan", messages, "-p", POLICY, "-o", out)
    assert ran.code == 2
    assert "no space left on device" in ran.err
    assert f"lines decided, kept in `{out}.part`; to go on: modengine scan" in ran.err.replace("\n", " ")
    left = {path.name for path in tmp_path.iterdir()} - {messages.name}
    assert left == {"t.parquet.part", "t.parquet.datapackage.json.part", "t.parquet.resume"}
    before = command("audit", "verify").out
    ran = command("scan", messages, "-p", POLICY, "-o", out, "--resume")
    assert len(pyarrow.parquet.read_table(out)) == len(messages.read_text("utf-8").splitlines())
    assert command("audit", "verify").out == before


def test_parquet_without_pyarrow_is_said_before_anything_is_decided(
    command: Command, messages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    ran = command("scan", messages, "-p", POLICY, "-o", tmp_path / "t.parquet")
    assert (ran.code, ran.out) == (2, "")
    assert "which needs pyarrow" in ran.err
    assert list(tmp_path.glob("t.parquet*")) == []
