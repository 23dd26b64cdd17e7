"""Imports go down only.  A new package needs a floor here before it needs anything else."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.paths import ROOT

PACKAGE = ROOT / "modengine"
FLOORS = (
    {"version", "lazy", "_core"},
    {"codes"},
    {"errors"},
    {"model"},
    {"paths"},
    {"text"},
    {"entities"},
    {"policy"},
    {"engine"},
    {"checks"},
    {"loading"},
    {"explain", "run"},
    {"audit"},
    {""},  # modengine/__init__.py itself: the public names
    {"lab"},
    {"editor"},
    {"play"},
    {"cli"},
    {"__main__"},
)
"""From the ground up.  Packages on one floor do not import each other."""
ROOMS = {
    "audit": ("files", "tree", "records", "write", "read"),
    "lab": ("data", "stats", "coding", "studies", "advice", "specimens", "study", "report", "package"),
    "run": ("read", "write", "work"),
}
"""The floors within a package, from the ground up; what lies beside them is for all."""
FLOOR = {name: number for number, floor in enumerate(FLOORS) for name in floor}
FILES = sorted(PACKAGE.rglob("*.py"))
HOMES = {
    "jieba": {"text/segment.py"},
    "rjieba": {"text/segment.py"},
    "pypinyin": {"text/tables.py"},
    "ahocorasick_rs": {"engine/match/literals.py"},
    "lsprotocol": {"editor/server.py"},
    "pygls": {"editor/server.py"},
    "jinja2": {"explain/html.py"},
    "rapidocr": {"run/read/media/rapid.py"},
    "openpyxl": {"lab/coding/workbook.py"},
    "sklearn": {"lab/advice/residual.py"},
    "typst": {"lab/report/paper/figures.py"},
}
"""Libraries that one file alone may import."""


def module_of(file: Path) -> str:
    """`modengine.text.view` for its file."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(file) for file in FILES} | {"modengine._core"}
"""The compiled core among them, built or not."""
CORE_ROOT = ROOT / "core" / "src"
CORE = sorted(CORE_ROOT.rglob("*.rs"))
FOLDERS = sorted({file.parent for file in FILES})
FULL, LONG = 15, 400
"""More modules than fit in a folder at a glance, `__init__.py` apart; more lines than a module can have."""


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(file.read_text("utf-8"))))


