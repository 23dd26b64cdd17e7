"""A trace as HTML: a fragment for notebooks and the classroom page, or a page of its own.

Everything is escaped, nothing runs, nothing is loaded, and there is no style attribute, so that the
fragment shows under a strict Content-Security-Policy (with `style=False` and `css()` served beside
it).  Colour is never alone: marks have brackets and numbers, values and actions are words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from modengine.explain import words
from modengine.explain.details import Details
from modengine.explain.html import action, bars, escape, items, join, tag, tree
from modengine.explain.marked import marked
from modengine.explain.marks import BRACKETS, MEANING, Marks, marks_of
from modengine.explain.visible import inline
from modengine.model import ConditionTrace, Decision, RuleTrace, Trace

NO_DETAILS = Details()


@cache
def css() -> str:
    """The style of the fragment."""
    return files("modengine.explain").joinpath("explain.css").read_text(encoding="utf-8")


def page(trace: Trace, details: Details = NO_DETAILS) -> str:
    """A whole page that stands alone."""
    name = trace.decision.id
    title = "Explanation" if name is None else f"Explanation of message {inline(name)}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{css()}</style></head>"
        f'<body class="me-page"><main><h1>{escape(title)}</h1>'
        f"{as_html(trace, details, style=False, level=2)}</main></body></html>\n"
    )


def as_html(trace: Trace, details: Details = NO_DETAILS, *, style: bool = True, level: int = 3) -> str:
    """The explanation as a fragment; `level` is that of its headings."""
    marks = marks_of(trace, details.everything)
    said = words.points(trace, details.scores)
    body = [
        _header(trace.decision, trace.policy, trace.scope_ignored),
        *_section("Message", _message(trace, marks, details), level),
        *_section("Points", bars(trace), level),
    ]
    for heading, rules in words.groups(trace):
        blocks = [_rule(rule, said.get(rule.rule, ""), marks, details.clauses.get(rule.rule, "")) for rule in rules]
        body += _section(heading, "".join(blocks), level)
    body += _section("Nearly: one thing is missing", _near(trace, marks), level)
    body += _section("Something found, condition not met", _failed(trace, marks, details.everything), level)
    body += _section("Found and not counted", _dropped(trace, marks), level)
    body.append(tag("p", escape(f"revision {inline(trace.decision.revision, 80)}"), "me-quiet me-small"))
    return _fragment("Explanation of a decision", "".join(body), style)


def decision_html(decision: Decision, *, style: bool = True) -> str:
    """A decision without its trace: what it says, and the rules that hit with what they found."""
    body = [_header(decision, "", False)]
    found = [(hit.rule, f"{hit.points:+d}", hit.matches) for hit in decision.hits]
    found += [(relief.rule, f"{relief.points:+d}", relief.matches) for relief in decision.relief]
    found += [(hit.rule, "on test, no points", hit.matches) for hit in decision.shadow_hits]
    blocks = [
        tag("dt", join(" ", tag("code", escape(inline(rule))), escape(points)))
        + "".join(tag("dd", _match(one)) for one in words.evidence(matches[:40], Marks({}, 0)))
        for rule, points, matches in found
    ]
    if blocks:
        body.append(tag("dl", "".join(blocks), "me-rules"))
    body.append(tag("p", escape(f"revision {inline(decision.revision, 80)}"), "me-quiet me-small"))
    return _fragment("A decision", "".join(body), style)


def _fragment(label: str, body: str, style: bool) -> str:
    sheet = f"<style>{css()}</style>" if style else ""
    return f'<section class="modengine-explain" lang="en" aria-label="{escape(label)}">{sheet}{body}</section>'


def _section(heading: str, body: str, level: int) -> Iterator[str]:
    if body:
        yield tag(f"h{level}", escape(heading)) + body


def _header(decision: Decision, policy: str, scope_ignored: bool) -> str:
    name, sentence = words.headline(decision, scope_ignored)
    about = [f"policy {inline(policy)}"] if policy else []
    about += [f"message {inline(decision.id)}"] if decision.id is not None else []
    lines = [
        join("", escape(f"{inline(c)}: {score} points, "), action(act), escape(f", {fate}" if fate else ""))
        for c, score, act, fate in words.categories(decision)
    ]
    none = words.without_points(decision)
    if none:
        lines.append(tag("span", escape(f"no points: {', '.join(map(inline, none))}"), "me-quiet"))
    for raised in decision.raised:
        by = ", ".join(map(inline, raised.rules))
        lines.append(escape(f"{inline(raised.category)} raised to {raised.action} by an override, because {by} hit"))
    for open_ in decision.undetermined:
        place = " ".join(inline(part) for part in (open_.rule, open_.pattern) if part)
        lines.append(escape(f"undetermined{': ' + place if place else ''}: {inline(open_.reason, 200)}"))
    lines += [escape(f"note: {inline(note, 200)}") for note in decision.notes]
    return (
        tag("p", join(" ", action(name.lower(), "me-verdict"), tag("strong", escape(sentence))))
        + (tag("p", escape(" · ".join(about)), "me-quiet") if about else "")
        + items(lines)
    )


def _message(trace: Trace, marks: Marks, details: Details) -> str:
    blocks: list[str] = []
    for index, part in enumerate(trace.message.all_parts()):
        if index == 0 and not part.text and trace.message.parts:
            continue
        caption = tag("figcaption", escape(f"part {index}, {words.PART_NAMES[part.kind]}"))
        text = marked(part.text, marks.of_part(index)) or tag("span", "(empty)", "me-quiet")
        blocks.append(tag("figure", f'{caption}<div class="me-text" lang="zh" dir="auto">{text}</div>'))
    legend = [
        tag("span", "n".join(BRACKETS[kind]), f"me-key me-{kind}") + escape(f" {MEANING[kind]}")
        for kind in marks.kinds()
    ]
    if marks.left_out:
        legend.append(escape(f"{marks.left_out:,} more places are not marked"))
    fields = ", ".join(f"{inline(k, 30)} {inline(v, 40)}" for k, v in words.fields(trace, details.fields))
    shown = tag("p", escape(f"gloss: {inline(words.gloss(trace), 400)}")) if words.gloss(trace) else ""
    shown += tag("p", escape(f"fields: {fields}"), "me-quiet") if fields else ""
    return "".join(blocks) + shown + (items(legend, "me-legend") if legend else "")


def _rule(rule: RuleTrace, points: str, marks: Marks, clause: str) -> str:
    if not points and rule.kind == "relief" and rule.outcome == "hit":
        points = "nothing to take away"
    elif not points and rule.outcome != "hit":
        points = words.OUTCOMES[rule.outcome]
    head = join(
        " ", tag("code", escape(inline(rule.rule))), tag("strong", escape(points)), escape(inline(rule.title, 200))
    )
    body = tag("p", escape(f"stands for {inline(clause, 300)}"), "me-quiet") if clause else ""
    body += _evidence(rule, marks)
    return f'<details class="me-rule" open><summary>{head}</summary>{body}</details>'


def _evidence(rule: RuleTrace, marks: Marks) -> str:
    body = items(_match(one) for one in words.evidence(rule.matches, marks)) + _condition("when", rule.when)
    return body + (_condition("unless", rule.unless) if rule.unless is not None else "")


def _condition(word: str, node: ConditionTrace) -> str:
    return tag("p", escape(word), "me-word") + tag("ul", tree(node), "me-tree")


def _match(one: words.MatchGroup, reason: str = "") -> str:
    label = tag("span", escape(one.label), "me-no") if one.label else ""
    text = f'<bdi lang="zh" class="me-found-text">{escape(inline(one.text, 60))}</bdi>'
    about = tag("span", escape(f"({inline(one.how, 160)})"), "me-quiet")
    dropped = escape(f"dropped: {reason}") if reason else ""
    return join(" ", label, text, escape(inline(", ".join(one.patterns), 200)), about, dropped)


def _near(trace: Trace, marks: Marks) -> str:
    by_id = {rule.rule: rule for rule in trace.rules}
    rows = []
    for miss in trace.near_misses:
        gives = escape(f"would give {miss.points} to {inline(miss.category)}")
        line = join(" ", tag("code", escape(inline(miss.rule))), gives, "<br>missing:")
        line += " " + tag("code", escape(inline(words.missing(miss, by_id.get(miss.rule)), 300)))
        if miss.rule in by_id:
            line += "<br>" + _found(by_id[miss.rule], marks)
        rows.append(line)
    return items(rows) if rows else ""


def _failed(trace: Trace, marks: Marks, everything: bool) -> str:
    near = {miss.rule for miss in trace.near_misses}
    rest = [rule for rule in words.failed(trace) if rule.rule not in near]
    names = [tag("code", escape(inline(rule.rule))) for rule in rest]
    if not everything:
        return tag("p", ", ".join(names), "me-quiet") if names else ""
    blocks = [
        f'<details class="me-rule"><summary>{name}</summary>{_evidence(rule, marks)}</details>'
        for name, rule in zip(names, rest, strict=True)
    ]
    return "".join(blocks)


def _found(rule: RuleTrace, marks: Marks) -> str:
    by_pattern: dict[str, list[str]] = {}
    for match in rule.matches:
        by_pattern.setdefault(match.pattern, []).append(marks.label(match) or inline(match.text, 20))
    found = "; ".join(f"{inline(name)} {' '.join(labels[:8])}" for name, labels in by_pattern.items())
    return tag("span", escape(f"found: {found or 'nothing that counts'}"), "me-quiet")


def _dropped(trace: Trace, marks: Marks) -> str:
    lines: Iterable[str] = dict.fromkeys(
        _match(one, f"{suppressed.reason} ({rule.rule})")
        for rule in trace.rules
        for suppressed in rule.suppressed
        for one in words.evidence((suppressed.match,), marks)
    )
    return items(list(lines)[:60]) if lines else ""
