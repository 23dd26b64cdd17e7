"""YAML to nodes: places, readings, and hostile files refused at once."""

from __future__ import annotations

from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given, strategies as st

from modengine.policy.files import MAX_BYTES
from modengine.policy.load import read
from modengine.policy.nodes.diagnostics import MOST, Diagnostics
from modengine.policy.nodes.yaml import MAX_DEPTH, Lost, Mapping, Scalar, Sequence, parse
from tests.policy.loading import HEAD

RULES_OF_ONE = "rules:\n  - id: ID\n    title: A\n    score: 1\n    patterns: {p: {text: [x]}}\n    when: p\n"


def nodes(text: str):
    report = Diagnostics()
    root = parse(text, "x.yaml", report)
    return root, [problem.code for problem in report.found]


def scalar(text: str) -> Scalar:
    """The value of `a` in a mapping."""
    root, codes = nodes(text)
    assert codes == []
    assert isinstance(root, Mapping)
    value = root.get("a")
    assert isinstance(value, Scalar)
    return value


def test_every_node_knows_its_place() -> None:
    root, _ = nodes("# note\nrules:\n  - {名: 加微信}\n")
    assert isinstance(root, Mapping)
    rules = root.get("rules")
    assert isinstance(rules, Sequence)
    inner = rules.items[0]
    assert isinstance(inner, Mapping)
    assert [str(place) for place in (root.place, rules.place, inner.place)] == [
        "x.yaml:2:1",
        "x.yaml:3:3",
        "x.yaml:3:5",
    ]
    key = inner.key("名")
    assert key is not None
    assert (str(key.place), str(inner.get("名").place)) == ("x.yaml:3:6", "x.yaml:3:9")  # type: ignore[union-attr]


def test_columns_are_characters_not_bytes_or_cells() -> None:
    assert scalar("{加微信: 薇, a: x}").place.column == 13


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_line_ends_of_every_system_count_once(ending: str) -> None:
    assert scalar(f"b: c{ending}a: x{ending}").place.line == 2


@pytest.mark.parametrize(
    ("written", "reading"),
    [
        ("加微信", "text"), ("'110'", "text"), ('"no"', "text"), ("110", "number"), ("1_000", "number"),
        ("0x1F", "number"),
        ("010", "number"), ("0o10", "number"), ("1e3", "number"), ("1.5", "number"), (".5", "number"), ("-7", "number"),
        ("12:30", "number"), ("12:30:45.5", "number"), (".inf", "number"), (".NaN", "number"), ("0b11", "number"),
        ("no", "boolean"), ("Yes", "boolean"), ("ON", "boolean"), ("off", "boolean"), ("true", "boolean"),
        ("2014-05-28", "date"), ("2014-05-28 08:00:00", "date"), ("2014-05-28T08:00:00+08:00", "date"),
        ("~", "nothing"), ("null", "nothing"), ("", "nothing"), ("nothing", "text"), ("y", "text"), ("v1.5", "text"),
        ("1,000", "text"), ("２０", "text"), ("12:30pm", "text"), ("QQ110", "text"),
    ],
)  # fmt: skip
def test_an_unquoted_scalar_reads_as_yaml_reads_it(written: str, reading: str) -> None:
    assert scalar(f"a: {written}\n").reading == reading


@given(st.text(alphabet="0123456789.eE+-_:xobnyYesNOTtrufalsnull~ ZTinfa", max_size=14))
def test_whatever_yaml_would_construct_is_never_taken_for_a_text(text: str) -> None:
    tag = pyyaml.SafeLoader("").resolve(pyyaml.ScalarNode, text, (True, False))
    read_as = Scalar(text, nodes("a")[0].place, plain=True).reading  # type: ignore[union-attr]
    if tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge", "tag:yaml.org,2002:value"):
        assert read_as != "text"


words = st.lists(st.text(alphabet="ab加微()>=", min_size=1, max_size=6), min_size=1, max_size=8).map(" ".join)


@given(words, st.sampled_from(["plain", "single", "double", "folded", "literal", "plain over lines"]))
def test_an_offset_in_a_scalar_leads_back_to_its_character_in_the_file(text: str, style: str) -> None:
    first = "x" + text  # a plain scalar may not begin with `>`
    value = {
        "plain": f"a: {first}\n",
        "single": f"a: '{first}'\n",
        "double": 'a: "' + first.replace("加", "\\u52a0") + '"\n',
        "folded": "a: >-\n  " + first.replace(" ", "\n  ") + "\n",
        "literal": "a: |  # note\n  " + first.replace(" ", "\n  ") + "\n",
        "plain over lines": "a: " + first.replace(" ", "\n   ") + "\n",
    }[style]
    node = scalar(value)
    lines = value.split("\n")
    for offset, char in enumerate(node.value):
        if char.isspace():
            continue
        place = node.at(offset)
        there = lines[place.line - 1][place.column - 1 :]
        assert there.startswith(char if style != "double" or char != "加" else "\\u52a0")


@pytest.mark.parametrize("text", ["a: x 加  y z\n", "a: 'x''s\n  y'\n", "a: >-\n  x\n\n  y z\n", "a: |\n  x\n  y\n"])
def test_places_of_many_offsets_are_those_of_each(text: str) -> None:
    node = scalar(text)
    offsets = range(len(node.value) + 1)
    assert list(node.places(offsets)) == [node.at(offset) for offset in offsets]
    assert list(node.places(offsets[::2])) == [node.at(offset) for offset in offsets[::2]]


