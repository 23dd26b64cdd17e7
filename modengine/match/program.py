"""Policy to Program: everything that can be worked out before the first message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import regex

from modengine.errors import Place, PolicyError, Problem
from modengine.match.expression import CostlyRegex, nodes, parse
from modengine.match.found import Candidate, Matcher, Scan
from modengine.match.gate import gates
from modengine.match.literals import Automaton
from modengine.match.part import PartText
from modengine.match.regex import RegexMatcher, source_of
from modengine.match.revision import pattern_key, revision
from modengine.match.terms import Boundary, TermMatcher
from modengine.match.tokens import TokenMatcher
from modengine.ruleset.model import Pattern, Policy, Rule, sought
from modengine.text import segment
from modengine.text.normalize import plain
from modengine.text.segment import Segmenter

MATCHERS: dict[str, Callable[[Pattern, Boundary], Matcher]] = {
    "words": TermMatcher,
    "text": TermMatcher,
    "regex": lambda pattern, _: RegexMatcher(pattern),
    "tokens": lambda pattern, _: TokenMatcher(pattern),
}

Uses = tuple[tuple[tuple[int, int], ...], ...]
"""For each literal, the (number of the matcher, payload) pairs that ask for it."""


@dataclass(frozen=True, slots=True)
class RuleProgram:
    """A rule ready to be judged.  `matchers` tells the number of the matcher of each pattern."""

    rule: Rule
    matchers: Mapping[str, int]
    gates: tuple[frozenset[int], ...]
    """Sets of matchers, of each of which one must be touched; none if it is looked at always."""


class Program:
    """A compiled policy.  Immutable; safe to share between threads; pickles as its policy.

    `boundary` is what makes a match of `words` count: the lab alone asks for another than the first.
    """

    def __init__(self, policy: Policy, boundary: Boundary = "not-straddling") -> None:
        self.policy = policy
        self.boundary: Boundary = boundary
        self.revision = revision(policy, boundary)
        self.categories = policy.categories
        self.caps = {(ruleset.id, group): most for ruleset in policy.rulesets for group, most in ruleset.caps.items()}
        rules = [rule for rule in policy.rules if rule.status != "draft"]
        self.patterns: list[Pattern] = []
        numbers: dict[object, int] = {}
        for rule in rules:
            for pattern in rule.patterns:
                key = pattern_key(pattern)
                if key not in numbers:
                    numbers[key] = len(self.patterns)
                    self.patterns.append(pattern)
        self.matchers: tuple[Matcher, ...] = tuple(MATCHERS[p.kind](p, boundary) for p in self.patterns)
        self.rules: dict[str, RuleProgram] = {}
        ungated = self.ungated = self._compile_literals()
        by_id = {rule.id: rule for rule in rules}
        self._opens: dict[int, list[str]] = {}
        """The rules that a touched matcher makes worth looking at."""
        for rule in rules:
            names = {p.name: numbers[pattern_key(p)] for p in rule.patterns}
            needed = self._needed(rule.id, by_id, numbers, ungated, ())
            self.rules[rule.id] = RuleProgram(rule, names, needed)
            for number in needed[0] if needed else ():
                self._opens.setdefault(number, []).append(rule.id)
        self.always = tuple(rule_id for rule_id, one in self.rules.items() if not one.gates)
        self._order = {rule_id: at for at, rule_id in enumerate(self.rules)}

    def __reduce__(self) -> tuple[type[Program], tuple[Policy, Boundary]]:
        return Program, (self.policy, self.boundary)

    def _needed(
        self,
        rule_id: str,
        by_id: Mapping[str, Rule],
        numbers: Mapping[object, int],
        ungated: frozenset[int],
        above: tuple[str, ...],
    ) -> tuple[frozenset[int], ...]:
        """The gates of a rule as matchers, rarest first; without those that are always open."""
        rule = by_id.get(rule_id)
        if rule is None:
            return (frozenset(),)  # a draft never hits
        patterns = {p.name: p for p in rule.patterns}
        found: list[frozenset[int]] = []
        for one in gates(rule.when, patterns):
            matchers: set[int] = set()
            for name in one:
                if not name.startswith("rule:"):
                    inner: tuple[frozenset[int], ...] = (frozenset([numbers[pattern_key(patterns[name])]]),)
                else:
                    inner = self._needed(name.removeprefix("rule:"), by_id, numbers, ungated, (*above, rule_id))
                if not inner or inner[0] & ungated:
                    break  # open to any message
                matchers |= inner[0]
            else:
                found.append(frozenset(matchers))
        return tuple(found)

    def _compile_literals(self) -> frozenset[int]:
        """Builds the automaton; gives the matchers that have no literal and so always look."""
        uses: dict[str, dict[Scan, list[tuple[int, int]]]] = {}
        ungated = set()
        for number, matcher in enumerate(self.matchers):
            literals = matcher.literals()
            if literals is None:
                ungated.add(number)
                continue
            for literal in literals:
                uses.setdefault(literal.text, {}).setdefault(literal.scan, []).append((number, literal.payload))
        texts = sorted(uses)
        self.automaton = Automaton(texts)
        self.uses: tuple[Uses, ...] = tuple(tuple(tuple(uses[text].get(scan, ())) for text in texts) for scan in Scan)
        self.scans = tuple(scan for scan in Scan if any(self.uses[scan]))
        return frozenset(ungated)

    @cached_property
    def segmenter(self) -> Segmenter:
        """Made when a message first needs words."""
        return segment.make(self.policy.segmenter, self._dictionary())

    def _dictionary(self) -> Iterable[str]:
        for pattern in self.patterns:
            if pattern.kind in ("words", "tokens"):
                yield from (plain(text) for text, _ in sought(pattern))

    def scan(self, part: PartText) -> dict[int, list[Candidate]]:
        """Everything that the automaton finds in a part, by matcher."""
        found: dict[int, list[Candidate]] = {}
        for scan in self.scans:
            if scan is Scan.PLAIN:
                text = part.plain
            else:
                text = (part.reduced if scan is Scan.REDUCED else part.sounds_reduced).text
            uses = self.uses[scan]
            for start, end, literal in self.automaton.find(text):
                for number, payload in uses[literal]:
                    found.setdefault(number, []).append(Candidate(scan, start, end, payload))
        return found

    def live(self, touched: set[int]) -> list[str]:
        """The rules worth looking at, in the order of the policy."""
        opened = set(self.always)
        for number in touched:
            opened.update(self._opens.get(number, ()))
        return sorted(
            (one for one in opened if not any(gate.isdisjoint(touched) for gate in self.rules[one].gates)),
            key=self._order.__getitem__,
        )


def problems(policy: Policy) -> tuple[Problem, ...]:
    """Everything that keeps the patterns of a policy from compiling."""
    found: list[Problem] = []
    seen: set[Pattern] = set()
    for rule in policy.rules:
        for pattern in rule.patterns:
            if pattern not in seen:
                seen.add(pattern)
                found += _problems(pattern)
    return tuple(found)


def _problems(pattern: Pattern) -> Iterable[Problem]:
    if pattern.kind == "regex":
        yield from _regex_problems(pattern)
        return
    if pattern.kind == "tokens" and all(token.low == 0 for token in pattern.tokens):
        yield _at(pattern, "ME407", f"`{pattern.name}` matches no token at all", "let one token be there always")
    for term, place in sought(pattern):
        if not plain(term).strip():
            yield Problem("ME403", f"a term of `{pattern.name}` is empty after normalising", place, "remove the term")


def _regex_problems(pattern: Pattern) -> Iterable[Problem]:
    source = source_of(pattern)
    try:
        nodes(parse(source))
        compiled = regex.compile(source, 0 if pattern.exact_case else regex.IGNORECASE)
    except CostlyRegex as error:
        yield _at(pattern, "ME402", f"the regex `{pattern.name}` {error}", "write smaller counts than {300}")
    except RecursionError:
        yield _at(pattern, "ME402", f"the regex `{pattern.name}` is nested too deep", "write it flatter")
    except (regex.error, ValueError, OverflowError) as error:
        position = getattr(error, "pos", None)
        message = getattr(error, "msg", None) or str(error)
        problem = _at(pattern, "ME401", f"the regex `{pattern.name}` does not compile: {message}",
                      "see the syntax of the `regex` package; escape literal marks with a backslash")  # fmt: skip
        if position is not None and pattern.term_places:
            problem = replace(problem, place=pattern.term_places[0].shifted(position))
        yield problem
    else:
        if compiled.search("") is not None:
            yield _at(pattern, "ME407", f"the regex `{pattern.name}` matches the empty text",
                      "ask for at least one character: `+` in place of `*`")  # fmt: skip


def _at(pattern: Pattern, code: str, message: str, hint: str) -> Problem:
    place: Place = pattern.term_places[0] if pattern.term_places else pattern.place
    return Problem(code, message, place, hint)


def compile_policy(policy: Policy) -> Program:
    """The program of a policy.  Raises PolicyError with every pattern that does not compile."""
    found = problems(policy)
    if found:
        raise PolicyError(found)
    return Program(policy)
