"""Clusters from columns: which rows share a template, a source, an author."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

MISSING = "(missing)"
"""Stands for the value of a row that has none."""


def linked(columns: Sequence[Sequence[str]]) -> Iterator[str]:
    """The cluster of each row: rows that share a value in any column, directly or through others, are one.

    Nothing less is independent of the rest, whatever the columns have to do with each other.  A missing
    value links nothing.  A cluster has the name of the first value that its first row has.
    """
    if len(columns) == 1:
        for number, value in enumerate(columns[0]):
            yield f"{MISSING} {number}" if value == MISSING else value
        return
    names: dict[int, str] = {}
    taken: set[str] = set()
    for row, part in enumerate(_parts(columns)):
        if part not in names:
            value = next((column[row] for column in columns if column[row] != MISSING), f"{MISSING} {row}")
            names[part] = f"{value} ({row})" if value in taken else value
            taken.add(names[part])
        yield names[part]


def _parts(columns: Sequence[Sequence[str]]) -> list[int]:
    """The number of the connected part that each row lies in, by the graph of rows and values."""
    from scipy.sparse import coo_array  # noqa: PLC0415  (only several columns need it)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    rows = len(columns[0])
    numbers: dict[tuple[int, str], int] = {}
    edges = [
        (row, numbers.setdefault((i, value), rows + len(numbers)))
        for i, column in enumerate(columns)
        for row, value in enumerate(column)
        if value != MISSING
    ]
    size = rows + len(numbers)
    ends = np.array(edges, np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(edges), np.int8), (ends[0], ends[1])), shape=(size, size))
    return [int(part) for part in connected_components(graph, directed=False)[1][:rows]]
