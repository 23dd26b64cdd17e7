"""A naive engine, written from the specification alone: the yardstick of the real one.

No automaton, no laziness, nothing remembered of a message: every rule is asked of every message by plain loops.  It
shares nothing with the engine but the types, the character tables, the five `like` regexes, the expressions and values
of entities, the budget and the literals that it counts, and it segments with jieba itself.  `decide` returns plain data
fit for JSON.
"""

from __future__ import annotations

import itertools
import json
import math
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase
from functools import cache, cached_property, partial
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import regex

from modengine.engine.budget import BUDGET, Budget, Patience
from modengine.engine.match.linear import linear
from modengine.engine.match.matcher import Literal
from modengine.engine.match.matchers import info_of
from modengine.engine.match.outside import MENTION
from modengine.engine.match.part import PartText, TextForm
from modengine.engine.match.tokens import LIKE
from modengine.entities.comparing import READINGS, claimed, is_disguised
from modengine.entities.expressions import expressions
from modengine.entities.links import host_of
from modengine.entities.model import Entity
from modengine.model import ACTIONS, PART_KINDS, RANK, Message, Part as MessagePart
from modengine.policy import condition as cond
from modengine.policy.model import Pattern, Policy, Relief, Rule, Token
from modengine.text.tables import (
    is_everyday,
    lookalikes,
    simplified,
    splits,
    syllable,
    syllable_set,
    syllables_of,
    undisguised,
)

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", category=SyntaxWarning)
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    import jieba

LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
SENTENCE_ENDS = "。!?…"
TAG = regex.compile(r"\[em\]e\d{1,8}\[/em\]")
FUZZY = ("sounds_like", "looks_like", "initials", "spelled")

# --------------------------------------------------------------------------- text


@cache
def indic_seconds() -> frozenset[str]:
    """'a second element of a canonical composition with class 0 (Hangul V/T jamo and a few Indic)'."""
    found = {chr(c) for c in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}
    for code in range(0x110000):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and "<" not in parts[0]:
            first, second = (chr(int(part, 16)) for part in parts)
            if not unicodedata.combining(second) and unicodedata.normalize("NFC", first + second) == chr(code):
                found.add(second)
    return frozenset(found)


def is_selector(char: str) -> bool:
    """'a variation selector (U+FE00-FE0F)', or what encloses the character before it (category Me, U+20DD-20E4)."""
    return "\ufe00" <= char <= "\ufe0f" or ("\u20dd" <= char <= "\u20e4" and unicodedata.category(char) == "Me")


def positive(char: str) -> str:
    """'Letters and digits white on black, circled twice or sans-serif are those letters and digits.'"""
    name = unicodedata.name(char, "")
    if letter := regex.fullmatch(r"NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER ([A-Z])", name):
        return letter[1]
    digit = regex.fullmatch(r"(?:DINGBAT |NEGATIVE |DOUBLE )*CIRCLED (?:SANS-SERIF )?DIGIT (\w+)", name)
    return str(DIGITS.index(digit[1])) if digit else char


DIGITS = ["ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE"]


@cache
def joins(char: str) -> bool:
    """'A character joins the cluster before it iff the first char of its NFKD has combining class != 0,
    or is a second element ..., or is a variation selector.'"""
    first = unicodedata.normalize("NFKD", char)[0]
    return unicodedata.combining(first) != 0 or first in indic_seconds() or is_selector(char)


@cache
def normal(cluster: str, fold: bool = True) -> str:
    """'Variation selectors are dropped. cluster -> NFKC -> casefold -> t2s char by char. Exception: … stays itself.'
    'Latin letters lose their accents; curly apostrophes become ', hyphens and the minus sign -.' 'Blanks in a
    row are one.'
    'Of a run of combining marks only the first 30 are kept': all that joins the head of a cluster is such a run."""
    cluster = TAG.sub("☺", cluster)
    kept = "".join(positive(char) for char in cluster if not is_selector(char))[:31]
    text = "…".join(unicodedata.normalize("NFKC", piece) for piece in kept.split("…"))
    text = text.casefold() if fold else text
    bare = "".join(
        whole if regex.match("[a-zA-Z]", whole := unicodedata.normalize("NFD", char)) else char for char in text
    )
    bare = regex.sub(r"(?<=[a-zA-Z])\p{Mn}+", "", bare)
    bare = regex.sub("[’ʼ]", "'", regex.sub("[‐‑‒−]", "-", bare))
    return "".join(map(simplified, regex.sub(" +", " ", bare)))


@dataclass
class Plain:
    """The plain view: 'Each output char maps to the whole cluster's original [start,end)'."""

    original: str
    text: str
    spans: list[tuple[int, int]]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """'A partial hit inside an expanded cluster grows to the whole cluster.'"""
        return self.spans[start][0], self.spans[end - 1][1]


def plain_view(text: str, fold: bool = True) -> Plain:
    """'Lone surrogates -> U+FFFD, one to one. plain view: split into clusters ...'"""
    text = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    clusters: list[list[int]] = []
    tags = {at for tag in TAG.finditer(text) for at in range(tag.start() + 1, tag.end())}
    for at, char in enumerate(text):
        twice = at > 0 and normal(char) == " " == normal(text[at - 1])
        if clusters and (joins(char) or at in tags or twice):
            clusters[-1][1] = at + 1
        else:
            clusters.append([at, at + 1])
    view = Plain(text, "", [])
    for start, end in clusters:
        out = normal(text[start:end], fold)
        view.text += out
        view.spans += [(start, end)] * len(out)
    return view


@cache
def plain(text: str, fold: bool = True) -> str:
    """'Terms go through the same function.'  Remembered, for the shipped policies have 15,000 terms."""
    return plain_view(text, fold).text


def ignorable(char: str) -> bool:
    """'Unicode category P*, S*, Z*, Cf, Mn, Me, or tab; but never a line end nor a sentence end.'"""
    if char in LINE_ENDS or char in SENTENCE_ENDS:
        return False
    category = unicodedata.category(char)
    return category[0] in "PSZ" or category in ("Cf", "Mn", "Me") or char == "\t"


@cache
def sentence_ends(p: str) -> list[bool]:
    """'A full stop behind a letter, digit or closing mark and before a blank ends a sentence, but not behind a single
    Latin letter.'"""
    ends = [char in LINE_ENDS + SENTENCE_ENDS for char in p]
    for stop in regex.finditer(r"""(?<=[\p{L}\p{N})\]}"'”」』》】])(?<!(?<![\p{L}\p{N}])[a-z])\.(?=[ \t])""", p):
        ends[stop.start()] = True
    return ends


