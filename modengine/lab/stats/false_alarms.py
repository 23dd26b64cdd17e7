"""The rules that hit harmless rows: which, how often, and on what."""

from __future__ import annotations

from collections import defaultdict

import msgspec
import numpy as np

from modengine.engine.engine import Engine
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.outcomes import DecidedCorpus
from modengine.lab.stats.intervals import FORBIDDEN, Estimate
from modengine.lab.stats.metrics import Flags, labelled, rate
from modengine.model import RANK

EXAMPLES = 3
"""Rows named with each rule."""


class FalseAlarm(msgspec.Struct, frozen=True):
    """A row by its id, or by its line; its text only where it may be shown."""

    row: str
    text: str | None


class RuleAlarms(msgspec.Struct, frozen=True):
    """A rule whose points stand behind an action on harmless rows."""

    corpus: str
    rule: str
    title: str
    category: str
    share: Estimate
    """Harmless rows that it hit with points and on which its category acts, of all harmless rows."""
    review: int
    """Of these, rows on which the action is `review` or more."""
    block: int
    right: int
    """Rows of its own category that it hit with points and on which its category acts."""
    examples: tuple[FalseAlarm, ...]


def alarms(engine: Engine, corpus: Corpus, outcomes: DecidedCorpus, show_text: bool) -> tuple[RuleAlarms, ...]:
    """Rules by false alarms, the worst first; those without are left out."""
    shown = show_text or corpus.columns.invented
    rules = {rule.id: rule for rule in engine.policy.rules if rule.category is not None}
    harmless = labelled(corpus, HARMLESS)
    hits: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(outcomes.rules):
        for rule_id, counted in row:
            if counted > 0 and rule_id in rules:
                hits[rule_id].append(i)
    found: list[RuleAlarms] = []
    for name, rows in hits.items():
        rule = rules[name]
        category = str(rule.category)
        ranks = outcomes.ranks[:, outcomes.column(category)]
        hit: Flags = np.zeros(len(corpus), np.bool_)
        hit[rows] = True
        hit &= ranks >= RANK["label"]
        wrong = np.flatnonzero(hit & harmless)
        if not len(wrong):
            continue
        share = rate(corpus.clusters, hit, harmless)
        examples = tuple(
            FalseAlarm(corpus.row_name(int(i)), corpus.text(int(i)) if shown else None)
            for i in sorted(wrong, key=lambda i: (-ranks[i], i))[:EXAMPLES]
        )
        found.append(
            RuleAlarms(
                corpus.name, name, rule.title, category,
                FORBIDDEN if "over-blocking" in corpus.columns.forbidden else share,
                int((ranks[wrong] >= RANK["review"]).sum()), int((ranks[wrong] >= RANK["block"]).sum()),
                int((hit & labelled(corpus, category)).sum()), examples,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda alarm: (-alarm.share.k, alarm.rule)))
