"""What a place in a file takes, and the check of a node against it: the shapes of single values.

A shape says what it takes: `check` reads it for errors, `schema` for JSON Schema.  `check` gives
back the node without the parts that are wrong, so that whoever reads it next may trust what is
left.  Lists and mappings are in `record`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Protocol

from modengine.policy.nodes.diagnostics import Diagnostics, closest, full_width, listed, shown
from modengine.policy.nodes.yaml import Lost, Node, Scalar, Sequence


class Shape(Protocol):
    """What every shape can say of itself."""

    @property
    def takes(self) -> str:
        """`a text`, `a list` ...: for `takes A, found B`."""

    def check(self, node: Node, what: str, report: Diagnostics) -> Node | None:
        """The node without what is wrong in it; None where nothing is left.  `what` names it."""

    def schema(self, defs: dict[str, object], /) -> dict[str, object]:
        """The JSON Schema of it; named records go to `defs`."""


_IN_MARKS = re.compile("[“”‘’＂＇]([^“”‘’＂＇]+)[“”‘’＂＇]")
EMPTY = "write a text after the colon; inside { }, quote a text that holds a comma"


def found(node: Node) -> str:
    """What a node is, for an error."""
    if isinstance(node, Scalar):
        return f"`{shown(node.raw)}`" if node.raw else "nothing"
    return "a list" if isinstance(node, Sequence) else "a mapping"


def wrong(shape: Shape, node: Node, what: str, report: Diagnostics, hint: str = "") -> None:
    if not isinstance(node, Lost):
        hint = (full_width(node.value) if isinstance(node, Scalar) and node.plain else "") or hint
        report.add(
            "ME203", f"{what} takes {shape.takes}, found {found(node)}", node.place, hint or f"write {shape.takes}"
        )


@dataclass(frozen=True, slots=True)
class Text:
    """A text of so many characters.  What YAML would read as something else must be quoted."""

    least: int = 1
    most: int = 10_000
    takes: str = "a text"
    one_term: bool = False
    """Full-width marks around it, and in brackets a full-width comma in it, are quoted: YAML takes them for letters."""

    def check(self, node: Node, what: str, report: Diagnostics) -> Scalar | None:
        if not isinstance(node, Scalar):
            hint = "write a text" if not isinstance(node, Sequence) else "write one text, without brackets and `- `"
            wrong(self, node, what, report, hint)
            return None
        if node.reading == "nothing" and not node.value:
            report.add("ME204", f"{what} is empty", node.place, EMPTY)
            return None
        if node.reading != "text":
            read = f"a {node.reading}" if node.reading != "nothing" else "nothing"
            report.add("ME204", f"YAML reads `{node.value}` as {read}", node.place, f'quote it: "{node.value}"')
            return None
        comma = re.search("[，、]", node.value) if self.one_term and node.plain and node.in_brackets else None
        if comma:
            hint = f'write `, ` between terms, or quote what is one: "{shown(node.value)}"'
            report.add("ME204", "a full-width comma parts no terms: YAML reads one text", node.at(comma.start()), hint)
            return None
        if self.one_term and node.plain and (marked := _IN_MARKS.fullmatch(node.value)):
            hint = f'write "{shown(marked[1])}", or nothing around it; quote it with its marks if they are meant'
            report.add("ME204", "full-width quotation marks quote nothing: YAML reads them as text", node.place, hint)
            return None
        if len(node.value) < self.least:
            report.add("ME205", f"{what} is empty", node.place, "write a text")
            return None
        if len(node.value) > self.most:
            report.add("ME205", f"{what} has {len(node.value):,} characters", node.place, f"at most {self.most:,} fit")
            return None
        return node

    def schema(self, _defs: dict[str, object], /) -> dict[str, object]:
        least = {"minLength": self.least} if self.least else {}
        return {"type": "string", **least, "maxLength": self.most}


RESERVED = ("and", "or", "not", "of", "any", "all", "true", "false", "in", "them")
"""Words of the condition grammar."""


@dataclass(frozen=True, slots=True)
class Name:
    """An identifier that a condition can name."""

    pattern: str = r"(?!\d+(?:\.\d+)?$)(?!message\.)\w[\w.-]*"
    rule: str = "use letters, digits, `_`, `-` and `.`, and begin with a letter"
    reserved: tuple[str, ...] = RESERVED
    loose: str = r"^[^\s*?(),\"'=<>!]+$"
    """The pattern for JSON Schema, whose `\\w` is ASCII only (ECMA 262)."""
    takes: str = "a name"

    def check(self, node: Node, what: str, report: Diagnostics) -> Scalar | None:
        node = Text().check(node, what, report)  # type: ignore[assignment]
        if node is None:
            return None
        assert isinstance(node, Scalar)
        if node.value in self.reserved:
            hint = "choose another name"
            report.add("ME207", f"{what}: `{node.value}` is a word with a meaning of its own", node.place, hint)
            return None
        if not re.fullmatch(self.pattern, node.value) or len(node.value) > 200:
            report.add(
                "ME207", f"{what}: `{shown(node.value)}` is not a name", node.place, full_width(node.value) or self.rule
            )
            return None
        return node

    def schema(self, _defs: dict[str, object], /) -> dict[str, object]:
        shape: dict[str, object] = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": self.loose}
        if self.reserved:
            shape["not"] = {"enum": list(self.reserved)}
        return shape


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    values: tuple[str, ...]
    code: str = "ME205"

    @property
    def takes(self) -> str:
        return listed(self.values, "or")

    def check(self, node: Node, what: str, report: Diagnostics) -> Scalar | None:
        if not isinstance(node, Scalar):
            wrong(self, node, what, report)
            return None
        if node.value not in self.values:
            near = closest(node.value, self.values)
            hint = full_width(node.value) or (f"did you mean `{near}`?" if near else f"write {self.takes}")
            said = f"`{shown(node.value)}`" if node.value else "nothing"
            report.add(self.code, f"{what} takes {self.takes}, not {said}", node.place, hint)
            return None
        return node

    def schema(self, _defs: dict[str, object], /) -> dict[str, object]:
        return {"enum": list(self.values)}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number, in plain digits."""

    least: int
    most: int
    takes: str = "a whole number"
    below: str = ""
    """The hint for a number that is too small."""
    other: str | None = None
    """A word that may stand in place of the number."""

    def check(self, node: Node, what: str, report: Diagnostics) -> Scalar | None:
        if isinstance(node, Scalar) and node.value == self.other:
            return node
        if not (isinstance(node, Scalar) and node.plain and re.fullmatch(r"-?(?:0|[1-9][0-9]{0,15})", node.value)):
            digits = isinstance(node, Scalar) and re.sub(r"[_,\s]", "", unicodedata.normalize("NFKC", node.value))
            hint = f"write {digits}" if digits and re.fullmatch(r"-?[1-9][0-9]{0,15}", digits) else ""
            wrong(self, node, what, report, hint or "write it in digits, without a point")
            return None
        if not self.least <= int(node.value) <= self.most:
            hint = self.below if int(node.value) < self.least and self.below else ""
            message = f"{what} is {node.value}; it takes {self.least} to {self.most:,}"
            report.add("ME205", message, node.place, hint or "choose a number in this range")
            return None
        return node

    def schema(self, _defs: dict[str, object], /) -> dict[str, object]:
        number: dict[str, object] = {"type": "integer", "minimum": self.least, "maximum": self.most}
        return number if self.other is None else {"anyOf": [number, {"const": self.other}]}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of 0 or more, with a point or without."""

    most: float
    takes: str = "a number of 0 or more"

    def check(self, node: Node, what: str, report: Diagnostics) -> Scalar | None:
        if not (isinstance(node, Scalar) and node.plain and re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,6})?", node.value)):
            wrong(self, node, what, report, "write a number such as 150 or 0.5")
            return None
        if float(node.value) > self.most:
            report.add("ME205", f"{what} is {node.value}; it takes at most {self.most:,.0f}", node.place, "write less")
            return None
        return node

    def schema(self, _defs: dict[str, object], /) -> dict[str, object]:
        return {"type": "number", "minimum": 0, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Share:
    """A number above 0 and at most 1."""

    takes: str = "a number above 0 and at most 1"

    def check(self, node: Node, what: str, report: Diagnostics) -> Scalar | None:
        if not (
            isinstance(node, Scalar) and node.plain and re.fullmatch(r"-?[0-9]{1,9}(?:\.[0-9]{1,12})?", node.value)
        ):
            wrong(self, node, what, report, "write a number such as 0.5")
            return None
        if not 0 < float(node.value) <= 1:
            message = f"{what} is {node.value}; it takes {self.takes}"
            report.add("ME205", message, node.place, "write a number such as 0.5")
            return None
        return node

    def schema(self, _defs: dict[str, object], /) -> dict[str, object]:
        return {"type": "number", "exclusiveMinimum": 0, "maximum": 1}


@dataclass(frozen=True, slots=True)
class Flag:
    """`true` or `false`."""

    takes: str = "`true` or `false`"

    def check(self, node: Node, what: str, report: Diagnostics) -> Scalar | None:
        if not (isinstance(node, Scalar) and node.plain and node.value in ("true", "false")):
            yes = isinstance(node, Scalar) and {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(
                node.value.lower(), node.value.lower()
            )
            wrong(self, node, what, report, f"write {yes}" if yes in ("true", "false") else "")
            return None
        return node

    def schema(self, _defs: dict[str, object], /) -> dict[str, object]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Day:
    """A date or a date and time, quoted or not.  Whether it exists is asked later."""

    takes: str = "a date such as 2014-05-28"

    def check(self, node: Node, what: str, report: Diagnostics) -> Scalar | None:
        if not isinstance(node, Scalar) or (node.plain and node.reading not in ("date", "text")):
            wrong(self, node, what, report)
            return None
        return node

    def schema(self, _defs: dict[str, object], /) -> dict[str, object]:
        return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$"}


@dataclass(frozen=True, slots=True)
class Value:
    """Any scalar, as YAML reads it: the value of a message field."""

    takes: str = "a text, a number, a boolean or a date"

    def check(self, node: Node, what: str, report: Diagnostics) -> Scalar | None:
        if not isinstance(node, Scalar):
            wrong(self, node, what, report)
            return None
        return node

    def schema(self, _defs: dict[str, object], /) -> dict[str, object]:
        return {"type": ["string", "number", "boolean", "null"]}
