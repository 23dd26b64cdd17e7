"""Policies and corpora side by side, and corpora pooled, as tables and charts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from modengine.lab.report.charts import Chart, Intervals
from modengine.lab.report.table import Several, Table, percent, show
from modengine.lab.report.view import ResultView, short
from modengine.lab.stats.metrics import ANY
from modengine.lab.studies.together import MADE_UP, POOLED, SideBySide, TogetherDifference, TogetherShare

_POOLS = (POOLED, MADE_UP)


def view(result: SideBySide) -> ResultView:
    title = "What holds of all corpora, and of all policies, together?"
    return ResultView("together", title, result, tables(result), tuple(charts(result)), tuple(summary(result)))


def summary(result: SideBySide) -> Iterator[str]:
    """Which policies and corpora, what was pooled with which weights, and the pooled figures at the mildest action."""
    for policy in result.policies if len(result.policies) > 1 else ():
        yield f"policy {policy.policy}: revision {short(policy.revision)}"
    for pool in _POOLS:
        mine = [one for one in result.shares if one.corpus == pool]
        if mine:
            names = dict.fromkeys(name for one in mine for name in one.corpora)
            what = "pooled" if pool == POOLED else "pooled apart, since their messages were made up"
            yield f"{what}: {', '.join(names)}; which of them a figure has, and what each counts for, is in the weights"
    for one in _mildest(result):
        if one.category == ANY and one.figure == "over-blocking" and one.corpora_alike is not None:
            yield (
                f"{one.policy}: over-blocking of {len(one.corpora)} corpora"
                f"{', made up' if one.corpus == MADE_UP else ''}, {_at(one)}, {show(one.share)}; each corpus alike "
                f"{show(one.corpora_alike)}"
            )
    tested = [one.p_bh for one in result.differences if one.p_bh is not None]
    if tested:
        found = sum(p < 0.05 for p in tested)
        yield f"differences of policies: {found} of {len(tested)} below 0.05 after the false discovery rate, explored"


def _at(one: TogetherShare) -> str:
    return one.action if one.action == "block" else f"{one.action} or more"


def _mildest(result: SideBySide) -> Iterator[TogetherShare]:
    """Pooled figures at the mildest action of each."""
    seen: set[tuple[str, ...]] = set()
    for one in result.shares:
        key = (one.policy, one.corpus, one.figure, one.category)
        if one.corpus in _POOLS and key not in seen:
            seen.add(key)
            yield one


def tables(result: SideBySide) -> tuple[Table, ...]:
    pooled = [one for one in result.shares if one.corpus in _POOLS]
    made = [_pooled(result, pooled), _weights(result)]
    if len(result.policies) > 1:
        made += [
            _differences(
                "differences-pooled", "Differences of policies, corpora pooled",
                [one for one in result.differences if one.corpus in _POOLS],
            ),
            _differences(
                "differences", "Differences of policies, corpus by corpus",
                [one for one in result.differences if one.corpus not in _POOLS],
            ),
            Table(
                "side-by-side",
                "Policies side by side, corpus by corpus",
                ("corpus", "figure", "category", "action or more", "policy", "found"),
                tuple(
                    (one.corpus, one.figure, one.category, one.action, one.policy, one.share)
                    for one in sorted(result.shares, key=_place(result))
                    if one.corpus not in _POOLS
                ),
            ),
        ]  # fmt: skip
    return tuple(table for table in made if table.rows)


def _place(result: SideBySide) -> Callable[[TogetherShare], tuple[int, int]]:
    """Figures one after the other, and of each the policies."""
    names = [policy.policy for policy in result.policies]
    order = list(dict.fromkeys((one.corpus, one.figure, one.category, one.action) for one in result.shares))
    where = {key: i for i, key in enumerate(order)}
    return lambda one: (where[one.corpus, one.figure, one.category, one.action], names.index(one.policy))


def _pooled(result: SideBySide, pooled: list[TogetherShare]) -> Table:
    alone = {(o.policy, o.corpus, o.figure, o.category, o.action): o.share for o in result.shares}
    rows = []
    for one in pooled:
        each = [
            (alone[one.policy, name, one.figure, one.category, one.action].value or 0.0, name) for name in one.corpora
        ]
        rows.append((
            one.corpus, one.policy, one.figure, one.category, one.action, ", ".join(one.corpora), one.share,
            one.corpora_alike, _in(*min(each)), _in(*max(each)),
        ))  # fmt: skip
    return Table(
        "pooled",
        "Corpora pooled",
        ("corpus", "policy", "figure", "category", "action or more", "corpora", "each row alike", "each corpus alike",
         "least in a corpus", "most in a corpus"),
        tuple(rows),
        "Each corpus is a stratum with its own clusters. Each row alike: a corpus counts by its rows. Each corpus "
        "alike: by one part of as many as there are. Intervals are of these corpora and of no others: how far they "
        "lie apart is in the last columns. Precision is not pooled: it belongs to a base rate.",
    )  # fmt: skip


def _in(value: float, corpus: str) -> Several:
    """A share, and the corpus that has it."""
    return Several(f"{percent(value, 2)} in {corpus}", (("", value), ("corpus", corpus)))


def _weights(result: SideBySide) -> Table:
    return Table(
        "weights",
        "What each corpus counts for where it is pooled",
        ("corpus", "pooled corpus", "figure", "category", "rows", "clusters", "weight by rows",
         "weight, corpora alike"),
        tuple(
            (w.corpus, w.of, w.figure, w.category, w.rows, w.clusters, w.by_rows, w.corpora_alike)
            for w in result.weights
        ),
        "Rows: those that the figure is a share of. A corpus whose card forbids a figure, or that has no row for it, "
        "is not in its pool.",
    )  # fmt: skip


def _differences(name: str, title: str, found: list[TogetherDifference]) -> Table:
    return Table(
        name,
        title,
        ("corpus", "policy", "less that of", "figure", "category", "action or more", "change", "p (permutation)",
         "p (false discovery rate)"),
        tuple(
            (d.corpus, d.policy, d.than, d.figure, d.category, d.action, d.found.change, d.found.p, d.p_bh)
            for d in found
        ),
        "Explored. In percentage points, with the exact permutation test over clusters, all pairs of policies, corpora "
        "and pools corrected together. No p where nothing changes, or where a change can only go one way. Pooled, each "
        "row counts alike.",
    )  # fmt: skip


def charts(result: SideBySide) -> Iterator[Chart]:
    found = list(_mildest(result))
    several = len(result.policies) > 1
    for figure in ("over-blocking", "recall"):
        rows = [
            (f"{one.category}, {_at(one)}" + (f", {one.policy}" if several else "")
             + (", made up" if one.corpus == MADE_UP else ""), one.share)
            for one in found
            if one.figure == figure and one.share.value is not None
        ]  # fmt: skip
        if rows:
            name = f"pooled-{figure}"
            yield Intervals(name, f"{figure.capitalize()}, corpora pooled, each row alike", tuple(rows), "pooled")
