"""Findings as text, JSON, workflow commands and SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0)."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from modengine.cli.rules.forms.github import annotation
from modengine.cli.streams import console, escaped
from modengine.codes import CODES, Severity
from modengine.errors import Diagnostic, Location, printable
from modengine.explain.visible import many
from modengine.version import __version__

MOST_RESULTS = 25_000
"""Of one SARIF run: what GitHub's viewer takes (docs.github.com, "SARIF support for code scanning")."""
_RANK: Mapping[Severity, int] = {"error": 0, "warning": 1, "note": 2}


def as_text(problems: Sequence[Diagnostic]) -> str:
    """Each problem with its line and a hint, then a count."""
    number = Counter(problem.severity for problem in problems)
    counts = [many(number["error"], "error"), many(number["warning"], "warning")]
    counts += [many(number["note"], "note")] if number["note"] else []
    width = console(sys.stdout).width
    return "\n\n".join([*(problem.render(width) for problem in problems), ", ".join(counts)]) + "\n"


def as_json(problems: Sequence[Diagnostic]) -> str:
    """A list of objects."""
    return escaped(json.dumps([problem.data() for problem in problems], ensure_ascii=False, indent=2)) + "\n"


def as_github(problems: Sequence[Diagnostic]) -> str:
    """A workflow command a problem."""
    return "".join(
        annotation(
            problem.severity, problem.location, f"{problem.code} {problem.name}",
            f"{problem.message}. hint: {problem.hint}",
        )
        for problem in problems
    )  # fmt: skip


def as_sarif(problems: Sequence[Diagnostic]) -> str:
    """A log of one run.  Of more problems than a viewer takes the gravest are told, and how many were left out."""
    told = sorted(problems, key=lambda problem: _RANK[problem.severity])[:MOST_RESULTS]
    codes = sorted({problem.code for problem in told})
    driver = {
        "name": "modengine",
        "version": __version__,
        "rules": [
            {
                "id": code,
                "name": CODES[code].name,
                "shortDescription": {"text": CODES[code].meaning},
                "defaultConfiguration": {"level": CODES[code].severity},
            }
            for code in codes
        ],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes.index(problem.code)) for problem in told],
    }
    if left := len(problems) - len(told):
        said = {"level": "warning", "message": {"text": f"{left} more findings were left out"}}
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": [said]}]
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return escaped(json.dumps(log, ensure_ascii=False, indent=2)) + "\n"


def _result(problem: Diagnostic, rule: int) -> dict[str, Any]:
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity,
        "message": {"text": printable(f"{problem.message}. Hint: {problem.hint}")},
        "locations": [{"physicalLocation": _physical(problem.location)}],
    }


def _physical(place: Location) -> dict[str, Any]:
    path = Path(place.file)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    return {
        "artifactLocation": {"uri": uri},
        "region": {"startLine": place.line, "startColumn": place.column},
    }


def exit_code(problems: Sequence[Diagnostic], strict: bool) -> int:
    """1 for errors, or with `strict` warnings."""
    fails = ("error", "warning") if strict else ("error",)
    return int(any(problem.severity in fails for problem in problems))


FORMS: Mapping[str, Callable[[Sequence[Diagnostic]], str]] = {
    "text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif,
}  # fmt: skip
