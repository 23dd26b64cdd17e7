"""The words of the page hold what the engine can say: nothing is left in one language alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from modengine.codes import CODES
from modengine.explain.words import STEPS
from modengine.model import Suppression
from modengine.play.app import STATIC
from modengine.play.lessons import shipped_lessons
from tests.paths import DOCS


def strings() -> str:
    """The words of the interface, of all files that have some."""
    return "".join(path.read_text("utf-8") for path in sorted(STATIC.glob("strings*.js")))


def test_every_problem_of_a_rule_file_has_a_plain_sentence() -> None:
    said = set(re.findall(r"^  (ME\d{3}): \[", (STATIC / "problem_words.js").read_text("utf-8"), re.MULTILINE))
    assert said == {code for code in CODES if code < "ME900"}


def test_every_step_to_a_match_and_every_reason_against_it_is_said_in_both_languages() -> None:
    text = (STATIC / "engine_words.js").read_text("utf-8")
    steps = dict(re.findall(r'^  (\w+): \["([^"]+)", "[^"]*[\u4e00-\u9fff]', text, re.MULTILINE))
    assert steps == STEPS
    sayings = re.findall(r"^  \[/\^([a-z ]+)", text, re.MULTILINE)
    assert [reason for reason in Suppression if not any(reason.startswith(saying) for saying in sayings)] == []


def _strings() -> str:
    return "".join(path.read_text("utf-8") for path in sorted(STATIC.glob("strings*.js")))


def test_every_word_of_the_interface_is_in_both_languages() -> None:
    text = strings()
    found = re.findall(r'^  "?([\w-]+)"?: \[\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)",?\s*\]', text, re.MULTILINE)
    assert len(found) == len(re.findall(r'^  "?[\w-]+"?: \[', text, re.MULTILINE)) > 200
    # Names of files and keys alone, and the button to the other language, read alike or have no Chinese.
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert [name for name, _, zh in found if not chinese.search(zh)] == ["language", "language_label"]
    assert [name for name, en, _ in found if chinese.search(en)] == ["language", "language_label"]


@pytest.mark.parametrize("lesson", shipped_lessons(), ids=lambda lesson: lesson.lesson)
def test_titles_and_clauses_of_a_lesson_are_in_chinese_too(lesson: Any) -> None:
    wanted = set()
    for text in (text for name, text in lesson.files.items() if name.endswith(".yaml")):
        file = yaml.safe_load(text)
        wanted |= {file["title"], *file.get("clauses", {}).values(), *(rule["title"] for rule in file.get("rules", ()))}
    assert set(lesson.in_chinese) == wanted


def test_what_the_lessons_tell_a_teacher_to_press_is_on_the_page() -> None:
    shown = set(re.findall(r'^  "?[\w-]+"?: \[\s*"((?:[^"\\]|\\.)*)"', strings(), re.MULTILINE))
    shown |= {lesson.title.en for lesson in shipped_lessons()}
    pages = [DOCS / "play.md", *sorted((DOCS / "lessons").glob("*.md"))]
    named = {
        name
        for page in pages
        for name in re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", page.read_text("utf-8"))
        if name[0].isupper()
    }
    assert len(named) > 30
    assert named - shown == set()
