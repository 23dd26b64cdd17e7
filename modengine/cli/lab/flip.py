"""`modengine flip`: the smallest edit that changes a decision."""

from __future__ import annotations

import sys

import click

from modengine.cli.lab.options import Destination, command_line, output_options, policy_argument, subject_of
from modengine.cli.options import PolicyFirst, fields_of
from modengine.model import Message


@click.command("flip", cls=PolicyFirst)
@policy_argument
@click.argument("text", metavar="TEXT")
@click.option(
    "--field",
    "fields",
    metavar="NAME=VALUE",
    multiple=True,
    help="A field, such as reposts=620; a list as JSON. Repeatable.",
)
@click.option(
    "--tries", metavar="N", type=click.IntRange(1), default=4000, show_default=True, help="Decisions to try at most."
)
@output_options
def command(policy: str, text: str, fields: tuple[str, ...], tries: int, output: Destination) -> None:
    """Find the smallest removal from TEXT that changes how POLICY decides it, and what nearly hit.

    TEXT `-` is read from standard input, as one message.  Scope and period are ignored.

    \b
    Examples:
      modengine flip campaign-2014 "刷单日结私我"
      modengine flip policy.yaml - --format json < message.txt
    """
    from modengine.lab.report.views.smallest import view  # noqa: PLC0415
    from modengine.lab.studies.smallest import smallest  # noqa: PLC0415  (numpy, which --help does not need)

    body = sys.stdin.read() if text == "-" else text
    engine = subject_of(policy)
    message = Message(body, fields=fields_of(fields, engine.policy.fields))
    output.write(view(smallest(engine, message, tries=tries, command=command_line())))
