"""What is asked of an endpoint, read and made into what a worker takes: the same by HTTP and in the static site."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from modengine.play.jobs.workspace import names_are_good
from modengine.play.registry import Endpoint

UNKNOWN = '{"error": "these rules are not known (any more): send them again", "code": "rules"}'
"""What is answered, with 410, about a rule set that was never sent or is forgotten."""


def late(seconds: float) -> str:
    """What is said of a job that was stopped."""
    return f"this took longer than {seconds:g} seconds and was stopped; is there a pattern that tries too many ways?"


class Problem(Exception):
    """A request that is refused: the HTTP status, and why."""

    def __init__(self, status: int, said: str) -> None:
        self.status, self.said = status, said


def read(endpoint: Endpoint, body: bytes) -> Any:
    """The request.  Raises Problem."""
    try:
        # json and not msgspec: the latter refuses lone surrogates, which are among what the engine can read.
        return msgspec.convert(json.loads(body or b"{}"), endpoint.takes)
    except (ValueError, RecursionError) as error:
        raise Problem(400, f"this is not what the endpoint takes: {str(error)[:300]}") from None


def wanted(
    endpoint: Endpoint,
    given: Any,
    default: str,
    remember: Callable[[Mapping[str, str], str], str],
    measured: Mapping[str, Sequence[Mapping[str, Any]]],
) -> dict[str, Any]:
    """The request as a worker takes it; `remember` names a rule set, `measured` has the messages of each lesson.

    Raises Problem.
    """
    found: dict[str, Any] = {name: msgspec.to_builtins(getattr(given, name)) for name in given.__struct_fields__}
    if "files" in found:
        if wrong := names_are_good(found["files"], found["main"]):
            raise Problem(422, wrong)
        return {"job": endpoint.job, "rules": remember(found["files"], found["main"])}
    if "rules" in found:
        found["rules"] = found["rules"] or default
    if lesson := found.pop("lesson", ""):
        if lesson not in measured:
            raise Problem(422, "there is no such lesson here")
        own = ("id", "text", "gloss", "label", "kind")
        found["rows"] = [{name: row[name] for name in own} for row in measured[lesson]]
    if found.get("ignore_scope", 0) is None:
        del found["ignore_scope"]
    return {"job": endpoint.job, **found}


def named(files: Mapping[str, str], main: str) -> tuple[str, bytes]:
    """The name of a rule set, which is the digest of its files, and the files as JSON."""
    given = json.dumps({"files": dict(sorted(files.items())), "main": main}, ensure_ascii=False)
    content = given.encode("utf-8", "surrogatepass")
    return sha256(content).hexdigest()[:32], content
