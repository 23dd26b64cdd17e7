"""The grammar of conditions: text to a tree.

condition := or;  or := and ("or" and)*;  and := not ("and" not)*;  not := "not" not | atom
atom := "(" or ")" | "any" | "true" | name or glob
      | (N | "any" | "all") "of" ( "them" | "(" selector ("," selector)* ")" )
      | count(selector) OP N
      | near(selector, selector, N ["words"]) | before(selector, selector, N ["words"])
      | inside(selector, selector) | together(selector, selector ...)
      | rule(rule-glob)
      | length OP N
      | message.FIELD OP value | message.FIELD in (value, ...) | has(message.FIELD)
      | message.FIELD has value | message.FIELD has ("any" | "all") of (value, ...) | count(message.FIELD) OP N
OP := == != < <= > >=
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from modengine.policy.condition import (
    Always,
    And,
    Compare,
    Condition,
    Count,
    Has,
    Inside,
    Length,
    Near,
    Not,
    Of,
    Operator,
    Or,
    RuleRef,
    Select,
    Together,
    Unit,
    Value,
)
from modengine.policy.limits import POLICY_BUDGET

MAX_LENGTH = 4000
MAX_DEPTH = POLICY_BUDGET.nesting


class ConditionSyntaxError(ValueError):
    """A condition that does not follow the grammar.  `offset` is in code points of its text."""

    def __init__(self, message: str, offset: int, hint: str) -> None:
        super().__init__(message)
        self.message, self.offset, self.hint = message, offset, hint


GRAMMAR = "see the grammar in docs/rule-language.md"
_MEANT = {
    "=": "write `==` to compare",
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not`",
    "$": "write the name of the pattern alone",
    "#": "write `count(pattern)`",
    **dict.fromkeys("\"'", "close the quotation mark"),
    **dict.fromkeys("（），“”", "use ASCII brackets, commas and quotation marks"),
}
"""What other languages write, and what is written here."""

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
_FUNCTIONS = ("count", "near", "before", "inside", "together", "rule", "has")
_WORDS = ("and", "or", "not", "of")
_OF_A_LIST: dict[str, Operator] = {"any": "has any of", "all": "has all of"}


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
                hint = _MEANT.get(char, GRAMMAR)
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
        return ConditionSyntaxError(f"expected {expected}, found {what}", got.offset, hint or GRAMMAR)

    def accept(self, text: str) -> bool:
        if self.now.text == text and self.now.kind in ("name", "mark", "op"):
            self.at += 1
            return True
        return False

    def expect(self, text: str, hint: str = "") -> None:
        if not self.accept(text):
            if text == ")" and not hint:
                hint = "close the bracket" if self.now.kind == "end" else self.joining()
            raise self.fail(f"`{text}`", hint)

    def joining(self) -> str:
        """What to do where a condition should have ended; empty where nobody can say."""
        for lexeme in (self.now, self.lexemes[self.at - 1]):
            if lexeme.kind == "name" and lexeme.text.lower() in _WORDS and lexeme.text not in _WORDS:
                return f"write `{lexeme.text.lower()}`"
        if self.now.kind == "op" and self.lexemes[self.at - 1].kind == "name":
            name, operator, number = self.lexemes[self.at - 1 : self.at + 2]
            return f"write `count({name.text}) {operator.text} {number.text}` to compare how often it is found"
        return "join conditions with `and` or `or`" if self.now.kind == "name" else ""

    def whole(self) -> Condition:
        if self.now.kind == "end":
            raise self.fail("a condition", "name the patterns that must be found")
        condition = self.or_()
        if self.now.kind != "end":
            raise self.fail("`and`, `or` or the end", self.joining() or "join conditions with `and` or `or`")
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
        at, lexeme = self.at, self.next()
        if lexeme.text == "(" and lexeme.kind == "mark":
            item = self.or_()
            self.expect(")")
            return item
        if lexeme.kind == "number" or (lexeme.text in ("any", "all") and self.now.text == "of"):
            return self.of(lexeme)
        if lexeme.kind != "name" or lexeme.text in _WORDS:
            beside = {lexeme.text, self.lexemes[max(0, at - 1)].text} & {"and", "or", "not"}
            hint = "`and` and `or` stand between two conditions, `not` before one" if beside else ""
            raise self.fail("a pattern, a function or `message.FIELD`", hint, lexeme)
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
            hint = "name a pattern before the number" if lexeme.kind == "number" else ""
            raise self.fail("the name of a pattern", hint, lexeme)
        return self.as_select(lexeme)

    @staticmethod
    def as_select(lexeme: _Lexeme) -> Select:
        return Select(lexeme.text, lexeme.offset)

    def whole_number(self, lexeme: _Lexeme, what: str, least: int = 0) -> int:
        if lexeme.kind != "number" or "." in lexeme.text or int(lexeme.text) < least or len(lexeme.text) > 9:
            hint = "write at most nine digits" if re.fullmatch(r"\d{10,}", lexeme.text) else ""
            raise self.fail(f"{what}: a whole number of {least} or more", hint, lexeme)
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
        if name.text == "has":
            given = self.next()
            if not given.text.startswith("message."):
                raise self.fail("`message.FIELD`", "has(...) asks whether a message has a field", given)
            self.expect(")")
            return Compare(self.field(given), "==", True, given.offset, "given")
        if name.text == "count" and self.now.text.startswith("message."):
            items = self.next()
            self.expect(")")
            return Compare(
                self.field(items), self.operator(), self.whole_number(self.next(), "a count"), items.offset, "count"
            )
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
        if name.text == "inside":
            self.expect(")")
            self.unlike(name, left, right)
            return Inside(left, right)
        self.expect(",", f"say how far apart they may be: {name.text}(a, b, 20)")
        distance = self.whole_number(self.next(), "a distance")
        unit: Unit = "words" if self.accept("words") else "characters"
        self.accept("characters")
        self.expect(")")
        self.unlike(name, left, right)
        return Near(left, right, distance, unit, ordered=name.text == "before")

    @staticmethod
    def unlike(name: _Lexeme, left: Select, right: Select) -> None:
        if left.text == right.text:
            raise ConditionSyntaxError(
                f"`{name.text}` compares `{left.text}` with itself", name.offset, "use count(...) >= 2, or two patterns"
            )

    def operator(self, hint: str = "one of == != < <= > >=") -> Operator:
        lexeme = self.next()
        if lexeme.kind != "op":
            raise self.fail("a comparison", hint, lexeme=lexeme)
        return lexeme.text  # type: ignore[return-value]

    def field(self, name: _Lexeme) -> str:
        field = name.text.removeprefix("message.")
        if not re.fullmatch(r"[A-Za-z_]\w*", field):
            raise self.fail("the name of a message field", lexeme=name)
        return field

    def compare(self, name: _Lexeme) -> Condition:
        field = self.field(name)
        if self.accept("in"):
            return Compare(field, "in", self.value_list(), name.offset)
        if self.accept("has"):
            for word, operator in _OF_A_LIST.items():
                if self.accept(word):
                    if not self.accept("of"):
                        raise self.fail("`of`", f'write `has {word} of ("a", "b")`')
                    return Compare(field, operator, self.value_list(), name.offset)
            if self.now.text == "(":
                raise self.fail("a value", 'of several, write `has any of ("a", "b")` or `has all of ("a", "b")`')
            return Compare(field, "has", self.value(), name.offset)
        hint = f"one of == != < <= > >=, `in (...)`, `has ...` of a list; or ask has(message.{field})"
        return Compare(field, self.operator(hint), self.value(), name.offset)

    def value_list(self) -> tuple[Value, ...]:
        self.expect("(")
        values = [self.value()]
        while self.accept(","):
            values.append(self.value())
        self.expect(")")
        return tuple(values)

    def value(self) -> Value:
        lexeme = self.next()
        if lexeme.kind == "string":
            return re.sub(r"\\(.)", r"\1", lexeme.text[1:-1])
        if lexeme.kind == "number":
            return float(lexeme.text) if "." in lexeme.text else int(lexeme.text)
        if lexeme.text in ("true", "false"):
            return lexeme.text == "true"
        raise self.fail("a value", 'a number, true, false, or a text in "quotation marks"', lexeme)
