"""The part of a policy that another engine can say."""

from __future__ import annotations

import pytest

from bench.equal import part
from tests.build import policy, regex, rule, text


@pytest.mark.parametrize(
    "asked", ["inside(w, r)", "near(w, r, 3)", "together(w, r)", "count(r) > 1 or w", "1 of (w, r)"]
)
def test_a_condition_asks_no_more_for_a_regex_that_is_not_taken(asked: str) -> None:
    made = part(policy(rule("fraud.a", asked, text("w", "骗"), regex("r", "要.快"))), lambda _: False)
    assert [hit.rule for hit in made.engine().decide("骗").hits] == ["fraud.a"]
