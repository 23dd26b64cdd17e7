"""Rows to results, and results to numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from modengine.errors import MessageError
from modengine.model import (
    Action,
    CategoryScore,
    Cause,
    Decision,
    Message,
    RuleHit,
    Undetermined,
)
from modengine.run.read.row import Row
from modengine.run.work.scan import scan
from modengine.run.work.summary import RuleCount, Summary, Tally
from modengine.run.write.results import Result

BAD = MessageError("ME901", "not JSON")
WRONG = MessageError("ME903", "`reposts` is a text, not an integer")


class Echo:
    """An engine that decides by the text: an action, or a bad field."""

    def decide_batch(
        self, messages: Iterable[Message | str], *, ignore_scope: bool = False
    ) -> list[Decision | MessageError]:
        found = [message.text for message in messages if isinstance(message, Message)]
        return [WRONG if text == "bad field" else decision(text, ignore_scope) for text in found]  # type: ignore[arg-type]


def decision(action: Action = "allow", in_scope: bool = True, shadow: tuple[str, ...] = ("period",)) -> Decision:
    taken: Action = action if in_scope else "allow"
    score = CategoryScore(60, action, in_scope, () if in_scope else shadow)
    hits = (RuleHit("fraud.a", None, "fraud", 60, 60),) if action != "allow" else ()
    return Decision("1", action, taken, in_scope, taken != "allow", {"fraud": score}, hits=hits)


def test_every_row_has_a_result_in_its_place() -> None:
    rows = [
        Row(1, "a", Message("block")),
        Row(2, "a", error=BAD),
        Row(3, "a", Message("bad field")),
        Row(4, "a", Message("allow")),
    ]
    found = list(scan(Echo(), rows, batch=3))
    assert [message and message.text for message, _ in found] == ["block", None, None, "allow"]
    assert [(r.line, r.decision and r.decision.action, r.error and r.error.code) for _, r in found] == [
        (1, "block", None),
        (2, None, "ME901"),
        (3, None, "ME903"),
        (4, "allow", None),
    ]


def test_no_more_rows_are_taken_than_are_decided_at_once() -> None:
    def rows() -> Iterator[Row]:
        yield Row(1, "a", Message("allow"))
        raise AssertionError("asked for more than was needed")

    assert next(scan(Echo(), rows(), batch=1))[1].line == 1


def test_ignore_scope_reaches_the_engine() -> None:
    ((_, result),) = scan(Echo(), [Row(1, "a", Message("block"))], ignore_scope=True)
    assert result.decision is not None
    assert result.decision.taken == "block"


def tally(*decisions: Decision, errors: int = 0) -> Summary:
    counted = Tally()
    for decided in decisions:
        counted.add(Result(1, "a", decided))
    for _ in range(errors):
        counted.add(Result(1, "a", error=BAD))
    return counted.summary()


def test_counts_by_category_and_action() -> None:
    summary = tally(decision("block"), decision("block", in_scope=False), decision(), errors=2)
    assert summary.decided == 3
    assert summary.errors == {"ME901": 2}
    assert summary.unread == 2
    assert summary.categories == {"fraud": {"allow": 1, "label": 0, "review": 0, "block": 2}}
    assert summary.taken == {"fraud": 1}
    assert summary.actions == {"allow": 1, "label": 0, "review": 0, "block": 2}
    assert summary.flagged == 1
    assert summary.unacted == 1
    assert summary.rules == (RuleCount("fraud.a", 2),)


def test_messages_in_shadow_are_counted_by_all_that_stands_against_them() -> None:
    both = decision("block", in_scope=False, shadow=("period", "scope"))
    summary = tally(
        both,
        both,
        decision("block", in_scope=False, shadow=("scope",)),
        decision("block"),
        decision("allow", in_scope=False),
        decision(),
    )
    assert summary.shadow == {("period", "scope"): 2, ("scope",): 1}
    assert sum(summary.shadow.values()) == sum(summary.actions.values()) - summary.actions["allow"] - summary.flagged


def of_two(fraud: CategoryScore, rumour: CategoryScore) -> Decision:
    taken = any(score.in_scope and score.action != "allow" for score in (fraud, rumour))
    return Decision("1", "label", "label" if taken else "allow", taken, taken, {"fraud": fraud, "rumour": rumour})


@pytest.mark.parametrize(
    ("fraud", "rumour", "expected"),
    [
        (CategoryScore(60, "label", False, ("scope",)), CategoryScore(60, "label", True), {}),
        (
            CategoryScore(60, "label", False, ("period", "scope")),
            CategoryScore(60, "label", False, ("period",)),
            {("period",): 1},
        ),
        (
            CategoryScore(60, "label", False, ("period", "scope")),
            CategoryScore(0, "allow", False, ("period",)),
            {("period", "scope"): 1},
        ),
        (
            CategoryScore(60, "label", False, ("exception: news",)),
            CategoryScore(60, "label", False, ("period", "scope")),
            {("period", "scope"): 1},
        ),
    ],
)
def test_of_several_categories_that_which_is_nearest_to_being_acted_upon_says_why(
    fraud: CategoryScore, rumour: CategoryScore, expected: object
) -> None:
    assert tally(of_two(fraud, rumour)).shadow == expected


def test_undetermined_and_noted_messages_are_counted() -> None:
    found = Decision(
        "1",
        "review",
        "review",
        True,
        True,
        {},
        undetermined=(Undetermined(None, None, "x", Cause.CHARACTERS),),
        notes=("y",),
    )
    summary = tally(found, decision())
    assert (summary.undetermined, summary.noted) == (1, 1)
