"""The examples in docs/examples do what they say."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from tests.docs.examples import blocks, run
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


PORTS = DOCS / "examples" / "porting"


@pytest.mark.parametrize("command", ["check --strict", "format --check", "test"])
@pytest.mark.parametrize("tool", ["automoderator", "osprey", "crs", "sigma"])
def test_ported_rules_are_right_and_do_what_their_examples_say(tool: str, command: str) -> None:
    code, printed = run(f"modengine {command} {tool}", PORTS)
    assert code == 0, printed


def test_the_ported_rules_are_those_of_the_page() -> None:
    shown = {block.file: block.body for block in blocks(DOCS / "porting.md") if block.file is not None}
    there = {path.relative_to(PORTS).as_posix(): path for path in PORTS.rglob("*") if path.is_file()}
    assert {name: path.read_text("utf-8") for name, path in there.items()} == shown


def test_an_absent_subject_and_an_exclusion_count_as_in_crs() -> None:
    import modengine

    engine = modengine.load(PORTS / "crs" / "policy.yaml")
    links = "http://a.example http://b.example http://c.example"
    for fields, score in (
        ({}, 5),
        ({"subject": "x"}, 3),
        ({"form": "market"}, 2),
        ({"form": "market", "subject": "x"}, 0),
    ):
        assert engine.decide(modengine.Message(links, fields=fields)).categories["comment-spam"].score == score
