"""Words: two segmenters that agree, dictionaries that stay apart, and boundaries that do not straddle."""

from __future__ import annotations

from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from modengine.engine.engine import Engine
from modengine.text import segment
from modengine.text.segment import BLOCK, Segmenter, Words, identity, make
from tests import build
from tests.build import compile_policy
from tests.paths import CORPORA, ROOT
from tests.text.segmenters import bodies, corpora, differing, plainly, rows

BOTH = pytest.mark.parametrize("name", ["rjieba", "jieba"])


# --------------------------------------------------------------------------- parity


def test_both_segmenters_cut_all_samples_alike() -> None:
    files = sorted((ROOT / "samples").glob("*.jsonl"))
    assert sum(differing(bodies(file)) for file in files) == 0


def test_there_are_samples_to_cut() -> None:
    assert sum(1 for file in (ROOT / "samples").glob("*.jsonl") for _ in rows(file)) >= 400


@pytest.mark.skipif(not CORPORA.is_dir(), reason=f"no development data in {CORPORA} (set MODENGINE_DATA)")
@pytest.mark.parametrize("file", corpora(), ids=lambda file: file.stem)
def test_both_segmenters_cut_the_development_data_alike(file: Path) -> None:
    """A sample of it; tests/nightly takes all."""
    assert differing(islice(bodies(file), 0, None, 50)) == 0


@settings(max_examples=300, deadline=None)
@given(st.text("大学生活动物园中国家庭和服务产品微信号abx12+#&._%-", min_size=1, max_size=20))
def test_both_segmenters_cut_whatever_stands_in_a_block_alike(block: str) -> None:
    assert plainly("rjieba").cut(block) == plainly("jieba").cut(block)


@pytest.mark.parametrize("text", ["我去学校看书", "产品和服务都很便宜", "她穿着红色的衣服跑步"])
def test_both_segmenters_tag_words_alike(text: str) -> None:
    assert plainly("rjieba").tag(text) == plainly("jieba").tag(text)


@BOTH
@settings(max_examples=100, deadline=None)
@given(block=st.from_regex(BLOCK, fullmatch=True))
def test_the_tokens_of_a_block_add_up_to_it(name: str, block: str) -> None:
    assert "".join(plainly(name).cut(block)) == block


@BOTH
@settings(max_examples=100, deadline=None)
@given(block=st.from_regex(BLOCK, fullmatch=True))
def test_the_tagged_tokens_of_a_block_add_up_to_it(name: str, block: str) -> None:
    assert "".join(word for word, _ in plainly(name).tag(block)) == block


@pytest.mark.parametrize("name", ["rjieba", "jieba"])
def test_the_identity_of_a_segmenter_names_it_its_version_and_its_dictionary(name: Any) -> None:
    assert identity(name) == f"{name} {segment.version(name)}, dictionary of jieba 0.42.1"


# --------------------------------------------------------------------------- dictionaries


@cache
def extended(name: Any) -> Segmenter:
    """With words that the dictionary lacks, has rarely and has often."""
    return make(name, segment.entries(("微信", "刷牙", "生活", "务都")))


@BOTH
def test_a_term_that_the_dictionary_lacks_becomes_a_word(name: Any) -> None:
    assert (plainly(name).cut("加微信号"), extended(name).cut("加微信号")) == (
        ["加", "微", "信号"],
        ["加", "微信", "号"],
    )


@BOTH
def test_a_term_keeps_its_own_frequency_where_that_is_greater(name: Any) -> None:
    # 生活 at 300 would lose to 大学生 + 活.
    assert extended(name).cut("大学生活") == ["大学", "生活"]


@BOTH
def test_a_known_term_keeps_its_tag(name: Any) -> None:
    assert extended(name).tag("刷牙") == plainly(name).tag("刷牙")


