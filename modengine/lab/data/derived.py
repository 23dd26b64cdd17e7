"""The engine of a policy that was made from one already compiled: by leaving out, switching or rescoring."""

from __future__ import annotations

from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.engine.match.terms import Boundary
from modengine.policy.model import Policy


def derived(policy: Policy, boundary: Boundary = "not-straddling") -> Engine:
    """Compiles without the checks: every pattern of the policy was checked where it was first compiled.

    The checks are half of what compiling takes, and the lab compiles a policy for each rule.
    """
    return Engine(Program(policy, boundary))
