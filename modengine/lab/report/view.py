"""A result as it is shown, whatever the form: its question, sentences, tables and charts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import msgspec

from modengine.explain.visible import inline, many
from modengine.lab.data.stamp import CorpusStamp, Stamp
from modengine.lab.report.charts import Chart
from modengine.lab.report.table import Table


class StampedResult(Protocol):
    """What every measurement gives: a frozen msgspec struct with a stamp."""

    @property
    def stamp(self) -> Stamp: ...


@dataclass(frozen=True, slots=True)
class ResultView:
    """A result as it is shown."""

    name: str
    """Kebab-case: the command, and the anchor in the report."""
    title: str
    """The question that it answers."""
    result: StampedResult
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()
    summary: tuple[str, ...] = ()
    """Sentences that stand first: what was found, and what nobody should conclude from it."""
    others: tuple[tuple[str, str], ...] = ()
    """Other policies that it is about, beside that of the stamp, each with its revision."""


COUNTED = 8
"""So many kinds are told with their number; of the others, how many there are."""
CODED = frozenset({"sample", "agree", "estimate"})
"""Measurements that take no row for harmless because nobody named its label."""


def shown_corpora(stamp: Stamp) -> list[CorpusStamp]:
    """The corpora of a result; nothing is said of labels where the measurement does not rest on them."""
    if stamp.measurement not in CODED:
        return list(stamp.corpora)
    return [msgspec.structs.replace(corpus, labelled=True) for corpus in stamp.corpora]


def corpora_of(stamps: Iterable[Stamp]) -> tuple[CorpusStamp, ...]:
    """Every corpus of some results once, in the order in which they come."""
    return tuple({(corpus.name, corpus.digest): corpus for stamp in stamps for corpus in shown_corpora(stamp)}.values())


def corpus_line(corpus: CorpusStamp) -> str:
    """One corpus in a line: rows, clusters, what was left out, digest."""
    parts = [f"{many(corpus.rows, 'row')} in {many(corpus.clusters, 'cluster')}"]
    if corpus.sampled_from is not None:
        parts.append(f"a random sample of {corpus.sampled_from:,}")
    if corpus.left_out:
        parts.append(f"left out: {counts(corpus.left_out)}")
    if not corpus.labelled:
        parts.append("no labels (--label names their column): every row is taken for harmless")
    if corpus.unreadable:
        parts.append(unreadable(corpus))
    if corpus.forbidden:
        parts.append(f"the card forbids {', '.join(corpus.forbidden)}")
    return f"{corpus.name} ({short(corpus.digest)}): {'; '.join(parts)}"


def unreadable(corpus: CorpusStamp) -> str:
    return f"{many(corpus.unreadable, 'row')} could not be read, the first at {inline(corpus.first_unreadable, 300)}"


def undecided(rows: int) -> str:
    return f"not decided, and counted as review: {many(rows, 'row')}"


def without_fields(count: int, noun: str) -> str:
    return (
        "decided without their fields, since one is not as the policy declares it: "
        f"{many(count, noun)} (modengine scan says of each what is wrong)"
    )


def counts(values: dict[str, int]) -> str:
    """`abuse 499, gambling 12 and 3 more`, the largest first."""
    largest = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    more = f" and {len(largest) - COUNTED} more" if len(largest) > COUNTED else ""
    return ", ".join(f"{inline(name, 300)} {count:,}" for name, count in largest[:COUNTED]) + more


def short(digest: str) -> str:
    """The first 12 characters of a digest."""
    return digest.removeprefix("sha256:")[:12]


def subject(stamp: Stamp) -> str:
    """What was measured: a policy, or lists that others made."""
    alone = stamp.measurement.startswith("specimen-") or stamp.policy.split("+")[0] in stamp.specimens
    return "specimen" if stamp.specimens and alone else "policy"


def warnings(stamp: Stamp) -> list[str]:
    """What limits the use of a result."""
    lines = []
    made_up = [corpus.name for corpus in stamp.corpora if corpus.simulation]
    if stamp.simulation:
        lines.append("Simulation: messages or dates were made up; such figures say nothing about real traffic.")
    elif made_up:
        lines.append(
            f"Made up: messages or dates of {', '.join(made_up)}; their figures say nothing about real traffic."
        )
    if stamp.specimens:
        lines.append(
            "Lists that others made: a match says that a list would match, never that anything was blocked; nothing "
            "here acts."
        )
    elif stamp.study:
        lines.append("Study policy: every decision is shadow; no action is ever taken.")
    return lines
