"""A regular expression as a small program for an automaton, as plain data; None where it is more than regular.

The program is that of R. Cox, "Regular Expression Matching: the Virtual Machine Approach" (2009).  What a
match depends on beside the characters that it takes, a look ahead or behind, is a *look*: a program of its
own that holds at a place or does not.  Word boundaries, `^` and `$` are looks at one character.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import msgspec

from modengine.engine.match.charsets import ALL, Case, Charsets, Intervals, complement, word_characters
from modengine.engine.match.expression import children, usual_tree

CHAR: Final = 0
"""Take a character of set a."""
SPLIT: Final = 1
"""Go on at step a, or else at step b."""
LOOK: Final = 2
"""Go on if look a holds here (b is 1) or does not (b is 0)."""
JUMP: Final = 3
"""Go on at step a."""
MATCH: Final = 4

MOST_STEPS = 5_000
"""A longer program is left to the `regex` package."""
MOST_LOOKS = 60

Step = tuple[int, int, int]


class Look(msgspec.Struct, frozen=True, array_like=True):
    """What may stand before or after a place: a character of a set, or else a program, any match of which counts.

    The program of a look ahead is written from its end to its beginning.
    """

    behind: bool
    charset: int = -1
    steps: tuple[Step, ...] = ()


class RegexProgram(msgspec.Struct, frozen=True, array_like=True):
    """The program, and the looks, each after those that it asks.

    Steps and looks number the sets of characters that the expression asks for.
    """

    steps: tuple[Step, ...]
    looks: tuple[Look, ...] = ()


def automaton(source: str, exact_case: bool) -> tuple[tuple[Intervals, ...], RegexProgram | None]:
    """The sets of an expression that compiles, and its automaton; None for what is left to the `regex` package."""
    charsets = Charsets()
    made = _automaton(source, exact_case, charsets)
    return tuple(charsets.numbers), made


def _automaton(source: str, exact_case: bool, charsets: Charsets) -> RegexProgram | None:
    tree = usual_tree(source, exact_case)
    if tree is None:
        return None
    asked = _Asked(charsets)
    try:
        steps = _program(tree, asked)
    except _NotRegularError:
        return None
    if {"ignored", "narrower if ignored"} <= asked.cases:
        return None  # the package skips places by a set that ignores case for all
    return RegexProgram(steps, tuple(asked.looks))


class _NotRegularError(Exception):
    """Something that no automaton does, or that is not known here."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the programs of an expression ask for."""

    charsets: Charsets
    looks: dict[Look, int] = field(default_factory=dict)
    written: dict[int, int] = field(default_factory=dict)
    """The number of the look of a node, by its identity: groups that are written alike are one."""
    cases: set[Case] = field(default_factory=set)


def _program(tree: Any, asked: _Asked, *, backward: bool = False, inner: bool = False) -> tuple[Step, ...]:
    writer = _Writer(asked, backward, inner)
    writer.write(tree)
    writer.add(MATCH)
    return tuple(writer.steps)


