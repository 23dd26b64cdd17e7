"""Nothing makes a study policy act: 100 generated policies."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from modengine.model import Message
from modengine.policy.model import Policy
from tests.nightly.sampling import examples
from tests.strategies import cases
from tests.studies import stays_a_study


@settings(max_examples=examples(100), suppress_health_check=list(HealthCheck))
@given(cases(count=3))
def test_no_policy_acts_as_a_study(case: tuple[Policy, list[Message]]) -> None:
    stays_a_study(*case)
