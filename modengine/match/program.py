"""Policy to Program: everything that can be worked out before the first message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import regex

from modengine.errors import Place, PolicyError, Problem
from modengine.match.expression import CostlyRegex, nodes, parse
from modengine.match.found import Literal, Matcher, Scan
from modengine.match.gate import Possible, bits, cost, gates, members, never, possible
from modengine.match.literals import Automaton
from modengine.match.part import PartText
from modengine.match.regex import RegexMatcher, source_of
from modengine.match.revision import pattern_key, revision
from modengine.match.scan import Hits, Pass, Scans
from modengine.match.terms import Boundary, TermMatcher
from modengine.match.tokens import TokenMatcher
from modengine.ruleset.model import Pattern, Policy, Rule, sought
from modengine.text import segment
from modengine.text.normalize import SEPARATOR, plain
from modengine.text.segment import Segmenter

MATCHERS: dict[str, Callable[[Pattern, Boundary], Matcher]] = {
    "words": TermMatcher,
    "text": TermMatcher,
    "regex": lambda pattern, _: RegexMatcher(pattern),
    "tokens": lambda pattern, _: TokenMatcher(pattern),
}


@dataclass(frozen=True, slots=True, eq=False)
class RuleProgram:
    """A rule ready to be judged.  `matchers` tells the number of the matcher of each pattern."""

    rule: Rule
    matchers: Mapping[str, int]
    opens: int
    """Matchers as bits, of which one must be touched; none at all where the rule can never hit."""
    possible: Possible

    def can_hit(self, touched: int) -> bool:
        return self.opens & touched != 0 and self.possible(touched)


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
        rules = {rule.id: rule for rule in policy.rules if rule.status != "draft"}
        self.patterns: list[Pattern] = []
        numbers: dict[object, int] = {}
        for rule in rules.values():
            for pattern in rule.patterns:
                key = pattern_key(pattern)
                if key not in numbers:
                    numbers[key] = len(self.patterns)
                    self.patterns.append(pattern)
        self.matchers: tuple[Matcher, ...] = tuple(MATCHERS[p.kind](p, boundary) for p in self.patterns)
        literals = [None if (some := matcher.literals()) is None else tuple(some) for matcher in self.matchers]
        self.costs = tuple(map(cost, literals))
        """About how often each matcher is touched."""
        self.passes, self.ungated = self._compile_literals(literals)
        names = {rule.id: {p.name: numbers[pattern_key(p)] for p in rule.patterns} for rule in rules.values()}
        self.rules: dict[str, RuleProgram] = {}
        for rule in rules.values():
            opens = self._opens(rule.id, rules, names)
            self.rules[rule.id] = RuleProgram(rule, names[rule.id], opens, self._possible(rule.id, rules, names))
        # The bits above those of the matchers are the rules, set by what opens them; last the reliefs.
        self._in_order = tuple(sorted(self.rules.values(), key=lambda one: one.rule.relief is not None))
        self._first = len(self.matchers) + 1
        self.has_shadow_reliefs = any(r.relief is not None and r.status == "test" for r in rules.values())
        self._scoring = (1 << sum(one.rule.relief is None for one in self._in_order)) - 1
        self.passes = tuple(self._with_rules(one) for one in self.passes)
        self._always = self.ungated | self._opened(self.ungated)

    def __reduce__(self) -> tuple[type[Program], tuple[Policy, Boundary]]:
        return Program, (self.policy, self.boundary)

    def _opens(self, rule_id: str, rules: Mapping[str, Rule], names: Mapping[str, Mapping[str, int]]) -> int:
        """The rarest gate of a rule; `ungated` if any message may open it."""
        matchers = names[rule_id]
        for gate in gates(rules[rule_id].when, {name: self.costs[number] for name, number in matchers.items()}):
            mask = 0
            for name in gate:
                other = name.removeprefix("rule:")
                if other == name:
                    inner = 1 << matchers[name]
                elif other in rules:
                    inner = self._opens(other, rules, names)
                else:
                    continue  # a draft never hits
                if inner & self.ungated:
                    break
                mask |= inner
            else:
                return mask
        return self.ungated

    def _possible(self, rule_id: str, rules: Mapping[str, Rule], names: Mapping[str, Mapping[str, int]]) -> Possible:
        if rule_id not in rules:
            return never
        known = self.rules.get(rule_id)
        if known is not None:
            return known.possible
        return possible(rules[rule_id].when, names[rule_id], lambda other: self._possible(other, rules, names))

    def _compile_literals(self, asked: Sequence[tuple[Literal, ...] | None]) -> tuple[tuple[Pass, ...], int]:
        """Builds the automata; gives as bits what any message touches: the matchers without a literal.

        One bit more stands for the rules that need no matcher.
        """
        uses: dict[Scan, dict[str, list[tuple[int, int]]]] = {scan: {} for scan in Scan}
        ungated = 1 << len(self.matchers)
        for number, literals in enumerate(asked):
            if literals is None:
                ungated |= 1 << number
                continue
            for literal in literals:
                uses[literal.scan].setdefault(literal.text, []).append((number, literal.payload))
        self.joins = not any(SEPARATOR in text for found in uses.values() for text in found)
        """Whether texts may be read together: no literal reaches from one into the next."""
        passes = tuple(
            Pass(
                scan,
                Automaton(list(found)),
                _payloads(found.values()),
                tuple(bits(number for number, _ in users) for users in found.values()),
            )
            for scan, found in uses.items()
            if found
        )
        return passes, ungated

    @cached_property
    def segmenter(self) -> Segmenter:
        """Made when a message first needs words."""
        return segment.make(self.policy.segmenter, self._dictionary())

    def _dictionary(self) -> Iterable[str]:
        for pattern in self.patterns:
            if pattern.kind in ("words", "tokens"):
                yield from (plain(text) for text, _ in sought(pattern))

    def _opened(self, touched: int) -> int:
        """The rules that a set of matchers opens, as bits above those of the matchers."""
        found = 0
        for number in members(touched):
            found |= self._opened_by[number]
        return found

    @cached_property
    def _opened_by(self) -> tuple[int, ...]:
        """What each matcher opens by itself."""
        found = [0] * self._first
        for at, rule in enumerate(self._in_order):
            for number in members(rule.opens):
                found[number] |= 1 << self._first + at
        return tuple(found)

    def _with_rules(self, one: Pass) -> Pass:
        opened = {touches: touches | self._opened(touches) for touches in set(one.touches)}
        return replace(one, touches=tuple(map(opened.__getitem__, one.touches)))

    def scan(self, part: PartText) -> tuple[int, tuple[Hits, ...]]:
        """What a part touches, as bits: matchers, and above them the rules they open; and what each pass found."""
        touched = self._always
        found = []
        for one in self.passes:
            hits = one.automaton.find(one.text(part))
            touches = one.touches
            for _, _, literal in hits:
                touched |= touches[literal]
            found.append(hits)
        return touched, tuple(found)

    def scan_many(self, texts: Sequence[str]) -> Scans:
        """The same for many texts at once; only where the program `joins`."""
        return Scans(self.passes, self._always, texts)

    def live(self, touched: int) -> list[RuleProgram]:
        """The rules that can hit, in the order of the policy, without the reliefs."""
        return self._can_hit(touched >> self._first & self._scoring, touched)

    def reliefs(self, touched: int) -> list[RuleProgram]:
        """The reliefs that can hit, in the order of the policy."""
        return self._can_hit(touched >> self._first & ~self._scoring, touched)

    def _can_hit(self, opened: int, touched: int) -> list[RuleProgram]:
        live = []
        while opened:
            lowest = opened & -opened
            opened ^= lowest
            one = self._in_order[lowest.bit_length() - 1]
            if one.possible(touched):
                live.append(one)
        return live


def _payloads(found: Iterable[list[tuple[int, int]]]) -> dict[int, dict[int, tuple[int, ...]]]:
    payloads = defaultdict[int, dict[int, tuple[int, ...]]](dict)
    for literal, users in enumerate(found):
        for number, payload in users:
            payloads[number][literal] = (*payloads[number].get(literal, ()), payload)
    return dict(payloads)


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
