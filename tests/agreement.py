"""What must hold of every decision: the core, the Python engine and the naive engine say the same.

The last was written from the specification alone.
"""

from __future__ import annotations

from random import Random
from typing import Any

import rjieba

import modengine
from modengine.engine import core
from modengine.engine.engine import Engine
from modengine.model import Decision, Message, RuleHit
from modengine.policy.model import Policy
from modengine.run.read.jsonl import message_from
from tests import naive
from tests.build import compile_policy
from tests.paths import MESSAGES, RULES
from tests.strategies import written


def hit(rule_hit: RuleHit) -> dict[str, Any]:
    matches = sorted((m.pattern, m.part_index, m.start, m.end, m.weight) for m in rule_hit.matches)
    return {
        "rule": rule_hit.rule,
        "category": rule_hit.category,
        "points": rule_hit.points,
        "counted": rule_hit.counted,
        "matches": [list(match) for match in matches],
    }


def seen(decision: Decision) -> dict[str, Any]:
    """What the naive engine says too of a decision."""
    return {
        "action": decision.action,
        "taken": decision.taken,
        "in_scope": decision.in_scope,
        "flagged": decision.flagged,
        "categories": {
            name: {"score": c.score, "action": c.action, "in_scope": c.in_scope, "shadow": sorted(c.shadow)}
            for name, c in decision.categories.items()
        },
        "hits": [hit(rule_hit) for rule_hit in decision.hits],
        "shadow_hits": [hit(rule_hit) for rule_hit in decision.shadow_hits],
        "relief": [{"rule": r.rule, "category": r.category, "points": r.points} for r in decision.relief],
        "raised": sorted([r.category, r.action, sorted(r.rules)] for r in decision.raised),
        "longer": decision.longer and [decision.longer.characters, decision.longer.points],
        "undetermined": [[entry.rule, entry.pattern, entry.reason] for entry in decision.undetermined],
    }


class Fast:
    """rjieba with the words of a policy, in the shape of jieba."""

    def __init__(self, policy: Policy) -> None:
        self._words = rjieba.Jieba()
        for word, frequency in naive.own_words(policy).items():
            self._words.add_word(word, frequency, "")

    def cut(self, text: str, HMM: bool) -> list[str]:  # noqa: N803
        return self._words.cut(text, HMM)


def agree(engine: Engine, policy: Policy, messages: list[Message]) -> None:
    """Every other message is decided as if it lay in scope.

    Where the core is at work the Python engine decides too, and says the same to the last field; its traces, for which
    the core gives words and the matches of regexes, are the same without.

    With words added, rjieba and jieba rarely differ (加加加加加 has two equally likely readings).
    Where they do, the naive engine may have its words from rjieba, set up here and not there.
    """
    words = naive.segmenter(policy)
    python = Engine(engine.program, engine.program.segmenter()) if engine.compiled else None
    for at, message in enumerate(messages):
        ignore_scope = bool(at % 2)
        decision = engine.decide(message, ignore_scope=ignore_scope)
        if python is not None:
            assert decision == python.decide(message, ignore_scope=ignore_scope), message
            assert at % 10 or engine.trace(message) == python.trace(message), message
        real = seen(decision)
        budget = engine.program.budget
        expected = naive.decide(policy, message, ignore_scope=ignore_scope, words=words, budget=budget)
        if real != expected and policy.segmenter == "rjieba":
            fast = Fast(policy)
            if any(
                naive.cut(naive.plain(p.text), fast) != naive.cut(naive.plain(p.text), words)
                for p in naive.with_fields(policy, message).all_parts()
            ):
                expected = naive.decide(policy, message, ignore_scope=ignore_scope, words=fast, budget=budget)
        assert real == expected, message


def agree_on_pairs(policy: Policy, count: int, seed: int) -> None:
    """A policy with `count` messages that are made for it; the core takes part where there is one."""
    engine = Engine(compile_policy(policy))
    assert engine.compiled == (core.module()[0] is not None)
    agree(engine, policy, written(policy, count, Random(seed)))


def agree_on_samples(name: str, lines: slice) -> None:
    """A shipped policy decides some of the sample messages as the naive engine does."""
    engine = modengine.load(RULES / name)
    rows = MESSAGES.read_text("utf-8").splitlines()[lines]
    agree(engine, engine.policy, [message_from(row) for row in rows])