def sentence_of(p: str, at: int) -> int:
    """'maximal runs between sentence ends / line ends'; a run of end marks belongs to the sentence it ends."""
    ends = sentence_ends(p)
    return sum(ends[i - 1] and not ends[i] for i in range(1, min(at + 1, len(p))))


# --------------------------------------------------------------------------- terms

Unit = tuple[str, int, int]
"""A character or a syllable, and its `[start, end)` in the plain text."""


class Units(list[Unit]):
    """Letters or sounds of a text, which know whether a unit stands among them in some way."""

    def __init__(self, units: Iterable[Unit]) -> None:
        super().__init__(units)
        self.symbols = [unit[0] for unit in self]
        self.has = _Has(self.symbols, by_look=False)
        self.has_by_look = _Has(self.symbols, by_look=True)


class _Has(dict[str, bool]):
    """Whether all that some way of a unit is made of stands among the symbols."""

    def __init__(self, symbols: list[str], by_look: bool) -> None:
        super().__init__()
        self._there, self._by_look = set(symbols), by_look

    def __missing__(self, unit: str) -> bool:
        self[unit] = found = any(self._there.issuperset(way) for way in ways(unit, self._by_look))
        return found


def letters(p: str) -> list[Unit]:
    return [(char, at, at + 1) for at, char in enumerate(p)]


def parse_syllables(run: str) -> list[str] | None:
    """'each maximal run of a-z letters that parses wholly into syllables that have a vowel (longest first,
    backtracking; <= 24)'."""
    if not run:
        return []
    for size in range(min(6, len(run)), 0, -1):
        if run[:size] in syllable_set() - {"m", "n", "hm"} and (rest := parse_syllables(run[size:])) is not None:
            return [run[:size], *rest]
    return None


def sounds(p: str, readings: Sequence[str | None] | None = None) -> list[Unit]:
    """'Han char -> toneless pinyin syllable; each run of a-z that parses -> its syllables; any other -> itself.'
    A syllable is marked, for the syllable a is not the letter a."""
    found: list[Unit] = []
    at = 0
    while at < len(p):
        end = at
        while end < len(p) and "a" <= p[end] <= "z":
            end += 1
        parsed = parse_syllables(p[at:end]) if 0 < end - at <= 24 else None
        if end == at:
            heard = readings[at] if readings else syllable(p[at])
            found.append((f"/{heard}" if heard else p[at], at, at + 1))
            end = at + 1
        elif parsed is None:
            found += letters(p)[at:end]
        else:
            for spelling in parsed:
                found.append((f"/{spelling}", at, at + len(spelling)))
                at += len(spelling)
        at = end
    return found


plain_term = cache(plain)
"""A policy names its terms again for every message."""


def squeezed(units: Sequence[str]) -> list[str]:
    """'with runs squeezed to one'"""
    return [unit for unit, _ in itertools.groupby(units)]


@cache
def sound_of(term: str) -> list[list[str]]:
    """A term character by character, and as it is read as a whole."""
    return [[unit for unit, _, _ in sounds(term, readings)] for readings in (None, syllables_of(term))]


@cache
def ways(unit: str, by_look: bool) -> list[list[str]]:
    """'by the char itself, by a char listed as its look-alike (1 char), or by one of its splits (2-3 chars,
    contiguous; longest first)': read as itself first, else the longest."""
    return [[unit], *map(list, (*splits(unit), *lookalikes(unit)))] if by_look else [[unit]]


Alignment = tuple[list[int], list[int]]
"""Where in the plain text a term may begin, and where it may end: several where its outer characters are repeated."""


def alignments(term: Sequence[str], units: Units, pattern: Pattern, by_look: bool) -> Iterator[Alignment]:
    """Every way in which `term` stands in `units`; no way taken is taken back.

    gaps: 'skip at most N characters that are ignorable and not in own, then p must equal t[k]'.
    repeats: 't with runs squeezed to one. After a matched char c, further c's belong to it: within the term
    with <= N skippable characters between, of the first and last character only with nothing between. Of
    alignments that end at the same place the one that starts first counts.'
    """
    has = units.has_by_look if by_look else units.has
    if not all(has[unit] for unit in term):
        return
    own, symbols = set(term), units.symbols
    if pattern.repeats:
        term = squeezed(term)

    def meet(unit: str, at: int, skipped: int) -> int | None:
        """Where `unit` ends that begins at `at` or behind ignorables."""
        for way in ways(unit, by_look):
            if symbols[at : at + len(way)] == way:
                return at + len(way)
        if skipped == pattern.gaps or at == len(symbols) or symbols[at] in own:
            return None
        return meet(unit, at + 1, skipped + 1) if len(symbols[at]) == 1 and ignorable(symbols[at]) else None

    seen: set[int] = set()
    for start in range(len(units)):
        at: int | None = start
        starts, ends = [start], []
        for k, unit in enumerate(term):
            is_first, is_last = k == 0, k == len(term) - 1
            at = meet(unit, at, pattern.gaps if is_first else 0)
            if at is None:
                break
            ends += [at] if is_last else []
            while pattern.repeats:
                further = meet(unit, at, pattern.gaps if is_first or is_last else 0)
                if further is None:
                    break
                starts += [at] if is_first else []
                ends += [further] if is_last else []
                at = further
        if at is not None and not (pattern.repeats and at in seen):
            seen.add(at)
            yield [units[start][1] for start in starts], [units[end - 1][2] for end in ends]


def place_of(
    alignment: Alignment, pattern: Pattern, part: Part, term: str, another: Callable[[int, int], bool] | None = None
) -> tuple[int, int]:
    """'with all repeats beside it; where it would straddle so, or be another word, the narrowest with both ends at
    edges of words where there are any (a term of one character: between the outermost edges)'."""
    starts, ends = alignment
    is_other = another is not None and another(starts[0], ends[-1])
    if not straddles(pattern, term, starts[0], ends[-1], part.tokens) and not is_other:
        return starts[0], ends[-1]
    edges = {0, *(edge for token in part.tokens for edge in token)}
    if starts[-1] < ends[0]:
        inner = [start for start in starts if start in edges] or starts
        outer = [end for end in ends if end in edges] or ends
        return inner[-1], outer[0]
    start = ([start for start in starts if start in edges] or starts)[0]
    return start, ([end for end in ends if end > start and end in edges] or ends)[-1]


# --------------------------------------------------------------------------- words


