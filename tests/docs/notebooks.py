"""The notebooks of the documentation, as plain data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.paths import DOCS

FOLDER = DOCS / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def notebook(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def sources(path: Path, kind: str) -> list[str]:
    """What stands in the cells of a kind: `code` or `markdown`."""
    return ["".join(cell["source"]) for cell in notebook(path)["cells"] if cell["cell_type"] == kind]
