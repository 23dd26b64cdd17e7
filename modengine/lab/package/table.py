"""Decisions of a study as a table of ids: a row for each message and policy, and no text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain

from modengine.lab.study.decided import Decisions
from modengine.model import ACTIONS
from modengine.run.write.tidy import Cell, encode

COLUMNS = ("corpus", "policy", "row", "id", "label", "stratum", "cluster", "action", "rules", "undetermined")
KEY = ("corpus", "policy", "row")
"""By these a row is known."""


def decisions_csv(made: Sequence[Decisions]) -> bytes:
    """`row` counts the measured rows of the whole corpus from 1; `rules` holds the rules that hit, with their points.

    Each category has the columns `CATEGORY_action` and `CATEGORY_score`, empty for a policy without it.
    """
    categories = tuple(dict.fromkeys(name for one in made for name in one.decided.categories))
    header = (*COLUMNS, *(f"{name}_{part}" for name in categories for part in ("action", "score")))
    return encode(chain([header], *(_rows(one, categories) for one in made)))


def _rows(one: Decisions, categories: Sequence[str]) -> Iterator[Sequence[Cell]]:
    corpus, decided, top = one.corpus, one.decided, one.decided.highest()
    for i, message in enumerate(corpus.messages):
        rules = " ".join(f"{rule}:{points}" for rule, points in decided.rules[i])
        row: list[Cell] = [
            corpus.name, one.policy, int(one.rows[i]) + 1, message.id, corpus.labels[i], corpus.strata[i] or None,
            int(corpus.clusters[i]), ACTIONS[top[i]], rules, bool(decided.undetermined[i]),
        ]  # fmt: skip
        for name in categories:
            if name in decided.categories:
                at = decided.column(name)
                row += [ACTIONS[decided.ranks[i, at]], int(decided.scores[i, at])]
            else:
                row += [None, None]
        yield row


def read_decisions(table: bytes) -> dict[tuple[str, ...], dict[str, str]]:
    """The rows of such a table by `KEY`.  Raises ValueError for what is none."""
    reader = csv.DictReader(io.StringIO(table.decode("utf-8"), newline=""), strict=True)
    try:
        header = reader.fieldnames or ()
        if not set(KEY) <= set(header) or len(set(header)) < len(header):
            raise ValueError(f"it has not the columns {', '.join(KEY)}, or one of its columns twice")
        rows = list(reader)
        found = {tuple(row[key] for key in KEY): row for row in rows}
        if len(found) < len(rows):
            raise ValueError("a row is there twice")
        return found
    except csv.Error as error:
        raise ValueError(str(error)) from None
