"""The guard: no word for who a person is may be evidence, relief or an excuse, save in a study.

The cases use the word for a painter, taken from the lexicon like any other.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import modengine
from modengine.checks.identity import guard, identity_words
from modengine.checks.lexicon import lexicon
from modengine.errors import PolicyError
from modengine.loading import compile_engine
from modengine.model import Message
from modengine.policy.model import Example, Examples, Policy, TermList, Token
from modengine.text.normalize import plain
from tests import build
from tests.build import exception, override, points_where, regex, relief, rule, text, tokens, words

[PAINTER] = [term for term in lexicon() if term.en == "painter"]
WORD = "画家"
PAY = text("a", "转账")


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


@pytest.mark.parametrize("term", lexicon(), ids=lambda term: term.en)
def test_every_term_and_variant_of_the_lexicon_is_seen(term: Any) -> None:
    assert [form for form in (term.term, *term.variants) if not identity_words(f"是{form}的")] == []


def test_every_group_of_the_lexicon_is_there() -> None:
    assert {term.group for term in lexicon()} == {
        "ethnic", "faith", "region", "nationality", "gender_sexuality", "disability", "age", "occupation",
    }  # fmt: skip


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


@pytest.mark.parametrize("term", ["", "画", "转账", "作画在家"])
def test_a_text_without_a_whole_word_holds_none(term: str) -> None:
    assert identity_words(term) == ()


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
