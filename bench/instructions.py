"""Processor instructions that one message of the mixed set costs, counted by valgrind's callgrind.

    python bench/instructions.py [--messages 1000] [--repeats 2 6] [--terms 10000]

A new process decides the messages in batches, every action and score read, `repeats` times; the counts of two such
processes are subtracted and divided, so that what start and end cost cancels out.  It counts all of the process: the
core, the objects of Python, the collector.  A machine that is busy counts the same.  Needs valgrind; minutes.
"""

from __future__ import annotations

import argparse
import os
import pickle
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from texts import engine_with, extra_terms, real  # noqa: E402

WORK = """
import pickle, sys
sys.path[:0] = sys.argv[3:]
from reading import batches, result
with open(sys.argv[1], "rb") as file:
    engine, texts = pickle.load(file)
read = batches(engine, result)
read(texts)  # what is worked out once is so by now
for _ in range(int(sys.argv[2])):
    read(texts)
"""


def counted(work: Path, repeats: int) -> int:
    """Instructions of a whole process."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable, "-c", WORK]
    command += [str(work), str(repeats), str(HERE), str(HERE.parent)]
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        sys.exit(done.stderr)
    return int(found[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--repeats", type=int, nargs=2, default=[2, 6])
    parser.add_argument("--terms", type=int, default=10_000)
    given = parser.parse_args()
    few, many = given.repeats
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "work"
        work.write_bytes(pickle.dumps((engine_with(extra_terms(given.terms)), real(given.messages)[1])))
        first, second = counted(work, few), counted(work, many)
    each = (second - first) / ((many - few) * given.messages)
    print(f"{each:,.0f} instructions a message ({given.messages:,} messages, {given.terms:,} extra terms)")


if __name__ == "__main__":
    main()
