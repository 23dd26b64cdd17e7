"""Rules tried before they count: figures by hand, and the same as deciding all again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.data.outcomes import decide
from modengine.lab.data.without import as_before, differing, on_test, promoted
from modengine.lab.report.render import as_html, as_json, as_text, named
from modengine.lab.report.schemas import schema
from modengine.lab.report.table import Quote
from modengine.lab.report.views.trial import view
from modengine.lab.studies.trial import LabelHits, Trial, TriedRule, steps, trial
from modengine.model import Message
from modengine.policy.model import Field
from tests.build import engine, relief, rule, text, words
from tests.commands import Command
from tests.lab.corpora import MakeCorpus, rows, write

ROWS = (
    ("骗", "fraud", 6), ("骗甲", "fraud", 3), ("甲", "fraud", 1), ("乙", "fraud", 2), ("乙", "none", 4),
    ("别骗", "none", 5), ("别骗", "fraud", 1), ("好", "none", 3), ("丙", "fraud", 2),
)  # fmt: skip


def policy(status: str = "test", more: str = "甲") -> Engine:
    """骗 counts; what `more` finds, 乙 and the relief of 别 are tried."""
    return engine(
        rule("fraud.a", "w", text("w", "骗")),
        rule("fraud.more", "w", text("w", more), status=status),
        rule("fraud.wrong", "w", text("w", "乙"), score=40, status="test"),
        relief("relief.warn", "w", text("w", "别"), by=60, status="test"),
    )


def of(result: Trial, name: str = "fraud.more") -> TriedRule:
    (found,) = [tried for tried in result.rules if tried.rule == name]
    return found


def counted(tried: TriedRule) -> tuple[int, ...]:
    return tried.hits, tried.newly_hit, tried.acted_on, tried.newly_missed, tried.still_missed, tried.flipped


@pytest.mark.parametrize(("status", "was"), [("test", "on test"), ("draft", "draft"), ("stable", "left out")])
def test_a_rule_is_tried_before_it_counts(corpus: MakeCorpus, status: str, was: str) -> None:
    made = corpus(rows(*ROWS), ("fraud",), label="label")
    result = trial(policy(status), made, ("fraud.more",))
    tried = of(result)
    # Of 4 rows with 甲 three are caught by 骗 already; 乙 and 丙 stay missed.
    assert (tried.was, counted(tried)) == (was, (4, 4, 3, 0, 4, 4))
    assert (tried.own.k, tried.own.n, tried.harmless.k, tried.harmless.n) == (4, 15, 0, 12)
    assert tried.labels == (
        LabelHits("fraud", 15, before=0, after=4, newly_hit=4, acted_on=3, newly_missed=0, rises=4, falls=0),
        LabelHits("none", 12, before=0, after=0, newly_hit=0, acted_on=0, newly_missed=0, rises=0, falls=0),
    )
    assert (result.new_catches, result.new_false_alarms, result.lost_catches, result.false_alarms_gone) == (4, 0, 0, 0)
    assert [(m.category, m.before, m.after, m.rows) for m in result.moves if m.category == "fraud"] == [
        ("fraud", "allow", "review", 1), ("fraud", "review", "block", 3)
    ]  # fmt: skip


def test_a_relief_is_tried_too(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), ("fraud",), label="label")
    result = trial(policy(), made, ("relief.warn",))
    assert counted(of(result, "relief.warn")) == (6, 6, 6, 0, 0, 6)
    assert (result.lost_catches, result.false_alarms_gone) == (1, 5)
    assert [flip.label for flip in result.flips] == ["fraud", *["none"] * 5]


def test_a_changed_rule_is_held_against_its_old_version(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), ("fraud",), label="label", invented=True)
    old, new = policy("stable"), policy("stable", more="丙")
    tried = of(result := trial(new, made, ("fraud.more",), against=old))
    assert (tried.was, counted(tried)) == ("as it was", (2, 2, 0, 4, 3, 6))
    assert (result.against, result.revision_against) == (old.policy.id, old.revision)
    found = {(example.kind, example.row): example.words for example in tried.examples}
    assert {kind for kind, _ in found} == {"newly hit", "newly missed", "still missed"}
    assert {words for (kind, _), words in found.items() if kind == "newly missed"} == {("甲",)}
    assert {words for (kind, _), words in found.items() if kind == "newly hit"} == {("丙",)}


@pytest.mark.parametrize("kind", [text, words])
def test_all_that_is_not_tried_stays_as_it_is_in_the_new_policy(corpus: MakeCorpus, kind: type) -> None:
    """Before is not the old policy: `diff` compares the whole."""
    made = corpus(rows(*ROWS), ("fraud",), label="label")
    new = engine(rule("fraud.a", "w", text("w", "骗")), rule("fraud.b", "w", kind("w", "甲", "丙")))
    old = engine(rule("fraud.a", "w", text("w", "好")), rule("fraud.b", "w", kind("w", "甲")))
    assert differing(old.policy, new.policy) == ("fraud.a", "fraud.b")
    result = trial(new, made, ("fraud.b",), against=old)
    assert counted(of(result, "fraud.b")) == (6, 2, 0, 0, 2, 2)
    assert result.flipped == 2


def test_a_new_rule_is_held_against_a_policy_that_lacks_it(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), ("fraud",), label="label")
    old = engine(rule("fraud.a", "w", text("w", "骗")))
    new = policy("stable")
    assert differing(old.policy, new.policy) == ("fraud.more", "fraud.wrong", "relief.warn")
    tried = of(trial(new, made, ("fraud.more",), against=old))
    assert (tried.was, counted(tried)) == ("new", (4, 4, 3, 0, 4, 4))


def test_only_what_can_change_a_decision_makes_a_rule_differ() -> None:
    old = policy().policy
    titled = replace(old, rulesets=tuple(
        replace(r, rules=tuple(replace(one, title="x", clause="F9", tags=("y",)) for one in r.rules))
        for r in old.rulesets
    ))  # fmt: skip
    assert differing(old, titled) == ()


@pytest.mark.parametrize("against", [False, True])
def test_each_rule_alone_is_the_same_as_deciding_all_again(corpus: MakeCorpus, against: bool) -> None:
    made = corpus(rows(*ROWS), ("fraud",), label="label")
    new = policy()
    old = engine(rule("fraud.a", "w", text("w", "骗"))) if against else None
    assert on_test(new.policy) == ("fraud.more", "fraud.wrong", "relief.warn")
    told: list[int] = []
    result = trial(new, made, on_test(new.policy), against=old, progress=told.append)
    as_it_is = decide(new, made).ranks
    for tried in result.rules:
        again = decide(Engine(Program(promoted(new.policy, tried.rule))), made).ranks
        assert tried.flipped == (again != as_it_is).any(axis=1).sum()
        assert counted(tried) == counted(of(trial(new, made, (tried.rule,), against=old), tried.rule))
    together = decide(Engine(Program(promoted(new.policy, *on_test(new.policy)))), made).ranks
    assert result.flipped == np.count_nonzero((together != as_it_is).any(axis=1))
    assert told[-1] == steps(made, on_test(new.policy))


def test_an_old_version_that_does_not_fit_is_refused(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), ("fraud",), label="label")
    new = policy("stable")
    gone = engine(
        rule("fraud.gone", "w", text("w", "骗")), rule("fraud.more", "w and rule(fraud.gone)", text("w", "甲"))
    )
    with pytest.raises(InputError, match="needs the rule `fraud"):
        trial(new, made, ("fraud.more",), against=gone)
    other = engine(rule("fraud.more", "w", text("w", "甲"), category="violence"))
    with pytest.raises(InputError, match="needs the category `violence`"):
        trial(new, made, ("fraud.more",), against=other)
    number, asked = {"n": Field("n", "integer")}, rule("fraud.more", "w and message.n > 5", text("w", "甲"))
    texts = engine(rule("fraud.more", "w", text("w", "甲", parts=("message.n",))), fields={"n": Field("n", "string")})
    with pytest.raises(InputError, match="needs the field `n` as integer"):
        trial(texts, made, ("fraud.more",), against=engine(asked, fields=number))
    with pytest.raises(InputError, match="needs the field `n` as string"):
        trial(engine(asked, fields=number), made, ("fraud.more",), against=texts)


def test_texts_are_shown_only_where_they_may_be(corpus: MakeCorpus) -> None:
    closed = corpus(rows(*ROWS), ("fraud",), label="label")
    result = trial(policy(), closed, ("fraud.more",))
    assert "甲" not in as_html(view(result)) + as_text(view(result), 80) + as_json(view(result))
    shown = view(trial(policy(), closed, ("fraud.more",), show_text=True))
    assert "甲" in as_text(shown, 80)
    examples = named(shown.tables)["examples"]
    assert examples.columns[-2:] == ("words", "text")
    quotes = [cell for row in examples.rows for cell in row[-2:] if cell is not None]
    assert quotes
    assert not any(cell.open for cell in quotes if isinstance(cell, Quote))
    assert all(isinstance(cell, Quote) for cell in quotes)
    invented = view(
        trial(policy(), replace(closed, columns=replace(closed.columns, invented=True)), ("fraud.more",)), True
    )
    assert '<span class="quote open" ' in as_html(invented)


def test_examples_are_at_most_so_many_of_a_kind_and_harmless_ones_first(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), ("fraud",), label="label")
    tried = of(trial(policy(), made, ("fraud.wrong",), most=3), "fraud.wrong")
    assert [(e.kind, e.label) for e in tried.examples] == [
        *[("newly hit", "none")] * 3, *[("still missed", "fraud")] * 3,
    ]  # fmt: skip
    assert not of(trial(policy(), made, ("fraud.wrong",), most=0), "fraud.wrong").examples


def test_json_is_as_its_schema_says_and_always_the_same(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), ("fraud",), label="label")
    first, second = (as_json(view(trial(policy(), made, on_test(policy().policy)))) for _ in range(2))
    assert first == second
    jsonschema.validate(json.loads(first), schema("try"), jsonschema.Draft202012Validator)


# --------------------------------------------------------------------------- the command

RULES = """\
ruleset: small
title: Small
category: fraud
clauses: {{F1: A clause.}}
rules:
  - {{id: fraud.a, title: A, clause: F1, score: 60, patterns: {{w: {{text: [骗]}}}}, when: w}}
  - {{id: fraud.b, title: B, clause: F1, status: {status}, score: 60, tags: [wip], when: w,
      patterns: {{w: {{text: [钱]}}}}}}
