"""`regex` in the browser: its own parser, and each node of its tree said again in the syntax of `re`.

Sets, properties and cases become ranges of characters, from the tables of `regex` itself; what `re` has no
word for is refused by name, like an error of syntax.  Held to `regex` by tests/play/site.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from regex import _regex_core

from modengine.play.site.device import properties
from modengine.play.site.device.clock import expression_ends_in
from modengine.play.site.device.properties import LAST, Ranges, complement

core: Any = _regex_core
core.DEFAULT_VERSION = core.VERSION0  # as `regex` itself has it
error = core.error
IGNORECASE, MULTILINE, DOTALL, VERBOSE = core.IGNORECASE, core.MULTILINE, core.DOTALL, core.VERBOSE
UNICODE, VERSION0, FULLCASE = core.UNICODE, core.VERSION0, core.FULLCASE
_OTHER = core.LOCALE | core.REVERSE | core.POSIX | core.WORD | core.FULLCASE
_MOST_WIDTHS = 64
"""A look behind is said once for each number of characters that it may take, up to so many."""


class Translated:
    """What modengine asks of a compiled expression."""

    def __init__(self, source: str, flags: int) -> None:
        self.pattern, self.flags = source, flags
        from modengine.play.site.device.kept import recalled  # noqa: PLC0415  (it needs this module to begin)

        try:
            self._re = recalled(source, int(flags)) or re.compile(translated(source, int(flags)))
        except re.error as wrong:
            raise error(f"this page cannot do it: {wrong.msg}", source, 0) from None
        self.search, self.match, self.fullmatch = self._re.search, self._re.match, self._re.fullmatch
        self.findall = self._re.findall

    def finditer(self, text: str, timeout: float | None = None) -> Iterator[re.Match[str]]:
        """The matches.  Raises TimeoutError where they take longer than so many seconds."""
        if timeout is None:
            yield from self._re.finditer(text)
            return
        expression_ends_in(timeout)
        try:
            yield from self._re.finditer(text)
        except KeyboardInterrupt:
            raise TimeoutError from None
        finally:
            expression_ends_in(0)


def translated(source: str, flags: int) -> str:
    """An expression of `regex` as `re` reads it.  Raises `error`."""
    return _Translator(*_parsed(source, flags)).text


@lru_cache(maxsize=4096)
def compile(source: str, flags: int = 0) -> Translated:  # noqa: A001  (the name that it has in `regex`)
    """As `regex.compile`.  Raises `error`, also for what `re` cannot say."""
    return Translated(source, int(flags))


def match(source: str, text: str, flags: int = 0) -> re.Match[str] | None:
    return compile(source, flags).match(text)


def finditer(source: str, text: str, flags: int = 0) -> Iterator[re.Match[str]]:
    return compile(source, flags).finditer(text)


def findall(source: str, text: str, flags: int = 0) -> list[str]:
    return [found.group() for found in compile(source, flags).finditer(text)]


def escape(text: str, special_only: bool = True, literal_spaces: bool = False) -> str:
    """As `regex.escape`, for its usual arguments."""
    assert special_only
    assert not literal_spaces
    return "".join(f"\\{char}" if char in _SPECIAL or char.isspace() else char for char in text)


_SPECIAL = frozenset("()[]{}?*+|^$\\.-#&~")


def _parsed(source: str, flags: int) -> tuple[Any, Any]:
    """The parse tree and what the parser tells of the expression, as `regex` itself begins."""
    for _ in range(10):
        text = core.Source(source)
        info = core.Info(flags, text.char_type, {})
        info.guess_encoding = core.UNICODE
        text.ignore_space = bool(info.flags & VERBOSE)
        try:
            tree = core._parse_pattern(text, info)
        except core._UnscopedFlagSet:
            flags = info.global_flags
            continue
        if not text.at_end():
            raise error("unbalanced parenthesis", source, text.pos)
        tree.fix_groups(source, False, False)
        if (info.flags | info.global_flags) & _OTHER & ~FULLCASE or info.inline_locale:
            raise error("the flags (?L), (?r), (?p) and (?w) are not known in the browser", source, 0)
        return tree, source
    raise error("conflicting flags", source, 0)


class _Translator:
    def __init__(self, tree: Any, source: str) -> None:
        self._source = source
        self._numbers: dict[int, int] = {}
        """The number of each group in what is written."""
        self.text = self.write(tree)

    def write(self, node: Any) -> str:
        name = type(node).__name__
        if (ranges := ranges_of(node)) is not None:
            return written(ranges)
        write = _WRITERS.get(name)
        if write is None or bool(getattr(node, "encoding", 0)):
            raise error(f"this page cannot do `{_SAID.get(name, name)}`: use the installed modengine", self._source, 0)
        return write(self, node)

    def sequence(self, node: Any) -> str:
        return "".join(map(self.write, node.items))

    def branch(self, node: Any) -> str:
        return f"(?:{'|'.join(map(self.write, node.branches))})"

    def group(self, node: Any) -> str:
        if node.group in self._numbers:
            raise error("this page cannot do groups that share a name or a number", self._source, 0)
        self._numbers[node.group] = len(self._numbers) + 1
        return f"({self.write(node.subpattern)})"

    def atomic(self, node: Any) -> str:
        return f"(?>{self.write(node.subpattern)})"

    def repeat(self, node: Any) -> str:
        how = {"LazyRepeat": "?", "PossessiveRepeat": "+"}.get(type(node).__name__, "")
        most = "" if node.max_count is None else str(node.max_count)
        inner = self.write(node.subpattern)
        return f"(?:{inner}){{{node.min_count},{most}}}{how}" if inner else ""

    def look(self, node: Any) -> str:
        sign = "=" if node.positive else "!"
        if not node.behind:
            return f"(?{sign}{self.write(node.subpattern)})"
        ways = [f"(?<{sign}{way})" for way in self._behind(node.subpattern).values()]
        return f"(?:{'|'.join(ways)})" if node.positive else "".join(ways)

    def _behind(self, node: Any) -> dict[int, str]:
        """What a look behind asks for, by how many characters it takes: `re` looks back by so many, not by some."""
        kind = type(node).__name__
        if ranges_of(node) is not None:
            return {1: self.write(node)}
        if kind == "Sequence":
            return self._after_another(map(self._behind, node.items))
        if kind == "Branch":
            return self._one_of(way for branch in node.branches for way in self._behind(branch).items())
        if kind == "Group":
            return self._behind(node.subpattern)
        if kind in ("GreedyRepeat", "LazyRepeat"):
            if node.max_count is None or node.max_count > _MOST_WIDTHS:
                raise error("this page cannot look behind without an end: write {0,20} for *", self._source, 0)
            inner = self._behind(node.subpattern)
            counts = range(node.min_count, node.max_count + 1)
            return self._one_of(way for count in counts for way in self._after_another([inner] * count).items())
        if kind in ("LookAround", "Boundary", "StartOfWord", "EndOfWord", *_PLACES):
            return {0: self.write(node)}
        raise error(f"this page cannot look behind for `{_SAID.get(kind, kind)}`", self._source, 0)

    def _after_another(self, parts: Iterable[dict[int, str]]) -> dict[int, str]:
        found = {0: ""}
        for part in parts:
            found = self._one_of((a + b, one + two) for a, one in found.items() for b, two in part.items())
        return found

    def _one_of(self, ways: Iterable[tuple[int, str]]) -> dict[int, str]:
        found: dict[int, dict[str, None]] = {}
        for width, way in ways:
            found.setdefault(width, {})[way] = None
        if len(found) > _MOST_WIDTHS:
            raise error("this page cannot look behind for so many lengths", self._source, 0)
        return {width: f"(?:{'|'.join(same)})" if len(same) > 1 else next(iter(same)) for width, same in found.items()}

    def conditional(self, node: Any) -> str:
        return f"(?({self._number(node)}){self.write(node.yes_item)}|{self.write(node.no_item)})"

    def either(self, node: Any) -> str:
        """A look that chooses between two expressions."""
        asked = core.LookAround(node.behind, True, node.subpattern)
        yes = self.look(asked)
        no = self.look(core.LookAround(node.behind, False, node.subpattern))
        return f"(?:{yes}{self.write(node.yes_item)}|{no}{self.write(node.no_item)})"

    def again(self, node: Any) -> str:
        flag = "i" if int(node.case_flags) & int(IGNORECASE) else ""
        return f"(?{flag}:\\{self._number(node)})"

    def _number(self, node: Any) -> int:
        if node.group not in self._numbers:
            raise error("this page cannot refer to a group that comes later or was looked for behind", self._source, 0)
        return self._numbers[node.group]

    def boundary(self, node: Any) -> str:
        word = _word()
        after = ("!", "=") if node.positive else ("=", "!")
        return f"(?:(?<={word})(?{after[0]}{word})|(?<!{word})(?{after[1]}{word}))"

    def edge(self, node: Any) -> str:
        """Where a word starts, or ends."""
        word = _word()
        return f"(?<!{word})(?={word})" if type(node).__name__ == "StartOfWord" else f"(?<={word})(?!{word})"


_PLACES = {
    "StartOfString": r"\A", "EndOfString": r"\Z", "StartOfLine": r"(?<![^\n])", "EndOfLine": r"(?![^\n])",
    "EndOfStringLine": r"(?=\n?\Z)", "Failure": r"(?!)",
}  # fmt: skip
_WRITERS: dict[str, Callable[[_Translator, Any], str]] = {
    "Sequence": _Translator.sequence,
    "Branch": _Translator.branch,
    "Group": _Translator.group,
    "Atomic": _Translator.atomic,
    "GreedyRepeat": _Translator.repeat,
    "LazyRepeat": _Translator.repeat,
    "PossessiveRepeat": _Translator.repeat,
    "LookAround": _Translator.look,
    "LookAroundConditional": _Translator.either,
    "Conditional": _Translator.conditional,
    "RefGroup": _Translator.again,
    "Boundary": _Translator.boundary,
    "StartOfWord": _Translator.edge,
    "EndOfWord": _Translator.edge,
    **dict.fromkeys(_PLACES, lambda _writer, node: _PLACES[type(node).__name__]),
}
_SAID = {
    "CallGroup": "(?R), a pattern inside itself",
    "Fuzzy": "{e<=1}, nearly the same",
    "Grapheme": r"\X",
    "Keep": r"\K",
    "StringSet": r"\L<...>, a named list",
    "SearchAnchor": r"\G",
    "Prune": "(*PRUNE)",
    "Skip": "(*SKIP)",
}
"""What a reader knows a node by."""


# ---------------------------------------------------------------- characters


def _word() -> str:
    return written(_property_ranges(core.lookup_property(None, "Word", True).value))


def ranges_of(node: Any) -> Ranges | None:
    """The characters that a node of one character takes; None for any other node."""
    kind = type(node).__name__
    if kind not in _ONE:
        return None
    if kind == "AnyAll":
        return ((0, LAST),)
    if kind == "Any":
        return complement(((10, 10),))
    ignoring = bool(int(node.case_flags) & int(IGNORECASE))
    if int(node.case_flags) & int(FULLCASE) and ignoring:
        raise error("this page cannot do (?f), full case-folding", "", 0)
    found = _ONE[kind](node, ignoring)
    return found if node.positive else complement(found)


def _character(node: Any, ignoring: bool) -> Ranges:
    codes = properties.get_all_cases(0, node.value) if ignoring else [node.value]
    return _joined((code, code) for code in codes)


def _range(node: Any, ignoring: bool) -> Ranges:
    spans = [(node.lower, node.upper)]
    if ignoring:
        cased = (codes for code, codes in properties.cases().items() if node.lower <= code <= node.upper)
        spans += [(code, code) for codes in cased for code in codes]
    return _joined(spans)


def _property(node: Any, ignoring: bool) -> Ranges:
    if node.encoding == core.ASCII_ENCODING:
        return _within(_property_ranges(node.value), ((0, 127),))
    return _property_ranges(node.value, ignoring)


def _property_ranges(value: int, ignoring: bool = False) -> Ranges:
    found = properties.ranges(value, ignoring)
    if found is None:
        name, values = core.PROPERTY_NAMES[value >> 16]
        raise error(f"this page does not know the property {name}={values[value & 0xFFFF]}", "", 0)
    return found


def _member(item: Any, ignoring: bool) -> Ranges:
    if type(item).__name__ == "AnyAll":
        return ((0, LAST),)
    found = _ONE[type(item).__name__](item, ignoring)
    return found if item.positive else complement(found)


def _union(node: Any, ignoring: bool) -> Ranges:
    return _joined(span for item in node.items for span in _member(item, ignoring))


def _difference(node: Any, ignoring: bool) -> Ranges:
    first, *others = (_member(item, ignoring) for item in node.items)
    return _within(first, complement(_joined(span for other in others for span in other)))


def _intersection(node: Any, ignoring: bool) -> Ranges:
    first, *others = (_member(item, ignoring) for item in node.items)
    for other in others:
        first = _within(first, other)
    return first


def _symmetric(node: Any, ignoring: bool) -> Ranges:
    first, *others = (_member(item, ignoring) for item in node.items)
    for other in others:
        first = _joined([*_within(first, complement(other)), *_within(other, complement(first))])
    return first


_ONE: dict[str, Any] = {
    "Any": None,
    "AnyAll": None,
    "Character": _character,
    "Range": _range,
    "Property": _property,
    "SetUnion": _union,
    "SetDiff": _difference,
    "SetInter": _intersection,
    "SetSymDiff": _symmetric,
}


def _joined(spans: Iterable[tuple[int, int]]) -> Ranges:
    out: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if out and first <= out[-1][1] + 1:
            out[-1] = out[-1][0], max(out[-1][1], last)
        else:
            out.append((first, last))
    return tuple(out)


def _within(ranges: Ranges, others: Ranges) -> Ranges:
    """What both have."""
    return complement(_joined([*complement(ranges), *complement(others)]))


@lru_cache(maxsize=2048)
def written(ranges: Ranges) -> str:
    """A set of characters as `re` reads it."""
    if not ranges:
        return "(?!)"
    if ranges == ((0, LAST),):
        return "(?s:.)"
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return re.escape(chr(ranges[0][0]))
    return f"[{''.join(_code(a) if a == b else f'{_code(a)}-{_code(b)}' for a, b in ranges)}]"


def _code(code: int) -> str:
    return chr(code) if chr(code).isalnum() else f"\\U{code:08x}"
