"""Equal work: the largest part of the policy that another engine can say, and both engines made of it.

What it cannot say is left out for both: the options of terms (gaps, repeats, sounds, looks, places), regexes that
it does not take.  `near`, `before`, `inside` and `together` ask only that all occur; `length` and fields ask
nothing.  A rule of which no pattern is left is out.  What the other engine then finds differs a little all the
same: it reads bytes as they are written, without normalising and word boundaries.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.policy.condition import (
    And,
    Compare,
    Condition,
    Count,
    Has,
    Inside,
    Length,
    Near,
    Not,
    Of,
    Or,
    RuleRef,
    Select,
    Together,
    pattern_names,
)
from modengine.policy.model import Pattern, Policy, Rule

NOTHING = {"gaps": 0, "repeats": False, "sounds_like": False, "looks_like": False, "outside": (), "parts": None}
"""The options of terms as they are where none is asked for."""


@dataclass(frozen=True, slots=True)
class Part:
    """A policy of rules that can be said, each after those that it asks for."""

    policy: Policy
    rules: tuple[Rule, ...]
    share: Mapping[str, int]
    """How many rules and patterns there were, are left, and are left as they were."""

    def engine(self) -> Engine:
        """modengine with these rules alone."""
        return Engine(Program(self.policy))


def part(policy: Policy, takes: Callable[[str], bool]) -> Part:
    """The largest part, with those regexes that another engine `takes`."""
    every = {rule.id: rule for rule in policy.rules if rule.status != "draft"}
    reduced = {name: said for name, rule in every.items() if (said := _reduced(rule, takes)) is not None}
    rules: dict[str, Rule] = {}
    while more := [
        rule for name, rule in reduced.items() if name not in rules and set(rule.asked_rules) <= rules.keys()
    ]:
        rules |= {rule.id: rule for rule in more}
    rulesets = (
        replace(ruleset, rules=tuple(rules[rule.id] for rule in ruleset.rules if rule.id in rules))
        for ruleset in policy.rulesets
    )
    left = replace(policy, rulesets=tuple(rulesets), overrides=(), exceptions=(), scope={})
    before, after = (
        [pattern for rule in side for pattern in rule.patterns] for side in (every.values(), rules.values())
    )
    share = {
        "of_rules": len(every),
        "rules": len(rules),
        "whole_rules": sum(rule == every[name] for name, rule in rules.items()),
        "of_patterns": len(set(before)),
        "patterns": len({(pattern.name, pattern.place) for pattern in after}),
        "whole_patterns": len(set(after) & set(before)),
    }
    return Part(left, tuple(rules.values()), share)


def _reduced(rule: Rule, takes: Callable[[str], bool]) -> Rule | None:
    """A rule without what cannot be said; None where nothing of its condition is left."""
    patterns = {
        pattern.name: replace(pattern, **NOTHING)
        for pattern in rule.patterns
        if pattern.terms or _taken(pattern, takes)
    }
    when = _left(rule.when, patterns.keys())
    if when is None:
        return None
    unless = None if rule.unless is None else _left(rule.unless, patterns.keys())
    named = {name for condition in (when, unless) if condition is not None for name in pattern_names(condition)}
    return replace(rule, when=when, unless=unless, patterns=tuple(patterns[n] for n in patterns if n in named))


def _taken(pattern: Pattern, takes: Callable[[str], bool]) -> bool:
    return pattern.regex is not None and takes(pattern.regex)


def _left(condition: Condition, names: Set[str]) -> Condition | None:
    """What is left of a condition; None where nothing is."""

    def remaining(given: Iterable[Condition]) -> tuple[Condition, ...]:
        return tuple(rest for item in given if (rest := _left(item, names)) is not None)

    def chosen(select: Select) -> Select:
        return replace(select, names=tuple(name for name in select.names if name in names))

    def has(*selects: Select) -> Condition | None:
        left = tuple(Has(select) for select in map(chosen, selects) if select.names)
        return left[0] if len(left) == 1 else And(left) if left else None

    match condition:
        case And(items) | Or(items):
            left = remaining(items)
            return left[0] if len(left) == 1 else replace(condition, items=left) if left else None
        case Not(item):
            left_item = _left(item, names)
            return None if left_item is None else Not(left_item)
        case Has(select):
            return has(select)
        case Near(left_select, right_select) | Inside(left_select, right_select):
            return has(left_select, right_select)
        case Together(selects):
            return has(*selects)
        case Count(select):
            return replace(condition, select=chosen(select)) if chosen(select).names else None
        case Of(_, selects):
            kept = tuple(select for select in map(chosen, selects) if select.names)
            return replace(condition, selects=kept) if kept else None
        case Length() | Compare():
            return None
    return condition


def _written(condition: Condition, leaf: Callable[[Condition], str]) -> str:
    """A condition in a language that has `and`, `or`, `not` and brackets; its leaves by `leaf`."""
    match condition:
        case And(items):
            return f"({' and '.join(_written(item, leaf) for item in items)})"
        case Or(items):
            return f"({' or '.join(_written(item, leaf) for item in items)})"
        case Not(item):
            return f"(not {_written(item, leaf)})"
    return f"({leaf(condition)})"


def _whole(rule: Rule, leaf: Callable[[Condition], str]) -> str:
    when = _written(rule.when, leaf)
    return when if rule.unless is None else f"{when} and not {_written(rule.unless, leaf)}"


# --------------------------------------------------------------------------- YARA-X


@cache
def yara_takes(source: str) -> bool:
    import yara_x  # noqa: PLC0415

    try:
        yara_x.compile(f"rule r {{ strings: $a = {_yara_regex(source)} condition: $a }}")
    except yara_x.CompileError:
        return False
    return True


def yara(part: Part) -> Callable[[list[str]], list[list[str]]]:
    """The part as YARA rules, each text scanned as UTF-8: a private rule for each pattern, which the others ask for."""
    import yara_x  # noqa: PLC0415

    names = {f"r{number}": rule.id for number, rule in enumerate(part.rules) if rule.relief is None}
    numbers = {rule.id: f"r{number}" for number, rule in enumerate(part.rules)}
    patterns: dict[Pattern, str] = {}
    for rule in part.rules:
        for pattern in rule.patterns:
            patterns.setdefault(_key(pattern), f"p{len(patterns)}")
    sources = [
        f"private rule {name} {{ strings: {' '.join(_yara_strings(pattern, name))} condition: any of them }}"
        for pattern, name in patterns.items()
    ]
    compiler = yara_x.Compiler()
    compiler.add_source("\n".join([*sources, *(_yara_rule(rule, patterns, numbers) for rule in part.rules)]))
    scanner = yara_x.Scanner(compiler.build())

    def read(texts: list[str]) -> list[list[str]]:
        scans = (scanner.scan(text.encode()).matching_rules for text in texts)
        return [[names[hit.identifier] for hit in hits if hit.identifier in names] for hits in scans]

    return read


def _yara_rule(rule: Rule, patterns: Mapping[Pattern, str], numbers: Mapping[str, str]) -> str:
    own = {pattern.name: patterns[_key(pattern)] for pattern in rule.patterns}
    counted: dict[str, list[str]] = {}
    """The strings of the patterns that are counted: only the rule that has them can count them."""

    def leaf(condition: Condition) -> str:
        match condition:
            case Has(select):
                return " or ".join(own[name] for name in select.names)
            case Of(n):
                return f"{'all' if n is None else n} of ({', '.join(own[name] for name in condition.names)})"
            case Count(select, operator, n):
                for pattern in rule.patterns:
                    if pattern.name in select.names:
                        counted[own[pattern.name]] = list(_yara_strings(pattern, own[pattern.name]))
                counts = [f"#{own[name]}_{at}" for name in select.names for at in range(len(counted[own[name]]))]
                return f"{' + '.join(counts)} {operator} {n}"
            case RuleRef(_, _, rules):
                return " or ".join(numbers[rule_id] for rule_id in rules) or "false"
        return "true"

    condition = _whole(rule, leaf)
    strings = " ".join(line for lines in counted.values() for line in lines)
    return f"rule {numbers[rule.id]} {{ {f'strings: {strings}' if strings else ''} condition: {condition} }}"


def _yara_strings(pattern: Pattern, name: str) -> Iterable[str]:
    case = "" if pattern.exact_case else " nocase"
    if pattern.regex is not None:
        yield f"${name}_0 = {_yara_regex(pattern.regex)}{case}"
    for at, term in enumerate(dict.fromkeys(pattern.terms)):
        whole = " fullword" if pattern.kind == "words" and term.isascii() and term.isalnum() else ""
        text = term.replace("\\", "\\\\").replace('"', '\\"')
        yield f'${name}_{at} = "{text}"{case}{whole}'


def _yara_regex(source: str) -> str:
    return "/" + re.sub(r"(?<!\\)((?:\\\\)*)/", r"\1\\/", source) + "/"


# --------------------------------------------------------------------------- Hyperscan


@cache
def hyperscan_takes(source: str) -> bool:
    import hyperscan  # noqa: PLC0415

    try:
        hyperscan.Database().compile(expressions=[source.encode()], ids=[0], flags=_flags(False))
    except hyperscan.error:
        return False
    return True


def _flags(exact_case: bool) -> int:
    import hyperscan  # noqa: PLC0415

    case = 0 if exact_case else hyperscan.HS_FLAG_CASELESS
    return int(hyperscan.HS_FLAG_UTF8 | case)


def scanned(part: Part) -> Callable[[list[str]], list[list[str]]]:
    """All patterns of the part in one Hyperscan database; the conditions compiled to Python, and asked
    of the rules that a found pattern touches."""
    import hyperscan  # noqa: PLC0415

    reliefs = {rule.id for rule in part.rules if rule.relief is not None}
    numbers: dict[Pattern, int] = {}
    touched: dict[int, list[int]] = defaultdict(list)
    rules: list[tuple[str, Any]] = []
    order = {rule.id: at for at, rule in enumerate(part.rules)}
    for at, rule in enumerate(part.rules):
        own = {pattern.name: numbers.setdefault(_key(pattern), len(numbers)) for pattern in rule.patterns}
        for name in own.values():
            touched[name].append(at)
        rules.append((rule.id, eval(f"lambda found, hits: {_whole(rule, _python_leaf(own, order))}")))
    asking = {at for at, rule in enumerate(part.rules) if rule.asked_rules}
    always = asking.union(at for at, (_, holds) in enumerate(rules) if holds(defaultdict(int), set()))
    given = [
        (source.encode(), n, _flags(pattern.exact_case))
        for pattern, n in numbers.items()
        for source in _sources(pattern)
    ]
    database = hyperscan.Database()
    expressions, ids, flags = zip(*given, strict=True)
    database.compile(expressions=list(expressions), ids=list(ids), flags=list(flags), elements=len(given))
    found: dict[int, int] = defaultdict(int)

    def on_match(number: int, *_: object) -> None:
        found[number] += 1

    def hits_in(text: str) -> list[str]:
        found.clear()
        database.scan(text.encode(), match_event_handler=on_match)
        hits: set[int] = set()
        for at in sorted(always.union(*(touched[number] for number in list(found)))):
            if rules[at][1](found, hits):
                hits.add(at)
        return [rules[at][0] for at in sorted(hits) if rules[at][0] not in reliefs]

    return lambda texts: [hits_in(text) for text in texts]


def _key(pattern: Pattern) -> Pattern:
    """Patterns that find the same are one, as in modengine."""
    return Pattern("", pattern.kind, None, pattern.terms, pattern.regex, exact_case=pattern.exact_case)  # type: ignore[arg-type]


def _sources(pattern: Pattern) -> Iterable[str]:
    if pattern.regex is not None:
        yield pattern.regex
    for term in dict.fromkeys(pattern.terms):
        whole = r"\b" if pattern.kind == "words" and term.isascii() and term.isalnum() else ""
        yield f"{whole}{re.escape(term)}{whole}"


def _python_leaf(numbers: Mapping[str, int], order: Mapping[str, int]) -> Callable[[Condition], str]:
    def leaf(condition: Condition) -> str:
        match condition:
            case Has(select):
                return " or ".join(f"found[{numbers[name]}]" for name in select.names)
            case Of(n):
                names = condition.names
                least = len(names) if n is None else n
                return f"{' + '.join(f'(found[{numbers[name]}] > 0)' for name in names)} >= {least}"
            case Count(select, operator, n):
                return f"{' + '.join(f'found[{numbers[name]}]' for name in select.names)} {operator} {n}"
            case RuleRef(_, _, rules):
                return " or ".join(f"{order[rule_id]} in hits" for rule_id in rules) or "False"
        return "True"

    return leaf
