"""`modengine.toml`: which findings are wanted, and how grave they are.

    [check]
    select = ["ME8"]
    ignore = ["ME820"]
    severity = {ME804 = "error"}

It is looked for beside the policy, then above it up to the root of the repository.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast, get_args

from modengine.checks.waivers import FINDINGS
from modengine.codes import CODES, Severity
from modengine.errors import Diagnostic, Location
from modengine.policy.nodes.diagnostics import Diagnostics, ReadingEnds, listed, meant, shown
from modengine.policy.nodes.toml import key_place, read_toml

NAME = "modengine.toml"
MOST_BYTES = 100_000
_KEYS = ("select", "ignore", "severity")


@dataclass(frozen=True, slots=True)
class Settings:
    """What is said of findings.  Errors, and what the identity guard finds, are always told."""

    select: tuple[str, ...] = ("ME8",)
    """Codes, or their beginnings."""
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    problems: tuple[Diagnostic, ...] = ()
    """What is wrong with the file; what is wrong is left out."""

    def wants(self, code: str) -> bool:
        return code not in FINDINGS or (code.startswith(self.select) and not code.startswith(self.ignore))

    def applied(self, found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
        """The findings that are wanted, with their severity."""
        for finding in found:
            if self.wants(finding.code):
                given = self.severity.get(finding.code)
                yield finding if given is None else replace(finding, given=given)


def settings_of(policy: str) -> Settings:
    """The settings for the policy or ruleset of a path: those of the nearest file."""
    file = _nearest(os.path.dirname(policy))
    if file is None:
        return Settings()
    try:
        with open(file, "rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        wrong = Diagnostic("ME102", f"`{file}` cannot be read: {why}", Location(file), "check its permissions")
        return Settings(problems=(wrong,))
    return read_settings(data, file)


def _nearest(folder: str) -> str | None:
    """The file in the folder, or in those above it up to one that is a repository; outside of one, beside it alone."""
    beside = os.path.normpath(os.path.join(folder, NAME))
    found: list[str] = []
    here = os.path.abspath(folder)
    while True:
        file = os.path.normpath(os.path.join(folder, NAME))
        found += [file] if os.path.isfile(file) else []
        if os.path.exists(os.path.join(here, ".git")):
            return next(iter(found), None)
        if os.path.dirname(here) == here:
            return beside if beside in found else None
        folder, here = os.path.join(folder, ".."), os.path.dirname(here)


def read_settings(data: bytes, file: str) -> Settings:
    """The settings that a file writes."""
    report = Diagnostics()
    content: Mapping[str, Any] | None = None
    text = ""
    if len(data) > MOST_BYTES:
        report.add("ME103", f"`{NAME}` is larger than {MOST_BYTES // 1000} kB", Location(file), "a few lines do")
    else:
        try:
            text = data.decode("utf-8-sig")
            content = read_toml(text, file, report, 'write `[check]`, and lines such as `ignore = ["ME820"]`')
        except UnicodeDecodeError:
            report.add("ME104", "the file is not UTF-8", Location(file), "save it as UTF-8")
    try:
        return _SettingsReader(file, text, report).settings(content or {})
    except ReadingEnds:
        return Settings(problems=report.found)


@dataclass(frozen=True, slots=True)
class _SettingsReader:
    """Reads one file, and reports what is wrong with it."""

    file: str
    text: str
    report: Diagnostics

    def settings(self, content: Mapping[str, Any]) -> Settings:
        for key in content:
            if key != "check":
                hint = meant(key, ["check"], "remove it")
                self.report.add("ME201", f"`{NAME}` has no key `{shown(key)}`", self._place(key), hint)
        check = content.get("check", {})
        if not isinstance(check, dict):
            self.report.add(
                "ME203", "`check` must be a table", self._place("check"), "write `[check]` on a line of its own"
            )
            check = {}
        for key in check:
            if key not in _KEYS:
                hint = meant(key, _KEYS, "remove it")
                self.report.add("ME201", f"`check` has no key `{shown(key)}`", self._place(key), hint)
        select = self._codes(check, "select") if "select" in check else Settings().select
        ignore = self._codes(check, "ignore")
        return Settings(select, ignore, self._severities(check.get("severity", {})), self.report.found)

    def _codes(self, check: Mapping[str, Any], key: str) -> tuple[str, ...]:
        written = check.get(key, [])
        if not isinstance(written, list) or not all(isinstance(code, str) for code in written):
            self.report.add("ME203", f"`{key}` must be a list of codes", self._place(key), f'write `{key} = ["ME820"]`')
            return ()
        return tuple(code for code in written if self._known(code, key))

    def _known(self, code: str, key: str) -> bool:
        """Whether a code, or the beginning of one, names findings that may be left out."""
        named = {known for known in CODES if code and known.startswith(code)}
        if named & FINDINGS and (len(code) > 2 or code == "ME"):
            return True
        if named:
            message = f"`{code}` is not for `{key}`"
            hint = "errors, and what the identity guard finds, are always told; findings have codes from ME801 on"
        else:
            message = f"there is no code `{shown(code)}`"
            hint = meant(code, sorted(FINDINGS), "docs/errors.md lists the codes")
        self.report.add("ME205", message, self._place(key, code), hint)
        return False

    def _severities(self, written: object) -> dict[str, Severity]:
        if not isinstance(written, dict):
            hint = 'write `severity = {ME804 = "error"}`'
            self.report.add("ME203", "`severity` must be a table of codes", self._place("severity"), hint)
            return {}
        found: dict[str, Severity] = {}
        for code, severity in written.items():
            if code not in FINDINGS:
                self._known_whole(code)
            elif severity not in get_args(Severity):
                hint = f"write {listed([str(name) for name in get_args(Severity)], 'or')}"
                self.report.add(
                    "ME205", f"`{shown(str(severity))}` is no severity", self._place("severity", code), hint
                )
            else:
                found[code] = cast(Severity, severity)
        return found

    def _known_whole(self, code: str) -> None:
        if self._known(code, "severity"):
            message, hint = f"there is no code `{shown(code)}`", "write whole codes, such as ME804"
            self.report.add("ME205", message, self._place("severity", code), hint)

    def _place(self, key: str, inside: str = "") -> Location:
        return key_place(self.text, self.file, "check", key, inside)
