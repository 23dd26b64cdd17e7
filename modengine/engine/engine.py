"""The order of the stages, and nothing else.

normalise -> find -> confirm -> judge -> score -> decide
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from importlib.util import find_spec

from modengine.engine.compile.program import Program
from modengine.engine.evaluate.decide import again, decide, never_differs, too_long
from modengine.engine.evaluate.facts import Facts, Read
from modengine.engine.evaluate.rules import Outcomes
from modengine.engine.evaluate.tests import tests_of
from modengine.engine.evaluate.trace import trace
from modengine.engine.match.part import PartText
from modengine.engine.match.scan import Heard, Scans
from modengine.errors import MessageError
from modengine.model import Decision, FieldValue, Message, Trace
from modengine.policy.fields import read_fields
from modengine.policy.model import Policy
from modengine.text.normalize import replace_surrogates

MOST_CHARACTERS = 20_000
"""A longer message is not decided: it is `undetermined`, and goes to `review`."""

AT_ONCE = 512
"""So many messages are read together at the most."""
FEW = 8
"""Fewer are decided one by one: asking every rule of them takes longer."""


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
        if len(batch) < FEW or not self._program.joins or find_spec("numpy") is None:
            return [self._decide_or_error(message, ignore_scope) for message in batch]
        decided: list[Decision | MessageError] = []
        for at in range(0, len(batch), AT_ONCE):
            decided += self._decide_together(batch[at : at + AT_ONCE], ignore_scope)
        return decided

    def _decide_together(self, batch: list[Message], ignore_scope: bool) -> list[Decision | MessageError]:
        texts: list[str] = []
        owners: list[int] = []
        alone: set[int] = set()
        """The messages that are decided one by one, because they cannot be read with others or not at all."""
        for at, message in enumerate(batch):
            if is_too_long(message):
                alone.add(at)
                message = Message()
            texts.append(message.text)
            owners.append(at)
            if message.parts:
                texts += [part.text for part in message.parts]
                owners += [at] * len(message.parts)
        program, tests = self._program, self._tests
        scans = program.scan_many(texts, owners)
        alone.update(owners[number] for number in scans.alone)
        plain = never_differs(program, tests, ignore_scope)
        decided: list[Decision | MessageError] = []
        all_touched, all_live = program.live_in(scans, len(batch))
        for at, (message, touched, live) in enumerate(zip(batch, all_touched, all_live, strict=True)):
            if at in alone:
                decided.append(self._decide_or_error(message, ignore_scope))
                continue
            try:
                fields = read_fields(self.policy.fields, message.fields) if message.fields else {}
            except MessageError as error:
                decided.append(error)
                continue
            numbers = range(first := bisect_left(owners, at), first + 1 + len(message.parts))
            if live:
                touched, live = program.narrowed(touched, live, [scans.plain(number) for number in numbers])
            if not live and plain is not None:
                decided.append(again(plain, message.id, ()))
                continue
            facts = Facts(program, fields, touched, self._reader(message, scans, numbers))
            outcomes = Outcomes(facts, tests, live)
            decided.append(decide(outcomes, message.id, ignore_scope, ()))
        return decided

    def _decide_or_error(self, message: Message, ignore_scope: bool) -> Decision | MessageError:
        try:
            return self.decide(message, ignore_scope=ignore_scope)
        except MessageError as error:
            return error

    def _reader(self, message: Message, scans: Scans, numbers: range) -> Read:
        """What gives the parts of a message of which the automata have said all they know."""
        program = self._program

        def read() -> tuple[list[PartText], Callable[[], list[tuple[Heard, ...]]]]:
            made = [
                PartText(
                    part.kind,
                    index,
                    part.text,
                    lambda: program.segmenter,
                    scans.plain(number),
                    partial(scans.runs, number),
                )
                for index, (part, number) in enumerate(zip(message.all_parts(), numbers, strict=True))
            ]
            return made, lambda: list(map(scans.found, numbers))

        return read

    def trace(
        self, message: Message | str, *, ignore_scope: bool = True, rules: str | Collection[str] | None = None
    ) -> Trace:
        """The decision with everything that led to it.  Unlike `decide` it ignores scope by default.

        With `rules`, an id or several, no other rule is told of, in a fraction of the time; the decision and the
        waterfall are still those of all.  Raises ValueError for an id of no rule.
        """
        only = None if rules is None else frozenset([rules] if isinstance(rules, str) else rules)
        if unknown := (only or frozenset()) - self._program.rules.keys():
            raise ValueError(f"no rule that is evaluated has the id {', '.join(sorted(unknown))}")
        message = Message.of(message)
        decision = self.decide(message, ignore_scope=ignore_scope)
        fields = read_fields(self.policy.fields, message.fields)
        if is_too_long(message):
            return Trace(message, decision, (), (), (), self.policy.id, ignore_scope)
        outcomes, _ = self._outcomes(message, fields)
        return trace(outcomes, message, decision, ignore_scope, only)

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
        touched = program.sharpened(touched)
        touched, live = program.narrowed(touched, program.live(touched), [part.plain for part in parts])
        hits = [found for _, found in scanned]
        return Outcomes(Facts(program, fields, touched, lambda: (parts, lambda: hits)), self._tests, live), tuple(notes)


def is_too_long(message: Message) -> bool:
    length = len(message.text)
    if message.parts:
        length += sum(len(part.text) for part in message.parts)
    return length > MOST_CHARACTERS
