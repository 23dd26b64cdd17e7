"""Faults of the system at every call that touches a log, by strace: nothing lost, the writer poisoned.

    python bench/faults/strace_faults.py [0]         (0: every call site; N: about N of them)

Each openat, write, pwrite64, fsync, fdatasync, ftruncate, rename and unlink on the log's files is made
to fail, in its turn: EIO once; ENOSPC from then on; SIGKILL; and `write` to say that it took 7 bytes of
which none are written (a lying disk).  True short writes, of the vault too, come from a limit of file
size, at so many sizes.
"""

from __future__ import annotations

import os
import pickle
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from bench.faults.kit import NOW, Outcome, key_of, main, records, scratch, small_engine, timed
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.records.commitments import pseudonym
from modengine.audit.write.log import AuditLog
from modengine.errors import AuditError

CALLS = ("openat", "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "unlink")
FAULTS = {"EIO": "error=EIO:when={0}", "ENOSPC": "error=ENOSPC:when={0}+", "SIGKILL": "signal=SIGKILL:when={0}"}
LIE = "retval=7:when={0}"
SIZES = 60
"""Limits of file size that are tried."""


@dataclass(frozen=True, slots=True)
class Case:
    call: str
    fault: str
    number: int


def scenario(folder: Path, extra: list[str], command: list[str]) -> list[str]:
    """What the scenario told."""
    shutil.rmtree(folder, ignore_errors=True)
    read, write = os.pipe()
    script = str(Path(__file__).with_name("scenario.py"))
    line = [*command, sys.executable, "-B", script, str(folder), str(write), *extra]
    done = subprocess.Popen(line, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read, "r", encoding="utf-8") as pipe:
        told = pipe.read().splitlines()
    done.wait()
    return told


def files(folder: Path) -> list[str]:
    """Every path of the log that the scenario touches, from a run that is only watched."""
    trace = folder.with_name("trace")
    watch = ["strace", "-f", "-qq", "-o", str(trace), "-e", "trace=openat,rename,unlink,mkdir"]
    told = scenario(folder, [], watch)
    assert told[-1:] == ["done"], told
    return sorted(set(re.findall(rf'"({re.escape(str(folder))}[^"]*)"', trace.read_text("utf-8", "replace"))))


def strace(paths: list[str], output: Path, call: str, inject: str | None) -> list[str]:
    line = ["strace", "-f", "-qq", "-o", str(output), "-e", f"trace={call}"]
    for path in paths:
        line += ["-P", path]
    return [*line, *(["-e", f"inject={call}:{inject}"] if inject else [])]


def judge(folder: Path, told: list[str], case: Case) -> tuple[list[str], str]:
    """What went wrong, and what became of the log: `whole`, `new` (nothing had been made), `refused`."""
    wrong = [line for line in told if line.startswith("NOT")]
    acks = {int(line.split()[1]): int(line.split()[2]) for line in told if line.startswith("ack")}
    tries = [int(line.split()[1]) for line in told if line.startswith("try")]
    erased = [int(line.split()[1]) for line in told if line.startswith("erased")]
    failed = any(line.startswith("error") for line in told)
    if failed and "poisoned" not in told:
        wrong.append("an error, and no poison")
    before = {path: path.read_bytes() for path in sorted((folder / "segments").glob("*"))} if folder.exists() else {}
    try:
        AuditLog.open(folder, time=NOW, keep_text=True).close()
    except AuditError as error:
        now = {path: path.read_bytes() for path in sorted((folder / "segments").glob("*"))}
        if now != before:
            wrong.append("refused, and yet changed")
        if case.fault != "lie" or (acks and "rolled back" in error.message):
            wrong.append(f"does not open: {error}")
        return wrong, "refused"
    report = verify(LogPaths(folder))
    wrong += [f"not good: {fault.what}" for fault in report.faults]
    key, found = key_of(folder), list(records(folder))
    names = {record["seq"]: record["message"] for record in found if record["kind"] == "decision"}
    wrong += [f"m-{n} lost" for n, seq in acks.items() if names.get(seq) != pseudonym(key, f"m-{n}")]
    extra = len(names) - len(acks)
    if extra > 5 or extra < 0 or (extra and tries and max(tries) in acks):
        wrong.append(f"{extra} decisions that nobody acknowledged")
    gone = {seq for record in found if record["kind"] == "erasure" for seq in record["erased"]}
    wrong += [f"m-{n} was erased, and that is not recorded" for n in erased if acks[n] not in gone]
    return wrong, "whole" if acks else "new"


def run(n: int) -> Outcome:
    def work() -> tuple[str, str, str, str, bool]:
        with scratch() as place:
            jobs = [place / str(i) for i in range(3)]
            pickled = pickle.dumps(small_engine())
            for job in jobs:
                job.mkdir()
                (job / "engine").write_bytes(pickled)
            paths = [path.removeprefix(str(jobs[0] / "log")) for path in files(jobs[0] / "log")]
            cases: list[Case] = []
            whole = [str(jobs[0] / "log") + path for path in paths]
            told = scenario(jobs[0] / "log", [], strace(whole, jobs[0] / "trace", ",".join(CALLS), None))
            assert told[-1:] == ["done"], told
            lines = (jobs[0] / "trace").read_text("utf-8", "replace").splitlines()
            counts = {call: sum(f" {call}(" in line for line in lines) for call in CALLS}
            for call in CALLS:
                kinds = [*FAULTS, *(["lie"] if call == "write" else [])]
                cases += [Case(call, kind, i + 1) for kind in kinds for i in range(counts[call])]
            cases += [Case("short", "short write", size) for size in range(SIZES)]
            if n:
                cases = cases[:: max(1, len(cases) // n)]
            with ThreadPoolExecutor(len(jobs)) as pool:
                parts = pool.map(lambda i: _share(jobs[i], paths, cases[i :: len(jobs)]), range(len(jobs)))
                results = [result for part in parts for result in part]
        wrong = [(case, text) for case, texts, _, _ in results for text in texts]
        for case, text in wrong[:20]:
            print(f"{case}: {text}", file=sys.stderr)
        hit = sum(done for *_, done in results)
        fates = {fate: sum(outcome == fate for _, _, outcome, _ in results) for fate in ("whole", "new", "refused")}
        sites = ", ".join(f"{call} {count}" for call, count in counts.items())
        figure = f"{len(results):,} faults at every call site ({sites})" if not n else f"{len(results)} faults"
        result = (
            f"{hit:,} stopped the writer; afterwards {fates['whole']:,} logs with all that was acknowledged,"
            f" {fates['new']:,} without any yet, {fates['refused']} refused (lying disk only); wrong {len(wrong)}"
        )
        return _FAULT, figure, _PROMISE, result, not wrong

    return timed(work)


_FAULT = "EIO, ENOSPC, short write, SIGKILL (strace)"
_PROMISE = "no acknowledged loss, writer poisoned"


def _share(job: Path, paths: list[str], cases: list[Case]) -> list[tuple[Case, list[str], str, bool]]:
    folder = job / "log"
    whole = [str(folder) + path for path in paths]
    results = []
    for case in cases:
        if case.call == "short":
            told = scenario(folder, [str(500 + 1301 * case.number)], [])
        else:
            inject = (LIE if case.fault == "lie" else FAULTS[case.fault]).format(case.number)
            told = scenario(folder, [], strace(whole, job / "trace", case.call, inject))
        wrong, fate = judge(folder, told, case)
        results.append((case, wrong, fate, told[-1:] != ["done"]))
    return results


if __name__ == "__main__":
    main("strace_faults", run, 0)
