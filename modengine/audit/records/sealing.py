"""Decisions made into records, and what only the vault keeps of them.

A record holds no text, no id, no plain digest of either, no place and no pattern.  A whole batch is
made at a time, one pass a stage: what an append costs is the processor's time, not the disk's.  Whatever
a stage makes is bytes or text at once: lists and dictionaries that wait for the next stage are work
for the garbage collector.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from typing import NamedTuple

import msgspec

from modengine.audit.records.batch import NOTHING, Batch, Pair, Receipt, batch_of
from modengine.audit.records.commitments import DETAILS, SALT, TEXT, Keyed, commitments, text_content
from modengine.audit.records.context import Context, values
from modengine.audit.records.record import Record, encode, encode_ordered, message_content, plain
from modengine.audit.records.schema import KeptDetails, read_kept
from modengine.errors import AuditError
from modengine.model import Decision, Message, ReliefHit, RuleHit

OUTCOME = (
    "revision", "fields", "action", "taken", "in_scope", "study", "categories", "hits", "shadow_hits", "relief",
    "raised", "undetermined", "details",
)  # fmt: skip
"""The parts of a record that a replay must make again."""
_MOST_CATEGORIES = 1000


class _Decision(msgspec.Struct, gc=False):
    """A record.  The fields of this and the structs below stand in the order of canonical JSON."""

    action: str
    categories: msgspec.Raw
    decision_id: str
    details: str
    engine: str
    fields: dict[str, object]
    hits: Sequence[_Hit]
    ignore_scope: bool
    in_scope: bool
    kind: str
    message: str | None
    policy: str
    raised: Sequence[Record]
    relief: Sequence[_Relief]
    revision: str
    segmenter: str
    seq: int
    shadow_hits: Sequence[_Hit]
    study: bool
    taken: str
    text: str
    time: str
    undetermined: Sequence[_Unsure]


class _Hit(msgspec.Struct, gc=False):
    category: str
    clause: str | None
    counted: int
    points: int
    rule: str


class _Relief(msgspec.Struct, gc=False):
    category: str
    points: int
    rule: str


class _Unsure(msgspec.Struct, gc=False):
    reason: str
    rule: str | None


_PLACE = ("pattern", "part", "part_index", "start", "end", "how", "weight")
"""What is kept of a match, as a list: there are several a decision, and names would be most of the vault."""
_Place = tuple[str, str, int, int, int, tuple[str, ...], float | msgspec.Raw]
_ONE = msgspec.Raw(b"1.0")
"""The weight of most matches: to find the shortest text of a number is a fifth of what a place costs."""


class _RuleMatches(msgspec.Struct, gc=False):
    matches: list[_Place]
    rule: str


class Sealed(NamedTuple):
    """Decisions ready to be written."""

    lines: list[bytes]
    """Their records."""
    details: list[bytes]
    """For the vault."""
    decision_ids: list[str]


class Sealer:
    """Makes the records of one engine's decisions."""

    def __init__(self, context: Context, key: bytes) -> None:
        self.context = context
        self._keyed = Keyed(key)
        self._categories: dict[tuple[object, ...], msgspec.Raw] = {}
        """Their JSON: decisions differ in their hits, and seldom in their scores."""

    def seal(
        self, pairs: Sequence[Pair], first: int, times: Iterable[str], ignored: Iterable[bool], salts: Sequence[bytes]
    ) -> Sealed:
        """The records from number `first` on.

        `times` are `stamp`s; `ignored` says whether a decision was asked to ignore scope and period.
        """
        context = self.context
        policy, revision, engine, segmenter = context.policy, context.revision, context.engine, context.segmenter
        seqs = range(first, first + len(pairs))
        messages, decisions = [context.read(message) for message, _ in pairs], [decision for _, decision in pairs]
        texts = commitments(TEXT, salts, map(_text, messages))
        kept = [plain(_details(context, message, decision)) for message, decision in pairs]
        details = commitments(DETAILS, salts, kept)
        names = self._keyed.decision_ids(seqs)
        pseudonyms = iter(self._keyed.pseudonyms([message.id for message in messages if message.id is not None]))
        categories = map(self._scores, decisions)
        lines = [
            encode_ordered(_Decision(
                decision.action,
                scores,
                name,
                detail,
                engine,
                values(context.clear, message),
                _hits(decision.hits),
                ignore,
                decision.in_scope,
                "decision",
                None if message.id is None else next(pseudonyms),
                policy,
                [msgspec.to_builtins(raised) for raised in decision.raised] if decision.raised else (),
                [_Relief(relief.category, relief.points, relief.rule) for relief in decision.relief]
                if decision.relief else (),
                revision,
                segmenter,
                seq,
                _hits(decision.shadow_hits),
                decision.study,
                decision.taken,
                text,
                time,
                [_Unsure(undetermined.cause, undetermined.rule) for undetermined in decision.undetermined]
                if decision.undetermined else (),
            ))
            for message, decision, scores, name, detail, ignore, seq, text, time in zip(
                messages, decisions, categories, names, details, ignored, seqs, texts, times, strict=False
            )
        ]  # fmt: skip
        return Sealed(lines, kept, names)

    def _scores(self, decision: Decision) -> msgspec.Raw:
        scores = (*decision.categories, *decision.categories.values())
        found = self._categories.get(scores)
        if found is None:
            if len(self._categories) >= _MOST_CATEGORIES:
                self._categories.clear()
            found = self._categories[scores] = msgspec.Raw(encode(decision.categories))
        return found


