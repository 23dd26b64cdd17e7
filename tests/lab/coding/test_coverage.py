"""The table of coverage on the page is what the benchmark wrote."""

from __future__ import annotations

import json
import re

import numpy as np

from bench.coding import FAR, FIGURES, RESULTS, SCENARIOS, held, table
from tests.paths import ROOT


def test_the_page_has_the_table_of_the_benchmark() -> None:
    kept = json.loads(RESULTS.read_text("utf-8"))
    assert kept["draws"] == 1_000
    assert list(kept["coverage"]) == [scenario.name for scenario in SCENARIOS]
    assert list(kept["far"]) == [scenario.name for scenario in FAR]
    page = (ROOT / "bench" / "coverage" / "coding.md").read_text("utf-8")
    for name in ("coverage", "far"):
        found = re.search(rf"<!-- made: {name} -->\n(.*?)<!-- /made -->", page, re.S)
        assert found is not None
        assert found[1].strip() == table(kept[name]).strip()


def test_the_benchmark_draws() -> None:
    shares = np.array([list(held(scenario, 2)) for scenario in SCENARIOS[:1]])
    assert shares.shape == (1, 2, len(FIGURES))
