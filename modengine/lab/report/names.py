"""The tables that each command of the lab can have, known before anything is measured; a result may lack some."""

from __future__ import annotations

from collections.abc import Mapping

TABLES: Mapping[str, tuple[str, ...]] = {
    "eval": (
        "over-blocking", "caught", "precision", "declared", "strata-over-blocking", "strata-compared", "strata-caught",
        "worst-rules", "thresholds-judged", "sweep",
    ),
    "together": ("pooled", "weights", "differences-pooled", "differences", "side-by-side"),
    "diff": ("flips-listed", "flips", "tests", "moves", "rules", "strata"),
    "try": ("rules", "labels", "examples", "moves", "flips-listed"),
    "fairness": (
        "declared", "templates-by-kind", "functions", "offending-pairs", "terms", "groups", "functions-by-group",
        "templates-by-group", "templates", "real-talk", "real-talk-compared",
    ),
    "evade": ("clean", "kept", "changed", "kept-by-category", "price", "cost", "gain", "variants"),
    "ablate": ("rules", "without", "never", "overlap", "boundaries", "on-test"),
    "fit": ("figures", "limits", "points"),
    "suggest": ("gap", "misses", "false-alarms", "proposals", "reliefs", "slices"),
    "timeline": ("phase", "category", "channel", "reach", "time", "reasons"),
    "flip": ("removals", "margins", "near-misses"),
    "sample": ("actions", "strata"),
    "agree": ("agreement", "pairs", "confusion", "coders"),
    "estimate": ("estimates", "strata-estimates", "uncoded", "coders"),
    "power": ("claims", "sets", "smallest", "paired"),
    "study run": ("declared", "exploratory-tests", "exploratory"),
    "study verify": ("figures", "decisions"),
    "specimen import": ("made", "drops"),
    "specimen describe": ("composition", "near-duplicates", "needless", "specimens"),
    "specimen compare": ("clusters", "pairs", "widespread", "specimens"),
    "specimen history": ("changes", "survival", "medians", "entries", "specimens"),
    "specimen measure": ("shares", "spread", "kinds", "costliest", "left", "never", "specimens"),
}  # fmt: skip
"""By the command, or the section of a report that is no command."""


def is_table(command: str, name: str) -> bool:
    """Whether a command can have a table; those of `report` are named SECTION-TABLE, or SECTION-CORPUS-TABLE."""
    if command in TABLES:
        return name in TABLES[command]
    return any(
        name.startswith(f"{section}-") and name.endswith(f"-{table}")
        for section, tables in TABLES.items()
        for table in tables
    )
