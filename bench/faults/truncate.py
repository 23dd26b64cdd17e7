"""A log cut at every byte: the valid prefix, the rest in quarantine; or refused, where acknowledged records are gone.

    python bench/faults/truncate.py [100]

Twice: a log as a killed writer leaves it (no checkpoint of its records; all decisions in one batch,
so that any of them may be unacknowledged), and one that was closed, whose checkpoint has them all.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from bench.faults.kit import NOW, Outcome, abandon, main, make, records, restore, scratch, small_engine, snapshot, timed
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.write.log import AuditLog
from modengine.errors import AuditError

SEGMENT = "segments/00000000000000000000.jsonl"


def cut(folder: Path, files: dict[str, bytes], size: int, step: int, acknowledged: int) -> tuple[int, int, list[str]]:
    """Cuts the log at every `step`th byte below `size`; how many were recovered, refused, and what went wrong."""
    whole = files[SEGMENT]
    recovered = refused = 0
    wrong: list[str] = []
    for at in range(0, size, step):
        restore(folder, {**files, SEGMENT: whole[:at]})
        good = whole[:at].count(b"\n")
        torn = whole[whole[:at].rfind(b"\n") + 1 : at]
        try:
            AuditLog.open(folder, time=NOW).close()
        except AuditError as error:
            refused += 1
            if error.code != "ME954" or good >= acknowledged:
                wrong.append(f"byte {at}: {error}")
            elif (folder / SEGMENT).read_bytes() != whole[:at]:
                wrong.append(f"byte {at}: refused, and yet changed")
            continue
        recovered += 1
        kept = [path.read_bytes() for path in (folder / "quarantine").iterdir()]
        found = list(records(folder))
        if good < acknowledged:
            wrong.append(f"byte {at}: acknowledged records are gone, and it was opened")
        elif kept != ([torn] if torn else []):
            wrong.append(f"byte {at}: the rest is not in quarantine")
        elif not (folder / SEGMENT).read_bytes().startswith(whole[: at - len(torn)]):
            wrong.append(f"byte {at}: the prefix was changed")
        elif [record["kind"] for record in found[good:]] != (["recovery"] if good < whole.count(b"\n") else []):
            wrong.append(f"byte {at}: the recovery is not recorded")
        elif at % 97 == 0 and not verify(LogPaths(folder)).ok:
            wrong.append(f"byte {at}: not good afterwards")
    return recovered, refused, wrong


def run(n: int, step: int = 1) -> Outcome:
    def work() -> tuple[str, str, str, str, bool]:
        engine = small_engine()
        with scratch(memory=True) as place:
            log = make(place / "open", engine, n, n, close=False)
            assert log is not None
            stopped = snapshot(place / "open")
            abandon(log)
            make(place / "closed", engine, n, n)
            closed = snapshot(place / "closed")
            jobs = []
            with ProcessPoolExecutor(2) as pool:
                for name, files, acknowledged in (("a", stopped, 1), ("b", closed, n)):
                    size = len(files[SEGMENT])
                    jobs.append(pool.submit(cut, place / name, files, size, step, acknowledged))
                (recovered, refused, wrong), (none, behind, bad) = (job.result() for job in jobs)
        for text in [*wrong, *bad][:10]:
            print(text, file=sys.stderr)
        figure = f"every byte of {n} records ({recovered + refused:,} + {none + behind:,} cuts)"
        if step > 1:
            figure = f"every {step}th byte of {n} records"
        result = (
            f"last batch cut: all {recovered:,} recovered with the rest in quarantine;"
            f" acknowledged records gone: {refused + behind:,} of {refused + behind + none:,} refused;"
            f" wrong {len(wrong + bad)}"
        )
        return "truncation", figure, _PROMISE, result, not wrong and not bad and none == 0

    return timed(work)


_PROMISE = "the valid prefix, the rest in quarantine; refused where acknowledged records are gone"

if __name__ == "__main__":
    main("truncate", run, 100)
