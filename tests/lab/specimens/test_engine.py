"""A specimen where a study takes a policy: it measures, and never acts."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from modengine.errors import InputError, PolicyError
from modengine.lab.specimens.engine import SpecimenEngine
from modengine.lab.studies.smallest import smallest
from modengine.loading import load
from modengine.model import Message, Part
from tests.commands import Command
from tests.lab.specimens.lists import entry, import_one, specimen

RULES = """\
ruleset: small
title: Small
category: fraud
rules: [{id: fraud.a, title: A, score: 60, status: stable, patterns: {w: {text: [钱]}}, when: w}]
"""
POLICY = "policy: study\ntitle: A study\nrulesets: [small.yaml]\nactions: {fraud: {label: 30}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text("苹果\n梨+桃\n", encoding="utf-8")
    import_one(tmp_path / "words.txt", tmp_path, "fruit")
    (tmp_path / "small.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "study.yaml").write_text(f"{POLICY}study: true\nspecimens: [fruit.yaml]\n", encoding="utf-8")
    (tmp_path / "acting.yaml").write_text(f"{POLICY}specimens: [fruit.yaml]\n", encoding="utf-8")
    (tmp_path / "rows.csv").write_text("text\n苹果\n钱\n好\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("effect", "action"), [("block", "block"), ("log", "label"), ("unknown", "label")])
def test_a_match_stands_for_what_the_card_says_and_nothing_is_taken(effect: str, action: str) -> None:
    decision = SpecimenEngine([specimen("苹果", effect=effect)]).decide("苹果")
    assert (decision.action, decision.taken, decision.flagged, decision.study) == (action, "allow", False, True)
    assert decision.categories["fruit"].shadow == ("study",)


def test_a_hit_names_its_entry_and_where_each_component_stands() -> None:
    engine = SpecimenEngine([specimen("苹果", "帶來+來源")])
    message = Message("帶來源頭", parts=(Part("ocr", "苹果"),))
    hits = engine.decide(message).hits
    assert [(hit.rule, [(m.part_index, m.start, m.end, m.text) for m in hit.matches]) for hit in hits] == [
        ("fruit:1", [(1, 0, 2, "苹果")]),
        ("fruit:2", [(0, 0, 2, "帶來"), (0, 1, 3, "來源")]),
    ]


def test_a_relief_takes_what_it_switches_off() -> None:
    engine = SpecimenEngine([specimen("毒", "梨", entry("童话", (1, 2)))])
    decision = engine.decide("童话里的毒梨")
    assert [(relief.rule, relief.points) for relief in decision.relief] == [("fruit:3", -2)]
    assert (decision.categories["fruit"].score, decision.action) == (0, "allow")
    assert [(w.category, w.score) for w in engine.trace("童话里的毒梨").waterfalls] == [("fruit", 0)]


def test_a_trace_names_combinations_that_lack_one_component() -> None:
    trace = SpecimenEngine([specimen("梨+桃", "梨+桃+杏", "苹果")]).trace("梨和苹果")
    assert [(miss.rule, miss.missing) for miss in trace.near_misses] == [("fruit:1", "1 of 2 components")]


def test_flip_gives_the_smallest_removal_and_the_smallest_set_that_is_enough() -> None:
    result = smallest(SpecimenEngine([specimen("帶來+來源", "苹果+梨+桃")]), "帶來源，苹果，梨，桃")
    lower = [removal for removal in result.removals if removal.direction == "lower"]
    assert (lower[0].characters, lower[0].after) == (2, "allow")
    assert [cut.text for cut in result.enough] == ["帶來源"]


def test_an_engine_pickles_as_its_specimens() -> None:
    engine = SpecimenEngine([specimen("苹果")])
    again = pickle.loads(pickle.dumps(engine))
    assert again.decide("苹果").categories == engine.decide("苹果").categories


def test_only_a_study_may_name_a_specimen(folder: Path) -> None:
    with pytest.raises(PolicyError, match="ME607") as caught:
        load(folder / "acting.yaml")
    assert caught.value.diagnostics[0].hint.startswith("add `study: true`")


def test_no_decision_outside_the_lab_is_a_specimens(folder: Path, command: Command) -> None:
    """A study that names a list decides as one that does not: same decision, same revision."""
    (folder / "bare.yaml").write_text(f"{POLICY}study: true\n", encoding="utf-8")
    named, bare = (load(folder / name) for name in ("study.yaml", "bare.yaml"))
    assert named.decide("苹果和钱") == bare.decide("苹果和钱")
    assert "fruit" not in command("scan", "-p", folder / "study.yaml", folder / "rows.csv").out


def test_a_study_is_measured_with_the_lists_that_it_names(folder: Path, command: Command) -> None:
    ran = command("flip", folder / "study.yaml", "苹果和钱", "--format", "text")
    assert ran.code == 0
    assert "a list would match" in ran.out
    assert {"fruit", "fraud"} <= set(ran.out.split())


def test_a_category_that_both_have_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="two things score in the category `fraud`"):
        SpecimenEngine([specimen("苹果", name="fraud")], load(folder / "study.yaml"))


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("diff", ("fruit.yaml", "study.yaml", "rows.csv")),
        ("eval", ("fruit.yaml", "rows.csv")),
        ("evade", ("fruit.yaml", "--examples")),
        ("fairness", ("fruit.yaml",)),
        ("report", ("fruit.yaml", "rows.csv")),
        ("timeline", ("study.yaml", "rows.csv")),
    ],
)
@pytest.mark.usefixtures("few_templates")
def test_a_study_takes_a_specimen_where_it_takes_a_policy(
    folder: Path, command: Command, name: str, rest: tuple[str, ...]
) -> None:
    line = [folder / part if part.endswith((".yaml", ".csv")) else part for part in rest]
    ran = command(name, *line)
    if name == "timeline":
        assert ran.code == 2  # the rows have no times
        return
    assert ran.code == 0, ran.err
    assert "would match, never that anything was blocked" in " ".join(ran.out.split())


@pytest.mark.parametrize("name", ["ablate", "fit"])
def test_what_changes_rules_refuses_a_specimen(folder: Path, command: Command, name: str) -> None:
    ran = command(name, folder / "fruit.yaml", folder / "rows.csv")
    assert (ran.code, "is a specimen or names one" in ran.err) == (2, True)


@pytest.mark.parametrize("name", ["scan", "check", "explain"])
def test_what_decides_refuses_a_specimen(folder: Path, command: Command, name: str) -> None:
    line = {
        "scan": ("-p", folder / "fruit.yaml", folder / "rows.csv"),
        "explain": ("-p", folder / "fruit.yaml", "苹果"),
    }
    ran = command(name, *line.get(name, (folder / "fruit.yaml",)))
    assert ran.code in (1, 2)
    assert "a list that others made, and decides nothing" in ran.err + ran.out


def test_a_specimen_among_the_rulesets_is_refused(folder: Path) -> None:
    (folder / "bad.yaml").write_text(POLICY.replace("small.yaml", "small.yaml, fruit.yaml"), encoding="utf-8")
    with pytest.raises(PolicyError, match="a study names it under `specimens`"):
        load(folder / "bad.yaml")
