"""The summary of a scan, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from modengine.cli.at_work import at_work
from modengine.codes import CODES
from modengine.engine.engine import Engine
from modengine.explain.visible import inline, many
from modengine.explain.words import shadow
from modengine.model import ACTIONS, Action, Shadow
from modengine.policy.condition import Compare, walk
from modengine.policy.model import Policy
from modengine.run.work.summary import IGNORED, Summary

MOST_RULES = 5
ROOMY = 80
"""Cells; in fewer, columns stand closer together."""


def show_summary(summary: Summary, engine: Engine, ignore_scope: bool, to: Console) -> None:
    """What was decided and by which engine, on what no action is taken and why, what was not read, which rules hit."""
    if to.is_terminal:
        _show(summary, engine, ignore_scope, to)
        return
    with to.capture() as captured:
        _show(summary, engine, ignore_scope, to)
    # Tables are padded to their width; nobody wants that in a file.
    to.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def _show(summary: Summary, engine: Engine, ignore_scope: bool, to: Console) -> None:
    policy = engine.policy
    to.print(Text(f"{many(summary.decided, 'message')} decided by {inline(policy.id)}", "bold"), soft_wrap=True)
    to.print(Text(at_work(engine), "dim"), soft_wrap=True)
    if summary.decided:
        to.print(_table(summary, ignore_scope, to.width))
    for line in _lines(summary, policy, ignore_scope):
        indent = len(line.plain) - len(line.plain.lstrip(" "))
        line = line[indent:]
        to.print(Padding(line, (0, 0, 0, indent)))
    _rules(summary, policy, to)


def _table(summary: Summary, ignore_scope: bool, width: int) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=width < ROOMY)
    table.add_column("category", overflow="fold")
    for action in ACTIONS:
        table.add_column(action, justify="right")
    if not ignore_scope:
        table.add_column("taken", justify="right")
        table.add_column("shadow", justify="right")
    for name, counts in summary.categories.items():
        table.add_row(inline(name), *_row(counts, summary.taken.get(name, 0), ignore_scope))
    table.add_section()
    table.add_row("highest of all", *_row(summary.actions, summary.flagged, ignore_scope), style="bold")
    return table


def _row(counts: Mapping[Action, int], taken: int, ignore_scope: bool) -> Iterator[str]:
    for action in ACTIONS:
        yield f"{counts[action]:,}" if counts[action] else "-"
    if not ignore_scope:
        acted = sum(counts.values()) - counts["allow"]
        yield f"{taken:,}" if taken else "-"
        yield f"{acted - taken:,}" if acted - taken else "-"


def _lines(summary: Summary, policy: Policy, ignore_scope: bool) -> Iterator[Text]:
    if not summary.decided and not summary.unread:
        yield Text("What was read holds no message: it is empty, or a header alone.", "yellow")
    if ignore_scope:
        yield Text("Scope and period were not looked at (--ignore-scope): what the policy asks for anywhere.")
    elif summary.decided:
        yield Text("taken: the action follows.  shadow: scored and recorded, and no action follows.", "dim")
    if summary.study:
        yield Text("This is a study policy: every decision is shadow, no action is ever taken.", "bold")
    if summary.shadow:
        yield Text()
        yield Text(f"Why no action follows on {many(sum(summary.shadow.values()), 'message')} in shadow:")
        for reasons, count in summary.shadow.items():
            yield Text(f"  {count:>7,} {'; '.join(_reason(reason, policy) for reason in reasons)}")
        if ignored := sum(count for reasons, count in summary.shadow.items() if IGNORED.issuperset(reasons)):
            yield Text(f"  with --ignore-scope an action follows on {ignored:,} of them", "dim")
    if empty := [name for name, count in summary.lacking.items() if count == summary.decided]:
        names = " or ".join(f"`{name}`" for name in empty)
        yield Text(f"No message has the field {names}, in which patterns look: they found nothing there", "yellow")
    if summary.undetermined:
        yield Text(f"{many(summary.undetermined, 'message')} undetermined, and so `review` or more", "yellow")
    if summary.noted:
        yield Text(f"{many(summary.noted, 'message')} changed before reading: see `notes`", "yellow")
    if summary.unread:
        yield Text()
        yield Text(f"{many(summary.unread, 'line')} could not be read; `error` in the decisions says why:", "bold red")
        for code, count in summary.errors.items():
            yield Text(f"  {count:>7,} {code} {CODES[code].name}")


def _reason(reason: str, policy: Policy) -> str:
    """Why no action is taken, with the field that messages lack."""
    if reason == Shadow.PERIOD_UNKNOWN:
        field = policy.period.field if policy.period is not None else "time"
        return f"period unknown: the message has no `{field}`"
    if reason == Shadow.SCOPE_UNKNOWN:
        nodes = [node for condition in policy.scope.values() for node in walk(condition)]
        fields = dict.fromkeys(f"`{node.field}`" for node in nodes if isinstance(node, Compare))
        return f"scope unknown: the message has no {' or no '.join(fields) or 'such field'}"
    return inline(shadow(reason))


def _rules(summary: Summary, policy: Policy, to: Console) -> None:
    if not summary.rules:
        return
    titles = {rule.id: rule.title for rule in policy.rules}
    to.print()
    to.print(Text("Rules that hit the most messages", "bold"))
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    table.add_column()
    for count in summary.rules[:MOST_RULES]:
        table.add_row(f"{count.messages:>7,}", inline(count.rule), Text(inline(titles.get(count.rule, ""), 200), "dim"))
    to.print(table)
