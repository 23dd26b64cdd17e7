"""The guard: no word for who a person is may be evidence, relief or an excuse, save in a study.

The cases use the word for a painter, taken from the lexicon like any other.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import modengine
from bench.texts import dictionary
from modengine.checks.identity.findings import guard
from modengine.checks.identity.words import read_words
from modengine.checks.lexicon import lexicon
from modengine.errors import PolicyError
from modengine.loading import compile_engine
from modengine.model import Message
from modengine.policy.model import Example, Examples, Pattern, Policy, TermList, Token
from modengine.text.normalize import plain
from tests import build
from tests.build import exception, override, points_where, regex, relief, rule, text, tokens, words
from tests.paths import ROOT

[PAINTER] = [term for term in lexicon() if term.en == "painter"]
WORD = "画家"
SPELLED_OTHERWISE = ["乌兹别克", "乌兹别克斯坦", "年青人", "阿拔斯"]
PAY = text("a", "转账")
PAY_C = text("c", "转账")


def listed(policy: Policy, **lists: tuple[str, ...]) -> Policy:
    """The policy with lists that no pattern uses."""
    [ruleset] = policy.rulesets
    made = tuple(TermList(name, terms, build.HERE, (build.HERE,) * len(terms)) for name, terms in lists.items())
    return replace(policy, rulesets=(replace(ruleset, lists=made),))


def shared(policy: Policy, *patterns: Any) -> Policy:
    [ruleset] = policy.rulesets
    return replace(policy, rulesets=(replace(ruleset, shared=patterns),))


def of(pattern: Any, **rest: Any) -> Policy:
    return build.policy(rule("r", pattern.name, pattern), **rest)


ASKS = f'message.app == "{WORD}"'
PLAIN = rule("r", "a", PAY)
EVIDENCE: dict[str, Policy] = {
    "words": of(words("p", WORD)),
    "text": of(text("p", "转账", WORD)),
    "a longer term": of(text("p", f"著名{WORD}说")),
    "a regex": of(regex("p", f"加{WORD}号")),
    "a branch of a regex": of(regex("p", f"转账|{WORD}")),
    "a regex with a group": of(regex("p", f"{WORD[0]}(?:{WORD[1]}|廊)")),
    "a regex with a class": of(regex("p", f"{WORD[0]}[{WORD[1]}廊]")),
    "a lookahead of a regex": of(regex("p", f"加(?!{WORD})微")),
    "an escaped regex": of(regex("p", "".join(f"\\u{ord(char):04x}" for char in WORD))),
    "a fuzzy regex": of(regex("p", f"(?:{WORD}的号){{e<=1}}")),
    "a repeated group of a regex": of(regex("p", f"(?:{WORD}){{2,}}")),
    "the text of a token": of(tokens("p", Token(text=WORD))),
    "the list of a token": of(tokens("p", Token(among=("转账", WORD)))),
    "a sequence of tokens": of(tokens("p", *(Token(text=char) for char in WORD))),
    "a list": listed(build.policy(PLAIN), spare=("转账", WORD)),
    "a shared pattern": shared(build.policy(PLAIN), words("p", WORD)),
    "unless": build.policy(rule("r", "a", PAY, words("p", WORD), unless="p")),
    "a negated pattern": build.policy(rule("r", "a and not p", PAY, words("p", WORD))),
    "a relief": build.policy(PLAIN, relief("x", "p", words("p", WORD))),
    "a rule on test": build.policy(rule("r", "p", words("p", WORD), status="test")),
    "a draft": build.policy(PLAIN, rule("s", "p", words("p", WORD), status="draft")),
    "a field in a condition": build.policy(rule("r", f"a and {ASKS}", PAY)),
    "a field in unless": build.policy(rule("r", "a", PAY, unless=ASKS)),
    "one of several values": build.policy(rule("r", f'a and message.app in ("校讯", "{WORD}")', PAY)),
    "a scope": build.policy(PLAIN, scope={"default": ASKS}),
    "the scope of a category": build.policy(PLAIN, scope={"fraud": f"not {ASKS}"}),
    "an entry of `points`": build.policy(PLAIN, points=(points_where(ASKS),)),
    "an exception": build.policy(PLAIN, exceptions=(exception("one", ASKS),)),
    "an override": build.policy(PLAIN, overrides=(override("r", action="review", when=ASKS),)),
    "traditional characters": of(text("p", "畫家")),
    "an ideographic space": of(text("p", "画\u3000家")),
    "gaps": of(text("p", "画.家")),
    "zero-width characters": of(text("p", "画\u200b家")),
    "repeats": of(text("p", "画画家家")),
    "a variant": of(text("p", next(term.variants[0] for term in lexicon() if term.variants))),
}


def meeting(when: str, *patterns: Pattern) -> Policy:
    return build.policy(rule("r", when, *patterns))


SOUNDS: dict[str, Policy] = {
    "pinyin": of(text("p", "musilin")),
    "pinyin with gaps": of(text("p", "mu si-lin")),
    "pinyin in a longer term": of(words("p", "加musilin群")),
    "pinyin of two syllables": of(text("p", "jizhe")),
    "pinyin in a list": listed(build.policy(PLAIN), spare=("转账", "musilin")),
    "pinyin in a regex": of(regex("p", r"musilin\\d+")),
    "pinyin beside a field": build.policy(rule("r", 'a and message.app == "musilin"', PAY)),
    "homophones": of(text("p", "木思琳")),
    "another spelling of a name that is a word itself": of(text("p", "土尔其")),
    "homophones of four syllables in a longer term": of(text("p", "找阿啦伯人吧")),
    "homophones of three syllables where sound is on": of(text("p", "加木思琳群", sounds_like=True)),
    "homophones of two syllables where sound is on": of(text("p", "急着", sounds_like=True)),
    "a reading of its own": of(text("p", "冲庆人")),
}
REGEXES: dict[str, str] = {
    "gaps": "穆.{0,2}斯.{0,2}林",
    "a lazy gap": "记.*?者",
    "a gap of a class": r"记[\s\d]*者",
    "verbose": "(?x) 穆 .{0,2} 斯  # and so on\n 林",
    "verbose with marks": r"(?x: 穆 \W? 斯 \W? 林 )",
    "a small class": "[穆慕]斯林",
    "classes alone": "[穆木][斯思][林琳]",
    "a difference of sets": "(?V1)[穆慕--慕]斯林",
    "a difference from a large set": r"(?V1)[\p{Han}--[^穆]]斯林",
    "an intersection of sets": r"(?V1)[\p{Han}&&穆]斯林",
    "optional characters": "穆(?:斯|思)?斯?林?",
    "branches over gaps": "(?:穆|木).?(?:斯|思).?(?:林|琳)",
    "one repeated group": "(?:穆|斯|林){3}",
    "repeats": "穆+斯+林+",
    "a lookahead": "穆斯(?=林)",
    "a lookbehind": "(?<=穆斯)林",
    "named groups": "(?P<a>穆)(?P<b>斯)(?P<c>林)",
    "an edge between": r"穆\b斯\B林",
    "traditional characters": "記.{0,2}者",
}
MEETINGS: dict[str, Policy] = {
    "near": meeting("near(a, b, 2)", text("a", "穆斯"), text("b", "林")),
    "near the other way round": meeting("near(b, a, 2)", text("a", "穆斯"), text("b", "林")),
    "far, with a fragment": meeting("near(a, b, 20)", text("a", "穆"), text("b", "斯林")),
    "single characters": meeting("near(a, b, 1)", text("a", "记"), text("b", "者")),
    "before": meeting("before(a, b, 0)", text("a", "穆斯", "转"), text("b", "账", "林")),
    "together": meeting("together(a, b)", text("a", "穆"), text("b", "斯林")),
    "three parts together": meeting("together(a, b, c)", text("c", "斯兰"), text("b", "伊"), text("a", "教")),
    "parts of a glob": meeting("near(x_*, b, 2)", text("x_one", "转账"), text("x_two", "穆斯"), text("b", "林")),
    "a part that is a regex": meeting("near(a, b, 2)", regex("a", "穆斯|转账"), text("b", "林")),
    "in unless": build.policy(rule("r", "c", PAY_C, text("a", "穆斯"), text("b", "林"), unless="near(a, b, 2)")),
    "traditional characters": meeting("near(a, b, 2)", text("a", "記"), text("b", "者")),
}
HIDDEN = {
    **{f"by sound: {name}": policy for name, policy in SOUNDS.items()},
    **{f"in a regex: {name}": of(regex("p", source)) for name, source in REGEXES.items()},
    **{f"in parts: {name}": policy for name, policy in MEETINGS.items()},
}


def refused(policy: Policy) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        compile_engine(policy)
    return [problem.code for problem in caught.value.diagnostics]


@pytest.mark.parametrize("policy", EVIDENCE.values(), ids=EVIDENCE)
def test_an_identity_word_is_refused_as(policy: Policy) -> None:
    assert refused(policy) == ["ME701"]


@pytest.mark.parametrize("policy", EVIDENCE.values(), ids=EVIDENCE)
def test_in_a_study_it_is_counted_and_not_refused(policy: Policy) -> None:
    study = replace(policy, study=True)
    compile_engine(study)
    assert [(problem.code, problem.severity) for problem in guard(study)] == [("ME809", "warning")]


@pytest.mark.parametrize("policy", HIDDEN.values(), ids=HIDDEN)
def test_a_hidden_identity_word_is_refused(policy: Policy) -> None:
    assert set(refused(policy)) == {"ME701"}


@pytest.mark.parametrize("term", lexicon(), ids=lambda term: term.en)
def test_every_term_and_variant_of_the_lexicon_is_seen(term: Any) -> None:
    assert [form for form in (term.term, *term.variants) if not read_words([f"是{form}的"])[0].held] == []


def test_every_group_of_the_lexicon_is_there() -> None:
    assert {term.group for term in lexicon()} == {
        "ethnic", "faith", "region", "nationality", "gender_sexuality", "disability", "age", "occupation",
        "role", "figure", "party", "country", "event",
    }  # fmt: skip


def test_public_names_are_three_hundred_at_most_and_come_from_everywhere() -> None:
    public = [term for term in lexicon() if term.group in ("figure", "party", "country", "event")]
    assert sum(len(term.forms) for term in public) <= 300
    lands = Counter(term.en.rpartition(", ")[2] for term in public if term.group == "figure")
    assert len(lands) >= 50
    assert max(lands.values()) <= 5


def test_the_lexicon_serves_the_guard_and_the_lab_alone() -> None:
    package = ROOT / "modengine"
    users = {
        file.relative_to(package).parts[:2]
        for file in package.rglob("*.py")
        if "checks.lexicon import" in file.read_text("utf-8")
    }
    assert users == {("checks", "identity"), ("lab", "data"), ("lab", "stats")}


def test_no_term_of_the_lexicon_stands_twice() -> None:
    forms = [plain(form) for term in lexicon() for form in (term.term, *term.variants)]
    assert sorted(form for form in set(forms) if forms.count(form) > 1) == []


HARMLESS: dict[str, Policy] = {
    "what is done": of(words("p", "转账", "加微信", "网银")),
    "a title": build.policy(rule("r", "a", PAY), title=WORD),
    "a description": build.policy(rule("r", "a", PAY, description=WORD)),
    "an example": build.policy(
        rule("r", "a", PAY, examples=Examples(passes=(Example(Message(f"{WORD}来了"), build.HERE),)))
    ),
    "a false positive": build.policy(rule("r", "a", PAY, falsepositives=(WORD,))),
    "the reason of an exception": build.policy(PLAIN, exceptions=(replace(exception("one", "any"), reason=WORD),)),
    "its characters apart": of(regex("p", "画廊|家里")),
    "a class of many characters": of(regex("p", r"[^\d\s]家")),
    "a shape": of(regex("p", r"\d{6,}")),
    "a longer word that is free": of(words("p", "律师函", "收到律师函", "教师资格证")),
    "a regex with a longer word that is free": of(regex("p", "(?:收到|发)律师函")),
    "an ordinary word that sounds alike": of(text("p", "满足", "教室", sounds_like=True)),
    "an ordinary word of three syllables": of(text("p", "摄影室", "去理发室", "比例式", "糊涂人", sounds_like=True)),
    "two syllables where sound is off": of(text("p", "急着", "户士")),
    "three syllables across words where sound is off": of(text("p", "坐牢我认")),
    "letters that are no pinyin": of(text("p", "vx", "telegram", "wechat")),
    "any letters": of(regex("p", "[a-z]{5,}")),
    "characters far apart in a regex": of(regex("p", "记.{8,20}者")),
    "what must not stand before": of(regex("p", "(?<![客疍])家人们")),
    "what must not stand after": of(regex("p", "牙(?!科)")),
    "ordinary words near each other": meeting("near(a, b, 20)", text("a", "日"), text("b", "本人")),
    "single characters in one sentence": meeting("together(a, b)", text("a", "聋"), text("b", "人")),
    "parts in the other order": meeting("before(a, b, 2)", text("a", "林"), text("b", "穆斯")),
    "parts of which both must be found somewhere": meeting("a and b", text("a", "穆斯"), text("b", "林")),
}


@pytest.mark.parametrize("policy", HARMLESS.values(), ids=HARMLESS)
def test_words_that_are_no_evidence_are_free(policy: Policy) -> None:
    assert guard(policy) == ()


def test_every_word_is_reported_at_once() -> None:
    rules = [rule(f"r{n}", "p", replace(words("p", WORD), place=replace(build.HERE, line=n))) for n in range(1, 4)]
    assert refused(build.policy(*rules)) == ["ME701"] * 3


def test_bad_patterns_are_reported_beside_it() -> None:
    rules = [rule("r", "p", words("p", WORD)), rule("s", "q", regex("q", "("))]
    assert sorted(refused(build.policy(*rules))) == ["ME401", "ME701"]


def test_the_finding_names_the_word_and_its_group() -> None:
    [problem] = guard(of(words("p", "畫.家")))
    assert problem.message == f"the pattern `p` holds the identity word `{PAINTER.term}` (occupation: painter)"


def test_the_finding_says_how_the_word_was_found() -> None:
    policies = (SOUNDS["homophones"], of(regex("p", REGEXES["gaps"])), MEETINGS["near"])
    assert [guard(policy)[0].message for policy in policies] == [
        "the pattern `p` sounds like the identity word `穆斯林` (faith: Muslim)",
        "the pattern `p` spells the identity word `穆斯林` (faith: Muslim)",
        "a condition of `r` puts together the identity word `穆斯林` (faith: Muslim)",
    ]


def test_a_longer_word_is_free_only_where_the_term_does_not_stand_beside_it() -> None:
    assert read_words(["收到律师函"])[0].held == ()
    assert [word.term for word in read_words(["律师发来律师函"])[0].held] == ["律师"]


def test_repeats_within_repeats_are_read_in_time() -> None:
    assert guard(of(regex("p", "(?:" * 30 + "穆|斯" + ")*" * 30))) == ()


def test_ordinary_words_are_not_refused() -> None:
    """Of the usual words of the segmenter's dictionary only other spellings sound like a word that they do not hold."""
    usual = [word for word, frequency in dictionary() if frequency >= 50 and len(word) > 1]
    others = [word for word, read in zip(usual, read_words(usual), strict=True) if {*read.sounding} - {*read.held}]
    assert len(usual) > 40_000
    assert others == SPELLED_OTHERWISE


