"""Results to JSON Lines and to tables."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from modengine.errors import MessageError, OutputError
from modengine.model import CategoryScore, Cause, Decision, LongText, Match, Raised, ReliefHit, RuleHit, Undetermined
from modengine.run.write.replace import refuse_inputs, replacing
from modengine.run.write.results import Result, encode
from modengine.run.write.tidy import DECISIONS, HITS, decision_rows, encode as as_csv, hit_rows, safe
from tests.paths import ROOT

MATCH = Match("what", "text", 0, 3, 5, "失效", "失效", ("words", "gaps"), 0.5)
DECISION = Decision(
    "42",
    "block",
    "label",
    False,
    True,
    {
        "fraud": CategoryScore(95, "block", False, ("period", "exception: x")),
        "rumour": CategoryScore(40, "label", True),
    },
    hits=(RuleHit("fraud.a", "F1", "fraud", 60, 50, (MATCH, MATCH)), RuleHit("rumour.a", None, "rumour", 40, 40)),
    shadow_hits=(RuleHit("fraud.t", "F2", "fraud", 80, 0, (MATCH,)),),
    relief=(ReliefHit("relief.a", "fraud", -40, (MATCH,)),),
    raised=(Raised("rumour", "label", ("rumour.a",)),),
    longer=LongText(412, 25),
    undetermined=(Undetermined("fraud.x", "p", "out of time", Cause.TIMEOUT),),
    notes=("surrogates",),
    revision="sha256:1",
)
GOOD = Result(7, "a.jsonl", DECISION)
BAD = Result(8, "a.jsonl", error=MessageError("ME901", "not JSON", "see docs"))


def test_a_decision_has_its_line_and_source_before_it() -> None:
    record = json.loads(encode(GOOD))
    assert list(record)[:3] == ["line", "source", "id"]
    assert msgspec.convert(record, Decision) == DECISION


def test_an_error_record() -> None:
    assert json.loads(encode(BAD)) == {
        "line": 8,
        "source": "a.jsonl",
        "error": {"code": "ME901", "message": "not JSON", "hint": "see docs"},
    }


@settings(deadline=None)
@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_any_text_is_written_and_comes_back(name: str, source: str) -> None:
    lines = [
        encode(Result(1, source, msgspec.structs.replace(DECISION, id=name))),
        encode(Result(2, source, error=MessageError("ME902", name))),
    ]
    assert not any(b"\n" in line for line in lines)
    assert json.loads(lines[0])["id"] == name
    assert json.loads(lines[0])["source"] == source
    assert json.loads(lines[1])["error"]["message"] == name


# ------------------------------------------------------------------------ tables


def written(*results: Result) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    decisions = [DECISIONS, *(row for result in results for row in decision_rows(result))]
    hits = [HITS, *(row for result in results for row in hit_rows(result, {"fraud.a": "Rule A"}))]

    def back(data: bytes) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))

    return back(as_csv(decisions)), back(as_csv(hits))


def test_decisions_are_a_row_a_message_and_category() -> None:
    rows, _ = written(GOOD)
    assert [row["category"] for row in rows] == ["fraud", "rumour"]
    assert rows[0] == {
        "source": "a.jsonl",
        "line": "7",
        "id": "42",
        "category": "fraud",
        "score": "95",
        "action": "block",
        "taken": "allow",
        "in_scope": "0",
        "shadow": "period; exception: x",
        "hits": "1",
        "points": "50",
        "relief": "-40",
        "raised": "",
        "longer": "25",
        "undetermined": "out of time",
        "message_action": "block",
        "message_taken": "label",
        "study": "0",
        "notes": "surrogates",
        "revision": "sha256:1",
        "error_code": "",
        "error": "",
    }
    assert (rows[1]["taken"], rows[1]["raised"]) == ("label", "label")


def test_a_line_that_could_not_be_read_is_a_row_too() -> None:
    (row,), hits = written(BAD)
    assert (row["line"], row["category"], row["error_code"], row["error"]) == ("8", "", "ME901", "not JSON")
    assert hits == []


def test_hits_are_a_row_a_match() -> None:
    _, rows = written(GOOD)
    assert [(r["kind"], r["rule"], r["match"]) for r in rows] == [
        ("hit", "fraud.a", "1"),
        ("hit", "fraud.a", "2"),
        ("hit", "rumour.a", "0"),
        ("test", "fraud.t", "1"),
        ("relief", "relief.a", "1"),
    ]
    assert rows[0] == {
        **dict(zip(HITS[:3], ("a.jsonl", "7", "42"), strict=True)),
        "kind": "hit",
        "category": "fraud",
        "rule": "fraud.a",
        "title": "Rule A",
        "clause": "F1",
        "points": "60",
        "counted": "50",
        "match": "1",
        "pattern": "what",
        "part": "text",
        "part_index": "0",
        "start": "3",
        "end": "5",
        "text": "失效",
        "found_as": "失效",
        "how": "words gaps",
        "weight": "0.5",
    }
    assert rows[4]["points"] == "-40"


def test_every_row_has_every_column() -> None:
    rows, hits = written(GOOD, BAD)
    assert all(tuple(row) == DECISIONS and None not in row.values() for row in rows)
    assert all(tuple(row) == HITS and None not in row.values() for row in hits)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(start: str) -> None:
    assert safe(f"{start}cmd") == f"'{start}cmd"


def test_numbers_are_left_alone() -> None:
    assert (safe(-40), safe(0.5), safe(True), safe(None), safe("a\0b")) == ("-40", "0.5", "1", "", "a\ufffdb")


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_any_text_comes_back_from_a_table(text: str) -> None:
    (row, _), _ = written(Result(1, "a", msgspec.structs.replace(DECISION, id=text)))
    assert row["id"].removeprefix("'") == text
    assert not row["id"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@settings(deadline=None)
@given(st.text(st.characters(codec=None)))
def test_no_text_breaks_a_table(text: str) -> None:
    rows, hits = written(Result(1, text, msgspec.structs.replace(DECISION, id=text)))
    assert (len(rows), len(hits)) == (2, 5)


# ------------------------------------------------------------------------ files


def _write_and_raise(stream: BinaryIO, error: BaseException) -> None:
    stream.write(b"after")
    raise error


def test_a_file_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("before", encoding="utf-8")
    with replacing(path) as stream:
        stream.write(b"after")
        assert path.read_text(encoding="utf-8") == "before"
    assert path.read_text(encoding="utf-8") == "after"
    assert os.listdir(tmp_path) == ["out.jsonl"]


@pytest.mark.parametrize("error", [RuntimeError("x"), KeyboardInterrupt(), SystemExit(1)])
def test_what_is_not_whole_is_removed(error: BaseException, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(type(error)), replacing(path) as stream:
        _write_and_raise(stream, error)
    assert path.read_text(encoding="utf-8") == "before"
    assert os.listdir(tmp_path) == ["out.jsonl"]


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with pytest.raises(OutputError, match="no space left on device"), replacing(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert os.listdir(tmp_path) == []


def test_an_inputs_own_trouble_is_not_the_outputs(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), replacing(tmp_path / "out.jsonl"):
        raise PermissionError(errno.EACCES, "denied", "/elsewhere/in.jsonl")


def test_folders_that_are_not_there_and_folders_as_files(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"), replacing(tmp_path / "no" / "out.jsonl"):
        pass
    with pytest.raises(OutputError, match="is a folder"), replacing(tmp_path):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="no open file can be removed")
def test_what_is_taken_away_while_it_is_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="was taken away"), replacing(tmp_path / "out.jsonl"):
        next(tmp_path.glob("*.part")).unlink()


@pytest.mark.skipif(sys.platform == "win32", reason="no /dev/null and no links without rights")
def test_devices_and_links_are_written_through(tmp_path: Path) -> None:
    with replacing(Path("/dev/null")) as stream:
        stream.write(b"x")
    assert not Path("/dev/null").is_file()
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("before", encoding="utf-8")
    link.symlink_to(target)
    with replacing(link) as stream:
        stream.write(b"after")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "after"


def test_an_output_that_is_an_input_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="is also an input"):
        refuse_inputs(tmp_path / "." / "a.jsonl", [str(path), "-"])
    refuse_inputs(tmp_path / "b.jsonl", [str(path), "-"])


def test_the_codebook_describes_every_column_in_order() -> None:
    book = (ROOT / "docs" / "codebook.md").read_text(encoding="utf-8")
    for heading, columns in (("### decisions.csv\n", DECISIONS), ("### hits.csv\n", HITS)):
        section = re.split(r"\n##+ ", book.split(heading)[1])[0]
        described = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
        assert described == list(columns)
