"""One-line makers of patterns, rules and policies, for the tests of all that comes after loading.

`rule` resolves the patterns of its conditions and `policy` the rules, as the loader would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from typing import Any

from modengine.checks.compiling import pattern_problems
from modengine.engine.budget import BUDGET, Budget
from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.errors import Location, PolicyError
from modengine.model import CategoryScore, Decision, Match, Message, Part, Suppressed
from modengine.policy.condition import (
    Condition,
    Has,
    Or,
    RuleRef,
    Select,
    matching,
    pattern_names,
    resolve,
)
from modengine.policy.grammar import (
    parse,
)
from modengine.policy.model import (
    Field,
    Override,
    Pattern,
    PointsWhere,
    Policy,
    PolicyException,
    Relief,
    Rule,
    Ruleset,
    Token,
)
from modengine.text import segment
from modengine.text.segment import Segmenter

HERE = Location("test.yaml")
LADDER = {"label": 30, "review": 50, "block": 90}
FIELDS = {
    "channel": Field("channel", "enum", ("private", "group", "public_account")),
    "reposts": Field("reposts", "integer"),
    "ratio": Field("ratio", "number"),
    "pinned": Field("pinned", "boolean"),
    "app": Field("app", "string"),
    "time": Field("time", "datetime"),
}

# --------------------------------------------------------------------------- makers


def compile_policy(policy: Policy, budget: Budget = BUDGET) -> Program:
    """The program of a policy that no guard has read.  Raises PolicyError with every pattern that does not compile."""
    if found := pattern_problems(policy):
        raise PolicyError(found)
    return Program(policy, budget=budget)


def pattern(name: str, kind: Any, **options: Any) -> Pattern:
    return Pattern(name, kind, HERE, **options)


def words(name: str, *terms: str, **options: Any) -> Pattern:
    return pattern(name, "words", terms=terms, **options)


def text(name: str, *terms: str, **options: Any) -> Pattern:
    return pattern(name, "text", terms=terms, **options)


def regex(name: str, source: str, **options: Any) -> Pattern:
    return pattern(name, "regex", regex=source, **options)


def tokens(name: str, *steps: Token, **options: Any) -> Pattern:
    return pattern(name, "tokens", tokens=steps, **options)


def condition(source: str, patterns: Sequence[str] = (), rules: Sequence[str] = ()) -> Condition:
    """A condition whose selectors and references are filled in."""

    def select(selector: Select) -> Select:
        names = tuple(patterns) if selector.text == "them" else matching(selector.text, tuple(patterns))
        assert names, f"no pattern is named {selector.text}"
        return replace(selector, names=names)

    def refer(reference: RuleRef) -> RuleRef:
        return replace(reference, rules=matching(reference.glob, tuple(rules)))

    return resolve(parse(source), select, refer)


def rule(
    id_: str, when: str, *patterns: Pattern, unless: str | None = None, rules: Sequence[str] = (), **rest: Any
) -> Rule:
    """A rule of `category` (`fraud` unless given) that keeps the patterns its conditions use.

    What its conditions say of other rules is resolved over `rules`, or by the policy.
    """
    names = tuple(pattern.name for pattern in patterns)
    held = condition(when, names, rules)
    cancels = None if unless is None else condition(unless, names, rules)
    used = {*pattern_names(held), *(() if cancels is None else pattern_names(cancels))}
    rest.setdefault("category", "fraud")
    rest.setdefault("score", 0 if rest.get("relief") else 60)
    return Rule(
        id_,
        id_,
        rest.pop("category"),
        HERE,
        held,
        cancels,
        patterns=tuple(pattern for pattern in patterns if pattern.name in used),
        ruleset=rest.pop("ruleset", "set"),
        **rest,
    )


def relief(
    id_: str,
    when: str,
    *patterns: Pattern,
    by: int | None = 40,
    category: str = "fraud",
    rules: tuple[str, ...] = (),
    **rest: Any,
) -> Rule:
    """A rule that takes points from a category, or from some of its rules."""
    return rule(id_, when, *patterns, category=None, relief=Relief(category, rules, by), **rest)


def ruleset(id_: str, category: str | None, rules: Sequence[Rule], **rest: Any) -> Ruleset:
    return Ruleset(id_, id_, category, HERE.file, HERE, tuple(rules), **rest)


def policy_of(*rulesets: Ruleset, **rest: Any) -> Policy:
    """A policy of rulesets, with all conditions as they will be."""
    fields = rest.setdefault("fields", FIELDS)

    def filled(condition: Any) -> Any:
        known = lambda asked: replace(asked, default=fields[asked.field].default) if asked.field in fields else asked  # noqa: E731
        return None if condition is None else resolve(condition, compare=known)

    rulesets = tuple(
        replace(s, rules=tuple(replace(r, when=filled(r.when), unless=filled(r.unless)) for r in s.rules))
        for s in rulesets
    )
    for key in ("points", "overrides", "exceptions"):
        if key in rest:
            rest[key] = tuple(replace(item, when=filled(item.when)) for item in rest[key])
    rest["scope"] = {name: filled(condition) for name, condition in rest.get("scope", {}).items()}
    return Policy(rest.pop("id", "test"), rest.pop("title", "A test"), HERE.file, HERE, rulesets, **rest)


def policy(
    *rules: Rule,
    actions: Mapping[str, Mapping[str, int]] | None = None,
    scope: Mapping[str, str] | None = None,
    caps: Mapping[str, int] | None = None,
    overrides: tuple[Override, ...] = (),
    exceptions: tuple[PolicyException, ...] = (),
    **rest: Any,
) -> Policy:
    """A policy of one ruleset.  `LADDER` holds for every category unless `actions` are given."""
    ids = tuple(rule.id for rule in rules)

    def refer(condition: Condition | None) -> Condition | None:
        return (
            None
            if condition is None
            else resolve(condition, rule=lambda ref: replace(ref, rules=matching(ref.glob, ids)))
        )

    resolved = tuple(replace(rule, when=refer(rule.when), unless=refer(rule.unless)) for rule in rules)
    categories = tuple(dict.fromkeys(rule.category for rule in rules if rule.category is not None))
    return policy_of(
        ruleset("set", None, resolved, caps=caps or {}),
        actions=dict.fromkeys(categories, LADDER) if actions is None else actions,
        scope={name: condition(source, (), ids) for name, source in (scope or {}).items()},
        overrides=tuple(replace(override, when=refer(override.when)) for override in overrides),
        exceptions=tuple(replace(exception, when=refer(exception.when)) for exception in exceptions),
        **rest,
    )


def override(*rules: str, action: str | None = None, when: str | None = None, **rest: Any) -> Override:
    held = None if when is None else condition(when)
    return Override(rules, HERE, action=action, when=held, **rest)  # type: ignore[arg-type]


def points_where(when: str, **scores: int) -> PointsWhere:
    """An entry of `points`, as the loader leaves it: every rule by its identifier."""
    return PointsWhere(condition(when), scores, HERE)


def exception(name: str, when: str, **rest: Any) -> PolicyException:
    return PolicyException(name, condition(when), "a reason", HERE, **rest)


@cache
def _segmenter(name: Any, words: tuple[tuple[str, Any], ...]) -> Segmenter:
    return segment.make(name, dict(words))


def engine(*rules: Rule, budget: Budget | None = None, **rest: Any) -> Engine:
    """The engine of a policy of some rules.  Its segmenter is shared by all of the same words: each costs 0.1 s."""
    program = compile_policy(policy(*rules, **rest), budget or _budget.get())
    return Engine(program, _segmenter(program.policy.segmenter, tuple(program.learnt.words.items())))


def message(body: str = "", *parts: Part, **fields: Any) -> Message:
    return Message(body, parts=parts, fields=fields)


# --------------------------------------------------------------------------- questions


def matches(pattern: Pattern, body: str | Message) -> tuple[Match, ...]:
    """All matches of one pattern, by way of a whole engine."""
    decision = engine(rule("r", pattern.name, pattern)).decide(body)
    return decision.hits[0].matches if decision.hits else ()


def found(pattern: Pattern, body: str | Message) -> list[str]:
    """The original characters of every match."""
    return [match.text for match in matches(pattern, body)]


def spans(pattern: Pattern, body: str | Message) -> list[tuple[int, int]]:
    return [(match.start, match.end) for match in matches(pattern, body)]


def suppressed(pattern: Pattern, body: str | Message) -> list[tuple[str, str]]:
    """The matches that were dropped, each with its reason."""
    traced = engine(rule("r", pattern.name, pattern)).trace(body)
    dropped: list[Suppressed] = [drop for rules in traced.rules for drop in rules.suppressed]
    return [(drop.match.text, drop.reason) for drop in dropped]


def holds(when: str, body: str | Message, *patterns: Pattern, **rest: Any) -> bool:
    """Whether a rule with this condition hits."""
    return bool(engine(rule("r", when, *patterns, **rest)).decide(body).hits)


def value(when: str, body: str | Message, *patterns: Pattern) -> bool | None:
    """The value of a condition, of a rule that every message makes worth looking at."""
    names = tuple(pattern.name for pattern in patterns)
    asked = condition(when, names)
    always = regex("(always)", ".")
    held = Or((Has(Select("(always)", names=("(always)",))), asked))
    used = tuple(pattern for pattern in patterns if pattern.name in pattern_names(asked))
    probe = replace(rule("r", "any"), when=held, patterns=(always, *used))
    return engine(probe).trace(body).rules[0].when.children[1].value


def fraud(decision: Decision) -> CategoryScore:
    return decision.categories["fraud"]


BROKEN = tokens("broken", Token(text="坏"))
"""A pattern that fails wherever 坏 stands, within `failing()`."""


_budget: ContextVar[Budget] = ContextVar("_budget", default=BUDGET)


@contextmanager
def failing(steps: int = 0) -> Iterator[None]:
    """Engines made within it let no `tokens` pattern take more steps: without any, each fails that looks at a word."""
    token = _budget.set(Budget(token_steps=steps))
    yield
    _budget.reset(token)
