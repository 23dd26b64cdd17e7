"""Messages made in Python: what is none is said at once, with a code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from modengine.errors import MessageError
from modengine.explain.json import as_json
from modengine.model import Decision, Message, Part, Trace, plain_matches
from tests.engines import campaign

PAID = Message(
    "找兼职？加微信详谈",
    "h-1",
    (Part("ocr", "扫码领取"),),
    {"channel": "group", "time": "2014-05-30T08:00:00+08:00", "reposts": 620, "share": 0.5, "new": True},
)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Message(float("nan")), "`text` is nan of type float, not a str"),
        (lambda: Message(b"bytes"), "`text` is b'bytes' of type bytes"),
        (lambda: Message("x", id=7), "`id` is 7 of type int"),
        (lambda: Message("x", fields=None), "`fields` is None of type NoneType, not a mapping"),
        (lambda: Message("x", parts=("y",)), "`parts[0]` is 'y' of type str, not a Part"),
        (lambda: Message("x", parts=(Part("ocr", None),)), "`parts[0]` is "),
        (
            lambda: Message("x", parts=(Part("ocr", "y"), Part("foo", "y"))),
            "the kind of `parts[1]` is 'foo', not one of",
        ),
    ],
)
def test_a_message_of_wrong_types_is_refused(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(MessageError) as caught:
        make()
    assert caught.value.code == "ME902"
    assert said in str(caught.value)


@pytest.mark.parametrize("given", [None, 5, b"text", ["a"], float("nan")])
def test_what_is_no_message_is_not_decided(given: Any) -> None:
    engine = campaign()
    for call in (engine.decide, engine.trace, lambda message: engine.decide_batch([message])):
        with pytest.raises(MessageError, match="not a str or a Message"):
            call(given)


@pytest.mark.parametrize(
    "message",
    [
        PAID,
        Message(),
        Message("x", fields={"tags": ["a", {"b": None}]}),
    ],
)
def test_a_message_comes_back_from_json_and_from_plain_data(message: Message) -> None:
    assert_comes_back(message)


def test_a_message_of_a_trace_comes_back_too() -> None:
    assert_comes_back(campaign().trace(PAID).message)


def assert_comes_back(message: Message) -> None:
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(message), type=Message) == message
    assert msgspec.convert(msgspec.to_builtins(message), Message) == message


def test_a_time_comes_back_from_json_as_its_text_and_is_decided_alike() -> None:
    time = datetime(2014, 5, 30, tzinfo=UTC)
    message = msgspec.structs.replace(PAID, fields={**PAID.fields, "time": time})
    decoded = msgspec.json.decode(msgspec.json.encode(message), type=Message)
    assert decoded.fields == {**PAID.fields, "time": "2014-05-30T00:00:00Z"}
    assert campaign().decide(decoded) == campaign().decide(message)
    assert msgspec.convert({"text": "x", "fields": {"time": time}}, Message) == Message("x", fields={"time": time})


@pytest.mark.parametrize(
    "plain", [{"text": 5}, {"fields": []}, {"parts": [{"kind": "foo", "text": "x"}]}, {"parts": "x"}]
)
def test_what_is_no_message_is_refused_where_it_is_decoded(plain: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(plain, Message)


@pytest.mark.parametrize("message", [PAID, Message("今天天气真好"), Message("x" * 20_001)])
def test_a_decision_comes_back_from_json_and_from_plain_data(message: Message) -> None:
    decision = campaign().decide(message)
    assert msgspec.json.decode(msgspec.json.encode(decision, enc_hook=plain_matches), type=Decision) == decision
    assert msgspec.convert(msgspec.to_builtins(decision, enc_hook=list), Decision) == decision


@pytest.mark.parametrize("message", [PAID, Message("今天天气真好"), Message("x" * 20_001)])
def test_a_trace_comes_back_from_what_explain_writes(message: Message) -> None:
    trace = campaign().trace(message)
    assert msgspec.json.decode(as_json(trace), type=Trace) == trace
    assert msgspec.convert(msgspec.to_builtins(trace), Trace) == trace
