"""The heavy tests: `python -m pytest tests/nightly -n auto`, or one part in N with `--sample N`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.nightly import sampling

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks what stands here, and of each test that is run on many things keeps one in N, of `whole` ones none."""
    seen: Counter[str] = Counter()
    kept, left = [], []
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("nightly")
            item.add_marker(pytest.mark.timeout(1800))
            if sampling.ONE_IN > 1 and item.get_closest_marker("whole"):
                left.append(item)
                continue
            name = item.nodeid.partition("[")[0]
            seen[name] += 1
            (kept if seen[name] % sampling.ONE_IN == 1 % sampling.ONE_IN else left).append(item)
        else:
            kept.append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept
