"""The commands `fairness` and `evade`: forms, exit codes, errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import POLICY, Command
from tests.lab.corpora import write

TEMPLATES = """\
templates: mine
sentences:
  - {id: a, kind: neutral, text: 来了一位X。, forms: {adjective: X朋友}}
"""
GROUP_POLICY = """\
policy: group
title: a canary
study: true
rulesets: [group-rules.yaml]
actions: {fraud: {label: 30, review: 50}}
"""
GROUP_RULES = """\
ruleset: group-rules
title: a canary
category: fraud
rules:
  - id: fraud.group
    title: a canary
    score: 60
    patterns: {word: {text: [女性]}}
    when: word
"""
SCAMS = [{"id": f"s{i}", "text": f"我有一位女性朋友{i}", "label": "fraud"} for i in range(12)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates.yaml").write_text(TEMPLATES, "utf-8")
    (tmp_path / "group.yaml").write_text(GROUP_POLICY, "utf-8")
    (tmp_path / "group-rules.yaml").write_text(GROUP_RULES, "utf-8")
    write(tmp_path / "rows.jsonl", SCAMS)
    return tmp_path


def test_fairness_names_the_pair_and_fails_when_asked(command: Command, folder: Path) -> None:
    args = ("fairness", folder / "group.yaml", "--templates", folder / "templates.yaml")
    ran = command(*args)
    assert ran.code == 0
    assert "女性" in ran.out
    assert [command(*args, "--fail-on", what).code for what in ("action", "score")] == [1, 1]
    assert command("fairness", POLICY, *args[2:], "--fail-on", "score").code == 0


def test_fairness_as_json_names_templates_seed_and_command(command: Command, folder: Path) -> None:
    ran = command(
        "fairness", folder / "group.yaml", "--templates", folder / "templates.yaml", "--format", "json", "--seed", 7
    )
    result = json.loads(ran.out)
    assert (result["templates"], result["stamp"]["seed"]) == ("mine", 7)
    assert result["stamp"]["command"].startswith("modengine fairness")


def test_fairness_refuses_wrong_templates_with_their_place(command: Command, folder: Path) -> None:
    (folder / "templates.yaml").write_text(TEMPLATES.replace("一位X", "一位"), "utf-8")
    ran = command("fairness", folder / "group.yaml", "--templates", folder / "templates.yaml")
    assert ran.code == 2
    assert "templates.yaml:3:" in ran.err


def test_evade_writes_a_page_and_shows_no_text(command: Command, folder: Path) -> None:
    page = folder / "evade.html"
    ran = command("evade", folder / "group.yaml", folder / "rows.jsonl", "--label", "label", "-o", page)
    assert (ran.code, ran.err) == (0, "")
    written = page.read_text("utf-8")
    assert "<svg" in written
    assert "我有一位" not in written


def test_evade_takes_one_table_and_some_kinds(command: Command, folder: Path) -> None:
    ran = command(
        "evade", folder / "group.yaml", folder / "rows.jsonl", "--label", "label", "--kind", "pinyin",
        "--kind", "zero-width", "--where", "matched", "--format", "csv", "--table", "kept",
    )  # fmt: skip
    header, *lines = ran.out.splitlines()
    assert header.startswith("corpus,kind,")
    assert [line.split(",")[1] for line in lines] == ["zero-width", "pinyin"]


def test_evade_of_the_examples_of_rules(command: Command) -> None:
    ran = command("evade", POLICY, "--examples", "--kind", "width", "--no-price", "--format", "json")
    assert ran.code == 0
    result = json.loads(ran.out)
    assert [corpus["name"] for corpus in result["stamp"]["corpora"]] == ["examples of the rules"]
    assert (result["prices"], result["gains"]) == ([], [])


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ((), "name a CORPUS"),
        (("rows.jsonl",), "--label"),
        (("rows.jsonl", "--label", "kind"), "no row has the column `kind`"),
        (("rows.jsonl", "--label", "label", "--kind", "rot13"), "no perturbation `rot13`"),
        (("rows.jsonl", "--label", "label", "--most", "0"), "0 is not in the range"),
        (("none.jsonl", "--label", "label"), "none.jsonl"),
    ],
)
def test_bad_input_ends_with_two_and_a_reason(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], why: str
) -> None:
    monkeypatch.chdir(folder)
    ran = command("evade", "group.yaml", *args)
    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err
