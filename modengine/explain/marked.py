"""The original text as HTML, with brackets and backgrounds where something was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from modengine.explain.marks import BRACKETS, Mark, windows
from modengine.explain.visible import Glyph, glyphs

LONGEST = 20_000
"""Code points of a part that are shown whole."""


def marked(text: str, marks: Sequence[Mark]) -> str:
    """The text of one part; empty for an empty text."""
    out: list[str] = []
    before = 0
    for start, end in windows(text, marks, LONGEST):
        if start > before:
            out.append(_left_out(start - before))
        out += _pieces(glyphs(text, start, end, keep_joiners=True), marks)
        before = end
    if before < len(text):
        out.append(_left_out(len(text) - before))
    return "".join(out)


def _left_out(count: int) -> str:
    return f'<span class="me-quiet"> … {count:,} characters are not shown … </span>'


def _pieces(stream: Iterator[Glyph], marks: Sequence[Mark]) -> Iterator[str]:
    """Runs of glyphs under the same marks, each in one element, with the brackets between them."""
    open_: list[Mark] = []
    waiting = sorted(marks, key=lambda m: (m.start, -m.end), reverse=True)
    run: list[str] = []
    for glyph in stream:
        ended = [mark for mark in open_ if mark.end <= glyph.start]
        begun: list[Mark] = []
        while waiting and waiting[-1].start < glyph.end:
            mark = waiting.pop()
            if mark.end > glyph.start:
                begun.append(mark)
        if ended or begun:
            yield _run(run, open_)
            run = []
            yield from (_end(mark, open_) for mark in ended)
            open_ = [mark for mark in open_ if mark not in ended] + begun
            yield from map(_begin, begun)
        shown = escape(glyph.shown)
        if glyph.odd:
            # Isolated, so that what the page calls by name does not change the order of what is around it.
            shown = f'<bdi class="me-odd">{shown}</bdi>'
        run.append(shown + ("<br>" if glyph.breaks else ""))
    yield _run(run, open_)
    yield from (_end(mark, open_) for mark in open_)


def _run(pieces: list[str], open_: Sequence[Mark]) -> str:
    body = "".join(pieces)
    if not open_ or not body:
        return body
    kind = "hit" if any(m.kind == "hit" for m in open_) else open_[-1].kind
    return f'<mark class="me-{kind}{" me-deep" if len(open_) > 1 else ""}">{body}</mark>'


def _begin(mark: Mark) -> str:
    return f'<span class="me-no">{BRACKETS[mark.kind][0]}{mark.number}</span>'


def _end(mark: Mark, open_: Sequence[Mark]) -> str:
    """The closing bracket; with the number where several marks are open and it could be another's."""
    number = str(mark.number) if len(open_) > 1 else ""
    return f'<span class="me-no">{number}{BRACKETS[mark.kind][1]}</span>'
