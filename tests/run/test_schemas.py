"""JSON Schemas describe what is really read and written."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from modengine.errors import MessageError
from modengine.explain.json import as_json
from modengine.run.schemas import SCHEMAS
from modengine.run.write.results import Result, encode
from tests.explain.cases import BY_NAME, trace_of

jsonschema = pytest.importorskip("jsonschema")


@cache
def validator(kind: str) -> Any:
    return jsonschema.Draft202012Validator(SCHEMAS[kind]())


def validate(kind: str, value: object) -> None:
    validator(kind).validate(value)


@pytest.mark.parametrize("name", BY_NAME)
def test_traces_and_decisions_are_valid(name: str) -> None:
    trace, _ = trace_of(name)
    validate("trace", json.loads(as_json(trace)))
    validate("decision", json.loads(encode(Result(1, "a", trace.decision))))


def test_error_records_are_valid() -> None:
    validate("error-record", json.loads(encode(Result(1, "a", error=MessageError("ME901", "x")))))


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_schema_is_a_schema(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[kind]())


@pytest.mark.parametrize(
    ("message", "valid"),
    [
        ({"text": "x", "id": 1, "reposts": 5}, True),
        ({"parts": [{"kind": "ocr", "text": "x"}]}, True),
        ({"text": "x", "parts": [{"kind": "photo", "text": "x"}]}, False),
        ({"id": "1"}, False),
        ({"text": 1}, False),
    ],
)
def test_the_message_schema_takes_what_the_reader_takes(message: object, valid: bool) -> None:
    if valid:
        validate("message", message)
    else:
        with pytest.raises(jsonschema.ValidationError):
            validate("message", message)
