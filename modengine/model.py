"""What goes in and what comes out: messages, decisions, traces.  Frozen, typed, plain data.

These are msgspec structs rather than dataclasses because one is made per message and written as
JSON: msgspec makes and encodes them several times faster.  Offsets (`start`, `end`) are code
points of the original part, end excluded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from modengine.errors import MessageError

Action = Literal["allow", "label", "review", "block"]
ACTIONS: tuple[Action, ...] = ("allow", "label", "review", "block")
"""The ladder, mildest first."""
RANK: dict[str, int] = {action: rank for rank, action in enumerate(ACTIONS)}

PartKind = Literal["text", "caption", "ocr", "transcript"]
PART_KINDS: tuple[PartKind, ...] = ("text", "caption", "ocr", "transcript")
FIELD_PART = "message."
"""Begins the kind of a part that is the text of a field: `message.title`."""
AnyPartKind = Annotated[str, msgspec.Meta(pattern=rf"^(?:{'|'.join(PART_KINDS)}|message\.[A-Za-z_][A-Za-z0-9_]*)$")]
"""That of a part, or of a field that patterns look in."""

FieldItem = str | int | float | bool | datetime
FieldValue = FieldItem | tuple[FieldItem, ...]
"""A tuple is what a list field has."""


def highest(*actions: Action) -> Action:
    """The strictest of the actions; `allow` for none."""
    return max(actions, key=RANK.__getitem__, default="allow")


class Shadow(StrEnum):
    """Why no action is taken on a category."""

    STUDY = "study"
    PERIOD = "period"
    PERIOD_UNKNOWN = "period: unknown"
    EXCEPTION = "exception"
    """Written with its name: `exception: NAME`."""
    SCOPE = "scope"
    SCOPE_UNKNOWN = "scope: unknown"

    @staticmethod
    def excused_by(name: str) -> str:
        """The reason that an exception is."""
        return f"{Shadow.EXCEPTION}: {name}"

    @staticmethod
    def of(reason: str) -> tuple[Shadow, str]:
        """What a reason in `CategoryScore.shadow` says, and the name of an exception."""
        kind, _, name = reason.partition(": ")
        return (Shadow.EXCEPTION, name) if kind == Shadow.EXCEPTION else (Shadow(reason), "")


class Suppression(StrEnum):
    """Why a match does not count."""

    WORD_BOUNDARY = "word boundary"
    NOT_ONE_TOKEN = "not one token"  # noqa: S105  (a reason)
    INSIDE_QUOTES = "inside quotes"
    INSIDE_URLS = "inside urls"
    INSIDE_MENTIONS = "inside mentions"
    VALUE = "another value"
    """Of an entity: it is not what the pattern asks for, or cannot be compared."""


class Cause(StrEnum):
    """Why something could not be decided; the audit log keeps this and no more."""

    TIMEOUT = "timeout"
    STEPS = "too-many-steps"
    CANDIDATES = "too-many-candidates"
    OPAQUE = "too-long-for-regex"
    FAILED = "failed"
    RULE = "rule"
    """A rule that is asked for is undetermined."""
    CHARACTERS = "too-long"
    PARTS = "too-many-parts"


class Failure(NamedTuple):
    """Why a pattern could not be looked for to the end."""

    cause: Cause
    reason: str
    """In words."""


class Part(msgspec.Struct, frozen=True):
    """A piece of a message: its text, or what was read (`ocr`) or spoken (`transcript`) in it."""

    kind: AnyPartKind
    """Or `message.NAME`: the text of a field that patterns look in, which an engine adds."""
    text: str


def _not_a(what: str, value: object, wanted: str) -> MessageError:
    return MessageError("ME902", f"{what} is {value!r:.40} of type {type(value).__name__}, not {wanted}")


class Message(msgspec.Struct, frozen=True):
    """A message.  `fields` holds what the policy may ask about (channel, reposts, time ...).

    JSON has no times, so that a datetime among the fields is decoded as its ISO 8601 text, which a policy
    reads as the same time.  Raises MessageError (ME902) for values of other types: `nan` and `None` are no texts.
    """

    text: str = ""
    id: str | None = None
    parts: tuple[Part, ...] = ()
    fields: Mapping[str, FieldValue | Any] = {}
    """What no policy declares is kept as it was read."""

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise _not_a("`text`", self.text, "a str")
        if self.id is not None and not isinstance(self.id, str):
            raise _not_a("`id`", self.id, "a str")
        if type(self.fields) is not dict and not isinstance(self.fields, Mapping):  # the second takes 1 µs
            raise _not_a("`fields`", self.fields, "a mapping")
        if self.parts:
            for at, part in enumerate(self.parts):
                if not isinstance(part, Part) or not isinstance(part.text, str):
                    raise _not_a(f"`parts[{at}]`", part, "a Part with a text")
                if part.kind not in PART_KINDS and not str(part.kind).startswith(FIELD_PART):
                    raise MessageError(
                        "ME902", f"the kind of `parts[{at}]` is {part.kind!r}, not one of {', '.join(PART_KINDS)}"
                    )

    @classmethod
    def of(cls, given: Message | str) -> Message:
        """A message of what callers may give; MessageError (ME902) for anything else."""
        if isinstance(given, cls):
            return given
        if isinstance(given, str):
            return cls(given)
        raise _not_a("a message", given, "a str or a Message")

    def all_parts(self) -> tuple[Part, ...]:
        """Every part; the text itself is part 0."""
        return (Part("text", self.text), *self.parts)

    def all_text(self) -> str:
        """All that it says: the texts of its parts, each from a new line on."""
        return "\n".join(part.text for part in self.all_parts() if part.text)


class Match(msgspec.Struct, frozen=True, gc=False):
    """A pattern found in a message."""

    pattern: str
    part: AnyPartKind
    """The kind of the part, or `message.NAME` for a field."""
    part_index: int
    """Its number; the text is 0, and the fields that patterns look in follow the parts."""
    start: int
    end: int
    text: str
    """The original characters, `part[start:end]`."""
    found_as: str
    """What was looked for: the term as the rule writes it; for regex and tokens the normalised text."""
    how: tuple[str, ...]
    """The pattern kind, then every step between term and text: width, case, marks, traditional, gaps,
    repeats, sounds_like, looks_like, initials, spelled."""
    weight: float = 1.0
    """What the match is worth: below 1 for sounds_like, looks_like, initials and spelled."""


def plain_matches(value: object) -> tuple[object, ...]:
    """For encoders (`enc_hook`): the matches of a hit where the compiled core describes them when they are read."""
    if isinstance(value, Sequence):
        return tuple(value)
    raise NotImplementedError(f"no JSON of {type(value).__name__}")


class RuleHit(msgspec.Struct, frozen=True, gc=False):
    """A rule whose condition held and that nothing cancelled."""

    rule: str
    clause: str | None
    category: str
    points: int
    counted: int
    """Of the points, those left by the cap of the rule's group."""
    matches: tuple[Match, ...] = ()
    """Compares like a tuple; described when it is first read."""


