"""What a place in a file takes: lists and mappings, made of the shapes of `shape`."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field

from modengine.errors import Location
from modengine.policy.nodes.diagnostics import Diagnostics, closest, full_width, listed, shown
from modengine.policy.nodes.shape import Choice, Name, Shape, found, wrong
from modengine.policy.nodes.yaml import Lost, Mapping, Node, Scalar, Sequence


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    item: Shape
    least: int = 0
    takes: str = "a list"

    def check(self, node: Node, what: str, report: Diagnostics) -> Sequence | None:
        if not isinstance(node, Sequence):
            text = isinstance(node, Scalar) and node.value and len(node.value) <= 40 and "\n" not in node.value
            hint = "begin every item with `- `" if isinstance(node, Mapping) else ""
            wrong(self, node, what, report, f"write a list: [{node.value}]" if text else hint)  # type: ignore[union-attr]
            return None
        if len(node.items) < self.least:
            report.add("ME205", f"{what} is an empty list", node.place, "fill it, or leave the key out")
            return None
        inner = f"an item of {what}"
        kept = [good for item in node.items if (good := self.item.check(item, inner, report)) is not None]
        return Sequence(tuple(kept), node.place)

    def schema(self, defs: dict[str, object], /) -> dict[str, object]:
        least = {"minItems": self.least} if self.least else {}
        return {"type": "array", "items": self.item.schema(defs), **least}


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping whose keys the author chooses."""

    value: Shape
    key: Shape = field(default_factory=Name)
    noun: str = "a name"
    """What a key is: `the name of a list`."""
    least: int = 0
    takes: str = "a mapping"

    def check(self, node: Node, what: str, report: Diagnostics) -> Mapping | None:
        if not isinstance(node, Mapping):
            wrong(self, node, what, report, "write `NAME: ...` under it")
            return None
        if len(node.entries) < self.least:
            report.add("ME205", f"{what} is an empty mapping", node.place, "fill it, or leave the key out")
        kept: list[tuple[Scalar, Node]] = []
        for key, value in node.entries:
            named = self.key.check(key, self.noun, report)
            good = self.value.check(value, f"`{shown(key.value)}`", report)
            if named is not None and good is not None:
                kept.append((key, good))
        return Mapping(tuple(kept), node.place)

    def schema(self, defs: dict[str, object], /) -> dict[str, object]:
        names = self.key.schema(defs)
        least = {"minProperties": self.least} if self.least else {}
        return {"type": "object", "propertyNames": names, "additionalProperties": self.value.schema(defs), **least}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a record."""

    shape: Shape
    doc: str
    required: bool = False
    beside: tuple[str, ...] = ()
    """The keys of which one must stand beside it."""


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping whose keys are given."""

    name: str
    """Its name in the JSON Schema, and in errors as `a NAME`."""
    keys: Dict[str, Key]
    one_of: tuple[str, ...] = ()
    """The keys of which exactly one must be there."""
    codes: tuple[str, str, str] = ("ME202", "ME205", "ME205")
    """The codes for none of `one_of`, for several of it, and for a key without what must stand beside it."""
    extra: Shape | None = None
    """What other keys hold; None where there may be none."""
    any_of: tuple[str, ...] = ()
    """The keys of which at least one must be there."""

    @property
    def takes(self) -> str:
        return "a mapping with " + listed(
            [*self.one_of, *(k for k, key in self.keys.items() if key.required)][:4] or list(self.keys)[:4], "or"
        )

    def check(self, node: Node, what: str, report: Diagnostics) -> Mapping | None:
        if not isinstance(node, Mapping):
            wrong(self, node, what, report)
            return None
        kept: list[tuple[Scalar, Node]] = []
        for key, value in node.entries:
            known = self.keys.get(key.value)
            shape = known.shape if known else self.extra
            if shape is None:
                near = closest(key.value, self.keys)
                other = self._inside(key, node) or f"{what} takes {listed(self.keys)}"
                hint = f"did you mean `{near}`?" if near else other
                if not near and isinstance(value, Scalar) and not value.raw:
                    hint = "inside { }, quote a text that holds a comma"
                hint = (full_width(key.value) if key.plain else "") or hint
                report.add("ME201", f"{what} has no key `{shown(key.value)}`", key.place, hint)
                continue
            good = shape.check(value, f"`{shown(key.value)}`", report)
            if good is not None:
                kept.append((key, good))
        # A mistyped key is one error: the key that was meant is not missed, too.
        present = {k.value if k.value in self.keys else closest(k.value, self.keys): k.place for k, _ in node.entries}
        self._absent(node, present, what, report)
        self._beside(node, present, what, report)
        return Mapping(tuple(kept), node.place)

    def _inside(self, key: Scalar, node: Mapping) -> str:
        """A hint, where a key beside this one is the one that takes it."""
        for beside, _ in node.entries:
            shape = self.keys[beside.value].shape if beside.value in self.keys else None
            if isinstance(shape, Record) and key.value in shape.keys:
                return f"it belongs under `{beside.value}`: indent it further"
        return ""

    def _absent(self, node: Mapping, present: dict[str, Location], what: str, report: Diagnostics) -> None:
        for name, key in self.keys.items():
            if key.required and name not in present:
                report.add("ME202", f"{what} has no `{name}`", node.place, f"add `{name}`: {key.doc}")
        if self.any_of and present.keys().isdisjoint(self.any_of):
            report.add(
                self.codes[0],
                f"{what} has neither {listed(self.any_of, 'nor')}",
                node.place,
                ("quote a text that holds `: `, or " if self.extra else "") + f"add {listed(self.any_of, 'or')}",
            )

    def _beside(self, node: Mapping, present: dict[str, Location], what: str, report: Diagnostics) -> None:
        several = [name for name in self.one_of if name in present]
        if len(several) > 1:
            place: Location = max(present[name] for name in several)
            report.add(self.codes[1], f"{what} has {listed(several)}", place, f"keep one of {listed(several)}")
        elif self.one_of and not several:
            hint = f"add {listed(self.one_of, 'or')}"
            report.add(self.codes[0], f"{what} has neither {listed(self.one_of, 'nor')}", node.place, hint)
            return
        for name, place in present.items():
            beside = self.keys[name].beside if name in self.keys else ()
            if beside and not any(other in present for other in beside):
                other = f"beside {listed(several)}" if several else "alone"
                hint = f"it goes with {listed(beside, 'or')}; remove it"
                report.add(self.codes[2], f"`{name}` has no meaning {other}", place, hint)

    def schema(self, defs: dict[str, object], /) -> dict[str, object]:
        if self.name not in defs:
            defs[self.name] = {}  # holds the place while the record's own parts are described
            defs[self.name] = self._schema(defs)
        return {"$ref": f"#/$defs/{self.name}"}

    def _schema(self, defs: dict[str, object]) -> dict[str, object]:
        properties = {name: {"description": key.doc, **key.shape.schema(defs)} for name, key in self.keys.items()}
        required = [name for name, key in self.keys.items() if key.required]
        beside = {
            name: {"anyOf": [{"required": [other]} for other in key.beside]}
            for name, key in self.keys.items()
            if key.beside
        }
        schema: dict[str, object] = {
            "type": "object",
            "properties": properties,
            "additionalProperties": False if self.extra is None else self.extra.schema(defs),
        }
        if required:
            schema["required"] = required
        if self.one_of:
            schema["oneOf"] = [{"required": [name]} for name in self.one_of]
        if self.any_of:
            schema["anyOf"] = [{"required": [name]} for name in self.any_of]
        if beside:
            schema["dependentSchemas"] = beside
        return schema


