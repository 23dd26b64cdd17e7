"""No significant paired loss against the committed decisions, and the comparison finds one where there is one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.quality.compare import losses
from bench.quality.decisions import Decided, decide_file, path_of, read_digest
from bench.quality.measures import FILES, OWN
from modengine.lab.data.card import data_folder


def read(name: str) -> Decided:
    path = path_of(name, data_folder())
    if path is None:
        pytest.skip(f"{name}.jsonl is not here")
    return decide_file(name, path)


@pytest.mark.parametrize("name", OWN)
def test_the_samples_have_lost_nothing(name: str) -> None:
    assert [str(loss) for loss in losses([read(name)], read_digest())] == []


@pytest.mark.parametrize("name", ["mhc_zh_dev", "ud_gsdsimp_dev"])
def test_the_small_corpora_have_lost_nothing(name: str) -> None:
    assert [str(loss) for loss in losses([read(name)], read_digest())] == []


def test_a_lost_corpus_is_noticed() -> None:
    measured = read("harmless")
    worse = replace(measured, ranks=np.full_like(measured.ranks, 2))
    assert {loss.measure.files for loss in losses([worse], read_digest())} == {("harmless",)}


def test_every_file_has_committed_decisions() -> None:
    assert set(read_digest()) == set(FILES)
