"""The `plain` view: NFKC by combining cluster, case-folded, without accents, traditional to simplified.

Beside NFKC, what people type for the same characters: digits in keycaps and white on black (`1️⃣`, `➊`, `🅥`), and
the tags by which an older messenger writes an emoticon, which become one sign (`[em]e163[/em]`).

Nearly every message holds full-width punctuation, so nearly every one needs work; nearly all of
that work is one character to one character.  `plain_view` therefore translates by a table that
learns characters as it meets them, and goes cluster by cluster only where a character is met that
could change the length of the text or join the one before it.

Source: Unicode Standard Annex #15 (normalisation forms; "stream-safe" runs of 30 marks).
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator

from modengine.text.tables import simplified
from modengine.text.view import View

MARKS = 30
"""Of a run of combining marks only so many are kept (NFKC is quadratic in their number)."""

ELLIPSIS = "…"
LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
SENTENCE_ENDS = "。！？!?…"
CLAUSE_ENDS = frozenset(",;、")
"""Ends of clauses that are none of sentences."""
BREAKS = frozenset(LINE_ENDS + SENTENCE_ENDS)
CLOSING = ")]}\"'”」』》】"
BLANKS = " \t"
"""Before one of these a full stop may end a sentence, behind one of those."""

COMPLEX = "\ufffe"
"""Stands in a translated text for a character that the table cannot do alone (a noncharacter)."""
SEPARATOR = "\uffff"
"""Stands between texts that are read together: a noncharacter.  A text that holds one is read alone."""
LEARN = 0x20000
"""Characters from here on are not remembered, so that the table stays small whatever comes."""

EMOTICON = re.compile(r"\[em\]e\d{1,8}\[/em\]")
EMOTICON_BEGINS = "[em]"
_BLANKS = re.compile(" {2,}")
FACE = "☺"
"""What an emoticon's tag becomes: one ignorable character, as an emoji is."""


def _runs(*runs: tuple[int, str]) -> dict[int, str]:
    return {first + i: char for first, chars in runs for i, char in enumerate(chars)}


_LETTERS, _DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "123456789"
_IN_SIGNS = {0x24FF: "0"} | _runs(
    (0x1F150, _LETTERS), (0x1F170, _LETTERS), (0x24F5, _DIGITS), (0x2776, _DIGITS), (0x2780, _DIGITS), (0x278A, _DIGITS)
)
"""Letters and digits white on black, circled twice or sans-serif, which NFKC leaves, though not those circled once."""

_ONE_MARK = dict.fromkeys("\u2019\u02bc", "'") | dict.fromkeys("\u2010\u2011\u2012\u2212", "-")
"""Curly apostrophes, of which one closes a quotation too; hyphens, the non-breaking one and the minus among them."""

_COMPOSING = (*range(0x0900, 0x1C00), *range(0x11000, 0x12000), *range(0x16000, 0x17000))
"""Where the characters stand that are composed of two of class 0; Hangul is made by rule."""


def _seconds() -> Iterator[str]:
    """Characters of class 0 that compose with the one before them (UAX #15, "NFC_QC=Maybe")."""
    yield from map(chr, (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)))
    for whole in map(chr, _COMPOSING):
        pair = unicodedata.decomposition(whole).split()
        if len(pair) == 2 and not pair[0].startswith("<"):
            first, second = (chr(int(code, 16)) for code in pair)
            if not unicodedata.combining(second) and unicodedata.normalize("NFC", first + second) == whole:
                yield second


_SECONDS = frozenset(_seconds())


def is_ideograph(char: str) -> bool:
    """Whether a character is a Han one of the block of the common ones, which has no other form by Unicode."""
    return "\u4e00" <= char <= "\u9fff"


def is_presentation(char: str) -> bool:
    """Whether a character only tells how the one before it looks: variation selectors, and what encloses (keycaps)."""
    return "\ufe00" <= char <= "\ufe0f" or "\u20dd" <= char <= "\u20e0" or "\u20e2" <= char <= "\u20e4"


def joins(char: str) -> bool:
    """Whether a character belongs to the cluster before it."""
    if char < "\u0300" or is_ideograph(char):
        return False
    first = unicodedata.normalize("NFKD", char)[0]
    return unicodedata.combining(first) != 0 or first in _SECONDS or is_presentation(char)


def normal(cluster: str, fold: bool = True) -> str:
    """One cluster normalised; without `fold` its case is kept."""
    if cluster.startswith(EMOTICON_BEGINS):
        cluster = EMOTICON.sub(FACE, cluster)
    kept = "".join(c for c in cluster if not is_presentation(c))[: MARKS + 1]
    kept = _nfkc(kept)
    if fold:
        kept = kept.casefold()
    return "".join(map(simplified, one_blank(_unmarked(kept))))


def one_blank(text: str) -> str:
    """A text with a single blank in the place of each run of them."""
    return _BLANKS.sub(" ", text) if "  " in text else text


