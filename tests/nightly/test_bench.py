"""The benchmark runs: every contender that is installed reads messages, and the table has all that was measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.paths import ROOT

MODULES = ("child", "equal", "peers", "reading", "show", "texts")
NEEDS = {
    "automaton alone": "daachorse",
    "spaCy PhraseMatcher": "spacy",
    "pyahocorasick + 21 regexes": "ahocorasick",
    "flashtext": "flashtext",
    "modengine, batches + audit": "cryptography",
    "YARA-X": "yara_x",
    "modengine, the part of YARA-X": "yara_x",
    "Hyperscan": "hyperscan",
    "modengine, the part of Hyperscan": "hyperscan",
}
RULES = """
ruleset: made
title: Made for the benchmark's test
category: fraud
lists:
  banks: [青桥银行, 白塔银行]
rules:
  - id: made.near
    title: A bank near a link
    score: 30
    patterns:
      bank: {words: {list: banks}, gaps: 1}
      link: {regex: 'www[.][a-z]+'}
    when: near(bank, link, 20)
  - id: made.count
    title: Two banks, and no school
    score: 30
    patterns:
      bank: {text: {list: banks}}
      school: {text: [学校]}
      long: {regex: '(?<!\\d)\\d{6}(?!\\d)'}
    when: count(bank) >= 2 or 1 of (long)
    unless: school
  - id: made.both
    title: After another rule
    score: 30
    patterns:
      now: {text: [now"]}
    when: rule(made.near) and now
"""
POLICY = """
policy: made
title: Made
rulesets: [made.yaml]
actions: {fraud: {label: 30, review: 60, block: 90}}
"""
TEXTS = [
    "青桥银行提醒您登录 www.example 认证",
    "青桥银行和白塔银行",
    "青桥银行和白塔银行在学校旁边",
    'now"青桥银行www.example',
    "明天下午三点开会",
]
HITS = [["made.near"], ["made.count"], [], ["made.both", "made.near"], []]


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    (tmp_path / "made.yaml").write_text(RULES, "utf-8")
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    return tmp_path / "policy.yaml"


@pytest.fixture
def bench(policy: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The contenders, with a small policy."""
    monkeypatch.setenv("BENCH_POLICY", str(policy))
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    peers = import_module("peers")
    for name in MODULES:
        monkeypatch.setitem(sys.modules, name, import_module(name))  # gone again after the test
    return peers


def contenders() -> list[str]:
    names = (ROOT / "bench" / "peers.py").read_text("utf-8").partition("EQUAL: Mapping")[2]
    return [line.split('"')[1] for line in names.splitlines() if line.startswith('    "')]


@pytest.mark.parametrize("name", contenders())
def test_a_contender_reads_every_set_of_messages(bench: ModuleType, name: str) -> None:
    if name in NEEDS and find_spec(NEEDS[name]) is None:
        pytest.skip(f"{NEEDS[name]} is not installed")
    found = import_module("child").measure(name, 0, {"mixed": TEXTS, "one": TEXTS[:1]}, 0.001, 1)
    assert all(found["sets"][label]["best"] > 0 for label in ("mixed", "one"))
    assert found["alone"]["p99_us"] >= found["alone"]["p50_us"] > 0
    if name in bench.EQUAL:
        assert [sorted(hits) for hits in found["hits"]] == HITS
        assert (found["part"]["rules"], found["part"]["of_rules"]) == (3, 3)


def test_no_contender_is_left_out_of_the_tests(bench: ModuleType) -> None:
    assert set(contenders()) == set(bench.CONTENDERS)


def test_what_another_engine_cannot_say_is_left_out(bench: ModuleType) -> None:
    equal = import_module("equal")
    part = equal.part(import_module("texts").asked_policy(), lambda _: False)
    written = {rule.id: str(rule.when) for rule in part.rules}
    assert written == {"made.near": "bank", "made.count": "count(bank) >= 2", "made.both": "rule(made.near) and now"}
    assert [rule.id for rule in part.rules].index("made.near") < [rule.id for rule in part.rules].index("made.both")
    assert part.share["whole_rules"] == 1
    assert part.engine().decide("青桥银行").hits[0].rule == "made.near"


@pytest.mark.skipif(find_spec("daachorse") is None, reason="daachorse is not installed")
def test_a_run_writes_a_table_with_its_ratios(policy: Path, tmp_path: Path) -> None:
    names = ["automaton alone", "modengine, batches"]
    given = ["--policy", policy, "--messages", "8", "--rounds", "1", "--seconds", "0.01", "--terms", "0", "--growing"]
    given += ["--output", tmp_path / "out", "--before", ROOT, "--only", *names]
    command = [sys.executable, str(ROOT / "bench" / "run.py"), *map(str, given)]
    environment = os.environ | {"MODENGINE_DATA": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert [run["contender"] for run in result["runs"]] == [*names, "modengine of before, batches"]
    table = (tmp_path / "out" / "table.md").read_text("utf-8")
    assert "\n| modengine, batches |" in table
    assert "\n| batches against before, all hit |" in table
    assert "\n| batches, mixed, of the bare automaton |" in table
    assert "<svg" in (tmp_path / "out" / "chart.svg").read_text("utf-8")


def test_what_beginning_costs_stands_in_the_table(bench: ModuleType) -> None:
    once = {"n": 1, "wall_s": 3.0, "best_wall_s": 2.5, "cpu_s": 1.5, "best_cpu_s": 1.25}
    names = (
        "load and first decision, nothing kept",
        "load and first decision",
        "modengine explain",
        "modengine --help",
    )
    spent = {"n": 1, "us": 2.5, "best_us": 2.0}
    start = {
        "beginnings": dict.fromkeys(names, once),
        "two processes": {"ratio": 1.85, "best_ratio": 1.9, "per_s": 1000.0, "n": 1},
        "lines": {"read": spent, "write": spent},
    }
    machine = {"cpu": "a", "cores": 2, "load": 0.1, "python": "3", "core": "1"}
    table = import_module("show").table(
        {"machine": machine, "source": "generated", "sets": {}, "terms": 0, "runs": [], "start": start}
    )
    assert "| load and first decision, cold / warm, s of processor | ≤ 2 / ≤ 0.5 | 1.50 / 1.50 |" in table
    assert "| two processes | ≥ 1.8 × | 1.85 |" in table
    assert "| JSON Lines, read / write, µs | ≤ 3 / ≤ 3 | 2.5 / 2.5 |" in table
    assert "| modengine --help | 3.00 (2.50) | 1.50 (1.25) |" in table
