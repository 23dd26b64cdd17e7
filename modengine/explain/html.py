"""Small pieces of HTML.  `escape` is the only way for a text to get in."""

from __future__ import annotations

import html
from collections.abc import Iterable

from modengine.explain.visible import inline
from modengine.explain.words import SIGNS, VALUES, children, condition_text
from modengine.model import ConditionTrace, Trace, Waterfall

_VALUE_CLASSES = {True: "me-true", False: "me-false", None: "me-unknown"}


def escape(text: str) -> str:
    return html.escape(text, quote=True)


def tag(name: str, body: str, classes: str = "") -> str:
    """An element around HTML."""
    attribute = f' class="{classes}"' if classes else ""
    return f"<{name}{attribute}>{body}</{name}>"


def join(sign: str, *pieces: str) -> str:
    """The pieces that are not empty."""
    return sign.join(filter(None, pieces))


def items(lines: Iterable[str], classes: str = "") -> str:
    body = "".join(tag("li", line) for line in lines)
    return tag("ul", body, classes) if body else ""


def items_of(made: Iterable[str]) -> str:
    """A list of items that are made already."""
    body = "".join(made)
    return tag("ul", body) if body else ""


def action(name: str, classes: str = "") -> str:
    """The name of an action, as a badge."""
    shown = name.upper() if classes else name
    return tag("span", escape(shown), join(" ", "me-action", f"me-{escape(name)}", classes))


def tree(node: ConditionTrace) -> str:
    """A condition as a list item, with what it is made of as a list inside."""
    value = tag("span", f"{SIGNS[node.value]} {VALUES[node.value]}", _VALUE_CLASSES[node.value])
    text = tag("code", escape(inline(condition_text(node.text, bool(node.children)), 200)))
    note = tag("span", escape(f"({inline(node.note, 200)})"), "me-quiet") if node.note else ""
    below = items_of(map(tree, children(node)))
    return tag("li", join(" ", value, text, note) + below)


def bars(trace: Trace) -> str:
    """A table a category: each step with its points, the total after it, and a bar up to it."""
    tables = []
    for fall in trace.waterfalls:
        score = trace.decision.categories.get(fall.category)
        tables.append(_table(fall, score.action if score else "allow"))
    return "".join(tables)


def _table(fall: Waterfall, reached: str) -> str:
    ticks = ", ".join(f"{name} from {points}" for name, points in fall.thresholds.items())
    most = max(1, fall.score, *fall.thresholds.values(), *(step.total for step in fall.steps))
    columns = (("step", ""), ("points", "me-number"), ("total", "me-number"), ("up to the thresholds", ""))
    head = "".join(f'<th scope="col" class="{classes}">{name}</th>' for name, classes in columns)
    rows, before = [], 0
    for step in fall.steps:
        cells = f'<th scope="row">{escape(inline(step.label, 120))}</th>'
        cells += tag("td", f"{step.points:+d}", "me-number") + tag("td", str(step.total), "me-number")
        rows.append(tag("tr", cells + tag("td", _bar(fall, most, before, step.total), "me-bar-cell")))
        before = step.total
    cells = '<th scope="row">score</th><td></td>' + tag("td", tag("strong", str(fall.score)), "me-number")
    rows.append(tag("tr", cells + tag("td", action(reached)), "me-sum"))
    caption = escape(f"{inline(fall.category)}: {ticks or 'no thresholds'}")
    return tag(
        "table", tag("caption", caption) + tag("thead", tag("tr", head)) + tag("tbody", "".join(rows)), "me-points"
    )


def _bar(fall: Waterfall, most: int, before: int, after: int) -> str:
    low, high = sorted((before, after))
    kind = "me-added" if after >= before else "me-taken"
    bar = f'<rect class="{kind}" x="{200 * low / most:.1f}" y="2" width="{200 * (high - low) / most:.1f}" height="8"/>'
    ticks = "".join(
        f'<line class="me-tick" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="12"/>'
        for x in (200 * points / most for points in fall.thresholds.values())
    )
    return f'<svg class="me-bar" viewBox="-1 0 202 12" preserveAspectRatio="none" aria-hidden="true">{bar}{ticks}</svg>'
