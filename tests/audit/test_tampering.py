"""bench/tampering.py with the smallest figures: that it runs, and that what it tries is found as promised."""

from __future__ import annotations

from bench import tampering


def test_what_is_tampered_with_at_random_is_found() -> None:
    found = tampering.run(2, seed=7)
    assert len(found) == 40
    assert {counts.total() for counts in found.values()} == {2}
    assert [place for place, counts in found.items() if counts["not found"]] == []
