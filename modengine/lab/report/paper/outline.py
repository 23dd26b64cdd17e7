"""What stands in the body of a report, and what in its supplement: one literal, section by section.

The body is what is printed.  What is not named here is shown on the page folded, and goes with the tables and figures
that `modengine report --bundle` writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Body:
    """Names of the tables and figures of a section that stand in the body; `*` for any end."""

    tables: tuple[str, ...]
    figures: tuple[str, ...]


BODY: Mapping[str, Body] = {
    "eval": Body(
        ("declared", "over-blocking", "caught", "precision", "strata-compared"), ("recall", "strata-*", "cost-*")
    ),
    "fairness": Body(("declared", "templates-by-kind", "groups", "functions"), ("templates-by-kind",)),
    "evade": Body(("clean", "cost"), ("kept-*-replaced", "kept-*-inserted", "cost")),
    "ablate": Body(("never",), ("without", "overlap")),
    "fit": Body(("limits",), ("recall-*",)),
    "suggest": Body(("gap",), ("gap",)),
    "timeline": Body(("phase",), ("phase", "time")),
    "together": Body(("pooled", "differences-pooled"), ("pooled-over-blocking", "pooled-recall")),
    "diff": Body(("flips-listed", "flips", "moves", "tests", "rules"), ("difference",)),
}


def in_body(view: str, name: str, figure: bool) -> bool:
    """Whether a table or figure of a view stands in the body.  Of a view that is not named, everything does."""
    body = BODY.get(view) or BODY.get(view.partition("-")[0])
    if body is None:
        return True
    return any(fnmatchcase(name, pattern) for pattern in (body.figures if figure else body.tables))
