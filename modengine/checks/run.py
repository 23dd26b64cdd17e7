"""All checks over any number of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from modengine.checks.coverage import Actions, MissingExamples
from modengine.checks.errors import policy_problems, with_source
from modengine.checks.names import Clauses, UnusedLists, UnusedSharedPatterns
from modengine.checks.patterns import CatastrophicRegex, DuplicateTerms, RegexWithoutGate, ShortFuzzyTerms
from modengine.errors import Diagnostic, Location
from modengine.policy.load import Loaded, read
from modengine.policy.model import Policy


class Check(Protocol):
    """A check: an object with nothing in it but `find`."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]: ...


CHECKS: dict[str, Check] = {
    "unused-lists": UnusedLists(),
    "unused-shared-patterns": UnusedSharedPatterns(),
    "clauses": Clauses(),
    "regex-without-gate": RegexWithoutGate(),
    "catastrophic-regex": CatastrophicRegex(),
    "short-fuzzy-terms": ShortFuzzyTerms(),
    "duplicate-terms": DuplicateTerms(),
    "examples": MissingExamples(),
    "actions": Actions(),
}


def check(path: str | Path) -> tuple[Diagnostic, ...]:
    """Every error and warning in a policy or ruleset and in all files that it names, by place."""
    return check_loaded(read(Path(path)))


def check_loaded(loaded: Loaded) -> tuple[Diagnostic, ...]:
    """The same of what was already read."""
    policy = loaded.any_policy
    found = list(loaded.diagnostics)
    if policy is not None:
        found += policy_problems(policy)
        # What has an error is left out of the policy, so that only a sound one can be read with care.
        if not any(problem.severity == "error" for problem in found):
            for policy_check in CHECKS.values():
                found += policy_check.find(policy)
    return tuple(sorted(set(with_source(found)), key=lambda p: (p.location, p.code, p.message)))


def check_paths(paths: Iterable[str | Path]) -> tuple[Diagnostic, ...]:
    """The findings in files and in the rule files (`*.yaml`, `*.yml`) of folders, each once."""
    found: dict[Diagnostic, None] = {}
    for path in map(Path, paths):
        files = rule_files(path) if path.is_dir() else [path]
        if not files:
            place = Location(str(path))
            found[Diagnostic("ME101", f"`{path}` holds no rule file", place, "name a folder with *.yaml files")] = None
        for file in files:
            found.update(dict.fromkeys(check(file)))
    return tuple(sorted(found, key=lambda p: (p.location, p.code, p.message)))


def rule_files(folder: Path) -> list[Path]:
    """The rule files directly in a folder, by name."""
    return sorted(file for file in folder.iterdir() if file.suffix in (".yaml", ".yml") and file.is_file())
