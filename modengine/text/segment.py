"""Words: the only place that imports a segmenter.

Two segmenters, the same dictionary, no hidden Markov model: `rjieba` (fast, the default) and
`jieba` (the reference, which a parity test holds the other to).  A `Segmenter` belongs to one
policy; its added words never reach another.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property, lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Protocol

from modengine.text.libraries import version

BLOCK = re.compile(r"[\u4E00-\u9FD5a-zA-Z0-9+#&._%\-]+")
"""What jieba 0.42.1 segments as one piece (`re_han_default`); all other characters are tokens."""

HAN = re.compile(r"[\u4E00-\u9FD5]{2,}")
FREQUENCY = 300
"""An added term gets at least this frequency (see docs/text.md for the measurement)."""


class Segmenter(Protocol):
    """Cuts and tags one block of the plain view."""

    name: str
    own: frozenset[str]
    """The words that are there because the policy added them: the dictionary lacks them."""

    def cut(self, block: str) -> list[str]:
        """The tokens of a block, whose lengths add up to the block's."""
        ...

    def tag(self, block: str) -> list[tuple[str, str]]:
        """The tokens with jieba's part-of-speech tags."""
        ...


def identity(name: Literal["rjieba", "jieba"]) -> str:
    """Name and version of a segmenter and its dictionary, for the revision."""
    return f"{name} {version(name)}, dictionary of jieba {version('jieba')}"


def dictionary() -> Path:
    """Jieba's dictionary: lines of `word frequency tag`."""
    spec = find_spec("jieba")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("dict.txt")


@cache
def _sorted() -> list[bytes]:
    """Its lines, sorted: a few are looked up, and the others stay bytes."""
    return sorted(dictionary().read_bytes().splitlines())


def _said_of(word: str) -> str:
    """`frequency tag` of a word by jieba's dictionary; empty for one that it lacks."""
    lines, beginning = _sorted(), f"{word} ".encode()
    at = bisect_left(lines, beginning)
    return lines[at][len(beginning) :].decode() if lines[at : at + 1] and lines[at].startswith(beginning) else ""


Entry = tuple[int, str]
"""Frequency and tag."""
Entries = Mapping[str, Entry | None]
"""Of some words; None for those that the dictionary lacks."""


def entries(terms: Iterable[str], known: Entries = {}) -> Entries:  # noqa: B006  (never written to)
    """What the dictionary says of those of some terms that are words; those that are `known` are not looked up."""
    found: dict[str, Entry | None] = {}
    for word in sorted({term for term in terms if HAN.fullmatch(term)}):
        if word in known:
            found[word] = known[word]
            continue
        frequency, _, tag = _said_of(word).partition(" ")
        found[word] = (int(frequency), tag) if frequency else None
    return found


def rare(words: Entries) -> Iterator[tuple[str, str]]:
    """The words that change a segmenter when they are added, for they are rarer than FREQUENCY, with their tags."""
    for word, entry in words.items():
        frequency, tag = entry or (0, "x")
        if frequency < FREQUENCY:
            yield word, tag


def added(terms: Iterable[str], known: Entries = {}) -> frozenset[str]:  # noqa: B006
    """Those of some terms that change a segmenter when they are added."""
    return frozenset(word for word, _ in rare(entries(terms, known)))


def make(name: Literal["rjieba", "jieba"], words: Entries) -> Segmenter:
    """A segmenter with a policy's words added at the greater of FREQUENCY and their own; loaded when first asked."""
    makers: dict[str, Callable[[Entries], Segmenter]] = {"rjieba": _Rjieba, "jieba": _Jieba}
    return makers[name](words)


@lru_cache(maxsize=4)
def _with_words(words: frozenset[tuple[str, str]]) -> Any:
    """The dictionary with some words added: one for all policies that add the same, for it takes 30 MB and 60 ms."""
    import rjieba  # noqa: PLC0415  (only policies with words, sounds or looks need it)

    jieba = rjieba.Jieba()
    for word, tag in sorted(words):
        jieba.add_word(word, FREQUENCY, tag)
    return jieba


def _lacking(words: Entries) -> frozenset[str]:
    return frozenset(word for word, entry in words.items() if entry is None)


class _Rjieba:
    name = "rjieba"

    def __init__(self, words: Entries) -> None:
        self._words, self.own = words, _lacking(words)

    @cached_property
    def _jieba(self) -> Any:
        return _with_words(frozenset(rare(self._words)))

    def cut(self, block: str) -> list[str]:
        return self._jieba.cut(block, hmm=False)  # type: ignore[no-any-return]

    def tag(self, block: str) -> list[tuple[str, str]]:
        return self._jieba.tag(block, hmm=False)  # type: ignore[no-any-return]


