"""What a condition was evaluated to, node by node: what a trace shows and near misses read."""

from __future__ import annotations

from dataclasses import dataclass, field

from modengine.model import ConditionTrace
from modengine.policy.condition import And, Condition, Not, Or, Select


@dataclass(slots=True)
class NodeRecord:
    """A node of a condition.  Filled in while it is evaluated."""

    condition: Condition
    value: bool | None = None
    children: list[NodeRecord] = field(default_factory=list)
    note: str = ""
    """Why, where the value alone does not say."""
    missing: tuple[Select, ...] = ()
    """What it compares and was not found at all."""

    def trace(self) -> ConditionTrace:
        """As it is shown."""
        text = _JOINED.get(type(self.condition)) or str(self.condition)
        return ConditionTrace(text, self.value, tuple(child.trace() for child in self.children), self.note)


_JOINED: dict[type, str] = {And: "and", Or: "or", Not: "not"}


class EvaluationRecorder:
    """Takes down an evaluation.  With one, no short cut is taken."""

    def __init__(self) -> None:
        self.root: NodeRecord | None = None
        self._open: list[NodeRecord] = []

    def enter(self, condition: Condition) -> None:
        record = NodeRecord(condition)
        if self._open:
            self._open[-1].children.append(record)
        else:
            self.root = record
        self._open.append(record)

    def note(self, text: str, missing: tuple[Select, ...] = ()) -> None:
        """Of the node that is being evaluated."""
        self._open[-1].note, self._open[-1].missing = text, missing

    def leave(self, value: bool | None) -> None:
        self._open.pop().value = value
