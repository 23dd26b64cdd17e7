"""What a careful reader would object to: each check with what it finds and what it lets pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import modengine
from modengine.checks.run import CHECKS, check, check_paths
from modengine.codes import CODES
from modengine.errors import Diagnostic, Location
from modengine.model import Message
from modengine.policy.model import Example, Examples, Override, Period, Policy, SourceFile, TermList, Token
from tests import build
from tests.build import HERE, regex, rule, text, tokens, words

A = words("a", "微信", "转账")
SHOWN = Examples(match=(Example(Message("微信"), HERE),), passes=(Example(Message("好"), HERE),))


def ruled(*rules: Any, **content: Any) -> Policy:
    """A policy whose only ruleset has lists, shared patterns or clauses."""
    policy = build.policy(*rules)
    [ruleset] = policy.rulesets
    return replace(policy, rulesets=(replace(ruleset, **content),))


def terms(name: str, *entries: str) -> TermList:
    return TermList(
        name, entries, Location("list.txt"), tuple(Location("list.txt", n) for n in range(1, len(entries) + 1))
    )


def placed(pattern: Any) -> Any:
    return replace(pattern, term_places=tuple(Location("p.yaml", 1, n) for n in range(1, len(pattern.terms) + 1)))


def of(pattern: Any) -> Policy:
    return ruled(rule("r", "p", pattern))


def clauses(**stated: str) -> dict[str, Any]:
    return {"clauses": stated, "clause_places": {name: Location("c.yaml", n) for n, name in enumerate(stated, 1)}}


def scoped(id_: str, when: str, **rest: Any) -> Policy:
    """A rule in a policy whose scope is private messages."""
    policy = build.policy(rule(id_, when, A), scope={"default": PRIVATE}, **rest)
    return replace(policy, rulesets=tuple(replace(ruleset, path="other.yaml") for ruleset in policy.rulesets))


def elsewhere(when: str, *patterns: Any) -> Policy:
    """A rule that asks for another, in a policy of two files."""
    asking = rule("s", when, A, *patterns, rules=["r"], category="rumour")
    more = replace(build.ruleset("set", "fraud", [ONE]), path="other.yaml")
    return build.policy_of(build.ruleset("asking", "rumour", [asking]), more)


def overridden(first: list[str], what: str, second: list[str], then: str, file: str = HERE.file) -> Policy:
    """A rule `r` as two overrides leave it, which stand in one file or in two."""
    made = [
        Override(tuple(rules), Location(place, line), **eval(f"dict({options})", {"GROUPS": GROUPS}))
        for line, (rules, options, place) in enumerate(((first, what, HERE.file), (second, then, file)), 1)
    ]
    return build.policy(ONE, rule("q", "a", B, words("a", "加油")), overrides=tuple(made))


def listed_on(*pieces: str) -> Policy:
    """A pattern whose terms stand on one line with what is between them."""
    before = "p: {words: ["
    places = [Location(HERE.file, 1, len(before + "".join(pieces[:at])) + 1) for at in range(0, len(pieces), 2)]
    pattern = replace(words("p", *pieces[::2]), term_places=tuple(places))
    line = f"{before}{''.join(pieces)}]}}\n"
    return replace(of(pattern), files=(SourceFile(HERE.file, line.encode()),))


B, C = words("b", "红包"), words("c", "支付", "微信")
NEAR, PRIVATE, GROUP = "near(a, b, 5)", 'message.channel == "private"', 'message.channel == "group"'
NOWHERE, GROUPS = f"{PRIVATE} and {GROUP}", build.condition(GROUP)
JUNE = Period(datetime(2014, 6, 1, tzinfo=UTC), datetime(2014, 7, 1, tzinfo=UTC))
AFTER = "message.time > 2014-07-02 00:00:00+08:00 message.time >= 2014-07-01 00:00:00+00:00"
GROUPED = rule("r", "a", A, group="g"), rule("s", "b", B, group="g")
LISTED = replace(A, lists=("apps",))
ELSEWHERE = Location("elsewhere.yaml")
ONE, TWO = rule("r", "a", A, clause="F1"), rule("s", "a", A, category="rumour")
USING = rule("r", "a", LISTED)

CASES: dict[str, tuple[list[tuple[Policy, list[str]]], list[Policy]]] = {
    "unused-lists": (
        [
            (ruled(ONE, lists=(terms("apps", "微信"),)), ["ME801 apps"]),
            (ruled(USING, lists=(terms("apps", "微信"), terms("banks", "网银"))), ["ME801 banks"]),
        ],
        [
            ruled(ONE),
            ruled(USING, lists=(terms("apps", "微信"),)),
            ruled(ONE, shared=(LISTED,), lists=(terms("apps", "微信"),)),
        ],
    ),
    "unused-shared-patterns": (
        [(ruled(ONE, shared=(text("b", "好"),)), ["ME802 b"])],
        [ruled(ONE), ruled(ONE, shared=(A,))],
    ),
    "clauses": (
        [
            (ruled(ONE, **clauses(F1="x", F2="y")), ["ME803 F2"]),
            (ruled(rule("r", "a", A)), ["ME804 r"]),
        ],
        [ruled(ONE, **clauses(F1="x")), ruled(rule("r", "a", A, clause="F1", status="draft"), **clauses(F1="x"))],
    ),
    "regex-without-gate": (
        [(of(regex("p", source)), ["ME805 p"]) for source in (r"\d+", "微信|.", "(?:微信){e<=1}")],
        [ruled(ONE), *(of(regex("p", source)) for source in (r"加\d+", "微信|网银", "(", "(?:a{300}){300}"))],
    ),
    "catastrophic-regex": (
        [(of(regex("p", "(?:加+)+微信")), ["ME811 p"])],
        [ruled(ONE), *(of(regex("p", source)) for source in ("加+微信", "(?:加++)+微信", "(", "(?:a{300}){300}"))],
    ),
    "short-fuzzy-terms": (
        [
            *((of(placed(text("p", "微", "加", **{how: True}))), ["ME808 p"]) for how in ("sounds_like", "looks_like")),
            (of(placed(text("p", "zha", "妹妹", sounds_like=True))), ["ME808 p"]),
            (of(placed(text("p", "呵呵呵", looks_like=True))), ["ME808 p"]),
        ],
        [of(text("p", "加")), of(text("p", "微信", "加", sounds_like=True))],
    ),
    "duplicate-terms": (
        [
            (of(placed(text("p", "微信", "转账", "微信"))), ["ME810 微信 p"]),
            (of(placed(text("p", "网银", "網銀"))), ["ME810 網銀 p 网银"]),
            (of(placed(text("p", "vx", "ＶＸ"))), ["ME810 ＶＸ p vx"]),
            (ruled(ONE, lists=(terms("apps", "微信", "微讯", "微信"),)), ["ME810 微信 apps"]),
        ],
        [of(placed(text("p", "微信", "微讯"))), ruled(ONE, lists=(terms("apps", "微信", "微讯"),))],
    ),
    "examples": (
        [
            (ruled(rule("r", "a", A)), ["ME807 r match pass"]),
            (ruled(rule("r", "a", A, examples=replace(SHOWN, match=()))), ["ME807 r match"]),
            (ruled(rule("r", "a", A, examples=replace(SHOWN, passes=()))), ["ME807 r pass"]),
        ],
        [
            ruled(rule("r", "a", A, examples=SHOWN)),
            ruled(rule("r", "a", A, status="draft")),
            ruled(rule("r", "a", A, status="test")),
        ],
    ),
    "actions": (
        [
            (build.policy(ONE, TWO, actions={"fraud": {"label": 1}}), ["ME806 rumour"]),
            (build.policy(ONE, TWO, actions={"fraud": {"label": 1}, "rumour": {}}), ["ME806 rumour"]),
        ],
        [build.policy(ONE, TWO), build.policy(ONE, TWO, actions={})],  # without any, it is a ruleset checked alone
    ),
    "meaning": (
        [
            (ruled(rule("r", "a and not a", A)), ["ME812 when r a not a"]),
            (ruled(rule("r", "a or count(a) < 0", A)), ["ME812 when r count(a) < 0"]),
            (ruled(rule("r", "a and count(a) >= 0", A)), ["ME813 when r count(a) >= 0"]),
            (ruled(rule("r", "a and (b or not b)", A, B)), ["ME813 when r b not b"]),
            (ruled(rule("r", "not (a or near(a, b, 5))", A, B)), [f"ME814 when r {NEAR} a {NEAR} a"]),
            (ruled(rule("r", "a and (b or a)", A, B)), ["ME814 when r b or a a"]),
            (ruled(rule("r", NEAR, A, B, unless="b")), [f"ME815 r {NEAR} b {NEAR} b"]),
            (ruled(rule("r", "not a", A, B, unless=NEAR)), [f"ME814 unless r {NEAR} when {NEAR} a"]),
            (ruled(rule("r", "a", A), rule("s", "b", words("b", "转账", "微信"))), ["ME816 s r"]),
            (ruled(rule("r", "2 of (a, b)", A, B), rule("s", "a or b", A, B)), ["ME817 r s"]),
            (scoped("r", 'a and message.channel == "group"'), ['ME812 r message.channel == "private" channel']),
            (scoped("r", 'a and message.time > "2014-07-02"', period=JUNE), [f"ME812 r {AFTER}"]),
            (build.policy(ONE, scope={"default": NOWHERE}), [f"ME812 default {PRIVATE} {GROUP} channel"]),
            (elsewhere("rule(r) and not a"), ["ME812 when s rule(r) not a rule(r) a"]),
        ],
        [
            ruled(rule("r", "a or count(b) >= 2", A, B), rule("s", "b and length > 9", A, B, unless="near(b, a, 5)")),
            ruled(rule("r", "a and (message.pinned == true or not message.pinned == true)", A)),  # it may be missing
            ruled(rule("r", "a", A), rule("s", "a and b", A, B, status="test")),
            ruled(rule("r", "a", A), rule("s", "a", A, category="rumour")),
            ruled(rule("r", "a", A), rule("s", "rule(r) and b", B)),
            ruled(rule("s", "rule(other.file) and a", A)),
            scoped("r", 'a and message.channel != "group"'),
            elsewhere("rule(r) and not b", B),
            build.policy(
                ONE,
                build.relief("s", f"a and {GROUP}", A),
                scope={"fraud": GROUP, "default": PRIVATE},
            ),
        ],
    ),
    "ladders": (
        [
            (build.policy(ONE), ["ME818 block fraud"]),
            (
                build.policy(rule("r", "a", A, status="test")),
                ["ME806 label fraud", "ME818 review fraud", "ME818 block fraud"],
            ),
            (build.policy(*GROUPED, caps={"g": 80}), ["ME818 block fraud"]),
        ],
        [
            build.policy(*GROUPED),
            build.policy(*GROUPED, caps={"g": 90}),
            build.policy(ONE, overrides=(Override(("r",), HERE, action="block"),)),
        ],
    ),
    "exceptions": (
        [
            (build.policy(ONE, exceptions=(build.exception("e", "any", until="2014-05-28"),)), ["ME830 e"]),
            (build.policy(ONE, rule_exceptions=(build.exception("e", "any", until="2014-05-28"),)), ["ME830 e"]),
        ],
        [
            build.policy(ONE, exceptions=(build.exception("e", "any"),)),
            build.policy(ONE, exceptions=(build.exception("e", "any", until="2199-05-28"),)),
        ],
    ),
    "idle-reliefs": (
        [
            (
                replace(build.policy(ONE, build.relief("s", "a", A, category="rumour")), place=ELSEWHERE),
                ["ME831 s rumour"],
            )
        ],
        [
            replace(build.policy(ONE, build.relief("s", "a", A, category="fraud")), place=ELSEWHERE),
            build.policy(ONE, build.relief("s", "a", A, category="rumour")),  # a ruleset alone
        ],
    ),
    "overrides": (
        [
            (overridden(["r"], "score=30", ["*"], "score=20"), ["ME819 score *"]),
            (overridden(["r"], "status='draft'", ["r"], "status='stable'"), ["ME819 status r"]),
            (overridden(["r"], "action='label'", ["r"], "action='review'"), ["ME819 action r"]),
            (overridden(["r"], "action='label'", ["r"], "action='label'"), ["ME819 action r"]),
            (overridden(["r"], "action='review'", ["r"], "action='label', when=GROUPS"), ["ME819 action r"]),
        ],
        [
            overridden(["*"], "score=30", ["r"], "score=20"),
            overridden(["r"], "score=30", ["r"], "status='test'"),
            overridden(["r"], "action='label'", ["r"], "action='review', when=GROUPS"),
            overridden(["r"], "score=30", ["r"], "score=20", file="study.yaml"),
        ],
    ),
    "one-character-words": (
        [
            (of(placed(words("p", "骗", "微信"))), ["ME820 骗 p"]),
            (of(placed(words("p", "骗", "微信", sounds_like=True))), ["ME820 骗 p"]),
            (of(placed(words("p", *"骗钱贷款卡密"))), ["ME820 骗 钱 贷 款 卡 p"]),
            (ruled(USING, lists=(terms("apps", "骗"),)), ["ME820 骗 apps"]),
        ],
        [
            of(placed(text("p", "骗"))),
            ruled(rule("r", "near(p, a, 5)", placed(words("p", "骗")), A)),
        ],
    ),
    "odd-terms": (
        [
            (of(placed(text("p", " 骗"))), ["ME821 p  骗"]),
            (of(placed(words("p", "加*信"))), ["ME822 * 加*信 p"]),
            (ruled(USING, lists=(terms("apps", "微*"),)), ["ME822 * 微* apps"]),
        ],
        [of(placed(text("p", "加*信"))), of(placed(words("p", "加 微信")))],
    ),
    "split-terms": (
        [
            (listed_on("日入1", ",", "000元"), ["ME823 日入1 p 000元"]),
            (listed_on("微信", ", ", "转账", ",", "红包", ", ", "支付"), ["ME823 转账 p 红包"]),
        ],
        [
            listed_on("日入1", ", ", "000元"),
            listed_on("微信", ",", "转账", ",", "红包"),
            listed_on("日入1", ",", "0000元"),
        ],
    ),
    "terms-that-count-twice": (
        [
            (ruled(rule("r", "2 of (a, c)", A, C)), ["ME824 2 of (a, c) r 微信 a c"]),
            (ruled(rule("r", "a and c", A, C)), ["ME824 a and c r 微信 a c"]),
            (ruled(rule("r", "near(a, c, 5)", A, C)), ["ME824 near(a, c, 5) r 微信 a c"]),
        ],
        [
            ruled(rule("r", "a or c", A, C)),
            ruled(rule("r", "before(a, c, 5)", A, C)),
            ruled(rule("r", "a and b", A, B)),
            ruled(rule("r", "a and c", replace(A, parts=("text",)), replace(C, parts=("ocr",)))),
        ],
    ),
    "contradicting-examples": (
        [
            (ruled(rule("r", "a", A, examples=replace(SHOWN, known_miss=SHOWN.match))), ["ME825 r known_miss match"]),
            (ruled(rule("r", "a", A, examples=replace(SHOWN, passes=SHOWN.match))), ["ME825 r pass match"]),
        ],
        [
            ruled(rule("r", "a", A, examples=SHOWN)),
            ruled(rule("r", "a", A, examples=SHOWN), rule("s", "a", A, examples=Examples(passes=SHOWN.match))),
        ],
    ),
}
FINDING = [(name, policy, expected) for name, (finding, _) in CASES.items() for policy, expected in finding]
CLEAN = [(name, policy) for name, (_, clean) in CASES.items() for policy in clean]


def found(name: str, policy: Policy) -> list[str]:
    """The code of every finding, and the names that its message puts in backticks."""
    return [" ".join([finding.code, *re.findall("`(.+?)`", finding.message)]) for finding in CHECKS[name].find(policy)]


@pytest.mark.parametrize(("name", "policy", "expected"), FINDING, ids=[name for name, _, _ in FINDING])
def test_a_check_finds(name: str, policy: Policy, expected: list[str]) -> None:
    assert found(name, policy) == expected


@pytest.mark.parametrize(("name", "policy"), CLEAN, ids=[name for name, _ in CLEAN])
def test_a_check_lets_pass(name: str, policy: Policy) -> None:
    assert found(name, policy) == []


def test_every_check_has_a_case_that_it_finds_and_one_that_it_lets_pass() -> None:
    assert {name for name, (finding, clean) in CASES.items() if finding and clean} == CHECKS.keys()


def test_every_finding_is_a_warning_or_a_note_with_a_hint() -> None:
    problems: list[Diagnostic] = [problem for name, policy, _ in FINDING for problem in CHECKS[name].find(policy)]
    assert all(problem.severity != "error" and problem.hint for problem in problems)


def test_every_finding_of_the_8_family_has_a_check_the_guard_or_a_corpus() -> None:
    codes = {each.split(" ")[0] for _, _, expected in FINDING for each in expected}
    otherwise = {"ME809", "ME826", "ME827", "ME828", "ME829"}  # the guard, a corpus, waivers
    assert codes | otherwise == {code for code in CODES if code.startswith("ME8")}


@pytest.mark.parametrize(
    ("name", "policy", "place"),
    [
        ("duplicate-terms", of(placed(text("p", "微信", "微信"))), Location("p.yaml", 1, 2)),
        ("duplicate-terms", ruled(ONE, lists=(terms("apps", "微信", "微信"),)), Location("list.txt", 2)),
        ("clauses", ruled(ONE, **clauses(F1="x", F2="y")), Location("c.yaml", 2)),
        (
            "short-fuzzy-terms",
            of(placed(text("p", "微", "加", looks_like=True))),
            Location("p.yaml", 1, 1),
        ),
    ],
)
def test_a_finding_points_at_its_place(name: str, policy: Policy, place: Location) -> None:
    assert [problem.location for problem in CHECKS[name].find(policy)] == [place]


def test_a_shared_pattern_is_read_once() -> None:
    pattern = regex("p", r"\d+", shared=True)
    assert (
        len(found("regex-without-gate", ruled(rule("r", "p", pattern), rule("s", "p", pattern), shared=(pattern,))))
        == 1
    )


def test_a_tokens_pattern_passes_every_check_of_patterns() -> None:
    policy = of(tokens("p", Token(text="加"), Token(like="handle")))
    assert [found(name, policy) for name in ("regex-without-gate", "short-fuzzy-terms", "duplicate-terms")] == [
        [],
        [],
        [],
    ]


# --------------------------------------------------------------------------- over files

RULESET = """\
ruleset: {name}
title: A ruleset
category: fraud
rules:
  - id: {name}.one
    title: One
    status: stable
    score: 60
    patterns:
      who: {{words: [微信, 微信]}}
    when: who