class ReliefHit(msgspec.Struct, frozen=True, gc=False):
    """A relief that held.  `points` is what it took away (0 or below)."""

    rule: str
    category: str
    points: int
    matches: tuple[Match, ...] = ()


class CategoryScore(msgspec.Struct, frozen=True, gc=False):
    """The result for one category.  `action` is what would be taken; nothing is if not `in_scope`."""

    score: int
    action: Action
    in_scope: bool
    shadow: tuple[str, ...] = ()
    """Why no action is taken: `scope`, `period` (each also with `: unknown`), `study`, `exception: NAME`.

    `Shadow.of` reads one.
    """


class Raised(msgspec.Struct, frozen=True, gc=False):
    """An override that raised the action of a category."""

    category: str
    action: Action
    rules: tuple[str, ...]


class LongText(msgspec.Struct, frozen=True, gc=False):
    """A text so long that every step asks for more points (`longer` of the policy)."""

    characters: int
    """Letters, digits and Han characters of all parts."""
    points: int
    """So many more than the step is written with."""

    @property
    def sentence(self) -> str:
        points = f"{self.points} point{'' if self.points == 1 else 's'}"
        return f"in a text of {self.characters} characters every step asks for {points} more"


class Undetermined(msgspec.Struct, frozen=True, gc=False):
    """Something that could not be decided: the decision is at least `review`."""

    rule: str | None
    pattern: str | None
    reason: str
    cause: Cause