@cache
def base_dictionary() -> tuple[dict[str, int], int]:
    """jieba's own dictionary, without its cache file."""
    base = jieba.Tokenizer()
    frequencies, total = base.gen_pfdict(base.get_dict_file())
    return frequencies, total


@cache
def tags() -> dict[str, str]:
    """The tags of jieba's dictionary."""
    with jieba.Tokenizer().get_dict_file() as lines:
        return {word: tag for word, _, tag in (line.decode().split() for line in lines)}


def tag_of(word: str) -> str:
    """The segmenter's tag; of a word that the dictionary lacks `m` for digits, `eng` with letters of ASCII, or `x`."""
    marks = [char for char in word if char.isascii() and char.isalnum()]
    guess = "x" if not marks else "m" if all(char.isdigit() for char in marks) else "eng"
    return tags().get(word, guess)


def own_words(policy: Policy) -> dict[str, int]:
    """'the policy's terms (those of words and tokens patterns, and of text with a boundary, without draft rules;
    >= 2 chars, all Han) at max(300, own frequency)'."""
    terms: list[str] = []
    for pattern in (p for rule in policy.rules if rule.status != "draft" for p in rule.patterns):
        terms += pattern.terms if pattern.kind == "words" or pattern.boundary else ()
        for token in pattern.tokens:
            terms += [*(token.among or ()), *([] if token.text is None else [token.text])]
    known = base_dictionary()[0]
    return {
        term: max(300, known.get(term, 0))
        for term in map(plain, terms)
        if len(term) >= 2 and all("\u4e00" <= char <= "\u9fd5" for char in term)
    }


def segmenter(policy: Policy) -> Any:
    """'dictionary = the segmenter's + the policy's terms': jieba, the reference."""
    made = jieba.Tokenizer()
    frequencies, made.total = base_dictionary()
    made.FREQ, made.initialized = dict(frequencies), True
    for term, frequency in own_words(policy).items():
        made.total += frequency - made.FREQ.get(term, 0)
        made.FREQ[term] = frequency
        for size in range(1, len(term)):
            made.FREQ.setdefault(term[:size], 0)
    return made


def cut(p: str, words: Any) -> list[tuple[int, int]]:
    """'segmentation of plain without HMM', line by line."""
    tokens, at = [], 0
    for line in regex.split(rf"([{LINE_ENDS}])", p):
        for word in words.cut(line, HMM=False):
            tokens.append((at, at + len(word)))
            at += len(word)
    return tokens


def straddles(pattern: Pattern, term: str, start: int, end: int, tokens: list[tuple[int, int]]) -> bool:
    """'An end lies inside a token [a,b) if a < end < b. Drop iff s or e is inside a token that does not contain [s,e)
    wholly. Terms of one character, or wholly ASCII letters/digits: drop iff s or e is inside any token.' The last
    of `words` alone; matches of text and regex where `boundary: words` asks for it."""
    if pattern.kind != "words" and pattern.boundary is None:
        return False
    strict = pattern.kind == "words" and (len(term) == 1 or (term.isascii() and term.isalnum()))
    cutting = [(a, b) for a, b in tokens if a < start < b or a < end < b]
    return any(strict or not (a <= start and end <= b) for a, b in cutting)


# --------------------------------------------------------------------------- patterns


@dataclass(frozen=True)
class Found:
    """A match, with its place in the plain text too."""

    pattern: str
    part: int
    s: int
    e: int
    start: int
    end: int
    weight: float


@dataclass
class Part:
    index: int
    kind: str
    view: Plain
    tokens: list[tuple[int, int]]
    words: Any
    places: list[tuple[int, int]] | None = None
    """Of an undisguised view: of each character its `[s, e)` in the plain text."""

    @cached_property
    def undisguised(self) -> Part:
        """'the plain view with what is typed in the place of something else read as what it stands for'."""
        pieces = undisguise(self.view.text)
        places = [place for _, place in pieces]
        text = "".join(char for char, _ in pieces)
        view = Plain(self.view.original, text, [self.view.span(*place) for place in places])
        return Part(self.index, self.kind, view, cut(text, self.words), self.words, places)

    @cached_property
    def letters(self) -> Units:
        return Units(letters(self.view.text))

    @cached_property
    def read(self) -> PartText:
        """As the engine reads it, for the literals that it counts."""
        read = PartText(self.kind, self.index, self.view.original, self.words, Patience())
        return read if self.places is None else read.undisguised or read


@cache
def disguise() -> regex.Pattern[str]:
    """Anything that stands for something else, or might be a number with letters for digits."""
    typed = sorted(undisguised(), key=len, reverse=True)
    return regex.compile(rf"(?P<typed>{'|'.join(map(regex.escape, typed))})|(?P<number>[0-9oil|]+)")


def undisguise(p: str) -> list[tuple[str, tuple[int, int]]]:
    """Each character of the undisguised view with its place in the plain text."""
    out: list[tuple[str, tuple[int, int]]] = []
    at = 0
    for found in disguise().finditer(p):
        s, e = found.span()
        out += [(p[i], (i, i + 1)) for i in range(at, s)]
        at = e
        if found["typed"]:
            meant = undisguised()[found["typed"]]
            if len(meant) == e - s:
                out += [(char, (s + i, s + i + 1)) for i, char in enumerate(meant)]
            else:
                out += [(char, (s, e)) for char in meant]
            continue
        run = found["number"]
        alone = not regex.search("[a-z0-9_@]", p[s - 1 : s] + p[e : e + 1])
        digits = regex.sub("[^0-9]", "", run)
        many = len(digits) >= 2 and 2 * len(digits) >= len(run)
        meant_so = alone and digits != run and bool(digits) and (many or bool(regex.fullmatch("[0-9][0-9o]*", run)))
        read = run.replace("o", "0").translate(str.maketrans("il|", "111")) if meant_so else run
        out += [(char, (s + i, s + i + 1)) for i, char in enumerate(read)]
    return out + [(p[i], (i, i + 1)) for i in range(at, len(p))]


def shelters(p: str, kinds: Sequence[str]) -> list[tuple[int, int]]:
    """'quotes (“” ‘’ 「」 『』, and ASCII " paired in turn within a line; nearest closing mark), urls, mentions';
    quotes of one kind nest."""
    found: list[tuple[int, int]] = []
    if "quotes" in kinds:
        for opening, closing in ("“”", "‘'", "「」", "『』"):
            opened: list[int] = []
            for at, char in enumerate(p):
                if char == opening:
                    opened.append(at)
                elif (
                    char == closing and opened and not (char == "'" and regex.match(r"[a-z]'[a-z]", p[at - 1 : at + 2]))
                ):
                    found.append((opened.pop() + 1, at))
        at = 0
        for line in regex.split(rf"[{LINE_ENDS}]", p):
            marks = [at + place for place, char in enumerate(line) if char == '"']
            found += [(a + 1, b) for a, b in zip(marks[::2], marks[1::2], strict=False)]
            at += len(line) + 1
    if "urls" in kinds:
        found += [match.span() for match in LIKE["url"].finditer(p)]
    if "mentions" in kinds:
        found += [match.span() for match in MENTION.finditer(p)]
    return found