def _text(message: Message) -> bytes:
    """What `text_content` writes."""
    return text_content(message.all_parts()) if message.parts else plain((("text", message.text),))


def _hits(hits: tuple[RuleHit, ...]) -> Sequence[_Hit]:
    return [_Hit(h.category, h.clause, h.counted, h.points, h.rule) for h in hits] if hits else ()


# --------------------------------------------------------------------------- details


def _details(context: Context, message: Message, decision: Decision) -> Record:
    """Patterns, places and how they were reached; free-text fields; what was done to the text first.

    Not the characters that were found: a vault without texts holds no piece of one.
    """
    details: Record = {}
    if decision.hits:
        details["hits"] = _found(decision.hits)
    if decision.shadow_hits:
        details["shadow_hits"] = _found(decision.shadow_hits)
    if decision.relief:
        details["relief"] = _found(decision.relief)
    if decision.undetermined:
        details["undetermined"] = [
            {"rule": undetermined.rule, "pattern": undetermined.pattern, "reason": undetermined.reason}
            for undetermined in decision.undetermined
        ]
    if decision.notes:
        details["notes"] = decision.notes
    if context.hidden and (fields := values(context.hidden, message)):
        details["fields"] = fields
    return details


def _found(hits: Iterable[RuleHit | ReliefHit]) -> list[_RuleMatches]:
    return [
        _RuleMatches(
            [
                (m.pattern, m.part, m.part_index, m.start, m.end, m.how, _ONE if m.weight == 1.0 else m.weight)
                for m in hit.matches
            ],
            hit.rule,
        )
        for hit in hits
    ]


def details_from(content: bytes) -> Record:
    """The details, places by name again.  Raises ValueError for what are none."""
    details = read_kept(content, KeptDetails)
    for name in ("hits", "shadow_hits", "relief"):
        for hit in details.get(name, ()):
            hit["matches"] = [dict(zip(_PLACE, match, strict=True)) for match in hit["matches"]]
    return details


def sealed_batch(
    sealer: Sealer,
    pairs: Sequence[Pair],
    first: int,
    times: Sequence[str],
    ignored: Sequence[bool],
    random: bytes,
    keep_text: bool,
) -> tuple[Batch, list[Receipt]]:
    """The next records of a log, and what they will be known by.  `random` has a salt for each.

    Raises AuditError (ME959, ME965).
    """
    if {decision.revision for _, decision in pairs} != {sealer.context.revision}:
        raise wrong_revision()
    salts = [random[at : at + SALT] for at in range(0, len(random), SALT)]
    sealed = sealer.seal(pairs, first, times, ignored, salts)
    kept = [message_content(sealer.context.read(message)) for message, _ in pairs] if keep_text else NOTHING
    batch = batch_of(first, sealed.lines, max(times), salts, sealed.details, kept)
    return batch, [*map(Receipt, count(first), sealed.decision_ids)]


def wrong_revision() -> AuditError:
    what = "the decision was made under rules that the log was not told of"
    return AuditError("ME965", what, "call `use(engine, time)` before adding decisions of that engine")
