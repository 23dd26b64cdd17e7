"""The kind `tokens`: sequences over the words of one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from modengine.engine.match.tokens import merged
from modengine.errors import PolicyError
from modengine.model import Message, Part
from modengine.policy.model import MANY
from tests import build
from tests.build import Token, compile_policy, found, spans, tokens


def t(text: str, low: int = 1, high: int = 1) -> Token:
    return Token(text=text, low=low, high=high)


def like(kind: Any, low: int = 1, high: int = 1) -> Token:
    return Token(like=kind, low=low, high=high)


# --------------------------------------------------------------------------- what a token is


@pytest.mark.parametrize(
    ("steps", "body", "expected"),
    [
        ((t("加"), t("微信")), "请加微信", ["加微信"]),
        ((t("加"), t("微信")), "加 微信", ["加 微信"]),
        ((t("加"), t("微信")), "加，微信", []),
        ((t("加"), t("，"), t("微信")), "加，微信", ["加，微信"]),
        ((t("加"), t("微信")), "加。微信", []),
        ((t("加"), t("微信")), "加\n微信", []),
        ((t("网银"),), "网银失效", ["网银"]),
        ((t("網銀"),), "网银失效", ["网银"]),
        ((t("网银"),), "網銀失效", ["網銀"]),
        ((t("VX"),), "加vx ok", ["vx"]),
        ((t("和服"),), "产品和服务", []),
        ((t("，"), t("，")), "好，，吧", ["，，"]),
        ((t("!"),), "好！", ["！"]),
        ((t("❤"),), "爱❤\ufe0f你", ["❤\ufe0f"]),
    ],
)
def test_text_is_a_token_of_the_plain_view(steps: Any, body: str, expected: list[str]) -> None:
    assert found(tokens("p", *steps), body) == expected


def test_in_takes_any_of_its_terms() -> None:
    pattern = tokens("p", Token(among=("登录", "點擊", "ＶＸ")), t("链接"))
    assert found(pattern, "登录链接，点击链接，vx链接，打开链接") == ["登录链接", "点击链接", "vx链接"]


@pytest.mark.parametrize(
    ("pos", "body", "expected"),
    [
        ("v", "我去学校", ["去"]),
        ("n", "我去学校", ["学校"]),
        ("ns", "我去北京", ["北京"]),
        ("n", "我去北京", ["北京"]),
        ("x", "好，", ["，"]),
    ],
)
def test_pos_is_the_beginning_of_the_segmenters_tag(pos: str, body: str, expected: list[str]) -> None:
    assert found(tokens("p", Token(pos=pos)), body) == expected


def test_every_test_of_a_token_must_hold() -> None:
    pattern = tokens("p", Token(among=("去", "学校"), pos="v"))
    assert found(pattern, "我去学校") == ["去"]


# --------------------------------------------------------------------------- like


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("url", "看 http://a.cn/b 和 c.com", ["http://a.cn/b", "c.com"]),
        ("handle", "加 abc_12 或 @小明", ["abc_12", "@小明"]),
        ("handle", "扣 1234567 吧", ["1234567"]),
        ("handle", "加 hello 吧", []),
        ("handle", "共 1234 人", []),
        ("number", "共 1,200 人 3万 人", ["1,200", "3万"]),
        ("number", "共 12345 人", ["12345"]),
        ("money", "赚 300元 或 ¥80 或 5万块", ["300元", "¥80", "5万块"]),
        ("money", "共 300 人", []),
        ("han", "好a1，", ["好"]),
        ("latin", "好abc，１", ["abc"]),
        ("latin", "好ＡＢ", ["ＡＢ"]),
        ("han", "\U00020000", ["\U00020000"]),
    ],
)
def test_like_asks_for_a_shape(kind: Any, body: str, expected: list[str]) -> None:
    assert found(tokens("p", like(kind)), body) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("看http://a.cn/12345和", ["http://a.cn/12345"]),
        ("加abc_12吧", ["abc_12"]),
        ("赚300元吧", ["300元"]),
        ("有3万人", ["3万"]),
        ("日赚300-500元", ["300", "500元"]),
        ("好", []),
    ],
)
def test_shapes_become_one_token_each_by_priority(sentence: str, expected: list[str]) -> None:
    assert [sentence[a:b] for a, b in merged(sentence)] == expected


def test_a_merged_stretch_is_one_token_of_a_sequence() -> None:
    assert found(tokens("p", t("日赚"), like("money"), t("起")), "日赚300元起") == ["日赚300元起"]


def test_a_word_inside_a_merged_stretch_is_no_token() -> None:
    assert found(tokens("p", t("元")), "赚300元") == []


# --------------------------------------------------------------------------- op


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1, 1, ["好，"]),
        (0, 1, ["好", "好，"]),
        (0, MANY, ["好", "好，，，，"]),
        (1, MANY, ["好，，，，"]),
        (0, 3, ["好", "好，，，"]),
        (2, 3, ["好，，，"]),
        (4, 4, ["好，，，，"]),
        (5, MANY, []),
    ],
)
def test_op_says_how_many_and_the_longest_counts(low: int, high: int, expected: list[str]) -> None:
    assert found(tokens("p", t("好"), t("，", low, high)), "好吗好，，，，") == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [("加微信", ["加微信"]), ("加我微信", ["加我微信"]), ("加，我，的微信", []), ("加我的微信", ["加我的微信"])],
)
def test_up_to_three_of_any_token_may_stand_between(body: str, expected: list[str]) -> None:
    assert found(tokens("p", t("加"), like("han", 0, 3), t("微信")), body) == expected


def test_a_match_is_given_for_every_token_it_can_start_at() -> None:
    assert spans(tokens("p", like("han", 1, MANY), t("，")), "好吗，") == [(0, 3), (1, 3)]


def test_the_longest_match_of_a_start_counts() -> None:
    assert found(tokens("p", t("加"), like("han", 0, MANY), t("，")), "加我，加你，好")[0] == "加我，"


def test_a_token_may_be_taken_by_either_of_two_steps() -> None:
    # A greedy reading would let the first step take both commas.
    assert found(tokens("p", t("，", 0, MANY), t("，"), t("好")), "，，好")[0] == "，，好"


@pytest.mark.parametrize("steps", [(t("，", 0),), (like("han", 0, MANY), t("，", 0, 1))])
def test_a_sequence_that_needs_no_token_is_an_error(steps: Any) -> None:
    with pytest.raises(PolicyError) as caught:
        compile_policy(build.policy(build.rule("r", "p", tokens("p", *steps))))
    assert [problem.code for problem in caught.value.diagnostics] == ["ME407"]


@pytest.mark.parametrize("step", [Token(text=""), Token(among=("微信", " "))])
def test_a_token_that_is_empty_after_normalising_is_an_error(step: Token) -> None:
    with pytest.raises(PolicyError) as caught:
        compile_policy(build.policy(build.rule("r", "p", tokens("p", step))))
    assert [problem.code for problem in caught.value.diagnostics] == ["ME403"]


# --------------------------------------------------------------------------- outside, part, gates


@pytest.mark.parametrize(
    ("outside", "body", "expected"),
    [(("quotes",), "“加微信”", []), (("quotes",), "加“微信”", ["加“微信"]), ((), "“加微信”", ["加微信"])],
)
def test_outside_drops_what_is_wholly_inside(outside: Any, body: str, expected: list[str]) -> None:
    pattern = tokens("p", t("加"), t("“", 0), t("微信"), outside=outside)
    assert found(pattern, body) == expected


def test_tokens_look_in_their_parts() -> None:
    message = Message("加微信", parts=(Part("ocr", "好，加微信"),))
    assert [(m.part_index, m.start) for m in build.matches(tokens("p", t("加"), parts=("ocr",)), message)] == [(1, 2)]


def test_a_sequence_without_any_text_looks_at_every_sentence() -> None:
    assert found(tokens("p", like("latin"), like("number")), "好。abc 12！好") == ["abc 12"]


def test_a_sequence_with_a_text_looks_where_it_stands() -> None:
    assert found(tokens("p", like("han", 0, 1), t("微信")), "加微信。好。我微信") == [
        "加微信",
        "微信",
        "我微信",
        "微信",
    ]


def test_the_place_is_that_of_the_original() -> None:
    assert spans(tokens("p", t("网银")), "ß㎏網銀") == [(2, 4)]


def test_a_match_shows_the_normalised_text() -> None:
    [match] = build.matches(tokens("p", t("网银"), like("latin")), "網銀 ＶＸ")
    assert (match.found_as, match.how) == ("网银 vx", ("tokens", "width", "case", "traditional"))


# --------------------------------------------------------------------------- the budget


def test_a_search_beyond_its_budget_has_failed_and_is_not_no_match() -> None:
    with build.failing():
        decision = build.engine(build.rule("r", "p", tokens("p", t("坏"), t("人")))).decide("坏蛋")
    assert [(entry.rule, entry.pattern, entry.reason) for entry in decision.undetermined] == [
        ("r", "p", "the tokens took more than 0 steps")
    ]


def test_a_search_beyond_its_budget_goes_to_review() -> None:
    with build.failing():
        assert build.engine(build.rule("r", "broken", build.BROKEN)).decide("坏").action == "review"


def test_what_was_found_before_the_budget_was_spent_is_kept() -> None:
    rule = build.rule("r", "count(p) < 2", tokens("p", t("坏")))
    with build.failing(steps=4):
        decision = build.engine(rule, build.rule("s", "p", tokens("p", t("坏")))).decide("坏，" * 50)
    assert [(hit.rule, hit.matches[0].text) for hit in decision.hits] == [("s", "坏")]
    assert [entry.rule for entry in decision.undetermined] == ["r"]


def test_the_budget_bounds_a_sequence_of_many_open_steps() -> None:
    steps = [like("han", 0, MANY), t("，", 0, MANY)] * 20
    decision = build.engine(build.rule("r", "p", tokens("p", *steps, t("啊")))).decide("好，" * 5000 + "啊")
    assert decision.undetermined[0].reason.startswith("the tokens took more than")
