"""The forms that English words take: prizes and prized for prize.  The table is one of `data/README.md`."""

from __future__ import annotations

import re
from functools import cache
from itertools import product

from modengine.text.tables import rows

MOST_FORMS = 1_000
"""Of one term."""
_WORD = re.compile(r"[A-Za-z]+")


def forms_of(term: str) -> tuple[str, ...] | None:
    """The term with each of its words in each of its forms, itself first; None where it has more than MOST_FORMS.

    Of a word that is itself the form of another the forms are those of the other.  A word that is not in the table, as
    names are, stays as it is.
    """
    pieces: list[tuple[str, ...]] = []
    count, at = 1, 0
    for found in _WORD.finditer(term):
        forms = tuple(dict.fromkeys((found[0], *(_as(found[0], form) for form in _forms(found[0].lower())))))
        count *= len(forms)
        if count > MOST_FORMS:
            return None
        pieces += [(term[at : found.start()],), forms]
        at = found.end()
    return tuple("".join(one) for one in product(*pieces, (term[at:],)))


def has_words(term: str) -> bool:
    """Whether there is an English word in it."""
    return _WORD.search(term) is not None


def _as(word: str, form: str) -> str:
    """A form in capitals where the word is."""
    if word.isupper() and len(word) > 1:
        return form.upper()
    return form.capitalize() if word[0].isupper() else form


def _forms(word: str) -> tuple[str, ...]:
    if own := _table().get(word):
        return own
    return tuple(dict.fromkeys(form for base in _bases().get(word, ()) for form in (base, *_table()[base])))


@cache
def _table() -> dict[str, tuple[str, ...]]:
    return {word: tuple(_whole(word, form) for form in forms.split(" ")) for word, forms in rows("inflections.tsv")}


def _whole(word: str, form: str) -> str:
    """A form as the table has it: how many letters of the word go, and what stands in their place."""
    return word[: len(word) - int(form[0])] + form[1:]


@cache
def _bases() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, forms in _table().items():
        for form in forms:
            found.setdefault(form, []).append(word)
    return found
