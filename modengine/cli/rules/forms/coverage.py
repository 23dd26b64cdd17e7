"""Coverage as text, JSON, a page, and LCOV's tracefile (which editors and CI servers read)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath

from modengine.errors import Location, printable
from modengine.explain.html import rendered
from modengine.explain.page import css
from modengine.run.work.coverage import KINDS, CoverageUnit, ExampleCoverage, UnitKind

MOST_LINES = 40
"""Of what no example tries, in a terminal."""
_NAMED: tuple[UnitKind, ...] = ("rule", "pattern", "branch")
"""Told one by one in a terminal: terms are too many there."""


def as_text(found: ExampleCoverage) -> str:
    """A table of counts, and what no example tries."""
    lines = [f"{'':<10}{'tried':>8}{'of':>8}{'%':>8}"]
    for kind, plural in KINDS.items():
        tried, of = found.of(kind)
        lines.append(f"{plural:<10}{tried:>8,}{of:>8,}{found.percent(kind):>8.1f}")
    missed = found.untried(_NAMED)
    if missed:
        lines += ["", "Tried by no example:"]
        lines += [f"  {printable(f'{_at(unit.place)}: {unit.rule}: {said(unit)}')}" for unit in missed[:MOST_LINES]]
        if len(missed) > MOST_LINES:
            lines.append(f"  and {len(missed) - MOST_LINES:,} more: --coverage-report FILE.html names all")
    return "\n".join(lines) + "\n"


def as_json(found: ExampleCoverage) -> str:
    """An object: the counts by kind, and each unit that no example tries."""
    totals = {plural: dict(zip(("tried", "of"), found.of(kind), strict=True)) for kind, plural in KINDS.items()}
    missed = [
        {"kind": unit.kind, "rule": unit.rule, "what": unit.what, "file": unit.place.file, "line": unit.place.line,
         "column": unit.place.column}
        for unit in found.untried()
    ]  # fmt: skip
    return json.dumps({"examples": found.examples, **totals, "untried": missed}, ensure_ascii=False, indent=2) + "\n"


def as_html(found: ExampleCoverage) -> str:
    """A page that stands alone."""
    totals = [(plural, *found.of(kind), f"{found.percent(kind):.1f}") for kind, plural in KINDS.items()]
    files: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for unit in found.untried():
        files[unit.place.file].append((unit.place.line, unit.rule, said(unit)))
    return rendered(
        "modengine.explain", "coverage", css=css(), examples=found.examples, totals=totals, files=files
    )  # fmt: skip


def as_lcov(found: ExampleCoverage) -> str:
    """A tracefile: rules, patterns and terms as lines, conditions as branches (geninfo(1), "FILES").

    A line that holds several things was run as often as the least tried of them.
    """
    return "".join(f"{line}\n" for line in _tracefile(found))


def _tracefile(found: ExampleCoverage) -> Iterator[str]:
    files: dict[str, list[tuple[CoverageUnit, int]]] = defaultdict(list)
    for unit, count in found.tried.items():
        files[unit.place.file].append((unit, count))
    for file in sorted(files):
        units = sorted(files[file], key=lambda pair: (pair[0].place.line, pair[0].place.column))
        yield f"SF:{PurePath(file).as_posix()}"
        lines: dict[int, int] = {}
        branches = [(unit, count) for unit, count in units if unit.kind == "branch"]
        for unit, count in units:
            if unit.kind != "branch":
                lines[unit.place.line] = min(count, lines.get(unit.place.line, count))
        for number, (unit, count) in enumerate(branches):
            yield f"BRDA:{unit.place.line},0,{number},{count}"
        yield f"BRF:{len(branches)}"
        yield f"BRH:{sum(1 for _, count in branches if count)}"
        for line, count in lines.items():
            yield f"DA:{line},{count}"
        yield f"LF:{len(lines)}"
        yield f"LH:{sum(map(bool, lines.values()))}"
        yield "end_of_record"


def said(unit: CoverageUnit) -> str:
    """What was not tried, in words."""
    match unit.kind:
        case "rule":
            return "never hits"
        case "branch":
            return f"never: {unit.what}"
        case _:
            return f"{unit.kind} `{unit.what}` is never found"


def _at(place: Location) -> str:
    return f"{place.file}:{place.line}"


FORMS: Mapping[str, Callable[[ExampleCoverage], str]] = {
    ".json": as_json, ".html": as_html, ".info": as_lcov, ".lcov": as_lcov,
}  # fmt: skip
"""By the suffix of the file."""
