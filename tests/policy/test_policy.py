"""Policies: what every key becomes, bases, overrides, references across files."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from modengine.policy.condition import RuleRef, walk
from modengine.policy.fields import CHINA
from modengine.policy.load import read
from modengine.policy.model import Longer
from tests.paths import RULES
from tests.policy.loading import BASE, HEAD, POLICY, RULE, clean, rule_of


def test_a_policy_keeps_what_it_says(write: Any) -> None:
    policy = clean(write(p=BASE, r=HEAD + "rules:\n" + RULE))
    assert (policy.id, policy.title, policy.study, policy.segmenter) == ("p", "A policy", False, "rjieba")
    assert policy.fields["channel"].values == ("private", "group")
    assert {name: str(condition) for name, condition in policy.scope.items()} == {
        "default": 'message.channel == "group"', "fraud": "any",
    }  # fmt: skip
    assert policy.actions == {"fraud": {"label": 30, "block": 90}}
    assert [(str(e.when), e.name, e.reason) for e in policy.exceptions] == [("message.reposts < 5", "one", "few")]


def test_one_condition_as_scope_holds_for_every_category(write: Any) -> None:
    policy = clean(write(p=POLICY + "rulesets: [r.yaml]\nscope: any\n", r=HEAD + "rules:\n" + RULE))
    assert list(policy.scope) == ["default"]


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (
            "{from: 2014-05-28, until: 2014-06-28}",
            datetime(2014, 5, 28, tzinfo=CHINA),
            datetime(2014, 6, 29, tzinfo=CHINA),
        ),
        ("{from: '2014-05-28T08:30'}", datetime(2014, 5, 28, 8, 30, tzinfo=CHINA), None),
        ("{until: '2014-05-28T00:00:00Z'}", None, datetime(2014, 5, 28, 8, tzinfo=CHINA)),
        ("{until: 2014-05-28 00:00:00}", None, datetime(2014, 5, 28, tzinfo=CHINA)),
    ],
)  # fmt: skip
def test_a_period_counts_its_last_day_and_is_in_china_unless_it_names_a_zone(
    write: Any, period: str, start: datetime | None, end: datetime | None
) -> None:
    text = POLICY + f"rulesets: [r.yaml]\nfields: {{time: datetime}}\nperiod: {period}\n"
    found = clean(write(p=text, r=HEAD + "rules:\n" + RULE)).period
    assert found is not None
    assert (found.start, found.end, found.field) == (start, end, "time")
    assert all(moment.utcoffset() in (timedelta(hours=8), timedelta()) for moment in (found.start, found.end) if moment)


def test_an_override_changes_score_and_status_and_leaves_the_file_alone(write: Any) -> None:
    more = RULE.replace("demo.a", "demo.b")
    text = (
        POLICY + "rulesets: [r.yaml]\noverrides:\n  - {rules: [demo.*], score: 5, status: test}\n"
        "  - {rules: [demo.b], score: 7}\n"
    )
    path = write(p=text, r=HEAD + "rules:\n" + RULE + more)
    assert [(rule.score, rule.status) for rule in clean(path).rules] == [(5, "test"), (7, "test")]
    assert [rule.score for rule in clean(path.with_name("r.yaml")).rules] == [10, 10]


def test_a_reference_finds_rules_of_other_files_drafts_included(write: Any) -> None:
    path = write(
        p=POLICY + "rulesets: [r.yaml, s.yaml]\nexceptions: [{name: x, when: rule(s.*), reason: y}]\n",
        r=HEAD + "rules:\n" + RULE.replace("when: a", "when: a and rule(s.?)"),
        s="ruleset: s\ntitle: S\ncategory: c\nrules:\n  - {id: s.a, title: A, score: 1, status: draft, when: any}\n"
        "  - {id: s.b, title: B, score: 1, when: any}\n",
    )
    policy = clean(path)
    for condition in (rule_of(policy).when, policy.exceptions[0].when):
        assert [node.rules for node in walk(condition) if isinstance(node, RuleRef)] == [("s.a", "s.b")]


def test_own_keys_replace_those_of_the_base_and_lists_of_changes_follow_them(write: Any) -> None:
    path = write(
        own__q="policy: q\ntitle: Q\nbase: ../p.yaml\nactions: {fraud: {label: 1}}\nscope: any\n"
        "overrides: [{rules: [demo.a], status: test}]\nexceptions: [{name: two, when: any, reason: all}]\n",
        p=BASE, r=HEAD + "rules:\n" + RULE,
    )  # fmt: skip
    policy = clean(path)
    assert (policy.id, policy.title) == ("q", "Q")
    assert (policy.actions, list(policy.scope)) == ({"fraud": {"label": 1}}, ["default"])
    assert policy.period is not None
    assert [override.score for override in policy.overrides] == [40, None]
    assert [exception.name for exception in policy.exceptions] == ["one", "two"]
    assert (rule_of(policy).score, rule_of(policy).status) == (40, "test")


def test_what_is_asked_of_long_texts_is_that_of_the_base_unless_a_policy_has_its_own(write: Any) -> None:
    base = BASE + "longer: [{above: 80, add: 10}, {above: 320, add: 25}]\n"
    for own, expected in (("", (Longer(80, 10), Longer(320, 25))), ("longer: [{above: 0, add: 0}]\n", (Longer(0, 0),))):
        path = write(q="policy: q\ntitle: Q\nbase: p.yaml\n" + own, p=base, r=HEAD + "rules:\n" + RULE)
        assert clean(path).longer == expected


def test_points_name_rules_by_globs_and_exact_names_win(write: Any) -> None:
    rules = RULE + RULE.replace("demo.a", "demo.ab") + RULE.replace("demo.a", "other.a")
    rules += "  - {id: demo.r, title: R, relieve: {category: fraud, by: 5}, when: any}\n"
    base = BASE + 'points: [{when: message.reposts > 5, scores: {"demo.?": 1, "demo.*": 2, demo.a: 3, "*": 4}}]\n'
    for own, expected in (
        ("", {"message.reposts > 5": {"demo.a": 3, "demo.ab": 2, "other.a": 4}}),
        ("points: [{when: any, scores: {demo.ab: 0}}]\n", {"any": {"demo.ab": 0}}),
    ):
        path = write(q="policy: q\ntitle: Q\nbase: p.yaml\n" + own, p=base, r=HEAD + "rules:\n" + rules)
        assert {str(entry.when): entry.scores for entry in clean(path).points} == expected


def test_a_policy_over_a_study_is_a_study(write: Any) -> None:
    path = write(
        a="policy: a\ntitle: A\nbase: b.yaml\n",
        b="policy: b\ntitle: B\nbase: c.yaml\n",
        c=POLICY + "study: true\nrulesets: [r.yaml]\n",
        r=HEAD + "rules:\n" + RULE,
    )
    assert clean(path).study
    path.write_text(path.read_text() + "study: true\n")
    assert clean(path).study


def test_ten_bases_are_read(write: Any) -> None:
    chain = {f"b{n}": f"policy: b{n}\ntitle: B\nbase: b{n + 1}.yaml\n" for n in range(10)}
    policy = clean(write(**chain, b10=POLICY + "rulesets: [r.yaml]\n", r=HEAD + "rules:\n" + RULE))
    assert (policy.id, len(policy.files)) == ("b0", 12)


def test_a_policy_knows_the_bytes_of_every_file_it_was_read_from(write: Any) -> None:
    path = write(
        sub__p=POLICY + "rulesets: [../r.yaml]\n",
        r=HEAD + "lists: {bank: {file: lists/bank_list.txt}}\nrules:\n" + RULE.replace("[加微信]", "{list: bank}"),
        lists__bank_list="工行\n",
    )
    files = {file.path: file.data for file in clean(path).files}
    assert set(files) == {"p.yaml", "../r.yaml", "../lists/bank_list.txt"}
    assert files["../lists/bank_list.txt"] == "工行\n".encode()


def test_shipped_rules_have_no_problems() -> None:
    for path in sorted(RULES.glob("*.yaml")):
        assert [problem.render() for problem in read(path).diagnostics] == []
