"""Records deleted, swapped, doubled, spliced, rolled back by somebody who can write the whole folder.

    python bench/faults/structural.py [1000]

The attacker numbers the records anew, makes the log's own checkpoint anew (it is unsigned), and throws
the vault away.  The third party holds a checkpoint kept elsewhere.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from bench.faults.kit import Outcome, main, make, scratch, small_engine, timed
from modengine.audit.files.layout import LogPaths, read_origin
from modengine.audit.read.verify import verify
from modengine.audit.records.record import decode, encode
from modengine.audit.tree.checkpoints import make_note
from modengine.audit.tree.merkle import leaf_hash, root
from modengine.audit.tree.note import Checkpoint

RECORDS = 60
Lines = list[bytes]
Attack = Callable[[Lines, Lines, random.Random], Lines]


def delete(lines: Lines, _: Lines, chance: random.Random) -> Lines:
    at = chance.randrange(1, len(lines))
    return lines[:at] + lines[at + chance.randint(1, 5) :]


def swap(lines: Lines, _: Lines, chance: random.Random) -> Lines:
    a, b = chance.sample(range(1, len(lines)), 2)
    new = list(lines)
    new[a], new[b] = new[b], new[a]
    return new


def duplicate(lines: Lines, _: Lines, chance: random.Random) -> Lines:
    """Never the last: what stands after all that a checkpoint has is an addition, and no checkpoint forbids it."""
    at = chance.randrange(1, len(lines) - 1)
    return lines[: at + 1] + lines[at:]


def splice(lines: Lines, other: Lines, chance: random.Random) -> Lines:
    """Takes records of another log in, in the place of as many or between."""
    at, start = chance.randrange(1, len(lines)), chance.randrange(1, len(other) - 5)
    count = chance.randint(1, 5)
    return lines[:at] + other[start : start + count] + lines[at + chance.choice((0, count)) :]


def roll_back(lines: Lines, _: Lines, chance: random.Random) -> Lines:
    return lines[: chance.randrange(len(lines))]


ATTACKS: dict[str, Attack] = {
    "delete": delete,
    "swap": swap,
    "duplicate": duplicate,
    "splice": splice,
    "roll back": roll_back,
}


def renumbered(lines: Lines) -> Lines:
    return [encode({**decode(line), "seq": seq}) for seq, line in enumerate(lines)]


def rewrite(layout: LogPaths, lines: Lines) -> None:
    """The log as the attacker leaves it, in agreement with itself."""
    (layout.segments / "00000000000000000000.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    note = make_note(Checkpoint(read_origin(layout), len(lines), root(map(leaf_hash, lines))), None)
    layout.checkpoint.write_text(note, "utf-8")
    layout.checkpoints.write_text(note + "\n", "utf-8")


def run(n: int, seed: int = 5) -> Outcome:
    def work() -> tuple[str, str, str, str, bool]:
        chance, engine = random.Random(seed), small_engine()
        found = dict.fromkeys(ATTACKS, 0)
        consistent = 0
        with scratch(memory=True) as place:
            texts = []
            for name in ("0", "1"):
                make(place / name, engine, RECORDS, 7)
                texts.append((place / name / "segments" / "00000000000000000000.jsonl").read_bytes().splitlines())
            layout = LogPaths(place / "0")
            outside = (("kept", layout.checkpoint.read_text("utf-8")),)
            layout.vault.unlink()
            for name, attack in ATTACKS.items():
                for number in range(n):
                    harmed = attack(*texts, chance)
                    while harmed == texts[0]:
                        harmed = attack(*texts, chance)
                    rewrite(layout, renumbered(harmed) if number % 2 else harmed)
                    found[name] += not verify(layout, outside).ok
                    consistent += verify(layout).ok if number % 10 == 1 else 0
        result = "; ".join(f"{name} {count:,}" for name, count in found.items())
        result += f" found (of {n:,} each; {consistent:,} of {5 * n // 10:,} asked agreed with themselves)"
        return (
            "delete, swap, duplicate, splice, roll back",
            f"{n:,} each",
            "all found",
            result,
            set(found.values()) == {n},
        )

    return timed(work)


if __name__ == "__main__":
    main("structural", run, 1000)
