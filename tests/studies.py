"""What must hold of a study: nothing is done, and the scores stay what they are."""

from __future__ import annotations

from dataclasses import replace

from modengine.engine.engine import Engine
from modengine.model import Decision, Message
from modengine.policy.model import Policy
from tests.build import compile_policy


def is_shadow(decision: Decision) -> None:
    assert decision.study
    assert (decision.taken, decision.flagged, decision.in_scope) == ("allow", False, False)
    for category in decision.categories.values():
        assert not category.in_scope
        assert "study" in category.shadow


def stays_a_study(policy: Policy, messages: list[Message]) -> None:
    """A policy marked as a study scores as before and does nothing."""
    acting, study = (Engine(compile_policy(replace(policy, study=value))) for value in (False, True))
    for message in messages:
        for ignore_scope in (False, True):
            shadow = study.decide(message, ignore_scope=ignore_scope)
            is_shadow(shadow)
            real = acting.decide(message, ignore_scope=ignore_scope)
            assert shadow.action == real.action
            assert shadow.hits == real.hits
            assert {n: c.score for n, c in shadow.categories.items()} == {
                n: c.score for n, c in real.categories.items()
            }
