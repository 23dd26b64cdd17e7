"""No bytes whatever crash the reader, and none are lost without a word."""

from __future__ import annotations

import io

from hypothesis import given, settings, strategies as st

from modengine.errors import InputError
from modengine.run.read.files import FORMS, Form, look, read
from modengine.run.read.row import Row

PIECES = st.sampled_from(
    (
        *(b"\n", b"\r\n", b"\r", b",", b'"', b'""', b"{", b"}", b'{"text": "x"}', b'"text":', b"text", b"id,text\n"),
        *(b"\x00", "中文".encode(), "中文".encode("gbk"), b"\xff", b"\xef\xbb\xbf", b"[", b"\\ud800", b" ", b"1"),
    )
)
DATA = st.lists(PIECES | st.binary(max_size=4), max_size=40).map(b"".join)


def rows(data: bytes, form: Form) -> list[Row] | None:
    try:
        return list(read([look("-", form, io.BytesIO(data))]))
    except InputError:
        return None


@settings(deadline=None, max_examples=300)
@given(DATA, st.sampled_from(list(FORMS)))
def test_every_row_is_a_message_or_an_error(data: bytes, form: Form) -> None:
    found = rows(data, form) or []
    assert all((row.message is None) != (row.error is None) for row in found)
    lines = [row.line for row in found]
    assert lines == sorted(set(lines))


@settings(deadline=None, max_examples=300)
@given(DATA, st.sampled_from(["jsonl", "text"]))
def test_every_line_that_is_not_blank_has_a_row(data: bytes, form: Form) -> None:
    found = rows(data, form)
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    solid = [n for n, line in enumerate(lines, 1) if line.decode("utf-8", "replace").strip()]
    assert found is None or [row.line for row in found] == solid


@settings(deadline=None, max_examples=300)
@given(DATA)
def test_every_line_of_a_table_is_in_a_row_or_named_as_lost(data: bytes) -> None:
    found = rows(b"text\n" + data.replace(b'"', b""), "csv")
    solid = [n for n, line in enumerate(data.replace(b'"', b"").split(b"\n"), 2) if line.strip(b"\r")]
    assert found is None or [row.line for row in found] == solid
