"""Offsets, on a few thousand strings; tests/nightly has 100,000."""

from __future__ import annotations

import pytest

from tests.offsets import check_matches, check_spans, check_views

SEEDS = pytest.mark.parametrize("seed", range(3))


@SEEDS
def test_a_view_is_the_naive_view(seed: int) -> None:
    check_views(seed)


@SEEDS
def test_a_span_cuts_out_what_maps_to_it(seed: int) -> None:
    check_spans(seed)


def test_a_match_cuts_out_what_was_sought_but_for_the_steps_it_names() -> None:
    check_matches(0)  # dearer by far than the others
