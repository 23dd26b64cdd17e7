"""The examples inside rule files, held against an engine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from modengine.errors import Location
from modengine.loading import compile_engine
from modengine.model import ConditionTrace, Decision, Message, RuleTrace, Trace
from modengine.policy.grammar import parse
from modengine.policy.load import policy_of, read
from modengine.policy.model import Example, Examples, Rule
from modengine.run.work.examples import run_examples

HERE = Location("rules.yaml", 3)
RULE = Rule("r", "Rule", "c", HERE, parse("a"))


class HitsOnYes:
    """An engine whose rule `r` hits the text "yes" and half holds on "maybe"."""

    def trace(
        self, message: Message | str, *, ignore_scope: bool = True, rules: Collection[str] | None = None
    ) -> Trace:
        assert isinstance(message, Message)
        assert ignore_scope
        assert rules == ("r",)
        outcome = {"yes": "hit", "maybe": "unknown"}.get(message.text)
        node = ConditionTrace("a", message.text == "yes")
        rules = (RuleTrace("r", "Rule", "c", "score", outcome, node),) if outcome else ()  # type: ignore[arg-type]
        return Trace(message, Decision(None, "allow", "allow", True, False, {}), rules, (), ())


def verdicts(**texts: str) -> list[tuple[str, str]]:
    examples = Examples(**{kind: (Example(Message(text), HERE),) for kind, text in texts.items()})
    return [(o.kind, o.verdict) for o in run_examples(HitsOnYes(), [replace(RULE, examples=examples)], traced=True)]


def test_what_should_hit_hits_and_what_should_pass_passes() -> None:
    assert verdicts(match="yes", passes="no") == [("match", "holds"), ("pass", "holds")]
    assert verdicts(match="no", passes="yes") == [("match", "fails"), ("pass", "fails")]


def test_unknown_is_no_hit() -> None:
    assert verdicts(match="maybe", passes="maybe") == [("match", "fails"), ("pass", "holds")]


def test_known_weaknesses_hold_and_their_end_is_news() -> None:
    assert verdicts(known_miss="no", known_false_alarm="yes") == [
        ("known_miss", "holds"),
        ("known_false_alarm", "holds"),
    ]
    assert verdicts(known_miss="yes", known_false_alarm="no") == [("known_miss", "news"), ("known_false_alarm", "news")]


def test_drafts_are_not_run() -> None:
    draft = replace(RULE, status="draft", examples=Examples(match=(Example(Message("no"), HERE),)))
    assert list(run_examples(HitsOnYes(), [draft])) == []


def test_an_example_that_is_too_long_to_be_read_shows_nothing(tmp_path: Path) -> None:
    file = tmp_path / "long.yaml"
    text = "好" * 20_001
    file.write_text(
        "ruleset: long\ntitle: Long\ncategory: fraud\nrules:\n  - id: fraud.long\n    title: Long\n    score: 50\n"
        "    patterns: {prize: {words: [中奖]}}\n    when: prize\n"
        f"    examples: {{match: [中奖], pass: [{text}]}}\n",
        "utf-8",
    )
    ruleset = read(file).ruleset
    assert ruleset is not None
    policy = policy_of(ruleset)
    held, unread = run_examples(compile_engine(policy), policy.rules)
    assert (held.verdict, held.undetermined) == ("holds", "")
    assert (unread.kind, unread.verdict, unread.hit) == ("pass", "fails", False)
    assert "20,001 characters" in unread.undetermined
