"""What became of examples, as JSON, workflow commands and JUnit's XML (the form that CI servers read)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from modengine.cli.rules.forms.github import annotation
from modengine.cli.streams import escaped
from modengine.errors import printable
from modengine.explain.visible import inline
from modengine.policy.model import ExampleKind
from modengine.run.work.examples import ExampleResult

WANTED: Mapping[ExampleKind, str] = {
    "match": "should match, and does not",
    "pass": "should not match, and does",
    "known_miss": "is a known miss, and matches now: move it to `match`",
    "known_false_alarm": "is a known false alarm, and passes now: move it to `pass`",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of the examples of one file."""

    file: Path
    outcomes: tuple[ExampleResult, ...]
    left: int
    """Examples of rules that mean nothing without the rules of other files."""


def what(outcome: ExampleResult) -> str:
    """Why an example fails, or is news."""
    return f"cannot be decided: {outcome.undetermined}" if outcome.undetermined else WANTED[outcome.kind]


def example_text(outcome: ExampleResult) -> str:
    """The message of an example on one line."""
    return inline(" / ".join(part.text for part in outcome.example.message.all_parts() if part.text), 400)


def as_json(tried: Sequence[Tried]) -> str:
    """A list of objects, one an example."""
    found = [_record(result.file, outcome) for result in tried for outcome in result.outcomes]
    return escaped(json.dumps(found, ensure_ascii=False, indent=2)) + "\n"


def _record(file: Path, outcome: ExampleResult) -> dict[str, object]:
    place = outcome.example.place
    return {
        "tested": str(file),
        "rule": outcome.rule.id,
        "kind": outcome.kind,
        "hit": outcome.hit,
        "verdict": outcome.verdict,
        "undetermined": outcome.undetermined,
        "text": outcome.example.message.text,
        "file": place.file,
        "line": place.line,
    }


def as_github(tried: Sequence[Tried]) -> str:
    """A workflow command for each example that fails, and for good news."""
    return "".join(
        annotation(
            "error" if outcome.verdict == "fails" else "note", outcome.example.place, outcome.rule.id,
            f"{example_text(outcome)}: {what(outcome)}",
        )
        for result in tried
        for outcome in result.outcomes
        if outcome.verdict != "holds"
    )  # fmt: skip


def as_junit(tried: Sequence[Tried]) -> str:
    """A suite a file, a case an example."""
    root = ElementTree.Element("testsuites", {"name": "modengine test"})
    for result in tried:
        failed = Counter(outcome.verdict for outcome in result.outcomes)["fails"]
        about = {"name": str(result.file), "tests": str(len(result.outcomes)), "failures": str(failed), "errors": "0"}
        suite = ElementTree.SubElement(root, "testsuite", _clean(about))
        suite.extend(_cases(result))
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return f"{written.decode()}\n"


def _cases(result: Tried) -> Iterator[ElementTree.Element]:
    for outcome in result.outcomes:
        place = outcome.example.place
        case = ElementTree.Element(
            "testcase",
            _clean({
                "classname": outcome.rule.id, "name": f"{outcome.kind}: {example_text(outcome)}",
                "file": place.file, "line": str(place.line), "time": "0",
            }),
        )  # fmt: skip
        if outcome.verdict == "fails":
            ElementTree.SubElement(case, "failure", _clean({"message": what(outcome)})).text = str(place)
        elif outcome.verdict == "news":
            ElementTree.SubElement(case, "system-out").text = f"good news: it {WANTED[outcome.kind]}"
        yield case


def _clean(attributes: Mapping[str, str]) -> dict[str, str]:
    """Without the characters that XML has no way to say."""
    return {name: printable(value) for name, value in attributes.items()}


FORMS: Mapping[str, Callable[[Sequence[Tried]], str]] = {
    "json": as_json, "github": as_github, "junit": as_junit,
}  # fmt: skip
