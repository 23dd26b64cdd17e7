"""Write the figures of docs/lab.md from the development data.

    python tools/make_lab_docs.py            write them
    python tools/make_lab_docs.py --check    exit code 1 if they are stale, or the data is not here

What stands between `<!-- made: NAME -->` and `<!-- /made -->` is made here.  Aggregates only: no text
of a corpus is written.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from modengine.lab.data.card import data_folder, load_card, read_card  # noqa: E402
from modengine.lab.report.table import Table, show  # noqa: E402
from modengine.lab.report.views.evaluate import tables  # noqa: E402
from modengine.lab.studies.evaluate import evaluate  # noqa: E402
from modengine.loading import load  # noqa: E402

PAGE = ROOT / "docs" / "lab.md"
CARDS = (*sorted((ROOT / "samples" / "cards").glob("*-dev.yaml")), ROOT / "samples" / "cards" / "chinese-poetry.yaml")
DECLARED = ("any.over-blocking@label<=0.01", "chineseharm-dev:fraud.recall@label>=0.1")
_MADE = re.compile(r"(<!-- made: (?P<name>[\w-]+) -->\n).*?(<!-- /made -->)", re.S)


def study() -> str:
    """The tables of the study, and the revision they are of."""
    engine = load()
    corpora = [load_card(read_card(path), engine.policy.categories) for path in CARDS]
    made = {table.name: table for table in tables(evaluate(engine, corpora, seed=1, declare=DECLARED))}
    caught = made["caught"]
    mild = Table(
        caught.name,
        caught.title + ", at the mildest action, where the corpus has rows of the category",
        caught.columns,
        tuple(row for row in caught.rows if row[2] == "label" and not show(row[3]).startswith("0 of ")),
        caught.note,
    )
    shown = (made["over-blocking"], mild, made["declared"], _first(made["worst-rules"], 10))
    parts = [f"Revision `{engine.revision[:19]}…`, seed 1.", *map(markdown, shown)]
    return "\n\n".join(parts)


def _first(table: Table, count: int) -> Table:
    """The first rows, without the ids of the messages."""
    keep = [i for i, name in enumerate(table.columns) if name not in ("rows", "texts")]
    rows = tuple(tuple(row[i] for i in keep) for row in table.rows[:count])
    return Table(table.name, f"{table.title}, the first {len(rows)}", tuple(table.columns[i] for i in keep), rows)


def markdown(table: Table) -> str:
    head = "| " + " | ".join(table.columns) + " |\n|" + "---|" * len(table.columns)
    rows = "\n".join("| " + " | ".join(show(cell).replace("|", "\\|") for cell in row) + " |" for row in table.rows)
    return f"**{table.title}**\n\n{head}\n{rows}"


MADE: Mapping[str, Callable[[], str]] = {"study": study}


def page() -> str:
    """docs/lab.md as it should be."""
    return _MADE.sub(lambda found: f"{found[1]}\n{MADE[found['name']]()}\n\n{found[3]}", PAGE.read_text("utf-8"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if the page is stale")
    check = parser.parse_args().check
    if data_folder() is None:
        print("the development data is not here: set MODENGINE_DATA", file=sys.stderr)
        return 1
    made = page()
    if not check:
        PAGE.write_text(made, "utf-8", newline="\n")
    elif made != PAGE.read_text("utf-8"):
        print("docs/lab.md is stale: run python tools/make_lab_docs.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
