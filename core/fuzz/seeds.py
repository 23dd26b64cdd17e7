"""What the targets begin with: `python core/fuzz/seeds.py` from the project's folder, with its own Python.

`corpus/decide` gets the texts of the samples, `corpus/decode` the automata of each expression of the shipped rules.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from modengine.engine.compile.patterns import expression, linked  # noqa: E402
from tests import expressions  # noqa: E402


def write(target: str, seeds: list[bytes]) -> None:
    folder = Path(__file__).parent / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number:04}").write_bytes(seed)
    print(f"{len(seeds)} seeds in {folder.relative_to(ROOT)}")


if __name__ == "__main__":
    lines = (ROOT / "samples" / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    write("decide", [json.loads(line).get("text", "").encode() for line in lines])
    write("decode", [linked([(source, expression(source, exact))]) for source, exact in expressions.shipped()])
