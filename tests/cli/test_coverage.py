"""`modengine test`: what no example tries, and the forms that other programs read."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from modengine.cli.rules.forms.findings import MOST_RESULTS, as_sarif
from modengine.errors import Diagnostic, Location
from modengine.loading import load_any
from modengine.run.work.coverage import KINDS, measure_coverage
from modengine.run.work.examples import run_examples
from tests.commands import Command

RULES = """\
ruleset: tasks
title: Tasks that pay
category: fraud
rules:
  - id: task.paid
    title: A paid task beside a way to be reached
    score: 40
    patterns:
      job: {words: [刷单, 垫付]}
      contact: {regex: '(?:vx|微信)[:\\s]*\\w{5,}'}
      bait: {text: [日结]}
      told: {text: [反诈]}
    when: job and (contact or bait) and length < 40
    unless: told
    examples:
      match: [招刷单员，加微信 abc123]
      pass: [反诈提醒：招刷单员，加微信 abc123 的都是骗子, 今天吃什么]
"""
UNTRIED = {
    ("term", "垫付", 9),
    ("pattern", "bait", 11),
    ("term", "日结", 11),
    ("branch", "bait is true", 13),
    ("branch", "length < 40 is false", 13),
}


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.yaml"
    path.write_text(RULES, "utf-8")
    return path


def test_what_no_example_tries(tasks: Path) -> None:
    engine, _ = load_any(tasks)
    found = measure_coverage(run_examples(engine, traced=True), engine.policy.rules)
    assert {(unit.kind, unit.what, unit.place.line) for unit in found.untried()} == UNTRIED
    assert {kind: found.of(kind) for kind in KINDS} == {
        "rule": (1, 1), "pattern": (3, 4), "term": (2, 4), "branch": (8, 10),
    }  # fmt: skip


def test_one_of_several_is_a_branch_and_its_parts_are_none(tasks: Path) -> None:
    tasks.write_text(RULES.replace("job and (contact or bait)", "job and 1 of (contact, bait)"), "utf-8")
    engine, _ = load_any(tasks)
    found = measure_coverage(run_examples(engine, traced=True), engine.policy.rules)
    assert {unit.what for unit in found.untried(("branch",))} == {"length < 40 is false"}
    assert found.of("branch") == (7, 8)


def test_an_example_that_fails_tries_nothing(tasks: Path) -> None:
    tasks.write_text(RULES.replace("今天吃什么", "招刷单员，日结"), "utf-8")
    engine, _ = load_any(tasks)
    found = measure_coverage(run_examples(engine, traced=True), engine.policy.rules)
    assert ("pattern", "bait") in {(unit.kind, unit.what) for unit in found.untried()}
    assert found.examples == 2


def test_a_threshold_fails_the_run(tasks: Path, command: Command) -> None:
    assert command("test", tasks, "--fail-under", "80").code == 0
    refused = command("test", tasks, "--fail-under", "81")
    assert refused.code == 1
    assert "80.0 % of the branches, under 81 %" in refused.err


def test_reports_by_their_suffix(tasks: Path, tmp_path: Path, command: Command) -> None:
    reports = [tmp_path / f"coverage{suffix}" for suffix in (".json", ".html", ".info")]
    asked = [word for report in reports for word in ("--coverage-report", report)]
    assert command("test", tasks, *asked).code == 0
    found = json.loads(reports[0].read_text("utf-8"))
    assert found["branches"] == {"tried": 8, "of": 10}
    assert {(unit["kind"], unit["what"], unit["line"]) for unit in found["untried"]} == UNTRIED
    assert "never: bait is true" in reports[1].read_text("utf-8")
    trace = reports[2].read_text("utf-8").splitlines()
    assert trace[0] == f"SF:{tasks}"
    assert [line for line in trace if line[:3] in ("BRF", "BRH", "LF:", "LH:")] == ["BRF:10", "BRH:8", "LF:5", "LH:3"]
    assert command("test", tasks, "--coverage-report", tmp_path / "coverage.pdf").code == 2


def test_examples_for_ci_servers(tasks: Path, command: Command) -> None:
    tasks.write_text(RULES.replace("今天吃什么", '"招刷单员，日结\\u0001"'), "utf-8")
    told = command("test", tasks, "--format", "junit")
    assert told.code == 1
    [suite] = ElementTree.fromstring(told.out)
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    [failure] = suite.findall("testcase/failure")
    assert failure.get("message") == "should not match, and does"
    [line] = command("test", tasks, "--format", "github").out.splitlines()
    assert line.startswith("::error file=")
    assert "title=task.paid::" in line


def test_findings_as_sarif() -> None:
    grave = Diagnostic("ME402", "no such thing", Location("规 则.yaml", 3, 7), "mend it")
    log = json.loads(as_sarif([*[Diagnostic("ME825", "twice", Location("a.yaml"), "once")] * MOST_RESULTS, grave]))
    [one] = log["runs"]
    assert len(one["results"]) == MOST_RESULTS, "the gravest are told first"
    first = one["results"][0]
    assert one["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "ME402"
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "%E8%A7%84%20%E5%88%99.yaml"
    assert place["region"] == {"startLine": 3, "startColumn": 7}
    [said] = one["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"] == "1 more findings were left out"
