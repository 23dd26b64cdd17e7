"""Results as two tables for R and spreadsheets: `decisions.csv` and `hits.csv`.

The columns are described in `codebook.py`, from which docs/codebook.md is written.  Cells that a
spreadsheet would run as a formula are made harmless (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from modengine.model import Decision, Match
from modengine.run.write import codebook
from modengine.run.write.results import Result

Cell = str | int | float | bool | None

DECISIONS = tuple(field.name for field in codebook.DECISIONS)
HITS = tuple(field.name for field in codebook.HITS)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
"""A text that begins so gets a `'` before it; one that begins with `'` too, so that it can be undone."""


def safe(value: Cell) -> str:
    """A cell as text: harmless, without NUL; empty for None, 1 or 0 for a boolean."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return codebook.BOOLEANS[value]
    if not isinstance(value, str):
        return f"{value:g}" if isinstance(value, float) else str(value)
    value = value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return "'" + value if value.startswith(_FORMULA) else value


def unsafe(text: str) -> str:
    """The text that `safe` made a cell of."""
    return text[1:] if text.startswith("'") else text


def encode(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as CSV."""
    buffer = io.StringIO(newline="")
    # CR LF as RFC 4180 has it; with LF alone the csv module leaves a cell with a CR unquoted.
    csv.writer(buffer, lineterminator="\r\n").writerows([safe(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8", "backslashreplace")


def decision_rows(result: Result) -> Iterator[Sequence[Cell]]:
    """A row for each category; one without a category for a line that could not be read."""
    at = (result.source, result.line)
    decision = result.decision
    if decision is None:
        assert result.error is not None
        yield (*at, *[None] * (len(DECISIONS) - 4), result.error.code, result.error.message)
        return
    undetermined = "; ".join(u.reason for u in decision.undetermined)
    longer = 0 if decision.longer is None else decision.longer.points
    whole = (decision.action, decision.taken, decision.study, "; ".join(decision.notes), decision.revision, None, None)
    for name, score in decision.categories.items():
        hits = [hit for hit in decision.hits if hit.category == name]
        raised = [r.action for r in decision.raised if r.category == name]
        yield (
            *(*at, decision.id, name, score.score, score.action, score.action if score.in_scope else "allow"),
            *(score.in_scope, "; ".join(score.shadow), len(hits), sum(hit.counted for hit in hits)),
            *(sum(r.points for r in decision.relief if r.category == name), raised[-1] if raised else None),
            *(longer, undetermined, *whole),
        )


def hit_rows(result: Result, titles: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
    """A row for each match of each hit, test hit and relief; a hit without a match has one row."""
    decision = result.decision
    if decision is None:
        return
    at = (result.source, result.line, decision.id)
    for (kind, category, rule, *rest), matches in _hits(decision):
        head = (kind, category, rule, titles.get(rule), *rest)
        for number, match in enumerate(matches, 1):
            yield (*at, *head, number, *_match_cells(match))
        if not matches:
            yield (*at, *head, 0, *[None] * 9)


def _hits(decision: Decision) -> Iterator[tuple[tuple[str, str, str, str | None, int, int], tuple[Match, ...]]]:
    for kind, hits in (("hit", decision.hits), ("test", decision.shadow_hits)):
        for hit in hits:
            yield (kind, hit.category, hit.rule, hit.clause, hit.points, hit.counted), hit.matches
    for relief in decision.relief:
        points = relief.points
        yield ("relief", relief.category, relief.rule, None, points, points), relief.matches


def _match_cells(match: Match) -> tuple[Cell, ...]:
    place = (match.pattern, match.part, match.part_index, match.start, match.end)
    return (*place, match.text, match.found_as, " ".join(match.how), match.weight)
