"""Fields in files: as a policy declares them, as a lone ruleset uses them, as `modengine format` writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from modengine.policy.compare import guessed
from modengine.policy.layout.format import formatted
from modengine.policy.load import read
from modengine.policy.model import Field
from modengine.policy.packed import packed, unpacked
from modengine.policy.schema import POLICY, RULESET

RULES = """\
ruleset: r
title: T
category: c
rules:
  - id: c.a
    title: A
    score: 5
    patterns:
      p: {text: [甲], field: [title, words]}
    when: >-
      p and message.tags has any of ("a", "b") and count(message.sizes) > 1 and message.karma < 10
      and has(message.x)
    examples:
      match: [{text: x, x: 5, title: 甲, words: [甲], tags: [a, 2, null], sizes: [1, 2.5], karma: 3}]
"""


def test_a_lone_ruleset_has_the_fields_that_it_uses(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(RULES, "utf-8")
    loaded = read(tmp_path / "r.yaml")
    assert loaded.diagnostics == ()
    assert loaded.ruleset is not None
    assert guessed(loaded.ruleset.rules) == {
        field.name: field
        for field in (
            Field("title", "string"), Field("words", "string", is_list=True), Field("tags", "string", is_list=True),
            Field("sizes", "any", is_list=True), Field("karma", "number"), Field("x", "any"),
        )
    }  # fmt: skip
    [example] = loaded.ruleset.rules[0].examples.match
    assert example.message.fields["tags"] == ("a", 2)
    policy = loaded.any_policy
    assert policy is not None
    assert unpacked(packed(policy)) == policy


DECLARED = """\
policy: p
title: T
fields:
  a: {type: integer, default: 5}
  b: {enum: [x, y], default: y}
  c: {type: string, list: true, default: [x, "1"]}
  d: {type: datetime, default: 2014-05-28}
  e: {enum: [x, y], list: true, default: []}
  f: {type: boolean, default: false}
  g: {type: number, default: 0.5}
rulesets: [r.yaml]
"""


def test_fields_have_defaults_and_lists(tmp_path: Path) -> None:
    rules = RULES.replace("    patterns:\n      p: {text: [甲], field: [title, words]}\n", "").partition("    when")[0]
    (tmp_path / "r.yaml").write_text(rules + "    when: message.a == 5\n", "utf-8")
    (tmp_path / "p.yaml").write_text(DECLARED, "utf-8")
    loaded = read(tmp_path / "p.yaml")
    assert loaded.diagnostics == ()
    assert loaded.policy is not None
    fields = loaded.policy.fields
    assert {name: field.default for name, field in fields.items() if name != "d"} == {
        "a": 5, "b": "y", "c": ("x", "1"), "e": (), "f": False, "g": 0.5
    }  # fmt: skip
    assert str(fields["d"].default) == "2014-05-28 00:00:00+08:00"
    assert [name for name, field in fields.items() if field.is_list] == ["c", "e"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "fields: {a: {default: 5, list: false, type: integer}}\n",
            "fields: {a: {type: integer, list: false, default: 5}}\n",
        ),
        ("fields:\n  a:\n    default: x\n    enum: [x]\n", "fields:\n  a:\n    enum: [x]\n    default: x\n"),
    ],
)
def test_the_keys_of_a_field_are_put_in_order(text: str, expected: str) -> None:
    assert formatted("policy: p\ntitle: T\n" + text, POLICY) == "policy: p\ntitle: T\n" + expected


def test_a_field_stands_behind_the_parts_of_a_pattern() -> None:
    rules = RULES.replace(
        "{text: [甲], field: [title, words]}", "{near_miss: false, field: title, part: [text], text: [甲]}"
    )
    assert "{text: [甲], part: [text], field: title, near_miss: false}" in formatted(rules, RULESET)
