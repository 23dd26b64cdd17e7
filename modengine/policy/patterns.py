"""Nodes to lists and patterns.  The nodes have been checked against their shapes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace
from typing import Literal, cast

from modengine.entities.model import Entity
from modengine.errors import Location
from modengine.model import FIELD_PART
from modengine.policy.entities import read_entity
from modengine.policy.files import Files
from modengine.policy.model import MANY, Like, Outside, Pattern, PatternKind, TermList, Token
from modengine.policy.nodes.diagnostics import Diagnostics, meant, shown
from modengine.policy.nodes.yaml import Mapping, Node, Scalar, Sequence
from modengine.policy.schema import KINDS
from modengine.text.inflections import MOST_FORMS, forms_of, has_words

MAX_TERMS = 100_000
MAX_REGEX = 4_000
LIST_IN_REGEX = re.compile(r"\{list:\s*(?P<name>(?!\s)[^{}]*)\}")
"""Blanks may follow the name, too.  However many stand there, each is read once."""
MAX_REPEAT = 100
_COMMENT = re.compile(r"(?:^|\s)#(?:\s|$)")
_LINE_END = re.compile("\r\n|[\r\n]")


def flag(node: Mapping, key: str, default: bool = False) -> bool:
    value = node.get(key)
    return value.value == "true" if isinstance(value, Scalar) else default


def text(node: Mapping, key: str, default: str = "") -> str:
    value = node.get(key)
    return value.value if isinstance(value, Scalar) else default


def texts(node: Node | None) -> tuple[str, ...]:
    """The scalars of a list."""
    items = node.items if isinstance(node, Sequence) else ()
    return tuple(item.value for item in items if isinstance(item, Scalar))


def entries(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.entries if isinstance(node, Mapping) else ()


ListTexts = tuple[tuple[str, str, str], ...]
"""Of each list that has a file which can be read: its name, path and text."""


def list_texts(node: Node | None, files: Files, report: Diagnostics) -> ListTexts:
    """The files of the lists of a ruleset."""
    found: list[tuple[str, str, str]] = []
    for key, value in entries(node):
        named = value.get("file") if isinstance(value, Mapping) else None
        if isinstance(named, Scalar) and (path := files.relative(named, inside=True)) is not None:
            content = files.text(path, named)
            if content is not None:
                report.know(path, content)
                found.append((key.value, path, content))
    return tuple(found)


def read_lists(node: Node | None, contents: ListTexts, report: Diagnostics) -> dict[str, TermList | None]:
    """The lists of a ruleset by name; None for one whose file cannot be read."""
    found: dict[str, TermList | None] = {}
    read = {name: (path, content) for name, path, content in contents}
    for key, value in entries(node):
        if isinstance(value, Sequence):
            terms = [item for item in value.items if isinstance(item, Scalar)]
            report.spend("terms", len(terms), key.place)
            found[key.value] = TermList(
                key.value, tuple(t.value for t in terms), key.place, tuple(t.place for t in terms)
            )
        else:
            written = read.get(key.value)
            found[key.value] = None if written is None else _list_file(key, *written, report)
    return found


def _list_file(key: Scalar, path: str, content: str, report: Diagnostics) -> TermList:
    """A list from a file: one term a line, `#` before a comment, white space around terms dropped."""
    terms: list[str] = []
    places: list[Location] = []
    for number, line in enumerate(_LINE_END.split(content), 1):
        if line[:1] in ("", "#"):
            continue
        term = (_COMMENT.split(line, maxsplit=1)[0] if "#" in line else line).strip()
        if not term or term.startswith("#"):
            continue
        place = Location(path, number, line.index(term) + 1)
        if len(term) > 1000:
            report.add("ME205", f"a term has {len(term):,} characters", place, "at most 1,000 fit; one term a line")
            continue
        if len(terms) == MAX_TERMS:
            report.add("ME103", f"more than {MAX_TERMS:,} terms", place, "split the list")
            break
        terms.append(term)
        places.append(place)
    report.spend("terms", len(terms), key.place)
    if not terms:
        report.add("ME112", f"the list `{key.value}` holds no term", Location(path), "write one term a line")
    return TermList(key.value, tuple(terms), key.place, tuple(places))


def read_patterns(
    node: Node | None, lists: Dict[str, TermList | None], report: Diagnostics, shared: bool = False
) -> dict[str, Pattern | None]:
    """Patterns by name; None for one that is named but cannot be built."""
    found: dict[str, Pattern | None] = {}
    for key, value in entries(node):
        report.spend("patterns", 1, key.place)
        found[key.value] = _Reader(lists, report).pattern(key, value, shared) if isinstance(value, Mapping) else None
    return found


@dataclass(slots=True)
class _Evidence:
    """What a pattern looks for."""

    terms: tuple[str, ...] = ()
    regex: str | None = None
    tokens: tuple[Token, ...] = ()
    entity: Entity | None = None
    places: tuple[Location, ...] = ()


class _Reader:
    """Reads one pattern; knows the lists, and notes those that it uses."""

    def __init__(self, lists: Dict[str, TermList | None], report: Diagnostics) -> None:
        self.lists, self.report = lists, report
        self.used: dict[str, None] = {}

    def pattern(self, key: Scalar, node: Mapping, shared: bool) -> Pattern | None:
        kinds = [kind for kind in KINDS if node.get(kind) is not None]
        if len(kinds) != 1:
            return None  # said already by the shape
        before = self.report.count
        evidence = self._evidence(kinds[0], cast(Node, node.get(kinds[0])), node)
        if flag(node, "inflect") and evidence.terms:
            evidence = self._inflected(evidence)
        if self.report.count > before:
            return None
        fields = self._fields(node.get("field"))
        in_disguise = flag(node, "in_disguise")
        parts = (*texts(node.get("part")), *(f"{FIELD_PART}{field.value}" for field in fields))
        return Pattern(
            name=key.value,
            kind=cast(PatternKind, kinds[0]),
            place=key.place,
            terms=evidence.terms,
            regex=evidence.regex,
            tokens=evidence.tokens,
            entity=evidence.entity,
            undisguised=kinds[0] == "entity" or flag(node, "undisguised"),
            gaps=int(text(node, "gaps", "1" if in_disguise else "0")),
            repeats=flag(node, "repeats"),
            sounds_like=flag(node, "sounds_like", in_disguise),
            looks_like=flag(node, "looks_like", in_disguise),
            initials=flag(node, "initials"),
            spelled=flag(node, "spelled", in_disguise),
            inflect=flag(node, "inflect"),
            weight=float(text(node, "weight", "0.5")),
            boundary=cast("Literal['words'] | None", text(node, "boundary") or None),
            outside=cast("tuple[Outside, ...]", tuple(dict.fromkeys(texts(node.get("outside"))))),
            parts=tuple(dict.fromkeys(parts)) or None,
            exact_case=text(node, "case") == "exact",
            near_miss=flag(node, "near_miss", True),
            lists=tuple(self.used),
            shared=shared,
            term_places=evidence.places,
            field_places=tuple(field.place for field in fields),
        )

    def _fields(self, node: Node | None) -> tuple[Scalar, ...]:
        """The message fields to look in, each once.  Whether there are any such is known to the policy alone."""
        written = node.items if isinstance(node, Sequence) else (node,)
        found = {field.value: field for field in written if isinstance(field, Scalar)}
        for name in ("text", "parts", "id"):
            if name in found:
                hint = "`part: [text]` beside `field` looks in the text as well" if name != "id" else "name a field"
                self.report.add("ME205", f"`{name}` is no field of a message", found.pop(name).place, hint)
        return tuple(found.values())

    def _evidence(self, kind: str, node: Node, pattern: Mapping) -> _Evidence:
        if kind == "entity":
            entity = read_entity(pattern, lambda name: self._list(name.value, name.place), self.report)
            return _Evidence(entity=entity, places=(node.place,))
        if kind == "regex":
            assert isinstance(node, Scalar)
            return _Evidence(regex=self._regex(node), places=(node.place,))
        if kind == "tokens":
            items = [item for item in cast(Sequence, node).items if isinstance(item, Mapping)]
            places = tuple((item.get("text") or item.get("in") or item).place for item in items)
            return _Evidence(tokens=tuple(map(self._token, items)), places=places)
        terms: list[tuple[str, Location]] = []
        written = node.items if isinstance(node, Sequence) else (node,)
        self.report.spend("terms", sum(isinstance(item, Scalar) for item in written), node.place)
        for item in written:
            if isinstance(item, Scalar):
                terms.append((item.value, item.place))
            elif isinstance(item, Mapping) and isinstance(name := item.get("list"), Scalar):
                named = self._list(name.value, name.place)
                terms += zip(named.terms, named.places, strict=True) if named else ()
        return _Evidence(terms=tuple(term for term, _ in terms), places=tuple(place for _, place in terms))

    def _inflected(self, evidence: _Evidence) -> _Evidence:
        """With the other forms of the terms, behind them."""
        written = set(evidence.terms)
        found: dict[str, None] = {}
        hint = "leave `inflect` out, or write the term under a pattern of its own"
        for term, place in zip(evidence.terms, evidence.places, strict=True):
            forms = forms_of(term) if has_words(term) else ()
            if forms is None:
                self.report.add("ME409", f"`{shown(term)}` has more than {MOST_FORMS:,} forms", place, hint)
            elif not forms:
                self.report.add("ME409", f"`{shown(term)}` has no forms: `inflect` is for English words", place, hint)
            else:
                self.report.spend("terms", len(forms) - 1, place)
                found |= dict.fromkeys(form for form in forms if form not in written)
        return replace(evidence, terms=(*evidence.terms, *found))

    def _list(self, name: str, place: Location) -> TermList | None:
        self.used[name] = None
        if name not in self.lists:
            hint = meant(name, self.lists, "add it under `lists` of the ruleset")
            self.report.add("ME302", f"there is no list `{shown(name)}`", place, hint)
            return None
        named = self.lists[name]
        self.report.spend("terms", len(named.terms) if named else 0, place)
        return named

    def _regex(self, node: Scalar) -> str:
        """The source, each `{list:NAME}` replaced by the terms of the list: escaped, longest first."""

        def splice(found: re.Match[str]) -> str:
            named = self._list(found["name"].rstrip(), node.at(found.start()))
            terms = sorted(dict.fromkeys(map(_plainly, named.terms if named else ())), key=lambda t: (-len(t), t))
            return "(?:" + "|".join(map(re.escape, filter(None, terms))) + ")"

        source = node.value
        if len(source) <= MAX_REGEX:
            source = LIST_IN_REGEX.sub(splice, source)
        if len(source) > MAX_REGEX:
            self.report.add(
                "ME402",
                f"a regex of {len(source):,} characters, its lists included",
                node.place,
                f"keep it below {MAX_REGEX:,}: a long list is cheaper as a `words` pattern",
            )
        return source

    def _token(self, node: Mapping) -> Token:
        among = node.get("in")
        named = self._list(among.value, among.place) if isinstance(among, Scalar) else None
        op = node.get("op")
        low, high = self._repeat(op) if isinstance(op, Scalar) else (1, 1)
        return Token(
            text=text(node, "text") if node.get("text") else None,
            among=named.terms if named else None,
            like=cast(Like, text(node, "like")) if node.get("like") else None,
            pos=text(node, "pos") or None,
            low=low,
            high=high,
        )

    def _repeat(self, op: Scalar) -> tuple[int, int]:
        """How often a token may stand, from the operators of spaCy's Matcher."""
        known = {"?": (0, 1), "*": (0, MANY), "+": (1, MANY), "1": (1, 1)}
        if op.value in known:
            return known[op.value]
        counts = re.fullmatch(r"\{(\d{1,6})?(?:(,)(\d{1,6})?)?\}", op.value)
        hint = 'write "?", "*", "+", "{2}" or "{0,3}"'
        if counts is None or (counts[1] is None and counts[3] is None):
            self.report.add("ME406", f"`{shown(op.value)}` is not a number of times", op.place, hint)
            return 1, 1
        low = int(counts[1] or 0)
        high = low if counts[2] is None else int(counts[3]) if counts[3] else MANY
        if not low <= high or high == 0 or low > MAX_REPEAT or MAX_REPEAT < high < MANY:
            message = (
                f"`{op.value}` can never be met" if high < low or high == 0 else f"`{op.value}` is above {MAX_REPEAT}"
            )
            self.report.add("ME406", message, op.place, hint)
            return 1, 1
        return low, high


def _plainly(term: str) -> str:
    """A term as the plain view of a text has it, but for traditional characters (the matcher's part)."""
    kept = "".join(char for char in term if not "\ufe00" <= char <= "\ufe0f")
    return "…".join(unicodedata.normalize("NFKC", piece) for piece in kept.split("…")).casefold()
