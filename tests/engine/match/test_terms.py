"""The kinds `words` and `text`: each option alone, and those that meet."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from modengine.engine.engine import Engine
from modengine.errors import PolicyError
from modengine.model import Message, Part
from modengine.text.normalize import CLAUSE_ENDS
from tests import build
from tests.build import compile_policy, found, matches, spans, suppressed, text, words

SELECTOR = "\ufe0f"


# --------------------------------------------------------------------------- no option


@pytest.mark.parametrize(
    ("terms", "body", "expected"),
    [
        (("微信",), "加微信吧", [(1, 3)]),
        (("微信",), "微信和微信", [(0, 2), (3, 5)]),
        (("微信",), "微 信", []),
        (("哈哈",), "哈哈哈", [(0, 2), (1, 3)]),
        (("加微", "微信"), "加微信", [(0, 2), (1, 3)]),
        (("微信", "加微信"), "加微信", [(0, 3), (1, 3)]),
        (("微信",), "", []),
    ],
)
def test_every_occurrence_is_found_overlapping_ones_too(terms: Any, body: str, expected: Any) -> None:
    assert spans(text("t", *terms), body) == expected


@pytest.mark.parametrize(
    ("term", "body"),
    [
        ("网银", "網銀"),
        ("網銀", "网银"),
        ("vx1", "ＶＸ１"),
        ("ＶＸ", "vx"),
        ("1", "①"),
        ("v", "ⓥ"),
        ("kg", "㎏"),
        ("㎏", "KG"),
        ("ガ", "ｶﾞ"),
        ("é", "E\u0301"),
        ("ss", "ß"),
        ("薇❤", "薇❤" + SELECTOR),
        ("薇❤" + SELECTOR, "薇❤"),
        ("…", "…"),
    ],
)
def test_width_case_script_and_composition_make_no_difference(term: str, body: str) -> None:
    assert found(text("t", term), f"有{body}吗") == [body]


@pytest.mark.parametrize(
    ("term", "body", "expected"), [("k", "5㎏整", ["㎏"]), ("5k", "5㎏整", ["5㎏"]), ("1\u2044", "½杯", ["½"])]
)
def test_a_hit_inside_an_expanded_character_takes_all_of_it(term: str, body: str, expected: list[str]) -> None:
    assert found(text("t", term), body) == expected


def test_a_letter_is_found_in_the_same_letter_with_a_mark_if_it_is_latin() -> None:
    assert found(text("t", "か"), "か\u3099") == []
    assert found(text("t", "e"), "e\u0301") == ["e\u0301"]


def test_a_match_names_the_term_as_the_rule_writes_it() -> None:
    assert [match.found_as for match in matches(text("t", "網銀"), "网银")] == ["網銀"]


def test_terms_that_are_one_and_the_same_give_one_match() -> None:
    assert [match.found_as for match in matches(text("t", "网银", "網銀"), "網銀")] == ["网银"]


def test_two_terms_met_in_one_expanded_character_give_one_match() -> None:
    assert [match.found_as for match in matches(text("t", "g", "k"), "㎏")] == ["g"]


@pytest.mark.parametrize("term", ["", " ", "\u3000", SELECTOR])
def test_a_term_that_is_empty_after_normalising_is_an_error(term: str) -> None:
    with pytest.raises(PolicyError) as caught:
        compile_policy(build.policy(build.rule("r", "t", text("t", "微信", term))))
    assert [problem.code for problem in caught.value.diagnostics] == ["ME403"]


# --------------------------------------------------------------------------- gaps

SENTENCE_ENDS = ["。", "!", "！", "?", "？", "…", "｡"]
LINE_ENDS = ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize(
    "filler", [" ", "..", "·", "，", "❤", "❤" + SELECTOR, "\u200b\u200d", "\t", "—", "“", "★☆", "\u3000"]
)
def test_signs_may_stand_in_a_gap(filler: str) -> None:
    body = f"加{filler}微{filler}信"
    assert found(text("t", "加微信", gaps=2), body) == [body]


@pytest.mark.parametrize("filler", ["x", "1", "吧", "ん"])
def test_letters_may_not(filler: str) -> None:
    assert found(text("t", "加微信", gaps=2), f"加{filler}微信") == []


@pytest.mark.parametrize("filler", [*SENTENCE_ENDS, *LINE_ENDS, ". \n", "。 "], ids=ascii)
def test_a_gap_never_crosses_the_end_of_a_line_or_a_sentence(filler: str) -> None:
    assert found(text("t", "加微信", gaps=3), f"加微{filler}信") == []


@pytest.mark.parametrize(
    ("gaps", "dots", "expected"), [(0, 1, 0), (1, 1, 1), (1, 2, 0), (2, 2, 1), (2, 3, 0), (5, 5, 1)]
)
def test_a_gap_is_as_long_as_allowed(gaps: int, dots: int, expected: int) -> None:
    assert len(found(text("t", "微信", gaps=gaps), f"微{'.' * dots}信")) == expected


def test_each_gap_is_counted_for_itself() -> None:
    assert found(text("t", "加微信", gaps=2), "加..微..信") == ["加..微..信"]


def test_signs_before_and_after_a_match_do_not_belong_to_it() -> None:
    assert spans(text("t", "微信", gaps=2), "..微.信..") == [(2, 5)]


def test_variation_selectors_take_no_room_in_a_gap() -> None:
    assert len(found(text("t", "微信", gaps=1), f"微❤{SELECTOR}{SELECTOR}信")) == 1


@pytest.mark.parametrize(
    ("term", "body", "expected"),
    [
        ("薇❤", "薇.❤", ["薇.❤"]),
        ("薇❤", "薇❤❤", ["薇❤"]),
        ("❤薇", "❤❤薇", ["❤薇"]),
        ("薇❤芯", "薇❤❤芯", []),
        ("a.b", "a..b", []),
        ("a.b", "a-.-b", ["a-.-b"]),
        ("薇❤", "薇", []),
        ("❤", "薇❤", ["❤"]),
        ("❤❤", "❤ ❤", ["❤ ❤"]),
    ],
)
def test_the_own_characters_of_a_term_are_never_ignorable(term: str, body: str, expected: list[str]) -> None:
    assert found(text("t", term, gaps=2), body) == expected


def test_overlapping_matches_with_gaps_are_all_found() -> None:
    assert spans(text("t", "哈哈", gaps=1), "哈.哈.哈") == [(0, 3), (2, 5)]


# --------------------------------------------------------------------------- repeats


@pytest.mark.parametrize(
    ("term", "body", "expected"),
    [
        ("加微信", "加加微微信信信", [(0, 7)]),
        ("加微信", "加微信", [(0, 3)]),
        ("微信", "加微信", [(1, 3)]),
        ("哈哈", "哈", [(0, 1)]),
        ("哈哈", "哈哈哈哈", [(0, 4)]),
        ("哈嘻哈", "哈哈嘻嘻哈", [(0, 5)]),
        ("加微信", "加微加微信", [(2, 5)]),
        ("加微信", "加.加微信", [(2, 5)]),
        ("vx", "VVxX", [(0, 4)]),
        ("❤", "❤❤❤", [(0, 3)]),
        ("❤❤", "❤", [(0, 1)]),
    ],
)
def test_repeated_characters_count_once(term: str, body: str, expected: list[tuple[int, int]]) -> None:
    assert spans(text("t", term, repeats=True), body) == expected


def test_without_the_option_they_do_not() -> None:
    assert spans(text("t", "加微信"), "加加微微信") == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("加微.微.信", [(0, 6)]),
        ("加.加.微信", [(2, 6)]),
        ("加微信.信", [(0, 3)]),
        ("加.加..微信", []),
        ("加微信\n信", [(0, 3)]),
        ("加微信.吧", [(0, 3)]),
    ],
)
def test_gaps_may_stand_between_repeated_characters_within_a_term(body: str, expected: list[tuple[int, int]]) -> None:
    assert spans(text("t", "加微信", gaps=1, repeats=True), body) == expected


@pytest.mark.parametrize(
    ("term", "body", "expected"),
    [
        ("加微信", "加微信信用卡", (0, 3)),
        ("加微信", "加微信，信用卡", (0, 3)),
        ("加微信", "参加加微信", (2, 5)),
        ("加微信", "参加，加微信", (3, 6)),
        ("加微信", "参加加微信信用卡", (2, 5)),
        ("加微信", "加加微信信", (0, 5)),
        ("viagra", "viagra, available", (0, 6)),
        ("viagra", "viagraaaa", (0, 9)),
        ("viagra", "viagraxaa", None),
        ("谢谢你", "答谢谢谢你", (2, 5)),
        ("谢谢", "道谢谢谢", (2, 4)),
        ("品", "产品品", (2, 3)),
    ],
)
def test_repeats_beside_a_term_that_belong_to_another_word_are_left_to_it(
    term: str, body: str, expected: tuple[int, int] | None
) -> None:
    assert spans(words("w", term, gaps=2, repeats=True), body) == ([] if expected is None else [expected])


# --------------------------------------------------------------------------- sounds_like


@pytest.mark.parametrize(
    "body", ["佳薇芯", "加微芯", "jiaweixin", "加weixin", "jia微信", "JiaWeiXin", "ｊｉａ微信", "駕薇芯", "嘉wei薪"]
)
def test_characters_of_the_same_sound_are_found(body: str) -> None:
    assert found(text("t", "加微信", sounds_like=True), f"请{body}。") == [body]


@pytest.mark.parametrize("body", ["加为人", "加微x", "jiaweixinx", "加 微 芯", "加vx", "架wei"])
def test_others_are_not(body: str) -> None:
    assert found(text("t", "加微信", sounds_like=True), body) == []


@pytest.mark.parametrize(
    ("term", "body"),
    [
        ("伊斯", "有意思吗"),  # both in a word
        ("微信", "在威信里"),  # one in a word with what stands as in the term
        ("加我", "国家我们"),  # one in a word that reaches out of the match
        ("约妹", "月没"),  # everyday words by themselves
        ("借我", "接我"),
    ],
)
def test_a_word_is_itself_and_does_not_sound_like_another(term: str, body: str) -> None:
    pattern = text("t", term, sounds_like=True)
    assert found(pattern, body) == []
    assert suppressed(pattern, body) == []


@pytest.mark.parametrize(("term", "body"), [("大额", "daemon"), ("我们", "wom"), ("我们", "womhm")])
def test_letters_without_a_vowel_are_no_syllables(term: str, body: str) -> None:
    assert found(text("t", term, sounds_like=True), body) == []


@pytest.mark.parametrize("mark", [*sorted(CLAUSE_ENDS), "，", "；"])
def test_by_sound_or_look_no_term_goes_on_behind_the_end_of_a_clause(mark: str) -> None:
    pattern = text("t", "加微信", gaps=1, sounds_like=True, looks_like=True)
    assert found(pattern, f"加{mark}薇信 力口微{mark}信") == []
    assert found(pattern, f"加{mark}微信") == [f"加{mark}微信"]
    assert found(pattern, "加.薇信 力口微.信") == ["加.薇信", "力口微.信"]


@pytest.mark.parametrize(("term", "body"), [("大党", "大堂里"), ("木来", "本来")])
def test_a_word_is_itself_and_does_not_look_like_another(term: str, body: str) -> None:
    assert found(text("t", term, looks_like=True), body) == []


@pytest.mark.parametrize(
    ("term", "body", "options"),
    [
        ("杀", "沙", {}),  # one syllable
        ("炸", "zha", {}),
        ("zha", "炸", {}),
        ("划花", "话花", {"repeats": True}),  # one that follows itself, where repeats count once
        ("划花", "花", {"repeats": True}),
    ],
)
def test_one_syllable_is_not_sought_by_sound(term: str, body: str, options: Any) -> None:
    assert found(text("t", term, sounds_like=True, **options), body) == []


@pytest.mark.parametrize(("term", "body"), [("本", "木"), ("本本", "木木"), ("🌿本", "🌿木")])
def test_one_character_is_not_sought_by_look(term: str, body: str) -> None:
    assert found(text("t", term, looks_like=True), body) == []


def test_the_words_of_a_policy_are_no_words_that_a_disguise_could_be() -> None:
    disguised, named = words("t", "加微信", sounds_like=True), words("named", "薇信")
    both = build.engine(build.rule("r", "t", disguised), build.rule("s", "named", named))
    assert {hit.rule for hit in both.decide("请加薇信").hits} == {"r", "s"}


@pytest.mark.parametrize(
    ("term", "body", "expected"),
    [("微信", "因为薇芯", "薇芯"), ("加微信", "大家佳薇芯", "佳薇芯"), ("加微信", "加薇芯心", "加薇芯")],
)
def test_a_repeat_by_sound_that_is_a_word_is_left_to_itself(term: str, body: str, expected: str) -> None:
    assert found(text("t", term, sounds_like=True, repeats=True), body) == [expected]


@pytest.mark.parametrize(
    ("term", "body"), [("姓名", "女生名"), ("动手", "重力手"), ("51漫画", "5l漫画"), ("好看", "女子看")]
)
def test_components_and_digits_are_taken_for_what_they_look_like(term: str, body: str) -> None:
    assert found(text("t", term, looks_like=True), body) == [body]


def test_a_private_character_is_no_syllable() -> None:
    made = build.engine(build.rule("r", "t", text("t", "weixin\ue000", sounds_like=True), score=60))
    python = Engine(made.program, made.program.segmenter())
    assert made.decide("薇芯\ue000") == python.decide("薇芯\ue000")


def test_what_is_another_word_by_sound_may_still_be_read_by_look() -> None:
    assert found(text("t", "绞你", sounds_like=True), "交你") == []
    assert [m.how for m in matches(text("t", "绞你", **FUZZY), "交你")] == [("text", "looks_like")]


def test_without_the_option_a_sound_is_nothing() -> None:
    assert found(text("t", "加微信"), "佳薇芯") == []


@pytest.mark.parametrize("body", ["吟航", "吟邢", "yinhang", "yinxing"])
def test_a_term_sounds_as_read_whole_and_character_by_character(body: str) -> None:
    assert found(text("t", "银行", sounds_like=True), body) == [body]


def test_a_term_of_letters_sounds_like_its_characters() -> None:
    assert found(text("t", "weixin", sounds_like=True), "加薇芯") == ["薇芯"]


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({"gaps": 1}, "佳.微.芯"),
        ({"gaps": 1}, "jia wei xin"),
        ({"repeats": True}, "加佳微芯"),
        ({"repeats": True}, "jiajiaweixin"),
        ({"gaps": 1, "repeats": True}, "加佳.微.薇信芯"),
    ],
)
def test_gaps_and_repeats_apply_to_sounds(options: Any, body: str) -> None:
    assert found(text("t", "加微信", sounds_like=True, **options), body) == [body]


def test_what_is_written_as_the_term_does_not_sound_like_it_for_the_repeats_that_its_sound_has() -> None:
    assert spans(words("w", "信薇微", gaps=2, repeats=True, sounds_like=True), "信“薇微") == [(0, 4)]


def test_a_match_by_sound_is_worth_its_weight() -> None:
    assert [m.weight for m in matches(text("t", "微信", sounds_like=True, weight=0.3), "薇芯")] == [0.3]


def test_a_match_of_the_characters_themselves_is_worth_all() -> None:
    assert [m.weight for m in matches(text("t", "微信", sounds_like=True), "微信")] == [1.0]


def test_a_term_without_a_sound_is_found_as_itself() -> None:
    assert found(text("t", "❤", "。", sounds_like=True), "好❤。") == ["❤", "。"]


# --------------------------------------------------------------------------- initials


@pytest.mark.parametrize(
    ("term", "body", "expected"),
    [
        ("微信", "加WX号", ["WX"]),
        ("兼职", "ｊｚ，日结", ["ｊｚ"]),
        ("银行", "yh yx", ["yh"]),
        ("微信", "wx88 awx wxx w.x", []),
        ("微信", "wx_88", ["wx"]),
        ("微", "w", []),
        ("加v", "jv", []),
        ("微信", "微信wx", ["微信", "wx"]),
    ],
)
def test_first_letters_are_found_as_a_whole_run(term: str, body: str, expected: list[str]) -> None:
    for kind in (text, words):
        assert found(kind("t", term, initials=True, gaps=1, repeats=True), body) == expected


def test_a_match_by_initials_is_worth_its_weight_and_says_so() -> None:
    [match] = matches(text("t", "微信", initials=True, gaps=2, repeats=True, weight=0.3), "加WX")
    assert (match.weight, match.how, match.found_as) == (0.3, ("text", "case", "initials"), "微信")


# --------------------------------------------------------------------------- looks_like


@pytest.mark.parametrize(
    ("term", "body"),
    [
        ("加强", "加弓虽"),
        ("强大", "弓虽大"),
        ("好看", "女子看"),
        ("未来", "末来"),
        ("vx0", "vxo"),
        ("何时", "亻可时"),
        ("张三", "弓長三"),
    ],
)
def test_components_and_look_alikes_are_found(term: str, body: str) -> None:
    assert found(text("t", term, looks_like=True), f"说{body}的") == [body]


@pytest.mark.parametrize("body", ["加弓", "加虽弓", "加弓.虽", "力弓虽"])
def test_parts_of_them_are_not(body: str) -> None:
    assert found(text("t", "加强", looks_like=True), body) == []


def test_without_the_option_a_look_is_nothing() -> None:
    assert found(text("t", "加强"), "加弓虽") == []


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({"gaps": 1}, "加.弓虽"),
        ({"repeats": True}, "加弓虽弓虽"),
        ({"repeats": True}, "加加弓虽"),
        ({"gaps": 1, "repeats": True}, "加加.弓虽强"),
    ],
)
def test_gaps_and_repeats_apply_to_looks(options: Any, body: str) -> None:
    assert found(text("t", "加强", looks_like=True, **options), body) == [body]


def test_repeats_of_one_character_may_stand_in_several_forms() -> None:
    assert spans(text("t", "好人", looks_like=True, repeats=True), "女子好人") == [(0, 4), (2, 4)]


def test_components_stand_together_even_with_gaps() -> None:
    assert found(text("t", "加强", looks_like=True, gaps=2), "加弓.虽") == []


def test_a_match_by_look_is_worth_its_weight() -> None:
    assert [m.weight for m in matches(text("t", "加强", looks_like=True, weight=0.7), "加弓虽")] == [0.7]


def test_a_term_found_as_itself_is_no_match_by_look() -> None:
    assert [(m.how, m.weight) for m in matches(text("t", "加强", looks_like=True), "加强")] == [(("text",), 1.0)]


# --------------------------------------------------------------------------- exact before sounds before looks

FUZZY = {"sounds_like": True, "looks_like": True}


@pytest.mark.parametrize(
    ("terms", "body", "how", "found_as"),
    [
        (("强大",), "强大", (), "强大"),
        (("强大",), "蔷大", ("sounds_like",), "强大"),
        (("强大",), "弓虽大", ("looks_like",), "强大"),
        (("枪大", "强大"), "强大", (), "强大"),  # the second term is there itself
        (("本来",), "笨来", ("sounds_like",), "本来"),  # 笨 sounds and looks like 本
    ],
)
def test_the_nearest_way_counts(terms: Any, body: str, how: tuple[str, ...], found_as: str) -> None:
    [match] = matches(text("t", *terms, **FUZZY), body)
    assert (match.how, match.found_as) == (("text", *how), found_as)


def test_the_look_alike_of_that_case_is_one() -> None:
    assert found(text("t", "本来", looks_like=True), "笨来") == ["笨来"]


@pytest.mark.parametrize("body", ["墙弓虽", "弓虽墙"])
def test_sounds_and_looks_do_not_mix_in_one_match(body: str) -> None:
    assert found(text("t", "强强", **FUZZY), body) == []


# --------------------------------------------------------------------------- word boundary


@pytest.mark.parametrize(
    ("term", "body"),
    [
        ("和服", "产品和服务"),
        ("杀", "秒杀"),
        ("vx", "devxyz"),
        ("vx", "vx123"),
        ("110", "1101"),
        ("大麻", "大麻烦"),
        ("和服", "產品和服務"),
    ],
)
def test_a_word_that_straddles_is_dropped_with_its_reason(term: str, body: str) -> None:
    assert [reason for _, reason in suppressed(words("w", term), body)] == ["word boundary"]


@pytest.mark.parametrize(
    ("term", "body"),
    [
        ("拍卖", "拍卖会"),
        ("和服", "穿和服"),
        ("杀", "杀！"),
        ("vx", "加vx：a"),
        ("110", "打110吧"),
        ("vx", "ＶＸ"),
        ("v信", "加v信好"),
    ],
)
def test_a_word_that_does_not_straddle_is_found(term: str, body: str) -> None:
    assert len(found(words("w", term), body)) == 1


@pytest.mark.parametrize("term", ["卖", "v"])
def test_strict_terms_must_equal_a_token(term: str) -> None:
    assert found(words("w", term), "拍卖会 vx") == []


def test_a_word_with_gaps_is_held_to_its_ends() -> None:
    assert suppressed(words("w", "和服", gaps=1), "产品和 服务") == [("和 服", "word boundary")]


def test_a_fuzzy_word_is_held_to_its_ends() -> None:
    assert found(words("w", "河服", sounds_like=True), "产品和服务") == []


# --------------------------------------------------------------------------- outside


@pytest.mark.parametrize(
    "body",
    ["“微信”", "‘微信’", "「微信」", "『微信』", "﹁微信﹂", '"微信"', "＂微信＂", "“加微信吧”", "「他说‘微信’」"],
)
def test_outside_quotes_drops_what_is_wholly_quoted(body: str) -> None:
    assert suppressed(text("t", "微信", outside=("quotes",)), body) == [("微信", "inside quotes")]


@pytest.mark.parametrize(
    "body",
    ["微信", "“加”微信“吧”", "“微”信", "“微信", "微信”", '"微信\n"', '"a"微信"b"', "”微信“", "《微信》", "“加”微信”"],
)
def test_outside_quotes_keeps_the_rest(body: str) -> None:
    assert len(found(text("t", "微信", outside=("quotes",), gaps=1), body)) == 1


@pytest.mark.parametrize(
    "body", ["http://a.com/vx", "https://vx.cn", "www.vx.example.org/a?b=1", "vx.com", "HTTP://A.COM/VX"]
)
def test_outside_urls_drops_what_stands_in_an_address(body: str) -> None:
    assert suppressed(text("t", "vx", outside=("urls",)), f"看{body}吧")[0][1] == "inside urls"


@pytest.mark.parametrize("body", ["加vx", "vx http://a.com", "http://a.com vx", "a.com，vx", "vx.jpg"])
def test_outside_urls_keeps_the_rest(body: str) -> None:
    assert len(found(text("t", "vx", outside=("urls",)), body)) == 1


def test_outside_mentions_drops_a_name() -> None:
    assert suppressed(text("t", "小明", outside=("mentions",)), "@小明 你好") == [("小明", "inside mentions")]


@pytest.mark.parametrize("body", ["小明你好", "@小红 小明", "@ 小明", "小明@qq"])
def test_outside_mentions_keeps_the_rest(body: str) -> None:
    assert len(found(text("t", "小明", outside=("mentions",)), body)) == 1


def test_several_outsides_hold_together() -> None:
    pattern = text("t", "vx", outside=("quotes", "urls", "mentions"))
    assert spans(pattern, "“vx” vx.com @vx vx") == [(16, 18)]


@pytest.mark.parametrize("outside", [(), ("urls",), ("mentions",)])
def test_quotation_marks_mean_nothing_unless_asked_for(outside: Any) -> None:
    assert len(found(text("t", "微信", outside=outside), "“微信”")) == 1


# --------------------------------------------------------------------------- part

MESSAGE = Message("看图", parts=(Part("ocr", "加微信"), Part("transcript", "微信转账"), Part("ocr", "微信")))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (None, [("ocr", 1, 1), ("transcript", 2, 0), ("ocr", 3, 0)]),
        (("ocr",), [("ocr", 1, 1), ("ocr", 3, 0)]),
        (("transcript", "text"), [("transcript", 2, 0)]),
        (("text",), []),
        (("caption",), []),
    ],
)
def test_a_pattern_looks_in_its_parts(parts: Any, expected: list[tuple[str, int, int]]) -> None:
    found_ = matches(text("t", "微信", parts=parts), MESSAGE)
    assert [(match.part, match.part_index, match.start) for match in found_] == expected


def test_the_text_itself_is_part_0() -> None:
    assert [(m.part, m.part_index) for m in matches(text("t", "看图", parts=("text",)), MESSAGE)] == [("text", 0)]


# --------------------------------------------------------------------------- case: exact


@pytest.mark.parametrize(
    ("term", "body", "expected"),
    [
        ("VX", "VX vx Vx", ["VX"]),
        ("vx", "VX vx Vx", ["vx"]),
        ("VX", "ＶＸ ｖｘ", ["ＶＸ"]),
        ("加V", "加V加v", ["加V"]),
        ("網V", "网V網v", ["网V"]),
        ("É", "É é E\u0301", ["É", "E\u0301"]),
        ("ss", "ß ss", ["ss"]),
    ],
)
def test_exact_case_keeps_apart_what_folding_makes_one(term: str, body: str, expected: list[str]) -> None:
    assert found(text("t", term, exact_case=True), body) == expected


def test_two_cases_of_one_term_are_two_terms() -> None:
    assert found(text("t", "VX", "vx", exact_case=True), "VX vx Vx") == ["VX", "vx"]


@pytest.mark.parametrize(
    ("options", "body"),
    [({"gaps": 1}, "V.X v.x"), ({"repeats": True}, "VVX vvx VvX"), ({"gaps": 1, "repeats": True}, "VV.X vv.x")],
)
def test_exact_case_goes_with_gaps_and_repeats(options: Any, body: str) -> None:
    assert found(text("t", "VX", exact_case=True, **options), body) == [body[: body.index(" ")]]


@pytest.mark.parametrize(
    ("term", "options", "body", "expected"),
    [
        ("VX", {"looks_like": True}, "vx VX", ["VX"]),
        ("WeiXin", {"sounds_like": True}, "weixin WeiXin", ["WeiXin"]),
        ("WeiXin", {"sounds_like": True}, "薇芯", ["薇芯"]),
    ],
)
def test_what_differs_in_its_case_alone_neither_sounds_nor_looks_like_the_term(
    term: str, options: Any, body: str, expected: list[str]
) -> None:
    assert found(text("t", term, exact_case=True, **options), body) == expected


# --------------------------------------------------------------------------- how


@pytest.mark.parametrize(
    ("pattern", "body", "expected"),
    [
        (text("t", "网银"), "网银", ("text",)),
        (words("t", "网银"), "网银", ("words",)),
        (text("t", "网银"), "網銀", ("text", "traditional")),
        (text("t", "vx"), "ＶＸ", ("text", "width", "case")),
        (text("t", "微信", gaps=1), "微.信", ("text", "gaps")),
        (text("t", "微信", gaps=1), "微信", ("text",)),
        (text("t", "微信", repeats=True), "微微信", ("text", "repeats")),
        (text("t", "微信", repeats=True, gaps=1), "微微.信", ("text", "gaps", "repeats")),
        (text("t", "微信", sounds_like=True), "薇芯", ("text", "sounds_like")),
        (text("t", "微信", sounds_like=True), "WeiXin", ("text", "case", "sounds_like")),
        (text("t", "好看", looks_like=True), "女子看", ("text", "looks_like")),
        (text("t", "网银", gaps=2, sounds_like=True), "網.yin", ("text", "traditional", "gaps", "sounds_like")),
        (text("t", "㎏"), "㎏", ("text",)),
    ],
)
def test_how_names_every_step_from_the_term_to_the_text(pattern: Any, body: str, expected: tuple[str, ...]) -> None:
    assert [match.how for match in matches(pattern, body)] == [expected]


# --------------------------------------------------------------------------- invariants

option = st.fixed_dictionaries(
    {"gaps": st.integers(0, 2), "repeats": st.booleans(), "sounds_like": st.booleans(), "looks_like": st.booleans()}
)
terms = st.lists(st.text("微信薇加强好❤vx", min_size=1, max_size=3), min_size=1, max_size=3)
bodies = st.text("微信薇芯加强弓虽女子好❤vx. \n網ｘ", max_size=15)
several = settings(max_examples=300, deadline=None)


@several
@given(terms, option, bodies)
def test_a_match_is_named_once(terms_: list[str], options: Any, body: str) -> None:
    places = spans(text("t", *terms_, **options), body)
    assert len(places) == len(set(places))


@several
@given(terms, option, bodies)
def test_a_match_shows_the_characters_of_its_place(terms_: list[str], options: Any, body: str) -> None:
    assert all(body[m.start : m.end] == m.text for m in matches(text("t", *terms_, **options), body))


@several
@given(terms, option, bodies)
def test_an_option_never_loses_what_is_found_without_it(terms_: list[str], options: Any, body: str) -> None:
    bare = spans(text("t", *terms_), body)
    # With `repeats` a match may take in more of a run, and of those with one end only the first counts.
    loose = spans(text("t", *terms_, **options), body)
    assert all(any(a <= start and end <= b for a, b in loose) for start, end in bare)


@pytest.mark.parametrize(
    ("term", "body", "expected"),
    [
        ("和服", "产品和服务", []),
        ("和服", "租和服", ["和服"]),
        ("拍卖", "拍卖会", ["拍卖"]),
        ("杀", "秒杀", ["杀"]),
        ("vx", "devxyz", ["vx"]),
        ("加微信", "加微信信用卡", ["加微信"]),
        ("徽信", "加徽信用", ["徽信"]),
    ],
)
def test_a_text_with_a_boundary_may_not_straddle_words(term: str, body: str, expected: list[str]) -> None:
    """It may stand within one, and its terms are added to the segmenter's words."""
    assert found(text("t", term, boundary="words", repeats=True), body) == expected


@several
@given(terms, option, st.text("微信薇加强大麻烦参用vx 一，", max_size=12))
def test_nor_of_what_is_found_as_a_word(terms_: list[str], options: Any, body: str) -> None:
    """The repeats beside a term may be another word's."""
    bare = spans(words("w", *terms_), body)
    loose = spans(words("w", *terms_, **options), body)
    assert all(any(a < end and start < b for a, b in loose) for start, end in bare)


@settings(max_examples=40, deadline=None)
@given(terms, bodies)
def test_every_word_is_a_text_too(terms_: list[str], body: str) -> None:
    assert {*spans(words("w", *terms_), body)} <= {*spans(text("t", *terms_), body)}
