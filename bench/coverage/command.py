"""The command line of a simulation that makes one page."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path


def print_page(about: str | None, page: Callable[[int], str], draws: int, path: Path) -> None:
    """Prints the page of so many draws a cell (`--draws`), and with `--write` writes it to its file too."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=draws)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    made = page(given.draws)
    if given.write:
        path.write_text(made, "utf-8")
    print(made, end="")