class Decision(msgspec.Struct, frozen=True, gc=False):
    """What the engine says of one message, with all its reasons."""

    id: str | None
    action: Action
    """The highest of the categories' actions, as they would be taken."""
    taken: Action
    """The highest action of the categories in scope: what really happens."""
    in_scope: bool
    """Whether a category that has `action` is in scope."""
    flagged: bool
    """In scope and not `allow`."""
    categories: dict[str, CategoryScore]
    hits: tuple[RuleHit, ...] = ()
    shadow_hits: tuple[RuleHit, ...] = ()
    """Hits of rules with `status: test`: shown apart, no points."""
    relief: tuple[ReliefHit, ...] = ()
    raised: tuple[Raised, ...] = ()
    longer: LongText | None = None
    """Where every step asked for more points than it is written with."""
    undetermined: tuple[Undetermined, ...] = ()
    notes: tuple[str, ...] = ()
    """What had to be done to the text before reading it (lone surrogates replaced ...)."""
    study: bool = False
    """True for a study policy: every decision is shadow."""
    revision: str = ""


class ConditionTrace(msgspec.Struct, frozen=True):
    """A node of a condition with its value: true, false, or null for unknown."""

    text: str
    value: bool | None
    children: tuple[ConditionTrace, ...] = ()
    note: str = ""
    """Why, where the value alone does not say: `closest are 31 characters apart`, `the message has no reposts`."""


class Suppressed(msgspec.Struct, frozen=True):
    """A match that was found and then dropped, and why."""

    match: Match
    reason: Suppression


class RuleTrace(msgspec.Struct, frozen=True):
    """All that was looked at for one rule."""

    rule: str
    title: str
    category: str
    kind: Literal["score", "relief", "test"]
    outcome: Literal["hit", "cancelled", "no", "unknown"]
    """`cancelled`: the condition held, and so did `unless`."""
    when: ConditionTrace
    unless: ConditionTrace | None = None
    matches: tuple[Match, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    score: int = 0
    """The points that it gives in this message, weights and caps aside."""
    instead: str = ""
    """Where the policy's `points` gave the score: `12 points in place of 40, where message.channel == "sms"`."""


class NearMiss(msgspec.Struct, frozen=True):
    """A rule that one more thing would have made hit."""

    rule: str
    title: str
    category: str
    points: int
    """What it would give; 0 where it is on test."""
    missing: str
    """The part of the condition that failed."""
    on_test: bool = False


class Step(msgspec.Struct, frozen=True):
    """A bar of the waterfall: `points` added to or taken from a category, `total` after it."""

    label: str
    points: int
    total: int


class Waterfall(msgspec.Struct, frozen=True):
    """How a category came to its score, and the thresholds it is held against."""

    category: str
    steps: tuple[Step, ...]
    score: int
    thresholds: dict[str, int]
    """The points that each step asks for in this message."""
    note: str = ""
    """Why they are others than the policy writes: `in a text of 412 characters every step asks for 25 points more`."""


class Trace(msgspec.Struct, frozen=True):
    """A decision with everything that led to it: what `explain` shows."""

    message: Message
    decision: Decision
    rules: tuple[RuleTrace, ...]
    """Rules with at least one match, suppressed or not, or that hit; in the policy's order."""
    near_misses: tuple[NearMiss, ...]
    waterfalls: tuple[Waterfall, ...]
    """One a category that has points."""
    policy: str = ""
    """The identifier of the policy."""
    scope_ignored: bool = False
    """Whether scope and period were taken as met rather than looked at."""
