"""What must hold of offsets: each cuts out of the original exactly what maps to the matched view.

The strings come from a seeded random generator, 1,000 a seed: Hypothesis would be far slower.
The oracle is the naive normaliser: what a span cuts out of the original, normalised by itself,
holds the characters of the view, and is nothing but them where both ends lie between clusters.
"""

from __future__ import annotations

import itertools
import random
import re
from functools import cache
from typing import Any

from modengine.engine.engine import Engine
from modengine.model import Match, Message, Part
from modengine.policy.model import Token
from modengine.text.normalize import plain_view, replace_surrogates
from modengine.text.tables import syllables_of
from tests import naive
from tests.build import compile_policy, pattern, policy_of, rule, ruleset
from tests.strategies import FORMS, NOISE

STRINGS = 1000
EXPANDING = tuple("㎏½ßİﬃﷺ①㈠㍿ŉΐẞ…‼㌀ℌ")
CONTRACTING = ("ｶﾞ", "ﾊﾟ", "e\u0301", "\u1100\u1161\u11a8", "a\u0323\u0307", "か\u3099", "\uffa1\uffc2", "\u0bc6\u0bbe")
DELETED = ("\ufe0f", "\ufe0e", "❤\ufe0f", "\ufe0f\ufe0f", "1\ufe0f\u20e3", "\u0301" * 40, "a" + "\u0323\u0301" * 20)
LONELY = ("\ud800", "\udc00", "\U00020000", "\U0002f800", "豈", "\u0344", "\u0f73", "\u0345", "\u1161")
SELECTORS = dict.fromkeys((*range(0xFE00, 0xFE10), *range(0x20DD, 0x20E1), *range(0x20E2, 0x20E5)))
PIECES = (*FORMS, *NOISE, *EXPANDING, *CONTRACTING, *DELETED, *LONELY)


def strings(seed: int) -> list[str]:
    chance = random.Random(seed)
    return [replace_surrogates("".join(chance.choices(PIECES, k=chance.randint(0, 12)))) for _ in range(STRINGS)]


def check_views(seed: int) -> None:
    """A view is the naive view."""
    for text in strings(seed):
        view, expected = plain_view(text), naive.plain_view(text)
        assert view.text == expected.text, ascii(text)
        assert [view.span(at, at + 1) for at in range(len(view.text))] == expected.spans, ascii(text)


def check_spans(seed: int) -> None:
    """A span cuts out what maps to it."""
    chance = random.Random(seed)
    for text in strings(seed):
        view = plain_view(text)
        if not view.text:
            continue
        i, j = sorted(chance.sample(range(len(view.text) + 1), 2))
        start, end = view.span(i, j)
        assert 0 <= start < end <= len(text), ascii(text)
        cut = naive.plain(text[start:end])
        first, last = view.span(i, i + 1), view.span(j - 1, j)
        before = i - next(k for k in range(i, -1, -1) if k == 0 or view.span(k - 1, k) != first)
        after = next(k for k in range(j, len(view.text) + 1) if k == len(view.text) or view.span(k, k + 1) != last) - j
        assert cut[before : len(cut) - after] == view.text[i:j], ascii(text)


# --------------------------------------------------------------------------- matches of the engine

TERMS_SOUGHT = ("微信", "薇❤️", "张", "強", "加v", "vx", "kg", "1⁄2", "ss", "ガ", "钱", "林木", "é", "3万", "i̇", "…")
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "gaps": {"gaps": 2},
    "repeats": {"repeats": True},
    "sounds": {"sounds_like": True},
    "looks": {"looks_like": True},
    "all": {"gaps": 1, "repeats": True, "sounds_like": True, "looks_like": True},
}
PATTERNS = {
    **{f"t{name}": pattern(f"t{name}", "text", terms=TERMS_SOUGHT, **given) for name, given in OPTIONS.items()},
    **{f"w{name}": pattern(f"w{name}", "words", terms=TERMS_SOUGHT, **given) for name, given in OPTIONS.items()},
    "regex": pattern("regex", "regex", regex=r"微.?信|[a-z]{2,}|\d|(?:加微){e<=1}|[^\s。]{3}"),
    "cased": pattern("cased", "regex", regex="V|[A-Z]{2}|微", exact_case=True),
    "exact": pattern("exact", "text", terms=("V", "x", "微", "İ", "K"), exact_case=True),
    "tokens": pattern("tokens", "tokens", tokens=(Token(like="han"), Token(like="number", low=0))),
    "latin": pattern("latin", "tokens", tokens=(Token(like="latin", high=2),)),
}


