"""Policy to Program: everything that can be worked out before the first message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from modengine.engine.budget import BUDGET, Budget
from modengine.engine.compile import code
from modengine.engine.compile.revision import pattern_key, revision
from modengine.engine.match.candidates import Index, Literals, literals_of
from modengine.engine.match.matcher import Matcher, PatternInfo
from modengine.engine.match.matchers import MATCHERS, Matching, info_of
from modengine.engine.match.part import TextForm
from modengine.engine.match.regex import CoreSpans, left_to_python
from modengine.engine.match.terms import Boundary, plain_term
from modengine.model import Action
from modengine.policy.condition import Condition, matching
from modengine.policy.fields import fields_looked_in
from modengine.policy.model import Pattern, Policy, Rule, texts_of
from modengine.text import segment
from modengine.text.segment import Entries, Segmenter
from modengine.text.spelled import Ways, spelling


@dataclass(frozen=True, slots=True, eq=False)
class RuleProgram:
    """A rule with the number of each of its patterns, by name."""

    rule: Rule
    patterns: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RaisingOverride:
    """An override that raises: those of the rules that it names that can score, each with its category."""

    rules: tuple[tuple[str, str], ...]
    action: Action
    when: Condition | None


@dataclass(frozen=True, slots=True)
class Learnt:
    """What follows from the patterns of a policy alone: plain data, worked out once."""

    infos: tuple[PatternInfo, ...]
    """Of each pattern, in their order."""
    words: Entries
    """What the segmenter's dictionary says of the words that the patterns add to it."""
    spelled: Mapping[str, Ways]
    """How the terms may be spelled that are looked for so: pypinyin takes long to begin."""


class Program:
    """A compiled policy.  Immutable; safe to share between threads; pickles as its policy, with what was learnt.

    `boundary` is what makes a match of `words` count: the lab alone asks for another than the first.
    """

    def __init__(
        self,
        policy: Policy,
        boundary: Boundary = "not-straddling",
        budget: Budget = BUDGET,
        learnt: Learnt | None = None,
        plain: bytes | None = None,
        like: Program | None = None,
    ) -> None:
        """With what was `learnt` of the same patterns nothing is worked out of them again; of those that a program
        `like` it has, too.
        """
        self.policy = policy
        self.boundary: Boundary = boundary
        self.budget = budget
        self.revision = revision(policy, boundary, budget)
        self.categories = policy.categories
        self.caps = {(ruleset.id, group): most for ruleset in policy.rulesets for group, most in ruleset.caps.items()}
        rules = [rule for rule in policy.rules if rule.status != "draft"]
        numbers: dict[object, int] = {}
        patterns: list[Pattern] = []
        for pattern in (pattern for rule in rules for pattern in rule.patterns):
            if numbers.setdefault(pattern_key(pattern), len(patterns)) == len(patterns):
                patterns.append(pattern)
        self.patterns = tuple(patterns)
        """Those that differ in what they find, numbered in the order of the policy."""
        self.rules = {
            rule.id: RuleProgram(rule, {p.name: numbers[pattern_key(p)] for p in rule.patterns}) for rule in rules
        }
        """All but drafts, in the order of the policy."""
        self.learnt = learn(self.patterns, like) if learnt is None else learnt
        self.infos = self.learnt.infos
        self.always = frozenset(number for number, info in enumerate(self.infos) if info.literals is None)
        """The patterns that any text may match, for they have no literal."""
        self.looked_in = fields_looked_in(self.patterns, policy.fields)
        """The message fields that patterns look in, in the order of the policy."""
        self.reads_undisguised = any(pattern.undisguised for pattern in self.patterns)
        self.raising = tuple(_raising(policy, self.rules))
        self.plain = plain
        """The policy as plain data for the compiled core, once that was made of it (`compile/plain.py`)."""

    def __reduce__(self) -> tuple[Callable[..., Program], tuple[Policy, Boundary, Budget, Learnt, bytes | None, bytes]]:
        return _compiled_again, (self.policy, self.boundary, self.budget, self.learnt, self.plain, code.digest())

    @cached_property
    def known(self) -> Mapping[object, PatternInfo]:
        """What was learnt of each pattern, by its key."""
        return {pattern_key(pattern): info for pattern, info in zip(self.patterns, self.infos, strict=True)}

    @cached_property
    def literals(self) -> Literals:
        """The literals of its patterns, by the form of the text in which they are looked for."""
        return literals_of(self.infos)

    @cached_property
    def index(self) -> Index:
        """The automata of its literals."""
        return Index(self.literals, self.learnt.spelled)

    def matchers(self, core: CoreSpans = left_to_python) -> tuple[Matcher, ...]:
        """What verifies the candidates of each pattern; regexes by the `core` that knows them."""
        made_for = Matching(self.boundary, self.budget, core)
        made = zip(self.patterns, self.infos, strict=True)
        return tuple(MATCHERS[pattern.kind](pattern, info, made_for) for pattern, info in made)

    def segmenter(self) -> Segmenter:
        """The policy's own, its words added."""
        return segment.make(self.policy.segmenter, self.learnt.words)


def learn(patterns: Iterable[Pattern], like: Program | None = None) -> Learnt:
    """What follows from patterns that compile, some of which `like` may know."""
    patterns = tuple(patterns)
    known = {} if like is None else like.known
    words = {} if like is None else like.learnt.words
    ways = {} if like is None else like.learnt.spelled
    infos = tuple(known.get(pattern_key(pattern)) or info_of(pattern) for pattern in patterns)
    # Each once, in the order of `Program.literals`.
    terms = dict.fromkeys(text for info in infos for form, text, _ in info.literals or () if form is TextForm.SPELLED)
    spelled = {term: ways.get(term) or spelling(term) for term in terms}
    return Learnt(infos, segment.entries(own_words(patterns), words), spelled)


def own_words(patterns: Iterable[Pattern]) -> Iterable[str]:
    """The terms that a policy adds to its segmenter, those that are no words too."""
    for pattern in patterns:
        if pattern.adds_words:
            yield from (plain_term(text) for text, _ in texts_of(pattern))


def _raising(policy: Policy, rules: Mapping[str, RuleProgram]) -> Iterable[RaisingOverride]:
    # A relief has no category that it could raise.
    stable = {id_: compiled.rule.category for id_, compiled in rules.items() if compiled.rule.status == "stable"}
    for override in policy.overrides:
        if override.action is not None:
            named = dict.fromkeys(rule for glob in override.rules for rule in matching(glob, rules))
            scoring = tuple((rule, category) for rule in named if (category := stable.get(rule)) is not None)
            yield RaisingOverride(scoring, override.action, override.when)


def _compiled_again(
    policy: Policy, boundary: Boundary, budget: Budget, learnt: Learnt, plain: bytes | None, digest: bytes
) -> Program:
    """In another process, which need not work out what the same code has learnt."""
    if digest != code.digest():
        return Program(policy, boundary, budget)
    return Program(policy, boundary, budget, learnt, plain)
