"""What `strace_faults.py` runs under strace: a log made, added to, erased from, closed, opened and added to.

    python bench/faults/scenario.py FOLDER PIPE

Tells over the descriptor PIPE, a line each: `try N`, `ack N SEQ` for message m-N, `erased N`, `poisoned` or
`NOT POISONED` after an error, `done`.  `memory` before FOLDER's work keeps nothing else there.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from bench.faults.kit import NOW, pairs, small_engine
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine
from modengine.errors import AuditError


def session(folder: Path, engine: Engine, start: int, tell: int, erase: bool) -> bool:
    """A few batches, and maybe an erasure; whether all went well."""

    def say(text: str) -> None:
        os.write(tell, f"{text}\n".encode())

    try:
        log = AuditLog.open(folder, time=NOW, keep_text=True, segment=6000, every=20)
    except AuditError as error:
        say(f"refused {error.code}")
        return False
    try:
        log.use(engine, NOW)
        for number in range(start, start + 15, 5):
            say(f"try {number}")
            for receipt, at in zip(
                log.append_many(pairs(engine, number, 5), NOW), range(number, number + 5), strict=True
            ):
                say(f"ack {at} {receipt.seq}")
        if erase:
            log.erase(f"m-{start}", NOW)
            say(f"erased {start}")
        log.close()
    except AuditError as error:
        say(f"error {error.code}")
        try:
            log.append_many(pairs(engine, 900, 1), NOW)
            say("NOT POISONED")
        except AuditError as again:
            say("poisoned" if again.code == "ME958" else f"NOT POISONED {again.code}")
        log.close()
        return False
    return True


def main() -> None:
    folder, tell = Path(sys.argv[1]), int(sys.argv[2])
    if len(sys.argv) > 3:
        # A file that may not grow further takes the first part of a write, and then refuses: a true short write.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
    engine = engine_kept(folder)
    if session(folder, engine, 0, tell, erase=True) and session(folder, engine, 100, tell, erase=False):
        os.write(tell, b"done\n")
    os._exit(0)


def engine_kept(folder: Path) -> Engine:
    import pickle  # noqa: PLC0415

    return pickle.loads(folder.with_name("engine").read_bytes())  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()

__all__ = ["small_engine"]
