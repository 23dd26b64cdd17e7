"""The site answers as the server does: the same jobs, with what stands in for compiled libraries."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from modengine.paths import shipped_policy
from modengine.play.asked import named, read, wanted
from modengine.play.jobs.jobs import Bench
from modengine.play.jobs.worker import answer
from modengine.play.lessons import Lesson, shipped_lessons
from modengine.play.registry import ENDPOINTS
from modengine.play.serve import start_of
from modengine.play.shipped import samples
from modengine.run.write.results import to_json
from tests.play.site.running import Inside

LESSONS = shipped_lessons()
Asked = list[tuple[str, dict[str, Any]]]


@cache
def texts() -> tuple[str, ...]:
    lines = (samples() / "messages.jsonl").read_text("utf-8").splitlines()
    return tuple(json.loads(line)["text"] for line in lines if line.strip())


def begun(lessons: tuple[Lesson, ...]) -> dict[str, Any]:
    start = start_of(shipped_policy(), lessons)
    found: dict[str, Any] = json.loads(to_json({"files": start.files, "main": start.main, "lessons": lessons}))
    return found


def by_server(start: dict[str, Any], asked: Asked, logs: Path) -> list[Any]:
    """What the workers of the server answer."""
    bench, sets = Bench(logs=logs), dict[str, Any]()

    def remember(files: Any, main: str) -> str:
        name, content = named(files, main)
        sets[name] = json.loads(content)
        return name

    default = remember(start["files"], start["main"])
    measured = {lesson["lesson"]: lesson["messages"] for lesson in start["lessons"]}
    found = []
    for path, body in asked:
        given = read(ENDPOINTS[path], json.dumps(body).encode())
        request = wanted(ENDPOINTS[path], given, default, remember, measured)
        status, data = answer(bench, {**request, "sets": sets})
        found.append([status, json.loads(data)])
    return found


def rounded(value: Any) -> Any:
    """Without the last digits of figures, and how long it took."""
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items() if key != "seconds"}
    return value


def same(inside: Inside, start: dict[str, Any], asked: Asked, logs: Path) -> None:
    site = rounded(inside("answers", {"start": start, "asked": asked}))
    server = rounded(by_server(start, asked, logs))
    for one, here, there in zip(asked, site, server, strict=True):
        assert here == there, one
    assert all(status == 200 for status, _ in site)


@pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.lesson for lesson in LESSONS])
def test_a_lesson_is_decided_and_explained_as_by_the_server(lesson: Lesson, inside: Inside, tmp_path: Path) -> None:
    rules = named(lesson.files, lesson.main)[0]
    asked: Asked = [("/api/rules", {"files": lesson.files, "main": lesson.main})]
    for number, text in enumerate([case.text for case in lesson.cases] + list(texts())):
        asked.append(("/api/decide", {"text": text, "rules": rules, "ignore_scope": True}))
        if number < len(lesson.cases):
            asked.append(("/api/explain", {"text": text, "rules": rules}))
    asked.append(("/api/test", {"rules": rules}))
    same(inside, begun((lesson,)), asked, tmp_path)


def test_the_shipped_policy_decides_all_samples_as_by_the_server(inside: Inside, tmp_path: Path) -> None:
    asked: Asked = [("/api/decide", {"text": text, "ignore_scope": True}) for text in texts()]
    same(inside, begun(()), asked, tmp_path)


def test_every_study_of_the_page_finds_what_the_server_finds(inside: Inside, tmp_path: Path) -> None:
    lesson = next(lesson for lesson in LESSONS if lesson.lesson == "evasion")
    files = dict(lesson.files)
    rules = named(files, lesson.main)[0]
    text = lesson.cases[0].text
    other = next(lesson for lesson in LESSONS if lesson.messages)
    asked: Asked = [
        ("/api/rules", {"files": files, "main": lesson.main}),
        ("/api/eval", {"rules": rules, "lesson": other.lesson, "secret": [other.cases[0].text], "by": "kind"}),
        ("/api/flip", {"text": text, "rules": rules}),
        ("/api/evade", {"text": text, "rules": rules}),
        ("/api/eval", {"rules": rules}),
        ("/api/scores", {"rules": rules}),
        ("/api/diff", {"a": rules, "b": rules}),
        ("/api/schema", {"kind": "policy"}),
        ("/api/check", {"files": files, "main": lesson.main}),
    ]
    same(inside, begun((lesson, other)), asked, tmp_path)


def test_rules_can_be_left_out(inside: Inside, tmp_path: Path) -> None:
    lesson = LESSONS[0]
    rules = named(lesson.files, lesson.main)[0]
    listed = by_server(begun((lesson,)), [("/api/rules", {"files": lesson.files, "main": lesson.main})], tmp_path)
    first = listed[0][1]["list"][0]["id"]
    asked: Asked = [
        ("/api/rules", {"files": lesson.files, "main": lesson.main}),
        ("/api/scores", {"rules": rules, "off": [first]}),
    ]
    same(inside, begun((lesson,)), asked, tmp_path)


def test_a_log_is_kept_shown_proven_and_its_change_is_found(inside: Inside) -> None:
    log, message = "0" * 32, {"text": "加微信领红包"}
    asked: Asked = [
        ("/api/audit/append", {"log": log, **message}),
        ("/api/audit/record", {"log": log, "seq": 1}),
        ("/api/audit/verify", {"log": log}),
        ("/api/audit/tamper", {"log": log, "seq": 1, "at": 40}),
        ("/api/audit/verify", {"log": log}),
    ]
    (_, appended), (_, record), (_, before), _, (_, after) = inside("answers", {"start": begun(()), "asked": asked})
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
