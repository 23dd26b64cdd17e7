"""The pin: what it fixes, what may change after it, what may not, and the audit log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modengine.errors import InputError
from modengine.lab.study.opened import open_study
from modengine.lab.study.pin import make_pin, pin_path, read_pin
from modengine.lab.study.read import read_study
from tests.audit.logs import records
from tests.commands import Command
from tests.lab.study.changing import change

NOW = "2026-11-30T12:00:00Z"


def digest(study: Path) -> str:
    return make_pin(open_study(read_study(study)), NOW).digest


def test_the_same_study_has_the_same_digest(study: Path) -> None:
    assert digest(study) == digest(study)


def test_pinning_shows_rows_and_no_figures(study: Path, command: Command) -> None:
    ran = command("study", "pin", study)
    assert ran.code == 0
    said = " ".join(ran.out.split())
    assert "caught: recall of fraud at label or more, small on shop: at least 0.35 (22 rows) more: " in said
    assert "(20 rows)" in said
    assert max(len(line) for line in ran.out.splitlines() if "study.pin.json" not in line) <= 80
    assert "cannot be tested" not in said
    assert "%" not in ran.out
    pin = read_pin(pin_path(study))
    assert pin is not None
    assert ran.out.endswith(f"{pin.digest}\n")


def test_a_difference_that_has_its_sign_whatever_the_rows_are_is_named_at_the_pin(
    study: Path, command: Command
) -> None:
    change(study.parent / "strict.yaml", "longer: [{above: 200, add: 10}]\n", "")
    said = " ".join(command("study", "pin", study).out.split())
    assert "cannot be tested, and stays open: whatever the rows are, strict can only hit more than small; claim" in said
    said = " ".join(command("study", "run", study, "--table", "declared").out.split())
    assert "not tested, and so open: more: no row changes, or a change could go one way alone" in said


def test_a_second_pin_changes_nothing(pinned: Path, command: Command) -> None:
    before = pin_path(pinned).read_bytes()
    ran = command("study", "pin", pinned)
    assert (ran.code, ran.out.startswith("already pinned on ")) == (0, True)
    assert pin_path(pinned).read_bytes() == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("study.yaml", "study: shop-talk", "# a comment\nstudy: shop-talk"),
        ("study.yaml", "title: What does strictness bring, and what does it cost?", "title: Another"),
        ("study.yaml", "authors: [A. Researcher]", "authors: [A. Researcher, B. Researcher]"),
        ("shop.yaml", "title: Messages", "note: a note\ntitle: Messages"),
    ],
)
def test_what_says_nothing_of_the_study_may_change(
    pinned: Path, command: Command, name: str, old: str, new: str
) -> None:
    change(pinned.parent / name, old, new)
    assert command("study", "run", pinned).code == 0


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("study.yaml", "at-least: 0.35", "at-least: 0.3", "outcomes.caught.bound was 0.35, is 0.3"),
        ("study.yaml", "at-most: 0.05", "at-least: 0.05", 'outcomes.spared.direction was "at most", is "at least"'),
        ("study.yaml", "  spared: {", "  kept: {", "outcomes.spared is gone; outcomes.kept is new"),
        ("study.yaml", "Q1: Does acting", "Q1: Does only acting", "questions.Q1 was "),
        ("study.yaml", "corpora:", "seed: 2\ncorpora:", "seed was 1, is 2"),
        ("study.yaml", "corpora:", "correction: holm-by-question\ncorpora:", 'correction was "holm", is'),
        ("study.yaml", "shop: shop.yaml", "shop: {card: shop.yaml, sample: 41}", "corpora.shop.sample was null, is 41"),
        ("strict.yaml", "label: 20", "label: 25", "policies.strict: strict.yaml has another content"),
        ("lures.yaml", "日赚]", "日赚, 秒到]", "policies.small: lures.yaml has another content"),
        ("shop.csv", "m42,talk,", "m42,lure,", "corpora.shop: 1. shop.csv has another content"),
        ("shop.yaml", "none: talk", "none: '*'", 'corpora.shop.columns.none was ["talk"], is ["*"]'),
        ("shop.yaml", "invented: true", "cluster: kind\ninvented: true", 'columns.cluster was null, is ["kind"]'),
    ],
)
def test_a_pinned_study_edited_afterwards_is_an_error_that_names_what_changed(
    pinned: Path, command: Command, tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    change(pinned.parent / name, old, new)
    package = tmp_path / "package"
    for line in (("run", pinned), ("pin", pinned), ("pack", pinned, "-o", package)):
        ran = command("study", *line)
        assert (ran.code, ran.out) == (2, "")
        assert "ME916 study-changed" in ran.err
        assert said in ran.err
    assert not package.exists()


def test_an_amended_pin_keeps_the_former_one_and_the_reason(pinned: Path, command: Command) -> None:
    former = read_pin(pin_path(pinned))
    assert former is not None
    change(pinned, "at-least: 0.35", "at-least: 0.3")
    assert command("study", "pin", pinned, "--amend", "a slip of the pen").code == 0
    pin = read_pin(pin_path(pinned))
    assert pin is not None
    assert [(one.digest, one.reason) for one in pin.amends] == [(former.digest, "a slip of the pen")]
    ran = command("study", "run", pinned, "--format", "json")
    assert json.loads(ran.out)["amended"] == 1
    assert "pinned anew 1 time\n" in command("study", "run", pinned).out


def test_a_study_that_is_not_pinned_is_not_run(study: Path, command: Command) -> None:
    ran = command("study", "run", study)
    assert (ran.code, ran.out) == (2, "")
    assert "is not pinned, so nothing in it is declared yet" in ran.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--amend", "why"), "there is no pin"),
        (("--amend", " "), "takes the reason"),
        (("--audit-key", "key"), "name it with --audit"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    study: Path, command: Command, args: tuple[str, ...], said: str
) -> None:
    ran = command("study", "pin", study, *args)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert not pin_path(study).exists()


def test_a_pin_changed_by_hand_is_noticed(pinned: Path, command: Command) -> None:
    change(pin_path(pinned), '"bound": 0.35', '"bound": 0.3')
    change(pinned, "at-least: 0.35", "at-least: 0.3")
    ran = command("study", "run", pinned)
    assert ran.code == 2
    assert "was changed after it was made" in ran.err


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, b"\xff", b'{"format": 2}'])
def test_what_is_no_pin_is_an_error(study: Path, content: bytes) -> None:
    pin_path(study).write_bytes(content)
    with pytest.raises(InputError, match="is no pin of a study"):
        read_pin(pin_path(study))


def test_a_pin_can_go_into_the_audit_log(study: Path, command: Command, tmp_path: Path) -> None:
    log = tmp_path / "audit"
    assert command("study", "pin", study, "--audit", log).code == 0
    pin = read_pin(pin_path(study))
    assert pin is not None
    assert pin.log is not None
    (record,) = records(log)
    assert (record["kind"], record["title"], record["seq"]) == ("study", "shop-talk", pin.log.record)
    assert record["sha256"] == pin.digest.removeprefix("sha256:")
    ran = command("audit", "verify", log)
    assert ran.code == 0
    assert "1 (study 1)" in ran.out
    assert command("study", "run", study).code == 0


def test_a_log_with_pins_and_decisions_holds_both(study: Path, command: Command, folder: Path) -> None:
    command("scan", study.parent / "shop.csv", "-p", study.parent / "small.yaml", "-o", "decisions.jsonl")
    assert command("study", "pin", study, "--audit", "audit").code == 0
    kinds = [record["kind"] for record in records(folder / "audit")]
    assert (kinds[0], kinds.count("decision"), kinds[-1]) == ("revision", 42, "study")
    assert command("audit", "verify", "audit").code == 0
    assert command("audit", "replay", "--from", study.parent / "shop.csv").code == 0
