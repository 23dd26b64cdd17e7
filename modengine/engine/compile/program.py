"""Policy to Program: everything that can be worked out before the first message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import regex

from modengine.engine.compile import code as sources
from modengine.engine.compile.facts import known
from modengine.engine.compile.gate import gates, need
from modengine.engine.compile.layout import Layout, Payloads, Terms, dictionary, layout_of, terms_of
from modengine.engine.compile.need import NEVER, Need, Possible, PossibleIn, bits, members, possible, possible_in
from modengine.engine.compile.revision import pattern_key, revision
from modengine.engine.match.doubts import Doubts, Pass
from modengine.engine.match.expression import CostlyRegex, nodes, parse
from modengine.engine.match.found import Matcher
from modengine.engine.match.literals import Automaton
from modengine.engine.match.matchers import MATCHERS
from modengine.engine.match.part import PartText, Scan
from modengine.engine.match.regex import compiled, source_of
from modengine.engine.match.scan import Heard, Scans, turned
from modengine.engine.match.terms import Boundary, plain_term
from modengine.errors import Diagnostic
from modengine.policy.model import Pattern, Policy, Rule, sought
from modengine.text import segment
from modengine.text.segment import Segmenter


@dataclass(frozen=True, slots=True)
class Sharper:
    """A matcher that needs more than the literal that touches it."""

    number: int
    possible: Possible
    possible_in: PossibleIn


@dataclass(frozen=True, slots=True, eq=False)
class RuleProgram:
    """A rule ready to be judged.  `matchers` tells the number of the matcher of each pattern."""

    rule: Rule
    matchers: Mapping[str, int]
    opens: int
    """Matchers as bits, of which one must be touched; none at all where the rule can never hit."""
    need: Need
    possible: Possible
    possible_in: PossibleIn
    quick: tuple[int, ...]
    """The matchers of what is needed that tell quickly that they find nothing, the rarest first."""

    def can_hit(self, touched: int) -> bool:
        return self.opens & touched != 0 and self.possible(touched)


class Program:
    """A compiled policy.  Immutable; safe to share between threads; pickles as its policy,
    with what was worked out of its patterns.

    `boundary` is what makes a match of `words` count: the lab alone asks for another than the first.
    """

    def __init__(self, policy: Policy, boundary: Boundary = "not-straddling", layout: Layout | None = None) -> None:
        """With the `layout` of the same patterns nothing is worked out of them again."""
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
        self.layout = layout_of(self.patterns) if layout is None else layout
        self.joins = self.layout.joins
        self.costs = self.layout.costs
        self.sharper = tuple(
            Sharper(number, possible(needed), possible_in(needed))
            for number, needed in enumerate(self.layout.needs)
            if needed is not None
        )
        self._sharper_at = {1 << one.number: one for one in self.sharper}
        self._sharp = bits(one.number for one in self.sharper)
        self.things = len(self.matchers) + self.layout.sets + 1
        """What a literal may touch: the matchers, the sets, and one thing more for the rules that need no matcher."""
        self.ungated = bits((*self.layout.always, self.things - 1))
        """What any message touches."""
        names = {rule.id: {p.name: numbers[pattern_key(p)] for p in rule.patterns} for rule in rules.values()}
        self.rules: dict[str, RuleProgram] = {}
        for rule in rules.values():
            opens, needed = self._opens(rule.id, rules, names), self._need(rule.id, rules, names)
            self.rules[rule.id] = RuleProgram(
                rule, names[rule.id], opens, needed, possible(needed), possible_in(needed), self._quick(needed)
            )
        # The bits above those of `things` are the rules, set by what opens them; last the reliefs.
        self._in_order = tuple(sorted(self.rules.values(), key=lambda one: one.rule.relief is not None))
        self._first = self.things
        self.has_shadow_reliefs = any(r.relief is not None and r.status == "test" for r in rules.values())
        self.scoring = tuple(one for one in self._in_order if one.rule.relief is None)
        """The rules that are no reliefs, in the order of the policy."""
        self._scoring = (1 << len(self.scoring)) - 1
        self.passes = self._passes(self.layout)
        self._always = self.ungated | self._opened(self.ungated)

    def __reduce__(self) -> tuple[Callable[..., Program], tuple[Policy, Boundary, bytes, Layout, Terms]]:
        return _compiled_again, (self.policy, self.boundary, sources.digest(), self.layout, terms_of(self.patterns))

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

    def _need(self, rule_id: str, rules: Mapping[str, Rule], names: Mapping[str, Mapping[str, int]]) -> Need:
        if rule_id not in rules:
            return NEVER  # a draft
        known = self.rules.get(rule_id)
        if known is not None:
            return known.need
        return need(rules[rule_id].when, names[rule_id], lambda other: self._need(other, rules, names))

    def _quick(self, needed: Need) -> tuple[int, ...]:
        numbers = {number for number in needed.leaves() if self.matchers[number].is_quick}
        return tuple(sorted(numbers, key=lambda number: (self.costs[number], number)))

    def _passes(self, layout: Layout) -> tuple[Pass, ...]:
        """The automata, each with what its literals touch and open."""
        passes = []
        for one in layout.passes:
            touches = [touched | self._opened(touched) for touched in map(bits, one.groups)]
            passes.append(
                Pass(one.scan, Automaton(one.texts), Payloads(one.asked), one.each(one.groups), one.each(touches))
            )
        return tuple(passes)

    @cached_property
    def segmenter(self) -> Segmenter:
        """Made when a message first needs words."""
        return segment.make(self.policy.segmenter, dictionary(self.patterns))

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

    @cached_property
    def _doubts(self) -> tuple[Doubts | None, ...]:
        """For each pass whose hits may lead to nothing, what tells which do."""
        doubted = (Scan.REDUCED, Scan.LOOKS)
        return tuple(Doubts(p, self.matchers, self._opened_by) if p.scan in doubted else None for p in self.passes)

    def scan(self, part: PartText) -> tuple[int, tuple[Heard, ...]]:
        """What a part touches, as bits: matchers, and above them the rules they open; and what each pass found."""
        touched = self._always
        heard: list[Heard] = []
        for one, doubts in zip(self.passes, self._doubts, strict=True):
            scanned = part.scanned(one.scan)
            hits = one.automaton.find(scanned)
            if doubts is None or not hits:
                touches = one.touches
                for _, _, literal in hits:
                    touched |= touches[literal]
                heard.append((hits, None))
            else:
                hits, users = doubts.kept(part.plain, scanned, part.runs(one.scan), hits)
                touched |= doubts.bits(chain.from_iterable(users))
                heard.append((hits, users))
        return touched, tuple(heard)

    def scan_many(self, texts: Sequence[str], owners: Sequence[int]) -> Scans:
        """The same for many texts at once; only where the program `joins`.  `owners` tells the message of each."""
        return Scans(self.passes, self._doubts, texts, owners)

    def sharpened(self, touched: int) -> int:
        """Without the matchers that need more than was touched; as it is where no rule is opened."""
        if touched >> self._first & self._scoring:
            left = touched & self._sharp
            while left:
                lowest = left & -left
                left ^= lowest
                if not self._sharper_at[lowest].possible(touched):
                    touched ^= lowest
        return touched

    def live(self, touched: int) -> list[RuleProgram]:
        """The rules that can hit, in the order of the policy, without the reliefs."""
        return self._can_hit(touched >> self._first & self._scoring, touched)

    def narrowed(self, touched: int, live: list[RuleProgram], texts: Sequence[str]) -> tuple[int, list[RuleProgram]]:
        """What is left of what the parts of a message touch, and of the live rules, once quick matchers were asked."""
        unasked = touched
        kept: list[RuleProgram] = []
        matchers, rarest = self.matchers, self.costs.__getitem__
        for at, rule in enumerate(live):
            held = rule.possible(touched)
            asked = self._quick_of[rule.rule.id] & unasked if held else 0
            for number in sorted(members(asked), key=rarest):
                bit = 1 << number
                unasked &= ~bit
                try:
                    if any(map(matchers[number].occurs, texts)):
                        continue
                except (TimeoutError, MemoryError, RecursionError):
                    return touched, kept + live[at:]  # left to `find`, which tells of it
                touched ^= bit
                held = rule.possible(touched)
                if not held:
                    break
            if held:
                kept.append(rule)
        return touched, kept

    @cached_property
    def _quick_of(self) -> dict[str, int]:
        """The quick matchers of each rule as bits."""
        return {rule_id: bits(one.quick) for rule_id, one in self.rules.items()}

    def live_in(self, scans: Scans, messages: int) -> tuple[list[int], list[list[RuleProgram]]]:
        """For each of so many messages, what its texts touch, and the rules that can hit.

        The first is sharpened, and has no rules among its bits.
        """
        every = (1 << messages) - 1
        columns = [every if self.ungated >> number & 1 else 0 for number in range(self.things)]
        scans.fill(columns)
        for sharper in self.sharper:
            if columns[sharper.number]:
                columns[sharper.number] &= sharper.possible_in(columns, every)
        live: list[list[RuleProgram]] = [[] for _ in range(messages)]
        for rule in self.scoring:
            where = rule.possible_in(columns, every)
            while where:
                lowest = where & -where
                where ^= lowest
                live[lowest.bit_length() - 1].append(rule)
        return turned(columns, messages), live

    def reliefs(self, touched: int) -> list[RuleProgram]:
        """The reliefs that can hit, in the order of the policy."""
        return [one for one in self._in_order[len(self.scoring) :] if one.can_hit(touched)]

    def _can_hit(self, opened: int, touched: int) -> list[RuleProgram]:
        live = []
        while opened:
            lowest = opened & -opened
            opened ^= lowest
            one = self._in_order[lowest.bit_length() - 1]
            if one.possible(touched):
                live.append(one)
        return live


def _compiled_again(policy: Policy, boundary: Boundary, code: bytes, layout: Layout, terms: Terms) -> Program:
    """In another process, which need not work out what the same code knew of the patterns."""
    if code != sources.digest():
        return Program(policy, boundary)
    terms.learn()
    return Program(policy, boundary, layout)


def problems(policy: Policy) -> tuple[Diagnostic, ...]:
    """Everything that keeps the patterns of a policy from compiling."""
    found: list[Diagnostic] = []
    seen: set[Pattern] = set()
    for rule in policy.rules:
        for pattern in rule.patterns:
            if pattern not in seen:
                seen.add(pattern)
                found += _problems(pattern) if known(pattern) is None else ()
    return tuple(found)


def _problems(pattern: Pattern) -> Iterable[Diagnostic]:
    if pattern.kind == "regex":
        yield from _regex_problems(pattern)
        return
    if pattern.kind == "tokens" and all(token.low == 0 for token in pattern.tokens):
        yield _at(pattern, "ME407", f"`{pattern.name}` matches no token at all", "let one token be there always")
    for term, place in sought(pattern):
        if not plain_term(term).strip():
            yield Diagnostic(
                "ME403", f"a term of `{pattern.name}` is empty after normalising", place, "remove the term"
            )


def _regex_problems(pattern: Pattern) -> Iterable[Diagnostic]:
    source = source_of(pattern)
    try:
        nodes(parse(source))
        found = compiled(source, pattern.exact_case)
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
            problem = replace(problem, location=pattern.term_places[0].shifted(position))
        yield problem
    else:
        if found.search("") is not None:
            yield _at(pattern, "ME407", f"the regex `{pattern.name}` matches the empty text",
                      "ask for at least one character: `+` in place of `*`")  # fmt: skip


def _at(pattern: Pattern, code: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, message, pattern.first_place, hint)
