"""What is no corpus, or cannot give a figure: an error with its place and what to do, never a silent number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modengine.errors import InputError
from modengine.lab.data import corpus as lab_corpus
from modengine.lab.data.corpus import Columns, load
from tests.commands import POLICY, Command
from tests.lab.corpora import rows, write

COLUMNS = ("--label", "label", "--map", "scam=fraud", "--none", "ok")
GOOD = '{"text": "好的", "label": "ok"}\n{"text": "坏的", "label": "scam"}\n'

FILES: dict[str, bytes] = {
    "empty.jsonl": b"",
    "header.csv": b"text,label\n",
    "latin.csv": b"text,label\n\xff\xfe\xfa\xc3,ok\n",
    "gbk.csv": "text,label\n好的呀朋友,ok\n".encode("gbk"),
    "utf16.csv": "text,label\n好,ok\n".encode("utf-16"),
    "cut.parquet": b"PAR1",
    "broken.parquet": b"PAR1" + bytes(100) + b"PAR1",
    "none.jsonl": b'{"text": null, "label": "ok"}\n{"label": "ok"}\n',
    "good.jsonl": GOOD.encode(),
    "sheet.xlsx": b"PK",
}


@pytest.mark.parametrize(
    ("file", "args", "code", "message", "hint"),
    [
        ("good.jsonl", ("--label", "kind"), "ME911", "no row has the column `kind` (--label)", "columns are label"),
        ("good.jsonl", (*COLUMNS, "--stratum", "topic"), "ME911", "no row has the column `topic` (--stratum)", "label"),
        ("good.jsonl", (*COLUMNS, "--cluster", "c"), "ME911", "no row has the column `c` (--cluster)", "label"),
        ("good.jsonl", ("--label", "label", "--none", "fine"), "ME911", "no row has the label `fine`", "ok, scam"),
        ("good.jsonl", ("--label", "label", "--map", "ok=spam"), "ME911", "the category `spam`", "categories are"),
        ("good.jsonl", (*COLUMNS, "--text", "body"), "ME911", "the first at good.jsonl:1:", "in `body`?"),
        (
            "header.csv",
            (*COLUMNS, "--text", "body"),
            "ME908",
            "no column `body`, only `text`",
            "name one of them with --text",
        ),
        ("empty.jsonl", COLUMNS, "ME911", "the files hold no message", "a header alone"),
        ("header.csv", COLUMNS, "ME911", "the files hold no message", "a header alone"),
        ("latin.csv", COLUMNS, "ME911", "the first at latin.csv:2: [ME904]", "UTF-8"),
        ("gbk.csv", COLUMNS, "ME904", "is not UTF-8; it looks like GBK", "iconv"),
        ("utf16.csv", COLUMNS, "ME904", "is not UTF-8; it looks like UTF-16", "iconv"),
        ("cut.parquet", COLUMNS, "ME906", "is not a Parquet file", "check how it was written"),
        ("broken.parquet", COLUMNS, "ME906", "is not a Parquet file", "check how it was written"),
        ("none.jsonl", COLUMNS, "ME911", "of 2 rows none could be read, the first at none.jsonl:1: [", "in `text`?"),
        ("sheet.xlsx", COLUMNS, "ME906", "sheet.xlsx", "save it as CSV"),
        ("nowhere.jsonl", COLUMNS, "ME905", "there is no file `nowhere.jsonl`", ""),
    ],
)
def test_an_error_has_a_code_a_place_and_says_what_to_do(
    file: str,
    args: tuple[str, ...],
    code: str,
    message: str,
    hint: str,
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    if file in FILES:
        Path(file).write_bytes(FILES[file])
    ran = command("eval", POLICY, file, *args)
    said = " ".join(ran.err.split())
    assert (ran.code, ran.out) == (2, "")
    assert said.startswith(f"modengine: [{code} ")
    assert message in said
    assert hint in said.partition(" hint: ")[2]


def test_a_mark_of_byte_order_is_no_part_of_a_column(command: Command, tmp_path: Path) -> None:
    (tmp_path / "bom.csv").write_bytes(b"\xef\xbb\xbf" + "text,label\n好的,ok\n坏的,scam\n".encode())
    ran = command("eval", POLICY, tmp_path / "bom.csv", *COLUMNS, "--format", "json")
    assert ran.code == 0
    assert json.loads(ran.out)["stamp"]["corpora"][0]["rows"] == 2


def test_rows_of_wrong_bytes_are_counted_and_the_first_is_named(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(GOOD.encode() + b'{"text": "\xff", "label": "ok"}\nno json\n')
    ran = command("eval", POLICY, tmp_path / "a.jsonl", *COLUMNS)
    assert ran.code == 0
    assert "2 rows could not be read, the first at" in " ".join(ran.out.split())
    assert "a.jsonl:3:[ME904]" in "".join(ran.out.split())


@pytest.mark.usefixtures("few_templates")
@pytest.mark.parametrize("name", ["eval", "ablate", "evade", "timeline", "fit", "suggest", "fairness", "report"])
@pytest.mark.parametrize("label", ["ok", "scam"])
def test_one_class_only_gives_no_figure_of_the_other(name: str, label: str, command: Command, tmp_path: Path) -> None:
    """Each command ends: with what it can tell, or with what is missing."""
    file = write(tmp_path / "one.jsonl", rows(("好", label, 40)))
    columns = ("--label", "label", *(("--map", "scam=fraud") if label == "scam" else ("--none", "ok")))
    ran = command(name, POLICY, file, *columns, "--format", "json")
    if ran.code == 2:
        assert ran.err.startswith("modengine: [ME911 ")
        assert "hint:" in ran.err
        return
    assert ran.code == 0
    figures = json.loads(ran.out).get("figures", [])
    missing = "recall" if label == "ok" else "over_blocking"
    for figure in figures:
        if figure["category"] == "fraud":
            assert figure[missing]["value"] is None
            assert figure["precision"]["value"] is None


@pytest.mark.parametrize(
    ("bound", "most", "sample"), [("MOST_HELD", 20, None), ("MOST_HELD", 20, 30), ("MOST_ROWS", 20, 30)]
)
def test_what_does_not_fit_into_memory_is_refused_while_it_is_read(
    bound: str, most: int, sample: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab_corpus, bound, most)
    path = write(tmp_path / "a.jsonl", rows(("好", "none", 40)))
    with pytest.raises(InputError, match=r"more than (are|is) held in memory") as caught:
        load([path], Columns(), ("fraud",), sample=sample)
    assert "--sample" in caught.value.hint
    assert len(load([path], Columns(), ("fraud",), sample=4)) == 4


def test_a_sample_of_long_rows_holds_no_more_than_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What falls out of the sample is given back."""
    monkeypatch.setattr(lab_corpus, "MOST_HELD", 400)
    path = write(tmp_path / "a.jsonl", rows(("好" * 20, "none", 300)))
    assert len(load([path], Columns(), ("fraud",), sample=10)) == 10


def test_an_interrupt_leaves_no_file(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("modengine.lab.data.outcomes.decide", stop)
    (tmp_path / "a.jsonl").write_text(GOOD, encoding="utf-8")
    ran = command("eval", POLICY, tmp_path / "a.jsonl", *COLUMNS, "-o", tmp_path / "out.html")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.strip() == "modengine: stopped; no output file was written"
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
