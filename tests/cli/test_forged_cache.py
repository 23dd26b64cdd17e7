"""Whoever may write as this user may write the compile cache: what is signed or replayed is not taken from there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from modengine.engine.compile import cache
from modengine.engine.compile.program import Program
from modengine.loading import load_any
from tests.commands import Command

STUDY = """\
policy: study
title: A study
study: true
rulesets: [rules.yaml]
actions:
  fraud: {review: 10}
"""
RULES = """\
ruleset: demo
title: A demonstration
category: fraud
rules:
  - id: demo.a
    title: Asks to be added
    score: 10
    patterns: {a: {words: [加微信]}}
    when: a
"""


@pytest.fixture
def forged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study, of which somebody left in the cache that it is none; all digests are right."""
    monkeypatch.setenv("MODENGINE_CACHE", str(tmp_path / "cache"))
    policy = tmp_path / "policy.yaml"
    policy.write_text(STUDY, "utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "messages.txt").write_text("加微信\n", "utf-8")
    told = Program(replace(load_any(policy)[0].policy, study=False))
    load_of = load_any(policy)[0]
    assert load_of.policy.study
    cache.keep(policy, told)
    assert not load_any(policy)[0].policy.study
    return policy


def test_what_is_signed_and_replayed_is_what_the_files_say(forged: Path, command: Command, tmp_path: Path) -> None:
    key, log, out = tmp_path / "key", tmp_path / "log", tmp_path / "decisions.jsonl"
    command("audit", "keygen", key, "--name", "example.org/audit")
    asked = ("scan", tmp_path / "messages.txt", "-p", forged, "-o", out, "--audit", log, "--keep-text")
    ran = command(*asked, "--audit-key", key)
    assert ran.code == 0, ran.err
    assert json.loads(out.read_text("utf-8"))["study"] is True
    ran = command("audit", "replay", "-a", log, "-p", forged, "--format", "json")
    assert ran.code == 0, ran.out + ran.err
