"""Words of others in the words of an error."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

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


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("column", [1, 40, 150, 269, 270])
def test_as_much_of_a_line_is_shown_as_fits_with_a_sign_where_it_is_cut(column: int, width: int) -> None:
    source = "".join(f"{i}{chr(0x4E00 + i)}" for i in range(100))[:270]
    problem = Diagnostic("ME820", "message", Location("a.yaml", 7, column), "hint", source)
    _, line, caret, _ = problem.render(width).split("\n")
    shown = line.removeprefix("  7 | ")
    assert width - 2 <= cell_len(line) <= width, "a wide character may leave a cell on each side"
    assert source.startswith(shown.strip("…")) != shown.startswith("…")
    assert source.endswith(shown.strip("…")) != shown.endswith("…")
    before = next(i for i in range(len(line)) if cell_len(line[:i]) == cell_len(caret) - 1)
    assert line[before] == source[column - 1]