@cache
def engine() -> Engine:
    made = rule("a.r", "any of them", *PATTERNS.values(), category="a", ruleset="a", score=10)
    return Engine(compile_policy(policy_of(ruleset("a", "a", [made]))))


def explains(text: str, term: str, how: set[str], own: frozenset[str]) -> bool:
    """Whether the plain `text` is the plain `term` but for the steps that `how` names."""
    if "sounds_like" in how:
        heard = [unit for unit, _, _ in naive.sounds(text)]
        sought = [[unit for unit, _, _ in naive.sounds(term, reading)] for reading in (None, syllables_of(term))]
        return any(loosely([[unit] for unit in units], heard, how, frozenset(units)) for units in sought)
    ways = [["".join(way) for way in naive.ways(char, "looks_like" in how)] for char in term]
    return loosely(ways, list(text), how, own)


def loosely(sought: list[list[str]], have: list[str], how: set[str], own: frozenset[str]) -> bool:
    """The same by a backtracking regex, in which units are put between brackets."""
    if "repeats" in how:
        sought = [way for way, _ in itertools.groupby(sought)]
    gap = "".join({f"⟨{re.escape(unit)}⟩|" for unit in have if len(unit) == 1 and naive.ignorable(unit)} - own)
    between = f"(?:{gap}⟨⟩)*" if "gaps" in how else ""
    parts = []
    for ways in sought:
        # A way of several characters is several units, except where a syllable is one.
        alternatives = "|".join(
            f"⟨{re.escape(way)}⟩" if way in have or len(way) == 1 else "".join(f"⟨{re.escape(char)}⟩" for char in way)
            for way in ways
        )
        parts.append(
            f"(?:{alternatives})(?:{between}(?:{alternatives}))*" if "repeats" in how else f"(?:{alternatives})"
        )
    return re.fullmatch(between.join(parts), "".join(f"⟨{unit}⟩" for unit in have)) is not None


def check(match: Match, part: str) -> None:
    cut = part[match.start : match.end]
    assert cut == match.text
    view = naive.plain_view(cut)
    # A hit inside a cluster grows to all of it: what was sought may begin and end inside the outer ones.
    heads = [at for at, span in enumerate(view.spans) if span == view.spans[0]]
    tails = [at + 1 for at, span in enumerate(view.spans) if span == view.spans[-1]]
    inner = [view.text[i:j] for i in heads for j in tails if i < j]
    pattern, how = PATTERNS[match.pattern], set(match.how)
    assert match.how[0] == pattern.kind
    assert match.weight == (1.0 if how.isdisjoint(naive.FUZZY) else pattern.weight)
    if pattern.kind in ("regex", "tokens"):
        assert match.found_as in [*inner, naive.plain(cut, fold=False)]
        return
    term = naive.plain(match.found_as)
    assert match.found_as in pattern.terms
    assert any(explains(text, term, how, frozenset(term)) for text in inner)
    if how.isdisjoint(("width", "traditional", "case", "marks")):
        bare, sought = (naive.TAG.sub("☺", text).translate(SELECTORS) for text in (cut, match.found_as))
        assert bare in (view.text, sought)


def check_matches(seed: int) -> None:
    """A match cuts out what was sought, but for the steps it names."""
    texts = strings(seed)
    for at in range(0, STRINGS, 50):
        message = Message(parts=tuple(Part("ocr", text) for text in texts[at : at + 50]))
        for hit in engine().decide(message).hits:
            for match in hit.matches:
                check(match, texts[at + match.part_index - 1])
