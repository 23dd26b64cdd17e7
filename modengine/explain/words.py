"""What a trace says in plain sentences, the same in the terminal and on the page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from modengine.explain.marks import Marks
from modengine.explain.visible import inline
from modengine.model import FIELD_PART, RANK, ConditionTrace, Decision, Match, NearMiss, Part, RuleTrace, Shadow, Trace

OUTCOMES = {
    "hit": "hit",
    "cancelled": "cancelled: its condition holds, and so does its `unless`",
    "unknown": "unknown: counted as no hit",
    "no": "no hit",
}
VALUES = {True: "true", False: "false", None: "unknown"}
SIGNS = {True: "✓", False: "✗", None: "?"}
PART_NAMES = {
    "text": "text",
    "caption": "caption",
    "ocr": "read in a picture (ocr)",
    "transcript": "heard (transcript)",
}
STEPS = {
    "width": "full or half width",
    "traditional": "traditional characters",
    "case": "letter case",
    "marks": "accents, apostrophes, hyphens or blanks",
    "gaps": "characters between",
    "repeats": "repeated characters",
    "sounds_like": "sounds like it",
    "looks_like": "looks like it",
    "initials": "its first letters",
    "spelled": "some of it in letters",
    "undisguised": "what stands for something else",
}


class Headline(NamedTuple):
    """The action in capitals and what becomes of it."""

    action: str
    sentence: str


def headline(decision: Decision, scope_ignored: bool = False) -> Headline:
    """Whether an action is called for, and whether it is taken."""
    action = decision.action.upper()
    if decision.study:
        return Headline(action, "a study policy: shadow always, no action is ever taken")
    if decision.action == "allow":
        return Headline(action, "no category reaches a threshold")
    if decision.action == decision.taken:
        if scope_ignored:
            return Headline(action, "what the policy asks for; scope and period were not looked at")
        return Headline(action, "in scope: the action is taken")
    if decision.taken == "allow":
        return Headline(action, "shadow: no action is taken")
    return Headline(action, f"shadow; taken is {decision.taken.upper()}, the highest action in scope")


def shadow(reason: str) -> str:
    """Why a category is shadow, in words."""
    kind, name = Shadow.of(reason)
    return _SHADOW.get(kind) or f"excused by the exception `{name}`"


_SHADOW = {
    Shadow.SCOPE: "outside the scope",
    Shadow.SCOPE_UNKNOWN: "scope unknown: the message lacks a field that the scope asks about",
    Shadow.PERIOD: "outside the period",
    Shadow.PERIOD_UNKNOWN: "period unknown: the message has no time",
    Shadow.STUDY: "a study policy",
}


def categories(decision: Decision) -> Iterator[tuple[str, int, str, str]]:
    """Name, score, action and what becomes of it, for each category with points or an action."""
    for name, score in decision.categories.items():
        if score.score or score.action != "allow":
            fate = "" if score.action == "allow" else "taken" if score.in_scope else "not taken"
            why = "; ".join(map(shadow, score.shadow))
            yield name, score.score, score.action, f"{fate}: {why}" if why and fate else fate


def without_points(decision: Decision) -> tuple[str, ...]:
    return tuple(name for name, s in decision.categories.items() if not s.score and s.action == "allow")


def how(match: Match) -> str:
    """How a match was reached: the kind of pattern and each step from the term to the text."""
    kind, *steps = match.how or ("",)
    said = ", ".join(STEPS.get(step, step) for step in steps)
    found = "" if match.found_as == match.text or not match.found_as else f"as {match.found_as}"
    worth = f"worth {match.weight:g}" if match.weight < 1 else ""
    return "; ".join(filter(None, (found, f"{kind}: {said}" if said else kind, worth)))


class MatchGroup(NamedTuple):
    """Matches of one place that were reached in one way, by any number of patterns."""

    label: str
    patterns: tuple[str, ...]
    text: str
    how: str


def evidence(matches: Iterable[Match], marks: Marks) -> Iterator[MatchGroup]:
    """Matches joined where they differ in their pattern alone."""
    found: dict[tuple[str, str, str], dict[str, None]] = {}
    for match in matches:
        found.setdefault((marks.label(match), match.text, how(match)), {})[match.pattern] = None
    for (label, text, way), patterns in found.items():
        yield MatchGroup(label, tuple(patterns), text, way)


def groups(trace: Trace) -> Iterator[tuple[str, tuple[RuleTrace, ...]]]:
    """The rules of a trace under headings, those that decided first; without those that just failed."""
    for heading, kind, outcomes in (
        ("Rules that hit", "score", ("hit",)),
        ("Relief", "relief", ("hit",)),
        ("Rules on test: shown apart, no points", "test", ("hit",)),
        ("Cancelled or unknown", None, ("cancelled", "unknown")),
    ):
        found = tuple(r for r in trace.rules if (kind is None or r.kind == kind) and r.outcome in outcomes)
        if found:
            yield heading, found


def failed(trace: Trace) -> tuple[RuleTrace, ...]:
    """Rules of which something was found, and whose condition does not hold."""
    return tuple(rule for rule in trace.rules if rule.outcome == "no")


def points(trace: Trace) -> dict[str, str]:
    """The points of each rule that hit, as text: `+60`, or why they are fewer than its score."""
    found: dict[str, str] = {}
    rules = {rule.rule: rule for rule in trace.rules}
    for hit in trace.decision.hits:
        why = f" of {hit.points} (its group is capped)" if hit.counted != hit.points else ""
        rule = rules.get(hit.rule)
        if rule is not None and hit.points < rule.score:
            why += f" of {rule.score} (needs what was found by sound or look alone)"
        found[hit.rule] = f"{hit.counted:+d}{why}"
    for relief in trace.decision.relief:
        found[relief.rule] = f"{relief.points:+d}"
    return found


def children(node: ConditionTrace) -> tuple[ConditionTrace, ...]:
    """What a node is made of; of `2 of (a, b, c)`, those of one value and without a note as one."""
    if node.text in ("and", "or", "not"):
        return node.children
    alike: dict[bool | None, list[str]] = {}
    for child in node.children:
        if not child.note and not child.children:
            alike.setdefault(child.value, []).append(child.text)
    rest = tuple(child for child in node.children if child.note or child.children)
    return (*(ConditionTrace(", ".join(names), value) for value, names in alike.items()), *rest)


def would(miss: NearMiss) -> str:
    """What a near miss would have done if it had hit."""
    if miss.on_test:
        return "is on test: it would give no points"
    return f"would give {miss.points} to {inline(miss.category)}"


def raised(trace: Trace) -> Iterator[str]:
    """The overrides that changed an action: points alone, or a stricter override, had not reached it anyway."""
    falls = {fall.category: fall for fall in trace.waterfalls}
    for override in trace.decision.raised:
        fall = falls.get(override.category)
        reached = [RANK[step] for step, least in fall.thresholds.items() if fall.score >= least] if fall else []
        rank, final = RANK[override.action], trace.decision.categories[override.category].action
        if rank == RANK[final] and rank > max(reached, default=0):
            by = ", ".join(map(inline, override.rules))
            yield f"{inline(override.category)} raised to {override.action} by an override, because {by} hit"


def asked(decision: Decision) -> Iterator[str]:
    """What overrides ask for, of a decision that does not tell what the points alone would have reached."""
    for override in decision.raised:
        by = ", ".join(map(inline, override.rules))
        yield f"{inline(override.category)}: an override asks for {override.action} or more, because {by} hit"


def missing(miss: NearMiss, rule: RuleTrace | None) -> str:
    """What a near miss lacks, and why that does not hold."""
    notes = [] if rule is None else [n.note for n in _nodes(rule.when) if n.text == miss.missing and n.note]
    return f"{miss.missing} ({notes[0]})" if notes else miss.missing


def _nodes(node: ConditionTrace) -> Iterator[ConditionTrace]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def about(decision: Decision, policy: str) -> list[str]:
    """Which policy decided which message, as far as they have names."""
    named = {"policy": policy or None, "message": decision.id}
    return [f"{what} {inline(name)}" for what, name in named.items() if name is not None]


def parts(trace: Trace) -> list[tuple[int, Part]]:
    """The parts of the message with their numbers; without an empty text beside others."""
    numbered = enumerate(trace.message.all_parts())
    return [(number, part) for number, part in numbered if number or part.text or not trace.message.parts]


def found(rule: RuleTrace, marks: Marks) -> str:
    """What each pattern of a rule found, by its marks."""
    by_pattern: dict[str, list[str]] = {}
    for match in rule.matches:
        by_pattern.setdefault(match.pattern, []).append(marks.label(match) or inline(match.text, 20))
    return "; ".join(f"{inline(name)} {' '.join(labels[:8])}" for name, labels in by_pattern.items())


def fields(trace: Trace, wanted: Collection[str] | None) -> Iterator[str]:
    """Name and value of the message's fields that are wanted, are no object and are not shown as parts."""
    shown = {part.kind for part in trace.message.parts}
    for name, value in trace.message.fields.items():
        if not isinstance(value, dict) and (wanted is None or name in wanted) and FIELD_PART + name not in shown:
            said = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            yield f"{inline(name, 30)} {inline(said, 40)}"


def part_name(kind: str) -> str:
    """What a part is."""
    return PART_NAMES.get(kind) or f"the field {inline(kind.removeprefix(FIELD_PART), 40)}"


def gloss(trace: Trace) -> str:
    """The rendering in English that samples and lessons carry."""
    return str(trace.message.fields.get("gloss") or "")


def condition_text(text: str, children: bool) -> str:
    """The head of a node of a condition: `and` reads better as what it asks."""
    if children and text in ("and", "or"):
        return "all of these" if text == "and" else "one of these"
    if children and text == "not":
        return "not this"
    return text
