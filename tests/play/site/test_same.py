"""The site answers as the server does: the same jobs, with what stands in for compiled libraries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modengine.play.asked import named
from modengine.play.lessons import shipped_lessons
from tests.play.site.asking import Asked, begun, decided_and_explained, same
from tests.play.site.running import Inside

LESSONS = shipped_lessons()


@pytest.mark.parametrize("lesson", ["whom-does-it-hit", "evasion-in-english"])
def test_a_lesson_is_decided_and_explained_as_by_the_server(lesson: str, inside: Inside, tmp_path: Path) -> None:
    """tests/nightly has all of them, and the shipped policy."""
    decided_and_explained(next(one for one in LESSONS if one.lesson == lesson), inside, tmp_path, 8)


def test_every_study_of_the_page_finds_what_the_server_finds(inside: Inside, tmp_path: Path) -> None:
    lesson = next(lesson for lesson in LESSONS if lesson.lesson == "evasion")
    files = dict(lesson.files)
    rules = named(files, lesson.main)[0]
    text = lesson.cases[0].text
    other = next(lesson for lesson in LESSONS if lesson.messages)
    name, rules_text = next((name, text) for name, text in files.items() if "\n    when: " in text)
    line = rules_text[: rules_text.index("\n    when: ")].count("\n") + 1
    writing = {"rules": rules, "file": name, "text": rules_text, "line": line, "character": 11}
    asked: Asked = [
        ("/api/rules", {"files": files, "main": lesson.main}),
        ("/api/eval", {"rules": rules, "lesson": other.lesson, "secret": [other.cases[0].text], "by": "kind"}),
        ("/api/flip", {"text": text, "rules": rules}),
        ("/api/evade", {"text": text, "rules": rules}),
        ("/api/eval", {"rules": rules}),
        ("/api/scores", {"rules": rules, "off": ["fraud.contact"]}),
        ("/api/diff", {"a": rules, "b": rules}),
        ("/api/complete", writing),
        ("/api/hover", writing),
        ("/api/check", {"files": files, "main": lesson.main}),
    ]
    same(inside, begun((lesson, other)), asked, tmp_path)


def test_a_log_is_kept_shown_proven_and_its_change_is_found(inside: Inside) -> None:
    lesson = LESSONS[0]
    log: dict[str, Any] = {"log": "0" * 32, "rules": named(lesson.files, lesson.main)[0]}
    asked: Asked = [
        ("/api/rules", {"files": lesson.files, "main": lesson.main}),
        ("/api/audit/append", {**log, "text": "加微信领红包"}),
        ("/api/audit/record", {**log, "seq": 1}),
        ("/api/audit/verify", log),
        ("/api/audit/tamper", {**log, "seq": 1, "at": 40}),
        ("/api/audit/verify", log),
    ]
    _, (_, appended), (_, record), (_, before), _, (_, after) = inside(
        "answers", {"start": begun((lesson,)), "asked": asked}
    )
    assert appended["seq"] == 1
    assert record["proof"]["proof"] == "inclusion"
    assert before["ok"]
    assert not after["ok"]


def test_what_needs_a_class_is_refused_and_says_who_has_one(inside: Inside) -> None:
    asked: Asked = [("/api/room", {}), ("/api/decide", {"no": 1}), ("/api/decide", {"text": "a", "rules": "0" * 32})]
    room, wrong, unknown = inside("answers", {"start": begun(()), "asked": asked})
    assert room[0] == 409
    assert "modengine play --host" in room[1]["error"]
    assert wrong[0] == 400
    assert unknown[:1] == [410]
    assert unknown[1]["code"] == "rules"
