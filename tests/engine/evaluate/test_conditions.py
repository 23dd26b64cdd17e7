"""The condition grammar, evaluated: true, false, and unknown."""

from __future__ import annotations

from datetime import datetime

import numpy
import pandas
import pytest

from modengine.errors import MessageError
from modengine.model import Part
from modengine.policy.model import Token
from tests import build
from tests.build import BROKEN, engine, failing, holds, message, regex, rule, text, tokens, value, words

A, B, C = text("a", "甲"), text("b", "乙"), text("c", "丙")
TERM = {True: "a", False: "b", None: "message.reposts > 1"}
"""For the text 甲 without fields: a condition of each value."""


# --------------------------------------------------------------------------- Kleene


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (True, True, True), (True, False, False), (True, None, None),
        (False, True, False), (False, False, False), (False, None, False),
        (None, True, None), (None, False, False), (None, None, None),
    ],
)  # fmt: skip
def test_and(left: bool | None, right: bool | None, expected: bool | None) -> None:
    assert value(f"{TERM[left]} and {TERM[right]}", "甲", A, B) is expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (True, True, True), (True, False, True), (True, None, True),
        (False, True, True), (False, False, False), (False, None, None),
        (None, True, True), (None, False, None), (None, None, None),
    ],
)  # fmt: skip
def test_or(left: bool | None, right: bool | None, expected: bool | None) -> None:
    assert value(f"{TERM[left]} or {TERM[right]}", "甲", A, B) is expected


@pytest.mark.parametrize(("item", "expected"), [(True, False), (False, True), (None, None)])
def test_not(item: bool | None, expected: bool | None) -> None:
    assert value(f"not {TERM[item]}", "甲", A, B) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("a or b and b", True),  # and binds closer
        ("(a or b) and b", False),
        ("not b and a", True),
        ("not (b and a)", True),
        ("not not a", True),
        ("any", True),
        ("true", True),
        ("any and b", False),
    ],
)
def test_brackets_and_precedence(when: str, expected: bool) -> None:
    assert value(when, "甲", A, B) is expected


def test_an_unknown_condition_counts_as_false() -> None:
    assert not holds("a and message.reposts > 1", "甲", A)


def test_not_unknown_counts_as_false_too() -> None:
    assert not holds("a and not message.reposts > 1", "甲", A)


# --------------------------------------------------------------------------- patterns, N of, count

NAMED = (text("pay.card", "卡"), text("pay.cash", "钱"), text("contact", "电话"))


@pytest.mark.parametrize(
    ("when", "body", "expected"),
    [
        ("contact", "电话", True),
        ("contact", "卡", False),
        ("pay.*", "钱", True),
        ("pay.*", "电话", False),
        ("*", "卡", True),
        ("pay.c?sh", "钱", True),
        ("1 of (pay.*)", "钱", True),
        ("2 of (pay.*)", "钱", False),
        ("2 of (pay.*)", "钱卡", True),
        ("2 of (pay.*)", "钱钱钱", False),
        ("2 of (pay.*, contact)", "钱电话", True),
        ("2 of (pay.*, pay.cash)", "钱", False),
        ("2 of them", "电话卡", True),
        ("3 of them", "电话卡", False),
        ("all of them", "电话卡钱", True),
        ("all of them", "电话卡", False),
        ("all of (pay.*)", "卡钱", True),
        ("any of them", "卡", True),
        ("any of them", "好", False),
        ("4 of them", "电话卡钱", False),
    ],
)
def test_of_counts_different_patterns(when: str, body: str, expected: bool) -> None:
    assert value(when, body, *NAMED) is expected


@pytest.mark.parametrize(
    ("when", "body", "expected"),
    [
        ("count(a) >= 2", "甲甲", True),
        ("count(a) >= 2", "甲", False),
        ("count(a) > 1", "甲甲", True),
        ("count(a) == 2", "甲甲", True),
        ("count(a) == 2", "甲甲甲", False),
        ("count(a) != 2", "甲", True),
        ("count(a) < 2", "甲", True),
        ("count(a) <= 1", "甲甲", False),
        ("count(a) == 0", "", True),
        ("count(them) >= 3", "甲甲乙", True),
        ("count(long*) == 1", "哈哈哈", True),  # 0-2 and 1-3 overlap
        ("count(long*) == 2", "哈哈哈哈", True),
        ("count(long*) == 2", "笑哈哈", True),  # by earliest end: 笑 and 哈哈, not 笑哈 alone
        ("count(*) == 2", "丁甲丙乙", True),  # 甲 and 乙, not the whole that holds both
    ],
)
def test_count_takes_disjoint_matches_by_earliest_end(when: str, body: str, expected: bool) -> None:
    patterns = (A, B, text("long1", "哈哈"), text("long2", "笑哈", "笑"), text("whole", "丁甲丙乙"))
    assert value(when, body, *patterns) is expected


