"""Plain text: a message a line."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.errors import MessageError
from modengine.model import Message
from modengine.run.read.lines import LineReader, decoded, too_large
from modengine.run.read.row import Row


def rows(lines: LineReader, source: str, _text_key: str = "text") -> Iterator[Row]:
    """A row for every line that is not blank.  Such messages have no `id`: the line stands for it."""
    for number, data in lines:
        try:
            if data is None:
                raise too_large()
            text = decoded(data)
            if text and not text.isspace():
                yield Row(number, source, message=Message(text))
        except MessageError as error:
            yield Row(number, source, error=error)
