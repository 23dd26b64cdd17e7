"""Fits the points of the shipped rules to the writing halves, under a limit on false alarms in each kind of text.

    python -m bench.quality.fit                 # what would change
    python -m bench.quality.fit --write         # fit.json for docs/rules/, and fit.md, which stands in docs/quality.md
    python -m bench.quality.fit --points        # the points in rules/
    python -m bench.quality.fit --category violence --points

The limits are below those of docs/quality.md, for five categories share them.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
import numpy as np

from bench.quality.decisions import POLICY, ROOT, shipped
from bench.quality.table import FITTED, percent, put, share
from modengine.lab.data.card import load_card, read_card
from modengine.lab.data.corpus import Corpus
from modengine.lab.stats.intervals import Estimate
from modengine.lab.studies.fit import CategoryFit, Fit, fit

REPORT = Path(__file__).parent / "fit.json"
WHOLE = ("(all)", "(ordinary)")
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


def write_points(found: Iterable[Fit]) -> None:
    """The points into the rule files."""
    points = {rule: value for report in found for each in report.fits for rule, value in each.changes().items()}
    for path in POLICY.parent.glob("*.yaml"):
        old = path.read_text("utf-8")
        new = re.sub(
            r"(?ms)^(  - id: (\S+)\n.*?^    score: )\d+",
            lambda found: f"{found[1]}{points[found[2]]}" if found[2] in points else found[0],
            old,
        )
        if new != old:
            path.write_text(new, encoding="utf-8", newline="\n")


def write_report(found: Iterable[Fit]) -> None:
    """What was fitted a rule, and a category."""
    fits = [each for report in found for each in report.fits]
    points = {this.rule: this for each in fits for this in each.points}
    REPORT.write_bytes(msgspec.json.format(msgspec.json.encode(points), indent=1) + b"\n")
    put(_table(fits), FITTED, True)


def _table(fits: Iterable[CategoryFit]) -> Iterator[str]:
    yield "| category | found | found, fitted points | ordinary | ordinary, fitted points | rules outside |"
    yield "|---|---|---|---|---|---|"
    for each in fits:
        at_aim = {this.figure: this for this in each.figures if this.action == each.aim and this.among in WHOLE}
        found, alarms = at_aim["recall"], at_aim["false alarms"]
        outside = [this.rule.split(".")[1] for this in each.points if not this.low <= this.as_is <= this.high]
        yield (
            f"| {each.category} | {share(found.as_is)} | {_share(found.out_of_fold)} | {share(alarms.as_is)} | "
            f"{_share(alarms.out_of_fold)} | {', '.join(outside) or 'none'} of {len(each.points)} |"
        )


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
    return "none" if estimate.value is None else percent(estimate.value)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--category", choices=sorted(LIMITS), action="append", help="this one alone; repeatable")
    parser.add_argument("--limit", type=float, help="another limit than that of LIMITS")
    parser.add_argument("--draws", type=int, default=30)
    parser.add_argument("--write", action="store_true", help="write the report; of all categories")
    parser.add_argument("--points", action="store_true", help="write the points into the rules")
    given = parser.parse_args()
    if given.write and (given.category or given.limit):
        parser.error("the report is of all categories, under their own limits")
    halves = corpora()
    found = {}
    for category in given.category or sorted(LIMITS):
        found[category] = fit(
            shipped(), halves, aim="label" if category == "rumour" else "review",
            false_alarms=given.limit or LIMITS[category], categories=[category], draws=given.draws,
        )  # fmt: skip
        show(found[category])
    if given.points:
        write_points(found.values())
    if given.write:
        write_report(found.values())
    return 0


if __name__ == "__main__":
    sys.exit(main())
