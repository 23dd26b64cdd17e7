"""What keeps a pattern from compiling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import regex

from modengine.engine.match.expression import CostlyRegex, nodes, parse
from modengine.engine.match.regex import compiled, source_of
from modengine.engine.match.terms import plain_term
from modengine.engine.match.walk import count_beginnings
from modengine.errors import Diagnostic
from modengine.policy.limits import POLICY_BUDGET, PolicyBudget, Quantity, Spending
from modengine.policy.model import Pattern, Policy, texts_of


def pattern_problems(policy: Policy, budget: PolicyBudget = POLICY_BUDGET) -> tuple[Diagnostic, ...]:
    """Everything that keeps the patterns of a policy from compiling, up to where they cost too much."""
    # Rules share patterns as objects, and a hash takes as long as a pattern has terms.
    patterns = {id(pattern): pattern for rule in policy.rules for pattern in rule.patterns}.values()
    if too_large := _too_large(patterns, budget):
        return (too_large,)
    return tuple(problem for pattern in patterns for problem in _problems(pattern))


def _too_large(patterns: Iterable[Pattern], budget: PolicyBudget) -> Diagnostic | None:
    """Of the first pattern for which the budget does not last; nothing is compiled before that is known."""
    spending = Spending(budget)
    for pattern in patterns:
        what: Quantity = "steps" if pattern.kind == "regex" else "literals"
        if problem := spending.spend(what, _steps(pattern) if what == "steps" else _literals(pattern)):
            return _at(pattern, "ME606", *problem)
    return None


def _steps(pattern: Pattern) -> int:
    """How many steps a regex has; none where it does not compile."""
    try:
        return nodes(parse(source_of(pattern)))
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


def _literals(pattern: Pattern) -> int:
    """How many literals its terms are looked for by, at most."""
    terms = [term for raw in pattern.terms if (term := plain_term(raw))]
    by_look = sum(count_beginnings(term, pattern.repeats) for term in terms) if pattern.looks_like else 0
    by_sound = sum(max(2, len(term)) for term in terms) if pattern.sounds_like else 0
    return len(terms) * (1 + pattern.initials) + by_sound + by_look


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
