"""`rjieba` in the browser: words by the dictionary of jieba, of which no more is read than a text asks for.

No hidden Markov model, as modengine uses it.  Held to `rjieba` by tests/play/site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from math import log
from pathlib import Path

_SINGLE = re.compile("[a-zA-Z0-9]")
_NUMBER, _LATIN = re.compile("[0-9]+"), re.compile("[a-zA-Z0-9]+")
FILE = "words.txt"


def arranged(dictionary: str) -> str:
    """jieba's `dict.txt` as this module reads it: the sum of all frequencies, then a block for each first character.

    A word that stands there twice counts once, as in rjieba: the sum decides between readings that are equally likely.
    """
    blocks: dict[str, list[str]] = {}
    frequencies: dict[str, int] = {}
    for line in dictionary.splitlines():
        blocks.setdefault(line[0], []).append(line)
        word, frequency, _ = line.split(" ")
        frequencies[word] = int(frequency)
    return "\n\n".join([str(sum(frequencies.values())), *("\n".join(lines) for lines in blocks.values())])


@cache
def _blocks() -> tuple[int, Mapping[str, str]]:
    total, *blocks = Path(__file__).with_name(FILE).read_text("utf-8").split("\n\n")
    return int(total), {block[0]: block for block in blocks}


@cache
def _beginning(first: str) -> dict[str, str]:
    """`frequency tag` of each word that begins with a character."""
    lines = _blocks()[1].get(first, "").split("\n")
    return {word: entry for word, _, entry in (line.partition(" ") for line in lines) if word}


@cache
def _frequencies(first: str) -> dict[str, int]:
    """The frequency of each word that begins with a character, and 0 for each beginning that is no word."""
    found: dict[str, int] = {}
    for word, entry in _beginning(first).items():
        found[word] = int(entry.partition(" ")[0])
        for end in range(len(word) - 1, 0, -1):
            if word[:end] in found:
                break
            found[word[:end]] = 0
    return found


def said_of(word: str) -> str:
    """`frequency tag` of a word, as `modengine.text.segment` asks for it; empty where jieba's dictionary lacks it."""
    return _beginning(word[:1]).get(word, "")


class Jieba:
    """What modengine asks of `rjieba`."""

    def __init__(self) -> None:
        self._total = _blocks()[0]
        self._added: dict[str, int] = {}
        self._tags: dict[str, str] = {}

    def add_word(self, word: str, frequency: int, tag: str) -> None:
        self._total += frequency - (self._frequency(word) or 0)
        self._added[word] = frequency
        self._tags[word] = tag
        for end in range(1, len(word)):
            self._added.setdefault(word[:end], _frequencies(word[0]).get(word[:end], 0))

    def _frequency(self, word: str) -> int | None:
        found = self._added.get(word)
        return _frequencies(word[0]).get(word) if found is None else found

    def cut(self, block: str, hmm: bool = False) -> list[str]:
        """The way through the block whose words are the likeliest together."""
        assert not hmm
        total, size = log(self._total), len(block)
        best: list[tuple[float, int]] = [(0.0, 0)] * (size + 1)
        for start in range(size - 1, -1, -1):
            ways, end = [], start + 1
            while end <= size and (frequency := self._frequency(block[start:end])) is not None:
                if frequency:
                    ways.append((log(frequency) - total + best[end][0], end))
                end += 1
            best[start] = max(ways) if ways else (best[start + 1][0] - total, start + 1)
        return list(self._joined(block, best))

    @staticmethod
    def _joined(block: str, best: list[tuple[float, int]]) -> Iterator[str]:
        """The words; letters and digits that stand alone become one."""
        at, run = 0, ""
        while at < len(block):
            word, at = block[at : best[at][1]], best[at][1]
            if _SINGLE.fullmatch(word):
                run += word
                continue
            if run:
                yield run
                run = ""
            yield word
        if run:
            yield run

    def tag(self, block: str, hmm: bool = False) -> list[tuple[str, str]]:
        return [(word, self._tag(word)) for word in self.cut(block, hmm)]

    def _tag(self, word: str) -> str:
        if word in self._tags:
            return self._tags[word]
        if entry := _beginning(word[0]).get(word):
            return entry.partition(" ")[2]
        return "m" if _NUMBER.fullmatch(word) else "eng" if _LATIN.fullmatch(word) else "x"