@dataclass(frozen=True, slots=True)
class Either:
    """One shape for each form of a node."""

    scalar: Shape | None = None
    items: Items | None = None
    mapping: Entries | Record | None = None
    named: str = ""
    """What it takes, where the forms' own words are too many."""

    @property
    def takes(self) -> str:
        forms = (self.scalar, self.items, self.mapping)
        return self.named or " or ".join(shape.takes for shape in forms if shape is not None)

    def check(self, node: Node, what: str, report: Diagnostics) -> Node | None:
        shape: Shape | None = None
        match node:
            case Scalar():
                shape = self.scalar
            case Sequence():
                shape = self.items
            case Mapping():
                shape = self.mapping
        if shape is None:
            hint = f"write a list: [{node.value}]" if isinstance(node, Scalar) and self.items and node.value else ""
            wrong(self, node, what, report, hint)
            return None
        return shape.check(node, what, report)

    def schema(self, defs: dict[str, object], /) -> dict[str, object]:
        return {"anyOf": [s.schema(defs) for s in (self.scalar, self.items, self.mapping) if s is not None]}


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of a message field: a word, or a mapping that says more of it."""

    word: Choice
    more: Record | None = None
    also: Dict[str, str] = field(default_factory=dict)
    """What other languages call a kind: `int`."""

    @property
    def takes(self) -> str:
        words = ", ".join(f"`{word}`" for word in self.word.values)
        return words if self.more is None else f"{words} or `{{enum: [a, b]}}`"

    def check(self, node: Node, what: str, report: Diagnostics) -> Node:
        """The kind; where it is none, Lost rather than None: the field is declared all the same."""
        if isinstance(node, Scalar) and node.value in self.word.values:
            return node
        if self.more and isinstance(node, Mapping) and any(key.value in self.more.keys for key, _ in node.entries):
            before = report.count
            of = node.get("list")
            if isinstance(of, Scalar) and (kind := self.also.get(of.value, of.value)) in self.word.values:
                hint = f"write `{{type: {kind}, list: true}}`"
                report.add("ME205", f"{what}: `list` takes `true`, not `{shown(of.value)}`", of.place, hint)
                return Lost(node.place)
            checked = self.more.check(node, what, report)
            return Lost(node.place) if checked is None or report.count > before else checked
        if not isinstance(node, Lost):
            self._report(node, what, report)
        return Lost(node.place)

    def _report(self, node: Node, what: str, report: Diagnostics) -> None:
        keys = [key for key, _ in node.entries] if isinstance(node, Mapping) else []
        said = f"`{shown(keys[0].value)}`" if keys else found(node)
        value = node.get(keys[0].value) if isinstance(node, Mapping) and len(keys) == 1 else node
        hint = f"write {self.takes}"
        if isinstance(value, Scalar):
            near = self.also.get(value.value.lower()) or closest(value.value, self.word.values)
            if value is node and near:
                hint = f"did you mean `{near}`?"
            elif keys and keys[0].value == "kind" and near:
                hint = f"write `{near}` alone"
        code = "ME203" if isinstance(node, Sequence) else "ME205"
        place = keys[0].place if keys else node.place
        report.add(code, f"{what}: {said} is no kind of message field", place, hint)

    def schema(self, defs: dict[str, object], /) -> dict[str, object]:
        word = self.word.schema(defs)
        return word if self.more is None else {"anyOf": [word, self.more.schema(defs)]}
