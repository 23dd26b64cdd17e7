"""sample, agree, estimate and power as they are typed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.commands import POLICY, Command
from tests.lab.corpora import rows, write

ROWS = (("您的网银即将失效，请登录 www.example.top 升级", "scam", 20), ("好", "ok", 60))
LABELS = ("--label", "label", "--map", "scam=fraud", "--none", "ok")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write(tmp_path / "rows.jsonl", rows(*ROWS))


@pytest.fixture
def folder(command: Command, data: Path, tmp_path: Path) -> Path:
    """A sample with what two coders made of it."""
    ran = command("sample", POLICY, data, "-n", 40, "--to", tmp_path / "coding")
    assert (ran.code, ran.err) == (0, "")
    for number, name in ((1, "anna"), (2, "ben")):
        lines = list(
            csv.DictReader(io.StringIO((tmp_path / f"coding/sheets/coder-{number}.csv").read_text("utf-8-sig")))
        )
        for i, line in enumerate(lines):
            line["code"] = "fraud" if "网银" in line["text"] and (number == 1 or i % 5) else "none"
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            sheet = csv.DictWriter(file, lines[0])
            sheet.writeheader()
            sheet.writerows(lines)
    return tmp_path


def test_the_folder_has_what_coders_get_and_what_they_do_not(folder: Path) -> None:
    found = {
        path.relative_to(folder / "coding").as_posix() for path in (folder / "coding").rglob("*") if path.is_file()
    }
    assert found == {
        *("key.json", "key.csv", "sheets/guide.md"),
        *(f"sheets/coder-{n}.{form}" for n in (1, 2) for form in ("csv", "xlsx")),
    }
    assert "网银" not in (folder / "coding" / "key.json").read_text("utf-8")


def test_a_corpus_of_fewer_rows_than_asked_for_is_told(command: Command, data: Path, tmp_path: Path) -> None:
    ran = command("sample", POLICY, data, "-n", 400, "--to", tmp_path / "coding")
    assert (ran.code, ran.err) == (0, "modengine: fewer than 400 rows are there, and all of them were drawn\n")


def test_a_folder_that_is_there_is_never_written_over(command: Command, data: Path, folder: Path) -> None:
    ran = command("sample", POLICY, data, "-n", 40, "--to", folder / "coding")
    assert ran.code == 2
    assert "is there already" in ran.err


def test_from_sheets_to_figures(command: Command, folder: Path) -> None:
    sheets, key = (folder / "anna.csv", folder / "ben.csv"), folder / "coding" / "key.json"
    agreed = command("agree", *sheets, "--key", key, "--settle", folder / "settle.csv", "--format", "json")
    assert (agreed.code, agreed.err) == (0, "")
    again = command("agree", *sheets, "--key", key, "--settle", folder / "settle.csv", "--format", "json")
    assert (again.code, again.out) == (0, agreed.out)
    disagreed = json.loads(agreed.out)["disagreed"]
    lines = list(csv.DictReader(io.StringIO((folder / "settle.csv").read_text("utf-8-sig"))))
    assert len(lines) == disagreed > 0
    assert {line["codes"] for line in lines} == {"fraud | none"}
    assert all("网银" in line["text"] for line in lines)
    for line in lines:
        line["code"] = "fraud"
    with (folder / "settle.csv").open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, lines[0], delimiter=";")
        sheet.writeheader()
        sheet.writerows(lines)
    again = command("agree", *sheets, "--key", key, "--settle", folder / "settle.csv")
    assert again.code == 2
    assert f"is there already and {disagreed} rows are filled in: name a new file" in again.err
    wrong = command("estimate", key, *sheets, "--settled", sheets[0])
    assert wrong.code == 2
    assert "is a coder's sheet and settles nothing" in wrong.err
    ran = command("estimate", key, *sheets, "--settled", folder / "settle.csv", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    result = json.loads(ran.out)
    assert (result["disagreed"], result["settled"]) == (disagreed, disagreed)
    fraud = next(f for f in result["figures"] if (f["category"], f["value"]) == ("fraud", "(all)"))
    assert fraud["precision"]["value"] == 1.0
    assert fraud["prevalence"]["low"] <= 0.25 <= fraud["prevalence"]["high"]


@pytest.mark.parametrize("form", ["settle.xlsx", "settle.csv"])
def test_what_is_to_be_settled_is_written_where_a_spreadsheet_runs_nothing(
    command: Command, tmp_path: Path, form: str
) -> None:
    for name, code in (("anna", "a"), ("ben", "b")):
        (tmp_path / f"{name}.csv").write_text(f'id,text,code\n1,"=1+1",{code}\n2,x,c\n', "utf-8")
    assert command("agree", tmp_path / "anna.csv", tmp_path / "ben.csv", "--settle", tmp_path / form).code == 0
    if form.endswith("csv"):
        assert "'=1+1" in (tmp_path / form).read_text("utf-8")
    else:
        from modengine.lab.coding.workbook import read

        assert read(tmp_path / form)[1][:3] == ["1", "'=1+1", "a | b"]


def test_text_fits_a_terminal(command: Command, folder: Path) -> None:
    sheets, key = (folder / "anna.csv", folder / "ben.csv"), folder / "coding" / "key.json"
    for ran in (
        command("agree", *sheets, "--key", key),
        command("estimate", key, *sheets),
        command("power", POLICY, folder / "rows.jsonl", *LABELS),
    ):
        assert ran.code == 0
        assert max(map(len, ran.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (("agree", "anna.csv"), "agreement needs two coders"),
        (("agree", "anna.csv", "anna.csv"), "two sheets are named `anna`"),
        (("agree", "anna.csv", "nobody.csv"), "there is no file"),
        (("agree", "anna.csv", "ben.csv", "--settle", "out.txt"), "--settle writes .csv or .xlsx"),
        (("agree", "anna.csv", "ben.csv", "--settle", "ben.csv"), "is also an input"),
        (("agree", "anna.csv", "ben.csv", "--code", "label"), "has no column `label`"),
        (("agree", "anna.csv", "coding/key.csv"), "has no column `code`"),
        (("agree", "anna.csv", "ben.csv", "--table", "nothing"), "there is no table `nothing`"),
        (("estimate", "anna.csv", "ben.csv"), "is not the key of a sample"),
        (("estimate", "coding/key.csv", "ben.csv"), "is not the key of a sample"),
        (("estimate", "coding/key.json"), "Missing argument 'SHEET...'"),
        (("estimate", "coding/key.json", "coding/sheets/coder-1.csv"), "no row was coded"),
        (("sample", POLICY, "rows.jsonl", "-n", "2", "--to", "new"), "2 rows are too few for"),
        (("sample", POLICY, "rows.jsonl", "-n", "0", "--to", "new"), "0 is not in the range"),
        (("sample", POLICY, "rows.jsonl", "-n", "9", "--to", "new", "--by", "topic"), "is not made of"),
        (("sample", POLICY, "rows.jsonl", "-n", "9"), "Missing option '--to'"),
        (("power", POLICY), "name a corpus, or an outcome"),
        (("power", POLICY, "--declare", "fraud.recall@review>=0.5"), "outcomes declared: 1; expected values given: 0"),
        (("power", POLICY, "--declare", "spam.recall@label>=0.5", "--truth", "0.9"), "names the category `spam`"),
        (("power", POLICY, "rows.jsonl", "--baseline", "1.5"), "1.5 is not in the range"),
    ],
)
def test_wrong_use_says_what_to_do(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(folder)
    ran = command(*line)
    assert ran.code == 2
    assert message in ran.err
    assert not (folder / "new").exists()
