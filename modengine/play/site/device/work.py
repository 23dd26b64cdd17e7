"""What the worker of the site is asked: the endpoints of the page, answered by the jobs of its server."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modengine.play.asked import Problem, named, read, wanted
from modengine.play.jobs.jobs import Bench
from modengine.play.jobs.worker import answer
from modengine.play.registry import ENDPOINTS
from modengine.play.room import Room
from modengine.run.write.results import to_json


class Desk:
    """One window's page: its rule sets, its logs, its question."""

    def __init__(self, start: Mapping[str, Any]) -> None:
        self._start = start
        self._room = Room()
        self._bench = Bench(logs=Path(tempfile.mkdtemp()))
        self._sets: dict[str, dict[str, Any]] = {}
        self._default = self._remember(start["files"], start["main"])

    def _remember(self, files: Mapping[str, str], main: str) -> str:
        name, content = named(files, main)
        self._sets[name] = json.loads(content)
        return name

    def ask(self, path: str, body: str) -> tuple[int, str]:
        """The status and the JSON of an answer."""
        endpoint = ENDPOINTS[path]
        try:
            given = read(endpoint, body.encode("utf-8", "surrogatepass"))
            if path == "/api/start":
                return 200, json.dumps({**self._start, "rules": self._default})
            if path.startswith("/api/room"):
                return 200, to_json(self._asked_of_class(path, given)).decode()
            request = wanted(endpoint, given, self._default, self._remember)
            status, found = answer(self._bench, {**request, "sets": self._sets})
            return status, found.decode()
        except Problem as problem:
            return problem.status, json.dumps({"error": problem.said})

    def _asked_of_class(self, path: str, given: Any) -> object:
        try:
            if path == "/api/room/vote":
                self._room.vote(given.voter, given.voter, given.choice)
            elif path == "/api/room/ask":
                self._room.ask(given.text, given.gloss, given.shown, given.fresh, given.shared)
        except ValueError as error:
            raise Problem(409, str(error)) from None
        return self._room.state(True)
