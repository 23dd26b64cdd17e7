"""What rules say, as frozen types.  `load` makes them, nothing changes them.

Every named thing keeps its `Location`, so that a finding can point at it long after loading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from modengine.entities.model import Entity
from modengine.errors import Location
from modengine.model import FIELD_PART, Action, FieldValue, Message
from modengine.policy.condition import Condition, RuleRef, walk

Status = Literal["draft", "test", "stable"]
PatternKind = Literal["words", "text", "regex", "tokens", "entity"]
Like = Literal["handle", "number", "han", "latin", "url", "money"]
Outside = Literal["quotes", "urls", "mentions"]
FieldKind = Literal["string", "integer", "number", "boolean", "datetime", "enum", "any"]
"""`any` is of a lone ruleset, whose conditions do not tell more."""
Segmenter = Literal["rjieba", "jieba"]
ExampleKind = Literal["match", "pass", "known_miss", "known_false_alarm"]

NOWHERE = Location("")
MANY = 1 << 30
"""The upper bound of `*` and `+`."""


@dataclass(frozen=True, slots=True)
class TermList:
    """A named list of terms, from the ruleset or from a file of one term a line."""

    name: str
    terms: tuple[str, ...]
    place: Location
    places: tuple[Location, ...]
    """The place of each term."""


@dataclass(frozen=True, slots=True)
class Token:
    """One step of a `tokens` pattern.  All that is not None must hold of a token."""

    text: str | None = None
    among: tuple[str, ...] | None = None
    """`in: list`, its terms."""
    like: Like | None = None
    pos: str | None = None
    """The segmenter's tag, or its beginning: `v` is any verb."""
    low: int = 1
    high: int = 1


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of evidence.  `terms` serves words and text, `regex`, `tokens` and `entity` the others."""

    name: str
    kind: PatternKind
    place: Location
    terms: tuple[str, ...] = ()
    regex: str | None = None
    """The source with its `{list:name}` spliced in."""
    tokens: tuple[Token, ...] = ()
    entity: Entity | None = None
    undisguised: bool = False
    """Looked for in the undisguised view; an entity always is."""
    gaps: int = 0
    repeats: bool = False
    sounds_like: bool = False
    looks_like: bool = False
    initials: bool = False
    spelled: bool = False
    """Whether some of a term's characters may be written in letters."""
    inflect: bool = False
    """Whether the forms of English words stand among the terms, behind those that are written."""
    weight: float = 0.5
    boundary: Literal["words"] | None = None
    """Of text and regex: matches that straddle words do not count, as they never do of `words`."""
    outside: tuple[Outside, ...] = ()
    parts: tuple[str, ...] | None = None
    """What to look in: kinds of parts, and fields as `message.NAME`; None for all parts and no field."""
    exact_case: bool = False
    near_miss: bool = True
    lists: tuple[str, ...] = ()
    """The names of the lists it uses."""
    shared: bool = False
    """Written under the `patterns` of the ruleset, for all its rules."""
    term_places: tuple[Location, ...] = ()
    """The place of each term that is written, or of the regex or of each token's text; for findings."""
    field_places: tuple[Location, ...] = ()
    """The place of each field that it looks in."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The message fields to look in."""
        return tuple(part.removeprefix(FIELD_PART) for part in self.parts or () if part.startswith(FIELD_PART))

    @property
    def is_fuzzy(self) -> bool:
        """Whether it finds matches that are worth its weight."""
        return self.sounds_like or self.looks_like or self.initials or self.spelled

    @property
    def adds_words(self) -> bool:
        """Whether its texts are added to the segmenter's words."""
        return self.kind in ("words", "tokens") or (self.kind == "text" and self.boundary == "words")

    @property
    def first_place(self) -> Location:
        """Of its regex or first term; of the pattern where that is not known."""
        return self.term_places[0] if self.term_places else self.place

    def without_places(self) -> Pattern:
        """What it finds and what it is called, wherever and however it was written."""
        return replace(
            self, place=NOWHERE, term_places=(), field_places=(), lists=(), shared=False, near_miss=True, inflect=False
        )


def texts_of(pattern: Pattern) -> Iterator[tuple[str, Location]]:
    """Every text that a words, text or tokens pattern looks for, or that a sender's name holds, with its place."""

    def place(number: int) -> Location:
        return pattern.term_places[number] if number < len(pattern.term_places) else pattern.place

    for number, term in enumerate(pattern.terms):
        yield term, place(number)
    for name in () if pattern.entity is None else pattern.entity.names:
        yield name, pattern.first_place
    for number, token in enumerate(pattern.tokens):
        for text in (*(token.among or ()), *(() if token.text is None else (token.text,))):
            yield text, place(number)


@dataclass(frozen=True, slots=True)
class Example:
    """A message that a rule must, or must not, match; decided without scope and period."""

    message: Message
    place: Location


@dataclass(frozen=True, slots=True)
class Examples:
    match: tuple[Example, ...] = ()
    passes: tuple[Example, ...] = ()
    known_miss: tuple[Example, ...] = ()
    known_false_alarm: tuple[Example, ...] = ()

    def __iter__(self) -> Iterator[tuple[ExampleKind, Example]]:
        """Each with the key that it stands under."""
        yield from (("match", example) for example in self.match)
        yield from (("pass", example) for example in self.passes)
        yield from (("known_miss", example) for example in self.known_miss)
        yield from (("known_false_alarm", example) for example in self.known_false_alarm)


