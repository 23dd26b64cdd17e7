"""How well entities are read: precision and recall a kind, on strings that people labelled by hand.

    python -m bench.quality.entities              # the table
    python -m bench.quality.entities amount --show   # and every string that is read otherwise
    python -m bench.quality.entities --write      # the tables of docs/entities.md

`samples/entities/written/` and `learnt/` were read by those who wrote the reading, `unseen/` was not.  A reading is
right where it overlaps a label and has its value; of an estimate (三百多) the ends of the label within a third.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from modengine.engine.match.entities import entity_spans
from modengine.entities.comparing import READINGS
from modengine.entities.links import host_of
from modengine.entities.model import SUBKINDS, Entity, EntityKind
from modengine.lab.stats.intervals import proportion
from modengine.model import Failure
from modengine.text.normalize import plain_view
from modengine.text.undisguised import undisguised_view

FOLDER = Path(__file__).parents[2] / "samples" / "entities"
PAGE = Path(__file__).parents[2] / "docs" / "entities.md"
BEGIN, END = "<!-- measured: python -m bench.quality.entities --write -->", "<!-- end of what was measured -->"
SETS = ("unseen", "learnt", "written")


@dataclass(frozen=True, slots=True)
class Read:
    """An entity in the original, `[start, end)`, and the text that it was read from."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A string in which something is read otherwise than it is labelled."""

    id: str
    text: str
    what: str


@dataclass(slots=True)
class Counts:
    strings: int = 0
    right: int = 0
    read: int = 0
    labelled: int = 0


def rows(name: str, kind: EntityKind) -> list[dict[str, Any]]:
    path = FOLDER / name / f"{kind}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def entities_in(text: str, asked: Entity) -> list[Read]:
    """All entities of a kind in a text."""
    view = plain_view(text)
    undone = undisguised_view(view.text)
    read = view.text if undone is None else undone.text
    spans = entity_spans(asked, read, {})
    assert not isinstance(spans, Failure)
    places = [(span if undone is None else undone.span(*span), read[slice(*span)]) for span in spans]
    return [Read(*view.span(*place), found) for place, found in places]


def measure(kind: EntityKind, labelled: list[dict[str, Any]], otherwise: list[Outcome]) -> Counts:
    """Counts over strings; what is read otherwise is added to a list."""
    counts = Counts()
    for row in labelled:
        text, open_ = row["text"], list(_places(row))
        counts.strings += 1
        counts.labelled += len(open_)
        for found in entities_in(text, Entity(kind)):
            counts.read += 1
            label = next((item for item in open_ if found.start < item[1] and item[0] < found.end), None)
            if label is not None:
                open_.remove(label)
            if label is not None and _has_value(kind, found, label[2], text):
                counts.right += 1
            else:
                why = "nothing" if label is None else json.dumps(label[2], ensure_ascii=False)
                otherwise.append(Outcome(row["id"], text, f"read `{text[found.start : found.end]}`, labelled {why}"))
        otherwise += [Outcome(row["id"], text, f"not read: `{item[2]['text']}`") for item in open_]
    return counts


def _places(row: Mapping[str, Any]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    at = 0
    for label in row["found"]:
        start = row["text"].index(label["text"], at)
        at = start + len(label["text"])
        yield start, at, label


def _has_value(kind: EntityKind, found: Read, label: Mapping[str, Any], text: str) -> bool:
    if kind in READINGS:
        read = READINGS[kind](found.text)
        sure = label.get("value", label.get("hours"))
        low, high = label.get("low", sure), label.get("high", sure)
        within = 1e-3 if sure is not None else 1 / 3
        return (
            _is_about(read.low, low, within)
            and _is_about(read.high, high, within)
            and read.currency == label.get("currency", read.currency)
            and read.per == label.get("per", read.per)
        )
    if kind in SUBKINDS:
        alike = entities_in(text, Entity(kind, kinds=(label["kind"],)))
        return any(other.start < found.end and found.start < other.end for other in alike)
    if kind == "person":
        asked = Entity(kind, who=(label["who"],), number=(label["number"],))
        return found in entities_in(text, asked)
    return kind != "link" or host_of(found.text) == label["host"]


def _is_about(read: float | None, labelled: float | None, within: float) -> bool:
    return labelled is None or (read is not None and abs(read - labelled) <= within * abs(labelled) + 1e-9)


def table(name: str) -> list[str]:
    """A Markdown table of a set: n strings and entities, precision and recall with Wilson's interval at 95 %."""
    out = ["| entity | strings | labelled | precision | recall |", "|---|---|---|---|---|"]
    for path in sorted((FOLDER / name).glob("*.jsonl")):
        kind: EntityKind = path.stem  # type: ignore[assignment]
        counts = measure(kind, rows(name, kind), [])
        out.append(
            f"| {kind} | {counts.strings} | {counts.labelled} | {_share(counts.right, counts.read)} | "
            f"{_share(counts.right, counts.labelled)} |"
        )
    return out


def section() -> str:
    """The tables of the sets that somebody had not seen who wrote the reading, as the page has them."""
    titles = {
        "unseen": "Strings that nobody had seen who wrote the reading",
        "learnt": "Strings that were unseen until the last round, and then learnt from",
    }
    return "\n\n".join(f"{title}:\n\n" + "\n".join(table(name)) for name, title in titles.items())


def _share(k: int, n: int) -> str:
    share = proportion(np.repeat([1, 0], [k, n - k]), np.ones(n, dtype=int))
    return f"{share.value:.3f} ({share.low:.3f} to {share.high:.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", nargs="?", help="one kind alone")
    parser.add_argument("--set", choices=SETS, help="one set alone")
    parser.add_argument("--show", action="store_true", help="what is read otherwise than it is labelled")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/entities.md")
    given = parser.parse_args()
    if given.write:
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{section()}\n{END}{rest.partition(END)[2]}", "utf-8")
        return
    for name in (given.set,) if given.set else SETS:
        if given.kind is None:
            print(f"\n{name}\n\n" + "\n".join(table(name)))
            continue
        otherwise: list[Outcome] = []
        counts = measure(given.kind, rows(name, given.kind), otherwise)
        print(f"{name}: {counts}")
        for outcome in otherwise if given.show else ():
            print(f"{outcome.id}: {outcome.text}\n    {outcome.what}")


if __name__ == "__main__":
    main()
