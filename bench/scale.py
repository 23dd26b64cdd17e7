"""How `modengine scan` grows: messages, processes, memory.

    python bench/scale.py --counts 10000 100000 --jobs 1 2 [--again 3] [--no-audit]

Scans made-up messages (bench/messages.py) with the shipped policy, each run a process of its own with a
new log and an output file in a folder that is removed.  Prints a row a run: wall and processor seconds, what
the largest process and all together had in memory at most (VmHWM, looked at 5 times a second), and
the load of the machine before it.  "Startup" is what a scan of one message takes, and is subtracted for the rate.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.messages import messages


def peaks(pid: int, found: dict[int, int]) -> None:
    """Adds what each process of the session of `pid` had at most so far, in MiB."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(entry.name)) != pid:
                continue
            status = (entry / "status").read_text()
        except OSError:
            continue
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                found[int(entry.name)] = int(line.split()[1]) // 1024


def scan(path: Path, jobs: int, extra: list[str]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "modengine", "scan", str(path), "-q", "-j", str(jobs)]
        command += ["-o", f"{folder}/out.jsonl", *(extra or ["-a", f"{folder}/audit"])]
        load, before, start = os.getloadavg()[0], resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        running = subprocess.Popen(command, start_new_session=True)
        memory: dict[int, int] = {}
        while running.poll() is None:
            peaks(running.pid, memory)
            time.sleep(0.2)
        spent, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        assert running.returncode == 0
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {
            "seconds": spent,
            "cpu": cpu,
            "largest": max(memory.values()),
            "all": sum(memory.values()),
            "load": load,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--again", type=int, default=1)
    parser.add_argument("--no-audit", action="store_true")
    asked = parser.parse_args()
    extra = ["--no-audit"] if asked.no_audit else []
    heads = (
        "messages",
        "processes",
        "wall s",
        "CPU s",
        "CPU µs a message",
        "messages/s",
        "largest MiB",
        "all MiB",
        "load",
    )
    print("| " + " | ".join(heads) + " |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for count in {1, *asked.counts}:
            files[count] = Path(folder) / f"{count}.jsonl"
            with files[count].open("w", encoding="utf-8") as file:
                file.writelines(json.dumps(message, ensure_ascii=False) + "\n" for message in messages(count))
        idle = {jobs: scan(files[1], jobs, extra) for jobs in asked.jobs}
        for _ in range(asked.again):
            for count in asked.counts:
                for jobs in asked.jobs:
                    scanned = scan(files[count], jobs, extra)
                    wall = scanned["seconds"] - idle[jobs]["seconds"]
                    each = 1e6 * (scanned["cpu"] - idle[jobs]["cpu"]) / count
                    cells = (
                        *(f"{count:,}", str(jobs), f"{scanned['seconds']:.1f}", f"{scanned['cpu']:.1f}", f"{each:.0f}"),
                        *(f"{count / wall:,.0f}", f"{scanned['largest']:.0f}", f"{scanned['all']:.0f}"),
                        f"{scanned['load']:.1f}",
                    )
                    print("| " + " | ".join(cells) + " |", flush=True)
    print(
        "\nStartup: " + ", ".join(f"{start['cpu']:.1f} s of processor with -j {jobs}" for jobs, start in idle.items())
    )


if __name__ == "__main__":
    main()