class _Jieba:
    name = "jieba"

    def __init__(self, words: Entries) -> None:
        self._words, self.own = words, _lacking(words)

    @cached_property
    def _tags(self) -> Any:
        with warnings.catch_warnings():
            # jieba 0.42.1: invalid escapes in its sources, and its use of pkg_resources.
            warnings.filterwarnings("ignore", category=SyntaxWarning)
            warnings.filterwarnings("ignore", category=DeprecationWarning, message=r"invalid escape sequence")
            warnings.filterwarnings("ignore", category=DeprecationWarning, message=r".*pkg_resources")
            warnings.filterwarnings("ignore", category=UserWarning, message=r".*pkg_resources")
            import jieba  # noqa: PLC0415  (the reference, imported only where asked for)
            import jieba.posseg  # noqa: PLC0415

        tokenizer = jieba.Tokenizer()
        # Filled by hand: `initialize` would load a cache from the shared temporary folder unchecked.
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
        for word in self._words:
            if tokenizer.FREQ.get(word, 0) < FREQUENCY:
                tokenizer.add_word(word, FREQUENCY)
        return jieba.posseg.POSTokenizer(tokenizer)

    def cut(self, block: str) -> list[str]:
        return self._tags.tokenizer.lcut(block, HMM=False)  # type: ignore[no-any-return]

    def tag(self, block: str) -> list[tuple[str, str]]:
        return [(pair.word, pair.flag) for pair in self._tags.cut(block, HMM=False)]


class Words:
    """The words of one plain view, segmented block by block as they are asked for."""

    __slots__ = ("_blocks", "_cut", "_ends", "_inside", "_own", "_starts", "_text")

    def __init__(self, text: str, cut: Callable[[str], list[str]], own: frozenset[str] = frozenset()) -> None:
        self._text, self._cut, self._own = text, cut, own
        self._blocks: list[tuple[int, int]] | None = None
        self._starts: list[int] = []
        self._inside: dict[int, list[int]] = {}

    def token_around(self, place: int) -> tuple[int, int] | None:
        """The token `[a, b)` with a < place < b, or None where `place` is an edge."""
        edges = self._edges(place)
        if edges is None:
            return None
        i = bisect_right(edges, place)
        return None if edges[i - 1] == place else (edges[i - 1], edges[i])

    def cut_by(self, start: int, end: int, strict: bool = False) -> bool:
        """Whether an end lies inside a token that does not hold all of the stretch; or, where `strict`, inside any."""
        around = (token for place in (start, end) if (token := self.token_around(place)) is not None)
        return any(strict or not (first <= start and end <= last) for first, last in around)

    def is_part(self, place: int) -> bool:
        """Whether the character at a place is part of a longer word of the dictionary, all of it Han."""
        token = self.token_around(place) or self.token_around(place + 1)
        if token is None:
            return False
        word = self._text[slice(*token)]
        return HAN.fullmatch(word) is not None and word not in self._own

    def is_token(self, start: int, end: int) -> bool:
        """Whether `[start, end)` is exactly one token."""
        if end - start == 1:
            return self.token_around(start) is None and self.token_around(end) is None
        return self.token_around(start + 1) == (start, end)

    def _edges(self, place: int) -> list[int] | None:
        """The edges of the block with `place` inside it; None where no block has."""
        blocks = self._all_blocks()
        i = bisect_right(self._starts, place) - 1
        if i < 0:
            return None
        start, end = blocks[i]
        if not start < place < end:
            return None
        edges = self._inside.get(i)
        if edges is None:
            edges = [start]
            for token in self._cut(self._text[start:end]):
                edges.append(edges[-1] + len(token))
            self._inside[i] = edges
        return edges

    def all_tokens(self) -> list[tuple[int, int]]:
        """Every token `[a, b)` of the whole text; a character outside all blocks is a token."""
        tokens: list[tuple[int, int]] = []
        at = 0
        for start, end in self._all_blocks():
            tokens += ((i, i + 1) for i in range(at, start))
            edges = self._edges(start + 1) or [start, end]
            tokens += pairwise(edges)
            at = end
        tokens += ((i, i + 1) for i in range(at, len(self._text)))
        return tokens

    def _all_blocks(self) -> list[tuple[int, int]]:
        if self._blocks is None:
            self._blocks = [found.span() for found in BLOCK.finditer(self._text)]
            self._starts = [start for start, _ in self._blocks]
        return self._blocks