"""
POLICY = """\
policy: small
title: Small
rulesets: [{name}.yaml]
actions: {{fraud: {{label: 30, review: 50, block: 90}}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, status in (("now", "test"), ("old", "draft")):
        (tmp_path / f"{name}.yaml").write_text(RULES.format(status=status), encoding="utf-8")
        (tmp_path / f"p-{name}.yaml").write_text(POLICY.format(name=name), encoding="utf-8")
    write(tmp_path / "rows.jsonl", rows(("骗", "fraud", 4), ("钱", "none", 3), ("骗钱", "fraud", 2)))
    (tmp_path / "rows.csv").write_text("text,label\n骗,fraud\n钱,none\n钱,none\n", encoding="utf-8")
    (tmp_path / "card.yaml").write_text("corpus: c\nfiles: [rows.jsonl]\nlabel: label\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("given", [(), ("fraud.b",), ("*.b",), ("wip",)])
def test_rules_are_named_by_id_glob_and_tag_or_are_those_on_test(
    folder: Path, command: Command, given: tuple[str, ...]
) -> None:
    ran = command("try", *given, "--on", folder / "card.yaml", "--policy", folder / "p-now.yaml", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert [tried["rule"] for tried in json.loads(ran.out)["rules"]] == ["fraud.b"]


@pytest.mark.parametrize(
    ("limit", "code", "message"),
    [
        ("new-false-alarms", 1, "modengine: new-false-alarms: 3, more than the 0 allowed\n"),
        ("new-false-alarms=3", 0, ""),
        ("lost-catches", 0, ""),
        ("any-flip=4", 1, "modengine: any-flip: 5, more than the 4 allowed\n"),
    ],
)
def test_a_build_fails_on_what_was_named(folder: Path, command: Command, limit: str, code: int, message: str) -> None:
    ran = command("try", "--on", folder / "card.yaml", "-p", folder / "p-now.yaml", "--fail-on", limit)
    assert (ran.code, ran.err) == (code, message)
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_any_file_that_the_lab_reads_is_a_corpus(folder: Path, command: Command) -> None:
    ran = command(
        "try", "--on", folder / "rows.csv", "--label", "label", "-p", folder / "p-now.yaml", "--format", "json"
    )
    assert json.loads(ran.out)["new_false_alarms"] == 2


def test_where_nothing_is_to_be_tried_it_says_so_and_succeeds(folder: Path, command: Command) -> None:
    ran = command("try", "--on", folder / "card.yaml", "-p", folder / "p-old.yaml", "--fail-on", "any-flip")
    assert (ran.code, ran.err) == (0, "")
    assert "no rule of small is on test: there is nothing to try" in ran.out.splitlines()[-2]
    same = (folder / "p-now.yaml", "--against", folder / "p-now.yaml")
    assert "no rule of small differs from small" in command("try", "--on", folder / "card.yaml", "-p", *same).out


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("fraud.x",), "no rule of small has the id or the tag `fraud.x`: did you mean `fraud.b`?"),
        (("--fail-on", "flips"), "`flips` is none of new-false-alarms, lost-catches, any-flip"),
        (("--against", "nowhere.yaml"), "nowhere.yaml"),
    ],
)
def test_what_does_not_fit_is_said(folder: Path, command: Command, given: tuple[str, ...], message: str) -> None:
    ran = command("try", *given, "--on", folder / "card.yaml", "-p", folder / "p-now.yaml")
    assert ran.code == 2
    assert message in ran.err


def test_every_table_is_written(folder: Path, command: Command) -> None:
    ran = command(
        "try", "--on", folder / "card.yaml", "-p", folder / "p-now.yaml", "--format", "csv", "-o", folder / "t"
    )
    assert (ran.code, ran.err) == (0, "")
    names = {path.name for path in (folder / "t").iterdir()}
    assert names == {
        *(f"{n}.csv" for n in ("rules", "labels", "examples", "moves", "flips-listed")),
        "datapackage.json",
    }


def levelled(default: int, **rest: Any) -> Engine:
    """Two rules alike, of a field that most messages lack."""
    fields = {"lvl": Field("lvl", "integer", default=default)}
    rules = (rule(name, "w and message.lvl > 5", text("w", "骗")) for name in ("fraud.kept", "fraud.tried"))
    return engine(*rules, fields=fields, **rest)


def test_a_rule_as_it_was_keeps_the_default_that_it_had() -> None:
    old, new = levelled(1).policy, levelled(9).policy
    assert differing(old, new) == ("fraud.kept", "fraud.tried")
    before = as_before(new, [one for one in new.rules if one.id == "fraud.tried"], old)
    hits = Engine(Program(before)).decide(Message("骗")).hits
    assert [hit.rule for hit in hits] == ["fraud.kept"]
