"""`modengine specimen`: what is written, said, masked, refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modengine.lab.specimens.card import read_specimen
from tests.commands import Command
from tests.lab.specimens.lists import import_one

SECRET = "红苹果干"
"""The entry that must not be shown."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text(f"{SECRET}\n梨子+桃子\n{SECRET}\n+\n=SUM({SECRET})\n", encoding="utf-8")
    (tmp_path / "rows.csv").write_text(f"text,kind\n{SECRET}很甜,a\n天气很好,b\n", encoding="utf-8")
    (tmp_path / "snapshots").mkdir()
    for name, words in (("2015-02-06", SECRET), ("2015-02-07-21", f"{SECRET}\n梨子"), ("2015-02-09", "梨子")):
        (tmp_path / "snapshots" / f"{name}.plain").write_text(words, encoding="utf-8")
    import_one(tmp_path / "words.txt", tmp_path / "lists", "words")
    import_one(tmp_path / "snapshots", tmp_path / "lists", "kept")
    return tmp_path


LINES = (
    ("import", "words.txt", "snapshots", "--into", "made"),
    ("measure", "lists", "rows.csv", "--stratum", "kind"),
    ("measure", "lists/words.yaml", "rows.csv"),
    ("describe", "lists/words.yaml"),
    ("compare", "lists"),
    ("history", "lists/kept.yaml"),
)


def called(folder: Path, line: tuple[str, ...], *more: str) -> list[object]:
    paths = {"words.txt", "snapshots", "lists", "made", "rows.csv", "lists/words.yaml", "lists/kept.yaml"}
    return ["specimen", *(folder / part if part in paths else part for part in line), *more]


@pytest.mark.parametrize("form", ["text", "json", "html", "csv"])
@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_entries_are_masked_in_every_form(folder: Path, command: Command, line: tuple[str, ...], form: str) -> None:
    out = folder / "out"
    ran = command(*called(folder, line, "--format", form, "-o", str(out)))
    assert (ran.code, ran.err) == (0, "")
    written = "".join(p.read_text("utf-8") for p in ([out] if out.is_file() else out.iterdir()))
    assert SECRET not in written
    if form == "html":
        assert "<script" not in written
        assert "a list would match, never that anything was blocked" in written


@pytest.mark.parametrize("line", [line for line in LINES if line[0] not in ("compare",)], ids=" ".join)
def test_entries_are_shown_where_that_is_asked_for(folder: Path, command: Command, line: tuple[str, ...]) -> None:
    ran = command(*called(folder, line, "--show-terms", "--format", "json"))
    assert ran.code == 0
    assert (SECRET in ran.out) or line[0] == "describe"  # which shows near-duplicates alone


def test_an_import_writes_cards_that_say_what_was_given_and_read(folder: Path, command: Command) -> None:
    more = ("--title", "Of fruit: invented", "--effect", "log", "--match", "word", "--date", "2014", "--name", "fruit")
    ran = command(*called(folder, ("import", "words.txt", "--into", "made"), *more))
    assert ran.code == 0
    assert "1 specimen with 2 entries of 5 rows; 3 rows dropped" in ran.out
    one = read_specimen(folder / "made" / "fruit.yaml")
    assert (one.title, one.effect, one.match, one.date) == ("Of fruit: invented", "log", "word", "2014")
    assert (
        one.dropped == {"a duplicate": 1, "nothing but plus signs": 1, "an empty component": 1} or len(one.dropped) == 3
    )
    assert "UTF-8; one entry a line" in one.read


def test_a_folder_of_lists_becomes_a_specimen_each_or_one_of_all(folder: Path, command: Command) -> None:
    (folder / "many").mkdir()
    for name in ("a", "b", "c"):
        (folder / "many" / f"{name}.txt").write_text(f"苹果\n{name}\n", encoding="utf-8")
    assert command("specimen", "import", folder / "many", "--into", folder / "each").code == 0
    assert sorted(p.name for p in (folder / "each").glob("*.yaml")) == ["a.yaml", "b.yaml", "c.yaml"]
    assert command("specimen", "import", folder / "many", "--join", "--into", folder / "one").code == 0
    assert len(read_specimen(folder / "one" / "many.yaml").entries) == 4


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (("import", "words.txt"), "Missing option '--into'"),
        (("import", "gone.txt", "--into", "made"), "cannot be read"),
        (("import", "words.txt", "--into", "lists"), "is there already: --replace writes over it"),
        (("import", "words.txt", "--into", "made", "--column", "word=x"), "there is no `word`"),
        (("import", "words.txt", "--into", "made", "--column", "term"), "is not KEY=VALUE"),
        (("import", "words.txt", "words.txt", "--into", "made"), "two lists would be named `words`"),
        (("import", "words.txt", "snapshots/2015-02-06.plain", "--into", "made", "--name", "x"), "names one specimen"),
        (("import", "made", "--into", "made"), "a folder without a file"),
        (("measure", "rows.csv", "rows.csv"), "no card of a specimen"),
        (("measure", "made", "rows.csv"), "no card of a specimen"),
        (("compare", "lists/words.yaml"), "nothing to be compared with"),
        (("history", "lists/words.yaml"), "neither snapshots nor dates"),
        (("describe", "gone.yaml"), "cannot be read"),
    ],
)
def test_wrong_usage_is_said(folder: Path, command: Command, line: tuple[str, ...], message: str) -> None:
    (folder / "made").mkdir()
    paths = {"words.txt", "lists", "made", "rows.csv", "lists/words.yaml", "snapshots/2015-02-06.plain"}
    ran = command("specimen", *(folder / part if part in paths else part for part in line))
    assert ran.code == 2
    assert message in " ".join(ran.err.split())


def test_figures_are_the_same_in_json_and_as_a_table(folder: Path, command: Command) -> None:
    line = ("measure", "lists/words.yaml", "rows.csv")
    result = json.loads(command(*called(folder, line, "--format", "json")).out)
    table = command(*called(folder, line, "--format", "csv", "--table", "shares")).out
    share = result["shares"][0]["share"]
    assert f"{share['value']!r},{share['low']!r},{share['high']!r},{share['k']},{share['n']}" in table
    assert (share["k"], share["n"]) == (1, 2)
