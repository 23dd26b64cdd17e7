"""The texts that an editor holds, which win over the disk, and what `modengine check` says of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace

from modengine.checks.run import Checked, together
from modengine.editor.positions import YAML
from modengine.errors import Diagnostic


class OpenFiles:
    """The open texts by absolute path, and the last findings of each rule file among them.

    Whoever holds it changes it in one thread; `check` may run in another, on what `texts` was.
    """

    def __init__(self) -> None:
        self.texts: Mapping[str, bytes] = {}
        """Replaced as a whole by every change, so that a reader has one state of it."""
        self._checked: dict[str, Checked] = {}
        self._told: set[str] = set()

    @property
    def rule_files(self) -> tuple[str, ...]:
        """The open files that are checked: a list of terms is read with the ruleset that names it."""
        return tuple(path for path in self.texts if path.endswith(YAML))

    def write(self, path: str, text: str) -> tuple[str, ...]:
        """Take the text of a file; the rule files to be checked anew, that one first."""
        self.texts = {**self.texts, path: text.encode("utf-8", "surrogatepass")}
        return self._touched(path)

    def close(self, path: str) -> tuple[str, ...]:
        """Go back to the file on the disk; the rule files to be checked anew."""
        self.texts = {name: data for name, data in self.texts.items() if name != path}
        self._checked.pop(path, None)
        return self._touched(path)

    def _touched(self, path: str) -> tuple[str, ...]:
        """The open rule files that read a file, or that nobody has checked yet, or that lack one.

        What they said of that file is forgotten: it is about another text.
        """
        others: list[str] = []
        for name in self.rule_files:
            was = self._checked.get(name)
            if name == path or not (was is None or path in was.files or _lacks(was)):
                continue
            others.append(name)
            if was is not None:
                kept = tuple(finding for finding in was.found if finding.location.file != path)
                self._checked[name] = replace(was, found=kept)
        return (path, *others) if path in self.rule_files else tuple(others)

    def take(self, path: str, checked: Checked) -> None:
        """Keep what was found from one file."""
        if path in self.texts:
            self._checked[path] = checked

    def findings(self) -> Iterator[tuple[str, tuple[Diagnostic, ...]]]:
        """What to show of each file: those with findings, the open ones, and those that had findings before."""
        found: dict[str, list[Diagnostic]] = {}
        for finding in together(self._checked.values()):
            found.setdefault(os.path.abspath(finding.location.file), []).append(finding)
        files = {*found, *self._checked, *self._told}
        self._told = set(found)
        for file in sorted(files):
            yield file, tuple(found.get(file, ()))


def _lacks(checked: Checked) -> bool:
    return any(finding.code in ("ME101", "ME102") for finding in checked.found)
