"""What it takes to load a large policy: from nothing, from what was kept, and after a change of one line.

    python bench/compile.py [--terms 100000] [--regexes 1000] [--again 3]

Writes a policy of made-up rules over words of jieba's dictionary into a folder that is removed, and loads it in a
new process each time.  Prints the median of the processor seconds of `modengine.load` and of a first decision
(imports not counted), and the peak memory of the process.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from texts import dictionary, extra_terms  # noqa: E402

from modengine.checks.identity.words import read_words  # noqa: E402

A_RULE = 20
"""So many regexes stand in a rule."""
A_LIST = 10_000
"""So many terms stand in a file."""
ONE = """
import resource, sys, time
import modengine, modengine.loading
start = time.process_time()
engine = modengine.load(sys.argv[1])
loaded = time.process_time()
engine.decide("明天下午三点开会，请带上身份证，联系13800000000")
print(loaded - start, time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def free(words: list[str]) -> list[str]:
    """Those in which the identity guard reads and hears nothing."""
    return [word for word, read in zip(words, read_words(words), strict=True) if not (read.held or read.sounding)]


def write(folder: Path, terms: int, regexes: int) -> Path:
    """The policy; gives the file to load."""
    chance = random.Random(3)
    common = free([word for word, n in dictionary() if n > 200 and len(word) >= 2])
    rules = ["ruleset: made\ntitle: Made for measuring\ncategory: fraud\nlists:"]
    words = free(extra_terms(2 * terms))[:terms]
    numbers = range(-(-len(words) // A_LIST))
    for number in numbers:
        (folder / f"{number}.txt").write_text("\n".join(words[number * A_LIST : (number + 1) * A_LIST]), "utf-8")
        rules.append(f"  l{number}: {{file: {number}.txt}}")
    rules.append("rules:")
    for number in numbers:
        rules.append(
            f"  - id: made.l{number}\n    title: T\n    score: 10\n    patterns:\n"
            f"      p: {{text: {{list: l{number}}}}}\n    when: p"
        )
    for first in range(0, regexes, A_RULE):
        rules.append(f"  - id: made.r{first}\n    title: R\n    score: 10\n    patterns:")
        for number in range(first, min(regexes, first + A_RULE)):
            a, b, c, d = chance.sample(common, 4)
            rules.append(f"      x{number}: {{regex: '{a}[^,。]{{0,6}}(?:{b}|{c}|{d})\\W?\\d{{2,6}}(?!\\d)'}}")
        rules.append("    when: any of them")
    (folder / "made.yaml").write_text("\n".join(rules) + "\n", "utf-8")
    policy = folder / "policy.yaml"
    policy.write_text(
        "policy: made\ntitle: Made\nrulesets: [made.yaml]\nactions: {fraud: {label: 30, review: 60, block: 90}}\n",
        "utf-8",
    )
    return policy


def run(policy: Path) -> tuple[float, float, int]:
    environment = os.environ | {"MODENGINE_CACHE": str(policy.parent / "cache")}
    command = [sys.executable, "-c", ONE, str(policy)]
    loaded, first, memory = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.split()
    return float(loaded), float(first), int(memory)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--terms", type=int, default=100_000)
    parser.add_argument("--regexes", type=int, default=1000)
    parser.add_argument("--again", type=int, default=3)
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{asked.terms:,} terms, {asked.regexes:,} regexes; load average {load:.1f}; medians of {asked.again}")
    print("| | load s | and a first decision s | peak MiB |\n|---|---:|---:|---:|")
    found: dict[str, list[tuple[float, float, int]]] = {"nothing kept": [], "kept": [], "one line changed": []}
    for _ in range(asked.again):
        with tempfile.TemporaryDirectory() as name:
            policy = write(Path(name), asked.terms, asked.regexes)
            found["nothing kept"].append(run(policy))
            found["kept"].append(run(policy))
            rules = policy.with_name("made.yaml")
            rules.write_text(rules.read_text("utf-8").replace("score: 10", "score: 11", 1), "utf-8")
            found["one line changed"].append(run(policy))
    for what, runs in found.items():
        loaded, first, memory = map(statistics.median, zip(*runs, strict=True))
        print(f"| {what} | {loaded:.2f} | {first:.2f} | {memory:.0f} |")


if __name__ == "__main__":
    main()
