"""Files that find each other, rulesets alone, and what is left out when it is wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from modengine.errors import PolicyError
from modengine.policy.condition import RuleRef, walk
from modengine.policy.files import shipped_in
from modengine.policy.limits import PolicyBudget
from modengine.policy.load import load_policy, policy_of, read, read_text
from tests.policy.loading import BASE, HEAD, POLICY, RULE, clean, codes, rule_of

DEFERRING = """rules:
  - id: demo.a
    title: A
    score: 10
    when: >-
      rule(other.*) and message.reposts > 5 and message.channel in ("x", "y") and message.viral == true
      and message.time > "2014-05-28"
  - {id: demo.r, title: R, relieve: {category: other, by: 1}, when: any}
  - {id: demo.s, title: S, relieve: {rules: [other.*, '*.r'], by: 1}, when: any}
"""


def test_a_lone_ruleset_defers_what_only_a_policy_knows(write: Any) -> None:
    text = HEAD + DEFERRING
    policy = clean(write(r=text))
    assert {name: field.kind for name, field in policy.fields.items()} == {
        "reposts": "number", "channel": "string", "viral": "boolean", "time": "datetime",
    }  # fmt: skip
    assert [node.rules for node in walk(rule_of(policy).when) if isinstance(node, RuleRef)] == [()]


def test_a_ruleset_taken_out_of_a_policy_forgets_the_rules_of_other_files(write: Any) -> None:
    path = write(
        p=POLICY + "rulesets: [r.yaml, s.yaml]\n",
        r=HEAD + "rules:\n" + RULE.replace("when: a", "when: a and rule(*.b)") + RULE.replace("demo.a", "demo.b"),
        s="ruleset: s\ntitle: S\ncategory: c\nrules:\n  - {id: s.b, title: B, score: 1, when: any}\n",
    )
    first = clean(path).rulesets[0]
    assert [node.rules for node in walk(first.rules[0].when) if isinstance(node, RuleRef)] == [("demo.b", "s.b")]
    alone = policy_of(first)
    assert [node.rules for node in walk(rule_of(alone).when) if isinstance(node, RuleRef)] == [("demo.b",)]


def test_rules_that_are_wrong_are_left_out_and_the_others_kept(write: Any) -> None:
    path = write(
        p=POLICY + "rulesets: [r.yaml, gone.yaml]\nactions: {fraud: {label: 5}, other: {label: 1}}\n",
        r=HEAD
        + "rules:\n"
        + RULE
        + RULE.replace("demo.a", "demo.b").replace("when: a", "when: b")
        + RULE.replace("demo.a", "demo.c").replace("when: a", "when: a and rule(demo.b) and rule(gone.x)"),
    )
    loaded = read(path)
    assert loaded.policy is not None
    assert [rule.id for rule in loaded.policy.rules] == ["demo.a", "demo.c"]
    assert codes(loaded) == ["ME101", "ME301"]


def test_what_is_wrong_is_no_second_error_where_it_is_named(write: Any) -> None:
    text = (
        HEAD
        + """lists: {bad: {file: gone.txt}}
clauses: {F4: [x]}
groups: {g: {cap: much}}
patterns: {shared: {words: 加}}
rules:
  - {id: demo.a, title: A, score: 10, clause: F4, group: g, patterns: {a: {words: {list: bad}}}, when: a and shared}
