"""Every bit of a log flipped, one at a time: all found against a checkpoint kept elsewhere.

    python bench/faults/bitflips.py [65536]

The third party holds the log and a checkpoint, not the vault.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from bench.faults.kit import Outcome, main, make, scratch, small_engine, timed
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify

SEGMENT = "segments/00000000000000000000.jsonl"


def flip(folder: Path, note: str, bytes_: range) -> tuple[int, int]:
    """Flips every bit of some bytes; how many there were, and how many were found."""
    path, layout = folder / SEGMENT, LogPaths(folder)
    flips = found = 0
    with path.open("r+b", buffering=0) as file:
        data = file.read()
        for at in bytes_:
            for bit in range(8):
                file.seek(at)
                file.write(bytes([data[at] ^ 1 << bit]))
                flips += 1
                found += not verify(layout, (("kept", note),)).ok
            file.seek(at)
            file.write(data[at : at + 1])
    assert verify(layout, (("kept", note),)).ok
    return flips, found


def run(n: int, step: int = 1) -> Outcome:
    def work() -> tuple[str, str, str, str, bool]:
        engine = small_engine()
        with scratch(memory=True) as place:
            jobs = []
            with ProcessPoolExecutor(2) as pool:
                for part in range(2):
                    folder = place / str(part)
                    make(folder, engine, n // 500, 100)
                    size = min(n, (folder / SEGMENT).stat().st_size)
                    assert size == n
                    for name in ("vault.sqlite", "checkpoints"):
                        (folder / name).unlink()
                    note = (folder / "checkpoint").read_text("utf-8")
                    half = range(part * size // 2, (part + 1) * size // 2, step)
                    jobs.append(pool.submit(flip, folder, note, half))
                flips, found = (sum(counts) for counts in zip(*(job.result() for job in jobs), strict=True))
        figure = f"every bit of {n // 1024} KB ({flips:,})"
        return "bit flips", figure, _PROMISE, f"{found:,} of {flips:,} found", flips == found

    return timed(work)


_PROMISE = "all found against a checkpoint kept elsewhere"

if __name__ == "__main__":
    main("bitflips", run, 65536)