def candidates(pattern: Pattern, part: Part) -> Iterator[tuple[str, int, int, float]]:
    """`(term, s, e, weight)` of every place in the plain text, exact ones first, then sounds, then looks."""
    p = part.view.text
    if pattern.kind == "regex":
        yield from found_by_regex(pattern, part)
    elif pattern.entity is not None:
        for s, e in spans_of_entity(pattern.entity, p):
            if is_asked_for(pattern.entity, part, s, e):
                yield p[s:e], s, e, 1.0
    elif pattern.kind == "tokens":
        for sentence in range(sentence_of(p, len(p)) + 1):
            places = [at for at in range(len(p)) if sentence_of(p, at) == sentence]
            if places:
                yield from found_by_tokens(pattern.tokens, p, places[0], places[-1] + 1, part.words)
    else:
        terms, characters = list(map(plain_term, pattern.terms)), part.letters
        spoken = Units(sounds(p) if pattern.sounds_like else ())
        for term in terms:
            if not characters.has[term[0]]:
                continue  # nothing to align
            for found in alignments(term, characters, pattern, by_look=False):
                yield term, *place_of(found, pattern, part, term), 1.0
        for term in terms if pattern.sounds_like else ():
            another = partial(is_another, term, part, pattern, by_sound=True)
            for sought in sound_of("".join(squeezed(term)) if pattern.repeats else term):
                heard = squeezed([unit for unit in sought if len(unit) > 1 or not ignorable(unit)])
                if len(heard) < 2 or not spoken.has[sought[0]]:
                    continue
                for found in alignments(sought, spoken, pattern, by_look=False):
                    s, e = place_of(found, pattern, part, term, another)
                    if not written_as(term, p[s:e], pattern) and not another(s, e):
                        yield term, s, e, pattern.weight
        for term in terms if pattern.looks_like else ():
            another = partial(is_another, term, part, pattern, by_sound=False)
            is_one = len(squeezed([char for char in term if not ignorable(char)])) < 2
            if is_one or not characters.has_by_look[term[0]]:
                continue
            for found in alignments(term, characters, pattern, by_look=True):
                s, e = place_of(found, pattern, part, term, another)
                if not written_as(term, p[s:e], pattern) and not another(s, e):
                    yield term, s, e, pattern.weight
        for term in terms if pattern.initials else ():
            read = syllables_of(term)
            if len(term) > 1 and all(read) and all(map(syllable, term)):
                letters_ = "".join(heard[0] for heard in read if heard)
                for match in regex.finditer(rf"(?<![a-z0-9]){letters_}(?![a-z0-9])", p):
                    yield letters_, *match.span(), pattern.weight

        for term in terms if pattern.spelled else ():
            for s, e in spelled_in_part(term, p):
                yield term, s, e, pattern.weight


def is_another(term: str, part: Part, pattern: Pattern, s: int, e: int, *, by_sound: bool) -> bool:
    """'Not where a character that is none of the term's is part of a longer Han word of the dictionary, or, by sound,
    an everyday word itself; of look-alikes, where the match has more characters than the term, no components; nor where
    a clause ends within.'"""
    p = part.view.text
    words = [(a, b) for a, b in part.tokens if b - a > 1 and base_dictionary()[0].get(p[a:b])]
    inside = {at for a, b in words if all("\u4e00" <= char <= "\u9fd5" for char in p[a:b]) for at in range(a, b)}
    length = len(squeezed(term) if pattern.repeats else term)
    is_split = sum(1 for char in p[s:e] if syllable(char)) > length
    pieces = {piece for own in term for way in splits(own) for piece in way} if is_split else set()

    def strange(char: str) -> bool:
        looks = any(char in lookalikes(own) for own in term) and char not in pieces
        return char not in term and syllable(char) is not None and (by_sound or looks)

    if any(char in ",;、" and char not in term for char in p[s:e]):
        return True
    return any(at in inside or (by_sound and is_everyday(p[at])) for at in range(s, e) if strange(p[at]))


def spelled_in_part(term: str, p: str) -> Iterator[tuple[int, int]]:
    """'some of its 2 to 16 characters, not all, as their syllables or first letters (in a term of two not as x); a run
    of letters is all spelling.'"""
    heard = syllables_of(term)
    if not 2 <= len(term) <= 16 or not all(map(syllable, term)) or not set(term) & set(p):
        return
    pieces = []
    for char, sound in zip(term, map(str, heard), strict=True):
        first = [] if len(term) == 2 and sound[0] == "x" else [sound[0]]
        pieces.append([char, *dict.fromkeys([sound, *first, *(["v"] if sound == "wei" else [])])])

    def ends(place: int, at: int, how: frozenset[bool]) -> Iterator[int]:
        """Where readings end whose next character is at `place`; `how`: what was read so far is written, in letters."""
        if place == len(term):
            if len(how) == 2:
                yield at
            return
        for piece in pieces[place]:
            if p.startswith(piece, at):
                yield from ends(place + 1, at + len(piece), how | {piece.isascii()})

    alone = regex.compile("[a-z0-9]{2}")
    for s in range(len(p)):
        if not (s and alone.fullmatch(p, s - 1, s + 1)):
            for e in sorted({*ends(0, s, frozenset())}):
                if not alone.fullmatch(p, e - 1, e + 1):
                    yield s, e


def written_as(term: str, text: str, pattern: Pattern) -> bool:
    """What is written as the term does not count for sounding or looking like it."""
    found = alignments(term, Units(letters(text)), pattern, by_look=False)
    return any(0 in starts and len(text) in ends for starts, ends in found)


compiled = cache(regex.compile)
"""`regex` keeps five hundred; the shipped policy has more."""


