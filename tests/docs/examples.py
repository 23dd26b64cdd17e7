"""The fenced blocks of a page of documentation, and how each kind is run.

```yaml             first line `# file: NAME`: written to that file; its rules must be without
                    errors and its examples must hold, unless the fence says `wrong`; with `part`, it takes
                    the place of what the file has from the same first to the same last line
```text, ```json... after a line `<!-- file: NAME -->`: written to that file
```console          lines after `$ ` are commands, the others what they print; `exit=N` in the
                    fence is the exit code of the last one; a line `...` stands for any lines
```console state    the same in a state of the machine that the test of the page makes
```json same        the JSON that the last command before it printed, laid out for reading
```python           run in one namespace for the page; blocks with `>>>` are doctests
"""

from __future__ import annotations

import doctest
import io
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modengine.cli.main import run as main
from tests.paths import DOCS, ROOT

_FENCE = re.compile(r"(?:^<!-- file: (?P<file>\S+) -->\n)?^```(?P<head>[^\n`]*)\n(?P<body>.*?)^```$", re.M | re.S)
_NAMED = re.compile(r"# file: (\S+)\n")
_DIGEST = re.compile(r"sha256:(?:[0-9a-f]+…?|…)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.  `file` is the name that it asks to be written under."""

    page: Path
    line: int
    language: str
    options: tuple[str, ...]
    body: str
    file: str | None
    span: tuple[int, int]
    """The body's place in the page."""

    @property
    def where(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


def pages() -> list[str]:
    """Every page, by its path in docs/."""
    return sorted(str(path.relative_to(DOCS).as_posix()) for path in DOCS.rglob("*.md"))


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for found in _FENCE.finditer(text):
        language, *options = found["head"].split() or [""]
        named = _NAMED.match(found["body"]) if language == "yaml" else None
        file = named[1] if named else found["file"]
        line = text.count("\n", 0, found.start("head")) + 1
        yield Block(page, line, language, tuple(options), found["body"], file, found.span("body"))


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a console block, and what it prints; nothing where the page does not say."""

    command: str
    output: tuple[str, ...]

    @property
    def shortened(self) -> bool:
        return any(line.strip() == "..." or line.endswith(" …") for line in self.output)


def steps(block: Block) -> list[Step]:
    found: list[tuple[str, list[str]]] = []
    for line in block.body.splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), []))
        else:
            assert found, f"{block.where}: output before the first command"
            found[-1][1].append(line)
    return [Step(command, tuple(output)) for command, output in found]


def rewritten(page: Path, bodies: dict[tuple[int, int], str]) -> None:
    """Puts other bodies in the place of those of some blocks."""
    text = page.read_text("utf-8")
    for (start, end), body in sorted(bodies.items(), reverse=True):
        text = text[:start] + body + text[end:]
    page.write_text(text, "utf-8", newline="\n")


def run(command: str, folder: Path) -> tuple[int, str]:
    """The exit code of a `modengine` command, and what it prints on both streams."""
    program, *args = shlex.split(command)
    assert program == "modengine", f"`{command}`: only `modengine` can be run"
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryFile() as printed:
        both = io.TextIOWrapper(printed, encoding="utf-8", newline="\n", write_through=True)
        for name in ("stdout", "stderr"):
            patch.setattr(sys, name, both)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
        patch.delenv("FORCE_COLOR", raising=False)
        for name, value in {"NO_COLOR": "1", "COLUMNS": "80", "TERM": "dumb"}.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        code = main(args)
        printed.seek(0)
        return code, printed.read().decode("utf-8")


def elided(text: str) -> str:
    """A text without the digests, which differ between revisions."""
    return _DIGEST.sub("sha256:…", text)


def comparable(text: str) -> list[str]:
    """Lines without digests, and without empty lines at either end."""
    lines = [line.rstrip() for line in elided(text).splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return lines


def agrees(shown: list[str], printed: list[str]) -> bool:
    """Whether what is printed is what is shown; `...` alone on a line stands for any lines."""
    if not shown:
        return not printed
    if shown[0].strip() == "...":
        return any(agrees(shown[1:], printed[i:]) for i in range(len(printed) + 1))
    return bool(printed) and _line_agrees(shown[0], printed[0]) and agrees(shown[1:], printed[1:])


def _line_agrees(shown: str, printed: str) -> bool:
    """A `…` before the end of a line of JSON stands for the rest of it."""
    if shown.endswith(" …"):
        return printed.startswith(shown.removesuffix(" …"))
    return shown == printed


def doctests(block: Block, names: dict[str, Any]) -> str:
    """Runs the `>>>` lines of a block; what failed, as text."""
    test = doctest.DocTestParser().get_doctest(block.body, names, block.where, str(block.page), block.line)
    said: list[str] = []
    runner = doctest.DocTestRunner(
        _Checker(), verbose=False, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )
    runner.run(test, out=said.append, clear_globs=False)
    names.update(test.globs)
    return "".join(said)


class _Checker(doctest.OutputChecker):
    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return super().check_output(elided(want), elided(got), optionflags)
