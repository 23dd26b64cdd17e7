"""The condition grammar: parse, print, walk.

    condition := or;  or := and ("or" and)*;  and := not ("and" not)*;  not := "not" not | atom
    atom := "(" or ")" | "any" | "true" | name or glob
          | (N | "any" | "all") "of" ( "them" | "(" selector ("," selector)* ")" )
          | count(selector) OP N
          | near(selector, selector, N ["words"]) | before(selector, selector, N ["words"])
          | together(selector, selector ...)
          | rule(rule-glob)
          | length OP N
          | message.FIELD OP value | message.FIELD in (value, ...)
    OP := == != < <= > >=

Values follow Kleene's strong three-valued logic, `None` standing for unknown (S. C. Kleene,
Introduction to Metamathematics, 1952, section 64).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal

Unit = Literal["characters", "words"]
Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in"]
Value = str | int | float | bool

MAX_LENGTH = 4000
MAX_DEPTH = 50


class ConditionSyntaxError(ValueError):
    """A condition that does not follow the grammar.  `offset` is in code points of its text."""

    def __init__(self, message: str, offset: int, hint: str) -> None:
        super().__init__(message)
        self.message, self.offset, self.hint = message, offset, hint


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
    """A message field compared with a value; unknown where the message lacks the field."""

    field: str
    operator: Operator
    value: Value | tuple[Value, ...]
    offset: int = 0

    def __str__(self) -> str:
        if isinstance(self.value, tuple):
            return f"message.{self.field} in ({', '.join(map(_literal, self.value))})"
        return f"message.{self.field} {self.operator} {_literal(self.value)}"


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


Condition = Always | Has | Of | Count | Near | Together | RuleRef | Length | Compare | Not | And | Or


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
            case Near(left, right, _, _, _):
                found += (left, right)
    return tuple(found)


def pattern_names(condition: Condition) -> tuple[str, ...]:
    """The patterns that the condition uses, each once (after `resolve`)."""
    return tuple(dict.fromkeys(name for select in selects(condition) for name in select.names))


def resolve(
    condition: Condition,
    select: Callable[[Select], Select] = lambda s: s,
    rule: Callable[[RuleRef], RuleRef] = lambda r: r,
) -> Condition:
    """The condition with every selector and every reference to rules passed through a function."""
    match condition:
        case And(items):
            return And(tuple(resolve(item, select, rule) for item in items))
        case Or(items):
            return Or(tuple(resolve(item, select, rule) for item in items))
        case Not(item):
            return Not(resolve(item, select, rule))
        case Has(one):
            return Has(select(one))
        case Count():
            return replace(condition, select=select(condition.select))
        case Of() | Together():
            return replace(condition, selects=tuple(map(select, condition.selects)))
        case Near():
            return replace(condition, left=select(condition.left), right=select(condition.right))
        case RuleRef():
            return rule(condition)
        case _:
            return condition


def matching(glob: str, names: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """The names that a glob (`*` and `?`) matches, in their order."""
    if "*" not in glob and "?" not in glob:
        return (glob,) if glob in names else ()
    return tuple(name for name in names if fnmatchcase(name, glob))


# --------------------------------------------------------------------------- parsing

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>-?\d+(?:\.\d+)?(?![\w.*?-]))
      | (?P<name>[\w*?][\w.*?-]*)
      | (?P<op>==|!=|<=|>=|<|>)
      | (?P<mark>[(),])
    """,
    re.VERBOSE,
)
_FUNCTIONS = ("count", "near", "before", "together", "rule")
_WORDS = ("and", "or", "not", "of")


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str
    offset: int


def parse(text: str) -> Condition:
    """The condition that `text` writes.  Raises ConditionSyntaxError."""
    if len(text) > MAX_LENGTH:
        raise ConditionSyntaxError(
            f"a condition of {len(text):,} characters", 0, f"keep it below {MAX_LENGTH:,}; split the rule"
        )
    return _Parser(text).whole()


