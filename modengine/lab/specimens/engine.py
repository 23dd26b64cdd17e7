"""A specimen where a study takes a policy: every entry a rule of one point, an extenuating one a relief.

It measures and never acts: each decision is that of a study, shadow by construction, and nothing outside the
lab makes one.  A match means that the list would match, at the mildest action where nobody knows what its
owner did then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import sha256

import msgspec

from modengine.engine.engine import Engine
from modengine.errors import InputError, Location, MessageError
from modengine.lab.specimens.card import Specimen
from modengine.lab.specimens.entries import ListEntry
from modengine.lab.specimens.matcher import Span, SpecimenMatcher
from modengine.model import (
    PART_KINDS,
    Action,
    CategoryScore,
    ConditionTrace,
    Decision,
    Match,
    Message,
    NearMiss,
    ReliefHit,
    RuleHit,
    RuleTrace,
    Shadow,
    Step,
    Trace,
    Waterfall,
    highest,
)
from modengine.policy.condition import Always
from modengine.policy.model import Example, Examples, Policy, Relief, Rule, Ruleset
from modengine.text.normalize import replace_surrogates

ACTION_OF: Mapping[str, Action] = {"block": "block", "log": "label", "unknown": "label"}
"""The action that a match stands for, by the effect that the card says."""
MOST_NEAR = 50
"""Near misses that a trace tells of."""


class SpecimenEngine(Engine):
    """Decides by specimens, and by a study policy that names them where there is one."""

    __slots__ = ("__dict__",)

    def __init__(self, specimens: Sequence[Specimen], base: Engine | None = None) -> None:  # no program of its own
        self.specimens = tuple(specimens)
        self.base = base
        self.matcher = SpecimenMatcher(specimens)
        self.category_of = tuple(s.name if base is not None else s.category or s.name for s in specimens)
        taken = set(base.policy.categories) if base is not None else set()
        for category in self.category_of:
            if category in taken:
                raise InputError(
                    "ME911", f"two things score in the category `{category}`", "rename a specimen in its card"
                )
            taken.add(category)
        self._core = None

    def __reduce__(self) -> tuple[type[SpecimenEngine], tuple[tuple[Specimen, ...], Engine | None]]:  # type: ignore[override]
        return SpecimenEngine, (self.specimens, self.base)

    @cached_property
    def policy(self) -> Policy:
        """A study policy around the entries, a rule each; their texts stand in it only as examples."""
        rulesets = tuple(map(_ruleset, self.specimens, self.category_of))
        ladders = {c: {ACTION_OF[s.effect]: 1} for s, c in zip(self.specimens, self.category_of, strict=True)}
        paths = tuple(specimen.path for specimen in self.specimens)
        if self.base is not None:
            policy = self.base.policy
            return replace(
                policy, rulesets=(*policy.rulesets, *rulesets), actions={**policy.actions, **ladders}, specimens=paths
            )
        first = self.specimens[0]
        return Policy(
            id="+".join(specimen.name for specimen in self.specimens),
            title=first.title or first.name,
            path=first.path,
            place=Location(first.path),
            rulesets=rulesets,
            study=True,
            actions=ladders,
            specimens=paths,
        )

    @property
    def compiled(self) -> bool:
        return False

    @cached_property
    def revision(self) -> str:
        """A digest of everything that can change what would match."""
        parts = [specimen.digest for specimen in self.specimens] + ([self.base.revision] if self.base else [])
        return parts[0] if len(parts) == 1 else "sha256:" + sha256("\n".join(parts).encode()).hexdigest()

    def read(self, message: Message | str) -> Message:
        """The message as the rules beside the lists read it: the lists look in no field."""
        return Message.of(message) if self.base is None else self.base.read(message)

    def decide(self, message: Message | str, *, ignore_scope: bool = False) -> Decision:
        message = Message.of(message)
        return self._merged(message, _Read(self, message), ignore_scope)

    def decide_batch(
        self, messages: Iterable[Message | str], *, ignore_scope: bool = False
    ) -> list[Decision | MessageError]:
        found: list[Decision | MessageError] = []
        for message in messages:
            try:
                found.append(self.decide(message, ignore_scope=ignore_scope))
            except MessageError as error:
                found.append(error)
        return found

    def trace(
        self, message: Message | str, *, ignore_scope: bool = True, rules: str | Collection[str] | None = None
    ) -> Trace:
        message = Message.of(message)
        read = _Read(self, message)
        decision = self._merged(message, read, ignore_scope)
        only = {rules} if isinstance(rules, str) else rules
        told = tuple(rule for rule in read.traced() if only is None or rule.rule in only)
        made = Trace(
            message, decision, told, tuple(read.near()), tuple(read.waterfalls()), self.policy.id, ignore_scope
        )
        if self.base is None:
            return made
        of_base = None if only is None else [name for name in only if name in self.base.program.rules]
        under = self.base.trace(message, ignore_scope=ignore_scope, rules=of_base)
        return msgspec.structs.replace(
            under, decision=decision, rules=(*under.rules, *made.rules),
            near_misses=(*under.near_misses, *made.near_misses), waterfalls=(*under.waterfalls, *made.waterfalls),
        )  # fmt: skip

    def _merged(self, message: Message, read: _Read, ignore_scope: bool) -> Decision:
        categories = read.categories()
        hits, reliefs = tuple(read.hits()), tuple(read.reliefs())
        act = highest(*(score.action for score in categories.values()))
        if self.base is None:
            return Decision(
                message.id, act, "allow", False, False, categories, hits, relief=reliefs, study=True,
                revision=self.revision,
            )  # fmt: skip
        under = self.base.decide(message, ignore_scope=ignore_scope)
        return msgspec.structs.replace(
            under, action=highest(under.action, act), categories={**under.categories, **categories},
            hits=(*under.hits, *hits), relief=(*under.relief, *reliefs), revision=self.revision,
        )  # fmt: skip

    def rule_name(self, entry: int) -> str:
        """`NAME:17` for entry 17 of the specimen NAME."""
        at = self.matcher.specimen_of(entry)
        return _rule_name(self.specimens[at], entry - int(self.matcher.offsets[at]) + 1)


def _rule_name(specimen: Specimen, number: int) -> str:
    return f"{specimen.name}:{number}"


def _ruleset(specimen: Specimen, category: str) -> Ruleset:
    place = Location(specimen.path)
    rules = tuple(_rule(specimen, category, number, entry, place) for number, entry in enumerate(specimen.entries, 1))
    return Ruleset(specimen.name, specimen.title, category, specimen.path, place, rules)


def _rule(specimen: Specimen, category: str, number: int, entry: ListEntry, place: Location) -> Rule:
    name = _rule_name(specimen, number)
    if entry.relieves:
        relief = Relief(None, tuple(_rule_name(specimen, named) for named in entry.relieves), None)
        return Rule(name, entry.kind, None, place, Always(), relief=relief, ruleset=specimen.name)
    text = " ".join(component.text for component in entry.components)
    examples = Examples(match=(Example(Message(text), place),))
    return Rule(name, entry.kind, category, place, Always(), score=1, examples=examples, ruleset=specimen.name)


class _Read:
    """One message and what would match in it.  Local to a decision."""

    def __init__(self, engine: SpecimenEngine, message: Message) -> None:
        self.engine, self.matcher = engine, engine.matcher
        self.parts = tuple(part for part in message.all_parts() if part.kind in PART_KINDS)
        self.texts = [replace_surrogates(part.text) for part in self.parts]
        self.starts = [0]
        for text in self.texts:
            self.starts.append(self.starts[-1] + len(text) + 1)
        self.places = self.matcher.places("\n".join(self.texts))
        self.counts = Counter(entry for component in self.places for entry in self.matcher.asking(component).tolist())
        sizes = self.matcher.sizes
        whole = sorted(entry for entry, count in self.counts.items() if count == sizes[entry])
        self.relieving = [entry for entry in whole if self.entry(entry).relieves]
        self.whole = [entry for entry in whole if not self.entry(entry).relieves]
        standing = set(self.whole)
        self.taken: dict[int, list[int]] = {}
        """For each relief that takes something, the entries that it switches off, each taken once."""
        self.off: set[int] = set()
        for relief in self.relieving:
            start = int(self.matcher.offsets[self.matcher.specimen_of(relief)])
            gone = {start + named - 1 for named in self.entry(relief).relieves} & standing - self.off
            if gone:
                self.taken[relief] = sorted(gone)
                self.off |= gone

    def entry(self, entry: int) -> ListEntry:
        at = self.matcher.specimen_of(entry)
        return self.engine.specimens[at].entries[entry - int(self.matcher.offsets[at])]

    def category(self, entry: int) -> str:
        return self.engine.category_of[self.matcher.specimen_of(entry)]

    def scores(self) -> dict[str, int]:
        scores = dict.fromkeys(self.engine.category_of, 0)
        for entry in self.whole:
            scores[self.category(entry)] += entry not in self.off
        return scores

    def categories(self) -> dict[str, CategoryScore]:
        actions = {c: ACTION_OF[s.effect] for s, c in zip(self.engine.specimens, self.engine.category_of, strict=True)}
        return {
            category: CategoryScore(score, actions[category] if score else "allow", False, (Shadow.STUDY.value,))
            for category, score in self.scores().items()
        }

    def hits(self) -> Iterator[RuleHit]:
        for entry in self.whole:
            name = self.engine.rule_name(entry)
            yield RuleHit(name, None, self.category(entry), 1, 1, self.matches(entry))

    def reliefs(self) -> Iterator[ReliefHit]:
        for entry, gone in self.taken.items():
            yield ReliefHit(self.engine.rule_name(entry), self.category(entry), -len(gone), self.matches(entry))

    def matches(self, entry: int) -> tuple[Match, ...]:
        """Where each component of an entry stands."""
        found = sorted({span for c in self.matcher.components(entry) for span in self.places.get(c, ())})
        return tuple(self._match(span, entry) for span in found)

    def _match(self, span: Span, entry: int) -> Match:
        at = next(i for i in range(len(self.parts)) if span[1] <= self.starts[i + 1] - 1)
        start, end = span[0] - self.starts[at], span[1] - self.starts[at]
        text = self.parts[at].text[start:end]
        kind = self.parts[at].kind
        return Match(self.entry(entry).kind, kind, at, start, end, text, text, ("text",))

    def traced(self) -> Iterator[RuleTrace]:
        for entry in (*self.whole, *self.relieving):
            kind = self.entry(entry).kind
            relief = bool(self.entry(entry).relieves)
            text = f"{self.matcher.sizes[entry]} of {self.matcher.sizes[entry]} components"
            yield RuleTrace(
                self.engine.rule_name(entry), kind, self.category(entry), "relief" if relief else "score", "hit",
                ConditionTrace(text, True), matches=self.matches(entry), score=0 if relief else 1,
            )  # fmt: skip

    def near(self) -> Iterator[NearMiss]:
        """Combinations that lack one component."""
        sizes = self.matcher.sizes
        near = [entry for entry, count in self.counts.items() if sizes[entry] > 1 and count == sizes[entry] - 1]
        for entry in sorted(near)[:MOST_NEAR]:
            if not self.entry(entry).relieves:
                missing = f"1 of {sizes[entry]} components"
                yield NearMiss(self.engine.rule_name(entry), "combination", self.category(entry), 1, missing)

    def waterfalls(self) -> Iterator[Waterfall]:
        steps: dict[str, list[Step]] = {}
        for entry in self.whole:
            mine = steps.setdefault(self.category(entry), [])
            mine.append(Step(self.engine.rule_name(entry), 1, (mine[-1].total if mine else 0) + 1))
        for entry, gone in self.taken.items():
            mine = steps[self.category(entry)]
            mine.append(Step(self.engine.rule_name(entry), -len(gone), mine[-1].total - len(gone)))
        actions = self.engine.policy.actions
        for category, its in steps.items():
            yield Waterfall(category, tuple(its), its[-1].total, {a: n for a, n in actions[category].items() if n})
