"""Whatever a file holds, reading it ends in a policy, a ruleset or located problems."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import yaml
from hypothesis import HealthCheck, given, settings

from modengine.policy.condition import Compare, walk
from modengine.policy.load import policy_of, read
from modengine.policy.schema import json_schema
from tests.policy.anything import policies, rulesets

VALIDATORS = {kind: jsonschema.Draft202012Validator(json_schema(kind)) for kind in ("ruleset", "policy")}  # type: ignore[arg-type]


def _write(path: Path, value: Any) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), "utf-8")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(ruleset=rulesets, policy=policies)
def test_a_file_is_built_or_its_problems_are_located(tmp_path: Path, ruleset: Any, policy: Any) -> None:
    _write(tmp_path / "r.yaml", ruleset)
    _write(tmp_path / "p.yaml", policy)
    for name in ("r.yaml", "p.yaml"):
        loaded = read(tmp_path / name)
        assert loaded.diagnostics or loaded.policy or loaded.ruleset
        for problem in loaded.diagnostics:
            assert problem.hint
            assert 1 <= problem.location.column <= len(problem.source) + 1
        if loaded.ruleset is not None:
            policy_of(loaded.ruleset)
        if loaded.policy is not None and not loaded.diagnostics:
            conditions = [rule.when for rule in loaded.policy.rules]
            asked = {node.field for condition in conditions for node in walk(condition) if isinstance(node, Compare)}
            assert asked <= loaded.policy.fields.keys()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(ruleset=rulesets, policy=policies)
def test_what_the_loader_takes_the_schema_takes(tmp_path: Path, ruleset: Any, policy: Any) -> None:
    _write(tmp_path / "r.yaml", ruleset)
    _write(tmp_path / "p.yaml", policy)
    for name, kind, value in (("r.yaml", "ruleset", ruleset), ("p.yaml", "policy", policy)):
        loaded = read(tmp_path / name)
        if not loaded.diagnostics and (loaded.policy if kind == "policy" else loaded.ruleset) is not None:
            assert list(VALIDATORS[kind].iter_errors(value)) == []
