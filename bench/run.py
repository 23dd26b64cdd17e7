"""modengine, an automaton alone, its peers and itself before, on the same messages and terms, in one run.

    python bench/run.py [--before CHECKOUT] [--messages 4000] [--seconds 2] [--rounds 5] [--output bench/results]

Every contender runs in a process of its own, one after the other.  Times are processor seconds of that process (what
else the machine does counts as little as can be): rounds over all messages, each cut short after `--seconds`;
the best and the median are kept, and figures are ratios of the best.  Compare figures of one run only.  With
`--before`, a checkout of another commit, its `decide_batch` is a row; without a peer installed its rows are left out.
Writes `results.json`, `chart.svg` and `table.md` into the folder; `python tools/make_docs.py` puts the table
into docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import start  # noqa: E402
from child import BEFORE  # noqa: E402
from peers import CONTENDERS  # noqa: E402
from show import chart, table  # noqa: E402
from texts import engine_with, kinds, real, sets  # noqa: E402

from modengine.engine.core import module  # noqa: E402

GROWING = ("automaton alone", "modengine, batches")
"""These are measured with other numbers of extra terms too."""
PYTHON = "modengine, Python engine"


def child(name: str, terms: int, work: Path, given: argparse.Namespace) -> dict[str, Any] | None:
    """A contender measured in a process of its own; None where that fails, as where a peer is not installed."""
    checkout = given.before if name == BEFORE else ROOT
    command = [sys.executable, str(Path(__file__).with_name("child.py")), name, "--terms", str(terms)]
    command += ["--sets", str(work), "--seconds", str(given.seconds), "--rounds", str(given.rounds)]
    environment = os.environ | ({"MODENGINE_CORE": "0"} if name == PYTHON else {})
    done = subprocess.run(
        [*command, "--checkout", str(checkout)], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        print(f"{name}: {(done.stderr.strip().splitlines() or [''])[-1]}", file=sys.stderr)
        return None
    return dict(json.loads(done.stdout))


def machine() -> dict[str, Any]:
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            line.split(":")[1].strip()
            for line in info.read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    load = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
    core, version = module()
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": load,
        "core": version if core is not None else f"none ({version})",
    }


def write(result: dict[str, Any], folder: Path) -> None:
    """The results so far, so that a run that is stopped leaves what it has."""
    (folder / "results.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8", newline="\n")
    (folder / "table.md").write_text(table(result), "utf-8", newline="\n")
    (folder / "chart.svg").write_text(chart(result), "utf-8", newline="\n")


def work_of(given: argparse.Namespace) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """What the run is about, and the sets of messages."""
    source, texts = real(given.messages)
    found = sets(texts, engine_with([])) | kinds(given.messages)
    described = {
        name: {"n": len(listed), "characters": statistics.mean(map(len, listed))} for name, listed in found.items()
    }
    return {"machine": machine(), "source": source, "sets": described, "terms": given.terms, "runs": []}, found


def counted(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The runs with counts in the place of the hits that two engines found at equal work."""
    hits = {run["contender"]: run["hits"] for run in runs if "hits" in run}
    found = []
    for run in runs:
        ours = hits.get(f"modengine, the part of {run['contender']}")
        counts = {}
        if ours is not None:
            pairs = [(set(a), set(b)) for a, b in zip(run["hits"], ours, strict=True)]
            counts = {
                "both": sum(len(a & b) for a, b in pairs),
                "it_alone": sum(len(a - b) for a, b in pairs),
                "modengine_alone": sum(len(b - a) for a, b in pairs),
            }
        found.append({name: value for name, value in run.items() if name != "hits"} | counts)
    return found


def main() -> int:
    names = [*CONTENDERS, "start"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, help="a checkout of another commit")
    parser.add_argument("--policy", type=Path, help="another policy than the shipped one")
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--terms", type=int, default=10_000, help="extra terms of every contender")
    parser.add_argument("--growing", type=int, nargs="*", default=[1000, 100_000], help="other numbers of terms")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    asked = [(name, given.terms) for name in CONTENDERS if name in given.only]
    asked += [(BEFORE, given.terms)] if given.before else []
    asked += [(name, terms) for terms in given.growing for name in GROWING if name in given.only]
    failed = 0
    if given.policy:
        os.environ["BENCH_POLICY"] = str(given.policy.resolve())
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MODENGINE_CACHE"] = f"{folder}/cache"
        result, texts = work_of(given)
        work = Path(folder) / "sets.json"
        work.write_text(json.dumps(texts), "utf-8")
        runs: list[dict[str, Any]] = []
        for name, terms in asked:
            found = child(name, terms, work, given)
            failed += found is None
            if found is not None:
                runs.append(found)
                write(result | {"runs": counted(runs)}, given.output)
                print(f"{terms:>8} {name:34}{found['sets']['mixed']['best']:>12,.0f}/s", file=sys.stderr)
        result["runs"] = counted(runs)
        if "start" in given.only:
            result["start"] = start.measure(given.rounds, texts["mixed"])
    write(result, given.output)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
