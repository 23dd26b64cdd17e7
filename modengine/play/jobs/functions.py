"""What a filter should be able to do, one row a functionality, and the messages that try it.

After HateCheck (Röttger and others, 2021): a policy is held against named abilities, not one figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modengine.engine.engine import Engine
from modengine.play.jobs import exact
from modengine.play.jobs.rows import HARMLESS, LabelledMessage, decided, readable


@dataclass(frozen=True, slots=True)
class Function:
    """An ability.  Its messages have one of the kinds, or one of the tags."""

    caught: bool
    """Whether its messages should be caught; otherwise they should pass."""
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


FUNCTIONS: dict[str, Function] = {
    "plain": Function(True),
    "homophone": Function(True, tags=("evasion-homophone",)),
    "pinyin": Function(True, tags=("evasion-pinyin", "evasion-letters")),
    "split": Function(True, tags=("evasion-split", "evasion-lookalike")),
    "inserted": Function(True, tags=("evasion-punctuation", "evasion-emoji", "evasion-zero-width", "evasion-repeats")),
    "written-otherwise": Function(True, tags=("evasion-width", "evasion-traditional")),
    "in-picture": Function(True, tags=("part-only",)),
    "warning": Function(False, kinds=("true-warning", "official-warning")),
    "debunk": Function(False, kinds=("debunk",)),
    "quotation": Function(False, kinds=("quotation-question",)),
    "negation": Function(False, kinds=("negation",)),
    "counter-speech": Function(False, kinds=("counter-speech",)),
    "news": Function(False, kinds=("news", "history-remembrance")),
    "teaching-fiction": Function(False, kinds=("education", "fiction-film-game")),
    "idiom": Function(False, kinds=("idiom", "sports")),
    "word-boundary": Function(False, tags=("word-boundary",)),
    "identity": Function(False, kinds=("identity-mention",)),
    "ordinary": Function(False, kinds=("ordinary", "commerce")),
}
"""In the order of the page.  `plain` are harmful messages without any disguise."""


def belongs(row: LabelledMessage, name: str) -> bool:
    """Whether a row tries a functionality."""
    function = FUNCTIONS[name]
    if function.caught != (row.label != HARMLESS):
        return False
    if name == "plain":
        return not any(tag.startswith("evasion") or tag == "part-only" for tag in row.tags)
    return row.kind in function.kinds or any(tag in function.tags for tag in row.tags)


def by_kind(rows: Sequence[LabelledMessage]) -> list[tuple[str, bool]]:
    """The kinds of messages, each with whether they should be caught, as they come."""
    return list(dict.fromkeys((row.kind, row.label != HARMLESS) for row in rows))


def grid(
    engine: Engine, rows: Sequence[LabelledMessage], *, kinds: bool = False, unlocked: bool = True
) -> list[dict[str, Any]]:
    """Each functionality with the messages that hold and fail, and the share that holds with its interval.

    With `kinds`, each kind of message that the rows have in place of a functionality.

    A harmful message is caught where its own category is not `allow`, a harmless one passes where all are.  Texts
    behind the lock are left out unless `unlocked`.
    """
    known = {HARMLESS, *engine.policy.categories}
    used = [row for row in rows if row.label in known]
    outcomes = decided(engine, used)
    found = []
    names = by_kind(used) if kinds else [(name, function.caught) for name, function in FUNCTIONS.items()]
    for name, caught in names:
        mine = [
            (row, outcome)
            for row, outcome in zip(used, outcomes, strict=True)
            if outcome and ((row.kind, row.label != HARMLESS) == (name, caught) if kinds else belongs(row, name))
        ]
        held = [_holds(row, outcome) for row, outcome in mine]
        share = exact.share(sum(held), len(held))
        found.append(
            {
                "function": name,
                "caught": caught,
                "n": share.n,
                "k": share.k,
                "share": share.value,
                "low": share.low,
                "high": share.high,
                "supported": share.supported,
                "rows": [
                    {
                        "id": row.message.id, "label": row.label,
                        **readable(row.message.all_text(), row.gloss, row.label, unlocked),
                        "holds": holds, "action": outcome["action"],
                    }
                    for (row, outcome), holds in zip(mine, held, strict=True)
                ],
            }
        )  # fmt: skip
    return found


def _holds(row: LabelledMessage, outcome: dict[str, Any]) -> bool:
    if row.label == HARMLESS:
        return bool(outcome["action"] == "allow")
    return bool(outcome["actions"].get(row.label, "allow") != "allow")
