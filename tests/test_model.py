"""Messages made in Python: what is none is said at once, with a code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modengine.errors import MessageError
from modengine.model import Message, Part
from tests.engines import campaign


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
