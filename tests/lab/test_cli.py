"""The commands: options of a corpus, forms of the output, exit codes."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from modengine.cli import main
from modengine.lab.report.report import SECTIONS
from tests.commands import POLICY, Command
from tests.lab.corpora import rows, write

ROWS = (("您的网银即将失效，请登录 www.example.top 升级", "scam", 12), ("好", "ok", 40))
COLUMNS = ("--label", "label", "--map", "scam=fraud", "--none", "ok")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    made = [{**row, "part": "ab"[i % 2]} for i, row in enumerate(rows(*ROWS))]
    return write(tmp_path / "rows.jsonl", made)


@pytest.fixture
def card(tmp_path: Path, data: Path) -> Path:
    path = tmp_path / "card.yaml"
    path.write_text(
        "corpus: small\nfiles: [rows.jsonl]\nlabel: label\nmap: {scam: fraud}\nnone: ok\n", encoding="utf-8"
    )
    return path


def test_options_and_cards_say_the_same(command: Command, data: Path, card: Path) -> None:
    by_options = command("eval", POLICY, data, *COLUMNS, "--format", "json")
    by_card = command("eval", POLICY, card, "--format", "json")
    beside = command("eval", POLICY, data, "--card", card, "--format", "json")
    assert (by_options.code, by_card.code, beside.code) == (0, 0, 0)
    figures = [json.loads(ran.out)["figures"] for ran in (by_options, by_card, beside)]
    assert [f.pop("corpus") for f in figures[0]] != [f.pop("corpus") for f in figures[1]]
    assert figures[0] == figures[1]
    assert json.loads(by_card.out)["figures"] == json.loads(beside.out)["figures"]


def test_options_go_before_the_card(command: Command, card: Path) -> None:
    ran = command("eval", POLICY, card, "--stratum", "part", "--format", "json")
    assert [comparison["stratum"] for comparison in json.loads(ran.out)["explored"]] == ["a", "b"]


def test_the_stamp_has_the_command_line(command: Command, card: Path) -> None:
    ran = command("eval", POLICY, card, "--seed", "7", "--format", "json")
    stamp = json.loads(ran.out)["stamp"]
    assert stamp["seed"] == 7
    assert stamp["command"] == f"modengine eval {POLICY} {card} --seed 7 --format json"


@pytest.mark.parametrize(("asked", "channel"), [("eval", "fax"), ("diff", "group"), ("profile", "group")])
def test_one_row_is_no_rows(command: Command, tmp_path: Path, asked: str, channel: str) -> None:
    data = write(tmp_path / "one.jsonl", [{"text": ROWS[0][0], "channel": channel}])
    ran = command(asked, POLICY, *((POLICY,) if asked == "diff" else ()), data)
    assert ran.code == 0
    assert not re.search(r"\b1 (rows|messages)\b", ran.out)


def test_text_for_a_terminal(command: Command, card: Path) -> None:
    ran = command("eval", POLICY, card)
    assert ran.code == 0
    assert ran.err == ""
    assert "Over-blocking" in ran.out
    assert "corpus small (" in ran.out


def test_text_fits_its_width_and_long_tables_are_cut_but_not_in_a_file(
    command: Command, card: Path, tmp_path: Path
) -> None:
    write(tmp_path / "rows.jsonl", [{**row, "kind": row["id"]} for row in rows(*ROWS)])
    card.write_text(card.read_text("utf-8") + "stratum: kind\n", encoding="utf-8")
    shown = command("eval", POLICY, card)
    assert max(map(len, shown.out.splitlines())) <= 80
    assert "The first 20 of 40 rows: --table strata-over-blocking shows all." in " ".join(shown.out.split())
    whole = command("eval", POLICY, card, "--table", "strata-over-blocking").out
    assert all(f"r{number}" in whole for number in range(12, 52))
    command("eval", POLICY, card, "-o", tmp_path / "all.txt")
    assert "shows all" not in (tmp_path / "all.txt").read_text("utf-8")


def test_the_name_of_the_output_says_its_form(command: Command, card: Path, tmp_path: Path) -> None:
    assert command("eval", POLICY, card, "-o", tmp_path / "a.html").out == ""
    assert (tmp_path / "a.html").read_text("utf-8").startswith("<!doctype html>")
    command("eval", POLICY, card, "-o", tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["stamp"]["policy"] == "class"


def test_csv_of_one_table_and_of_all(command: Command, card: Path, tmp_path: Path) -> None:
    ran = command("eval", POLICY, card, "--format", "csv", "--table", "over-blocking")
    (row,) = csv.DictReader(io.StringIO(ran.out))
    assert (row["corpus"], row["label_or_more_n"]) == ("small", "40")
    assert command("eval", POLICY, card, "--format", "csv", "-o", tmp_path / "all").code == 0
    assert {"over-blocking.csv", "caught.csv", "precision.csv"} <= {p.name for p in (tmp_path / "all").iterdir()}


def test_a_report_joins_the_sections(command: Command, card: Path, tmp_path: Path) -> None:
    ran = command("report", POLICY, card, "--section", "eval", "-o", tmp_path / "report.html")
    assert ran.code == 0
    assert '<section id="eval">' in (tmp_path / "report.html").read_text("utf-8")
    assert set(json.loads(command("report", POLICY, card, "--section", "eval", "--format", "json").out)) == {"eval"}
    assert command("report", POLICY, card, "--section", "eval").out.startswith("What does it catch")
    command("report", POLICY, card, "--section", "eval", "--format", "csv", "-o", tmp_path / "tables")
    assert (tmp_path / "tables" / "eval-caught.csv").exists()


def test_a_terminal_gets_a_whole_report_only_where_it_asks_for_it(
    command: Command, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("modengine.cli.lab.report.sys", terminal)
    ran = command("report", POLICY, card)
    assert (ran.code, ran.out, "-o report.html" in ran.err) == (2, "", True)
    assert command("report", POLICY, card, "--section", "eval").out.startswith("What does it catch")
    monkeypatch.setattr("modengine.lab.report.report.SECTIONS", {"eval": SECTIONS["eval"]})
    assert command("report", POLICY, card, "--format", "text").out.startswith("What does it catch")
    assert command("report", POLICY, card, "-o", tmp_path / "r.html").code == 0
    terminal.stdout.isatty = lambda: False
    assert command("report", POLICY, card).out.startswith("What does it catch")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--map", "scam"), "is not VALUE=CATEGORY"),
        (("--label", "label", "--map", "a=fraud", "--map", "a=chain"), "is mapped twice"),
        (("--none", "ok"), "name their column with --label"),
        (("--label", "kind"), "no row has the column `kind`"),
        (("--label", "label", "--none", "fine"), "no row has the label `fine`"),
        (
            (*COLUMNS, "--table", "strata-caught"),
            "this result has no table `strata-caught`; it has over-blocking, caught",
        ),
        ((*COLUMNS, "--table", "caught", "--format", "json"), "--table goes with text, html, csv and markdown"),
        ((*COLUMNS, "--declare", "more"), "declares no outcome"),
        ((*COLUMNS, "--prevalence", "1.5"), "1.5 is not in the range"),
        ((*COLUMNS, "--prevalence", "fraud=0"), "0.0 is not in the range"),
        ((*COLUMNS, "--prevalence", "fraud="), "'' is not a valid float range"),
        ((*COLUMNS, "--prevalence", "fraud=0.1", "--prevalence", "fraud=0.2"), "`fraud` is given twice"),
        ((*COLUMNS, "--prevalence", "0.1", "--prevalence", "fraud=0.2"), "one share for all categories"),
        ((*COLUMNS, "--prevalence", "spam=0.2"), "no category `spam` to project"),
        (("--card", "nowhere.yaml"), "there is no file `nowhere.yaml`"),
    ],
)
def test_wrong_usage_is_said(args: tuple[str, ...], message: str, command: Command, data: Path) -> None:
    ran = command("eval", POLICY, data, *args)
    assert ran.code == 2
    assert ran.out == ""
    assert message in " ".join(ran.err.split())


@pytest.mark.parametrize("name", ["rows.csv", "rows.JSONL", "rows.parquet"])
def test_messages_in_place_of_the_policy_are_told(name: str, command: Command) -> None:
    ran = command("eval", name, POLICY)
    assert ran.code == 2
    said = f"`{name}` is named as messages are, and is no policy; a command that takes both takes POLICY first"
    assert said in ran.err


def test_a_card_in_place_of_the_policy_is_told(command: Command, card: Path) -> None:
    ran = command("eval", card, POLICY)
    assert ran.code == 2
    assert "the file is a card, which says what messages mean, and decides nothing" in ran.err
    assert "modengine eval POLICY CARD" in ran.err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--format", "csv"), "csv of several tables needs a folder: name one with --output"),
        (("-o", "all.csv"), "csv of several tables needs a folder: name one with --output"),
        (("--table", "nothing"), "there is no table `nothing`; choose from over-blocking, caught, precision, declared"),
    ],
)
def test_what_cannot_be_shown_is_refused_before_anything_is_read(
    args: tuple[str, ...], message: str, command: Command
) -> None:
    ran = command("eval", "nowhere.yaml", "nowhere.csv", *args)
    assert (ran.code, ran.out) == (2, "")
    assert message in " ".join(ran.err.split())


def test_a_report_refuses_a_table_that_no_section_has(command: Command, card: Path) -> None:
    ran = command("report", "nowhere.yaml", "nowhere.csv", "--table", "eval-nothing")
    assert "there is no table `eval-nothing`; choose from SECTION-TABLE" in " ".join(ran.err.split())
    assert command("report", POLICY, card, "--section", "eval", "--table", "eval-caught").code == 0


def test_corpora_need_names_of_their_own(command: Command, card: Path) -> None:
    ran = command("eval", POLICY, card, card)
    assert ran.code == 2
    assert "two corpora are named `small`" in ran.err


def test_a_section_that_does_not_exist(command: Command, card: Path) -> None:
    ran = command("report", POLICY, card, "--section", "horoscope")
    assert (ran.code, "there is no section `horoscope`" in ran.err) == (2, True)


def test_an_output_that_is_an_input_is_no_accident_of_ours(command: Command, card: Path, tmp_path: Path) -> None:
    ran = command("eval", POLICY, card, "-o", tmp_path / "no" / "a.html")
    assert ran.code == 2
    assert "there is no folder" in ran.err


def test_rows_that_no_label_names_are_taken_for_harmless_aloud(command: Command, data: Path) -> None:
    ran = command("eval", POLICY, data)
    assert "no labels (--label names their column): every row is taken for harmless" in " ".join(ran.out.split())


def test_a_missing_library_is_no_bug(command: Command, card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_args: object, **_kwargs: object) -> None:
        raise ModuleNotFoundError("No module named 'scipy'", name="scipy.special")

    monkeypatch.setattr("modengine.cli.lab.eval.subject_of", missing)
    ran = command("eval", POLICY, card)
    assert ran.code == main.USAGE
    assert "pip install 'modengine[lab]'" in ran.err


def test_a_name_of_another_form_is_refused(command: Command, folder: Path) -> None:
    ran = command("eval", POLICY, folder / "none.csv", "-o", "e.xlsx")
    assert ran.code == 2
    assert "nothing is written as `.xlsx`, only .csv, .htm, .html, .json, .md, .text, .txt" in ran.err
