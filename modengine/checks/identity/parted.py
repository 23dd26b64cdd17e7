"""Identity words that are cut in pieces, each in a pattern of its own: `near(a, b, 2)` with 穆斯 and 林."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from modengine.checks.identity.words import reduced
from modengine.checks.lexicon import IdentityTerm, identity_forms
from modengine.text.segment import added

Pieces = frozenset[str]


@lru_cache(maxsize=4096)
def pieces(texts: tuple[str, ...]) -> Pieces:
    """Those of the texts, reduced, that are pieces of a word and no whole one."""
    known, longest = _pieces()
    return frozenset(piece for piece in reduced([text for text in texts if len(text) <= longest]) if piece in known)


def parted_words(parts: Sequence[Pieces], *, ordered: bool, close: bool) -> Iterator[IdentityTerm]:
    """The words that pieces make together, one of each part and of two parts at least.

    Parts stand in any order, or `ordered` from left to right.  Far from each other, ordinary words
    (日 and 本人) are just that: there one piece at least must be a fragment.
    """
    begun = _begun()
    for number, first in enumerate(parts):
        others = _others(parts, number, ordered)
        for piece in first if any(others) else ():
            for rest, word in begun.get(piece, ()):
                if any(close or _has_fragment((piece, *more)) for more in _ways(rest, others, ordered)):
                    yield word


def _ways(rest: str, parts: Sequence[Pieces], ordered: bool) -> Iterator[tuple[str, ...]]:
    """The pieces that make what is left of a word."""
    if any(rest in part for part in parts):
        yield (rest,)
    if len(parts) > 1:
        for number, part in enumerate(parts):
            for piece in part:
                if rest.startswith(piece) and rest != piece:
                    others = _others(parts, number, ordered)
                    yield from ((piece, *more) for more in _ways(rest[len(piece) :], others, ordered))


def _has_fragment(words: tuple[str, ...]) -> bool:
    """Whether a piece of several characters is no word, or a rare one, in the segmenter's dictionary."""
    return bool(added(word for word in words if len(word) > 1))


def _others(parts: Sequence[Pieces], number: int, ordered: bool) -> Sequence[Pieces]:
    return parts[number + 1 :] if ordered else [*parts[:number], *parts[number + 1 :]]


@cache
def _begun() -> dict[str, list[tuple[str, IdentityTerm]]]:
    """Each proper beginning of a word, with what is left of it."""
    found: dict[str, list[tuple[str, IdentityTerm]]] = defaultdict(list)
    for form, term in identity_forms().items():
        for cut in range(1, len(form)):
            found[form[:cut]].append((form[cut:], term))
    return dict(found)


@cache
def _pieces() -> tuple[Pieces, int]:
    """Every proper piece of a word, and the length of the longest with a gap between its characters."""
    forms = identity_forms()
    proper = (
        form[at:end]
        for form in forms
        for at in range(len(form))
        for end in range(at + 1, len(form) + 1)
        if end - at < len(form)
    )
    return frozenset(proper), 2 * max(map(len, forms))
