"""A batch is decided as its messages are one by one."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings

from modengine.engine.budget import BUDGET
from modengine.engine.engine import Engine
from modengine.errors import MessageError
from modengine.model import Message, Part
from modengine.policy.model import Policy, Token
from tests import build
from tests.build import compile_policy, exception, regex, rule, text, tokens, words
from tests.strategies import cases

A = text("a", "微信", sounds_like=True, gaps=2)
POLICY = build.policy(
    rule(
        "r.words",
        "w and near(w, a, 9)",
        words("w", "刷单", "和服", gaps=1),
        text("a", "微信", sounds_like=True, gaps=2),
    ),
    rule("r.twice", "t", text("t", "好好", repeats=True)),
    rule("r.looks", "l", text("l", "强", looks_like=True)),
    rule("r.shape", "d", regex("d", r"加\D{0,4}\d{3,}")),
    rule("r.edge", "e", regex("e", "^甲|乙$")),
    rule("r.tokens", "k", tokens("k", Token(text="日赚"), Token(like="money"))),
    rule("r.always", "not none", text("none", "没有")),
    rule("test", "rule(r.*)", status="test"),
    exceptions=(exception("quiet", 'message.app == "校讯"'),),
)
ODD = (
    "",
    "刷单加微.信12345",
    "刷单加weixin",
    "wo xin",
    "刷单加\ufe0f微信",
    "e\u0301 刷单 微信",
    "ﬁ ㎏ ½ ß 刷单，微信",
    "\ud800刷单，微信",
    "\uffff",
    "刷单\uffff微信",
    "\ufffe",
    "\U00020000强弓虽\U0001f427",
    "\ufa6c",
    "好",
    "好，好",
    "好好",
    "甲",
    "乙",
    "，，",
    "日赚300元",
    "没有",
    "\x00\n\r",
)
MESSAGES = [Message(text, str(at), fields={"app": ("校讯", "微讯")[at % 2]}) for at, text in enumerate(ODD)]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(compile_policy(POLICY))


@pytest.mark.parametrize("size", [1, 2, 7, len(MESSAGES)])
@pytest.mark.parametrize("ignore_scope", [False, True])
def test_a_batch_is_decided_as_one_by_one(engine: Engine, size: int, ignore_scope: bool) -> None:
    batches = (MESSAGES[at : at + size] for at in range(0, len(MESSAGES), size))
    decided = chain.from_iterable(engine.decide_batch(batch, ignore_scope=ignore_scope) for batch in batches)
    assert list(decided) == [engine.decide(message, ignore_scope=ignore_scope) for message in MESSAGES]


def test_every_order_of_neighbours_gives_the_same(engine: Engine) -> None:
    pairs = [message for left in MESSAGES for right in MESSAGES for message in (left, right)]
    known = {message.id: engine.decide(message) for message in MESSAGES}
    assert engine.decide_batch(pairs) == [known[message.id] for message in pairs]


def test_the_parts_of_a_message_stay_together(engine: Engine) -> None:
    many = [Message(text, parts=(Part("ocr", ocr), Part("caption", text))) for text in ODD for ocr in ODD[:8]]
    assert engine.decide_batch(many) == [engine.decide(message) for message in many]


def test_a_message_that_is_too_long_does_not_keep_the_others(engine: Engine) -> None:
    many = ["刷单，微信", "刷单，微信" * BUDGET.characters, "刷单，微信"]
    assert engine.decide_batch(many) == [engine.decide(message) for message in many]


def test_an_error_stands_in_the_place_of_its_decision(engine: Engine) -> None:
    first, wrong, last = engine.decide_batch(["刷单，微信", Message("好", fields={"reposts": "many"}), "好好"])
    assert (first, last) == (engine.decide("刷单，微信"), engine.decide("好好"))
    assert isinstance(wrong, MessageError)
    assert wrong.code == "ME903"


def test_a_batch_may_be_empty_or_an_iterator(engine: Engine) -> None:
    assert engine.decide_batch([]) == []
    assert engine.decide_batch(iter(["好好"])) == [engine.decide("好好")]


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(cases())
def test_any_batch_is_decided_as_one_by_one(case: tuple[Policy, list[Message]]) -> None:
    policy, messages = case
    engine = Engine(compile_policy(policy))
    assert engine.decide_batch(messages) == [engine.decide(message) for message in messages]
