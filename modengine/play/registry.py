"""Every endpoint of the API, in one literal, and the OpenAPI document that is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from modengine import __version__
from modengine.model import Decision
from modengine.play.limits import MOST_FILES, MOST_RULES, MOST_TEXT
from modengine.play.turns import Lane

Name = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=MOST_TEXT)]
RulesName = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", description="What `/api/rules` calls a rule set.")]
LogName = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", description="A log of one's own: any 32 hexadecimal digits.")]


class PartIn(msgspec.Struct, forbid_unknown_fields=True):
    """What was read or heard in a picture, a video or a voice message."""

    kind: Literal["caption", "ocr", "transcript"]
    text: Text


FieldIn = str | int | float | bool | Annotated[list[str | int | float], Meta(max_length=100)]


class MessageIn(msgspec.Struct, forbid_unknown_fields=True):
    """A message, decided by the policy that the page was started with, or by `rules`."""

    text: Text = ""
    id: Name | None = None
    parts: Annotated[list[PartIn], Meta(max_length=20)] = []
    fields: Annotated[dict[Name, FieldIn], Meta(max_length=500)] = {}
    rules: RulesName | None = None
    ignore_scope: bool | None = None
    """Whether scope and period are taken as met.  `decide`: no, as `modengine scan`; `explain`: yes."""


class RulesIn(msgspec.Struct, forbid_unknown_fields=True):
    """The files of a rule set by name, and which of them is the policy (or a lone ruleset)."""

    files: Annotated[dict[Name, str], Meta(max_length=MOST_FILES)]
    main: Name


class RowIn(msgspec.Struct, forbid_unknown_fields=True):
    """A labelled message of a lesson: `label` is a category or `none`."""

    text: Text
    label: Name = "none"
    id: Name | None = None
    gloss: Annotated[str, Meta(max_length=2000)] = ""
    kind: Name = ""
    tags: Annotated[list[Name], Meta(max_length=50)] = []


class Measured(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Messages to measure on: the shipped samples, those of a lesson, or `rows`."""

    rows: Annotated[list[RowIn], Meta(max_length=500)] = []
    lesson: Name = ""
    """A lesson of the page, for its own messages with their labels."""
    secret: Annotated[list[Text], Meta(max_length=200)] = []
    """Texts of messages that the class has yet to predict: they are counted, and the answer does not say which they
    are."""
    unlocked: bool = False
    """With the texts of samples that advertise sex or speak of bombs: for the teacher, and for the class once it is
    let.  Without, these rows are counted and say `locked`."""


class MeasureIn(Measured, forbid_unknown_fields=True):
    """A rule set, and messages to measure it on."""

    rules: RulesName | None = None
    off: Annotated[list[Name], Meta(max_length=500)] = []
    """Rules to leave out."""
    by: Literal["ability", "kind"] = "ability"
    """The rows of the grid: what a filter should be able to do, or the kinds of the messages given."""


class DiffIn(Measured, forbid_unknown_fields=True):
    """Two rule sets, and messages to compare them on."""

    a: RulesName
    b: RulesName


class AuditIn(msgspec.Struct, forbid_unknown_fields=True):
    """A log, and where it is asked for: a message, the number of a record, a place in it, a checkpoint."""

    log: LogName
    text: Text = ""
    rules: RulesName | None = None
    seq: Annotated[int, Meta(ge=0)] = 0
    at: Annotated[int, Meta(ge=0)] = 0
    checkpoint: Annotated[str, Meta(max_length=2000)] = ""


class WritingIn(msgspec.Struct, forbid_unknown_fields=True):
    """A place in a file of a rule set, with its text as it is being written."""

    rules: RulesName
    file: Name
    text: Annotated[str, Meta(max_length=MOST_RULES)]
    line: Annotated[int, Meta(ge=0)]
    """From 0, as `character`, which counts in UTF-16."""
    character: Annotated[int, Meta(ge=0)]


Choice = Literal["allow", "label", "review", "block"]


class WindowIn(msgspec.Struct, forbid_unknown_fields=True):
    """Which window asks: it is told its own answer."""

    voter: LogName | None = None


class VoteIn(msgspec.Struct, forbid_unknown_fields=True):
    """A prediction.  `voter` is made up by the browser and kept in memory only.  An address has one vote, unless the
    teacher lets each window have one."""

    voter: LogName
    choice: Choice