def test_count_is_over_all_parts() -> None:
    assert value("count(a) == 3", message("甲", Part("ocr", "甲好甲")), A) is True


# --------------------------------------------------------------------------- near, before


@pytest.mark.parametrize(
    ("when", "body", "expected"),
    [
        ("near(a, b, 0)", "甲乙", True),
        ("near(a, b, 2)", "甲一二乙", True),
        ("near(a, b, 2)", "甲一二三乙", False),
        ("near(a, b, 2)", "乙一二甲", True),
        ("near(a, b, 1)", "甲一二三乙四甲", True),
        ("near(a, b, 2 characters)", "甲一二乙", True),
        ("near(a, b, 9)", "甲", False),
        ("near(a, b, 9)", "乙", False),
        ("near(a, b, 5)", "甲。\n乙", True),  # sentences do not matter
        ("before(a, b, 0)", "甲乙", True),
        ("before(a, b, 2)", "甲一二乙", True),
        ("before(a, b, 2)", "甲一二三乙", False),
        ("before(a, b, 2)", "乙甲", False),
        ("before(a, b, 2)", "乙甲一乙", True),
    ],
)
def test_distance_in_characters(when: str, body: str, expected: bool) -> None:
    assert value(when, body, A, B) is expected


@pytest.mark.parametrize(
    ("body", "distance", "expected"),
    [
        ("甲㎏㎏乙", 2, True),  # two characters of the original, four of the plain view
        ("甲㎏㎏乙", 1, False),
        ("甲e\u0301乙", 2, True),  # two of the original, one of the plain view
        ("甲e\u0301乙", 1, False),
        ("甲\U00020000乙", 1, True),
        ("甲❤\ufe0f乙", 1, False),
    ],
)
def test_characters_are_those_of_the_original(body: str, distance: int, expected: bool) -> None:
    assert value(f"near(a, b, {distance})", body, A, B) is expected


OVER, LAP, WHOLE = text("over", "甲乙丙"), text("lap", "丙丁"), text("whole", "甲乙丙丁")


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("near(over, lap, 0)", True),
        ("near(whole, lap, 0)", True),
        ("before(over, lap, 9)", False),
        ("before(lap, over, 9)", False),
        ("near(over, lap, 0 words)", True),
        ("before(over, lap, 9 words)", False),
    ],
)
def test_overlapping_matches_are_no_distance_apart_and_in_no_order(when: str, expected: bool) -> None:
    assert value(when, "甲乙丙丁", OVER, LAP, WHOLE) is expected


@pytest.mark.parametrize(
    ("when", "body", "expected"),
    [
        ("near(x, y, 0 words)", "苹果香蕉", True),
        ("near(x, y, 0 words)", "苹果，……❤ 香蕉", True),
        ("near(x, y, 1 words)", "苹果和香蕉", True),
        ("near(x, y, 0 words)", "苹果和香蕉", False),
        ("near(x, y, 1 words)", "香蕉还有很多苹果", False),
        ("near(x, y, 2 words)", "香蕉还有很多苹果", True),
        ("near(x, y, 1 words)", "苹果hello，香蕉", True),
        ("near(x, y, 0 words)", "苹果hello，香蕉", False),
        ("before(x, y, 1 words)", "苹果和香蕉", True),
        ("before(x, y, 0 words)", "苹果和香蕉", False),
        ("before(y, x, 5 words)", "苹果和香蕉", False),
        ("near(x, y, 1 words)", "苹果1香蕉", True),
    ],
)
def test_distance_in_words_leaves_out_punctuation(when: str, body: str, expected: bool) -> None:
    assert value(when, body, words("x", "苹果"), words("y", "香蕉")) is expected


def test_a_word_that_a_match_cuts_is_not_between() -> None:
    # 学校 is one word; 学 is a match within it, so only 的 lies wholly between.
    assert value("near(x, y, 1 words)", "学校的书", text("x", "学"), text("y", "书")) is True