@pytest.mark.parametrize("term", ["杀", "vx", "加v", "大麻!", "加微 信"])
def test_only_terms_of_two_or_more_han_characters_are_added(term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[str] = []
    monkeypatch.setattr(segment, "_Rjieba", added.extend)
    make("rjieba", segment.entries((term, "大麻")))
    assert added == ["大麻"]


@BOTH
def test_the_words_of_one_policy_never_change_how_another_segments(name: Any) -> None:
    texts = ["加微信号", "大学生活", "产品和服务都好", "刷牙"]
    before = [plainly(name).cut(text) for text in texts]
    assert [extended(name).cut(text) for text in texts] != before
    assert [make(name, {}).cut(text) for text in texts] == before


def test_two_engines_in_one_process_keep_their_words() -> None:
    first, second = build.rule("r", "w", build.words("w", "信号")), build.rule("s", "x", build.words("x", "微信"))
    # The second knows 微信 as a word.
    engines = [Engine(compile_policy(build.policy(*rules))) for rules in ([first], [first, second], [first])]
    hits = [[hit.rule for hit in engine.decide("加微信号").hits] for engine in engines]
    assert hits == [["r"], ["s"], ["r"]]


def test_the_terms_of_draft_rules_are_no_words() -> None:
    pattern = build.words("w", "信号")
    draft = build.rule("d", "x", build.words("x", "微信"), status="draft")
    assert build.engine(build.rule("r", "w", pattern), draft).decide("加微信号").hits


def test_the_terms_of_the_kind_text_are_no_words() -> None:
    pattern = build.words("w", "信号")
    other = build.rule("s", "x", build.text("x", "微信"))
    assert "r" in [hit.rule for hit in build.engine(build.rule("r", "w", pattern), other).decide("加微信号").hits]


def test_the_terms_of_tokens_are_words() -> None:
    pattern = build.words("w", "信号")
    other = build.rule("s", "x", build.tokens("x", build.Token(text="微信")))
    hits = build.engine(build.rule("r", "w", pattern), other).decide("加微信号").hits
    assert [hit.rule for hit in hits] == ["s"]


def test_a_traditional_term_becomes_a_simplified_word() -> None:
    assert build.found(build.words("w", "刷單"), "招人刷单日结") == ["刷单"]


@BOTH
def test_a_policy_may_ask_for_either_segmenter(name: Any) -> None:
    engine = build.engine(build.rule("r", "w", build.words("w", "和服")), segmenter=name)
    assert [bool(engine.decide(body).hits) for body in ("她穿和服", "产品和服务")] == [True, False]


# --------------------------------------------------------------------------- the words of a text


class Counting:
    """A segmenter of single characters that remembers what it was asked to cut."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, block: str) -> list[str]:
        self.asked.append(block)
        return [block[i : i + 2] for i in range(0, len(block), 2)]


def test_only_the_block_that_holds_the_place_is_segmented() -> None:
    cut = Counting()
    Words("甲乙丙丁，戊己庚辛。子丑寅卯", cut).token_around(6)
    assert cut.asked == ["戊己庚辛"]


def test_a_block_is_segmented_once() -> None:
    cut = Counting()
    words = Words("甲乙丙丁", cut)
    assert [words.token_around(i) for i in (1, 2, 3)] == [(0, 2), None, (2, 4)]
    assert cut.asked == ["甲乙丙丁"]


@pytest.mark.parametrize("place", [0, 4, 5, 9, 10])
def test_an_edge_of_a_block_is_inside_no_token_and_asks_for_none(place: int) -> None:
    cut = Counting()
    assert Words("甲乙丙丁，戊己庚辛", cut).token_around(place) is None
    assert cut.asked == []


def test_a_character_outside_all_blocks_is_a_token() -> None:
    assert Words("，甲乙丙！？", Counting()).all_tokens() == [(0, 1), (1, 3), (3, 4), (4, 5), (5, 6)]


def test_a_message_without_words_to_confirm_makes_no_segmenter(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(compile_policy(build.policy(build.rule("r", "w", build.words("w", "和服")))))
    monkeypatch.setattr(segment, "make", lambda *_: pytest.fail("a segmenter was made"))
    assert engine.decide("今天天气不错").hits == ()


# --------------------------------------------------------------------------- not straddling

TRUE = [
    ("微信", "加我微信聊"),
    ("刷单", "招人刷单日结"),
    ("和服", "她穿着和服拍照"),
    ("拍卖", "周末有一场拍卖会"),
    ("网银", "请登录网银办理"),
    ("口令", "把口令红包发出来"),
    ("杀", "猪要杀了过年"),
    ("vx", "加vx详聊"),
    ("代购", "海外代购包税"),
    ("产权", "房屋产权归谁"),
]
EMBEDDED = [
    ("和服", "产品和服务都好"),
    ("大麻", "别给我惹大麻烦"),
    ("产权", "生产权限要申请"),
    ("杀", "今晚九点秒杀开始"),
    ("vx", "文件在devxyz目录"),
    ("口令", "路口令人担心"),
    ("代购", "新一代购物中心开业"),
    ("网银", "全网银幕同步放映"),
    ("会计", "大会计划明天公布"),
    ("市长", "南京市长江大桥很长"),
]


@pytest.mark.parametrize(("term", "body"), TRUE)
def test_a_term_used_as_a_word_is_found(term: str, body: str) -> None:
    assert build.found(build.words("w", term), body) == [term]


@pytest.mark.parametrize(("term", "body"), EMBEDDED)
def test_a_term_across_other_words_is_not_found_but_shown_as_suppressed(term: str, body: str) -> None:
    assert build.suppressed(build.words("w", term), body) == [(term, "word boundary")]


@pytest.mark.parametrize(("term", "body"), EMBEDDED)
def test_the_kind_text_finds_it_all_the_same(term: str, body: str) -> None:
    assert build.found(build.text("t", term), body) == [term]


@pytest.mark.parametrize(("term", "body"), EMBEDDED[:5])
def test_the_boundary_is_seen_in_traditional_writing_too(term: str, body: str) -> None:
    traditional = {"产": "產", "务": "務", "会": "會", "烦": "煩", "权": "權", "门": "門", "开": "開"}
    assert build.found(build.words("w", term), "".join(traditional.get(char, char) for char in body)) == []


def test_only_words_that_are_rare_in_the_dictionary_change_a_segmenter() -> None:
    assert segment.added(["机会", "龘马", "龘", "vx1", "龘马"]) == {"龘马"}
