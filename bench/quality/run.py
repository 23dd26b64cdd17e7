"""Decides the development data with the shipped policy and compares, or writes the table anew.

    python -m bench.quality.run            # exits with 1 after a significant loss
    python -m bench.quality.run --write    # docs/quality.md and bench/quality/decisions.tsv

The data are looked for in MODENGINE_DATA, else in ../shared/data beside the clone; without them only
the samples are decided, and `--write` is refused.
"""

from __future__ import annotations

import argparse
import sys

import modengine
from bench.quality import compare, decisions, table
from bench.quality.measures import FILES
from modengine.lab.data.card import data_folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the table and the decisions")
    write = parser.parse_args().write
    folder = data_folder()
    paths = {name: decisions.path_of(name, folder) for name in FILES}
    absent = [name for name, path in paths.items() if path is None]
    if absent:
        print(f"not there: {', '.join(absent)}", file=sys.stderr)
        if write:
            return 2
    files = [decisions.decide_file(name, path, decisions.processors()) for name, path in paths.items() if path]
    if write:
        decisions.DIGEST.write_text(decisions.digest(files), encoding="utf-8", newline="\n")
        table.write(files, modengine.load(decisions.ROOT / "rules" / "campaign-2014.yaml"))
        return 0
    print("\n".join(table.rows(files)))
    lost = list(compare.losses(files, decisions.read_digest()))
    for loss in lost:
        print(f"lost: {loss}", file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
