"""Every fault program, one after the other, at its full figure; then the table of docs/audit-log.md.

python bench/faults/run_all.py             everything (about an hour on two cores)
python bench/faults/run_all.py --table     only write the table, from results.json
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "audit-log.md"
PROGRAMS = (
    "kill9", "kill9 --stage scan", "kill9 --stage resume", "kill9 --stage erase", "kill9 --stage seal",
    "kill9 --stage rotate", "truncate", "bitflips", "structural", "strace_faults", "writers", "full_disk",
    "lost_lock", "kill_worker",
)  # fmt: skip
BEGIN, END = "<!-- faults: made by bench/faults/run_all.py -->", "<!-- /faults -->"


def table() -> str:
    """The rows of results.json as Markdown."""
    kept = json.loads((HERE / "results.json").read_text("utf-8"))
    lines = ["| fault | figure | promise | what came of it | held |", "|---|---|---|---|---|"]
    for name in PROGRAMS:
        if name in kept:
            row = kept[name]
            cells = (row["fault"], row["figure"], row["promise"], row["result"], "yes" if row["held"] else "NO")
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def page(text: str) -> str:
    """The page with the table in its place."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", action="store_true", help="run nothing")
    failed = 0
    if not parser.parse_args().table:
        for name in PROGRAMS:
            program, *stage = name.split()
            failed += subprocess.run([sys.executable, str(HERE / f"{program}.py"), *stage], check=False).returncode != 0
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8", newline="\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
