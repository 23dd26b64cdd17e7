"""The examples in docs/examples do what they say."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from tests.paths import DOCS

TASK = "招刷单员，日结三百，加微信 abc12345"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / "examples" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_service() -> None:
    pytest.importorskip("fastapi", reason="the example needs fastapi")
    from starlette.testclient import TestClient

    client = TestClient(example("fastapi_app").app)
    decided = client.post("/decide", json={"text": TASK, "id": "m-1"})
    assert (decided.status_code, decided.json()["id"]) == (200, "m-1")
    assert decided.json()["hits"], "a paid task with a contact is hit"
    for wrong in (b"{", b'{"text": 3}', b'{"text": "a", "fields": {"reposts": "many"}}'):
        refused = client.post("/decide", content=wrong)
        assert refused.status_code == 422
        assert refused.json()["error"]


def test_a_component_of_a_pipeline() -> None:
    spacy = pytest.importorskip("spacy", reason="the example needs spaCy")
    example("spacy_component")
    nlp = spacy.blank("zh")
    nlp.add_pipe("modengine")
    doc, calm = nlp(TASK), nlp("今天吃什么")
    found = {span.label_ for span in doc.spans["moderation"]}
    assert found == {hit.rule for hit in (*doc._.moderation.hits, *doc._.moderation.relief)} != set()
    assert all(span.text for span in doc.spans["moderation"])
    assert (calm._.moderation.action, list(calm.spans["moderation"])) == ("allow", [])
