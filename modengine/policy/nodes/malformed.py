"""What keeps a file from being YAML, said to the author of a rule.

What the parser says of a full-width mark or an open bracket is what it met far behind it; both are
looked for first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

import yaml

from modengine.errors import Location
from modengine.policy.limits import POLICY_BUDGET
from modengine.policy.nodes.diagnostics import FULL_WIDTH, NO_SPACE, Diagnostics, shown

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = POLICY_BUDGET.nesting
MOST_TOKENS = 10_000
"""So far behind an error it is looked whether a bracket is closed."""


@dataclass(frozen=True, slots=True)
class _Cause:
    """What PyYAML's two parsers say, and what it means to the author of a rule."""

    said: str
    """A regex on the problem and its context, `problem / context`."""
    meaning: str
    hint: str
    at_context: bool = False
    """Point at where the broken thing begins, not at where the parser gave up."""
    brackets: bool = False
    """What a bracket that is not closed may look like."""


_CAUSES: tuple[_Cause, ...] = (
    _Cause(
        "mapping values are not allowed",
        "a `: ` where no key can stand",
        "quote a text that holds `: `; write each key with a space after its colon",
        brackets=True,
    ),
    _Cause(
        "could not find expected ':'",
        "a line without `: ` among keys",
        "write `key: value`, with a space after the colon",
        True,
        brackets=True,
    ),
    _Cause("cannot start any token", "a text begins with a character that has a meaning in YAML", "quote the text"),
    _Cause("escape|hexadecimal", "`\\` begins an escape in double quotes", "use 'single quotes' for a regex"),
    _Cause(
        "quoted scalar",
        "a quotation mark is never closed",
        "close it, or quote the text in the other kind of marks",
        True,
    ),
    _Cause("an alias|an anchor", "`*` or `&` begins an alias or an anchor", "quote a text that begins with it", True),
    _Cause(
        "flow (?:sequence|mapping)",
        "a `[` or `{` is not closed, or a comma is missing before this",
        "close it, or quote the text",
        brackets=True,
    ),
    _Cause(
        "block (?:collection|sequence)",
        "expected `- ` and an item here",
        "align the line with its neighbours",
        brackets=True,
    ),
    _Cause(
        "block mapping|a simple key",
        "expected a key here",
        "align the line with its neighbours; quote a value as a whole",
        brackets=True,
    ),
    _Cause(
        "block scalar",
        "`|` or `>` begins a text of several lines",
        "indent these lines with spaces, or quote the text",
        True,
    ),
    _Cause("a directive|a tag|tag handle", "`%` or `!` begins a directive or a tag", "quote the text", True),
    _Cause(
        "document start",
        "something stands after the end of the file's one value",
        "begin every line with a key",
        brackets=True,
    ),
)


_PAIRS = {"FlowSequenceStartToken": "[", "FlowMappingStartToken": "{"}
_CLOSES = {"FlowSequenceEndToken": "[", "FlowMappingEndToken": "{"}
_KEY = r"\s*(?:- +)*[A-Za-z_][\w.-]*"
_KEY_ALONE = re.compile(rf"{_KEY} *:$", re.ASCII)
_INDENTED = "align it with its neighbours; write a space behind each `-` and `:`"
_FOREIGN = (
    re.compile(rf"{_KEY}\s*(：)", re.ASCII),
    re.compile(rf"{_KEY}: *([［｛])", re.ASCII),
    re.compile(rf"{_KEY}:([{NO_SPACE}])", re.ASCII),
    re.compile(rf"\s*(?:- *)?([{NO_SPACE}])[{NO_SPACE}\s]*(?:- +)?[A-Za-z_][\w.-]* *:", re.ASCII),
)
"""A mark or a space of another keyboard around the key of a line."""


def malformed(error: yaml.MarkedYAMLError, text: str, file: str, report: Diagnostics) -> None:
    """Report what keeps a text from being YAML."""
    said = f"{error.problem or ''} / {error.context or ''}"
    cause = next((known for known in _CAUSES if re.search(known.said, said)), None)
    marks = (error.problem_mark, error.context_mark)
    mark = next(filter(None, reversed(marks) if cause and cause.at_context else marks), None)
    place = _place(mark, file) if mark else Location(file)
    tab = re.match(" *\t", report.line(place))
    if "nesting depth" in said:
        report.add("ME106", f"nested more than {MAX_DEPTH} levels deep", place, "a ruleset needs about eight")
    elif report.line(place)[place.column - 1 : place.column] == "\t":
        report.add("ME105", "a tab where YAML wants spaces", place, "indent with spaces")
    elif tab and place.column > tab.end():
        at = Location(file, place.line, tab.end())
        report.add("ME105", "a tab where YAML wants spaces", at, "indent with spaces")
    elif foreign := _foreign(place, report):
        report.add("ME105", *foreign)
    elif "document start" in said and text.startswith('{"'):
        hint = "a rule file is YAML, and begins with `policy: NAME` or `ruleset: NAME`"
        report.add("ME105", "these are JSON Lines, as of messages or decisions, and no rules", place, hint)
    elif "mapping values" in said and _KEY_ALONE.match(report.line(place)[: place.column]):
        what = "a key where no key can stand: indented too far, or below a line that lacks a space"
        report.add("ME105", what, place, _INDENTED)
    elif (cause is None or cause.brackets) and (found := _in_brackets(text, error.problem_mark, file)):
        report.add("ME105", *found)
    elif cause is None:
        report.add("ME105", f"not YAML: {shown(said, 200)}", place, "see the examples in docs/rule-language.md")
    else:
        report.add("ME105", cause.meaning, place, cause.hint)