class _Writer:
    """Writes the steps of a tree, one node after the other."""

    def __init__(self, asked: _Asked, backward: bool, inner: bool) -> None:
        self.steps: list[Step] = []
        self.asked = asked
        self.backward = backward
        self.inner = inner
        """In a look: whether there is a match is all that counts, not which."""

    def add(self, op: int, a: int = 0, b: int = 0) -> int:
        if len(self.steps) >= MOST_STEPS:
            raise _NotRegularError
        self.steps.append((op, a, b))
        return len(self.steps) - 1

    def write(self, node: Any) -> None:
        write = _WRITERS.get(type(node).__name__)
        if write is None:
            raise _NotRegularError
        write(self, node)

    def _character(self, node: Any) -> None:
        self.add(CHAR, self._charset(node))

    def _charset(self, node: Any) -> int:
        known = self.asked.charsets.of(node)
        if known is None:
            raise _NotRegularError
        self.asked.cases.add(known[1])
        return known[0]

    def _sequence(self, node: Any) -> None:
        for item in reversed(node.items) if self.backward else node.items:
            self.write(item)

    def _group(self, node: Any) -> None:
        self.write(node.subpattern)

    def _branch(self, node: Any) -> None:
        self._either([partial(self.write, branch) for branch in node.branches])

    def _either(self, ways: list[Callable[[], None]]) -> None:
        jumps = []
        for way in ways[:-1]:
            split = self.add(SPLIT)
            way()
            jumps.append(self.add(JUMP))
            self.steps[split] = SPLIT, split + 1, len(self.steps)
        ways[-1]()
        for jump in jumps:
            self.steps[jump] = JUMP, len(self.steps), 0

    def _repeat(self, node: Any) -> None:
        if node.max_count != 1 and not self.inner and may_be_empty(node.subpattern):
            raise _NotRegularError  # when an empty turn ends the loop is the package's own affair
        lazy = type(node).__name__ == "LazyRepeat"
        for _ in range(node.min_count):
            self.write(node.subpattern)
        if node.max_count is None:
            split = self.add(SPLIT)
            self.write(node.subpattern)
            self.add(JUMP, split)
            self._split(split, lazy)
            return
        splits = []
        for _ in range(node.max_count - node.min_count):
            splits.append(self.add(SPLIT))
            self.write(node.subpattern)
        for split in splits:
            self._split(split, lazy)

    def _split(self, at: int, lazy: bool) -> None:
        """Into what follows, or over it to the end of what is written so far."""
        into, over = at + 1, len(self.steps)
        self.steps[at] = (SPLIT, over, into) if lazy else (SPLIT, into, over)

    def _look_around(self, node: Any) -> None:
        number = self.asked.written.get(id(node))
        if number is None:
            number = self.asked.written[id(node)] = self._number(self._look(node))
        self.add(LOOK, number, int(node.positive))

    def _look(self, node: Any) -> Look:
        inner = node.subpattern
        while type(inner).__name__ in ("Sequence", "Group"):
            below = list(children(inner))
            if len(below) != 1:
                break
            inner = below[0]
        if type(inner).__name__ in _ONE_CHARACTER:
            return Look(node.behind, self._charset(inner))
        return Look(node.behind, steps=_program(inner, self.asked, backward=not node.behind, inner=True))

    def _beside(self, behind: bool, intervals: Intervals, positive: bool) -> None:
        """Whether the next character, or the one before, is of a set; where there is none it is not."""
        self._ask(Look(behind, self.asked.charsets.number(intervals)), positive)

    def _ask(self, look: Look, positive: bool) -> None:
        self.add(LOOK, self._number(look), int(positive))

    def _number(self, look: Look) -> int:
        number = self.asked.looks.setdefault(look, len(self.asked.looks))
        if number >= MOST_LOOKS:
            raise _NotRegularError
        return number

    def _start_of_string(self, _node: Any) -> None:
        self._beside(True, ALL, False)

    def _end_of_string(self, _node: Any) -> None:
        self._beside(False, ALL, False)

    def _start_of_line(self, _node: Any) -> None:
        self._beside(True, complement(_NEWLINE), False)

    def _end_of_line(self, _node: Any) -> None:
        self._beside(False, complement(_NEWLINE), False)

    def _end_of_string_line(self, _node: Any) -> None:
        """At the end, or before a newline that is the end."""
        newline = self.asked.charsets.number(_NEWLINE)
        end = Look(False, self.asked.charsets.number(ALL))
        last = Look(False, steps=((LOOK, self._number(end), 0), (CHAR, newline, 0), (MATCH, 0, 0)))
        self._either([lambda: self._ask(end, False), lambda: self._ask(last, True)])

    def _boundary(self, node: Any) -> None:
        if node.encoding:
            raise _NotRegularError
        here = node.positive
        self._either([lambda: self._word(True, not here), lambda: self._word(False, here)])

    def _start_of_word(self, node: Any) -> None:
        self._edge_of_word(node, False, True)

    def _end_of_word(self, node: Any) -> None:
        self._edge_of_word(node, True, False)

    def _edge_of_word(self, node: Any, before: bool, after: bool) -> None:
        if node.encoding or not node.positive:
            raise _NotRegularError
        self._word(before, after)

    def _word(self, before: bool, after: bool) -> None:
        self._beside(True, word_characters(), before)
        self._beside(False, word_characters(), after)


_NEWLINE: Intervals = ((10, 10),)
_ONE_CHARACTER = ("Any", "AnyAll", "Character", "Property", "Range", "SetUnion")
_WRITERS: dict[str, Callable[[_Writer, Any], None]] = {
    **dict.fromkeys(_ONE_CHARACTER, _Writer._character),
    "Boundary": _Writer._boundary,
    "Branch": _Writer._branch,
    "EndOfLine": _Writer._end_of_line,
    "EndOfString": _Writer._end_of_string,
    "EndOfStringLine": _Writer._end_of_string_line,
    "EndOfWord": _Writer._end_of_word,
    "GreedyRepeat": _Writer._repeat,
    "Group": _Writer._group,
    "LazyRepeat": _Writer._repeat,
    "LookAround": _Writer._look_around,
    "Sequence": _Writer._sequence,
    "StartOfLine": _Writer._start_of_line,
    "StartOfString": _Writer._start_of_string,
    "StartOfWord": _Writer._start_of_word,
}


def may_be_empty(node: Any) -> bool:
    """Whether the node can match without taking a character."""
    kind = type(node).__name__
    if kind in _ONE_CHARACTER:
        return False
    if kind == "Sequence":
        return all(map(may_be_empty, node.items))
    if kind == "Branch":
        return any(map(may_be_empty, node.branches))
    if kind == "Group":
        return may_be_empty(node.subpattern)
    if kind.endswith("Repeat"):
        return node.min_count == 0 or may_be_empty(node.subpattern)
    return True
