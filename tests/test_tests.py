"""The tests themselves: one way to import, nothing taken from another test, and heavy ones apart."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

HERE = Path(__file__).parent
FILES = sorted(HERE.rglob("*.py"))
FOLDERS = {path.name for path in HERE.iterdir() if path.is_dir()}
MODULES = {path.stem for path in HERE.glob("*.py")}
SHARED = ("data",)
"""Folders of data that belong to no test."""
OF_THE_MODEL = {"policy/test_packed.py", "policy/test_rules.py", "run/test_examples.py"}
"""Tests that hold a class of the model against what is made of it."""
OWN_FILE = re.compile(r"Path\(__file__\)(?:\.resolve\(\))?\.(\w+)")


def name_of(file: Path) -> str:
    return file.relative_to(HERE).as_posix()


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Every module that a source imports, and what it imports from one, with the line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def faults(source: str) -> list[str]:
    """What is wrong with the imports of a test or of what tests share."""
    wrong = []
    for line, name in imports(source):
        first, *rest = name.split(".")
        if not first:
            wrong.append(f"line {line}: a relative import")
        elif first in (FOLDERS | MODULES) - {"docs"}:
            wrong.append(f"line {line}: `{name}` is to be imported as `tests.{name}`")
        elif first == "tests" and any(part.startswith("test_") or part == "conftest" for part in rest[:-1]):
            wrong.append(f"line {line}: `{name}` stands in a test or a conftest")
    return wrong


def test_imports_are_of_one_kind_and_never_of_a_test() -> None:
    found = {name_of(file): faults(file.read_text("utf-8")) for file in FILES}
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("from .logs import NOW", "line 1: a relative import"),
        ("from . import build", "line 1: a relative import"),
        ("import build", "line 1: `build` is to be imported as `tests.build`"),
        ("from policy.loading import HEAD", "line 1: `policy.loading.HEAD` is to be imported as"),
        ("from tests.audit.test_log import Pairs", "line 1: `tests.audit.test_log.Pairs` stands in a test"),
        ("from tests.lab.conftest import rows", "line 1: `tests.lab.conftest.rows` stands in a test or a conftest"),
    ],
)
def test_this_test_sees_a_wrong_import(source: str, said: str) -> None:
    assert faults(source)[0].startswith(said)


def test_every_folder_of_tests_is_a_package() -> None:
    assert [name_of(file) for file in FILES if not (file.parent / "__init__.py").exists()] == []


def strays(file: Path) -> set[str]:
    """What a file names that lies neither in its own folder nor among the shared data."""
    source = file.read_text("utf-8")
    above = set(OWN_FILE.findall(source)) - {"parent"}
    above |= set(re.findall(r"Path\(__file__\)(?:\.resolve\(\))?(\.parent\.parent)", source))
    others = FOLDERS - {*SHARED, *file.relative_to(HERE).parts}
    named = set(re.findall(r'ROOT / "tests" / "(\w+)"', source)) | set(re.findall(r"[\"' ]tests/(\w+)/\w", source))
    return above | (named & others)


def test_files_are_those_of_the_own_folder_or_shared_data() -> None:
    """From its own place a test goes to its own folder; to all else by tests/paths.py."""
    found = {name_of(file): strays(file) for file in FILES if file.name not in ("paths.py", Path(__file__).name)}
    assert {name: places for name, places in found.items() if places} == {}


def test_patterns_rules_and_policies_are_made_in_one_place() -> None:
    makers = {"Pattern", "Rule", "Ruleset", "Policy"}
    places = {
        name_of(file)
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers
    }
    assert places == {"build.py", *OF_THE_MODEL}


def test_the_plain_command_leaves_the_nightly_tests_out(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getini("testpaths") == ["tests"]
    readme = (ROOT / "README.md").read_text("utf-8")
    assert ".venv/bin/python -m pytest -q -n auto\n" in readme
    assert ".venv/bin/python -m pytest -q -n auto tests/nightly\n" in readme


def test_what_tests_share_holds_no_test() -> None:
    shared = [file for file in FILES if not file.name.startswith("test_")]
    assert [name_of(file) for file in shared if re.search(r"(?m)^def test_", file.read_text("utf-8"))] == []
