"""The views of many texts at once, by table look-ups over one joined text.

Every view is the one that is made of each text alone (`normalize`, `sounds`), without its places.
A text that a table cannot do is left out, to be done alone.  Needs numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modengine.text.looks import look_code
from modengine.text.normalize import COMPLEX, EMOTICON_BEGINS, LEARN, SEPARATOR, ignorable, normal_code
from modengine.text.sounds import LATIN, pinyin, symbol_code

_SEPARATOR, _COMPLEX, _UNKNOWN = ord(SEPARATOR), ord(COMPLEX), 0xFFFFFFFF

Codes = NDArray[Any]
"""Code points, uint32."""


class _Table:
    """What each code point below LEARN becomes, learnt at first sight."""

    def __init__(self, learn: Callable[[int], int]) -> None:
        self._learn = learn
        self._known = np.full(LEARN, _UNKNOWN, np.uint32)

    def __call__(self, codes: Codes) -> Codes:
        out = self._known[codes]
        new = out == _UNKNOWN
        if new.any():
            for code in np.unique(codes[new]).tolist():
                self._known[code] = self._learn(code)
            out = self._known[codes]
        return out


_PLAIN = _Table(normal_code)
_IGNORABLE = _Table(lambda code: ignorable(chr(code)))
_SOUND = _Table(symbol_code)
_LOOK = _Table(look_code)


class Joined:
    """One view of all texts: joined by SEPARATOR, with where each text ends.

    `places` tells of a reduced view where in the joined plain one the last character of each run stood.
    """

    __slots__ = ("ends", "places", "text")

    def __init__(self, codes: Codes, places: Codes | None = None) -> None:
        self.places: list[int] = [] if places is None else places.tolist()
        self.text = codes.astype("<u4").tobytes().decode("utf-32-le")
        self.ends: list[int] = [*np.flatnonzero(codes == _SEPARATOR).tolist(), len(codes)]

    def start(self, number: int) -> int:
        return self.ends[number - 1] + 1 if number else 0

    def of(self, number: int) -> str:
        """The view of one text."""
        return self.text[self.start(number) : self.ends[number]]


class Bulk:
    """The views of some texts.  `alone` has the numbers of those that are not in them."""

    __slots__ = ("_plain", "alone", "plain")

    def __init__(self, texts: Sequence[str]) -> None:
        self.alone = {number for number, text in enumerate(texts) if SEPARATOR in text or EMOTICON_BEGINS in text}
        if self.alone:
            texts = ["" if number in self.alone else text for number, text in enumerate(texts)]
        codes: Codes = np.frombuffer(SEPARATOR.join(texts).encode("utf-32-le", "surrogatepass"), "<u4")
        plain = _PLAIN(np.where(codes < LEARN, codes, _COMPLEX))
        hard = np.flatnonzero((plain == _COMPLEX) | (plain >= LEARN))
        plain[hard] = _COMPLEX
        self._plain = plain
        self.plain = Joined(plain)
        self.alone.update(np.searchsorted(self.plain.ends, hard, side="right").tolist())

    def reduced(self) -> Joined:
        return Joined(*_reduce(self._plain))

    def looks_reduced(self) -> Joined:
        return Joined(*_reduce(_LOOK(self._plain)))

    def sounds_reduced(self) -> tuple[Joined, set[int]]:
        """The reduced sounds; and the texts with letters that are read as pinyin, whose sounds these are not."""
        read = [found.start() for found in LATIN.finditer(self.plain.text) if pinyin(found.group())]
        others = np.searchsorted(self.plain.ends, read, side="right").tolist()
        return Joined(*_reduce(_SOUND(self._plain))), set(others)


def _reduce(codes: Codes) -> tuple[Codes, Codes]:
    """Without ignorables and with every run squeezed to one; and where each run ended.  Separators stay."""
    at = np.flatnonzero(_IGNORABLE(codes) == 0)
    kept: Codes = codes[at]
    first = np.ones(len(kept), np.bool_)
    np.not_equal(kept[1:], kept[:-1], out=first[1:])
    first |= kept == _SEPARATOR
    last = np.append(first[1:], True)[: len(kept)]
    return kept[first], at[last]
