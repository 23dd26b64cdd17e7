"""The commands diff, ablate, flip, fit and timeline: exit codes, options, what is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modengine.loading import load
from tests.commands import POLICY, Command
from tests.lab.corpora import SMALL_RULES, rows, write

LADDER = "actions: {fraud: {label: 30, review: 50, block: 90}}\nfields: {time: datetime}\n"
ROWS = (("骗", "fraud", 120), ("骗钱", "fraud", 20), ("钱", "none", 100), ("好", "none", 160))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(SMALL_RULES, encoding="utf-8")
    head = "title: Small\nrulesets: [small.yaml]\n"
    (tmp_path / "a.yaml").write_text(f"policy: a\n{head}{LADDER}", encoding="utf-8")
    change = "overrides: [{rules: [fraud.right], score: 60}, {rules: [fraud.wrong], score: 0}]\n"
    (tmp_path / "b.yaml").write_text(f"policy: b\n{head}{LADDER}{change}", encoding="utf-8")
    write(tmp_path / "rows.jsonl", rows(*ROWS, time="2014-06-01T00:00:00+08:00"))
    card = "corpus: small\nfiles: [rows.jsonl]\nlabel: label\ninvented: true\n"
    (tmp_path / "card.yaml").write_text(card, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("forward", "fail_on", "code", "message"),
    [
        (True, (), 0, ""),
        (True, ("new-false-alarms", "lost-catches"), 0, ""),
        (True, ("any-flip",), 1, "any-flip: 220, more than the 0 allowed"),
        (True, ("any-flip=219",), 1, "any-flip: 220, more than the 219 allowed"),
        (True, ("any-flip=220",), 0, ""),
        (False, ("new-false-alarms",), 1, "new-false-alarms: 100, more than the 0 allowed"),
        (False, ("new-false-alarms=100", "lost-catches=119"), 1, "lost-catches: 120, more than the 119 allowed"),
    ],
)
def test_diff_fails_on_what_was_named(
    folder: Path, command: Command, forward: bool, fail_on: tuple[str, ...], code: int, message: str
) -> None:
    """From A to B 120 rows are caught newly and 100 false alarms go; back, the other way round."""
    names = ("a.yaml", "b.yaml") if forward else ("b.yaml", "a.yaml")
    flags = [part for condition in fail_on for part in ("--fail-on", condition)]
    ran = command("diff", *(folder / name for name in names), folder / "card.yaml", *flags)
    assert (ran.code, ran.err.strip().removeprefix("modengine: ")) == (code, message)
    assert "What changes between A and B?" in ran.out


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("worse",), "`worse` is none of"),
        (("any-flip=-1",), "is none of"),
        (("any-flip=some",), "is none of"),
        (("any-flip", "any-flip=3"), "is given twice"),
    ],
)
def test_diff_says_what_it_can_fail_on(folder: Path, command: Command, given: tuple[str, ...], message: str) -> None:
    flags = [part for condition in given for part in ("--fail-on", condition)]
    ran = command("diff", folder / "a.yaml", folder / "b.yaml", folder / "card.yaml", *flags)
    assert (ran.code, ran.out) == (2, "")
    assert message in " ".join(ran.err.split())


def test_diff_says_which_file_each_side_is_where_the_policies_have_one_name(folder: Path, command: Command) -> None:
    other, same = folder / "other.yaml", folder / "a.yaml"
    other.write_bytes((folder / "b.yaml").read_bytes().replace(b"policy: b", b"policy: a"))
    told = "".join(command("diff", same, other, folder / "card.yaml").out.split())  # paths are long, and lines folded
    assert f"Aisa({same}),revision" in told
    assert f"Bisa({other}),revision" in told
    assert "samerevision" not in told
    assert "A and B are the same revision" in command("diff", same, same, folder / "card.yaml").out


def test_diff_takes_the_labels_of_both_policies(folder: Path, command: Command) -> None:
    """A row of a category that one side alone has is a row of that category, whichever side it is."""
    spam = (
        SMALL_RULES.replace("score: 10", "score: 60")
        .replace("fraud", "spam")
        .replace("骗", "奖")
        .replace("ruleset: small", "ruleset: other")
    )
    (folder / "other.yaml").write_text(spam, encoding="utf-8")
    for name, more in (("one", "odd"), ("two", "ads")):
        third = spam.replace("spam", more).replace("ruleset: other", f"ruleset: {more}").replace("奖", more)
        (folder / f"{more}.yaml").write_text(third, encoding="utf-8")
        ladder = LADDER.replace("fraud:", "LADDER").replace("LADDER", f"{more}: {{label: 30, block: 90}}, spam:")
        (folder / f"{name}.yaml").write_text(
            f"policy: {name}\ntitle: Small\nrulesets: [other.yaml, {more}.yaml]\n{ladder}", encoding="utf-8"
        )
    write(folder / "rows.jsonl", rows(("奖", "spam", 40), ("odd", "odd", 30), ("ads", "ads", 20), ("好", "none", 50)))
    sides = [("one.yaml", "two.yaml"), ("two.yaml", "one.yaml")]
    ran = [command("diff", *(folder / n for n in side), folder / "card.yaml", "--format", "json") for side in sides]
    assert [finished.code for finished in ran] == [0, 0]
    there, back = (json.loads(finished.out) for finished in ran)
    for found in (there, back):
        assert found["stamp"]["corpora"][0]["rows"] == 140
        assert found["stamp"]["corpora"][0]["left_out"] == {}
    assert (there["only_a"], there["only_b"]) == (["odd"], ["ads"])
    assert (back["only_a"], back["only_b"]) == (["ads"], ["odd"])
    assert (there["lost_catches"], back["lost_catches"]) == (30, 20)
    assert (there["new_false_alarms"], back["new_false_alarms"]) == (0, 0)
    own = {
        count["category"]: count
        for count in there["counts"]
        if count["stratum"] == "(all)" and count["action"] == "label"
    }
    assert (own["odd"]["lost_catches"], own["ads"]["new_catches"]) == (30, 20)
    assert (own["odd"]["others_lost"], own["ads"]["others_gained"]) == (0, 0)


@pytest.mark.parametrize("name", ["ablate", "timeline", "fit", "suggest"])
@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_each_command_writes_each_form(folder: Path, command: Command, name: str, form: str) -> None:
    ran = command(name, folder / "a.yaml", folder / "card.yaml", "--format", form)
    assert (ran.code, ran.err) == (0, "")
    if form == "json":
        assert json.loads(ran.out)["stamp"]["measurement"] == name
    assert ("<!doctype html>" in ran.out) is (form == "html")


def test_csv_has_every_table(folder: Path, command: Command) -> None:
    ran = command(
        "diff", folder / "a.yaml", folder / "b.yaml", folder / "card.yaml", "--format", "csv", "-o", folder / "t"
    )
    assert ran.code == 0
    assert {"flips.csv", "tests.csv", "moves.csv", "rules.csv", "flips-listed.csv"} <= {
        p.name for p in (folder / "t").iterdir()
    }


def test_flip_of_a_text_and_of_standard_input(command: Command) -> None:
    body = "您的网银即将失效，请登录 www.example.top 升级"
    by_argument = command("flip", POLICY, body, "--format", "json")
    by_stdin = command("flip", POLICY, "-", "--format", "json", stdin=body.encode())
    assert (by_argument.code, by_stdin.code) == (0, 0)
    found = json.loads(by_argument.out)
    assert found["removals"] == json.loads(by_stdin.out)["removals"]
    assert found["removals"]
    assert found["stamp"]["command"].startswith("modengine flip")


def test_flip_refuses_a_field_without_a_value(command: Command) -> None:
    ran = command("flip", POLICY, "好", "--field", "reposts")
    assert (ran.code, "--field takes NAME=VALUE" in ran.err) == (2, True)


def test_fit_writes_nothing_unless_told_to(folder: Path, command: Command) -> None:
    before = {path.name for path in folder.iterdir()}
    assert command("fit", folder / "a.yaml", folder / "card.yaml").code == 0
    assert {path.name for path in folder.iterdir()} == before


def test_fit_writes_a_policy_over_the_policy(folder: Path, command: Command) -> None:
    (folder / "out").mkdir()
    target = folder / "out" / "fitted.yaml"
    ran = command("fit", folder / "a.yaml", folder / "card.yaml", "--write", target)
    assert ran.code == 0
    assert "with other points of 2 rules" in ran.err
    scores = {rule.id: rule.score for rule in load(target).policy.rules}
    assert scores["fraud.right"] >= 50 > scores["fraud.wrong"]


def test_fit_writes_the_policy_where_output_names_one(folder: Path, command: Command) -> None:
    target = folder / "fitted.yaml"
    ran = command("fit", folder / "a.yaml", folder / "card.yaml", "-o", target)
    assert (ran.code, "What points would fit the data?" in ran.out) == (0, True)
    assert load(target).policy.study
    both = command("fit", folder / "a.yaml", folder / "card.yaml", "-o", target, "--write", target)
    assert (both.code, "leave one out" in both.err) == (2, True)


@pytest.mark.parametrize("share", ["0.3", "30%", "x", "-1%", "100%", "1"])
def test_fit_takes_a_share_with_or_without_percent(folder: Path, command: Command, share: str) -> None:
    ran = command("fit", folder / "a.yaml", folder / "card.yaml", "--false-alarms", share, "--draws", "0")
    if share in ("0.3", "30%"):
        assert (ran.code, "30 % are allowed" in ran.out) == (0, True)
    else:
        assert (ran.code, "is no share: write 0.3% or 0.003" in ran.err) == (2, True)


def test_fit_does_not_write_over_what_it_reads(folder: Path, command: Command) -> None:
    ran = command("fit", folder / "a.yaml", folder / "card.yaml", "--write", folder / "a.yaml")
    assert (ran.code, "is also an input" in ran.err) == (2, True)


def test_fit_without_a_better_way_writes_nothing(folder: Path, command: Command) -> None:
    ran = command("fit", folder / "b.yaml", folder / "card.yaml", "--write", folder / "fitted.yaml")
    assert (ran.code, "no points change" in ran.err) == (0, True)
    assert not (folder / "fitted.yaml").exists()


def test_a_corpus_without_times_has_no_timeline(folder: Path, command: Command) -> None:
    write(folder / "rows.jsonl", rows(*ROWS))
    ran = command("timeline", folder / "a.yaml", folder / "card.yaml")
    assert (ran.code, "no row has a time in `time`" in ran.err) == (2, True)


def test_the_report_has_their_sections(folder: Path, command: Command) -> None:
    sections = [part for section in ("ablate", "fit", "timeline") for part in ("--section", section)]
    ran = command("report", folder / "a.yaml", folder / "card.yaml", *sections, "-o", folder / "r.html")
    assert ran.code == 0
    page = (folder / "r.html").read_text("utf-8")
    assert all(f'<section id="{name}">' in page for name in ("ablate", "fit", "timeline"))
