"""Rule files with one thing changed in them, and values that are no rule file at all."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

from modengine.policy import schema

KEYS = sorted({key for shape in vars(schema).values() if isinstance(shape, schema.Record) for key in shape.keys})
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 200),
    st.sampled_from(
        [
            "a",
            "demo.a",
            "fraud",
            "default",
            "any",
            "加微信",
            "a and b",
            "rule(demo.*)",
            "message.x == 'y'",
            "rules.yaml",
            "r.yaml",
            "2014-05-28",
            "{2}",
            "integer",
            "datetime",
            "all",
            "{list:a}",
            "label",
            "",
            "near(a, b, 5)",
            "them",
            "test",
        ]
    ),
    st.text(string.printable, max_size=5),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*KEYS, "a", "b"]), inner, max_size=5)
    ),
    max_leaves=30,
)
FULL = {
    "ruleset": "demo",
    "title": "T",
    "category": "fraud",
    "clauses": {"F": "x"},
    "groups": {"g": {"cap": 5}},
    "lists": {"a": ["x"]},
    "patterns": {"b": {"words": ["y"]}},
    "rules": [
        {
            "id": "demo.a",
            "title": "A",
            "score": 5,
            "clause": "F",
            "group": "g",
            "patterns": {"a": {"regex": "x{list:a}"}},
            "when": "a and b",
            "examples": {"match": ["x"]},
        },
        {"id": "demo.r", "title": "R", "relieve": {"rules": ["demo.a"], "by": 5}, "when": "b"},
    ],
}
FULL_POLICY: dict[str, Any] = {
    "policy": "p",
    "title": "T",
    "base": "r.yaml",
    "study": True,
    "period": {"from": "2014-05-28"},
    "scope": {"fraud": "any"},
    "fields": {"time": "datetime", "x": {"enum": ["y"]}},
    "rulesets": ["r.yaml"],
    "actions": {"fraud": {"label": 5}},
    "overrides": [{"rules": ["demo.a"], "score": 5}],
    "exceptions": [{"name": "n", "when": "rule(demo.a)", "reason": "r"}],
}


@st.composite
def mutated(draw: st.DrawFn, value: Any) -> Any:
    """A value with one place in it replaced, removed or added to."""
    if isinstance(value, dict) and value and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(value)))
        rest = {k: v for k, v in value.items() if k != key}
        match draw(st.integers(0, 5)):
            case 0:
                return rest
            case 1:
                return {**value, draw(st.sampled_from(KEYS)): draw(anything)}
            case _:
                return {**rest, key: draw(mutated(value[key]))}
    if isinstance(value, list) and value and draw(st.integers(0, 9)):
        at = draw(st.integers(0, len(value) - 1))
        return [*value[:at], draw(mutated(value[at])), *value[at + 1 :]]
    return draw(anything)


rulesets = st.one_of(mutated(FULL), anything)
policies = st.one_of(
    mutated(FULL_POLICY), mutated({key: value for key, value in FULL_POLICY.items() if key != "base"}), anything
)
