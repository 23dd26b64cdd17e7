"""Conditions as trees: their types, printing, walking.  `grammar` reads them.

Values follow Kleene's strong three-valued logic, `None` standing for unknown (S. C. Kleene,
Introduction to Metamathematics, 1952, section 64).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from fnmatch import translate
from typing import Literal

from modengine.model import FieldValue

Unit = Literal["characters", "words"]
Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in", "has", "has any of", "has all of"]
Value = str | int | float | bool
Asks = Literal["value", "given", "count"]


@dataclass(frozen=True, slots=True)
class Select:
    """The patterns that a name, a glob or `them` stands for."""

    text: str
    offset: int = 0
    names: tuple[str, ...] = ()
    """Filled in by the loader, which knows the patterns."""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Always:
    """`any`: true of every message."""

    def __str__(self) -> str:
        return "any"


@dataclass(frozen=True, slots=True)
class Has:
    """At least one of the selected patterns was found."""

    select: Select

    def __str__(self) -> str:
        return str(self.select)


@dataclass(frozen=True, slots=True)
class Of:
    """At least `n` of the selected patterns were found; None for all of them."""

    n: int | None
    selects: tuple[Select, ...]
    offset: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for select in self.selects for name in select.names))

    def __str__(self) -> str:
        head = "all" if self.n is None else str(self.n)
        if len(self.selects) == 1 and self.selects[0].text == "them":
            return f"{head} of them"
        return f"{head} of ({', '.join(map(str, self.selects))})"


@dataclass(frozen=True, slots=True)
class Count:
    """How many disjoint matches, taken by earliest end, over all parts."""

    select: Select
    operator: Operator
    n: int

    def __str__(self) -> str:
        return f"count({self.select}) {self.operator} {self.n}"


@dataclass(frozen=True, slots=True)
class Near:
    """Two matches of one part at most `distance` apart; with `ordered`, left before right."""

    left: Select
    right: Select
    distance: int
    unit: Unit = "characters"
    ordered: bool = False

    def __str__(self) -> str:
        word = "before" if self.ordered else "near"
        unit = " words" if self.unit == "words" else ""
        return f"{word}({self.left}, {self.right}, {self.distance}{unit})"


@dataclass(frozen=True, slots=True)
class Inside:
    """A match of the first that lies wholly within one of the second."""

    inner: Select
    outer: Select

    def __str__(self) -> str:
        return f"inside({self.inner}, {self.outer})"


@dataclass(frozen=True, slots=True)
class Together:
    """A match of each, all in one sentence."""

    selects: tuple[Select, ...]

    def __str__(self) -> str:
        return f"together({', '.join(map(str, self.selects))})"


@dataclass(frozen=True, slots=True)
class RuleRef:
    """A rule that `glob` names has hit."""

    glob: str
    offset: int = 0
    rules: tuple[str, ...] = ()
    """Filled in by the loader of the policy."""

    def __str__(self) -> str:
        return f"rule({self.glob})"


@dataclass(frozen=True, slots=True)
class Length:
    """How many letters, digits and Han characters the message has, over all parts."""

    operator: Operator
    n: int
    offset: int = 0

    def __str__(self) -> str:
        return f"length {self.operator} {self.n}"


@dataclass(frozen=True, slots=True)
class Compare:
    """A message field compared with a value; unknown where the message lacks the field and it has no default."""

    field: str
    operator: Operator
    value: Value | tuple[Value, ...]
    offset: int = 0
    asks: Asks = "value"
    """What is compared: the value of the field, whether the message gives it, or how many items its list has."""
    default: FieldValue | None = None
    """What a message that lacks the field has; filled in by the loader of the policy, which knows the fields."""

    @property
    def left(self) -> str:
        """What is compared, as it is written."""
        return f"message.{self.field}" if self.asks == "value" else f"{_ASKED[self.asks]}(message.{self.field})"

    def __str__(self) -> str:
        if self.asks == "given":
            return self.left
        if isinstance(self.value, tuple):
            return f"{self.left} {self.operator} ({', '.join(map(_literal, self.value))})"
        return f"{self.left} {self.operator} {_literal(self.value)}"


_ASKED: dict[Asks, str] = {"given": "has", "count": "count"}


@dataclass(frozen=True, slots=True)
class Not:
    item: Condition

    def __str__(self) -> str:
        return f"not {_wrapped(self.item)}"


@dataclass(frozen=True, slots=True)
class And:
    items: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(_wrapped(item) for item in self.items)


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple[Condition, ...]

    def __str__(self) -> str:
        return " or ".join(_wrapped(item) for item in self.items)


Condition = Always | Has | Of | Count | Near | Inside | Together | RuleRef | Length | Compare | Not | And | Or


def _wrapped(item: Condition) -> str:
    return f"({item})" if isinstance(item, And | Or) else str(item)


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and everything in it, outermost first."""
    yield condition
    if isinstance(condition, And | Or):
        for item in condition.items:
            yield from walk(item)
    elif isinstance(condition, Not):
        yield from walk(condition.item)


def selects(condition: Condition) -> tuple[Select, ...]:
    """Every selector of patterns in the condition."""
    found: list[Select] = []
    for node in walk(condition):
        match node:
            case Has(select) | Count(select, _, _):
                found.append(select)
            case Of(_, many, _) | Together(many):
                found += many
            case Near(left, right, _, _, _) | Inside(left, right):
                found += (left, right)
    return tuple(found)


def pattern_names(condition: Condition) -> tuple[str, ...]:
    """The patterns that the condition uses, each once (after `resolve`)."""
    return tuple(dict.fromkeys(name for select in selects(condition) for name in select.names))


def resolve(
    condition: Condition,
    select: Callable[[Select], Select] = lambda s: s,
    rule: Callable[[RuleRef], RuleRef] = lambda r: r,
    compare: Callable[[Compare], Compare] = lambda c: c,
) -> Condition:
    """The condition with every selector, reference to rules and comparison of a field passed through a function."""
    match condition:
        case And(items):
            return And(tuple(resolve(item, select, rule, compare) for item in items))
        case Or(items):
            return Or(tuple(resolve(item, select, rule, compare) for item in items))
        case Not(item):
            return Not(resolve(item, select, rule, compare))
        case Has(selection):
            return Has(select(selection))
        case Count():
            return replace(condition, select=select(condition.select))
        case Of() | Together():
            return replace(condition, selects=tuple(map(select, condition.selects)))
        case Near():
            return replace(condition, left=select(condition.left), right=select(condition.right))
        case Inside(inner, outer):
            return Inside(select(inner), select(outer))
        case RuleRef():
            return rule(condition)
        case Compare():
            return compare(condition)
        case _:
            return condition


def is_glob(text: str) -> bool:
    """Whether a name stands for more than itself."""
    return "*" in text or "?" in text


def matching(glob: str, names: Collection[str]) -> tuple[str, ...]:
    """The names that a glob (`*` and `?`) matches, in their order."""
    if not is_glob(glob):
        return (glob,) if glob in names else ()
    return tuple(filter(re.compile(translate(glob)).match, names))
