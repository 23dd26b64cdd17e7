"""The order of the stages, and nothing else.

normalise -> find -> evaluate -> score -> decide
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from modengine.engine.budget import Patience
from modengine.engine.compile.program import Program
from modengine.engine.core import CoreWords, core_of
from modengine.engine.evaluate.context import EvaluationContext
from modengine.engine.evaluate.decide import decide, too_much, unread
from modengine.engine.evaluate.matches import matches
from modengine.engine.evaluate.may_hit import Prefilter
from modengine.engine.evaluate.points import Score, scores
from modengine.engine.evaluate.rules import RuleOutcomes, evaluate
from modengine.engine.evaluate.trace import trace
from modengine.engine.match.matcher import Matcher
from modengine.engine.match.part import PartText
from modengine.errors import MessageError
from modengine.model import Decision, Match, Message, Trace
from modengine.policy.fields import read_fields, with_field_parts
from modengine.policy.model import Policy
from modengine.text.normalize import replace_surrogates
from modengine.text.segment import Segmenter


class Engine:
    """A compiled policy that decides messages.

    Immutable and without a clock or a file, so that one engine serves any number of threads.  It
    pickles as its policy: a worker process compiles its own.
    """

    __slots__ = ("_core", "_own_matchers", "_own_prefilter", "program", "segmenter")

    def __init__(
        self, program: Program, segmenter: Segmenter | None = None, matchers: Sequence[Matcher] | None = None
    ) -> None:
        """With another `segmenter` or other `matchers` than the program's own, for measurements."""
        self.program = program
        self._own_matchers = matchers
        self._own_prefilter: Prefilter | None = None
        own = segmenter is None and matchers is None
        self._core = core_of(program, partial(_matches, program)) if own else None
        """The compiled core; None where there is none, or it would not measure what is asked."""
        own_words = program.segmenter()
        self.segmenter = segmenter or (own_words if self._core is None else CoreWords(self._core, own_words))

    @property
    def _matchers(self) -> Sequence[Matcher]:
        """Made when the Python engine is first asked: where the core decides, that may be never."""
        if self._own_matchers is None:
            self._own_matchers = self.program.matchers(*([] if self._core is None else [self._core.spans]))
        return self._own_matchers

    @property
    def _prefilter(self) -> Prefilter:
        if self._own_prefilter is None:
            self._own_prefilter = Prefilter(self.program.rules, len(self.program.patterns))
        return self._own_prefilter

    def __reduce__(self) -> tuple[type[Engine], tuple[Program]]:
        return Engine, (self.program,)

    def __repr__(self) -> str:
        rules = len(self.program.rules)
        return f"<Engine of {self.policy.id}: {rules} rule{'' if rules == 1 else 's'}, {self.revision[:19]}>"

    @property
    def policy(self) -> Policy:
        """The policy that it was compiled from, its bases and overrides merged in."""
        return self.program.policy

    @property
    def compiled(self) -> bool:
        """Whether the compiled core decides what it can."""
        return self._core is not None

    @property
    def revision(self) -> str:
        """`sha256:...` of everything that can change a decision."""
        return self.program.revision

    def decide(self, message: Message | str, *, ignore_scope: bool = False) -> Decision:
        """The decision on one message; a string is the text of one without fields.

        With `ignore_scope`, scope and period are taken as met.  Raises MessageError (ME903) where a
        declared field has a value of another type, and (ME902) for what is no message.
        """
        if self.program.looked_in and not isinstance(message, str):
            message = self.read(message)
        decision: Decision | None = None if self._core is None else self._core.decide(message, ignore_scope)
        return decision or self._run(Message.of(message), ignore_scope)[0]

    def read(self, message: Message | str) -> Message:
        """The message as it is read: the fields that patterns look in stand behind its parts, as `message.NAME`.

        The `part_index` of matches counts these too.  Raises MessageError (ME902, ME903).
        """
        return with_field_parts(Message.of(message), self.program.looked_in)

    def decide_many(self, messages: Iterable[Message | str], *, ignore_scope: bool = False) -> Iterator[Decision]:
        """A decision for each message, in order, one at a time.  Raises TypeError for one message alone."""
        return (self.decide(message, ignore_scope=ignore_scope) for message in _several(messages))

    def decide_batch(
        self, messages: Iterable[Message | str], *, ignore_scope: bool = False
    ) -> list[Decision | MessageError]:
        """The decisions on some messages at once; without the compiled core one by one.

        The error of a field stands in the place of its message's decision; what is no message
        raises MessageError (ME902); one message alone, TypeError.
        """
        given = list(_several(messages))
        if self.program.looked_in:
            given = [self._read_or_wrong(message) for message in given]
        decided = [None] * len(given) if self._core is None else self._core.decide_batch(given, ignore_scope)
        return [
            decision or self._decide_or_error(message, ignore_scope)
            for decision, message in zip(decided, given, strict=True)
        ]

    def _read_or_wrong(self, message: Message | str) -> Message | str:
        """What cannot be read stays as it is: whoever decides it meets the same error."""
        try:
            return message if isinstance(message, str) else self.read(message)
        except MessageError:
            return message

    def _decide_or_error(self, message: Message | str, ignore_scope: bool) -> Decision | MessageError:
        message = Message.of(message)
        try:
            return self._run(message, ignore_scope)[0]
        except MessageError as error:
            return error

    def trace(
        self, message: Message | str, *, ignore_scope: bool = True, rules: str | Collection[str] | None = None
    ) -> Trace:
        """The decision with everything that led to it.  Unlike `decide` it ignores scope by default.

        With `rules`, an id or several, these alone are told of, whether anything of them was found or not, in a
        fraction of the time; the decision and the waterfall are still those of all.  Raises ValueError for an id of no
        rule.
        """
        only = self.program.rules.keys() if rules is None else {rules} if isinstance(rules, str) else frozenset(rules)
        if unknown := only - self.program.rules.keys():
            raise ValueError(f"no rule that is evaluated has the id {', '.join(sorted(unknown))}")
        message = self.read(message)
        recorded = [rule for rule in self.program.rules if rule in only]
        decision, outcomes, points = self._run(message, ignore_scope, only)
        return trace(outcomes, points, decision, message, recorded, ignore_scope, rules is not None)

    def _run(
        self, message: Message, ignore_scope: bool, recorded: Collection[str] = ()
    ) -> tuple[Decision, RuleOutcomes, Mapping[str, Score]]:
        """The straight line, with what was worked out on the way; the evaluation of some rules is `recorded`."""
        if why := too_much(message, self.program.budget):
            fields = read_fields(self.policy.fields, message.fields)
            outcomes = RuleOutcomes(EvaluationContext(self.program, self._matchers, fields), ())
            return unread(outcomes, message, ignore_scope, why), outcomes, {}
        context = self.context(message)
        live = self.live(context)
        outcomes = evaluate(RuleOutcomes(context, live, recorded), live)
        points = scores(outcomes)
        return decide(outcomes, points, message, ignore_scope), outcomes, points

    def context(self, message: Message) -> EvaluationContext:
        """What is known of a message before any rule is asked: its parts normalised, the candidates in them found."""
        fields = read_fields(self.policy.fields, message.fields)
        message = self.read(message)
        parts = normalise(message, self.segmenter)
        find = self.program.index.find
        candidates = [find(part) for part in parts]
        undisguised = candidates
        if self.program.reads_undisguised:
            pairs = zip(parts, candidates, strict=True)
            undisguised = [find(part.undisguised) if part.undisguised else found for part, found in pairs]
        return EvaluationContext(self.program, self._matchers, fields, parts, candidates, undisguised)

    def live(self, context: EvaluationContext) -> Sequence[str]:
        """The rules that may hit, each after those that it asks for."""
        return self._prefilter.live(context.possible)


def _matches(program: Program, message: Message | str, rule: str) -> tuple[Match, ...]:
    """The matches of a rule that hit a message, by the Python engine alone.

    The core asks where it cannot describe them, and must not hold the engine that holds it.
    """
    return matches(Engine(program, matchers=program.matchers()).context(Message.of(message)), rule)


def _several(messages: Iterable[Message | str]) -> Iterable[Message | str]:
    """Raises TypeError for one message, of which each character, key or field would be taken for one."""
    if isinstance(messages, str | Mapping | Message):
        raise TypeError("several messages are decided here: give a list of them, or one to `decide`")
    return messages


def normalise(message: Message, segmenter: Segmenter) -> list[PartText]:
    """The parts of a message, each with its plain view."""
    patience = Patience()
    return [
        PartText(part.kind, index, replace_surrogates(part.text), segmenter, patience)
        for index, part in enumerate(message.all_parts())
    ]
