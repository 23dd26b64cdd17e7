"""What stands in for compiled libraries finds what they find, or says that it cannot."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
import regex
import rjieba

from modengine.engine.match.literals import Automaton
from modengine.play.shipped import samples
from modengine.text.normalize import plain
from modengine.text.segment import BLOCK
from tests.play.site.running import Inside

IGNORE = int(regex.IGNORECASE)
WRITTEN = [
    *(r"a+b", r"(?:ab|a)c", r"(?<![加减])微", r"(?<=微信|QQ)[:：]?\w+", r"(?<=a{1,3})b", r"\bqq\b", r"\B1", r"^加"),
    *(r"红包$", r"[^\s\w]+", r"\p{Han}{2,4}", r"\P{L}+", r"[\p{Lu}\p{Nd}]+", r"[[:alpha:]]+", r"(a|b)\1"),
    *(r"(?P<x>加)(?P=x)", r"(?>a+)b", r"a++b", r"a{2}?", r"(?s).+?微", r"(?x) 加 \s* 微 # both", r"(?m)^.$"),
    *(r"\d+(?=元)", r"(?i:ABC)|İ", r"ſ|K|ß", r"[À-Þ]+", r"\N{BULLET}|\x41|\u4e00", r"(?(?=a)ab|b)"),
    *(r"(a)?(?(1)b|c)", r"\m\w+\M", r"", r"a|", r"[^\n]*?x", r"(?:a|b)*c", r"\h+", r"(?<!^)加", r"\Aa", r"c\Z"),
]
HEEDING_CASE = [r"(?V1)[\w--[0-9]]+", r"(?V1)[a-z&&[aeiou]]", r"(?V1)[a-c~~b-d]+", r"(?V1)[[a-z]||[0-9]]+"]
TEXTS = [
    *("加微信 aab ab abc", "QQ：12345 qq 1 q1q", "加加微微\n红包$红包", "AaBbÀÉ ÞþſKß İiıI"),
    *("x.y-z_1 ٣٤ ⅷ 〇一二", "", "\n", "aaab•A一 300元"),
]
REFUSED = [r"(?:abc){e<=1}", r"\X", r"a\Kb", r"(?R)", r"(?r)a", r"(?f)(?i)ß", r"(?<=a+)b", r"(?p)a|ab", r"\G"]


def test_expressions_match_where_those_of_regex_do(inside: Inside) -> None:
    asked = [(source, flags) for source in WRITTEN for flags in (0, IGNORE)] + [(source, 0) for source in HEEDING_CASE]
    found = inside("spans", {"sources": asked, "texts": TEXTS})
    for (source, flags), here in zip(asked, found, strict=True):
        there = [[list(match.span()) for match in regex.finditer(source, text, flags)] for text in TEXTS]
        assert here == there, (source, flags)


def test_what_re_cannot_say_is_refused_by_name(inside: Inside) -> None:
    for source, found in zip(
        REFUSED, inside("spans", {"sources": [(s, IGNORE) for s in REFUSED], "texts": ["a"]}), strict=True
    ):
        regex.compile(source)
        assert isinstance(found, str), source
        assert "this page cannot" in found or "in the browser" in found, source


@pytest.mark.parametrize("source", ["(", "[a", "a{2,1}", "(?P<n>", r"\p{Nothing}", "*a"])
def test_an_error_of_syntax_is_said_in_the_words_of_regex(source: str, inside: Inside) -> None:
    with pytest.raises(regex.error) as said:
        regex.compile(source)
    assert inside("spans", {"sources": [(source, 0)], "texts": []}) == [said.value.msg]


def _samples() -> list[str]:
    lines = (samples() / "messages.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines if line.strip()]


def test_words_are_those_of_rjieba_also_where_readings_are_equally_likely(inside: Inside) -> None:
    drawn = random.Random(7)
    texts = [*map(plain, _samples()), *("".join(drawn.choices("人民国大小中天上ab1.%", k=10)) for _ in range(3000))]
    blocks = [found.group() for text in texts for found in BLOCK.finditer(text)]
    added = ["加微信", "国大中", "红包群"]
    jieba = rjieba.Jieba()
    for word in added:
        jieba.add_word(word, 300, "x")
    for block, (cut, tagged) in zip(blocks, inside("words", {"added": added, "blocks": blocks}), strict=True):
        assert cut == jieba.cut(block, hmm=False), block
        assert [tuple(pair) for pair in tagged] == jieba.tag(block, hmm=False), block


def test_literals_are_found_in_the_order_of_the_automaton(inside: Inside) -> None:
    literals, texts = ["a", "ab", "bab", "微信", "信", "加微信"], ["abab", "加微信a", "", "信信"]
    automaton: Any = Automaton(literals)
    assert inside("literals", {"literals": literals, "texts": texts}) == [
        [list(hit) for hit in automaton.find(text)] for text in texts
    ]