@dataclass(frozen=True, slots=True)
class Relief:
    """What a relief takes away: from a category, or from the rules it names alone."""

    category: str | None
    rules: tuple[str, ...]
    """Globs over rule identifiers; empty when it takes from the whole category."""
    by: int | None
    """Points; None for all."""


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    title: str
    category: str | None
    """The category it scores in; None for a relief."""
    place: Location
    when: Condition
    unless: Condition | None = None
    clause: str | None = None
    status: Status = "stable"
    group: str | None = None
    score: int = 0
    relief: Relief | None = None
    patterns: tuple[Pattern, ...] = ()
    """The patterns that `when` and `unless` use, its own and the shared ones."""
    description: str = ""
    falsepositives: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """By which overrides and commands choose it; they decide nothing by themselves."""
    examples: Examples = Examples()
    ruleset: str = ""
    when_place: Location | None = None
    """Of the text of `when`; None where it was not read from a file."""
    unless_place: Location | None = None

    @property
    def about(self) -> str | None:
        """The category that it gives points to or takes them from; None for a relief of named rules alone."""
        return self.category or (None if self.relief is None else self.relief.category)

    @property
    def points(self) -> int | None:
        """Its score, or what it takes away as a number below 0; None for a relief of all points."""
        if self.relief is None:
            return self.score
        return None if self.relief.by is None else -self.relief.by

    @property
    def nodes(self) -> Iterator[Condition]:
        """Every node of `when`, then of `unless`."""
        yield from walk(self.when)
        if self.unless is not None:
            yield from walk(self.unless)

    @property
    def asked_rules(self) -> tuple[str, ...]:
        """The rules that its conditions ask for by `rule(...)`, each once."""
        return tuple(dict.fromkeys(name for node in self.nodes if isinstance(node, RuleRef) for name in node.rules))


@dataclass(frozen=True, slots=True)
class Ruleset:
    id: str
    title: str
    category: str | None
    path: str
    place: Location
    rules: tuple[Rule, ...]
    clauses: Mapping[str, str] = field(default_factory=dict)
    clause_places: Mapping[str, Location] = field(default_factory=dict)
    lists: tuple[TermList, ...] = ()
    shared: tuple[Pattern, ...] = ()
    caps: Mapping[str, int] = field(default_factory=dict)
    """The cap of each group of rules, in points."""
    description: str = ""
    page: str = ""
    """Where each rule is described, with `{rule}` for its id: an address or a path; empty for nowhere."""

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The shared patterns, then those of each rule, the shared ones that it uses among them."""
        return (*self.shared, *(pattern for rule in self.rules for pattern in rule.patterns))


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` (included) until `end` (excluded), both with a zone."""

    start: datetime | None
    end: datetime | None
    field: str = "time"


@dataclass(frozen=True, slots=True)
class Field:
    """A message field that conditions may ask about."""

    name: str
    kind: FieldKind
    values: tuple[str, ...] = ()
    """For an enum."""
    is_list: bool = False
    """Whether a message has a list of such values."""
    default: FieldValue | None = None
    """What conditions take a message to have that lacks it; None for unknown."""

    @property
    def type(self) -> str:
        """In words, for errors."""
        one = "of its values" if self.kind == "enum" else f"of {self.kind}s"
        return f"list {one}" if self.is_list else self.kind


@dataclass(frozen=True, slots=True)
class Override:
    """A change to rules that a study makes without touching their files."""

    rules: tuple[str, ...]
    place: Location
    score: int | None = None
    status: Status | None = None
    action: Action | None = None
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class PolicyException:
    """What a policy excuses.  Where `when` holds, every category is shadow; or, with `rules`, these are cancelled."""

    name: str
    when: Condition
    reason: str
    place: Location
    rules: tuple[str, ...] = ()
    """Identifiers: those of the rules that it cancels; none for one that excuses whatever is found."""
    until: str = ""
    """Its last day (ISO 8601), after which `check` asks for it to go; deciding knows no day.  Empty for none."""


@dataclass(frozen=True, slots=True)
class Longer:
    """What a policy asks of long texts: above so many characters, so many points more at every step."""

    above: int
    add: int


@dataclass(frozen=True, slots=True)
class PointsWhere:
    """Other points for some rules, where a condition on the fields of a message holds."""

    when: Condition
    scores: Mapping[str, int]
    """The score of each rule that the entry names, by its identifier."""
    place: Location


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that a policy was read from."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy, its bases merged in and its `score` and `status` overrides applied."""

    id: str
    title: str
    path: str
    place: Location
    rulesets: tuple[Ruleset, ...]
    study: bool = False
    period: Period | None = None
    scope: Mapping[str, Condition] = field(default_factory=dict)
    """A condition a category, and `default`.  A category in neither is always in scope."""
    fields: Mapping[str, Field] = field(default_factory=dict)
    actions: Mapping[str, Mapping[Action, int]] = field(default_factory=dict)
    longer: tuple[Longer, ...] = ()
    """Both numbers rise; the last whose length is exceeded counts."""
    points: tuple[PointsWhere, ...] = ()
    """The first whose condition holds counts."""
    overrides: tuple[Override, ...] = ()
    exceptions: tuple[PolicyException, ...] = ()
    """Those that excuse whatever is found."""
    rule_exceptions: tuple[PolicyException, ...] = ()
    """Those for some rules, which are in the `unless` of these already."""
    segmenter: Segmenter = "rjieba"
    description: str = ""
    files: tuple[SourceFile, ...] = ()
    specimens: tuple[str, ...] = ()
    """The cards of lists that others made, which a study names: the lab alone reads them, no decision does."""
    places: Mapping[str, Location] = field(default_factory=dict)
    """Of the conditions of `scope` and the steps of `actions`: `scope.fraud`, `actions.fraud.block`."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the order of the files."""
        return tuple(rule for ruleset in self.rulesets for rule in ruleset.rules)

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories of the rulesets, in their order, each once."""
        return tuple(dict.fromkeys(rule.category for rule in self.rules if rule.category is not None))