def _unmarked(text: str) -> str:
    """Latin letters without their accents, one apostrophe, one hyphen."""
    if text.isascii():
        return text
    out: list[str] = []
    is_latin = False
    for char in text:
        first = unicodedata.normalize("NFD", char)[0]
        if first.isascii() and first.isalpha():
            out.append(first)
            is_latin = True
        elif not (is_latin and unicodedata.category(char) == "Mn"):
            out.append(_ONE_MARK.get(char, char))
            is_latin = False
    return "".join(out)


def _nfkc(cluster: str) -> str:
    """NFKC, but an ellipsis stays one character: it ends a sentence, three full stops do not."""
    if cluster[:1] == ELLIPSIS:
        return ELLIPSIS + unicodedata.normalize("NFKC", cluster[1:])
    return unicodedata.normalize("NFKC", cluster.translate(_IN_SIGNS))


class _Forms(dict[int, str]):
    """Code point to its normal form, learnt at first sight; for `str.translate`."""

    def __init__(self, fold: bool) -> None:
        self.fold = fold

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if is_ideograph(char):
            out = simplified(char)
        elif joins(char) or 0xD800 <= code < 0xE000 or char == COMPLEX:
            out = COMPLEX
        else:
            out = normal(char, self.fold)
            if len(out) != 1:
                out = COMPLEX
        if code < LEARN:
            self[code] = out
        return out


_FORMS = {True: _Forms(True), False: _Forms(False)}


def plain_view(text: str, fold: bool = True) -> View:
    """The plain view of an original without lone surrogates.  O(n) time and memory.

    With `fold=False`, the same without folding case: for patterns with `case: exact`.
    """
    out = text.translate(_FORMS[fold])
    if COMPLEX not in out and "  " not in out and EMOTICON_BEGINS not in text:
        return View(out)
    chars: list[str] = []
    starts, ends = array("I"), array("I")
    for start, end in clusters(text):
        form = normal(text[start:end], fold)
        chars.append(form)
        for _ in form:
            starts.append(start)
            ends.append(end)
    return View("".join(chars), starts, ends)


def alone(text: str) -> str:
    """The plain form of each character by itself; COMPLEX where it depends on others or is not one character."""
    return text.translate(_FORMS[True])


def plain(text: str, fold: bool = True) -> str:
    """The text of the plain view: what a term is turned into before it is looked for."""
    return plain_view(replace_surrogates(text), fold).text


def clusters(text: str) -> Iterator[tuple[int, int]]:
    """The `[start, end)` of every cluster: a character, or the tag of an emoticon, and all that joins it.

    Blanks in a row are one cluster.
    """
    table = _FORMS[True]
    tags = {tag.start(): tag.end() for tag in EMOTICON.finditer(text)} if EMOTICON_BEGINS in text else {}
    start, whole = 0, tags.get(0, 0)
    for i in range(1, len(text)):
        code = ord(text[i])
        if table[code] == " " == table[ord(text[i - 1])]:
            continue
        if i >= whole and (code < 0x300 or (table[code] != COMPLEX) or not joins(text[i])):
            yield start, i
            start, whole = i, tags.get(i, 0)
    if text:
        yield start, len(text)


def replace_surrogates(text: str) -> str:
    """The text with every lone surrogate replaced, one to one, by U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text


def steps(original: str) -> tuple[str, ...]:
    """Which normalisations change a piece of text: of `width`, `case`, `marks`, `traditional`."""
    found = []
    bare = "".join(c for c in original if not is_presentation(c))
    wide = "".join(_nfkc(bare[s:e][: MARKS + 1]) for s, e in clusters(bare))
    if wide != bare:
        found.append("width")
    folded = wide.casefold()
    if folded != wide:
        found.append("case")
    unmarked = one_blank(_unmarked(folded))
    if unmarked != folded:
        found.append("marks")
    if "".join(map(simplified, unmarked)) != unmarked:
        found.append("traditional")
    return tuple(found)


class _Ignorable(dict[str, bool]):
    def __missing__(self, char: str) -> bool:
        category = unicodedata.category(char)
        answer = char not in BREAKS and (category[0] in "PSZ" or category in ("Cf", "Mn", "Me") or char == "\t")
        if ord(char) < LEARN:
            self[char] = answer
        return answer


IGNORABLE = _Ignorable()


def ignorable(char: str) -> bool:
    """Whether a character of the plain view may stand in a gap: spaces, marks, signs, zero-width."""
    return IGNORABLE[char]


def sentence_starts(text: str) -> list[int]:
    """Where the sentences of a plain view begin.  One or more of 。！？!?… and line ends end one, or a full stop."""
    starts, fresh = [0], False
    for i, char in enumerate(text):
        if char in BREAKS or (char == "." and _is_stop(text, i)):
            fresh = True
        elif fresh:
            starts.append(i)
            fresh = False
    return starts


def _is_stop(text: str, at: int) -> bool:
    """Whether a full stop ends a sentence: behind a letter, digit or closing mark, before a blank; and not behind a
    single Latin letter (e.g., U.S.)."""
    before, after = text[max(0, at - 2) : at], text[at + 1 : at + 2]
    if not before or not (before[-1].isalnum() or before[-1] in CLOSING) or after not in BLANKS or not after:
        return False
    return not ("a" <= before[-1] <= "z" and not before[:-1].isalnum())
