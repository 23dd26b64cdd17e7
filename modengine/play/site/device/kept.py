"""Expressions that were compiled at the export, by the very Python that runs in the browser.

Compiling those of the shipped policy there takes seconds.  What `re` makes of an expression is a list of numbers, which
only the same Python may read: `page/compile.mjs` runs this one, and writes them.
"""

from __future__ import annotations

import marshal
import re
from array import array
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from modengine.engine.match.regex import source_of
from modengine.entities.expressions import expressions
from modengine.play.site.device import prepared

FILE = "expressions.bin"
compiler: Any = getattr(re, "_compiler", None)
parser: Any = getattr(re, "_parser", None)


@cache
def _kept() -> dict[tuple[str, int], tuple[Any, ...]]:
    file = Path(__file__).with_name(FILE)
    found: dict[tuple[str, int], tuple[Any, ...]] = marshal.loads(file.read_bytes()) if file.is_file() else {}  # noqa: S302
    return found


def recalled(source: str, flags: int) -> re.Pattern[str] | None:
    """What was kept of an expression of `regex`."""
    if (found := _kept().get((source, flags))) is None:
        return None
    text, all_flags, code, groups, names = found
    numbers: list[str | None] = [None] * groups
    for name, number in names.items():
        numbers[number] = name
    made: re.Pattern[str] = compiler._sre.compile(
        text, all_flags, array("I", code).tolist(), groups - 1, names, tuple(numbers)
    )
    return made


def keep(translated: Any) -> None:
    """Writes all expressions of the rule sets that were prepared; `translated` says one in the syntax of `re`."""
    found: dict[tuple[str, int], tuple[Any, ...]] = {}
    for source, flags in sorted(set(_asked())):
        text = translated(source, flags)
        parsed = parser.parse(text)
        state = parsed.state
        code = array("I", compiler._code(parsed, 0)).tobytes()
        found[source, flags] = text, state.flags, code, state.groups, dict(state.groupdict)
    Path(__file__).with_name(FILE).write_bytes(marshal.dumps(found))


def _asked() -> Iterable[tuple[str, int]]:
    sets = prepared.prepared(Path(__file__).with_name(prepared.FILE).read_bytes())
    for one in sets.values():
        engine = prepared.made(one).engine
        assert engine is not None
        for pattern in engine.program.patterns:
            if pattern.kind == "regex":
                yield source_of(pattern), 0 if pattern.exact_case else int(re.IGNORECASE)
            elif pattern.entity is not None:
                yield from ((source, int(re.IGNORECASE)) for source in expressions(pattern.entity))