@cache
def expression(source: str, fold: bool) -> str:
    """The regex with its literal characters as they stand in the plain view: all that is not ASCII, ends of ranges
    excepted, becomes the one character that it is there."""

    def literal(char: str) -> str:
        form = plain(char, fold)
        return char if char.isascii() or len(form) != 1 else regex.escape(form, special_only=True)

    out = ""
    for piece in regex.split(r"(\[(?:\\.|[^\]])*\])", source):
        for part in regex.split(r"(\\?.-\\?.)", piece) if piece.startswith("[") else (piece,):
            out += part if regex.fullmatch(r"\\?.-\\?.", part) else "".join(map(literal, part))
    return out


def found_by_regex(pattern: Pattern, part: Part) -> Iterator[tuple[str, int, int, float]]:
    """'regex.finditer(p, IGNORECASE), leftmost non-overlapping; empty matches dropped. Han literals simplified.'
    case: exact is the same on the plain view without casefold, not ignoring case."""
    source = expression(pattern.regex or "", not pattern.exact_case)
    view = plain_view(part.view.original, fold=False) if pattern.exact_case else part.view
    for match in compiled(source, 0 if pattern.exact_case else regex.IGNORECASE).finditer(view.text):
        if match.end() > match.start():
            start, end = view.span(*match.span())
            inside = [at for at, (a, b) in enumerate(part.view.spans) if start <= a and b <= end]
            s, e = (inside[0], inside[-1] + 1) if pattern.exact_case else match.span()
            yield match.group(), s, e, 1.0


def spans_of_entity(entity: Entity, p: str) -> list[tuple[int, int]]:
    """'Where two readings overlap, the one that begins first counts, and of those the longest.'"""
    spans = [
        match.span()
        for source in expressions(entity)
        for match in compiled(source, regex.IGNORECASE).finditer(p)
        if match.group()
    ]
    chosen: list[tuple[int, int]] = []
    for s, e in sorted(spans, key=lambda span: (span[0], -span[1])):
        if all(e <= a or b <= s for a, b in chosen):
            chosen.append((s, e))
    return chosen


def is_asked_for(entity: Entity, part: Part, s: int, e: int) -> bool:
    """'what cannot be compared is no match'; a bound without a currency asks for yuan."""
    text = part.view.text[s:e]
    low = high = None
    if entity.kind in READINGS:
        read = READINGS[entity.kind](text)
        low, high = read.low, read.high
        bounds = [bound for bound in (entity.at_least, entity.at_most, entity.within) if bound is not None]
        is_money = entity.kind in ("amount", "rate")
        if read.currency not in (entity.currencies or (["CNY"] if bounds and is_money else [read.currency])):
            return False
        if entity.per and read.per not in entity.per:
            return False
        if bounds and (low is None or high is None):
            return False
        ceilings = [bound for bound in (entity.at_most, entity.within) if bound is not None]
        return (entity.at_least is None or high >= entity.at_least) and all(low <= most for most in ceilings)
    original = part.view.original[part.view.spans[s][0] : part.view.spans[e - 1][1]]
    if entity.disguised and plain(original) == text and not is_disguised(text):
        return False
    if entity.own is None:
        return True
    p = part.view.text
    domains = claimed([p[a:b] for a, b in spans_of_entity(Entity("sender"), p)])
    host = host_of(text)
    leads_home = any(host == domain or host.endswith("." + domain) for domain in domains)
    return bool(domains) and host != "" and leads_home == entity.own


def found_by_tokens(
    steps: Sequence[Token], p: str, start: int, end: int, words: Any
) -> Iterator[tuple[str, int, int, float]]:
    """'For every start token the longest match is reported.'"""
    tokens = merged_tokens(p, start, end, words)

    def reach(step: int, at: int) -> set[int]:
        if step == len(steps):
            return {at}
        ends = reach(step + 1, at) if steps[step].low == 0 else set()
        for taken in range(1, steps[step].high + 1):
            if at + taken > len(tokens) or not fits(steps[step], *tokens[at + taken - 1]):
                break
            if taken >= steps[step].low:
                ends |= reach(step + 1, at + taken)
        return ends

    for first in range(len(tokens)):
        last = max(reach(0, first), default=first)
        if last > first:
            s, e = tokens[first][1], tokens[last - 1][2]
            yield p[s:e], s, e, 1.0


def merged_tokens(p: str, start: int, end: int, words: Any) -> list[tuple[str, int, int, str]]:
    """'per sentence. Spans like url, handle, money, number are merged into one token first (that priority, then
    leftmost longest); the rest is segmented; white space is no token, each punctuation char is one.'"""
    spans: list[tuple[int, int]] = []
    for kind in ("url", "handle", "money", "number"):
        for match in LIKE[kind].finditer(p, start, end):
            if all(match.end() <= a or b <= match.start() for a, b in spans):
                spans.append(match.span())
    tokens = [(p[a:b], a, b, "x") for a, b in spans]
    at = start
    for a, b in [*sorted(spans), (end, end)]:
        for i, j in cut(p[at:a], words):
            if not p[at + i : at + j].isspace():
                tokens.append((p[at + i : at + j], at + i, at + j, tag_of(p[at + i : at + j])))
        at = b
    return sorted(tokens, key=lambda token: token[1])


def fits(step: Token, text: str, start: int, end: int, tag: str) -> bool:
    """'like test = full match of the kind's regex on the token's text. pos = prefix of the segmenter's tag.
    text/in compare plain(term) with the token's text.'"""
    return (
        (step.text is None or plain(step.text) == text)
        and (step.among is None or text in map(plain, step.among))
        and (step.like is None or LIKE[step.like].fullmatch(text) is not None)
        and (step.pos is None or tag.startswith(step.pos))
    )


def failure(pattern: Pattern, parts: Sequence[Part], budget: Budget) -> str | None:
    """'candidates: an occurrence, overlapping ones counted, of one of the literals in the text form it is looked for
    in; opaque: a regex that no automaton can say, asked of a part longer than ...': where a literal of it stands."""
    info = info_of(pattern)
    total = 0
    for part in as_read(pattern, parts):
        if part.kind not in (pattern.parts or PART_KINDS):
            continue
        texts = {form: part.read.form(form) for form in {literal.form for literal in info.literals or ()}}
        counts = [occurrences(literal, texts[literal.form]) for literal in info.literals or ()]
        total += sum(counts)
        asked = info.literals is None or any(counts)
        source = expression(pattern.regex or "", not pattern.exact_case)
        too_long = asked and pattern.kind == "regex" and len(part.view.original) > budget.opaque_length
        if too_long and linear(source, pattern.exact_case) is None:
            return f"the regex is not asked of more than {budget.opaque_length:,} characters"
    if pattern.kind in ("words", "text") and total > budget.candidates:
        return f"more than {budget.candidates:,} candidates"
    return None


