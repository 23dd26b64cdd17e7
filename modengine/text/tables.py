"""The character tables: simplified forms, syllables, components, look-alikes.

Sources and licences: `data/README.md`.  All functions are pure; the files are read once.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files

FILES = (
    "simplified.tsv",
    "variants.tsv",
    "splits.tsv",
    "lookalikes.tsv",
    "syllables.tsv",
    "undisguised.tsv",
    "everyday.tsv",
)


def data(name: str, package: str = "modengine.text") -> bytes:
    """A table in the folder `data` of a package."""
    return files(package).joinpath("data", name).read_bytes()


def digest_of(names: Iterable[str], package: str = "modengine.text") -> str:
    """SHA-256 of tables in their order, hexadecimal."""
    total = hashlib.sha256()
    for name in names:
        total.update(hashlib.sha256(data(name, package)).digest())
    return total.hexdigest()


def rows(name: str) -> list[tuple[str, str]]:
    """The lines of a table, each a key and what stands behind it."""
    found = []
    for line in data(name).decode("utf-8").splitlines():
        if not line.startswith("# "):
            key, _, value = line.partition("\t")
            found.append((key, value))
    return found


@cache
def digest() -> str:
    """SHA-256 of all tables, hexadecimal: part of every revision."""
    return digest_of(FILES)


@cache
def _simplified() -> dict[str, str]:
    return dict(rows("simplified.tsv")) | dict(rows("variants.tsv"))


@cache
def _splits() -> dict[str, tuple[str, ...]]:
    # Longest first: where two ways begin alike, the one that says more is tried first.
    return {char: tuple(sorted(ways.split(" "), key=lambda w: (-len(w), w))) for char, ways in rows("splits.tsv")}


@cache
def all_lookalikes() -> dict[str, frozenset[str]]:
    """Each character that looks like others, with those."""
    # A sign (× for x) may stand in a gap, so it is no look-alike: what is skipped is not read.
    return {
        char: frozenset(other for other in others if unicodedata.category(other)[0] not in "PSZ")
        for char, others in rows("lookalikes.tsv")
    }


@cache
def _everyday() -> frozenset[str]:
    return frozenset("".join(chars for chars, _ in rows("everyday.tsv")))


@cache
def undisguised() -> dict[str, str]:
    """What is typed in the place of something else (an emoji, a character in pieces), and what it stands for."""
    return dict(rows("undisguised.tsv"))


@cache
def _syllables() -> dict[str, str]:
    return {char: syllable for syllable, chars in rows("syllables.tsv") for char in chars}


def simplified(char: str) -> str:
    """The simplified form of one character, or the one that its word is folded to; itself where there is none."""
    return _simplified().get(char, char)


def syllable(char: str) -> str | None:
    """The toneless pinyin of one Han character in its default reading, `v` for ü; None for others."""
    return _syllables().get(char)


def is_everyday(char: str) -> bool:
    """Whether a character is an everyday word by itself (他, 给, 就)."""
    return char in _everyday()


@cache
def syllable_set() -> frozenset[str]:
    """Every toneless syllable that some character is read as."""
    return frozenset(_syllables().values())


@lru_cache(65536)  # a rule set is compiled again at every edit, most of its terms unchanged
def syllables_of(term: str) -> tuple[str | None, ...]:
    """The syllables of a term read as a whole (银行 is yin hang), one a character; None for non-Han."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  (0.2 s, and only policies that ask for sounds need it)

    read = lazy_pinyin(term, style=Style.NORMAL, v_to_u=False, errors=list)  # type: ignore[arg-type]
    if len(read) != len(term):
        return tuple(map(syllable, term))
    return tuple(reading if syllable(char) else None for char, reading in zip(term, read, strict=True))


def splits(char: str) -> tuple[str, ...]:
    """The ways to write a character as two or three others (强: 弓虽), longest first."""
    return _splits().get(char, ())


def lookalikes(char: str) -> frozenset[str]:
    """Single characters that look like this one."""
    return all_lookalikes().get(char, frozenset())
