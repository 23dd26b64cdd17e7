"""The same requests to the site and to the server."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from modengine.paths import shipped_policy
from modengine.play.asked import named, read, wanted
from modengine.play.jobs.jobs import Bench
from modengine.play.jobs.worker import answer
from modengine.play.lessons import Lesson
from modengine.play.registry import ENDPOINTS
from modengine.play.serve import start_of
from modengine.play.shipped import samples
from modengine.run.write.results import to_json
from tests.play.site.running import Inside

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


def decided_and_explained(lesson: Lesson, inside: Inside, logs: Path, every: int) -> None:
    """A lesson's messages, and one in `every` of the samples."""
    rules = named(lesson.files, lesson.main)[0]
    asked: Asked = [("/api/rules", {"files": lesson.files, "main": lesson.main})]
    for number, text in enumerate([case.text for case in lesson.cases] + list(texts()[::every])):
        asked.append(("/api/decide", {"text": text, "rules": rules, "ignore_scope": True}))
        if number < len(lesson.cases):
            asked.append(("/api/explain", {"text": text, "rules": rules}))
    asked.append(("/api/test", {"rules": rules}))
    same(inside, begun((lesson,)), asked, logs)
