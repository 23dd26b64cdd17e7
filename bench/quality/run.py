"""Decides the development data with the shipped policy and compares, or writes the table anew.

    python -m bench.quality.run            # exits with 1 after a significant loss
    python -m bench.quality.run --write    # docs/quality.md, decisions.tsv and rules.tsv
    python -m bench.quality.run --before   # before.json: these figures stand beside later ones

The data are looked for in MODENGINE_DATA, else in ../shared/data beside the clone; without them only
the samples are decided, and `--write` is refused.
"""

from __future__ import annotations

import argparse
import json
import sys

from bench.quality import compare, decisions, rules, table
from bench.quality.measures import FILES, SECTIONS
from modengine.lab.data.card import data_folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the table and the decisions")
    parser.add_argument("--before", action="store_true", help="keep the figures as those of before")
    given = parser.parse_args()
    folder = data_folder()
    paths = {name: decisions.path_of(name, folder) for name in FILES}
    absent = [name for name, path in paths.items() if path is None]
    if absent:
        print(f"not there: {', '.join(absent)}", file=sys.stderr)
        if given.write:
            return 2
    files = [decisions.decide_file(name, path) for name, path in paths.items() if path]
    if given.before:
        text = json.dumps(table.figures(files), ensure_ascii=False, indent=1)
        table.BEFORE.write_text(text + "\n", encoding="utf-8", newline="\n")
        return 0
    if given.write:
        decisions.DIGEST.write_text(decisions.digest(files), encoding="utf-8", newline="\n")
        rules.HITS.write_text(rules.hits(files), encoding="utf-8", newline="\n")
        table.write(files, decisions.shipped())
        return 0
    by_name = {decided.name: decided for decided in files}
    for title, measures in SECTIONS.items():
        print("\n".join(["", title, "", *table.rows(measures, by_name, {})]))
    lost = list(compare.losses(files, decisions.read_digest()))
    for loss in lost:
        print(f"lost: {loss}", file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