@pytest.mark.parametrize("when", ["near(a, b, 99)", "before(a, b, 99)", "together(a, b)", "near(a, b, 99 words)"])
def test_two_matches_of_different_parts_are_never_near(when: str) -> None:
    assert value(when, message("甲", Part("ocr", "乙")), A, B) is False


@pytest.mark.parametrize("when", ["near(a, b, 0)", "before(a, b, 0)", "together(a, b)", "near(a, b, 0 words)"])
def test_any_part_may_hold_the_pair(when: str) -> None:
    assert value(when, message("乙", Part("ocr", "甲"), Part("caption", "好甲乙")), A, B) is True


def test_a_bare_and_spans_parts() -> None:
    assert holds("a and b", message("甲", Part("ocr", "乙")), A, B)


def test_a_glob_in_near_takes_any_of_its_patterns() -> None:
    assert value("near(pay.*, contact, 0)", "钱电话", *NAMED) is True


# --------------------------------------------------------------------------- length


@pytest.mark.parametrize(
    ("body", "expected"),
    [("甲", 1), ("甲 乙，a1！", 4), ("甲❤️\u200b⑫", 3), ("㎏", 2), ("甲[em]e163[/em]", 1), ("e\u0301", 1)],
)
def test_length_counts_letters_and_digits_of_the_plain_view(body: str, expected: int) -> None:
    assert value(f"length == {expected}", body, A) is True
    assert value(f"length < {expected}", body, A) is False


def test_length_counts_all_parts() -> None:
    made = engine(rule("r", "a and length == 4", A))
    assert [hit.rule for hit in made.decide(message("甲乙", Part("ocr", "丙，丁"))).hits] == ["r"]


def test_a_rule_may_ask_for_length_alone() -> None:
    made = engine(rule("r", "length <= 2", A), rule("s", "not a and length > 2", A))
    assert [[hit.rule for hit in decision.hits] for decision in made.decide_batch(["甲", "乙丙丁", "甲乙丙"])] == [
        ["r"],
        ["s"],
        [],
    ]


# --------------------------------------------------------------------------- together


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("甲乙丙", True),
        ("丙，好，乙，好，甲", True),
        ("甲乙。丙", False),
        ("甲。甲乙丙", True),
        ("甲！乙！丙！", False),
        ("甲?乙丙", False),
        ("甲乙…丙", False),
        ("甲乙\n丙", False),
        ("甲乙\u2028丙", False),
        ("甲乙", False),
        ("甲.乙;丙", True),
    ],
)
def test_together_asks_for_one_sentence(body: str, expected: bool) -> None:
    assert value("together(a, b, c)", body, A, B, C) is expected


def test_a_match_belongs_to_the_sentence_in_which_it_starts() -> None:
    long = text("long", "甲。乙")
    assert value("together(long, c)", "丙甲。乙", long, C) is True
    assert value("together(long, c)", "甲。乙丙", long, C) is False


# --------------------------------------------------------------------------- fields


@pytest.mark.parametrize(
    ("when", "fields", "expected"),
    [
        ('message.channel == "group"', {"channel": "group"}, True),
        ('message.channel == "group"', {"channel": "private"}, False),
        ('message.channel != "group"', {"channel": "private"}, True),
        ('message.channel in ("group", "private")', {"channel": "private"}, True),
        ('message.channel in ("group", "private")', {"channel": "public_account"}, False),
        ("message.reposts >= 500", {"reposts": 500}, True),
        ("message.reposts > 500", {"reposts": 500}, False),
        ("message.reposts < 500", {"reposts": 499}, True),
        ("message.reposts <= 500", {"reposts": 501}, False),
        ("message.reposts in (1, 2)", {"reposts": 2}, True),
        ("message.reposts > 499", {"reposts": "500"}, True),
        ("message.reposts == 3", {"reposts": 3.0}, True),
        ("message.reposts == 3", {"reposts": "3.0"}, True),
        ("message.reposts == 3", {"reposts": numpy.float64(3)}, True),
        ("message.reposts == 3", {"reposts": numpy.int64(3)}, True),
        ("message.ratio > 0.5", {"ratio": numpy.float32(0.75)}, True),
        ("message.pinned == true", {"pinned": numpy.bool_(True)}, True),
        ("message.pinned == true", {"pinned": "True"}, True),
        ("message.ratio > 0.5", {"ratio": 0.75}, True),
        ("message.ratio > 0.5", {"ratio": 1}, True),
        ("message.pinned == true", {"pinned": True}, True),
        ("message.pinned == false", {"pinned": True}, False),
        ('message.app == "微讯"', {"app": "微讯"}, True),
        ('message.app == "微讯"', {"app": "微訊"}, False),
    ],
)
def test_fields_are_compared_by_their_type(when: str, fields: dict[str, object], expected: bool) -> None:
    assert value(when, message("甲", **fields)) is expected


