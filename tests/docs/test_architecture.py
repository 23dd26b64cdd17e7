"""What docs/architecture.md says of the code is so: files, names, rooms.  Its examples run in test_docs.py."""

from __future__ import annotations

import re

import pytest

from tests.paths import DOCS, ROOT

PAGE = (DOCS / "architecture.md").read_text("utf-8")
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?:modengine|core|tests)/(?:[\w.]+/)*[\w.]*")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
OPENED = [row for row in ROWS if len(row) == 3 and FILE.match(row[1].strip("`")) and row[2].startswith("`")]
"""What to read, the files to open, the names to look for."""
SAID = re.findall(r"((?:`\w+`(?:, )?)+) in `([\w./]+)`", PAGE)
"""Names, and the file in which each is said to stand."""


def defined(name: str, files: list[str]) -> bool:
    """Whether one of some files defines a name, in Python or Rust."""
    says = re.compile(rf"\b(?:def|class|fn|struct|enum|const) {name}\b|^{name}\b", re.M)
    return any(says.search((ROOT / file).read_text("utf-8")) for file in files)


def test_every_file_that_is_named_is_there() -> None:
    named = [word for word in CODE.findall(PAGE) if FILE.fullmatch(word)]
    assert len(named) > 60
    assert [word for word in named if not (ROOT / word).exists()] == []


@pytest.mark.parametrize("row", OPENED, ids=lambda row: row[0])
def test_what_to_look_for_stands_in_the_file_to_open(row: list[str]) -> None:
    files, names = CODE.findall(row[1]), CODE.findall(row[2])
    assert [name for name in names if not defined(name, files)] == []


def test_the_tables_tell_what_to_open_in_both_engines() -> None:
    assert {CODE.findall(row[1])[0].split("/")[0] for row in OPENED} == {"modengine", "core"}
    assert len(OPENED) > 20


def test_every_name_of_the_glossary_stands_where_it_is_said_to() -> None:
    assert len(SAID) > 18
    assert [(names, file) for names, file in SAID for name in CODE.findall(names) if not defined(name, [file])] == []


def test_every_room_is_told_of() -> None:
    rooms = {path.parent.name for path in (ROOT / "modengine").glob("*/__init__.py")}
    assert {room for room in rooms if f"| `modengine/{room}/` |" not in PAGE} == set()


def test_this_test_sees_a_name_that_is_not_there() -> None:
    assert defined("Walk", ["core/src/walk.rs"])
    assert not defined("Walk", ["core/src/bits.rs"])
