"""The revision: a digest of everything that can change a decision, and of nothing else.

Comments, titles, examples, references, draft rules, unused lists and the order of terms change no
decision and so no revision.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import asdict, astuple
from functools import lru_cache
from typing import Any

import msgspec

from modengine.engine.budget import BUDGET, Budget
from modengine.entities import tables as entity_tables
from modengine.policy.condition import Condition
from modengine.policy.model import Field, Pattern, Policy, Rule
from modengine.text import segment, tables
from modengine.text.libraries import version

RULES_OF_MATCHING = 5
"""Raised when the engine would decide a message otherwise than the release before it."""


def pattern_key(pattern: Pattern) -> tuple[Any, ...]:
    """All of a pattern that can change what it finds; two patterns with one key share a matcher."""
    return (
        pattern.kind,
        pattern.terms,
        pattern.regex,
        tuple((t.text, t.among, t.like, t.pos, t.low, t.high) for t in pattern.tokens),
        pattern.gaps,
        pattern.repeats,
        pattern.sounds_like,
        pattern.looks_like,
        pattern.initials,
        pattern.weight if pattern.is_fuzzy else None,
        pattern.boundary,
        tuple(sorted(pattern.outside)),
        None if pattern.parts is None else tuple(sorted(pattern.parts)),
        pattern.exact_case,
        pattern.undisguised,
        None if pattern.entity is None else _entity(pattern.entity),
        *(("spelled",) if pattern.spelled else ()),
    )


_entity = lru_cache(4096)(astuple)
"""Each pattern is asked for its key several times."""


def revision(policy: Policy, boundary: str = "not-straddling", budget: Budget = BUDGET) -> str:
    """`sha256:` and 64 hexadecimal digits.  `boundary` and `budget` count where they are not those of the language."""
    content = {
        "engine": RULES_OF_MATCHING,
        "segmenter": segment.identity(policy.segmenter),
        "tables": tables.digest(),
        "entities": entity_tables.digest(),
        "unicode": unicodedata.unidata_version,
        "regex": version("regex"),
        "pinyin": version("pypinyin"),
        "policy": content_of(policy),
    }
    if boundary != "not-straddling":
        content["boundary"] = boundary
    if budget != BUDGET:
        content["budget"] = asdict(budget)
    return "sha256:" + hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def content_of(policy: Policy) -> dict[str, Any]:
    """All of a policy that can change a decision, drafts left out."""
    caps = {f"{s.id}/{group}": cap for s in policy.rulesets for group, cap in s.caps.items()}
    content = {
        "id": policy.id,
        "study": policy.study,
        "period": None if policy.period is None else [policy.period.start, policy.period.end, policy.period.field],
        "scope": {name: _condition(condition) for name, condition in policy.scope.items()},
        "fields": {f.name: _field(f) for f in policy.fields.values()},
        "actions": policy.actions,
        "caps": caps,
        "categories": policy.categories,
        "rules": [_rule(rule) for rule in policy.rules if rule.status != "draft"],
        "overrides": [
            [sorted(o.rules), o.action, _condition(o.when)] for o in policy.overrides if o.action is not None
        ],
        "exceptions": [[e.name, _condition(e.when)] for e in policy.exceptions],
    }
    if policy.longer:
        content["longer"] = [[entry.above, entry.add] for entry in policy.longer]
    if policy.points:
        live = {rule.id for rule in policy.rules if rule.status != "draft"}
        content["points"] = [
            [_condition(entry.when), {rule: score for rule, score in entry.scores.items() if rule in live}]
            for entry in policy.points
        ]
    return content


def _field(field: Field) -> list[Any]:
    more = [field.is_list, field.default] if field.is_list or field.default is not None else []
    return [field.kind, sorted(field.values), *more]


def _rule(rule: Rule) -> dict[str, Any]:
    relief = rule.relief
    return {
        "id": rule.id,
        "ruleset": rule.ruleset,
        "category": rule.category,
        "clause": rule.clause,
        "status": rule.status,
        "group": rule.group,
        "score": rule.score,
        "relief": None if relief is None else [relief.category, relief.rules, relief.by],
        "when": _condition(rule.when),
        "unless": _condition(rule.unless),
        "patterns": {p.name: _pattern(p) for p in rule.patterns},
    }


def _pattern(pattern: Pattern) -> list[Any]:
    kind, terms, *rest = pattern_key(pattern)
    return [kind, sorted(set(terms)), *rest]


def _condition(condition: Condition | None) -> str | None:
    return None if condition is None else str(condition)