@pytest.mark.parametrize(
    ("when", "time", "expected"),
    [
        ('message.time >= "2014-05-28"', "2014-05-28", True),
        ('message.time >= "2014-05-28"', "2014-05-28T00:00:00+08:00", True),
        ('message.time >= "2014-05-28"', "2014-05-27T16:00:00+00:00", True),
        ('message.time >= "2014-05-28"', "2014-05-27T15:59:59+00:00", False),
        ('message.time < "2014-05-28T08:00:00+00:00"', "2014-05-28T15:59:59", True),
        ('message.time < "2014-05-28T08:00:00+00:00"', "2014-05-28T16:00:00", False),
        ('message.time == "2014-05-28T08:00:00"', datetime(2014, 5, 28, 8), True),
        ('message.time in ("2014-05-28", "2014-05-29")', "2014-05-29", True),
    ],
)
def test_moments_without_a_zone_are_chinese(when: str, time: object, expected: bool) -> None:
    assert value(when, message("甲", time=time)) is expected


@pytest.mark.parametrize("fields", [{}, {"reposts": None}, {"views": 5}])
@pytest.mark.parametrize("when", ["message.reposts > 5", "not message.reposts > 5", "message.reposts in (1, 2)"])
def test_a_field_that_the_message_lacks_is_unknown(when: str, fields: dict[str, object]) -> None:
    assert value(when, message("甲", **fields)) is None


@pytest.mark.parametrize(
    "nothing", [float("nan"), numpy.float64("nan"), numpy.datetime64("NaT"), pandas.NaT, pandas.NA]
)
@pytest.mark.parametrize(
    "compared",
    ["reposts > 5", "ratio > 5", "pinned == true", 'app == "x"', 'channel == "group"', 'time > "2014-05-28"'],
)
def test_what_a_data_frame_writes_for_nothing_is_unknown(compared: str, nothing: object) -> None:
    name = compared.partition(" ")[0]
    assert value(f"message.{compared}", message("甲", **{name: nothing})) is None


@pytest.mark.parametrize(
    ("compared", "written"),
    [("reposts > 5", "NaN"), ("ratio > 5", "nan"), ("pinned == true", "NaN"), ('time > "2014-05-28"', "NaT")],
)
def test_nan_in_a_cell_is_unknown_but_for_texts(compared: str, written: str) -> None:
    name = compared.partition(" ")[0]
    assert value(f"message.{compared}", message("甲", **{name: written})) is None
    assert value(f'message.app == "{written}"', message("甲", app=written)) is True


@pytest.mark.parametrize("given", ["1_0", "٣", "inf", "NaNs", "", [3]])
def test_what_is_no_number_is_an_error(given: object) -> None:
    with pytest.raises(MessageError, match="`ratio` is "):
        engine(rule("r", "a", A)).decide(message("甲", ratio=given))


@pytest.mark.parametrize(
    "given", [3.5, float("inf"), "3.5", "3.0.0", ".0", "3e2", "1_0", "٣", "+", numpy.float64(3.5), [3], {}]
)
def test_what_is_no_whole_number_is_an_error(given: object) -> None:
    with pytest.raises(MessageError, match="`reposts` is "):
        engine(rule("r", "a", A)).decide(message("甲", reposts=given))


@pytest.mark.parametrize(
    "fields", [{"reposts": "many"}, {"reposts": True}, {"channel": "radio"}, {"time": "yesterday"}, {"pinned": "maybe"}]
)
def test_a_field_of_another_type_is_an_error(fields: dict[str, object]) -> None:
    with pytest.raises(MessageError) as caught:
        engine(rule("r", "a", A)).decide(message("甲", **fields))
    assert caught.value.code == "ME903"


