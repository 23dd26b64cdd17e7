"""The notebooks: valid, without outputs, of public names, linked; the nightly tests run them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import modengine
import modengine.lab
from tests.docs.notebooks import FOLDER, NOTEBOOKS, notebook, sources
from tests.paths import DOCS

every = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
PUBLIC = {package.__name__: set(package.__all__) for package in (modengine, modengine.lab)}
ABSOLUTE = re.compile(
    r"""(?<![\w.:/<])(?:/(?:home|root|tmp|Users|usr|mnt|work|opt|var|etc)\b|[A-Za-z]:[\\/]|~/|file://)"""
)


def test_there_are_the_four() -> None:
    assert {path.stem for path in NOTEBOOKS} == {"first-study", "two-policies", "specimen", "coded-sample"}


@every
def test_a_notebook_is_valid(path: Path) -> None:
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not here: pip install nbformat")
    nbformat.validate(notebook(path))


@every
def test_a_notebook_has_ids_of_its_own_and_no_outputs(path: Path) -> None:
    found = notebook(path)
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 5)
    assert found["metadata"]["kernelspec"]["name"] == "python3"
    ids = [cell["id"] for cell in found["cells"]]
    assert len(set(ids)) == len(ids)
    code = [cell for cell in found["cells"] if cell["cell_type"] == "code"]
    assert [(cell["outputs"], cell["execution_count"]) for cell in code] == [([], None)] * len(code)


@every
def test_a_notebook_names_no_place_of_a_machine(path: Path) -> None:
    assert ABSOLUTE.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize("text", ["open('/home/a/b')", "C:\\\\data", "~/x", "'/tmp/x'", "file:///x"])
def test_a_place_of_a_machine_is_seen(text: str) -> None:
    assert ABSOLUTE.search(text)


@every
def test_a_notebook_uses_public_names_alone(path: Path) -> None:
    for source in sources(path, "code"):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("modengine"):
                assert {alias.name for alias in node.names} <= PUBLIC.get(str(node.module), set()), node.module
            elif isinstance(node, ast.Import):
                names = {alias.name for alias in node.names if alias.name.startswith("modengine")}
                assert names <= PUBLIC.keys()


@every
def test_a_notebook_begins_with_a_title_and_ends_with_what_must_hold(path: Path) -> None:
    cells = notebook(path)["cells"]
    assert "".join(cells[0]["source"]).startswith("# ")
    assert cells[-1]["cell_type"] == "code"
    assert any(isinstance(node, ast.Assert) for node in ast.parse("".join(cells[-1]["source"])).body)


@every
def test_a_notebook_is_in_the_index_and_its_links_lead_somewhere(path: Path) -> None:
    assert f"](notebooks/{path.name})" in (DOCS / "README.md").read_text("utf-8")
    for text in sources(path, "markdown"):
        for target in re.findall(r"\]\((?!https?://)([^)#\s]+)", text):
            assert (FOLDER / target).exists(), target
