"""Corpora of a few rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from modengine.lab.data.corpus import Columns, Corpus, load
from tests.lab.corpora import FEW, MakeCorpus, Rows, write


@pytest.fixture
def corpus(tmp_path: Path) -> MakeCorpus:
    """Makes a corpus of rows; `columns` are those of `Columns`."""
    made = 0

    def make(rows: Rows, categories: Sequence[str] = ("fraud", "violence"), **columns: Any) -> Corpus:
        nonlocal made
        made += 1
        return load([write(tmp_path / f"rows{made}.jsonl", rows)], Columns(**columns), categories)

    return make


@pytest.fixture
def few_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few sentence templates in the place of the shipped ones, with which tests/shipped measures."""
    for module in ("data.templates", "studies.fairness"):
        monkeypatch.setattr(f"modengine.lab.{module}.shipped_templates", lambda: FEW)
