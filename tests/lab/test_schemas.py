"""What each command prints as JSON is as `modengine schema COMMAND` says."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from modengine.cli.rules.schema import LAB, SPECIMEN
from modengine.lab.report.schemas import NAMES, RESULTS, schema
from tests.commands import Command
from tests.lab.coding.made import drawn, ids, sheet
from tests.lab.corpora import rows, write
from tests.lab.specimens.lists import import_one
from tests.paths import ROOT

RULES = """\
ruleset: small
title: Small
category: fraud
clauses: {F1: A clause.}
rules:
  - id: fraud.right
    title: Right
    clause: F1
    status: stable
    score: 60
    patterns: {w: {words: [骗术, 骗局]}}
    when: w
    examples: {match: [这是骗局]}
  - {id: fraud.wrong, title: Wrong, clause: F1, status: stable, score: 60, patterns: {w: {text: [钱]}}, when: w}
  - id: fraud.warning
    title: A warning
    clause: F1
    status: stable
    relieve: {category: fraud, by: 40}
    patterns: {w: {text: [小心]}}
    when: w
"""
POLICY = """\
policy: {name}
title: Small
rulesets: [small.yaml]
actions: {{fraud: {{label: 30, review: 50, block: 90}}}}
fields: {{time: datetime}}
{more}
"""
STUDY = """\
study: small
split: halves
policies: {a: a.yaml, b: b.yaml}
corpora: {one: one.yaml}
outcomes:
  right: {figure: recall, policy: a, corpus: one, category: fraud, action: label, at-least: 0.5}
"""
ROWS = (("骗局", "fraud", 60), ("小心骗局，", "none", 30), ("钱", "none", 40), ("好", "none", 60))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "a.yaml").write_text(POLICY.format(name="a", more=""), encoding="utf-8")
    change = "overrides: [{rules: [fraud.right], score: 40}, {rules: [fraud.wrong], score: 0}]"
    (tmp_path / "b.yaml").write_text(POLICY.format(name="b", more=change), encoding="utf-8")
    made = [{**row, "part": "甲乙"[i % 2], "time": f"2014-06-{1 + i % 28:02}"} for i, row in enumerate(rows(*ROWS))]
    write(tmp_path / "rows.jsonl", made)
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "list.txt").write_text("骗局\n钱\n骗+局\n+\n", encoding="utf-8")
    (tmp_path / "snapshots").mkdir()
    for day, words in (("2015-02-06", "骗局"), ("2015-02-07", "骗局\n钱"), ("2015-02-09", "钱")):
        (tmp_path / "snapshots" / f"{day}.plain").write_text(words, encoding="utf-8")
    for name, source in (("list", "list.txt"), ("kept", "snapshots")):
        import_one(tmp_path / source, tmp_path / "lists", name)
    for name in ("one", "two"):
        card = f"corpus: {name}\nfiles: [rows.jsonl]\nlabel: label\nstratum: part\ninvented: true\n"
        (tmp_path / f"{name}.yaml").write_text(card, encoding="utf-8")
    for name in ("anna", "ben"):
        (tmp_path / f"{name}.csv").write_text(f"id,code\n1,fraud\n2,{name}\n3,none\n", encoding="utf-8")
    return tmp_path


LINES = {
    "eval": ("a.yaml", "one.yaml", "two.yaml", "--prevalence", "0.01", "--declare", "fraud.recall@label>=0.5"),
    "diff": ("a.yaml", "b.yaml", "one.yaml"),
    "try": ("fraud.*", "--policy", "a.yaml", "--on", "one.yaml", "--against", "b.yaml"),
    "ablate": ("a.yaml", "one.yaml"),
    "flip": ("a.yaml", "这是骗局，还要钱"),
    "fairness": ("a.yaml", "one.yaml"),
    "evade": ("a.yaml", "one.yaml", "--examples"),
    "fit": ("a.yaml", "one.yaml"),
    "suggest": ("a.yaml", "one.yaml"),
    "timeline": ("a.yaml", "one.yaml"),
    "power": ("a.yaml", "one.yaml", "--declare", "fraud.recall@label>=0.5", "--truth", "0.7"),
    "sample": ("a.yaml", "one.yaml", "-n", "60", "--to", "coding"),
    "agree": ("anna.csv", "ben.csv"),
    "estimate": ("key.json", "anna.csv", "ben.csv"),
    "study": ("run", "study.yaml", "--writing"),
    "report": ("a.yaml", "one.yaml", "two.yaml"),
    "study-verify": ("package", "--data", "."),
    "specimen-import": ("list.txt", "--into", "made"),
    "specimen-measure": ("lists", "one.yaml"),
    "specimen-describe": ("lists",),
    "specimen-compare": ("lists",),
    "specimen-history": ("lists/kept.yaml",),
}


FOLDERS = {"coding", "lists", "made"}


def test_the_command_line_names_every_result() -> None:
    assert sorted((*LAB, *SPECIMEN)) == sorted(NAMES) == sorted(LINES)


@pytest.mark.usefixtures("few_templates")
@pytest.mark.parametrize("name", LINES)
def test_what_is_printed_is_as_its_schema_says(
    folder: Path, command: Command, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "estimate":
        _drawn(folder)
    line = [folder / part if part.endswith((".yaml", ".csv", ".json", ".txt")) or part in FOLDERS else part
            for part in LINES[name]]  # fmt: skip
    if name == "study-verify":
        monkeypatch.chdir(folder)
        assert (
            command("study", "pin", "study.yaml").code == command("study", "pack", "study.yaml", "-o", "package").code
        )
    called = name.split("-") if "-" in name else [name]
    printed = command(*called, *line, "--format", "json")
    assert (printed.code, printed.err) == (0, "")
    said = command("schema", name)
    assert said.code == 0
    validator = jsonschema.Draft202012Validator(json.loads(said.out))
    validator.check_schema(validator.schema)
    validator.validate(json.loads(printed.out))


def _drawn(folder: Path) -> None:
    """The key of a sample, and its sheets coded."""
    key = drawn(folder)[0].key
    (folder / "key.json").write_bytes(msgspec.json.encode(key))
    for name in ("anna", "ben"):
        sheet(folder / f"{name}.csv", [[row, "", "fraud" if row.endswith("1") else "none", ""] for row in ids(key)])


@pytest.mark.parametrize("name", LINES)
def test_a_schema_refuses_what_is_no_result(name: str) -> None:
    validator = jsonschema.Draft202012Validator(schema(name))
    assert not validator.is_valid({"stamp": None, "eval": 1})


def test_a_report_has_results_under_their_commands_alone() -> None:
    validator = jsonschema.Draft202012Validator(schema("report"))
    assert validator.is_valid({})
    assert not validator.is_valid({"horoscope": {}})
    assert not validator.is_valid({"ablate-corpus": {}})


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_in_the_docs(name: str) -> None:
    path = ROOT / "docs" / "schemas" / f"{name}.json"
    assert path.exists(), "run python tools/make_docs.py"
    assert json.loads(path.read_text("utf-8")) == schema(name), "run python tools/make_docs.py"


def test_every_result_has_its_stamp() -> None:
    assert all("stamp" in kind.__struct_fields__ for kind in RESULTS.values())
