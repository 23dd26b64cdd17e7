"""A trace as text for a terminal of any width from 60 cells."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from modengine.explain import words
from modengine.explain.bars import waterfall
from modengine.explain.details import NO_DETAILS, Details
from modengine.explain.marks import BRACKETS, MEANING, Marks, marks_of
from modengine.explain.original import STYLES, original
from modengine.explain.visible import inline
from modengine.model import ConditionTrace, RuleTrace, Trace

NARROWEST, WIDTH = 60, 80
_VALUE_STYLES = {True: "green", False: "red", None: "yellow"}
_VALUE = 8
"""Cells for a value in words."""
_ACTION_STYLES = {"ALLOW": "green", "LABEL": "yellow", "REVIEW": "magenta", "BLOCK": "red"}


def as_text(trace: Trace, width: int = WIDTH, color: bool = False, details: Details = NO_DETAILS) -> str:
    """The explanation as a string."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, NARROWEST),
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
        highlight=False,
    )
    show(trace, console, details)
    return out.getvalue()


def show(trace: Trace, console: Console, details: Details = NO_DETAILS) -> None:
    """Prints the explanation.  The console decides on width and colour (NO_COLOR among the reasons)."""
    _print(_lines(trace, max(console.width, NARROWEST), details), console)


def print_rule(rule: RuleTrace, console: Console) -> None:
    """Prints what was found for one rule, and its condition."""
    _print(_evidence(rule, Marks({}, 0)), console)


def _print(lines: Iterator[Text], console: Console) -> None:
    width = max(console.width, NARROWEST)
    for line in lines:
        for piece in _folded(line, width):
            console.print(piece, no_wrap=True, overflow="ignore", crop=False)


def _lines(trace: Trace, width: int, details: Details) -> Iterator[Text]:
    marks = marks_of(trace, details.everything)
    yield from _header(trace)
    yield from _message(trace, marks, width, details)
    yield from _points(trace, width)
    said = words.points(trace)
    for heading, rules in words.groups(trace):
        yield from _heading(heading)
        for rule in rules:
            yield from _rule(rule, said.get(rule.rule, ""), marks, details)
    yield from _others(trace, marks, details.everything)
    yield from _dropped(trace, marks)
    yield Text()
    yield Text(f"revision {inline(trace.decision.revision, 80)}", "dim")


def _heading(text: str) -> Iterator[Text]:
    yield Text()
    yield Text(text, "bold")


def _header(trace: Trace) -> Iterator[Text]:
    decision = trace.decision
    action, sentence = words.headline(decision, trace.scope_ignored)
    yield Text().append(f" {action} ", f"bold reverse {_ACTION_STYLES[action]}").append(f"  {sentence}", "bold")
    if about := words.about(decision, trace.policy):
        yield Text(" · ".join(about), "dim")
    rows = list(words.categories(decision))
    for name, score, act, fate in rows:
        yield Text(f"  {inline(name)}: {score} points, {act}" + (f", {fate}" if fate else ""))
    none = words.without_points(decision)
    if none:
        yield Text(f"  no points: {', '.join(map(inline, none))}", "dim")
    if decision.longer is not None:
        yield Text(f"  {decision.longer.sentence}")
    for raised in words.raised(trace):
        yield Text(f"  {raised}")
    for open_ in decision.undetermined:
        place = " ".join(inline(part) for part in (open_.rule, open_.pattern) if part)
        yield Text(f"  undetermined{': ' + place if place else ''}: {inline(open_.reason, 200)}", "yellow")
    for note in decision.notes:
        yield Text(f"  note: {inline(note, 200)}", "yellow")


def _message(trace: Trace, marks: Marks, width: int, details: Details) -> Iterator[Text]:
    yield from _heading("Message")
    for index, part in words.parts(trace):
        yield Text(f"  part {index}, {words.part_name(part.kind)}", "dim")
        yield from original(part.text, marks.of_part(index), width)
    if gloss := words.gloss(trace):
        yield Text(f"  gloss: {inline(gloss, 400)}", "italic")
    if fields := ", ".join(words.fields(trace, details.fields)):
        yield Text(f"  fields: {fields}", "dim")
    for kind in marks.kinds():
        left, right = BRACKETS[kind]
        yield Text("  ").append(f"{left}n{right}", STYLES[kind]).append(f" {MEANING[kind]}", "dim")
    if marks.left_out:
        yield Text(f"  {marks.left_out:,} more places are not marked", "dim")


def _points(trace: Trace, width: int) -> Iterator[Text]:
    if not trace.waterfalls:
        return
    yield from _heading("Points")
    for i, fall in enumerate(trace.waterfalls):
        if i:
            yield Text()
        score = trace.decision.categories.get(fall.category)
        yield from waterfall(fall, score.action if score else "allow", width)