def as_read(pattern: Pattern, parts: Sequence[Part]) -> list[Part]:
    return [part.undisguised if pattern.undisguised and part.places is None else part for part in parts]


def occurrences(literal: Literal, text: str) -> int:
    if literal.form is TextForm.SPELLED:
        return len({*spelled_in_part(literal.text, text)})
    return sum(text.startswith(literal.text, at) for at in range(len(text))) if literal.text in text else 0


def find(pattern: Pattern, parts: Sequence[Part], budget: Budget) -> list[Found]:
    """'A sounds/looks match whose [start,end) is also an exact match of the pattern is dropped; of equal spans
    between sounds and looks: sounds first. One match per (part, start, end) and pattern; the first term wins.'"""
    found: dict[tuple[int, int, int], Found] = {}
    if pattern.kind != "regex" and failure(pattern, parts, budget) is not None:
        return []
    for part in as_read(pattern, parts):
        if part.kind not in (pattern.parts or PART_KINDS):
            continue
        if pattern.kind == "regex" and failure(pattern, [part], budget) is not None:
            continue
        sheltered = shelters(part.view.text, pattern.outside)
        for term, s, e, weight in candidates(pattern, part):
            start, end = part.view.span(s, e)
            if straddles(pattern, term, s, e, part.tokens):
                continue
            if any(a <= s and e <= b for a, b in sheltered):
                continue
            if pattern.exact_case and pattern.kind in ("words", "text"):
                slice_ = plain(part.view.original[start:end], fold=False)
                if slice_ not in [plain(literal, fold=False) for literal in pattern.terms if plain(literal) == term]:
                    continue
            if part.places is not None:
                s, e = part.places[s][0], part.places[e - 1][1]
            found.setdefault((part.index, start, end), Found(pattern.name, part.index, s, e, start, end, weight))
    return list(found.values())


# --------------------------------------------------------------------------- conditions

Truth = bool | None
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge, "in": lambda a, b: a in b,
}  # fmt: skip


def kleene_and(values: Sequence[Truth]) -> Truth:
    return False if False in values else None if None in values else True


def kleene_or(values: Sequence[Truth]) -> Truth:
    return True if True in values else None if None in values else False


def moment(value: Any) -> Any:
    """'datetime fields compare with ISO strings (no zone = +08:00)'."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value if value.tzinfo else value.replace(tzinfo=timezone(timedelta(hours=8)))


@dataclass
class Case:
    """A message before a policy, and what every rule found in it: first find, then judge."""

    policy: Policy
    message: Message
    parts: list[Part]
    found: dict[str, list[Found]]
    failed: dict[str, dict[str, str]]
    """Of each rule its patterns that failed, with the reason."""

    @property
    def length(self) -> int:
        """'letters, digits and Han characters of all parts'; a field is no part."""
        parts = [part for part in self.parts if part.kind in PART_KINDS]
        return sum(char.isalnum() for part in parts for char in part.view.text)

    def more(self) -> int:
        """'`longer`: the last entry whose `above` is exceeded counts'."""
        added = 0
        for entry in self.policy.longer:
            if self.length > entry.above:
                added = entry.add
        return added

    def score(self, rule: Rule) -> int:
        """'`points`: the first entry whose condition holds replaces the scores of the rules that it names'."""
        for entry in self.policy.points:
            if self.holds(entry.when, ()) is True:
                return entry.scores.get(rule.id, rule.score)
        return rule.score

    def holds(self, condition: cond.Condition, matches: Sequence[Found], failed: Iterable[str] = ()) -> Truth:
        """Kleene's strong logic; None is unknown, as absent matches of a failed pattern are."""

        def fails(*chosen: cond.Select) -> bool:
            return any(name in failed for select in chosen for name in select.names)

        def of(*chosen: cond.Select) -> list[Found]:
            names = {name for select in chosen for name in select.names}
            return [match for match in matches if match.pattern in names]

        match condition:
            case cond.Always():
                return True
            case cond.Has(select):
                return True if of(select) else None if fails(select) else False
            case cond.Of():
                return self.at_least(condition, {match.pattern for match in of(*condition.selects)}, failed)
            case cond.Count(select, operator, n):
                total = disjoint(of(select))
                most = max(total, n) + 1 if fails(select) else total
                values = {COMPARE[operator](each, n) for each in range(total, most + 1)}
                return values.pop() if len(values) == 1 else None
            case cond.Near(left, right, distance, unit, ordered):
                pairs = [(a, b) for a in of(left) for b in of(right) if a.part == b.part]
                if any((not ordered or a.end <= b.start) and self.apart(a, b, unit) <= distance for a, b in pairs):
                    return True
                both = all(of(side) or fails(side) for side in (left, right))
                return None if both and fails(left, right) else False
            case cond.Inside(inner, outer):
                pairs = [(a, b) for a in of(inner) for b in of(outer) if a.part == b.part]
                if any(b.start <= a.start and a.end <= b.end for a, b in pairs):
                    return True
                both = all(of(side) or fails(side) for side in (inner, outer))
                return None if both and fails(inner, outer) else False
            case cond.Together(chosen):
                sure = [select for select in chosen if not fails(select)]
                places = [{(m.part, sentence_of(self.parts[m.part].view.text, m.s)) for m in of(s)} for s in sure]
                if places and not set.intersection(*places):
                    return False
                return None if fails(*chosen) else True
            case cond.RuleRef(_, _, rules):
                return kleene_or([self.value(rule) for rule in self.policy.rules if rule.id in rules])
            case cond.Length(operator, n):
                return COMPARE[operator](self.length, n)
            case cond.Compare():
                return self.compare(condition)
            case cond.Not(item):
                value_ = self.holds(item, matches, failed)
                return None if value_ is None else not value_
            case cond.And(items):
                return kleene_and([self.holds(item, matches, failed) for item in items])
            case cond.Or(items):
                return kleene_or([self.holds(item, matches, failed) for item in items])

    def at_least(self, condition: cond.Of, found: set[str], failed: Iterable[str]) -> Truth:
        names = condition.names
        least = len(names) if condition.n is None else condition.n
        possible = found | {name for name in names if name in failed}
        return True if len(found) >= least else None if len(possible) >= least else False

    def apart(self, a: Found, b: Found, unit: str) -> int:
        """'0 if they overlap else gap; words: number of tokens wholly between that hold a letter or digit'."""
        if unit == "characters":
            return max(0, b.start - a.end, a.start - b.end)
        low, high = min(a.end, b.end), max(a.start, b.start)
        part = self.parts[a.part]
        spans = ((i, j, *part.view.span(i, j)) for i, j in part.tokens)
        between = [part.view.text[i:j] for i, j, start, end in spans if low <= start and end <= high]
        return sum(any(char.isalnum() for char in token) for token in between)

    def compare(self, condition: cond.Compare) -> Truth:
        """'message.field missing or null -> its default, unknown without one'; has(...) asks the message alone."""
        name, operator, value = condition.field, condition.operator, condition.value
        have = given(self.policy, self.message, name)
        if condition.asks == "given":
            return have is not None
        have = self.policy.fields[name].default if have is None else have
        if have is None:
            return None
        if condition.asks == "count":
            return COMPARE[operator](len(have), value)
        if operator.startswith("has"):
            wanted = set(value) if isinstance(value, tuple) else {value}
            return wanted <= set(have) if operator != "has any of" else bool(wanted & set(have))
        if self.policy.fields[name].kind == "datetime":
            have, value = moment(have), tuple(map(moment, value)) if operator == "in" else moment(value)
        return COMPARE[operator](have, value)

    def hits(self, rule: Rule) -> bool:
        """'condition true, unless not true; draft: rule() of it is false'. 'The final unknown counts as false.'"""
        if rule.status == "draft":
            return False
        matches, failed = self.found[rule.id], self.failed[rule.id]
        cancelled = rule.unless is not None and self.holds(rule.unless, matches, failed) is True
        return not cancelled and self.holds(rule.when, matches, failed) is True

    def value(self, rule: Rule) -> Truth:
        """'rule(): true where it hit, unknown where it is undetermined.'"""
        return True if self.hits(rule) else None if self.undetermined(rule) else False

    def weighed(self, rule: Rule) -> list[tuple[float, Truth]]:
        """The value of `when` at each weight, the greatest first."""
        matches, failed = self.found[rule.id], self.failed[rule.id]
        weights = sorted({1.0, *(match.weight for match in matches)}, reverse=True)
        return [
            (weight, self.holds(rule.when, [match for match in matches if match.weight >= weight], failed))
            for weight in weights
        ]

    def worth(self, rule: Rule) -> float:
        """'w = the greatest weight such that `when` holds with matches of weight >= w'."""
        return next(weight for weight, value in self.weighed(rule) if value)

    def undetermined(self, rule: Rule) -> list[list[str | None]]:
        """'undetermined iff its outcome is not definite AND one of the patterns it names failed, or a rule() it asks
        for is undetermined. Reported with each failed pattern it names.'"""
        if rule.status == "draft" or self.is_definite(rule):
            return []
        failed = [[rule.id, name, reason] for name, reason in self.failed[rule.id].items()]
        asked = {
            rule_id
            for condition in (rule.when, rule.unless)
            for node in (cond.walk(condition) if condition is not None else ())
            if isinstance(node, cond.RuleRef)
            for rule_id in node.rules
        }
        others = any(self.undetermined(asked_rule) for asked_rule in self.policy.rules if asked_rule.id in asked)
        return failed or ([[rule.id, None, "it asks for a rule that is undetermined"]] if others else [])

    def is_definite(self, rule: Rule) -> bool:
        """'not definite: `when` is unknown; or `when` true and `unless` unknown; or, while looking for its weight,
        the condition at a higher weight was unknown'."""
        matches, failed = self.found[rule.id], self.failed[rule.id]
        held = self.holds(rule.when, matches, failed)
        if held is not True:
            return held is False
        cancelled = False if rule.unless is None else self.holds(rule.unless, matches, failed)
        if cancelled is not False:
            return cancelled is True
        return None not in [
            value for _, value in itertools.takewhile(lambda pair: pair[1] is not True, self.weighed(rule))
        ]