class AskIn(msgspec.Struct, forbid_unknown_fields=True):
    """What the teacher asks the class: a text (empty: nothing).  A new tally begins."""

    text: Text = ""
    gloss: Annotated[str, Meta(max_length=2000)] = ""
    covered: bool = False
    """Devices show it only to those who ask for it."""
    shared: bool = False
    """Each window has a vote, for a class behind one address; else each address has."""


class ShowIn(msgspec.Struct, forbid_unknown_fields=True):
    """What the filter decided, told when the answers are shown and not before; empty where it could not decide."""

    right: Literal["", "allow", "label", "review", "block"] = ""


class PushIn(msgspec.Struct, forbid_unknown_fields=True):
    """A lesson and its message, as the part `s` of a link keeps them."""

    kept: Annotated[str, Meta(max_length=400_000, pattern="^[A-Za-z0-9_-]+$")]


class LockIn(msgspec.Struct, forbid_unknown_fields=True):
    """Whether the class sees the samples behind the lock."""

    unlocked: bool


class TellIn(msgspec.Struct, forbid_unknown_fields=True):
    """A message of a lesson, by name."""

    lesson: Name
    case: Name


class EmptyBody(msgspec.Struct, forbid_unknown_fields=True):
    """An empty object."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is sent where, who does it, and how long it may take."""

    summary: str
    takes: type[msgspec.Struct]
    gives: str
    job: str = ""
    """The job of a worker; empty where the server answers by itself."""
    seconds: float = 5.0
    lane: Lane = "verdict"
    """What it is for: verdicts go first, and reasons and studies never hold all workers."""
    teacher: bool = False
    """For the window of whoever started the page alone."""
    schema: type | None = None
    """The type of the answer, where it is one of the engine's."""


