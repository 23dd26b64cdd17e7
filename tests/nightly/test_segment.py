"""Both segmenters cut all of the development data alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.nightly.sampling import sampled
from tests.paths import CORPORA
from tests.text.segmenters import bodies, corpora, differing


@pytest.mark.skipif(not CORPORA.is_dir(), reason=f"no development data in {CORPORA} (set MODENGINE_DATA)")
@pytest.mark.parametrize("file", corpora(), ids=lambda file: file.stem)
def test_both_segmenters_cut_the_development_data_alike(file: Path) -> None:
    assert differing(sampled(list(bodies(file)))) == 0
