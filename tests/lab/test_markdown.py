"""Results as Markdown: what a reader sees is the text, and nothing in it acts."""

from __future__ import annotations

from modengine.lab.report.markdown import to_markdown
from modengine.lab.report.table import Quote, Table
from tests.commands import POLICY, Command
from tests.paths import ROOT


def test_nothing_in_a_table_acts() -> None:
    table = Table(
        "t", "A *title*", ("a|b", "n"), ((Quote("![x](http://a.example) `` | @someone <b>"), 1), ("@you [l](u)", 2))
    )
    written = to_markdown(("What <changed>?", "- a line"), (table,)).splitlines()
    assert written == [
        "### What &lt;changed\\>?", "",
        "- a line", "",
        "**A \\*title\\***", "",
        "| a\\|b | n |",
        "| --- | --: |",
        "| ``` ![x](http://a.example) `` \\| @someone <b> ``` | 1 |",
        "| &#64;you \\[l\\](u) | 2 |",
    ]  # fmt: skip


def test_a_diff_as_a_comment(command: Command) -> None:
    done = command(
        "diff", POLICY, POLICY, ROOT / "samples/cards/samples.yaml", "--format", "markdown", "--sample", "40"
    )
    assert done.code == 0
    assert done.out.startswith("### ")
    assert "rows, without a change, are left out: --table tests shows all." in done.out
