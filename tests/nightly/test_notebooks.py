"""Every notebook runs from its first cell to its last, whose assertions hold; what it writes goes with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.notebooks import NOTEBOOKS
from tests.paths import ROOT

nbformat = pytest.importorskip("nbformat", reason="nbformat is not here: pip install nbformat")
nbclient = pytest.importorskip("nbclient", reason="nbclient is not here: pip install nbclient")
pytest.importorskip("ipykernel", reason="ipykernel is not here: pip install ipykernel")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    found = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(found, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    code = [cell for cell in found.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    said = [output for cell in code for output in cell.outputs if output.get("name") == "stderr"]
    assert said == [], "a warning stands under a cell"
    assert list(tmp_path.iterdir()) == [], "what it writes stays"
    traces = [cell for cell in code if ".trace(" in cell.source]
    assert all("text/html" in cell.outputs[0]["data"] for cell in traces)


def test_an_assertion_that_does_not_hold_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("assert 1 == 2")])
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="AssertionError"):
        nbclient.NotebookClient(found, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