def disjoint(matches: Sequence[Found]) -> int:
    """'disjoint, greedy by earliest end, summed over parts'."""
    total = 0
    for part in {match.part for match in matches}:
        last = 0
        for match in sorted((m for m in matches if m.part == part), key=lambda m: (m.end, m.start)):
            if match.start >= last:
                total, last = total + 1, match.end
    return total


# --------------------------------------------------------------------------- decisions


def named(rule: Rule, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(rule.id, glob) for glob in globs)


def given(policy: Policy, message: Message, name: str) -> Any:
    """What a message has in a field; of a list written as JSON, the list."""
    have = message.fields.get(name)
    return json.loads(have) if isinstance(have, str) and policy.fields[name].is_list else have


def with_fields(policy: Policy, message: Message) -> Message:
    """'The fields that patterns look in follow the parts, in the order of the policy; of a list each item is one.'"""
    patterns = [pattern for rule in policy.rules if rule.status != "draft" for pattern in rule.patterns]
    found = list(message.parts)
    for name in policy.fields:
        have = given(policy, message, name)
        if have is not None and any(f"message.{name}" in (pattern.parts or ()) for pattern in patterns):
            found += [MessagePart(f"message.{name}", text) for text in ([have] if isinstance(have, str) else have)]
    return Message(message.text, message.id, tuple(found), message.fields)


