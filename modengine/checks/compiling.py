"""What keeps a pattern from compiling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import regex

from modengine.engine.compile.revision import pattern_key
from modengine.engine.match.expression import CostlyRegex, children, parse, steps
from modengine.engine.match.matcher import PatternInfo
from modengine.engine.match.matchers import size_of
from modengine.engine.match.nfa import may_be_empty
from modengine.engine.match.regex import compiled, source_of
from modengine.engine.match.terms import plain_term
from modengine.entities.expressions import expressions
from modengine.errors import Diagnostic
from modengine.policy.limits import POLICY_BUDGET, PolicyBudget, Quantity, Spending
from modengine.policy.model import Pattern, Policy, texts_of

_ONLY_PLACES = "it asks only for a place: add the characters that stand there"


def pattern_problems(policy: Policy) -> tuple[Diagnostic, ...]:
    """Everything that keeps the patterns of a policy from compiling."""
    return tuple(problem for pattern in _patterns(policy) for problem in _problems(pattern))


def _patterns(policy: Policy) -> Iterable[Pattern]:
    # Rules share patterns as objects, and a hash takes as long as a pattern has terms.
    return {id(pattern): pattern for rule in policy.rules for pattern in rule.patterns}.values()


def too_large(
    policy: Policy, budget: PolicyBudget = POLICY_BUDGET, known: Mapping[object, PatternInfo] = {}
) -> Diagnostic | None:
    """Of the first pattern for which the budget does not last; nothing is compiled before that is known.

    Patterns that are `known`, by their keys, are not measured again.
    """
    spending = Spending(budget)
    charged: set[str] = set()
    for pattern in _patterns(policy):
        what: Quantity = "steps" if pattern.kind in ("regex", "entity") else "literals"
        if problem := spending.spend(what, _size(pattern, charged, known)):
            return _at(pattern, "ME606", *problem)
    return None


def _size(pattern: Pattern, charged: set[str], known: Mapping[object, PatternInfo]) -> int:
    """What it adds to what was charged (a regex is compiled once); nothing for one that fails.

    The expressions of an entity are ours: their characters are counted, for which nobody parses them.
    """
    if pattern.entity is not None:
        sources = set(expressions(pattern.entity)) - charged
        charged |= sources
        return sum(map(len, sources))
    if pattern.kind == "regex":
        source = source_of(pattern)
        if source in charged:
            return 0
        charged.add(source)
    info = known.get(pattern_key(pattern)) if known else None
    try:
        return size_of(pattern) if info is None else info.size
    except (CostlyRegex, RecursionError, regex.error, ValueError, OverflowError):
        return 0


def _problems(pattern: Pattern) -> Iterator[Diagnostic]:
    if pattern.kind == "regex":
        yield from _regex_problems(pattern)
        return
    if pattern.kind == "tokens" and all(token.low == 0 for token in pattern.tokens):
        yield _at(pattern, "ME407", f"`{pattern.name}` matches no token at all", "let one token be there always")
    for term, place in texts_of(pattern):
        if not plain_term(term).strip():
            yield Diagnostic(
                "ME403", f"a term of `{pattern.name}` is empty after normalising", place, "remove the term"
            )


def _regex_problems(pattern: Pattern) -> Iterable[Diagnostic]:
    source = source_of(pattern)
    try:
        tree = parse(source)
        steps(source)
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
            yield _at(pattern, "ME407", f"the regex `{pattern.name}` matches the empty text", _filled(tree))
        if half := next(_halves(tree), None):
            message = f"the regex `{pattern.name}` asks for U+{half:04X}, which is half of a character"
            yield _at(pattern, "ME401", message, "write the character itself")


def _halves(node: Any) -> Iterator[int]:
    """The surrogates among the characters that an expression names; those in a range are not among them."""
    characters = getattr(node, "characters", ())
    yield from (code for code in (*characters, getattr(node, "value", None)) if _is_half(code))
    for child in children(node):
        yield from _halves(child)


def _is_half(code: object) -> bool:
    return isinstance(code, int) and 0xD800 <= code <= 0xDFFF


def _filled(tree: Any) -> str:
    """How an expression that matches the empty text comes to ask for a character."""
    hints = set(_absent(tree)) - {_ONLY_PLACES}
    if len(hints) > 1:
        return "all of it may be absent: ask for at least one character"
    return hints.pop() if hints else _ONLY_PLACES


def _absent(node: Any) -> Iterator[str]:
    """A hint for each part by which a node matches the empty text."""
    kind = type(node).__name__
    if kind.endswith("Repeat") and node.min_count == 0:
        match node.max_count:
            case None:
                yield "ask for at least one character: `+` in place of `*`"
            case 0:
                yield "`{0}` takes nothing: leave it out"
            case 1:
                yield "ask for at least one character: leave the `?` out"
            case most:
                yield f"ask for at least one character: `{{1,{most}}}` in place of `{{0,{most}}}`"
    elif kind == "Branch":
        for branch in filter(may_be_empty, node.branches):
            yield from _absent(branch) if any(children(branch)) else ("take the empty alternative out",)
    elif below := [child for child in children(node) if kind != "LookAround"]:
        for child in below:
            yield from _absent(child)
    else:
        yield _ONLY_PLACES


def _at(pattern: Pattern, code: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, message, pattern.first_place, hint)
