"""The order of the stages, and nothing else.

normalise -> find -> confirm -> judge -> score -> decide
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from modengine.judge.decide import decide, too_long
from modengine.judge.facts import Facts
from modengine.judge.rules import Outcomes
from modengine.judge.tests import tests_of
from modengine.judge.trace import trace
from modengine.match.part import PartText
from modengine.match.program import Program
from modengine.model import Decision, FieldValue, Message, Trace
from modengine.ruleset.fields import read_fields
from modengine.ruleset.model import Policy
from modengine.text.normalize import replace_surrogates

MOST_CHARACTERS = 20_000
"""A longer message is not decided: it is `undetermined`, and goes to `review`."""


class Engine:
    """A compiled policy that decides messages.

    Immutable and without a clock or a file, so that one engine serves any number of threads.  It
    pickles as its policy: a worker process compiles its own.
    """

    __slots__ = ("_program", "_tests")

    def __init__(self, program: Program) -> None:
        self._program = program
        self._tests = tests_of(program)

    def __reduce__(self) -> tuple[type[Engine], tuple[Program]]:
        return Engine, (self._program,)

    @property
    def policy(self) -> Policy:
        return self._program.policy

    @property
    def revision(self) -> str:
        """`sha256:...` of everything that can change a decision."""
        return self._program.revision

    def decide(self, message: Message | str, *, ignore_scope: bool = False) -> Decision:
        """The decision on one message; a string is the text of one without fields.

        With `ignore_scope`, scope and period are taken as met.  Raises MessageError (ME903) where a
        declared field has a value of another type.
        """
        message = Message(message) if isinstance(message, str) else message
        fields = read_fields(self.policy.fields, message.fields)
        if sum(len(part.text) for part in message.all_parts()) > MOST_CHARACTERS:
            outcomes = self._outcomes(Message(id=message.id, fields=message.fields), fields)[0]
            return too_long(outcomes, message, ignore_scope, MOST_CHARACTERS)
        outcomes, notes = self._outcomes(message, fields)
        return decide(outcomes, message.id, ignore_scope, notes)

    def decide_many(self, messages: Iterable[Message | str], *, ignore_scope: bool = False) -> Iterator[Decision]:
        """A decision for each message, in order, one at a time."""
        for message in messages:
            yield self.decide(message, ignore_scope=ignore_scope)

    def trace(self, message: Message | str, *, ignore_scope: bool = True) -> Trace:
        """The decision with everything that led to it.  Unlike `decide` it ignores scope by default."""
        message = Message(message) if isinstance(message, str) else message
        decision = self.decide(message, ignore_scope=ignore_scope)
        fields = read_fields(self.policy.fields, message.fields)
        if sum(len(part.text) for part in message.all_parts()) > MOST_CHARACTERS:
            return Trace(message, decision, (), (), (), self.policy.id, ignore_scope)
        outcomes, _ = self._outcomes(message, fields)
        return trace(outcomes, message, decision, ignore_scope)

    def _outcomes(self, message: Message, fields: Mapping[str, FieldValue]) -> tuple[Outcomes, tuple[str, ...]]:
        program = self._program
        notes: list[str] = []
        parts = []
        for index, part in enumerate(message.all_parts()):
            text = replace_surrogates(part.text)
            if text is not part.text and text != part.text:
                notes.append(f"lone surrogates in part {index} ({part.kind}) were replaced by U+FFFD")
            parts.append(PartText(part.kind, index, text, lambda: program.segmenter))
        return Outcomes(Facts(program, tuple(parts), fields), self._tests), tuple(notes)