def _place(mark: Any, file: str) -> Location:
    return Location(file, mark.line + 1, mark.column + 1)


def _foreign(place: Location, report: Diagnostics) -> tuple[str, Location, str] | None:
    """Around the key of the line that failed, or of the one before it, which then seems to go on."""
    for number in (place.line, place.line - 1):
        line = report.line(Location(place.file, number))
        for pattern in _FOREIGN:
            if found := pattern.match(line):
                return _full_width(found[1], Location(place.file, number, found.start(1) + 1))
    return None


def _in_brackets(text: str, mark: Any, file: str) -> tuple[str, Location, str] | None:
    """What is wrong in the brackets around an error: message, place, hint."""
    opened: list[tuple[str, Any]] = []
    last: Any = None
    tokens = _tokens(text)
    for token in tokens:
        kind = type(token).__name__
        if mark is not None and (token.start_mark.line, token.start_mark.column) >= (mark.line, mark.column):
            tokens = _again(token, tokens)
            break
        if kind in _PAIRS:
            opened.append((_PAIRS[kind], token.start_mark))
        elif kind in _CLOSES and opened:
            opened.pop()
        last = token if isinstance(token, yaml.ScalarToken) and token.plain else last
    if opened:
        begin = opened[-1][1]
        if (last is not None and last.start_mark.index > begin.index and (wrong := _mark_in(last, text, file))) or (
            mark is not None and (wrong := _mark_at(mark, text, file))
        ):
            return wrong
    return _unpaired(opened, tokens, mark, file)


def _mark_in(token: Any, text: str, file: str) -> tuple[str, Location, str] | None:
    """The last full-width comma or colon of a text without quotation marks."""
    value = text[token.start_mark.index : token.end_mark.index]
    at = max(map(value.rfind, FULL_WIDTH))
    if at < 0 or "\n" in value[:at]:
        return None
    return _full_width(value[at], _place(token.start_mark, file).shifted(at))


def _mark_at(mark: Any, text: str, file: str) -> tuple[str, Location, str] | None:
    char = text[mark.index : mark.index + 1]
    return _full_width(char, _place(mark, file)) if char in FULL_WIDTH else None


def _full_width(char: str, place: Location) -> tuple[str, Location, str]:
    sign = FULL_WIDTH.get(char)
    if sign is None:
        return f"a character that only looks like a space, U+{ord(char):04X}", place, "write spaces of ASCII"
    if sign == ":":
        return "`：` is a full-width colon, which is none in YAML", place, "write `: `, with a space, or quote the text"
    what = "comma" if sign == "," else "bracket"
    return f"`{char}` is a full-width {what}, which is none in YAML", place, f"write `{sign}`, or quote the text"


def _unpaired(opened: list[tuple[str, Any]], tokens: Any, mark: Any, file: str) -> tuple[str, Location, str] | None:
    """The bracket that is not closed, or that closes nothing; else a comma is missing."""
    outer = len(opened)
    for token in islice(tokens, MOST_TOKENS):
        kind = type(token).__name__
        if kind in _PAIRS:
            opened.append((_PAIRS[kind], token.start_mark))
        elif kind in _CLOSES:
            sign = _CLOSES[kind]
            if sign not in [bracket for bracket, _ in opened]:
                closing = "]" if sign == "[" else "}"
                return f"`{closing}` closes nothing", _place(token.start_mark, file), "remove it, or quote the text"
            if opened[-1][0] != sign:
                break
            opened.pop()
            if len(opened) < outer:
                hint = "write `, `, or quote the text as a whole"
                return "a comma is missing before this", _place(mark, file), hint
        elif not outer:
            return None
    if not outer:
        return None
    bracket, begin = opened[min(outer, len(opened)) - 1]
    closing = "]" if bracket == "[" else "}"
    return (
        f"this `{bracket}` is not closed",
        _place(begin, file),
        f"write `{closing}` behind its last item, or quote the text",
    )


def _tokens(text: str) -> Any:
    """The tokens as far as there are any."""
    try:
        yield from yaml.scan(text, Loader=LOADER)
    except yaml.YAMLError:
        return


def _again(token: Any, tokens: Any) -> Any:
    yield token
    yield from tokens
