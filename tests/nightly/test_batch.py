"""Any batch is decided as its messages are one by one."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from modengine.engine.engine import Engine
from modengine.model import Message
from modengine.policy.model import Policy
from tests.build import compile_policy
from tests.nightly.sampling import examples
from tests.strategies import cases


@settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
@given(cases())
def test_any_batch_is_decided_as_one_by_one(case: tuple[Policy, list[Message]]) -> None:
    policy, messages = case
    engine = Engine(compile_policy(policy))
    assert engine.decide_batch(messages) == [engine.decide(message) for message in messages]
