"""Options that the commands on specimens share."""

from __future__ import annotations

from pathlib import Path

import click

show_terms_option = click.option("--show-terms", is_flag=True, help="Show entries, which may be offensive, unmasked.")
specimens_argument = click.argument(
    "specimens", metavar="SPECIMEN...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
"""SPECIMEN...: cards, or folders of cards."""
