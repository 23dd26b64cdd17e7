"""The table of coverage on the page is what the benchmark wrote."""

from __future__ import annotations

import json
import re

import numpy as np

from bench.coding import FIGURES, RESULTS, SCENARIOS, held, table
from tests.paths import ROOT


def test_the_page_has_the_table_of_the_benchmark() -> None:
    kept = json.loads(RESULTS.read_text("utf-8"))
    assert kept["draws"] == 1_000
    assert list(kept["coverage"]) == [scenario.name for scenario in SCENARIOS]
    page = (ROOT / "bench" / "coverage" / "coding.md").read_text("utf-8")
    found = re.search(r"<!-- made: coverage -->\n(.*?)<!-- /made -->", page, re.S)
    assert found is not None
    assert found[1].strip() == table(kept["coverage"]).strip()


def test_the_benchmark_draws() -> None:
    shares = np.array([list(held(scenario, 2)) for scenario in SCENARIOS[:1]])
    assert shares.shape == (1, 2, len(FIGURES))
