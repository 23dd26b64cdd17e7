"""Fits the points of the shipped rules to the writing halves, under a limit on false alarms in each kind of text.

    python -m bench.quality.fit                 # what would change
    python -m bench.quality.fit --write         # fit.json, and the points in rules/
    python -m bench.quality.fit --category violence --write

The limits are below those of docs/quality.md, for five categories share them.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from bench.quality.decisions import POLICY, ROOT, shipped
from modengine.lab.data.card import load_card, read_card
from modengine.lab.data.corpus import Corpus
from modengine.lab.stats.intervals import Estimate
from modengine.lab.studies.fit import Fit, fit

REPORT = Path(__file__).parent / "fit.json"
LIMITS: Mapping[str, float] = {
    "fraud": 0.002, "pornography": 0.001, "violence": 0.0008, "terrorism": 0.0003, "rumour": 0.0015,
}  # fmt: skip
CARDS = (
    "chineseharm-dev", "telecom-dev", "teleantifraud-dev", "mhc-zh-dev", "cold-dev", "nus-sms-dev", "cdial-dev",
    "kdconv-dev", "fewclue-dev", "thucnews-dev", "checked-real-dev", "chinese-poetry", "ud-gsdsimp-dev",
    "plain", "hinted", "typed", "voices", "grievance",
)  # fmt: skip


def corpora() -> list[Corpus]:
    """The writing halves: as the rows say, else by lot."""
    return [_writing(ROOT / "samples" / "cards" / f"{name}.yaml") for name in CARDS]


def _writing(card: Path) -> Corpus:
    corpus = load_card(read_card(card), shipped().policy.categories)
    said = [str(message.fields.get("half", "")) for message in corpus.messages]
    return corpus.take(
        np.array([s == "writing" if s else half == 0 for s, half in zip(said, corpus.halves, strict=True)], np.bool_)
    )


def write(found: Mapping[str, Fit]) -> None:
    """The report, and the points into the rule files."""
    kept = json.loads(REPORT.read_text("utf-8"))["fits"] if REPORT.exists() else []
    kept = [each for each in kept if each["category"] not in found]
    new = [json.loads(msgspec.json.encode(each)) for report in found.values() for each in report.fits]
    ordered = sorted((*kept, *new), key=lambda each: each["category"])
    text = json.dumps({"limits": dict(LIMITS), "fits": ordered}, ensure_ascii=False, indent=1)
    REPORT.write_text(text + "\n", encoding="utf-8", newline="\n")
    points = {
        rule: value for report in found.values() for each in report.fits for rule, value in each.changes().items()
    }
    for path in POLICY.parent.glob("*.yaml"):
        old = path.read_text("utf-8")
        new_text = re.sub(
            r"(?ms)^(  - id: (\S+)\n.*?^    score: )\d+",
            lambda found: f"{found[1]}{points[found[2]]}" if found[2] in points else found[0],
            old,
        )
        if new_text != old:
            path.write_text(new_text, encoding="utf-8", newline="\n")


def show(report: Fit) -> None:
    for each in report.fits:
        print(f"{each.category}: threshold {each.threshold}, {each.own} rows of it, {each.ordinary} ordinary")
        for this in each.points:
            sure = f"({this.low} to {this.high}, used {this.used:.0%})" if not this.kept else "(kept)"
            hits = f"own {this.own} ordinary {this.ordinary}"
            print(f"  {this.rule:45} {this.as_is:4} -> {this.fitted:4}  {sure}  {hits}")
        for figure in each.figures:
            print(
                f"  {figure.figure:13} {figure.action:7} {figure.among:30} as is {_share(figure.as_is)}, "
                f"in sample {_share(figure.in_sample)}, out of fold {_share(figure.out_of_fold)}, "
                f"other source {_share(figure.other_source)}"
            )


def _share(estimate: Estimate) -> str:
    return "none" if estimate.value is None else f"{estimate.value:.2%}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--category", choices=sorted(LIMITS), action="append", help="this one alone; repeatable")
    parser.add_argument("--limit", type=float, help="another limit than that of LIMITS")
    parser.add_argument("--draws", type=int, default=30)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    halves = corpora()
    found = {}
    for category in given.category or sorted(LIMITS):
        found[category] = fit(
            shipped(), halves, aim="label" if category == "rumour" else "review",
            false_alarms=given.limit or LIMITS[category], categories=[category], draws=given.draws,
        )  # fmt: skip
        show(found[category])
    if given.write:
        write(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
