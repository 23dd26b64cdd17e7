"""The next batch is made while the one before it is being synced: the disk and the processor work at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from modengine.audit.records.batch import Batch, Pair, Receipt, joined

Sealed = tuple[Batch, list[Receipt]]
Seal = Callable[[Sequence[Pair], int], Sealed]
"""Makes a batch of pairs, from a number on."""


class Ahead:
    """A batch in the making, in two pieces: one for each of the two syncs of the batch before it.

    What goes wrong is raised by `result`, when the batch before it is on the disk.
    """

    def __init__(self, worker: ThreadPoolExecutor, seal: Seal, pairs: Sequence[Pair], first: int) -> None:
        self._worker, self._seal, self.first = worker, seal, first
        """`first` is the number that the first record will have, if nobody else adds one before."""
        half = len(pairs) // 2
        self._left = [piece for piece in (pairs[half:], pairs[:half]) if piece]
        self._made: list[Sealed] = []
        self._error: Exception | None = None
        self._next = first

    def during(self, sync: Callable[[], None]) -> None:
        """Runs a sync in the worker's thread, and makes a piece meanwhile."""
        done = self._worker.submit(sync)
        try:
            self._piece()
        finally:
            done.result()

    def result(self) -> Sealed:
        """The whole batch."""
        while self._left and self._error is None:
            self._piece()
        if self._error is not None:
            raise self._error
        return joined([batch for batch, _ in self._made]), [
            receipt for _, receipts in self._made for receipt in receipts
        ]

    def _piece(self) -> None:
        if not self._left or self._error is not None:
            return
        piece = self._left.pop()
        try:
            self._made.append(self._seal(piece, self._next))
        except Exception as error:
            self._error = error
        self._next += len(piece)
