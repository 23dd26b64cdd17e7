"""What the worker of the site is asked: the endpoints of the page, answered by the jobs of its server."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modengine.play.asked import UNKNOWN, Problem, late, named, read, wanted
from modengine.play.jobs.jobs import Bench
from modengine.play.jobs.worker import NEED, answer
from modengine.play.limits import MOST_SETS
from modengine.play.registry import ENDPOINTS
from modengine.play.site.device import prepared
from modengine.play.site.device.clock import job_ends_in
from modengine.play.site.device.words import said_of
from modengine.run.write.results import to_json
from modengine.text import segment

COMPILING = 60.0
"""Seconds for a rule set, on a slow device."""


class Desk:
    """One window's page: its rule sets and its logs."""

    def __init__(self, start: Mapping[str, Any]) -> None:
        self._tells = {(lesson["lesson"], case["id"]): case for lesson in start["lessons"] for case in lesson["cases"]}
        self._measured = {lesson["lesson"]: lesson["messages"] for lesson in start["lessons"]}
        self._bench = Bench(logs=Path(tempfile.mkdtemp()))
        self._sets: dict[str, dict[str, Any]] = {}
        packages = Path(__file__).with_name(prepared.FILE)
        self._prepared = prepared.prepared(packages.read_bytes()) if packages.is_file() else {}
        self._default = self._remember(start["files"], start["main"])

    def _remember(self, files: Mapping[str, str], main: str) -> str:
        name, content = named(files, main)
        self._sets[name] = json.loads(content)
        while len(self._sets) > MOST_SETS:
            del self._sets[next(iter(self._sets))]
        return name

    def _compile(self, request: Mapping[str, Any]) -> None:
        """The rule sets of a request, which have a time of their own."""
        for name in (request[key] for key in ("rules", "a", "b") if request.get(key)):
            if name in self._prepared and name not in self._bench.made:
                found = self._bench.made[name] = prepared.made(self._prepared[name])
                if found.engine is not None:  # what is made when first used: no key waits for a dictionary of words
                    found.engine.segmenter.cut("热身")
            if name in self._sets:
                self._bench.of(name, {"sets": self._sets})

    def ask(self, path: str, body: str) -> tuple[int, str]:
        """The status and the JSON of an answer."""
        endpoint = ENDPOINTS[path]
        try:
            given = read(endpoint, body.encode("utf-8", "surrogatepass"))
            if not endpoint.job:
                return 200, to_json(self._told(path, given)).decode()
            request = wanted(endpoint, given, self._default, self._remember, self._measured)
            job_ends_in(COMPILING)
            self._compile(request)
            job_ends_in(endpoint.seconds)
            status, found = answer(self._bench, {**request, "sets": self._sets})
            return (410, UNKNOWN) if status == NEED else (status, found.decode())
        except Problem as problem:
            return problem.status, json.dumps({"error": problem.said})
        except KeyboardInterrupt:  # `job_ends_in`
            return 503, json.dumps({"error": late(endpoint.seconds), "code": "slow"})
        finally:
            job_ends_in(0)

    def _told(self, path: str, given: Any) -> object:
        """What the server answers by itself."""
        if path == "/api/tell":
            return {"tell": self._tells.get((given.lesson, given.case), {}).get("tell")}
        raise Problem(409, "this page has no class: only the installed modengine has one (modengine play --host)")


def begin(given: str) -> Desk:
    """What the worker asks from then on, from `start.json`."""
    os.environ |= {"MODENGINE_CORE": "0", "MODENGINE_CACHE": ""}
    segment._said_of = said_of
    return Desk(json.loads(given)["start"])
