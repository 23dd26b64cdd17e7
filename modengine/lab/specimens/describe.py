"""How lists are made: how long their entries are, in which script, of how many components, how many are alike."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence

import msgspec

from modengine.engine.match.literals import Automaton
from modengine.engine.match.part import reduce
from modengine.lab.data.stamp import Stamp
from modengine.lab.specimens.card import Specimen
from modengine.lab.specimens.entries import KINDS, ListEntry, fold
from modengine.lab.specimens.stamped import SpecimenStamp, about, specimen_stamp
from modengine.text.normalize import plain
from modengine.text.sounds import term_sounds

EXAMPLES = 3
"""Groups of near-duplicates that are shown of each kind."""


class Composition(msgspec.Struct, frozen=True):
    """How many entries of a list have something."""

    specimen: str
    what: str
    """`kind`, `characters`, `components`, `script`, `category`, `theme` or `language`."""
    value: str
    entries: int
    n: int
    """Entries of the list."""


class Alike(msgspec.Struct, frozen=True):
    """Groups of entries that are one another but for something."""

    specimen: str
    by: str
    """`case, width, traditional`: alike as the rule language normalises; `marks`: also without marks and
    repeats; `sounds`: they may sound alike."""
    groups: int
    entries: int
    """Entries in these groups."""
    n: int
    largest: tuple[tuple[str, ...], ...]
    """Entries of the largest groups; masked, unless terms may be shown."""


class Needless(msgspec.Struct, frozen=True):
    """Entries without which a list would match the same texts: a shorter one stands inside of each."""

    specimen: str
    entries: int
    n: int


class Description(msgspec.Struct, frozen=True):
    """All that `specimen describe` finds."""

    stamp: Stamp
    specimens: tuple[SpecimenStamp, ...]
    terms_shown: bool
    composition: tuple[Composition, ...]
    alike: tuple[Alike, ...]
    needless: tuple[Needless, ...]


def describe_specimens(specimens: Sequence[Specimen], *, show_terms: bool = False, command: str = "") -> Description:
    """Describes lists.  Nothing is random."""
    return Description(
        specimen_stamp("specimen-describe", specimens, (), 1, command), tuple(map(about, specimens)), show_terms,
        tuple(row for specimen in specimens for row in _composition(specimen)),
        tuple(row for specimen in specimens for row in _alike(specimen, show_terms)),
        tuple(map(_needless, specimens)),
    )  # fmt: skip


def _composition(specimen: Specimen) -> Iterator[Composition]:
    entries, n = specimen.entries, len(specimen.entries)
    kinds = Counter(entry.kind for entry in entries)
    counted: list[tuple[str, list[tuple[str, int]]]] = [
        ("kind", [(kind, kinds[kind]) for kind in KINDS if kinds[kind]]),
        ("characters", _in_order(Counter(_length(entry) for entry in entries))),
        ("components", _in_order(Counter(len(entry.components) for entry in entries))),
        ("script", Counter(script(entry) for entry in entries).most_common()),
    ]
    for key in ("category", "theme", "language"):
        of_key = Counter(str(getattr(entry, key)) or "(none)" for entry in entries)
        if set(of_key) != {"(none)"}:
            counted.append((key, of_key.most_common()))
    for what, values in counted:
        yield from (Composition(specimen.name, what, value, count, n) for value, count in values)


def _in_order(counts: Counter[int]) -> list[tuple[str, int]]:
    """By rising number; what is above ten together."""
    low = [(str(value), count) for value, count in sorted(counts.items()) if value <= 10]
    high = sum(count for value, count in counts.items() if value > 10)
    return low + ([("more than 10", high)] if high else [])


def _length(entry: ListEntry) -> int:
    return sum(len(component.text) for component in entry.components)


_SCRIPTS = {
    "CJK": "Han", "HIRAGANA": "Kana", "KATAKANA": "Kana", "HANGUL": "Hangul", "LATIN": "Latin", "CYRILLIC": "Cyrillic",
    "ARABIC": "Arabic", "TIBETAN": "Tibetan", "MONGOLIAN": "Mongolian", "THAI": "Thai", "GREEK": "Greek",
    "HEBREW": "Hebrew", "DEVANAGARI": "Devanagari", "FULLWIDTH": "Latin",
}  # fmt: skip
"""By the first word of a letter's Unicode name."""


def script(entry: ListEntry) -> str:
    """`Han`, `Latin`, `digits`, several such joined by ` + `, or `marks` for an entry without letter and digit."""
    found = {_script(char) for component in entry.components for char in component.text} - {""}
    return " + ".join(sorted(found)) or "marks"


def _script(char: str) -> str:
    if char.isnumeric() and not unicodedata.name(char, "").startswith("CJK"):
        return "digits"
    if not char.isalpha():
        return ""
    return _SCRIPTS.get(unicodedata.name(char, "").split(" ")[0].split("-")[0], "other letters")


def _alike(specimen: Specimen, show: bool) -> Iterator[Alike]:
    for by, form in FORMS.items():
        groups: dict[Hashable, list[ListEntry]] = {}
        for entry in specimen.entries:
            if not entry.relieves:
                groups.setdefault(frozenset(form(c.text) for c in entry.components), []).append(entry)
        several = sorted((group for group in groups.values() if len(group) > 1), key=len, reverse=True)
        largest = tuple(tuple(entry.masked(show) for entry in group[:10]) for group in several[:EXAMPLES])
        yield Alike(specimen.name, by, len(several), sum(map(len, several)), len(specimen.entries), largest)


def _sound(text: str) -> Hashable:
    return frozenset(term_sounds(plain(text)))


def _reduced(text: str) -> Hashable:
    return reduce(plain(text)) or text


FORMS: dict[str, Callable[[str], Hashable]] = {
    "case, width, traditional": plain,
    "marks": _reduced,
    "sounds": _sound,
}


def _needless(specimen: Specimen) -> Needless:
    """By the entries of one component that may stand anywhere, in lists that are matched so."""
    n = len(specimen.entries)
    if specimen.match == "word" or specimen.case == "exact":
        return Needless(specimen.name, 0, n)
    alone = {
        fold(entry.components[0].text)
        for entry in specimen.entries
        if len(entry.components) == 1 and not entry.relieves
        and not (entry.components[0].begins or entry.components[0].ends)
    }  # fmt: skip
    relieved = {named for entry in specimen.entries for named in entry.relieves}
    literals = sorted(alone)
    find = Automaton(literals).find
    count = 0
    for number, entry in enumerate(specimen.entries, 1):
        if entry.relieves or number in relieved:
            continue
        texts = [fold(component.text) for component in entry.components]
        only = texts[0] if len(texts) == 1 else None
        count += any(literals[hit[2]] != only for text in texts for hit in find(text))
    return Needless(specimen.name, count, n)
