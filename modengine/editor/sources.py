"""The texts of rule files: as they are open, and of all others as the disk has them, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from modengine.editor.positions import YAML
from modengine.policy.files import Files
from modengine.policy.load import Loaded, read, read_given
from modengine.policy.nodes.diagnostics import Diagnostics, ReadingEnds
from modengine.policy.nodes.yaml import Node

MOST_FILES = 100
"""Rule files beside one that are read for the rules that it names."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What is read of rule files."""

    texts: Mapping[str, bytes]
    """Contents by path, which win over the disk."""
    alone: bool = False
    """There are no files but these: the disk is not read, whatever a file names."""

    def put(self, path: str, text: str) -> Sources:
        """The same with another text for a file."""
        return replace(self, texts={**self.texts, path: text.encode("utf-8", "surrogatepass")})

    def read(self, path: str) -> Loaded:
        """The policy or ruleset of a file."""
        return read_given(self.texts, path) if self.alone else read(path, unsaved=self.texts)

    def root(self, path: str) -> Node | None:
        """The nodes of a file; None for one that is not YAML."""
        files = Files(path, Diagnostics(), *((self.texts,) if self.alone else (None, self.texts)))
        try:
            return files.nodes(path, None)
        except ReadingEnds:
            return None

    def around(self, path: str) -> tuple[str, ...]:
        """A rule file, those that are open, and those beside it."""
        beside = () if self.alone else Path(path).parent.glob("*.y*ml")
        kept = sorted(str(file) for file in beside if file.suffix in YAML)[:MOST_FILES]
        return tuple(dict.fromkeys([path, *(name for name in self.texts if name.endswith(YAML)), *kept]))
