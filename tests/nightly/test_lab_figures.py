"""The figures in docs/lab.md are those of the rules as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.paths import ROOT


def test_the_figures_of_the_page_are_not_stale(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import make_lab_docs

    assert without_revision(make_lab_docs.page()) == without_revision(make_lab_docs.PAGE.read_text("utf-8")), (
        "run python tools/make_lab_docs.py"
    )


def without_revision(page: str) -> str:
    """A revision covers the Unicode version, which another Python has."""
    return re.sub(r"sha256:[0-9a-f]+", "sha256:", page)
