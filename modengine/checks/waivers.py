"""Waivers: comments that say why a finding is left as it is.

    # modengine: allow ME807 because nobody has sent such a message yet

At the end of a line it waives what is found on that line, alone on a line what is found on the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import yaml

from modengine.checks.sources import RuleSource, sources
from modengine.codes import CODES
from modengine.errors import Diagnostic, Location
from modengine.policy.model import Policy
from modengine.policy.nodes.diagnostics import meant, shown

_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*modengine\b[^\n\r]*")
_WAIVER = re.compile(r"#\s*modengine:\s*allow\b")
_MEANT = re.compile(r"\bME\d{3}\b")
"""What a comment for modengine that is no waiver was meant to allow."""
_GUARD = frozenset({"ME809"})
FINDINGS = frozenset(code for code in CODES if code.startswith("ME8")) - _GUARD
"""The codes that may be left out or given another severity: those of a careful reader, not those of the guard."""
WAIVABLE = FINDINGS - {"ME827", "ME828"}


@dataclass(frozen=True, slots=True)
class Waiver:
    """A code that is allowed on a line."""

    code: str
    covers: int
    """The line."""
    place: Location


def waivers(policy: Policy) -> tuple[list[Waiver], list[Diagnostic]]:
    """The waivers in all files of a policy, and what is wrong with them; those that are wrong waive nothing."""
    good: list[Waiver] = []
    bad: list[Diagnostic] = []
    for source in sources(policy):
        if "modengine" in source.text:
            for place, text, covers in _comments(source):
                made, wrong = _read(place, text, covers)
                good += made
                bad += wrong
    return good, bad


def waived(found: Iterable[Diagnostic], allowed: Iterable[Waiver]) -> tuple[list[Diagnostic], set[Waiver]]:
    """The findings that are left, and the waivers that were needed."""
    by_place = {(waiver.place.file, waiver.covers, waiver.code): waiver for waiver in allowed}
    kept: list[Diagnostic] = []
    used: set[Waiver] = set()
    for finding in found:
        waiver = by_place.get((finding.location.file, finding.location.line, finding.code))
        if waiver is None:
            kept.append(finding)
        else:
            used.add(waiver)
    return kept, used


def unused(waiver: Waiver) -> Diagnostic:
    message = f"nothing of the code `{waiver.code}` is found on line {waiver.covers}"
    return Diagnostic("ME828", message, waiver.place, "remove the waiver, or put it at the line that it is meant for")


def _comments(source: RuleSource) -> Iterator[tuple[Location, str, int]]:
    """The waivers of a file: place, text, and the line that each covers."""
    texts = () if source.is_list else tuple(_scalars(source.text))
    lines = source.lines
    at = 0
    for number, line in enumerate(lines, 1):
        found = _COMMENT.search(line)
        start = source.text.index(line, at)
        at = start + len(line)
        if found is None or not (_WAIVER.match(found[0]) or _MEANT.search(found[0])):
            continue
        if any(low <= start + found.start() < high for low, high in texts):
            continue
        alone = not line[: found.start()].strip()
        covers = _next(lines, number) if alone else number
        yield Location(source.file, number, found.start() + 1), found[0], covers


def _scalars(text: str) -> Iterator[tuple[int, int]]:
    """Where the values of a YAML file stand: no comment begins in them."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.ScalarEvent) and event.start_mark and event.end_mark:
                yield event.start_mark.index, event.end_mark.index
    except yaml.YAMLError:
        return  # said already


def _next(lines: list[str], number: int) -> int:
    """The first line after this one that is neither empty nor a comment."""
    return next((n for n, line in enumerate(lines[number:], number + 1) if line.strip()[:1] not in ("", "#")), number)


def _read(place: Location, text: str, covers: int) -> tuple[list[Waiver], list[Diagnostic]]:
    if not _WAIVER.match(text):
        hint = f"write `# modengine: allow {_MEANT.findall(text)[0]} because ...`"
        return [], [Diagnostic("ME827", "the comment looks like a waiver, and is none", place, hint)]
    said = re.split(r"\ballow\b", text, maxsplit=1)[1]
    named, because, reason = re.match(r"(.*?)(\bbecause\b|$)(.*)", said, re.DOTALL).groups()  # type: ignore[union-attr]
    codes = list(dict.fromkeys(re.findall(r"[^\s,]+", named)))
    wrong = [Diagnostic("ME827", *_wrong_code(code, place)) for code in codes if code not in WAIVABLE]
    if not codes:
        wrong.append(Diagnostic("ME827", "the waiver names no code", place, "write `allow ME807 because ...`"))
    if not because or not reason.strip():
        hint = "write `because` and why, for whoever reads the rule after you"
        wrong.append(Diagnostic("ME827", "the waiver has no reason", place, hint))
        return [], wrong
    return [Waiver(code, covers, place) for code in codes if code in WAIVABLE], wrong


def _wrong_code(code: str, place: Location) -> tuple[str, Location, str]:
    if code in CODES:
        return f"`{code}` cannot be waived", place, "mend what it finds; only findings (ME8..) can be waived"
    named = next((known for known in WAIVABLE if CODES[known].name == code), "")
    hint = f"write `{named}`" if named else meant(code, sorted(WAIVABLE), "docs/errors.md lists the codes")
    return f"there is no code `{shown(code)}`", place, hint
