"""Mends of what has one right mend, for `modengine check --fix`.

Each is an edit of the text where the finding stands, and is kept only if, read again, the finding is gone and nothing
else has come: no finding, or, where errors hid the findings of a careful reader before, no error.
What is no YAML hides all else, and is mended first.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import yaml

from modengine.checks.run import check_loaded
from modengine.checks.settings import settings_of
from modengine.checks.terms import NEEDLESS
from modengine.errors import Diagnostic
from modengine.policy.layout.spans import Edit, WrittenYaml, edited, scalars
from modengine.policy.load import read, read_given, read_text

MOST_ROUNDS, MOST_SINGLE = 5, 50
"""Readings after one another; of edits tried one by one where all at once did not do."""
_MARKS = str.maketrans("（），、＞＜＝", "(),,><=")
_OUTSIDE = re.compile(r'"[^"]*"|“[^”]*”|[^"“]+')
"""Texts of a condition, which stay as they are, and what is between them."""
_KEY = re.compile(r"\s*(?:- +)*[A-Za-z_][\w.-]* *$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mended:
    """The files of a policy after the mends, by their paths, and what was mended."""

    files: Mapping[str, bytes]
    """Those that changed."""
    found: tuple[Diagnostic, ...]


def mend(path: str) -> Mended:
    """What can be mended in a policy or ruleset and the files that it names.  Nothing is written."""
    main = os.path.basename(path)
    before = {os.path.normpath(file.path): file.data for file in read(path).files}
    files, done = _readable(before, main)
    if done:  # what is no YAML names no files
        named = read_text(files[main].decode("utf-8-sig"), os.path.normpath(path)).files
        before = {os.path.normpath(file.path): file.data for file in named} | before
        files = before | files
    wanted = settings_of(path).applied
    for _ in range(MOST_ROUNDS):
        found = _found(files, main)
        edits = _edits(files, wanted(found))
        kept = _kept(files, main, found, edits)
        if not kept:
            break
        files = _with(files, kept)
        done += [finding for finding, _ in kept]
    folder = os.path.dirname(path)
    changed = {os.path.join(folder, name): data for name, data in files.items() if data != before[name]}
    return Mended(changed, tuple(done))


def _readable(before: Mapping[str, bytes], main: str) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """With ASCII colons behind keys: YAML names one after the other.  All as it was, if that makes it no YAML."""
    files, done = dict(before), list[Diagnostic]()
    for _ in range(MOST_SINGLE):
        loaded = read_given(files, main) if main in files else None
        wrong = [finding for finding in (loaded.diagnostics if loaded else ()) if finding.code == "ME105"]
        edits = _edits(files, wrong)
        if not wrong:
            return files, done
        if not edits:
            break
        files = _with(files, edits)
        done += [finding for finding, _ in edits]
    return dict(before), []


_Edits = list[tuple[Diagnostic, Edit]]


def _found(files: Mapping[str, bytes], main: str) -> tuple[Diagnostic, ...]:
    return check_loaded(read_given(files, main)) if main in files else ()


def _kept(files: Mapping[str, bytes], main: str, found: tuple[Diagnostic, ...], edits: _Edits) -> _Edits:
    """The edits that do nothing but good: all, or else those that do beside the ones before."""
    if not edits or _is_better(files, main, found, edits):
        return edits
    kept: _Edits = []
    for edit in edits[:MOST_SINGLE]:
        if _is_better(files, main, found, [*kept, edit]):
            kept.append(edit)
    return kept


def _is_better(files: Mapping[str, bytes], main: str, found: tuple[Diagnostic, ...], edits: _Edits) -> bool:
    after = _found(_with(files, edits), main)
    if any(finding.severity == "error" for finding in found):
        found, after = (tuple(f for f in some if f.severity == "error") for some in (found, after))
    old, new = _told(found), _told(after)
    return not new - old and old - new >= _told(finding for finding, _ in edits)


def _told(found: Iterable[Diagnostic]) -> Counter[tuple[str, str, str]]:
    """Findings without their places, which an edit moves."""
    return Counter((finding.code, finding.message, finding.location.file) for finding in found)


def _with(files: Mapping[str, bytes], edits: _Edits) -> dict[str, bytes]:
    new = dict(files)
    for name in {finding.location.file for finding, _ in edits}:
        mark = "utf-8-sig" if files[name].startswith(b"\xef\xbb\xbf") else "utf-8"
        text = files[name].decode("utf-8-sig")
        new[name] = edited(text, (edit for finding, edit in edits if finding.location.file == name)).encode(mark)
    return new


def _edits(files: Mapping[str, bytes], found: Iterable[Diagnostic]) -> _Edits:
    """An edit for each finding that has one, none over another."""
    made: _Edits = []
    texts: dict[str, _Places] = {}
    ends: dict[str, int] = {}
    for finding in found:
        name = finding.location.file
        if finding.code not in _MENDS or name not in files:
            continue
        if name not in texts:
            text = files[name].decode("utf-8-sig", "replace")
            texts[name] = _Places(text, is_list=not name.endswith((".yaml", ".yml")))
        edit = texts[name].mend(finding)
        if edit is not None and edit.start >= ends.get(name, 0):
            made.append((finding, edit))
            ends[name] = edit.end
    return made


class _Places:
    """A file, and what stands at its places."""

    def __init__(self, text: str, is_list: bool) -> None:
        self.text, self.is_list = text, is_list
        self.written: WrittenYaml | None = None
        if not is_list:
            with suppress(yaml.YAMLError):
                self.written = WrittenYaml(text)
        nodes = scalars(self.written.root) if self.written is not None and self.written.root is not None else ()
        self.scalars = {node.start_mark.index: node for node in nodes}
        self.starts = [0, *(found.end() for found in re.finditer("\r\n|[\n\r]", text))]

    def mend(self, finding: Diagnostic) -> Edit | None:
        if finding.location.line > len(self.starts):
            return None
        at = self.starts[finding.location.line - 1] + finding.location.column - 1
        kind = _MENDS[finding.code]
        if kind == "term" and self.is_list:
            return self._line(at)
        if kind == "colon":
            return self._colon(at)
        if self.written is None:
            return None
        if kind == "marks":
            holder = (n for n in self.scalars.values() if n.start_mark.index <= at < n.end_mark.index)
            return next((self._marks(node) for node in holder), None)
        node = self.scalars.get(at)
        if node is None:
            return None
        return {"quotes": self._quotes, "blanks": self._blanks, "term": self._item}[kind](node, finding)

    def _quotes(self, node: Any, finding: Diagnostic) -> Edit | None:
        raw = self.text[node.start_mark.index : node.end_mark.index]
        if node.style or not finding.message.startswith("YAML reads") or re.search(r'["\\\s]', raw):
            return None
        return Edit(node.start_mark.index, node.end_mark.index, f'"{raw}"')

    def _marks(self, node: Any) -> Edit:
        start, end = node.start_mark.index, node.end_mark.index
        return Edit(start, end, _OUTSIDE.sub(_in_ascii, self.text[start:end]))

    def _blanks(self, node: Any, finding: Diagnostic) -> Edit | None:
        raw = self.text[node.start_mark.index : node.end_mark.index]
        inner = raw[1:-1].strip()
        if finding.hint != NEEDLESS or node.style not in ("'", '"') or "\\" in raw or "\n" in raw or not inner:
            return None
        return Edit(node.start_mark.index, node.end_mark.index, raw[0] + inner + raw[-1])

    def _colon(self, at: int) -> Edit | None:
        line = self.text.rfind("\n", 0, at) + 1
        if self.text[at : at + 1] != "：" or not _KEY.match(self.text[line:at]):
            return None
        blanks = len(self.text[at + 1 :]) - len(self.text[at + 1 :].lstrip(" \u3000"))
        ends = self.text[at + 1 + blanks : at + 2 + blanks] in ("", "\r", "\n")
        return Edit(at, at + 1 + blanks, ":" if ends else ": ")

    def _item(self, node: Any, _finding: Diagnostic) -> Edit | None:
        """The term with the comma before it, or with its line."""
        start, end = node.start_mark.index, node.end_mark.index
        if comma := re.search(r", *$", self.text[:start][-20:]):
            return Edit(start - len(comma[0]), end, "")
        line = self.text.rfind("\n", 0, start) + 1
        return self._line(start) if re.fullmatch(r" *- +", self.text[line:start]) else None

    def _line(self, at: int) -> Edit | None:
        """The whole line of a term, unless a comment stands on it."""
        start, end = self.text.rfind("\n", 0, at) + 1, self.text.find("\n", at) + 1 or len(self.text)
        return None if "#" in self.text[start:end] else Edit(start, end, "")


def _in_ascii(piece: re.Match[str]) -> str:
    """A piece of a condition with the marks of ASCII; of a text only its quotation marks."""
    if piece[0][0] == "“":
        return f'"{piece[0][1:-1]}"'
    return piece[0] if piece[0][0] == '"' else piece[0].translate(_MARKS)


_MENDS = {"ME105": "colon", "ME204": "quotes", "ME501": "marks", "ME810": "term", "ME821": "blanks"}
"""The codes of what has one right mend."""
