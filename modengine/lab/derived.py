"""The engine of a policy that was made from one already compiled: by leaving out, switching or rescoring."""

from __future__ import annotations

from modengine.engine import Engine
from modengine.match.program import Program
from modengine.match.terms import Boundary
from modengine.ruleset.model import Policy


def derived(policy: Policy, boundary: Boundary = "not-straddling") -> Engine:
    """Compiles without the checks: every pattern of the policy was checked where it was first compiled.

    The checks are half of what compiling takes, and the lab compiles a policy for each rule.
    """
    return Engine(Program(policy, boundary))