"""
    )
    assert sorted(codes(read(write(r=text)))) == ["ME101", "ME203", "ME203", "ME203"]


def test_problems_are_sorted_by_place_over_all_files(write: Any) -> None:
    path = write(
        p=POLICY + "rulesets: [s.yaml, r.yaml]\nx: 1\n",
        r=HEAD + "rules:\n" + RULE + "y: 1\nz: 1\n",
        s="ruleset: s\ntitle: S\nrules: []\nw: 1\n",
    )
    places = [problem.location for problem in read(path).diagnostics]
    assert places == sorted(places)
    assert {Path(place.file).name for place in places} == {"p.yaml", "r.yaml", "s.yaml"}


def test_load_policy_raises_all_problems_at_once(write: Any) -> None:
    path = write(p=POLICY + "rulesets: [r.yaml]\nx: 1\n", r=HEAD + "rules:\n" + RULE + "y: 1\n")
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    assert [problem.code for problem in caught.value.diagnostics] == ["ME201", "ME201"]


def test_load_policy_gives_the_policy_of_clean_files(write: Any) -> None:
    assert load_policy(write(p=BASE, r=HEAD + "rules:\n" + RULE)).id == "p"


@pytest.mark.parametrize(("wrong", "meant"), [("rulest", "ruleset"), ("polcy", "policy")])
def test_the_misspelt_key_is_named_and_no_key_that_is_right(write: Any, wrong: str, meant: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(write(r=f"{wrong}: r\nrules: []\nrulesets: []\n"))
    assert caught.value.diagnostics[0].hint == f"`{wrong}` should probably be `{meant}`"


def test_a_ruleset_is_no_policy(write: Any) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(write(r=HEAD + "rules:\n" + RULE))
    assert [problem.code for problem in caught.value.diagnostics] == ["ME206"]
    assert "rulesets" in caught.value.diagnostics[0].hint


def test_a_folder_is_no_rule_file(tmp_path: Path) -> None:
    assert codes(read(tmp_path)) == ["ME102"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_named_pipe_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert codes(read(tmp_path / "pipe.yaml")) == ["ME102"]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no device files on this system")
def test_an_endless_device_is_refused() -> None:
    assert codes(read("/dev/zero")) == ["ME102"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(write: Any) -> None:
    path = write(r=HEAD + "rules:\n" + RULE)
    path.chmod(0)
    assert codes(read(path)) == ["ME102"]


def test_a_link_does_not_lead_a_list_out_of_the_folder(write: Any, tmp_path: Path) -> None:
    path = write(
        rules__r=HEAD + "lists: {a: {file: link.txt}}\nrules:\n" + RULE.replace("[加微信]", "{list: a}"),
        secret_list="x\n",
    )
    (path.parent / "link.txt").symlink_to(tmp_path / "secret_list.txt")
    assert codes(read(path)) == ["ME205"]


def test_a_list_may_lie_anywhere_under_the_folder_of_the_policy(write: Any) -> None:
    path = write(
        p=POLICY + "rulesets: [rules/r.yaml]\n",
        rules__r=HEAD + "lists: {a: {file: ../lists/a_list.txt}}\nrules:\n" + RULE.replace("[加微信]", "{list: a}"),
        lists__a_list="x\n",
    )
    assert codes(read(path)) == []
    assert codes(read(path.parent / "rules" / "r.yaml")) == ["ME205"]


def test_a_list_of_too_many_terms_is_refused(write: Any) -> None:
    path = write(
        r=HEAD + "lists: {a: {file: a_list.txt}}\nrules:\n" + RULE.replace("[加微信]", "{list: a}"),
        a_list="x\n" * 100_001,
    )
    assert codes(read(path)) == ["ME103"]


def test_a_list_that_changed_is_read_again_and_a_ruleset_that_did_not_is_paid_again(write: Any) -> None:
    rules = HEAD + "lists: {l: {file: a_list.txt}}\nrules:\n" + RULE.replace("[加微信]", "{list: l}")
    path = write(r=rules, a_list="甲\n乙\n")
    first = clean(path)
    assert clean(path).rules[0].patterns[0] is first.rules[0].patterns[0]
    assert codes(read(path, PolicyBudget(terms=3))) == ["ME606"]
    path = write(r=rules, a_list="甲\n丙\n")
    assert clean(path).rules[0].patterns[0].terms == ("甲", "丙")


def test_a_long_chain_of_references_is_followed(write: Any) -> None:
    rules = "".join(f"  - {{id: r{n}, title: R, score: 1, when: rule(r{n + 1})}}\n" for n in range(3000))
    assert codes(read(write(r=HEAD + "rules:\n" + rules + "  - {id: r3000, title: R, score: 1, when: any}\n"))) == []


@pytest.mark.parametrize("written", ["campaign-2014", "campaign-2014.yaml"])
def test_the_name_of_a_shipped_policy_as_a_base_is_answered_with_the_one_that_it_has_there(
    tmp_path: Path, written: str
) -> None:
    policy = tmp_path / "mine.yaml"
    policy.write_text(f"policy: mine\ntitle: T\nbase: {written}\n", "utf-8")
    (found,) = read(policy).diagnostics
    assert (found.code, found.hint) == ("ME101", "a shipped policy is named `modengine:campaign-2014` in a file")
    (found,) = read(written).diagnostics
    assert (found.code, found.hint) == ("ME101", "a shipped policy is named `modengine:campaign-2014`")
    policy.write_text("policy: mine\ntitle: T\nbase: modengine:campaign-2014\n", "utf-8")
    assert codes(read(policy)) == []


@pytest.mark.parametrize("written", ["text: [骗, 诈]", "regex: '骗.{2}诈'", "tokens: [{text: 骗}]"])
def test_a_pattern_is_the_same_wherever_it_is_written(written: str) -> None:
    text = "ruleset: a\ntitle: A\ncategory: fraud\nrules:\n  - id: fraud.a\n    title: A\n    score: 50\n    when: w\n"
    text += f"    patterns:\n      w: {{{written}, field: title}}\n"
    found = [read_text(moved, "a.yaml").ruleset for moved in (text, f"# a line more\n{text}")]
    here, there = [ruleset.rules[0].patterns[0] for ruleset in found if ruleset is not None]
    assert here != there
    assert here.without_places() == there.without_places()


def test_a_comment_names_no_shipped_file() -> None:
    named = b"policy: a\nbase: modengine:b@>=0.1\nrulesets:\n  - + modengine:c\n  - modengine:d\n  - e.yaml\n"
    assert shipped_in(b"# modengine:x\n" + named) == {"b", "c", "d"}
    assert shipped_in(b"policy: modengine:x\nbase: [modengine:y]\n") == set()
    assert shipped_in(b"modengine:x \xff") == set()
