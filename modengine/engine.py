"""The order of the stages, and nothing else.

normalise -> find -> confirm -> judge -> score -> decide
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from importlib.util import find_spec

from modengine.errors import MessageError
from modengine.judge.decide import decide, too_long
from modengine.judge.facts import Facts
from modengine.judge.rules import Outcomes
from modengine.judge.tests import tests_of
from modengine.judge.trace import trace
from modengine.match.part import PartText
from modengine.match.program import Program
from modengine.match.scan import Hits, Scans
from modengine.model import Decision, FieldValue, Message, Part, Trace
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
        """The policy that it was compiled from, its bases and overrides merged in."""
        return self._program.policy

    @property
    def revision(self) -> str:
        """`sha256:...` of everything that can change a decision."""
        return self._program.revision

    def decide(self, message: Message | str, *, ignore_scope: bool = False) -> Decision:
        """The decision on one message; a string is the text of one without fields.

        With `ignore_scope`, scope and period are taken as met.  Raises MessageError (ME903) where a
        declared field has a value of another type, and (ME902) for what is no message.
        """
        message = Message.of(message)
        fields = read_fields(self.policy.fields, message.fields)
        if is_too_long(message):
            outcomes = self._outcomes(Message(id=message.id, fields=message.fields), fields)[0]
            return too_long(outcomes, message, ignore_scope, MOST_CHARACTERS)
        outcomes, notes = self._outcomes(message, fields)
        return decide(outcomes, message.id, ignore_scope, notes)

    def decide_many(self, messages: Iterable[Message | str], *, ignore_scope: bool = False) -> Iterator[Decision]:
        """A decision for each message, in order, one at a time."""
        for message in messages:
            yield self.decide(message, ignore_scope=ignore_scope)

    def decide_batch(
        self, messages: Iterable[Message | str], *, ignore_scope: bool = False
    ) -> list[Decision | MessageError]:
        """The decisions on some hundreds of messages at once, several times as fast as one by one.

        The error of a field stands in the place of its message's decision; what is no message
        raises MessageError (ME902).  Without numpy they are decided one by one.
        """
        batch = [Message.of(one) for one in messages]
        if not batch or not self._program.joins or find_spec("numpy") is None:
            return [self._decide_or_error(message, ignore_scope) for message in batch]
        many = [message.all_parts() for message in batch]
        long = [is_too_long(message) for message in batch]
        texts = ["" if too else part.text for parts, too in zip(many, long, strict=True) for part in parts]
        scans = self._program.scan_many(texts)
        decided: list[Decision | MessageError] = []
        first = 0
        for message, parts, too in zip(batch, many, long, strict=True):
            numbers = range(first, first + len(parts))
            first = numbers.stop
            if too or not scans.alone.isdisjoint(numbers):
                decided.append(self._decide_or_error(message, ignore_scope))
                continue
            try:
                fields = read_fields(self.policy.fields, message.fields)
            except MessageError as error:
                decided.append(error)
                continue
            outcomes = self._scanned(parts, fields, scans, numbers)
            decided.append(decide(outcomes, message.id, ignore_scope, ()))
        return decided

    def _decide_or_error(self, message: Message, ignore_scope: bool) -> Decision | MessageError:
        try:
            return self.decide(message, ignore_scope=ignore_scope)
        except MessageError as error:
            return error

    def _scanned(
        self, parts: tuple[Part, ...], fields: Mapping[str, FieldValue], scans: Scans, numbers: range
    ) -> Outcomes:
        """The outcomes of a message of which the automata have said all they know."""
        program = self._program
        touched = 0
        for number in numbers:
            touched |= scans.touched[number]

        def read() -> tuple[list[PartText], list[tuple[Hits, ...]]]:
            made = [
                PartText(
                    part.kind,
                    index,
                    part.text,
                    lambda: program.segmenter,
                    scans.plain(number),
                    partial(scans.reduced, number),
                )
                for index, (part, number) in enumerate(zip(parts, numbers, strict=True))
            ]
            return made, list(map(scans.found, numbers))

        return Outcomes(Facts(program, fields, touched, read), self._tests)

    def trace(self, message: Message | str, *, ignore_scope: bool = True) -> Trace:
        """The decision with everything that led to it.  Unlike `decide` it ignores scope by default."""
        message = Message.of(message)
        decision = self.decide(message, ignore_scope=ignore_scope)
        fields = read_fields(self.policy.fields, message.fields)
        if is_too_long(message):
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
        scanned = [program.scan(part) for part in parts]
        touched = 0
        for one, _ in scanned:
            touched |= one
        hits = [found for _, found in scanned]
        return Outcomes(Facts(program, fields, touched, lambda: (parts, hits)), self._tests), tuple(notes)


def is_too_long(message: Message) -> bool:
    return len(message.text) + sum(len(part.text) for part in message.parts) > MOST_CHARACTERS
