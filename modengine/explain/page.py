"""A trace as HTML: a fragment for notebooks and the classroom page, or a page of its own.

Everything is escaped, nothing runs, nothing is loaded, and there is no style attribute, so that the
fragment shows under a strict Content-Security-Policy (with `style=False` and `css()` served beside
it).  Colour is never alone: marks have brackets and numbers, values and actions are words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, pairwise

from modengine.explain import words
from modengine.explain.details import NO_DETAILS, Details
from modengine.explain.html import rendered, style_sheet
from modengine.explain.marked import marked
from modengine.explain.marks import BRACKETS, MEANING, Marks, marks_of
from modengine.explain.visible import inline
from modengine.model import Decision, RuleTrace, Trace, Waterfall

_PACKAGE = "modengine.explain"


def css() -> str:
    """The style of the fragment."""
    return style_sheet(_PACKAGE, "explain.css")


def page(trace: Trace, details: Details = NO_DETAILS) -> str:
    """A whole page that stands alone."""
    name = trace.decision.id
    title = "Explanation" if name is None else f"Explanation of message {inline(name)}"
    return rendered(_PACKAGE, "page", title=title, css=css(), style=False, level=2, **_values(trace, details))


def as_html(trace: Trace, details: Details = NO_DETAILS, *, style: bool = True, level: int = 3) -> str:
    """The explanation as a fragment; `level` is that of its headings."""
    return rendered(_PACKAGE, "trace", css=css(), style=style, level=level, **_values(trace, details))


def decision_html(decision: Decision) -> str:
    """A decision without its trace: what it says, and the rules that hit with what they found."""
    found = [(hit.rule, f"{hit.points:+d}", hit.matches) for hit in decision.hits]
    found += [(relief.rule, f"{relief.points:+d}", relief.matches) for relief in decision.relief]
    found += [(hit.rule, "on test, no points", hit.matches) for hit in decision.shadow_hits]
    rules = [(rule, points, words.evidence(matches[:40], Marks({}, 0))) for rule, points, matches in found]
    header = _header(decision, words.asked(decision))
    return rendered(_PACKAGE, "decision", css=css(), rules=rules, **header)


def _header(
    decision: Decision, raised: Iterable[str], policy: str = "", scope_ignored: bool = False
) -> dict[str, object]:
    about, headline = words.about(decision, policy), words.headline(decision, scope_ignored)
    return {"decision": decision, "headline": headline, "about": about, "raised": list(raised), "words": words}


def _values(trace: Trace, details: Details) -> dict[str, object]:
    """What the template of a trace asks for."""
    marks = marks_of(trace, details.everything)
    said = words.points(trace)
    by_id = {rule.rule: rule for rule in trace.rules}
    near = {miss.rule for miss in trace.near_misses}
    return {
        **_header(trace.decision, words.raised(trace), trace.policy, trace.scope_ignored),
        "trace": trace,
        "marks": marks,
        "marked": marked,
        "BRACKETS": BRACKETS,
        "MEANING": MEANING,
        "parts": words.parts(trace),
        "fields": list(words.fields(trace, details.fields)),
        "tables": [_table(fall, trace.decision) for fall in trace.waterfalls],
        "points": {rule.rule: _points(rule, said.get(rule.rule, "")) for rule in trace.rules},
        "clauses": details.clauses,
        "pages": details.pages,
        "near": [(miss, words.missing(miss, by_id.get(miss.rule)), by_id.get(miss.rule)) for miss in trace.near_misses],
        "found": lambda rule: words.found(rule, marks),
        "failed": [rule for rule in words.failed(trace) if rule.rule not in near],
        "everything": details.everything,
        "dropped": list(islice(dict.fromkeys(_dropped(trace, marks)), 60)),
    }


def _table(fall: Waterfall, decision: Decision) -> dict[str, object]:
    """The points of a category, with bars in a picture 200 wide."""
    totals = [0, *(step.total for step in fall.steps)]
    most = max(1, fall.score, *fall.thresholds.values(), *totals)
    score = decision.categories.get(fall.category)

    def units(points: int) -> str:
        return f"{200 * points / most:.1f}"

    return {
        "fall": fall,
        "thresholds": ", ".join(f"{name} from {points}" for name, points in fall.thresholds.items()),
        "bars": [
            (step, units(min(a, b)), units(abs(b - a)), b >= a)
            for step, (a, b) in zip(fall.steps, pairwise(totals), strict=True)
        ],
        "ticks": list(map(units, fall.thresholds.values())),
        "action": score.action if score else "allow",
    }


def _points(rule: RuleTrace, points: str) -> str:
    if not points and rule.kind == "relief" and rule.outcome == "hit":
        return "nothing to take away"
    if not points and rule.outcome != "hit":
        return words.OUTCOMES[rule.outcome]
    return points


def _dropped(trace: Trace, marks: Marks) -> Iterator[tuple[words.MatchGroup, str]]:
    for rule in trace.rules:
        for suppressed in rule.suppressed:
            for group in words.evidence((suppressed.match,), marks):
                yield group, f"{suppressed.reason} ({rule.rule})"