def decide(
    policy: Policy, message: Message, *, ignore_scope: bool = False, words: Any = None, budget: Budget = BUDGET
) -> dict[str, Any]:
    """The decision, as plain data.  `words` is `segmenter(policy)` where the caller has it already."""
    message = with_fields(policy, message)
    characters = sum(len(part.text) for part in message.all_parts())
    if characters > budget.characters or len(message.all_parts()) > budget.parts:
        return {"action": "review", "hits": [], "shadow_hits": [], "relief": [], "undetermined": True}
    words = words or segmenter(policy)
    parts = []
    for index, message_part in enumerate(message.all_parts()):
        view = plain_view(message_part.text)
        parts.append(Part(index, message_part.kind, view, cut(view.text, words), words))
    patterns = {id(pattern): pattern for rule in policy.rules for pattern in rule.patterns}  # most are shared
    once = {key: find(pattern, parts, budget) for key, pattern in patterns.items()}
    found = {rule.id: [match for pattern in rule.patterns for match in once[id(pattern)]] for rule in policy.rules}
    reasons_ = {key: failure(pattern, parts, budget) for key, pattern in patterns.items()}
    failed = {
        rule.id: {pattern.name: reason for pattern in rule.patterns if (reason := reasons_[id(pattern)]) is not None}
        for rule in policy.rules
    }
    case = Case(policy, message, parts, found, failed)

    hits, shadow_hits, reliefs = [], [], []
    for rule in policy.rules:
        if not case.hits(rule):
            continue
        matches = sorted({(m.pattern, m.part, m.start, m.end, m.weight) for m in case.found[rule.id]})
        worth = case.worth(rule)
        entry = {
            "rule": rule.id,
            "category": rule.category or relieved(policy, rule),
            "points": math.floor(case.score(rule) * worth),
            "counted": 0,
            "matches": [list(match) for match in matches],
        }
        if rule.status == "test":
            entry["points"] -= math.floor(worth * (rule.relief.by or 0)) if rule.relief else 0
            shadow_hits.append(entry)
        elif rule.relief is not None:
            reliefs.append((rule, worth))
        else:
            hits.append(entry)
    order = list(policy.categories)
    for listed in (hits, shadow_hits):
        listed.sort(key=lambda h: (order.index(h["category"]), -h["points"], h["rule"]))

    cap_points(policy, hits)
    left = {hit["rule"]: hit["counted"] for hit in hits}
    relief = apply_reliefs(policy, reliefs, left)
    scores = {
        category: sum(hit["counted"] for hit in hits if hit["category"] == category)
        + sum(applied["points"] for applied in relief if applied["category"] == category)
        for category in order
    }
    actions = {category: ladder(policy, category, score - case.more()) for category, score in scores.items()}
    raised = []
    for override in policy.overrides:
        if override.action is None or (override.when is not None and case.holds(override.when, ()) is not True):
            continue
        stable = [rule for rule in policy.rules if rule.status == "stable" and rule.relief is None]
        hit = [rule for rule in stable if named(rule, override.rules) and case.hits(rule)]
        for category in order:
            rules = [rule.id for rule in hit if rule.category == category]
            if rules:
                raised.append([category, override.action, sorted(rules)])
                actions[category] = max(actions[category], override.action, key=RANK.__getitem__)

    undetermined = []
    for rule in policy.rules:
        category = rule.category or relieved(policy, rule)
        stable = rule.status == "stable"
        if rule.relief is not None and stable and not any(hit["category"] == category for hit in hits):
            continue  # there is nothing to take
        unsure = case.undetermined(rule)
        undetermined += unsure
        if unsure and stable:
            actions[category] = max(actions[category], "review", key=RANK.__getitem__)

    shadow = {category: reasons(case, category, ignore_scope) for category in order}
    action = max(actions.values(), key=RANK.__getitem__, default="allow")
    taken = max((actions[c] for c in order if not shadow[c]), key=RANK.__getitem__, default="allow")
    return {
        "action": action,
        "taken": taken,
        "in_scope": any(actions[c] == action and not shadow[c] for c in order),
        "flagged": taken != "allow",
        "categories": {
            c: {"score": scores[c], "action": actions[c], "in_scope": not shadow[c], "shadow": shadow[c]} for c in order
        },
        "hits": hits,
        "shadow_hits": shadow_hits,
        "relief": relief,
        "raised": sorted(raised),
        "longer": [case.length, case.more()] if case.more() else None,
        "undetermined": undetermined,
    }


def cap_points(policy: Policy, hits: list[dict[str, Any]]) -> None:
    """'caps per (ruleset, group): hits by (-points, rule id) get counted until the cap is used'."""
    for ruleset in policy.rulesets:
        used = dict.fromkeys(ruleset.caps, 0)
        for hit in sorted(hits, key=lambda h: (-h["points"], h["rule"])):
            rule = next((rule for rule in ruleset.rules if rule.id == hit["rule"]), None)
            if rule is None:
                continue
            hit["counted"] = hit["points"]
            if rule.group is not None and rule.group in ruleset.caps:
                hit["counted"] = min(hit["points"], ruleset.caps[rule.group] - used[rule.group])
                used[rule.group] += hit["counted"]


def apply_reliefs(policy: Policy, reliefs: list[tuple[Rule, float]], left: dict[str, int]) -> list[dict[str, Any]]:
    """'applied only if the category has a hit, of 0 points too; first those with `rules`, then those with `category`,
    each in policy order; each takes min(by, what is left of what it covers); all: floor(w*available)'."""
    applied = []
    hit_categories = {rule.category for rule in policy.rules if rule.id in left}
    for rule, worth in sorted(reliefs, key=lambda item: not item[0].relief.rules):  # type: ignore[union-attr]
        relief: Relief = rule.relief  # type: ignore[assignment]
        by_id = {policy_rule.id: policy_rule for policy_rule in policy.rules}
        covered = [
            hit
            for hit in map(by_id.__getitem__, left)  # the hits, most points first
            if (named(hit, relief.rules) if relief.rules else hit.category == relief.category)
        ]
        category = relieved(policy, rule)
        if category not in hit_categories:
            continue
        available = sum(left[hit.id] for hit in covered)
        take = math.floor(worth * (available if relief.by is None else relief.by))
        take = min(take, available)
        applied.append({"rule": rule.id, "category": category, "points": -take})
        for hit in covered:
            part = min(take, left[hit.id])
            left[hit.id] -= part
            take -= part
    order = list(policy.categories)
    return sorted(applied, key=lambda entry: order.index(entry["category"]))


def relieved(policy: Policy, rule: Rule) -> str:
    """The category that a relief takes from. 'All rules named by one relief must be of one category.'"""
    assert rule.relief is not None
    return rule.relief.category or next(
        covered.category
        for covered in policy.rules
        if covered.category is not None and named(covered, rule.relief.rules)
    )


def ladder(policy: Policy, category: str, score: int) -> str:
    """'highest step of the category's ladder with threshold <= score. Category without `actions`: allow.'"""
    steps = policy.actions.get(category, {})
    return max((a for a in ACTIONS if a in steps and steps[a] <= score), key=RANK.__getitem__, default="allow")


def reasons(case: Case, category: str, ignore_scope: bool) -> list[str]:
    """'shadow reasons: scope, scope: unknown, period, period: unknown, study, exception: NAME.'"""
    policy, found = case.policy, []
    if not ignore_scope:
        scope = policy.scope.get(category, policy.scope.get("default"))
        value = True if scope is None else case.holds(scope, ())
        found += ["scope: unknown"] if value is None else [] if value else ["scope"]
        if policy.period is not None:
            have = case.message.fields.get(policy.period.field)
            if have is None:
                found.append("period: unknown")
            else:
                time, start, end = moment(have), policy.period.start, policy.period.end
                if (start is not None and time < start) or (end is not None and time >= end):
                    found.append("period")
    found += ["study"] if policy.study else []
    found += [
        f"exception: {exception.name}" for exception in policy.exceptions if case.holds(exception.when, ()) is True
    ]
    return sorted(found)
