"""Errors of loading point at the line as it stands in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

import modengine

RULES = """ruleset: r
title: R
category: c
rules:
  - {id: c.a, title: A, score: 1, patterns: {a: {regex: '(中奖'}}, when: a}
"""
POLICY = "policy: p\ntitle: P\nrulesets: [r.yaml]\nactions: {c: {label: 1}}\n"


def problem_of(path: Path) -> modengine.Diagnostic:
    with pytest.raises(modengine.PolicyError) as caught:
        modengine.load(path)
    (problem,) = caught.value.diagnostics
    return problem


def test_an_error_shows_the_line_of_a_file_that_was_changed_since(tmp_path: Path) -> None:
    policy, rules = tmp_path / "p.yaml", tmp_path / "r.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    rules.write_text(RULES, encoding="utf-8")
    first = problem_of(policy)
    rules.write_text("# a comment\n" + RULES.replace("奖", "大奖"), encoding="utf-8")
    second = problem_of(policy)
    assert (first.code, first.location.line, "'(中奖'" in first.source) == ("ME401", 5, True)
    assert (second.code, second.location.line, "'(中大奖'" in second.source) == ("ME401", 6, True)


def test_a_ruleset_in_place_of_a_policy_is_shown(tmp_path: Path) -> None:
    rules = tmp_path / "r.yaml"
    rules.write_text(RULES.replace("(", ""), encoding="utf-8")
    problem = problem_of(rules)
    assert (problem.code, problem.source) == ("ME206", "ruleset: r")
    assert "`rulesets`" in problem.hint
