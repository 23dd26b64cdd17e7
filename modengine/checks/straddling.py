"""Where `regex` and `text` patterns cut words in a corpus: what `boundary: words` would drop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.engine.match.matcher import Found
from modengine.engine.match.part import PartText
from modengine.errors import Diagnostic, Location
from modengine.model import Message
from modengine.policy.model import Pattern, Policy

AROUND = 8
"""So many characters are shown on either side of an example."""


@dataclass(slots=True)
class _Tally:
    matches: int = 0
    straddling: int = 0
    example: str = ""


def straddling(policy: Policy, messages: Iterable[Message]) -> Iterator[Diagnostic]:
    """ME829 for each `regex` or `text` pattern without `boundary: words` of which a match straddles words, with an
    example and its place in the corpus.  Scope and conditions play no part."""
    engine = Engine(Program(policy))
    asked = {
        number: pattern
        for number, pattern in enumerate(engine.program.patterns)
        if pattern.kind in ("regex", "text") and pattern.boundary is None
    }
    tallies = {number: _Tally() for number in asked}
    for row, message in enumerate(messages, 1):
        context = engine.context(message)
        name = f"message {message.id or row}"
        for number in asked.keys() & context.possible:
            for part, finding in zip(context.parts, context.evidence(number).findings, strict=False):
                for found in finding.found:
                    _count(tallies[number], part, found, name)
    for number, pattern in asked.items():
        if tallies[number].straddling:
            yield _diagnostic(pattern, tallies[number])


def _count(tally: _Tally, part: PartText, found: Found, name: str) -> None:
    tally.matches += 1
    if not part.words.cut_by(found.start, found.end):
        return
    tally.straddling += 1
    if not tally.example:
        before, after = part.original[: found.first][-AROUND:], part.original[found.last :][:AROUND]
        shown = " ".join(f"{before}[{part.original[found.first : found.last]}]{after}".split())
        tally.example = f"{name}, part {part.index}, character {found.first}: {shown}"


def _diagnostic(pattern: Pattern, tally: _Tally) -> Diagnostic:
    place: Location = pattern.first_place
    return Diagnostic(
        "ME829",
        f"{tally.straddling:,} of {tally.matches:,} matches of the {pattern.kind} pattern `{pattern.name}` "
        f"straddle words; {tally.example}",
        place,
        "add `boundary: words`, and such matches no longer count",
    )
