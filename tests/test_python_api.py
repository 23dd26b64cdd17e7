"""The public names: all there, all described, all typed."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import modengine
import modengine.audit
import modengine.lab
from tests.engines import campaign
from tests.paths import ROOT

PACKAGES = (modengine, modengine.audit, modengine.lab)
NAMES = [name for name in modengine.__all__ if not name.startswith("__")]
CLASSES = [name for name in NAMES if inspect.isclass(getattr(modengine, name))]
FUNCTIONS = [name for name in NAMES if inspect.isfunction(getattr(modengine, name))]
METHODS = [
    (name, method)
    for name in CLASSES
    for method, value in vars(getattr(modengine, name)).items()
    if not method.startswith("_") and inspect.isfunction(value)
]


def written(thing: Any, name: str) -> bool:
    """Whether somebody wrote its docstring: dataclasses make up one of their own."""
    doc = vars(thing).get("__doc__") if inspect.isclass(thing) else thing.__doc__
    return bool(doc) and not doc.startswith(f"{name}(")


@pytest.mark.parametrize("name", modengine.__all__)
def test_a_public_name_is_there(name: str) -> None:
    assert hasattr(modengine, name)


def test_a_name_that_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module `modengine` has no attribute `nothing`"):
        _ = modengine.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_the_stub_says_where_each_public_name_lives(package: ModuleType) -> None:
    """What type checkers and editors read is what is imported, name by name."""
    stub = ast.parse(Path(str(package.__file__)).with_suffix(".pyi").read_text("utf-8"))
    homes = {
        alias.asname: (statement.module, alias.name)
        for statement in stub.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert len(stub.body) == len(homes)
    assert sorted(name for name in homes if name) == package.__all__ == dir(package)
    for name, (module, original) in homes.items():
        assert name == original
        assert getattr(package, name) is getattr(import_module(str(module)), name)


def documented() -> dict[str, set[str]]:
    """The names that the last chapter of docs/python.md lists, by their package."""
    page = (ROOT / "docs" / "python.md").read_text("utf-8")
    tables = re.split(r"^In `(modengine\.\w+)`.*$", page.partition("\n## All public names\n")[2], flags=re.M)
    chapters = dict(zip(["modengine", *tables[1::2]], tables[::2], strict=True))
    return {
        package: {name for cell in re.findall(r"^\| (`.+?) \|", text, re.M) for name in re.findall(r"`(\w+)", cell)}
        for package, text in chapters.items()
    }


def test_what_may_be_imported_is_what_the_page_lists() -> None:
    assert documented() == {package.__name__: set(package.__all__) for package in PACKAGES}


def test_the_page_lists_all_that_an_engine_has() -> None:
    (row,) = re.findall(r"^\| `Engine` \|.*$", (ROOT / "docs" / "python.md").read_text("utf-8"), re.M)
    names = {name for name in dir(campaign()) if not name.startswith("_")}
    assert names <= set(re.findall(r"`(\w+)`", row))


INSIDE = "architecture"
"""The page for who changes modengine shows what is inside."""


@pytest.mark.parametrize(
    "page", sorted(page for page in (ROOT / "docs").rglob("*.md") if page.stem != INSIDE), ids=lambda page: page.stem
)
def test_the_documentation_imports_public_names_alone(page: Path) -> None:
    public = {package.__name__: set(package.__all__) for package in PACKAGES}
    text = page.read_text("utf-8")
    for module, names in re.findall(r"^(?:>>> )?from (modengine[\w.]*) import (.+)$", text, re.M):
        assert set(re.split(r",\s*", names.strip())) <= public.get(module, set()), module
    assert set(re.findall(r"^(?:>>> )?import (modengine[\w.]*)", text, re.M)) <= public.keys()


def test_public_names_are_sorted_and_stand_once() -> None:
    assert modengine.__all__ == sorted(set(modengine.__all__))


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_has_a_docstring(name: str) -> None:
    assert written(getattr(modengine, name), name)


@pytest.mark.parametrize(("name", "method"), METHODS)
def test_a_public_method_has_a_docstring(name: str, method: str) -> None:
    assert written(vars(getattr(modengine, name))[method], method)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_is_typed(name: str) -> None:
    signature = inspect.signature(getattr(modengine, name))
    annotations = [signature.return_annotation, *(p.annotation for p in signature.parameters.values())]
    assert inspect.Signature.empty not in annotations


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(modengine.__file__).parent / "py.typed").is_file()


def test_the_version_is_one() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+|[abc]\d+|rc\d+)?", modengine.__version__)


def test_what_the_docstring_shows_works() -> None:
    engine = modengine.load()
    assert engine.decide("今天天气不错").action == "allow"
    assert engine.trace("今天天气不错").decision.action == "allow"


def test_the_results_of_public_functions_are_public() -> None:
    engine = campaign()
    decision, trace = engine.decide("好"), engine.trace("好")
    assert [type(value).__name__ in modengine.__all__ for value in (engine, decision, trace)] == [True] * 3


def test_every_error_is_one_of_the_tree() -> None:
    errors = [getattr(modengine, name) for name in CLASSES if issubclass(getattr(modengine, name), Exception)]
    assert all(issubclass(error, modengine.ModengineError) for error in errors)


def test_a_trace_of_one_rule_tells_of_no_other() -> None:
    engine = campaign()
    whole = engine.trace("恭喜您中奖，点击链接领奖，请先转账手续费到安全账户")
    assert len(whole.rules) > 1
    for rule_trace in whole.rules:
        only = engine.trace(whole.message, rules=rule_trace.rule)
        assert (only.rules, only.decision, only.waterfalls) == ((rule_trace,), whole.decision, whole.waterfalls)
    with pytest.raises(ValueError, match="no-such-rule"):
        engine.trace("你好", rules=["no-such-rule"])
