"""Which identity words the characters of a regular expression spell.

The parse tree is read as somebody who looks for words would: characters that may follow each other
are joined, and what is no character (a gap, a digit, an edge) is stepped over, so that
`穆.{0,2}斯[林临]` spells 穆斯林.  A reader knows where in the words of the lexicon it may stand: a
set of nodes of their prefix tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from modengine.checks.lexicon import IdentityTerm, identity_forms
from modengine.engine.match.expression import children, parse
from modengine.engine.match.part import reduce
from modengine.text.normalize import plain

FAR = 3
"""So many characters between two others are no gap within a word."""
MOST_IN_SET = 16
"""A set of more characters is taken for a gap."""
MOST_TURNS = 8
"""So often is a repeated part read: no word has more parts that repeat."""

_NONE = "\ufffd"
"""A character that no word has."""


class Prefix:
    """A prefix of some words."""

    __slots__ = ("char", "next", "word")

    def __init__(self, char: str) -> None:
        self.char = char
        self.next: dict[str, Prefix] = {}
        self.word: IdentityTerm | None = None
        """The word that ends here."""


Places = frozenset[Prefix]


@lru_cache(maxsize=1)
def _speller() -> _Speller:
    root = Prefix("")
    for form, term in identity_forms().items():
        node = root
        for char in form:
            node = node.next.setdefault(char, Prefix(char))
        node.word = term
    return _Speller(root, frozenset(map(ord, "".join(identity_forms()))))


class Spelled(NamedTuple):
    """What an expression says in characters."""

    words: tuple[IdentityTerm, ...]
    """The identity words that it spells, gaps stepped over."""
    runs: tuple[str, ...]
    """Its characters that follow each other immediately."""


@lru_cache(maxsize=4096)
def spelling(source: str) -> Spelled:
    """What is spelled.  Raises `regex.error` for an expression that does not parse, RecursionError for a deep one."""
    found = _speller().spelling(parse(source))
    free = {longer for word in found.words for longer in word.besides if longer in source}
    if not free:
        return found
    for longer in sorted(free):
        source = source.replace(longer, _NONE)
    return Spelled(spelling(source).words, found.runs)


@lru_cache(maxsize=65536)
def _letters(code: int) -> str:
    return reduce(plain(chr(code)))


class _Speller:
    def __init__(self, root: Prefix, alphabet: frozenset[int]) -> None:
        self._root = root
        self._start = frozenset([root])
        self._alphabet = alphabet
        self._found: dict[IdentityTerm, None] = {}
        self._runs: dict[str, None] = {}
        self._known: dict[tuple[int, Places], Places] = {}

    def spelling(self, tree: Any) -> Spelled:
        self._found, self._runs, self._known = {}, {}, {}
        self._read(tree, self._start)
        return Spelled(tuple(self._found), tuple(filter(None, self._runs)))

    def _read(self, tree: Any, at: Places) -> Places:
        """Where in the words a reader may stand after this part, who stood `at` these places before."""
        kind = type(tree).__name__
        if kind == "Character":
            return self._sequence((tree,), at) if tree.positive else at
        key = (id(tree), at)
        if key not in self._known:  # repeats in repeats ask again and again
            self._known[key] = self._part(tree, kind, at)
        return self._known[key]

    def _part(self, tree: Any, kind: str, at: Places) -> Places:
        if kind == "Sequence":
            return self._sequence(tree.items, at)
        if kind == "Branch":
            return self._any(tree.branches, at)
        if kind.startswith("Set"):
            return self._set(tree, kind, at)
        if kind.endswith("Repeat"):
            return self._repeat(tree, at)
        if kind == "LookAround":
            if tree.positive:
                return at | self._read(tree.subpattern, at)
            self._read(tree.subpattern, self._start)  # what must not stand there is part of no other word
            return at
        inner = list(children(tree))
        return self._any(inner, at) if inner else at

    def _sequence(self, items: Sequence[Any], at: Places) -> Places:
        run = ""
        for item in items:
            if type(item).__name__ == "Character" and item.positive:
                run += chr(item.value)
                at = self._step(item.value, at)
                continue
            self._runs[run] = None
            run = ""
            at = self._read(item, at)
        self._runs[run] = None
        return at

    def _any(self, items: Iterable[Any], at: Places) -> Places:
        return frozenset[Prefix]().union(*(self._read(item, at) for item in items))

    def _step(self, code: int, at: Places) -> Places:
        for char in _letters(code):
            after = [node.next[char] for node in at if char in node.next]
            self._found.update((node.word, None) for node in after if node.word is not None)
            at = frozenset([self._root, *after, *(node for node in at if node.char == char)])
        return at

    def _set(self, tree: Any, kind: str, at: Places) -> Places:
        codes, gap = _members(tree) if kind == "SetUnion" else self._computed(tree)
        if not codes or not tree.positive:
            return at
        after = frozenset[Prefix]().union(*(self._step(code, at) for code in codes))
        return after | at if gap else after

    def _computed(self, tree: Any) -> tuple[list[int], bool]:
        """Of a difference or an intersection: what it leaves of the characters that words have."""
        codes = [code for code in self._alphabet if tree.matches(code)]
        return (codes, True) if len(codes) <= MOST_IN_SET else ([], True)

    def _repeat(self, tree: Any, at: Places) -> Places:
        after = self._read(tree.subpattern, at)
        if after == at and tree.min_count >= FAR:
            return self._start
        if tree.min_count == 0:
            after |= at
        for _ in range(min(MOST_TURNS, tree.max_count or MOST_TURNS) - 1):
            further = after | self._read(tree.subpattern, after)
            if further == after:
                break
            after = further
        return after


def _members(tree: Any) -> tuple[list[int], bool]:
    """The characters that a set names one by one or in short ranges, and whether it has others."""
    codes: list[int] = []
    gap = False
    for item in tree.items:
        kind = type(item).__name__
        if kind == "Character" and item.positive:
            codes.append(item.value)
        elif kind == "Range" and item.positive and item.upper - item.lower < MOST_IN_SET:
            codes += range(item.lower, item.upper + 1)
        else:
            gap = True
    return (codes, gap) if len(codes) <= MOST_IN_SET else ([], True)