class _Parser:
    """Recursive descent, one method a rule of the grammar."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lexemes = list(self._lex(text))
        self.at = 0
        self.depth = 0

    @staticmethod
    def _lex(text: str) -> Iterator[_Lexeme]:
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                char = text[at]
                hint = "write `==` to compare" if char == "=" else "see the grammar in docs/rule-language.md"
                if char in "\"'":
                    hint = "close the quotation mark"
                elif char in "（），“”":
                    hint = "use ASCII brackets, commas and quotation marks"
                raise ConditionSyntaxError(f"`{char}` has no meaning in a condition", at, hint)
            at = found.end()
            kind = str(found.lastgroup)
            if kind != "space":
                yield _Lexeme(kind, found.group(), found.start())
        yield _Lexeme("end", "", len(text))

    @property
    def now(self) -> _Lexeme:
        return self.lexemes[self.at]

    def next(self) -> _Lexeme:
        lexeme = self.now
        if lexeme.kind != "end":
            self.at += 1
        return lexeme

    def fail(self, expected: str, hint: str = "", lexeme: _Lexeme | None = None) -> ConditionSyntaxError:
        got = lexeme or self.now
        what = "the end" if got.kind == "end" else f"`{got.text}`"
        return ConditionSyntaxError(
            f"expected {expected}, found {what}", got.offset, hint or "see the grammar in docs/rule-language.md"
        )

    def accept(self, text: str) -> bool:
        if self.now.text == text and self.now.kind in ("name", "mark", "op"):
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self.fail(f"`{text}`")

    def whole(self) -> Condition:
        if self.now.kind == "end":
            raise self.fail("a condition", "name the patterns that must be found")
        condition = self.or_()
        if self.now.kind != "end":
            raise self.fail("`and`, `or` or the end", "join conditions with `and` or `or`")
        return condition

    def or_(self) -> Condition:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ConditionSyntaxError(
                f"nested more than {MAX_DEPTH} deep", self.now.offset, "split the rule into several"
            )
        items = [self.and_()]
        while self.accept("or"):
            items.append(self.and_())
        self.depth -= 1
        return items[0] if len(items) == 1 else Or(tuple(items))

    def and_(self) -> Condition:
        items = [self.not_()]
        while self.accept("and"):
            items.append(self.not_())
        return items[0] if len(items) == 1 else And(tuple(items))

    def not_(self) -> Condition:
        negations = 0
        while self.accept("not"):
            negations += 1
        item = self.atom()
        return Not(item) if negations % 2 else item

    def atom(self) -> Condition:
        lexeme = self.next()
        if lexeme.text == "(" and lexeme.kind == "mark":
            item = self.or_()
            self.expect(")")
            return item
        if lexeme.kind == "number" or (lexeme.text in ("any", "all") and self.now.text == "of"):
            return self.of(lexeme)
        if lexeme.kind != "name" or lexeme.text in _WORDS:
            raise self.fail("a pattern, a function or `message.FIELD`", lexeme=lexeme)
        if lexeme.text in ("any", "true"):
            return Always()
        if lexeme.text.startswith("message."):
            return self.compare(lexeme)
        if self.now.text == "(":
            return self.function(lexeme)
        if lexeme.text == "length" and self.now.kind == "op":
            return Length(self.operator(), self.whole_number(self.next(), "a length"), lexeme.offset)
        return Has(self.as_select(lexeme))

    def of(self, head: _Lexeme) -> Condition:
        if not self.accept("of"):
            raise self.fail("`of`", "write `2 of (a, b, c)`")
        n = {"any": 1, "all": None}.get(head.text, 0)
        if n == 0:
            n = self.whole_number(head, "how many", least=1)
        if self.now.text == "them":
            return Of(n, (self.as_select(self.next()),), head.offset)
        self.expect("(")
        found = self.select_list()
        return Of(n, found, head.offset)

    def select_list(self) -> tuple[Select, ...]:
        found = [self.select()]
        while self.accept(","):
            found.append(self.select())
        self.expect(")")
        return tuple(found)

    def select(self) -> Select:
        lexeme = self.next()
        if lexeme.kind != "name" or lexeme.text in _WORDS or lexeme.text.startswith("message."):
            raise self.fail("the name of a pattern", lexeme=lexeme)
        return self.as_select(lexeme)

    @staticmethod
    def as_select(lexeme: _Lexeme) -> Select:
        return Select(lexeme.text, lexeme.offset)

    def whole_number(self, lexeme: _Lexeme, what: str, least: int = 0) -> int:
        if lexeme.kind != "number" or "." in lexeme.text or int(lexeme.text) < least or len(lexeme.text) > 9:
            raise self.fail(f"{what}: a whole number of {least} or more", lexeme=lexeme)
        return int(lexeme.text)

    def function(self, name: _Lexeme) -> Condition:
        if name.text not in _FUNCTIONS:
            raise ConditionSyntaxError(
                f"there is no function `{name.text}`", name.offset, f"the functions are {', '.join(_FUNCTIONS)}"
            )
        self.expect("(")
        if name.text == "rule":
            lexeme = self.next()
            if lexeme.kind != "name":
                raise self.fail("the id of a rule", lexeme=lexeme)
            self.expect(")")
            return RuleRef(lexeme.text, lexeme.offset)
        if name.text == "together":
            found = self.select_list()
            if len(found) < 2:
                raise ConditionSyntaxError(
                    "`together` needs two patterns or more", name.offset, "name the patterns of one sentence"
                )
            return Together(found)
        if name.text == "count":
            select = self.select()
            self.expect(")")
            operator = self.operator()
            return Count(select, operator, self.whole_number(self.next(), "a count"))
        left = self.select()
        self.expect(",")
        right = self.select()
        self.expect(",")
        distance = self.whole_number(self.next(), "a distance")
        unit: Unit = "words" if self.accept("words") else "characters"
        self.accept("characters")
        self.expect(")")
        if left.text == right.text:
            raise ConditionSyntaxError(
                f"`{name.text}` compares `{left.text}` with itself", name.offset, "use count(...) >= 2, or two patterns"
            )
        return Near(left, right, distance, unit, ordered=name.text == "before")

    def operator(self) -> Operator:
        lexeme = self.next()
        if lexeme.kind != "op":
            raise self.fail("a comparison", "one of == != < <= > >=", lexeme=lexeme)
        return lexeme.text  # type: ignore[return-value]

    def compare(self, name: _Lexeme) -> Condition:
        field = name.text.removeprefix("message.")
        if not re.fullmatch(r"[A-Za-z_]\w*", field):
            raise self.fail("the name of a message field", lexeme=name)
        if self.accept("in"):
            self.expect("(")
            values = [self.value()]
            while self.accept(","):
                values.append(self.value())
            self.expect(")")
            return Compare(field, "in", tuple(values), name.offset)
        return Compare(field, self.operator(), self.value(), name.offset)

    def value(self) -> Value:
        lexeme = self.next()
        if lexeme.kind == "string":
            return re.sub(r"\\(.)", r"\1", lexeme.text[1:-1])
        if lexeme.kind == "number":
            return float(lexeme.text) if "." in lexeme.text else int(lexeme.text)
        if lexeme.text in ("true", "false"):
            return lexeme.text == "true"
        raise self.fail("a value", 'a number, true, false, or a text in "quotation marks"', lexeme)