@pytest.mark.parametrize("term", ["", "画", "转账", "作画在家"])
def test_a_text_without_a_whole_word_holds_none(term: str) -> None:
    assert read_words([term])[0].held == ()


def test_the_decisions_of_a_study_stay_shadow() -> None:
    decision = compile_engine(of(words("p", WORD), study=True)).decide(f"他是{WORD}")
    assert (decision.action, decision.taken, decision.study) == ("review", "allow", True)


def test_rulesets_without_rules_are_looked_at_too() -> None:
    spare = build.ruleset("spare", None, (), shared=(words("p", WORD),))
    policy = build.policy(PLAIN)
    assert refused(replace(policy, rulesets=(*policy.rulesets, spare))) == ["ME701"]


# --------------------------------------------------------------------------- from files

RULESET = f"""\
ruleset: small
title: Small
category: fraud
rules:
  - id: small.one
    title: One
    status: stable
    score: 60
    patterns:
      who: {{words: [转账, {WORD}]}}
    when: who
"""


def written(folder: Path, head: str = "") -> Path:
    (folder / "small.yaml").write_text(RULESET, "utf-8")
    policy = folder / "policy.yaml"
    policy.write_text(
        f"policy: small\ntitle: Small\n{head}rulesets: [small.yaml]\nactions: {{fraud: {{label: 30}}}}\n", "utf-8"
    )
    return policy


def test_loading_refuses_it_and_points_at_the_word(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        modengine.load(written(tmp_path))
    [problem] = caught.value.diagnostics
    assert (problem.code, problem.location.line, problem.source[problem.location.column - 1 :][:2]) == (
        "ME701",
        10,
        WORD,
    )


def test_a_study_is_loaded(tmp_path: Path) -> None:
    assert modengine.load(written(tmp_path, "study: true\n")).policy.study


def test_checking_counts_it_in_a_study(tmp_path: Path) -> None:
    found = modengine.check(written(tmp_path, "study: true\n"))
    assert [
        (diagnostic.code, diagnostic.location.line)
        for diagnostic in found
        if diagnostic.code.startswith("ME7") or diagnostic.code == "ME809"
    ] == [("ME809", 10)]