# --------------------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("when", "body", "expected"),
    [
        ("rule(one)", "甲", True),
        ("rule(one)", "乙", False),
        ("rule(o*)", "乙", True),
        ("not rule(one)", "乙", True),
        ("rule(draft)", "丙", False),
        ("rule(cancelled)", "甲丙", False),
        ("rule(cancelled)", "甲", True),
        ("rule(shown)", "甲", True),
        ("rule(chain)", "甲", True),
        ("rule(worthless)", "甲", True),
        ("rule(relief)", "甲", True),
    ],
)
def test_a_rule_is_true_where_it_hit_before_caps_and_relief(when: str, body: str, expected: bool) -> None:
    rules = (
        rule("one", "a", A),
        rule("other", "b", B),
        rule("draft", "c", C, status="draft"),
        rule("cancelled", "a", A, C, unless="c"),
        rule("shown", "a", A, status="test"),
        rule("chain", "rule(one)"),
        rule("worthless", "a", A, group="g"),
        build.relief("relief", "a", A, by=None),
    )
    asked = rule("asked", f"x and ({when})", regex("x", "."), category="other")
    hits = engine(*rules, asked, caps={"g": 0}).decide(body).hits
    assert ("asked" in [hit.rule for hit in hits]) is expected


# --------------------------------------------------------------------------- unless


@pytest.mark.parametrize(
    ("unless", "body", "expected"),
    [
        ("b", "甲", True),
        ("b", "甲乙", False),
        ("near(a, b, 1)", "甲乙", False),
        ("near(a, b, 1)", "甲一二乙", True),
        ("message.reposts > 5", "甲", True),  # unknown does not cancel
        ("not message.reposts > 5", "甲", True),
    ],
)
def test_unless_cancels_where_it_is_true(unless: str, body: str, expected: bool) -> None:
    assert holds("a", body, A, B, unless=unless) is expected


# --------------------------------------------------------------------------- matchers that fail


@pytest.mark.parametrize(
    ("when", "body", "expected"),
    [
        ("broken", "坏", None),
        ("broken", "好", False),
        ("not broken", "坏", None),
        ("broken and a", "坏甲", None),
        ("broken and a", "坏", False),
        ("broken or a", "坏甲", True),
        ("near(broken, a, 9)", "坏甲", None),
        ("near(broken, a, 9)", "坏", False),
        ("before(a, broken, 9)", "甲坏", None),
        ("together(a, broken)", "甲坏", None),
        ("1 of (broken, a)", "坏", None),
        ("1 of (broken, a)", "坏甲", True),
        ("2 of (broken, a)", "坏甲", None),
        ("2 of (broken, a, b)", "坏", False),
        ("all of (broken, a)", "坏", False),
        ("count(broken) >= 1", "坏", None),
        ("count(broken) < 1", "坏", None),
        ("count(broken) == 0", "坏", None),
        ("count(broken) != 0", "坏", None),
    ],
)
def test_a_failed_matcher_is_unknown_where_it_could_change_the_value(
    when: str, body: str, expected: bool | None
) -> None:
    with failing():
        assert value(when, body, BROKEN, A, B) is expected


TWICE = tokens("twice", Token(text="坏"))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("twice", True),
        ("count(twice) >= 1", True),
        ("count(twice) > 1", None),
        ("count(twice) < 1", False),
        ("count(twice) <= 1", None),
        ("count(twice) == 0", False),
        ("count(twice) == 1", None),
        ("count(twice) != 0", True),
        ("count(twice) != 1", None),
    ],
)
def test_what_a_failed_matcher_had_found_counts(when: str, expected: bool | None) -> None:
    with failing(steps=3):  # the first 坏 is found, then the budget is spent
        assert value(when, "坏，" * 20, TWICE) is expected


def test_a_rule_that_could_not_be_told_is_unknown_to_others() -> None:
    with failing():
        rules = (rule("one", "broken", BROKEN), rule("two", "x and not rule(one)", regex("x", ".")))
        assert [hit.rule for hit in engine(*rules).decide("坏").hits] == []
        assert [hit.rule for hit in engine(*rules).decide("好").hits] == ["two"]


def test_a_rule_that_asks_for_one_that_could_not_be_told_is_unknown_too() -> None:
    with failing():
        rules = (
            rule("one", "broken", BROKEN),
            rule("two", "rule(one)"),
            rule("three", "x and not rule(two)", regex("x", ".")),
        )
        assert [hit.rule for hit in engine(*rules).decide("坏").hits] == []
        assert [hit.rule for hit in engine(*rules).decide("好").hits] == ["three"]


def test_a_rule_that_lacks_a_field_is_not_unknown_to_others() -> None:
    rules = (rule("one", "a and message.reposts > 5", A), rule("two", "a and not rule(one)", A))
    assert [hit.rule for hit in engine(*rules).decide("甲").hits] == ["two"]