ENDPOINTS: dict[str, Endpoint] = {
    "/api/decide": Endpoint(
        "Decide a message.", MessageIn, "The decision, as `modengine scan` writes it", "decide", schema=Decision
    ),
    "/api/explain": Endpoint(
        "Decide a message and say why.", MessageIn,
        "`trace` as `modengine explain --format json` writes it; `marks`, `titles`, `clauses`, `views`", "explain",
        15.0, lane="reasons",
    ),
    "/api/flip": Endpoint(
        "Find the smallest edits that change a decision.", MessageIn, "As `modengine flip --format json`", "flip",
        15.0, lane="study",
    ),
    "/api/evade": Endpoint(
        "Disguise a message in every way of the lab, and decide each.", MessageIn,
        "`action` and `disguises`, each with five `variants`", "evade", 20.0, lane="study",
    ),
    "/api/rules": Endpoint(
        "Compile a rule set.", RulesIn,
        "`rules`, its name for later requests; `ok`, `problems`, and of a sound one `policy` and `list`", "rules", 20.0,
        lane="rules",
    ),
    "/api/check": Endpoint(
        "Say what is wrong with a rule set.", RulesIn, "As `modengine check --format json`", "check", 20.0,
        lane="rules",
    ),
    "/api/test": Endpoint(
        "Run the examples inside a rule set.", MeasureIn, "As `modengine test --format json`", "test", 30.0,
        lane="study",
    ),
    "/api/eval": Endpoint(
        "Measure a rule set, ability by ability.", MeasureIn,
        "`grid`: of each functionality n, k, share, 95 % interval and the messages", "eval", 30.0, lane="study",
    ),
    "/api/scores": Endpoint(
        "The points of every sample, with some rules left out.", MeasureIn, "`actions` and `rows`", "scores", 30.0,
        lane="study",
    ),
    "/api/diff": Endpoint(
        "Compare two rule sets.", DiffIn, "`changed`: every message that they decide otherwise", "diff", 40.0,
        lane="study",
    ),
    "/api/complete": Endpoint(
        "What could stand at a place of a rule file.", WritingIn,
        "`found`: what could be written, each with its kind and, of a key, what it is for", "complete", lane="reasons",
    ),
    "/api/hover": Endpoint(
        "What stands at a place of a rule file.", WritingIn,
        "`told`: of a pattern what it finds and in how many examples, of a key what it is for, and so on", "hover",
        10.0, lane="reasons",
    ),
    "/api/audit/append": Endpoint(
        "Decide a message and record it in a log of one's own.", AuditIn, "`seq`, `decision_id`, `checkpoint`",
        "audit_append", 20.0,
    ),
    "/api/audit/show": Endpoint(
        "The records of a log as they stand in its file, and its tree.", AuditIn,
        "`records`, `levels` (hashes from the leaves up), `checkpoint`", "audit_show",
    ),
    "/api/audit/record": Endpoint(
        "One decision: text, details, statement of reasons, inclusion proof.", AuditIn,
        "`statement`, `details`, `text`, `proof`; `wrong` where it cannot be proven", "audit_record", 10.0,
    ),
    "/api/audit/tamper": Endpoint(
        "Flip one bit of a record in the file.", AuditIn, "`before` and `after`", "audit_tamper"
    ),
    "/api/audit/verify": Endpoint(
        "Verify a log against its checkpoints, and against one that was kept.", AuditIn, "`ok`, `faults`",
        "audit_verify", 20.0,
    ),
    "/api/audit/reset": Endpoint("Throw a log away.", AuditIn, "An empty object", "audit_reset"),
    "/api/room": Endpoint(
        "What the teacher asks, and how many answered.", WindowIn,
        "`text`, `votes`, `mine`, `pushed`, `unlocked`; `tally` and `right` once they are shown; for the teacher how "
        "many `windows` answered",
    ),
    "/api/room/vote": Endpoint("Predict a decision, anonymously.", VoteIn, "As `/api/room`"),
    "/api/room/ask": Endpoint("Ask the class.", AskIn, "As `/api/room`", teacher=True),
    "/api/room/show": Endpoint("Show the answers, and which is right.", ShowIn, "As `/api/room`", teacher=True),
    "/api/room/push": Endpoint("Open a lesson on all devices.", PushIn, "As `/api/room`", teacher=True),
    "/api/room/lesson": Endpoint("The lesson that was opened for all.", EmptyBody, "`pushed`, 0 for none, and `kept`"),
    "/api/room/lock": Endpoint("Let the class see what is behind the lock.", LockIn, "As `/api/room`", teacher=True),
    "/api/tell": Endpoint(
        "What is worth saying of a message of a lesson.", TellIn,
        "`tell`; refused (409) while the class has yet to predict the message",
    ),
    "/api/start": Endpoint(
        "What the page begins with.", EmptyBody, "The policy's files, the lessons, whether this is the teacher's window"
    ),
}  # fmt: skip
"""All are POST with a JSON body."""


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    endpoints = ENDPOINTS.values()
    types = {endpoint.takes for endpoint in endpoints} | {endpoint.schema for endpoint in endpoints if endpoint.schema}
    _, components = msgspec.json.schema_components(
        sorted(types, key=lambda struct: struct.__name__), ref_template="#/components/schemas/{name}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "modengine play",
            "version": __version__,
            "description": "The API of the classroom page. It is served on the loopback address alone unless asked "
            "otherwise (`--host`); then every request carries the token of the run in `X-Modengine-Token`.",
        },
        "security": [{}, {"token": []}],
        "paths": {path: {"post": _operation(path, endpoint)} for path, endpoint in ENDPOINTS.items()},
        "components": {
            "schemas": components | {"Error": _ERROR},
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "X-Modengine-Token"}},
        },
    }


_ERROR: Mapping[str, Any] = {
    "type": "object",
    "properties": {"error": {"type": "string"}, "code": {"type": "string"}, "hint": {"type": "string"}},
    "required": ["error"],
}
_FAILURES = {
    "400": "The request is not what this endpoint takes",
    "403": "The token, the Host or the Origin is not that of this page",
    "408": "The request did not arrive in time",
    "409": "Not as things stand: the class has yet to predict the message, nothing is asked, or the log is not sound",
    "410": "The rule set is not known (any more): send it to `/api/rules`",
    "413": "The request or its answer is too large",
    "422": "The rules or the message cannot be decided",
    "500": "A bug",
    "501": "This needs an extra that is not installed: `hint` says which",
    "503": "It took too long and was stopped, or there is too much to do: ask again",
}
"""499 is not among them: whoever would get it has hung up."""


def _operation(path: str, endpoint: Endpoint) -> dict[str, Any]:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    answer: dict[str, Any] = {}
    if endpoint.schema is not None:
        answer = {"$ref": f"#/components/schemas/{endpoint.schema.__name__}"}
    return {
        "operationId": path.removeprefix("/api/").replace("/", "_"),
        "summary": endpoint.summary,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{endpoint.takes.__name__}"}}},
        },
        "responses": {
            "200": {"description": endpoint.gives, "content": {"application/json": {"schema": answer}}},
            **{status: {"description": said, "content": error} for status, said in _FAILURES.items()},
        },
    }
