"""How far a scan is, on standard error, if that is a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from modengine.cli.streams import console, watched
from modengine.run.read.files import Source

OnProgress = Callable[[int, int], object]
"""Is told of so many bytes of the input, and so many messages decided by this run."""


@contextmanager
def progress(sources: Sequence[Source], off: bool, what: str = "deciding") -> Iterator[OnProgress]:
    """A bar with rate and time left; nothing where standard error is no terminal."""
    if off or not watched():
        yield lambda *_: None
        return
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    sizes = [source.size for source in sources]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    columns = (
        TextColumn(what),
        BarColumn(bar_width=None),
        DownloadColumn(),
        TextColumn("{task.fields[rate]:>10}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console(sys.stderr), transient=True, expand=True) as bar:
        task = bar.add_task(what, total=total, rate="")
        since: float | None = None
        counted = 0

        def tell(size: int, messages: int) -> None:
            nonlocal since, counted
            if messages:
                counted += messages
                since = since or time.monotonic()
            spent = time.monotonic() - since if since is not None else 0.0
            rate = f"{counted / spent:,.0f}/s" if spent > 1 else ""
            bar.update(task, advance=size, rate=rate)

        yield tell
