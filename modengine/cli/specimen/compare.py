"""`modengine specimen compare`: what lists share."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

import click

from modengine.cli.lab.options import Destination, command_line, output_options
from modengine.cli.specimen.options import show_terms_option, specimens_argument


@click.command("compare")
@specimens_argument
@click.option(
    "--form",
    "alike",
    type=click.Choice(("written", "plain")),
    default="written",
    show_default=True,
    help="Whether entries are the same as written, case aside, or in width and traditional too.",
)
@click.option("--cut", metavar="SHARE", type=click.FloatRange(0, 1), default=0.3, show_default=True,
              help="The mean Jaccard index from which lists are one cluster.")  # fmt: skip
@show_terms_option
@output_options
def command(specimens: tuple[Path, ...], alike: str, cut: float, show_terms: bool, output: Destination) -> None:
    """Compare all pairs of lists: what they share, which contain which, which stand together.

    A SPECIMEN is a card, or a folder of cards.  As HTML there is a heat map.  No figure says who copied whom.

    \b
    Examples:
      modengine specimen compare lists/chat.yaml lists/game.yaml
      modengine specimen compare lists -o compare.html
      modengine specimen compare lists --form plain --table pairs --format csv
    """
    from modengine.lab.report.views.specimens.compare import view  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.specimens.card import read_specimens  # noqa: PLC0415
    from modengine.lab.specimens.likeness import compare_specimens  # noqa: PLC0415

    lists = read_specimens(specimens)
    if len(lists) < 2:
        raise click.UsageError("one list has nothing to be compared with: name several cards, or a folder of them")
    form = cast(Literal["written", "plain"], alike)
    output.write(view(compare_specimens(lists, form=form, cut=cut, show_terms=show_terms, command=command_line())))
