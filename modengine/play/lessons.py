"""Lessons: one YAML file each, under `samples/lessons`.

lesson: word-boundaries
title: {en: Words, zh: 词}
minutes: 45
topics: what the messages speak of, so that a teacher can warn of it
intro: {en: ..., zh: ...}
panel: why                     # the panel that opens
also: [steps]                  # others that a page of the essentials shows too
main: policy.yaml
files: {policy.yaml: |- ..., rules.yaml: |- ...}
in_chinese: {the title of a rule: 规则的标题}
cases:
  - {id: kimono, text: ..., gloss: ..., label: none, hidden: true, ask: {en: ..., zh: ...}, tell: {...}}
messages:                      # what rules are measured on; without it the shipped samples
  - {id: m01, text: ..., gloss: ..., label: fraud, kind: offer}
groups: {offer: {en: ..., zh: ...}}
filters: [{main: policy.yaml, title: {en: ..., zh: ...}}, ...]
glosses: {an example in the rules: its meaning}
worksheet: [{en: ..., zh: ...}, ...]   # what to write about, beside the predictions
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml
from msgspec import Meta

from modengine.errors import InputError
from modengine.play.shipped import samples
from modengine.policy.nodes.malformed import LOADER

Panel = Literal["why", "steps", "whatif", "tests", "evade", "audit"]


class Both(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in the two languages of the page."""

    en: str
    zh: str


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message of a lesson."""

    id: str
    text: Annotated[str, Meta(max_length=20_000)]
    gloss: str
    """Its meaning in the other language."""
    label: str = "none"
    hidden: bool = False
    """Not shown to the class before the teacher does."""
    blur: bool = False
    """Blurred until somebody asks for it."""
    ask: Both | None = None
    tell: Both | None = None
    """What is worth saying once it is revealed."""


class MeasuredMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message that rules are measured on."""

    id: str
    text: Annotated[str, Meta(max_length=20_000)]
    gloss: str = ""
    label: str = "none"
    kind: str = ""
    """Whose message it is: the row of the grid in which it counts."""
    blur: bool = False


class LessonFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the policies that a lesson compares."""

    main: str
    title: Both


class Lesson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lesson as the page receives it."""

    lesson: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,60}$")]
    title: Both
    minutes: Annotated[int, Meta(ge=1, le=300)]
    topics: Both
    intro: Both
    main: str
    files: dict[str, str]
    cases: Annotated[tuple[Case, ...], Meta(min_length=1, max_length=200)]
    panel: Panel = "why"
    also: tuple[Panel, ...] = ()
    """Panels that a page of the essentials shows besides."""
    in_chinese: dict[str, str] = {}
    """Titles and clauses of the rules, for the Chinese interface; others are shown as they are written."""
    language: Literal["zh", "en"] = "zh"
    """In which its messages are written; `gloss` is their meaning in the other one."""
    messages: Annotated[tuple[MeasuredMessage, ...], Meta(max_length=500)] = ()
    groups: dict[str, Both] = {}
    """The kinds of its messages by name: the rows of the grid, in this order."""
    filters: tuple[LessonFilter, ...] = ()
    glosses: dict[str, str] = {}
    """What the examples in the rules mean."""
    worksheet: tuple[Both, ...] = ()
    shipped: bool = False
    """Whether it comes with modengine, and its worksheet too."""


def read_lesson(path: Path) -> Lesson:
    """A lesson.  Raises InputError (ME905) with what is wrong with the file."""
    try:
        given = yaml.load(path.read_text("utf-8"), Loader=LOADER)  # noqa: S506  (a safe one)
        return msgspec.convert(given, Lesson)
    except (OSError, ValueError, AttributeError, KeyError, yaml.YAMLError, RecursionError) as error:
        # AttributeError and KeyError are what PyYAML raises for `!!timestamp a` and `!!bool a`.
        raise InputError("ME905", f"`{path}` is no lesson: {error}", "docs/play.md says what a lesson holds") from None


def shipped_lessons() -> tuple[Lesson, ...]:
    """All lessons that come with modengine, by their files' names."""
    files = sorted((samples() / "lessons").glob("*.yaml"))
    return tuple(msgspec.structs.replace(read_lesson(path), shipped=True) for path in files)


def without_answers(lesson: Lesson) -> Lesson:
    """A lesson as a student's window begins with it: labels and what is worth saying give decisions away."""
    return msgspec.structs.replace(
        lesson,
        cases=tuple(msgspec.structs.replace(case, label="", tell=None) for case in lesson.cases),
        messages=tuple(msgspec.structs.replace(message, label="", kind="") for message in lesson.messages),
    )