def imported(nodes: Iterable[ast.AST], package: str) -> Iterator[tuple[int, str]]:
    """Every module that a source imports, inside functions too, with the line; `package` is its own."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield node.lineno, inner if inner in MODULES else base


@cache
def imports_of(file: Path) -> list[tuple[int, str]]:
    module = module_of(file)
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    return list(imported(nodes(file), package))


def name_of(module: str) -> str:
    """The package or module right below modengine; empty for modengine itself."""
    return [*module.split("."), ""][1]


def upward(module: str, imports: list[tuple[int, str]]) -> list[str]:
    """The imports of a module that do not go down."""
    mine = name_of(module)
    return [
        f"line {line}: {target}"
        for line, target in imports
        if target.split(".")[0] == "modengine" and name_of(target) != mine and FLOOR[name_of(target)] >= FLOOR[mine]
    ]


def room_of(module: str) -> tuple[str, int] | None:
    """The package with floors that a module lies in, and its floor there."""
    _, package, room, *_ = [*module.split("."), "", ""]
    return (package, ROOMS[package].index(room)) if room in ROOMS.get(package, ()) else None


def upstairs(module: str, imports: list[tuple[int, str]]) -> list[str]:
    """The imports of a module from a higher floor of its own package."""
    mine = room_of(module)
    if mine is None:
        return []
    rooms = ((line, target, room_of(target)) for line, target in imports)
    return [f"line {line}: {target}" for line, target, room in rooms if room and room[0] == mine[0] and room > mine]


def test_every_module_has_a_floor() -> None:
    assert [module for file in FILES if name_of(module := module_of(file)) not in FLOOR] == []


def test_no_import_goes_up_a_floor() -> None:
    faults = {module_of(file): upward(module_of(file), imports_of(file)) for file in FILES}
    assert {module: targets for module, targets in faults.items() if targets} == {}


def test_no_import_goes_up_within_a_package() -> None:
    faults = {module_of(file): upstairs(module_of(file), imports_of(file)) for file in FILES}
    assert {module: targets for module, targets in faults.items() if targets} == {}


@pytest.mark.parametrize("package", ROOMS)
def test_every_folder_of_a_package_with_floors_has_one(package: str) -> None:
    assert {folder.name for folder in FOLDERS if folder.parent == PACKAGE / package} == set(ROOMS[package])


def test_a_folder_can_be_looked_over() -> None:
    modules = Counter(file.parent.relative_to(ROOT).as_posix() for file in FILES if file.name != "__init__.py")
    assert {folder: number for folder, number in modules.items() if number > FULL} == {}


def test_a_module_can_be_read_in_one_go() -> None:
    lines = {file.relative_to(ROOT).as_posix(): len(file.read_text("utf-8").splitlines()) for file in (*FILES, *CORE)}
    assert {file: number for file, number in lines.items() if number > LONG} == {}


def test_a_class_name_stands_for_one_thing() -> None:
    homes: dict[str, set[str]] = {}
    for file in FILES:
        for node in nodes(file):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, set()).add(module_of(file))
    assert {name: sorted(modules) for name, modules in homes.items() if len(modules) > 1} == {}


def used(file: Path) -> set[str]:
    """The modules of the core that one of them uses: `super::dfa`, `crate::regex`; not what `mod.rs` hands on."""
    uses = re.findall(r"^use (crate|super)::(\w+)", file.read_text("utf-8"), re.MULTILINE)
    found = {(CORE_ROOT if base == "crate" else file.parent) / f"{name}.rs" for base, name in uses}
    return {path.relative_to(CORE_ROOT).as_posix() for path in found if path.exists()}


def test_there_is_no_circle_of_modules() -> None:
    graph = {module_of(file): {t for _, t in imports_of(file) if t in MODULES and t != "modengine"} for file in FILES}
    core = {file.relative_to(CORE_ROOT).as_posix(): used(file) for file in CORE}
    assert core["evaluate.rs"] >= {"condition.rs", "context.rs"}
    for uses in (graph, core):
        try:
            TopologicalSorter(uses).prepare()
        except CycleError as error:
            pytest.fail(" -> ".join(error.args[1]))


def test_a_library_is_imported_in_its_own_place_alone() -> None:
    uses = ((file, target.split(".")[0]) for file in FILES for _, target in imports_of(file))
    found = {(file.relative_to(PACKAGE).as_posix(), library) for file, library in uses}
    assert {(file, library) for file, library in found if file not in HOMES.get(library, {file})} == set()


def test_nothing_loads_all_of_scipys_distributions() -> None:
    """`scipy.stats` takes half a second to load; what the lab needs of it is in `scipy.special`."""
    users = [file.name for file in FILES if {"scipy.stats", "scipy.signal"} & {name for _, name in imports_of(file)}]
    assert not users


def test_the_parser_of_the_regex_package_is_used_in_one_place_alone() -> None:
    """And in one of the static site, where what it reads is said again in the syntax of `re`."""
    users = {file.relative_to(PACKAGE).as_posix() for file in FILES if "_regex_core" in file.read_text("utf-8")}
    assert users == {"engine/match/expression.py", "play/site/device/expressions.py"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from modengine.checks.run import check", ["line 1: modengine.checks.run"]),
        ("import modengine.loading", ["line 1: modengine.loading"]),
        ("def f():\n    from modengine import loading", ["line 2: modengine.loading"]),
        ("from modengine import load", ["line 1: modengine"]),
        ("from ..cli import main", ["line 1: modengine.cli.main"]),
        ("from modengine.engine.match.part import PartText", []),
        ("from .part import PartText", []),
        ("from ..text import tables", []),
        ("import regex", []),
    ],
)
def test_this_test_sees_an_import_that_goes_up(source: str, expected: list[str]) -> None:
    found = imported(ast.walk(ast.parse(source)), "modengine.engine")
    assert upward("modengine.engine.match.terms", list(found)) == expected


@pytest.mark.parametrize(
    ("target", "good"),
    [
        ("modengine.audit.records.record", True),
        ("modengine.audit.tree.merkle", True),
        ("modengine.lab.report.page", True),
        ("modengine.audit.write.log", False),
        ("modengine.audit.read", False),
    ],
)
def test_this_test_sees_an_import_that_goes_up_within_a_package(target: str, good: bool) -> None:
    assert (upstairs("modengine.audit.records.vault", [(1, target)]) == []) is good
