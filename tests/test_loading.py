"""Errors of loading point at the line as it stands in the file."""

from __future__ import annotations

import zipfile
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

import modengine
from modengine.cli.options import engine_of

RULES = """ruleset: r
title: R
category: c
rules:
  - {id: c.a, title: A, score: 1, patterns: {a: {regex: '(中奖'}}, when: a}
"""
POLICY = "policy: p\ntitle: P\nrulesets: [r.yaml]\nactions: {c: {label: 1}}\n"


GOOD = RULES.replace("(", "")


def problem_of(path: Path | zipfile.Path) -> modengine.Diagnostic:
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


def test_a_command_refuses_a_ruleset_in_place_of_a_policy_and_shows_it(tmp_path: Path) -> None:
    rules = tmp_path / "r.yaml"
    rules.write_text(GOOD, encoding="utf-8")
    with pytest.raises(modengine.PolicyError) as caught:
        engine_of(str(rules))
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.source) == ("ME206", "ruleset: r")
    assert "`rulesets`" in problem.hint


def hit(engine: modengine.Engine) -> tuple[str, int, str]:
    """The policy, the points of a message that the rule hits, and the action."""
    decision = engine.decide("中奖")
    return engine.policy.id, decision.categories["c"].score, decision.action


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy and its ruleset in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "r.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_every_way_to_a_policy_gives_the_same_engine(folder: Path) -> None:
    as_mapping = {"policy": "p", "title": "P", "rulesets": ["r.yaml"], "actions": {"c": {"label": 1}}}
    engines = [
        modengine.load(folder / "p.yaml"),
        modengine.load(str(folder)),
        modengine.load(text=POLICY),
        modengine.load(mapping=as_mapping),
    ]
    assert [hit(engine) for engine in engines] == [("p", 1, "label")] * 4
    assert len({engine.revision for engine in engines}) == 1


def test_a_resource_of_a_package_is_loaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = folder / "some_rules_of_a_test"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("p.yaml", "r.yaml"):
        (folder / name).rename(package / name)
    monkeypatch.syspath_prepend(str(folder))
    assert hit(modengine.load(files("some_rules_of_a_test") / "p.yaml")) == ("p", 1, "label")
    assert hit(modengine.load(files("some_rules_of_a_test"))) == ("p", 1, "label")


def test_a_resource_in_an_archive_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("p.yaml", POLICY)
    problem = problem_of(zipfile.Path(tmp_path / "a.zip", "p.yaml"))
    assert (problem.code, problem.message) == ("ME102", "`p.yaml` is in an archive")


@pytest.mark.parametrize("way", ["file", "text", "mapping"])
def test_a_lone_ruleset_gets_a_policy_without_actions(folder: Path, way: str) -> None:
    rule = {"id": "c.a", "title": "A", "score": 1, "patterns": {"a": {"regex": "中奖"}}, "when": "a"}
    engine = {
        "file": lambda: modengine.load("r.yaml"),
        "text": lambda: modengine.load(text=GOOD),
        "mapping": lambda: modengine.load(mapping={"ruleset": "r", "title": "R", "category": "c", "rules": [rule]}),
    }[way]()
    assert hit(engine) == ("r", 1, "allow")
    name = {"file": "r.yaml", "text": "(text)", "mapping": "(mapping)"}[way]
    assert [file.path for file in engine.policy.files] == [name]


def test_an_error_in_a_text_shows_its_line() -> None:
    with pytest.raises(modengine.PolicyError) as caught:
        modengine.load(text=RULES)
    (problem,) = caught.value.diagnostics
    assert (problem.code, str(problem.location).split(":")[:2]) == ("ME401", ["(text)", "5"])
    assert problem.source == RULES.splitlines()[4]


def test_an_error_in_a_mapping_shows_the_value() -> None:
    with pytest.raises(modengine.PolicyError) as caught:
        modengine.load(mapping={"ruleset": "r", "title": "R", "category": "c", "rules": "none"})
    problem = caught.value.diagnostics[0]
    assert (problem.location.file, problem.source.strip()) == ("(mapping)", '"rules": "none"')


@pytest.mark.parametrize("title", ["a\x85b", "a\u2028b", "\x7f", "😀", 'say "so"\n\tthen', "#: - {"])
def test_a_mapping_keeps_its_texts(folder: Path, title: str) -> None:
    given = {"policy": "p", "title": title, "rulesets": ["r.yaml"], "actions": {"c": {"label": 1}}}
    assert modengine.load(mapping=given).policy.title == title


def test_a_mapping_may_hold_dates_and_nothing_that_yaml_lacks(folder: Path) -> None:
    given = {
        "policy": "p",
        "title": "P",
        "rulesets": ["r.yaml"],
        "actions": {"c": {"label": 1}},
        "fields": {"time": "datetime"},
        "period": {"from": date(2014, 7, 1), "until": date(2014, 7, 31)},
    }
    period = modengine.load(mapping=given).policy.period
    assert period is not None
    assert period.start.date() == date(2014, 7, 1)
    with pytest.raises(TypeError, match="a policy holds no set"):
        modengine.load(mapping={"policy": {"p"}})


def test_a_folder_with_several_policies_lists_them(folder: Path) -> None:
    (folder / "q.yml").write_text(POLICY, encoding="utf-8")
    problem = problem_of(folder)
    assert (problem.code, problem.message) == ("ME102", f"`{folder}` has 2 policies: `p.yaml` and `q.yml`")


def test_a_folder_without_a_policy_is_refused(folder: Path) -> None:
    (folder / "p.yaml").unlink()
    problem = problem_of(folder)
    assert (problem.code, problem.message) == ("ME102", f"`{folder}` is a folder without a policy")


def test_two_ways_at_once_are_refused() -> None:
    with pytest.raises(TypeError, match="one of a path, `text` and `mapping`"):
        modengine.load("p.yaml", text=POLICY)