def test_an_offset_at_the_end_of_a_scalar_points_behind_it() -> None:
    node = scalar("a: >-\n  x and\n")
    assert (node.at(len(node.value)).line, node.at(len(node.value)).column) == (2, 8)


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path) -> None:
    path = tmp_path / "r.yaml"
    path.write_bytes(b"\xef\xbb\xbfruleset: demo\ntitle: T\nrules: []\n")
    assert read(path).diagnostics == ()


def test_what_an_alias_stands_for_is_never_looked_at() -> None:
    root, codes = nodes("a: &x [1]\nb: *x\n")
    assert codes == ["ME107", "ME107"]
    assert isinstance(root, Mapping)
    assert isinstance(root.get("b"), Lost)


@pytest.mark.parametrize("item", ["[]", "{}", "a", "{a: b}", "[[]]", "''"])
def test_whatever_is_written_a_hundred_thousand_times_is_too_much(item: str) -> None:
    """Empty lists weigh as much as texts: 4.9 MB of them took 7 s and 300 MB."""
    root, codes = nodes("[" + f"{item}," * 100_001 + "]")
    assert (root, codes) == (None, ["ME103"])


@pytest.mark.parametrize(("value", "codes"), [("*a", ["ME107"]), ("!!str x", ["ME108"]), ("&a demo.x", ["ME107"])])
def test_the_name_of_a_rule_has_no_alias_anchor_or_tag(write: Any, value: str, codes: list[str]) -> None:
    path = write(r=HEAD + RULES_OF_ONE.replace("ID", value))
    assert [problem.code for problem in read(path).diagnostics] == codes


def test_the_first_of_two_equal_keys_is_kept() -> None:
    root, codes = nodes("a: x\na: y\n")
    assert codes == ["ME110"]
    assert root.get("a").value == "x"  # type: ignore[union-attr]


def test_many_mistakes_of_one_file_are_reported_together() -> None:
    _, codes = nodes("a: &x y\nb: !!str z\n<<: {}\na: again\nc: [&z q, *z]\n")
    assert sorted(codes) == ["ME107", "ME107", "ME107", "ME108", "ME109", "ME110"]


LAUGHS = "a: &a [lol]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True)
)
MERGES = "a: &a {k: v}\n" + "".join(
    f"{b}: &{b} {{<<: [{', '.join([f'*{a}'] * 9)}]}}\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "billion laughs": (LAUGHS, "ME107"),
    "merge keys in merge keys": (MERGES, "ME107"),
    "one level too deep": ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "ME106"),
    "60 levels of lists": ("a: " + "[" * 60 + "]" * 60, "ME106"),
    "60 levels of blocks": ("- " * 60 + "a", "ME106"),
    "60 levels of mappings": ("".join("  " * n + "a:\n" for n in range(60)), "ME106"),
    "5 MB of open brackets": ("[" * MAX_BYTES, "ME106"),
    "5 MB of open braces": ("{a: " * (MAX_BYTES // 4), "ME106"),
    "5 MB of question marks": ("? " * (MAX_BYTES // 2), "ME106"),
    "5 MB of one key": ("a: 1\n" * (MAX_BYTES // 5), "ME113"),
    "5 MB of scalars": ("- a\n" * (MAX_BYTES // 4), "ME103"),
    "5 MB of anchors": ("- &a b\n" * (MAX_BYTES // 7), "ME113"),
    "5 MB of documents": ("---\n" * (MAX_BYTES // 4), "ME111"),
    "5 MB in one line": ("a" * MAX_BYTES, "ME206"),
    "5 MB of line ends": ("\n" * MAX_BYTES, "ME112"),
    "5 MB of an open quotation mark": ("a: '" + "b " * (MAX_BYTES // 2 - 2), "ME105"),
    "5 MB of zeros": ("\0" * MAX_BYTES, "ME105"),
    "5.1 MB": ("# " + "x" * 5_100_000, "ME103"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_and_does_not_hang(name: str, tmp_path) -> None:
    text, code = HOSTILE[name]
    path = tmp_path / "hostile.yaml"
    path.write_text(text, "utf-8")
    problems = read(path).diagnostics
    assert code in {problem.code for problem in problems}


def test_nesting_up_to_the_limit_is_read() -> None:
    _, codes = nodes("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert codes == []


def test_problems_of_one_file_end_at_a_limit(tmp_path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("ruleset: demo\ntitle: T\nlists:\n  a:\n" + "  - 110\n" * (2 * MOST), "utf-8")
    problems = read(path).diagnostics
    assert len(problems) == MOST + 1
    assert [problem.code for problem in problems if problem.code != "ME204"] == ["ME113"]


@given(st.text(alphabet="[]{}:-,&*!<>|'\"%@`#? \n\tab加", max_size=60))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    report = Diagnostics()
    root = parse(text, "x.yaml", report)
    assert root is not None or report.found
    for problem in report.found:
        assert problem.render()


def test_the_parser_in_python_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML comes without libyaml."""
    text = "rules:\n  - {id: a, when: 'x and y', n: 110}\n  - >-\n    加\n    微\n"
    expected = nodes(text)
    monkeypatch.delattr(pyyaml, "CSafeLoader")
    assert nodes(text) == expected
