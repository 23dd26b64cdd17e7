"""How one character can be disguised: the options of every kind of perturbation.

The tables are the ones that the engine reads (`text.tables`).  A disguise outside them (another
look-alike, a homophone of another dialect, a drawn character) gets further than these, so what is
measured with them is the most that a policy withstands, not the least.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from modengine.text.sounds import written_syllables
from modengine.text.tables import lookalikes, simplified, splits, syllable

ZERO_WIDTH = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff")
"""Zero-width space, non-joiner, joiner, word joiner, byte order mark."""
MARKS = (".", "·", "-", "*", "_", "/", "~", "|", " ", "、", "，", "。")
"""Full stops are among them, although they end a sentence: an evader does not care."""
EMOJI = ("❤️", "🌹", "🔥", "✨", "👉", "💰", "😊", "⭐", "🍀", "👏🏻")

Options = Callable[[str, str | None], tuple[str, ...]]
"""What may stand in place of a character, given also its toneless syllable where it stands."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """A kind of perturbation."""

    name: str
    way: str
    """`written otherwise`, `inserted` or `replaced`: the chart it stands in."""
    says: str
    """What is done to a character."""
    options: Options
    inserts: bool = False
    """The character stays and something follows it: only before another letter, digit or Han character."""
    readings: bool = False
    """It needs the syllables of the whole text."""
    counters: str = ""
    """The matching option that is meant against it; empty where normalising alone is."""


def is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U000323af"


def is_word(char: str) -> bool:
    """A Han character, or an ASCII letter or digit."""
    return is_han(char) or (char.isascii() and char.isalnum())


def _encodes(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _is_common(char: str) -> bool:
    """Whether a character is one of the 3,755 of level 1 of GB 2312, sorted by sound: what people write."""
    try:
        return 0xB0 <= char.encode("gb2312")[0] <= 0xD7 and len(char.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


@cache
def _compatible() -> Mapping[str, tuple[str, ...]]:
    """Characters that NFKC turns into another single one: Kangxi radicals, compatibility ideographs, full width."""
    found: dict[str, list[str]] = {}
    for low, high in ((0x2E80, 0x2FD6), (0xF900, 0xFB00), (0xFF01, 0xFF5F), (0x2F800, 0x2FA20)):
        for char in map(chr, range(low, high)):
            normal = unicodedata.normalize("NFKC", char)
            if normal != char and len(normal) == 1 and is_word(normal):
                found.setdefault(normal, []).append(char)
    return {char: tuple(forms) for char, forms in found.items()}


@cache
def _traditional() -> Mapping[str, tuple[str, ...]]:
    """The traditional forms of a simplified character; those of Big5 alone, where there are such."""
    found: dict[str, list[str]] = {}
    for char in map(chr, (*range(0x3400, 0xA000), *range(0x20000, 0x2A6E0))):
        if (form := simplified(char)) != char:
            found.setdefault(form, []).append(char)
    return {form: tuple([c for c in chars if _encodes(c, "big5")] or chars) for form, chars in found.items()}


@cache
def _homophones() -> Mapping[str, tuple[str, ...]]:
    """Syllable to the common characters that are read so by default."""
    found: dict[str, list[str]] = {}
    for char in map(chr, range(0x4E00, 0xA000)):
        sound = syllable(char)
        if sound is not None and _is_common(char):
            found.setdefault(sound, []).append(char)
    return {sound: tuple(chars) for sound, chars in found.items()}


def _width(char: str, _sound: str | None) -> tuple[str, ...]:
    return _compatible().get(char, ())


def _traditionally(char: str, _sound: str | None) -> tuple[str, ...]:
    return _traditional().get(char, ())


def _after(marks: tuple[str, ...]) -> Options:
    return lambda char, _sound: tuple(char + mark for mark in marks) if is_han(char) else ()


def _repeated(char: str, _sound: str | None) -> tuple[str, ...]:
    return (char * 2, char * 3) if is_han(char) else ()


def _homophone(char: str, sound: str | None) -> tuple[str, ...]:
    return (
        tuple(homophone for homophone in _homophones().get(sound or "", ()) if homophone != char)
        if is_han(char)
        else ()
    )


def _pinyin(char: str, sound: str | None) -> tuple[str, ...]:
    return (sound,) if sound in written_syllables() and is_han(char) and sound is not None else ()


def _initial(char: str, sound: str | None) -> tuple[str, ...]:
    """The first letter of the syllable; for wei also V, which people write for 微."""
    if not is_han(char) or not sound:
        return ()
    return (sound[0], sound[0].upper(), *(("v", "V") if sound == "wei" else ()))


def _split(char: str, _sound: str | None) -> tuple[str, ...]:
    ways = splits(char) if is_han(char) else ()
    least = min(map(len, ways), default=0)
    return tuple(way for way in ways if len(way) == least)


def _lookalike(char: str, _sound: str | None) -> tuple[str, ...]:
    return tuple(sorted(lookalikes(char) | (lookalikes(char.lower()) if char.isascii() else frozenset()) - {char}))


DISGUISES: dict[str, Disguise] = {
    disguise.name: disguise
    for disguise in (
        Disguise("width", "written otherwise", "full-width letters and digits, radicals for characters", _width),
        Disguise("traditional", "written otherwise", "the traditional character", _traditionally),
        Disguise("zero-width", "inserted", "an invisible character after it", _after(ZERO_WIDTH), True, False, "gaps"),
        Disguise("punctuation", "inserted", "a mark or a space after it", _after(MARKS), True, False, "gaps"),
        Disguise("emoji", "inserted", "an emoji after it", _after(EMOJI), True, False, "gaps"),
        Disguise("repeats", "inserted", "the character two or three times", _repeated, counters="repeats"),
        Disguise("homophone", "replaced", "a common character of the same toneless syllable", _homophone,
                 readings=True, counters="sounds_like"),
        Disguise("pinyin", "replaced", "its toneless syllable in letters", _pinyin, readings=True,
                 counters="sounds_like"),
        Disguise("letters", "replaced", "the first letter of its syllable", _initial, readings=True),
        Disguise("split", "replaced", "its components side by side", _split, counters="looks_like"),
        Disguise("look-alike", "replaced", "a character that looks like it", _lookalike, counters="looks_like"),
    )
}  # fmt: skip
"""Every kind by its name, in the order in which they are shown."""

LEET: Mapping[str, tuple[str, ...]] = {
    "a": ("4", "@"), "b": ("8",), "e": ("3",), "g": ("9",), "i": ("1", "!"), "l": ("1", "|"), "o": ("0",),
    "s": ("5", "$"), "t": ("7", "+"), "z": ("2",),
}  # fmt: skip
"""Signs that people type for Latin letters."""


def _after_letter(marks: tuple[str, ...]) -> Options:
    return lambda char, _sound: tuple(char + mark for mark in marks) if char.isascii() else ()


def _repeated_letter(char: str, _sound: str | None) -> tuple[str, ...]:
    return (char * 2, char * 3) if char.isascii() and char.isalpha() else ()


def _leet(char: str, _sound: str | None) -> tuple[str, ...]:
    return LEET.get(char.lower(), ())


def _other_script(char: str, _sound: str | None) -> tuple[str, ...]:
    """Greek and Cyrillic letters that look like it."""
    return tuple(sorted(one for one in lookalikes(char.lower()) if "\u0370" <= one <= "\u04ff" and one.isalpha()))


def _no_vowel(char: str, _sound: str | None) -> tuple[str, ...]:
    return ("",) if char.lower() in "aeiou" else ()


ENGLISH_DISGUISES: dict[str, Disguise] = {
    disguise.name: disguise
    for disguise in (
        Disguise("width", "written otherwise", "full-width letters and digits", _width),
        Disguise("zero-width", "inserted", "an invisible character after it", _after_letter(ZERO_WIDTH), True,
                 counters="gaps"),
        Disguise("punctuation", "inserted", "a mark or a space after it", _after_letter(MARKS[:9]), True,
                 counters="gaps"),
        Disguise("emoji", "inserted", "an emoji after it", _after_letter(EMOJI), True, False, "gaps"),
        Disguise("repeats", "inserted", "the letter two or three times", _repeated_letter, counters="repeats"),
        Disguise("leet", "replaced", "a digit or sign that stands for it", _leet),
        Disguise("other-script", "replaced", "a Greek or Cyrillic letter that looks like it", _other_script),
        Disguise("vowels", "replaced", "nothing, where it is a vowel", _no_vowel),
    )
}  # fmt: skip
"""Those that the page tries on a text without Han characters.  The lab studies Chinese, by `DISGUISES`."""
