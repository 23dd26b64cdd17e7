"""Regular expressions and texts to compare two ways of matching on, generated or shipped and real."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import regex
from hypothesis import assume, strategies as st
from regex import _regex_core

from modengine.engine.compile.patterns import expression, linked
from modengine.engine.match.linear import linear
from modengine.engine.match.regex import source_of
from modengine.text.normalize import plain, replace_surrogates
from tests.engines import campaign
from tests.paths import CORPORA, SAMPLES

Source = tuple[str, bool]
"""An expression and whether it heeds case."""


def compiled(source: Source) -> regex.Pattern[str]:
    return regex.compile(source[0], 0 if source[1] else regex.IGNORECASE)


def spans(source: Source, text: str) -> list[tuple[int, int]]:
    """The matches of the `regex` package, without the empty ones."""
    return [match.span() for match in compiled(source).finditer(text) if match.start() < match.end()]


def regexes(core: Any, sources: Iterable[Source]) -> Any:
    """Expressions matched by the compiled core."""
    return core.Regexes(linked((source, expression(source, exact_case)) for source, exact_case in sources))


def steps_agree(source: Source, text: str) -> None:
    """The matches step by step are those of the package; for no expression that no automaton can say."""
    automaton = linear(*source)
    assume(automaton is not None)
    assert automaton is not None
    assert list(automaton.spans(text)) == spans(source, text)


def core_agrees(core: Any, source: Source, text: str, other: str) -> None:
    """The core finds in texts, one after the other, what the package does; for no expression that is left to it."""
    found = regexes(core, [source])
    assume(found.find_all(text, 0) is not None)
    for each in (text, other, text + other, other + text):
        assert found.find_all(each, 0) == spans(source, each)


@cache
def shipped() -> tuple[Source, ...]:
    """Every expression of the shipped policy."""
    patterns = (pattern for rule in campaign().policy.rules for pattern in rule.patterns if pattern.kind == "regex")
    return tuple(dict.fromkeys((source_of(pattern), pattern.exact_case) for pattern in patterns))


def _bodies() -> Iterator[str]:
    files = sorted(CORPORA.glob("*.jsonl")) if CORPORA.is_dir() else sorted(SAMPLES.glob("*.jsonl"))
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            yield row.get("text", "")
            yield from (part["text"] for part in row.get("parts", ()))


@cache
def texts(every: int) -> tuple[str, ...]:
    """The plain views of every so-manieth text of the development data, or of the samples where that is not here."""
    bodies = list(_bodies())
    every = min(every, len(bodies) // 100)  # the samples are fewer
    return tuple(plain(replace_surrogates(body)) for body in bodies[::every])


# --------------------------------------------------------------------------- generated ones

_CHARACTERS = (
    "a", "b", "A", "k", "K", "ſ", "s", "ı", "İ", "i", "σ", "ß", "é", "加", "微", "1", " ", "😀", r"\n", ".", r"\x41",
    "[ab]", "[^a]", "[^a加]", "[a-c]", r"[^a-b\d]", "[k]", "[à-ý]", "[ſ]", r"[\w加]", r"[\W]", r"[\s\S]", r"[\p{Lu}1]",
    r"\w", r"\d", r"\s", r"\W", r"\D", r"\p{Han}", r"\P{Lu}", r"\p{Ll}", "(?s:.)", "(?i:b)", "(?-i:a)",
)  # fmt: skip
_PLACES = ("^", "$", r"\b", r"\B", r"\A", r"\Z", r"\m", r"\M", "(?m:^)", "(?m:$)")
_COUNTS = ("*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}")
_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")
_LETTERS = "aabbcABKks加微\n 1_.ſKİıIißÉéσςΣ😀Aàý"


def _longer(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    repeated = st.builds(
        "(?:{}){}{}".format, inner, st.sampled_from(_COUNTS), st.sampled_from(("", "?"))
    )  # often of one character
    looks = st.builds("{}{})".format, st.sampled_from(_LOOKS), inner)
    groups = st.builds("({})".format, inner)
    rows = st.lists(inner, min_size=2, max_size=4).map("".join)
    ways = st.lists(st.one_of(inner, st.just("")), min_size=2, max_size=3).map("|".join).map("(?:{})".format)
    return st.one_of(repeated, looks, groups, rows, rows, ways)


def sources() -> st.SearchStrategy[Source]:
    """Expressions over few letters with all that an automaton knows, and nothing else."""
    leaves = st.one_of(st.sampled_from(_CHARACTERS), st.sampled_from(_CHARACTERS), st.sampled_from(_PLACES))
    flags = st.sampled_from(("", "", "(?s)", "(?m)", "(?x)"))
    return st.tuples(st.builds("{}{}".format, flags, st.recursive(leaves, _longer, max_leaves=12)), st.booleans())


def short_texts() -> st.SearchStrategy[str]:
    return st.text(_LETTERS, max_size=12)


def read_at_once(source: str) -> Any:
    """The parse tree of the `regex` package, case ignored, for an expression that sets no flag for all of it."""
    text = _regex_core.Source(source)
    info = _regex_core.Info(regex.I, str, {})
    return _regex_core._parse_pattern(text, info)


def drawn(node: Any) -> Any:
    """A parse tree as plain data, without what the parser knows of the whole expression."""
    if isinstance(node, list | tuple):
        return list(map(drawn, node))
    if not isinstance(node, _regex_core.RegexBase):
        return node
    return type(node).__name__, {
        name: drawn(value) for name, value in vars(node).items() if name not in ("info", "_key")
    }