"""


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def write(**files: str) -> Path:
        for name, content in files.items():
            (tmp_path / f"{name}.yaml").write_text(content, "utf-8")
        return tmp_path

    return write


def codes(problems: tuple[Diagnostic, ...]) -> list[str]:
    return [problem.code for problem in problems]


def test_a_ruleset_is_checked_alone(folder: Callable[..., Path]) -> None:
    file = folder(one=RULESET.format(name="one")) / "one.yaml"
    assert codes(check(file)) == ["ME804", "ME807", "ME810"]


def test_findings_are_sorted_by_place_and_show_their_line(folder: Callable[..., Path]) -> None:
    found_ = check(folder(one=RULESET.format(name="one")) / "one.yaml")
    assert (found_[-1].location.line, found_[-1].source) == (10, "      who: {words: [微信, 微信]}")


def test_a_policy_is_checked_with_all_that_it_names(folder: Callable[..., Path]) -> None:
    policy = "policy: p\ntitle: P\nrulesets: [one.yaml, two.yaml]\nactions: {fraud: {label: 30}}\n"
    here = folder(p=policy, one=RULESET.format(name="one"), two=RULESET.format(name="two"))
    assert sorted(codes(check(here / "p.yaml"))) == ["ME804", "ME804", "ME807", "ME807", "ME810", "ME810", "ME816"]


def test_a_folder_is_checked_file_by_file_and_each_finding_is_given_once(folder: Callable[..., Path]) -> None:
    policy = "policy: p\ntitle: P\nrulesets: [one.yaml]\nactions: {fraud: {label: 30}}\n"
    here = folder(p=policy, one=RULESET.format(name="one"))
    assert sorted(codes(check_paths([here, here / "one.yaml"]))) == ["ME804", "ME807", "ME810"]


def test_what_a_study_may_say_is_an_error_in_another_policy_with_the_same_ruleset(folder: Callable[..., Path]) -> None:
    policy = "policy: {0}\ntitle: P\nstudy: {1}\nrulesets: [one.yaml]\nactions: {{fraud: {{label: 30}}}}\n"
    named = RULESET.format(name="one").replace("微信, 微信", "穆斯林")
    here = folder(a=policy.format("a", "true"), b=policy.format("b", "false"), one=named)
    for files in ("ab", "ba"):
        found = check_paths([here / f"{name}.yaml" for name in files])
        assert [problem.severity for problem in found if problem.code in ("ME701", "ME809")] == ["error", "warning"]


def test_a_folder_without_rule_files_is_an_error(tmp_path: Path) -> None:
    assert codes(check_paths([tmp_path])) == ["ME101"]


def test_errors_are_given_too(folder: Callable[..., Path]) -> None:
    broken = RULESET.format(name="one").replace("when: who", "when: whom")
    assert "ME301" in codes(check(folder(one=broken) / "one.yaml"))


def test_terms_in_two_cases_are_no_duplicates_where_the_case_is_exact(tmp_path: Path) -> None:
    def found(first: str, second: str) -> list[str]:
        rules = RULESET.format(name="one").replace("[微信, 微信]", f"[VX, vx]{first}")
        text = rules.replace("when: who", "when: who or what").replace(
            "      who:", f"      what: {{words: {{list: apps}}{second}}}\n      who:"
        )
        path = tmp_path / "one.yaml"
        path.write_text(text.replace("rules:", "lists: {apps: [QQ, qq]}\nrules:"), encoding="utf-8")
        return [problem.message for problem in check(path) if problem.code == "ME810"]

    assert found(", case: exact", ", case: exact") == []
    assert found(", case: exact", "") == ["`qq` stands in `apps` already as `QQ`"]
    assert found("", ", case: exact") == ["`vx` stands in `who` already as `VX`"]


def test_the_public_check_is_this_one() -> None:
    assert modengine.check is check
