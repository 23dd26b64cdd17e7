"""The figures in docs/lab.md are those of the rules as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import ROOT


def test_the_figures_of_the_page_are_not_stale(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import make_lab_docs

    assert make_lab_docs.page() == make_lab_docs.PAGE.read_text("utf-8"), "run python tools/make_lab_docs.py"
