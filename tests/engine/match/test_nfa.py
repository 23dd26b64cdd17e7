"""Which expressions become automata, and over which characters."""

from __future__ import annotations

from functools import cache

import msgspec
import pytest
import regex

from modengine.engine.compile.patterns import expression, linked
from modengine.engine.match.charsets import Intervals, complement, joined
from modengine.engine.match.expression import usual_tree
from modengine.engine.match.nfa import LOOK, MOST_STEPS, RegexProgram, automaton, may_be_empty
from tests import expressions


def is_native(source: str, exact_case: bool = False) -> bool:
    return automaton(source, exact_case)[1] is not None


# --------------------------------------------------------------------------- what is native


def test_every_shipped_expression_is_native() -> None:
    assert len(expressions.shipped()) > 50
    assert all(is_native(*source) for source in expressions.shipped())


@pytest.mark.parametrize(
    "source",
    [
        "微信", "a|ab", "a{2,5}?", "[^\\d微]+", "(?=a)b", "(?!.*x)b", "(?<!ab|c)d", "(?=a(?!b))a", r"\bvx\b", r"\Bx",
        "^a$", r"\Aa\Z", "(?m)^a$", "(?s).", "(?x) a  b # c", "(?i:a)b", r"\p{Han}", r"\P{L}", "[[:alpha:]]", r"\x41",
        r"\mx\M", "(?P<name>a)b", "(?#comment)a", "(?:a?)?b", "[a-]", r"[\s\S]", "",
    ],
)  # fmt: skip
def test_what_an_automaton_can_do_is_native(source: str) -> None:
    assert is_native(source)


@pytest.mark.parametrize(
    "source",
    [
        r"(a)\1", "(?P<x>a)(?P=x)", "a(?R)?b", "(a)(?1)", "(?>a|ab)c", "a++b", "(?:ab){e<=1}", r"a\Kb", r"\Ga", r"\X",
        "(a)?(?(1)b|c)", "(?f)ß", "(?fi:ß)", "(?V1)[a--b]", "(?r)a", "(?p)a|ab", "(?w)a.", r"(?a)\w", r"(?a:\w)",
        r"\w(?a:\w)", r"[\w-](?a:[\w-])",
        r"a\Rb", "(?:a?)*b", "(?:a?){2}b", "(?:|a)+?b", "(?b)a", "(?e)a", "a(*SKIP)b", "(*FAIL)",
    ],
)  # fmt: skip
def test_what_is_more_or_is_not_known_is_left_to_the_package(source: str) -> None:
    regex.compile(source)
    assert not is_native(source)


@pytest.mark.parametrize(
    ("source", "exact_case", "native"),
    [
        (r"\P{Lu}|(?i:b)", True, False),
        (r"[^\p{Lu}1]|(?i:b)", True, False),
        (r"\P{Lu}|b", False, True),
        (r"\P{Lu}|b", True, True),
        (r"\W(?i:b)", True, True),
        ("(?-i:[^a])b", False, False),
        ("(?-i:a)b", False, True),
    ],
)
def test_case_heeded_and_ignored_in_one_expression(source: str, exact_case: bool, native: bool) -> None:
    # The package looks for the first characters of a match ignoring case throughout, and misses matches.
    assert is_native(source, exact_case) is native


def test_an_expression_that_unrolls_to_too_many_steps_is_left_to_the_package() -> None:
    assert is_native(f"a{{{MOST_STEPS - 1}}}")
    assert not is_native(f"a{{{MOST_STEPS}}}")


# --------------------------------------------------------------------------- the data


def test_the_sets_are_shared_over_all_expressions() -> None:
    sources = ("[a加]b", "b(?=[加a])", "[^a加]")
    charsets, made = msgspec.msgpack.decode(linked((source, expression(source)) for source in sources))
    assert len(charsets) == 3
    assert [(source, sets) for source, sets, _ in made] == list(zip(sources, ([0, 1], [1, 0], [2]), strict=True))


def test_a_look_comes_after_those_that_it_asks() -> None:
    _, made = automaton("a(?=b(?<!cb)d)(?!e)", False)
    assert made is not None
    assert [look.behind for look in made.looks] == [True, False, False]
    assert [b for op, _, b in made.steps if op == LOOK] == [1, 0]
    assert [a for op, a, _ in made.looks[1].steps if op == LOOK] == [0]


def test_the_program_of_a_look_ahead_takes_the_characters_from_the_end() -> None:
    (ahead, _), (behind, _) = (automaton(source, False) for source in ("(?=abc)", "(?<=abc)"))
    assert len(set(ahead)) == 3
    assert ahead == behind[::-1]


def test_a_look_that_stands_there_twice_is_one() -> None:
    _, made = automaton("a(?!bc|d)(?:x(?!bc|d))?", False)
    assert made is not None
    assert len(made.looks) == 1


def test_it_is_plain_data() -> None:
    for source in ("a(?=b)", r"(a)\1"):
        _, made = automaton(source, False)
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=RegexProgram | None) == made


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a?", True),
        ("a", False),
        ("(?=a)", True),
        ("a|", True),
        ("(a*)(?:b|c?)", True),
        ("a*b", False),
        ("[ab]{2}", False),
    ],
)
def test_what_may_be_empty(source: str, expected: bool) -> None:
    assert may_be_empty(usual_tree(source, False)) is expected


# --------------------------------------------------------------------------- the sets


@cache
def all_characters() -> str:
    return "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))


def text_of(intervals: Intervals) -> str:
    """The characters of a set, in order; there are no surrogates."""

    def place(code: int) -> int:
        return code if code < 0xD800 else max(0xD800, code - 0x800)

    return "".join(all_characters()[place(first) : place(last + 1)] for first, last in intervals)


def members(source: str, exact_case: bool) -> Intervals:
    [charset], _ = automaton(source, exact_case)
    return charset


@pytest.mark.parametrize("exact_case", [False, True])
@pytest.mark.parametrize(
    "source",
    [
        "k", "K", "ſ", "ı", "İ", "ß", "ς", "加", "[k]", "[a-k]", "[à-ÿ1]", "[^k]", "[^a-k加]", r"\w", r"\W", r"\d",
        r"\D", r"\s", r"\p{Lu}", r"\P{Lu}", r"\p{Ll}", r"[\p{Lu}1]", r"[^\p{Ll}]", r"[\W1]", r"[\W\d]", r"\p{Han}",
        "[^。，]", ".", "(?s:.)", "[[:upper:]]", "[a-\U0001f600]", r"[\s\S]",
        "[\U0010fffe-\U0010ffff]", r"[\P{Lu}\U0010ffff]",
    ],
)  # fmt: skip
def test_a_set_is_what_the_package_takes(source: str, exact_case: bool) -> None:
    # Runs of them, of which there are far fewer.
    found = regex.findall(f"(?:{source})+", all_characters(), 0 if exact_case else regex.IGNORECASE)
    assert text_of(members(source, exact_case)) == "".join(found)


def test_every_letter_with_case_is_known_as_one() -> None:
    letters = "".join(char for char in all_characters() if char.lower() != char or char.upper() != char)
    assert len(letters) > 2000
    for char in letters:
        found = text_of(members(char, False))
        assert set(found) & set(letters) == set(regex.findall(char, letters, regex.IGNORECASE))


def test_the_complement_of_intervals() -> None:
    assert complement(()) == ((0, 0x10FFFF),)
    assert complement(((0, 5), (7, 0x10FFFF))) == ((6, 6),)
    assert joined([(5, 6), (1, 2), (3, 4), (6, 9), (11, 11)]) == ((1, 9), (11, 11))
