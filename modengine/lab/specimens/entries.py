"""What stands in a specimen: entries, as components that a text must hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

LONGEST = 200
"""Characters of a component; published lists hold pasted articles as well."""
MOST_COMPONENTS = 50
FORMULA = re.compile(r"[=+\-@]\s*(?:[A-Za-z_.]{2,}\s*\(|\w+\|)|=\s*[-+]?(?:\d|\$?[A-Za-z]{1,3}\$?\d)")
"""What a spreadsheet would run: a call, a command (`=cmd|`), sums and references behind `=`."""

Kind = Literal["one character", "two characters", "longer term", "combination", "wildcard", "extenuating"]
KINDS: tuple[Kind, ...] = ("one character", "two characters", "longer term", "combination", "wildcard", "extenuating")


class Component(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A text that must stand in a message."""

    text: str
    begins: bool | None = None
    """Whether it must begin where a word does; null for as the card says."""
    ends: bool | None = None


class ListEntry(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A line of a specimen: all of its components must stand in a text, in any order; they may overlap."""

    components: tuple[Component, ...]
    relieves: tuple[int, ...] = ()
    """For an extenuating combination: the numbers, from 1, of the entries that it switches off."""
    category: str = ""
    theme: str = ""
    language: str = ""
    translation: str = ""
    first: str = ""
    """First seen, as an ISO 8601 date or moment."""
    last: str = ""
    runs: tuple[tuple[int, int], ...] = ()
    """In dated snapshots: from which to which, numbered from 0, it was on the list."""

    @property
    def kind(self) -> Kind:
        if self.relieves:
            return "extenuating"
        if len(self.components) > 1:
            return "combination"
        only = self.components[0]
        if only.begins is not None or only.ends is not None:
            return "wildcard"
        return KINDS[min(len(only.text), 3) - 1]

    @property
    def written(self) -> str:
        """As such lists write it: `a+b`, `*a*`."""
        return "+".join(written(component) for component in self.components)

    def masked(self, shown: bool) -> str:
        """For a reader: the first character of each component of three or more, unless all may be `shown`."""
        if shown:
            return self.written
        return "+".join(masked(component.text) for component in self.components)


def written(component: Component) -> str:
    before, after = ("*" if closed is False else "" for closed in (component.begins, component.ends))
    return f"{before}{component.text}{after}"


def masked(text: str) -> str:
    """`赢＊＊`: how long it is, and how it begins where that does not give it away."""
    open_ = 1 if len(text) >= 3 else 0
    return text[:open_] + "＊" * min(len(text) - open_, 12)


@dataclass(frozen=True, slots=True)
class Notation:
    """What the signs of a list mean."""

    combinations: bool = True
    """`+` parts components; else it is a character."""
    wildcards: bool = True
    """`*` at an end leaves that end open, and an end without it is that of a word; else it is a character."""


def read_entry(text: str, notation: Notation) -> tuple[Component, ...] | str:
    """The components that a list writes in one of its entries, or in words why it is no entry.

    Components are without blanks around them, and each stands once: `a+a` asks no more than `a`.
    """
    text = text.strip()
    if not text:
        return "empty"
    if "\N{REPLACEMENT CHARACTER}" in text or any("\ud800" <= char <= "\udfff" for char in text):
        return "undecodable"
    if any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in text):
        return "control characters"
    if FORMULA.match(text):
        return "a formula"
    pieces: Sequence[str] = [text]
    if notation.combinations and "+" in text:
        pieces = [piece.strip() for piece in text.split("+")]
        if not any(pieces):
            return "nothing but plus signs"
        if not all(pieces):
            return "an empty component"
        if len(pieces) > MOST_COMPONENTS:
            return f"more than {MOST_COMPONENTS} components"
    found = tuple(dict.fromkeys(_component(piece, notation) for piece in pieces))
    if not all(component.text for component in found):
        return "nothing but wildcards"
    if any(len(component.text) > LONGEST for component in found):
        return f"longer than {LONGEST} characters"
    return found


def _component(piece: str, notation: Notation) -> Component:
    if not notation.wildcards:
        return Component(piece)
    begins, ends = piece.startswith("*"), piece.endswith("*")
    if not (begins or ends):
        return Component(piece)
    return Component(piece.strip("*").strip(), not begins, not ends)


def has_wildcards(texts: Sequence[str]) -> bool:
    """Whether a list has terms such as `*abc*`: a sign at an end, and something else inside."""
    inside = ((text.strip(), text.strip("*+ ")) for text in texts if "*" in text)
    return any((text[0] == "*" or text[-1] == "*") and rest and "*" not in rest for text, rest in inside)


def fold(text: str) -> str:
    """Lower case, character for character, so that places are those of the text."""
    return text.replace("İ", "i").lower().replace("ς", "σ")
