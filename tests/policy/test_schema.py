"""The JSON Schema: in step with the loader, and with the files that are shipped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from modengine.policy import schema
from modengine.policy.load import read
from modengine.policy.schema import json_schema
from tests.paths import ROOT

CASES = ROOT / "tests" / "data" / "errors"
SHIPPED = sorted((ROOT / "rules").glob("*.yaml"))


class _Loader(yaml.SafeLoader):
    """YAML as an editor reads it: dates are texts."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def value_of(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=_Loader)


def validator(kind: Any) -> Any:
    return jsonschema.Draft202012Validator(json_schema(kind))


@pytest.mark.parametrize("kind", ["ruleset", "policy"])
def test_the_committed_schema_is_the_derived_one(kind: Any, golden: Callable[[Path, str], None]) -> None:
    text = json.dumps(json_schema(kind), ensure_ascii=False, indent=2) + "\n"
    golden(Path(schema.__file__).parent / f"{kind}.schema.json", text)


@pytest.mark.parametrize("kind", ["ruleset", "policy"])
def test_the_schema_is_itself_valid(kind: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(kind))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_follow_the_schema(path: Path) -> None:
    value = value_of(path)
    assert list(validator("policy" if "policy" in value else "ruleset").iter_errors(value)) == []


REFUSED = [
    "bad-choices", "empty-collections", "kinds", "missing-keys", "neither-score-nor-relieve", "negative-score",
    "options-for-other-kinds", "out-of-range", "quoted-number", "rules-as-mapping", "score-and-relieve", "unknown-keys",
    "unquoted-terms", "unquoted-texts", "wrong-types", "long-term", "policy-missing-keys", "bad-ladder-values",
]  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_loader_refuses_for_its_shape_the_schema_refuses_too(name: str) -> None:
    policy = CASES / name / "policy.yaml"
    path = policy if policy.exists() else CASES / name / "ruleset.yaml"
    assert list(validator("policy" if policy.exists() else "ruleset").iter_errors(value_of(path)))


def test_every_key_is_described() -> None:
    for kind in ("ruleset", "policy"):
        for name, record in json_schema(kind)["$defs"].items():  # type: ignore[union-attr,arg-type,index,attr-defined]
            for key, shape in record["properties"].items():
                assert shape["description"], f"{name}.{key}"


def test_a_file_that_uses_every_key_is_taken_by_both(tmp_path: Path) -> None:
    (tmp_path / "terms.txt").write_text("银行\n", "utf-8")
    (tmp_path / "list.yaml").write_text("specimen: a-list\nentries: list.jsonl\n", "utf-8")
    ruleset, policy = tmp_path / "r.yaml", tmp_path / "p.yaml"
    ruleset.write_text(FULL_RULESET, "utf-8")
    policy.write_text(FULL_POLICY, "utf-8")
    for path, kind in ((ruleset, "ruleset"), (policy, "policy")):
        assert [problem.render() for problem in read(path).diagnostics] == []
        assert list(validator(kind).iter_errors(value_of(path))) == []
        used = set(_keys(value_of(path)))
        for name, record in json_schema(kind)["$defs"].items():  # type: ignore[arg-type,union-attr,attr-defined,index]
            assert set(record["properties"]) - used - {"base"} == set(), name


def _keys(value: Any) -> Any:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


FULL_RULESET = """
ruleset: demo
title: A demonstration
category: fraud
description: Every key of the language.
page: docs/{rule}.md
clauses: {F4: Messages that pose as a bank}
groups: {links: {cap: 60}}
lists:
  bank: {file: terms.txt}
  act: [登录, 登陆]
patterns:
  negated: {words: [不会, 请勿]}
rules:
  - id: demo.a
    title: Poses as a bank
    description: Why it is there.
    clause: F4
    status: test
    score: 60
    group: links
    patterns:
      who: {words: {list: bank}, initials: true, spelled: true, near_miss: false}
      what: {text: [失效, {list: act}], gaps: 2, repeats: true, sounds_like: true, looks_like: true, weight: 0.5}
      forms: {words: [prize], inflect: true}
      typed: {words: [微信], in_disguise: true, weight: 1}
      case: {words: [VX], case: exact, outside: [quotes, urls, mentions], part: [text, ocr]}
      link: {regex: 'https?://|{list:act}', boundary: words}
      named: {text: [失效], field: [title, labels], part: [text]}
      hidden: {text: [转账], undisguised: true}
      pay: {entity: rate, per: [hour], currency: CNY, at_least: 150, at_most: 5000}
      reach: {entity: contact, kind: [wechat, qq], disguised: true}
      short: {entity: link, shortened: true}
      other: {entity: link, suffix: top, own: false}
      soon: {entity: deadline, within: 48h}
      from: {entity: sender, in: bank}
      you: {entity: person, who: second, number: [singular, plural]}
      seq: {tokens: [{text: 加, op: "?"}, {in: act}, {like: handle}, {pos: v}]}
    when: all of them
    unless: near(negated, what, 12)
    falsepositives: [real notices]
    references: ["https://example.org"]
    tags: [young]
    examples:
      match:
        - 您的网银失效
        - {text: x, id: one, channel: group, labels: [a], parts: [{kind: ocr, text: y}]}
      pass: [我们不会]
      known_miss: []
      known_false_alarm: []
  - {id: demo.b, title: A warning, relieve: {category: fraud, by: 40}, when: negated}
  - {id: demo.c, title: A warning, relieve: {rules: [demo.a], by: all}, when: negated}
"""
FULL_POLICY = """
policy: demo
title: A policy
description: Every key.
study: true
segmenter: jieba
period: {from: 2014-05-28, until: 2014-06-28}
scope: {fraud: any, default: message.channel == "group"}
fields:
  channel: {enum: [private, group]}
  reposts: {type: integer, default: 0}
  time: datetime
  title: string
  labels: {type: string, list: true, default: [none]}
rulesets: [r.yaml]
specimens: [list.yaml]
actions: {fraud: {label: 30, review: 50, block: 90}}
longer: [{above: 80, add: 10}]
points:
  - {when: message.channel == "group", scores: {demo.a: 12, "demo.*": 0}}
overrides:
  - {rules: [demo.a], score: 40, status: stable}
  - {tags: [young], action: label, when: message.reposts > 500}
exceptions:
  - {name: bulletin, when: rule(demo.*), reason: a study}
  - {name: fair, rules: [demo.a], tags: [young], when: message.reposts > 5, reason: stalls, until: 2199-05-31}
"""
