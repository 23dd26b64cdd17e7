"""What the editor of the page asks while rules are written: answered as by `modengine lsp`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from modengine.editor.completion import Completion, completions
from modengine.editor.hover import Told, about
from modengine.editor.positions import YAML, Positions
from modengine.editor.sources import Sources
from modengine.play.jobs.jobs import Bench, Request


def complete(bench: Bench, request: Request) -> dict[str, Any]:
    """What could stand at a place of a file, as it is being written."""
    file, lines, sources = _asked(bench, request)
    found: tuple[Completion, ...] = ()
    if file.endswith(YAML):
        found = completions(file, lines.text, lines.offset_at(request["line"], request["character"]), sources)
    return {"found": found}


def hover(bench: Bench, request: Request) -> dict[str, Any]:
    """What stands at a place of a file."""
    file, lines, sources = _asked(bench, request)
    told: tuple[Told, ...] = ()
    if file.endswith(YAML):
        told = about(file, lines.place_of(lines.offset_at(request["line"], request["character"]), file), sources)
    return {"told": told}


def _asked(bench: Bench, request: Request) -> tuple[str, Positions, Sources]:
    """The file, its lines and all files; no other is read."""
    file = str(request["file"])
    given = bench.files(request["rules"], request)
    if file not in given:
        raise ValueError(f"there is no file `{file[:80]}` in these rules")
    sources = Sources(given, alone=True).put(file, request["text"])
    return file, Positions(request["text"].removeprefix("\ufeff"), file.endswith(YAML)), sources


EDITING_JOBS: Mapping[str, Callable[[Bench, Request], object]] = {"complete": complete, "hover": hover}
