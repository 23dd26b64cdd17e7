"""The engines say the same: of 100,000 generated pairs of a policy and a message, and of all samples.

The pairs are 300 policies of 334 messages each, the same ones on every run, and 1,000 of 10 with a
budget that cuts off.  Set `MODENGINE_EXAMPLES` to try other numbers of policies, then chosen at random.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from modengine.engine.budget import Budget
from modengine.engine.engine import Engine
from modengine.model import Message
from modengine.policy.model import Policy
from tests.agreement import agree, agree_on_pairs, agree_on_samples
from tests.build import compile_policy
from tests.nightly.sampling import examples
from tests.strategies import cases, policies

ASKED = os.environ.get("MODENGINE_EXAMPLES")


def of(whole: int) -> settings:
    return settings(
        max_examples=int(ASKED) if ASKED else examples(whole),
        derandomize=ASKED is None,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@of(300)
@given(policies(), st.integers(0, 1 << 32))
def test_the_core_and_the_python_engine_decide_as_the_naive_engine_does(policy: Policy, seed: int) -> None:
    agree_on_pairs(policy, 334, seed)


@of(1000)
@given(cases(), st.integers(0, 4), st.integers(0, 12))
def test_what_a_budget_cuts_off_is_undetermined_in_all(
    case: tuple[Policy, list[Message]], candidates: int, opaque_length: int
) -> None:
    policy, messages = case
    budget = Budget(candidates=candidates, opaque_length=opaque_length)
    agree(Engine(compile_policy(policy, budget)), policy, messages)


@pytest.mark.parametrize("part", range(20))
@pytest.mark.parametrize("name", ["campaign-2014.yaml", "campaign-2014-reposts.yaml"])
def test_the_shipped_policies_decide_the_samples_as_the_naive_engine_does(name: str, part: int) -> None:
    """In parts, that processes may share the work."""
    agree_on_samples(name, slice(part, None, 20))
