"""Words of others in the words of an error."""

from __future__ import annotations

import pytest

from modengine.errors import Diagnostic, Location, MessageError

HOSTILE = ["\x1b[31m", "\x07", "\u202e", "\u200b", "\ud800", "\x9b", "\r"]


@pytest.mark.parametrize("sign", HOSTILE)
def test_an_error_moves_no_cursor_and_turns_no_line_around(sign: str) -> None:
    place = Location(f"a{sign}.yaml")
    text = Diagnostic("ME201", f"no key `a{sign}b`", place, f"did you mean `{sign}`?", f"a{sign}b: 1").render()
    assert [line for line in text.split("\n") if not line.isprintable()] == []
    assert text.count("\n") == 3
    assert f"a\N{REPLACEMENT CHARACTER}{sign[1:]}b" in text


@pytest.mark.parametrize("sign", HOSTILE)
def test_nor_does_an_error_about_a_message(sign: str) -> None:
    error = MessageError("ME903", f"`a{sign}` is 1,\nwhich is none", "mend it")
    lines = str(error).split("\n")
    assert all(line.isprintable() for line in lines)
    assert lines[1:] == ["which is none", "  hint: mend it"]
    assert error.message == f"`a{sign}` is 1,\nwhich is none"