def _rule(rule: RuleTrace, points: str, marks: Marks, details: Details) -> Iterator[Text]:
    head = Text("  ").append(inline(rule.rule), "bold")
    if points:
        head.append(f"  {points}", "bold")
    elif rule.kind == "relief" and rule.outcome == "hit":
        head.append("  nothing to take away", "dim")
    elif rule.outcome != "hit":
        head.append(f"  {words.OUTCOMES[rule.outcome]}", "yellow")
    yield head
    yield Text(f"    {inline(rule.title, 200)}")
    if rule.instead:
        yield Text(f"    {inline(rule.instead, 300)}")
    if clause := details.clauses.get(rule.rule):
        yield Text(f"    stands for {inline(clause, 300)}", "dim")
    if page := details.pages.get(rule.rule):
        yield Text(f"    described in {inline(page, 500)}", "dim")
    yield from _evidence(rule, marks)


def _evidence(rule: RuleTrace, marks: Marks) -> Iterator[Text]:
    for group in words.evidence(rule.matches, marks):
        yield _match(group)
    for suppressed in rule.suppressed if not marks.by_place else ():
        yield from (_match(group, suppressed.reason) for group in words.evidence((suppressed.match,), marks))
    yield Text("    when")
    yield from _tree(rule.when, "      ", "      ")
    if rule.unless is not None:
        yield Text("    unless")
        yield from _tree(rule.unless, "      ", "      ")


def _tree(node: ConditionTrace, lead: str, rest: str) -> Iterator[Text]:
    """The lines of a condition: sign and value first, then the condition, then why.

    `lead` stands before the first line and `rest` before the others.
    """
    line = Text(lead)
    line.append(f"{words.SIGNS[node.value]} {words.VALUES[node.value]:<{_VALUE}}", _VALUE_STYLES[node.value])
    line.append(inline(words.condition_text(node.text, bool(node.children)), 200))
    if node.note:
        line.append(f"  ({inline(node.note, 200)})", "dim")
    yield line
    below = words.children(node)
    for i, child in enumerate(below):
        last = i == len(below) - 1
        yield from _tree(child, rest + ("└ " if last else "├ "), rest + ("  " if last else "│ "))


def _match(group: words.MatchGroup, reason: str = "") -> Text:
    line = Text("    ")
    line.append(f"{group.label or '-':>5} ", "bold")
    line.append(inline(group.text, 40), "bold").append(f"  {inline(', '.join(group.patterns), 200)}")
    line.append(f"  ({inline(group.how, 120)})", "dim")
    if reason:
        line.append(f"  dropped: {reason}")
    return line


def _others(trace: Trace, marks: Marks, everything: bool) -> Iterator[Text]:
    near = {miss.rule: miss for miss in trace.near_misses}
    if near:
        yield from _heading("Nearly: one thing is missing")
        by_id = {rule.rule: rule for rule in trace.rules}
        for miss in near.values():
            yield (Text("  ").append(inline(miss.rule), "bold").append(f"  {words.would(miss)}", "dim"))
            yield Text(f"    missing: {inline(words.missing(miss, by_id.get(miss.rule)), 300)}")
            if miss.rule in by_id:
                found = words.found(by_id[miss.rule], marks)
                yield Text(f"    found: {found or 'nothing that counts'}", "dim")
    rest = [rule for rule in words.failed(trace) if rule.rule not in near]
    if rest:
        yield from _heading("Something found, condition not met")
        if not everything:
            yield Text(f"  {', '.join(inline(rule.rule) for rule in rest)}", "dim")
        for rule in rest if everything else ():
            yield Text("  ").append(inline(rule.rule), "bold")
            yield from _evidence(rule, marks)


def _dropped(trace: Trace, marks: Marks) -> Iterator[Text]:
    seen: dict[tuple[str, str, str], None] = {}
    lines: list[Text] = []
    for rule in trace.rules:
        for suppressed in rule.suppressed:
            key = (marks.label(suppressed.match), suppressed.match.pattern, suppressed.reason)
            if key not in seen:
                seen[key] = None
                reason = f"{suppressed.reason} ({rule.rule})"
                lines += [_match(group, reason) for group in words.evidence((suppressed.match,), marks)]
    if lines:
        yield from _heading("Found and not counted")
        yield from lines[:40]
        if len(lines) > 40:
            yield Text(f"    and {len(lines) - 40} more", "dim")


def _folded(line: Text, width: int) -> Iterator[Text]:
    """The line cut into pieces that fit, the later ones indented below the first."""
    if cell_len(line.plain) <= width:
        yield line
        return
    indent = len(line.plain) - len(line.plain.lstrip(" │├└"))
    lead = "".join("│" if c in "│├" else " " for c in line.plain[:indent]) + "  "
    rest, first = line, True
    while rest.plain:
        room = width if first else width - len(lead)
        cut = _cut(rest.plain, room)
        piece, rest = rest[:cut], rest[cut:]
        piece.rstrip()
        yield piece if first else Text(lead).append_text(piece)
        first = False
        spaces = len(rest.plain) - len(rest.plain.lstrip(" "))
        rest = rest[spaces:] if spaces < len(rest.plain) else Text()


def _cut(text: str, room: int) -> int:
    """How many characters fit, at a space where there is one in the second half."""
    cells, fit = 0, 0
    for char in text:
        cells += cell_len(char)
        if cells > room:
            break
        fit += 1
    if fit == len(text):
        return fit
    space = text.rfind(" ", fit // 2, fit + 1)
    return space if space > 0 else max(1, fit)
