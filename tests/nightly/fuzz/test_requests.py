"""Whatever is sent to the page: an answer with a status that the API has, and never that of a bug."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st

pytest.importorskip("starlette", reason="the extra `play` is not installed")
pytest.importorskip("httpx2", reason="httpx2 is not installed")

from starlette.testclient import TestClient

from modengine.play.app import Start, make_app
from modengine.play.guard import Door
from modengine.play.jobs.jobs import Bench
from modengine.play.jobs.worker import answer
from modengine.play.pool import Pool
from modengine.play.registry import ENDPOINTS
from tests.nightly.fuzz.fuzzing import fuzz, mutated
from tests.nightly.fuzz.pieces import PIECES as OF_RULES
from tests.play.pages import FILES, POLICY, RULES

LOG = "a" * 32
STATUSES = {200, 400, 403, 409, 410, 413, 422, 503}
texts = st.one_of(st.sampled_from(["恭喜您中奖", "我中奖了", "", "\ud800", "a" * 20_000]), st.text(max_size=30))
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)
KEYS: dict[str, st.SearchStrategy[Any]] = {
    "text": texts,
    "id": texts,
    "parts": st.lists(
        st.fixed_dictionaries({"kind": st.sampled_from(["ocr", "caption", "text"]), "text": texts}), max_size=3
    ),
    "fields": st.dictionaries(texts, st.integers() | texts | st.floats(), max_size=3),
    "rules": st.sampled_from(["RULES", "0" * 32, "x"]),
    "a": st.just("RULES"),
    "b": st.just("RULES"),
    "ignore_scope": st.booleans(),
    "rows": st.lists(
        st.fixed_dictionaries({"text": texts, "label": st.sampled_from(["none", "fraud", "?"])}), max_size=3
    ),
    "off": st.lists(st.sampled_from(["fraud.prize", "*", ""]), max_size=2),
    "log": st.sampled_from([LOG, "b" * 32, "../.."]),
    "seq": st.integers(-1, 1 << 70),
    "at": st.integers(-1, 1 << 70),
    "checkpoint": texts,
    "kind": st.sampled_from(["ruleset", "policy", "x"]),
    "voter": st.sampled_from([LOG, "x"]),
    "choice": st.sampled_from(["allow", "block", "x"]),
    "gloss": texts,
    "covered": st.booleans(),
    "shared": st.booleans(),
    "right": st.sampled_from(["", "block", "x"]),
    "kept": st.sampled_from(["abc-_0", "", "<"]) | texts,
    "unlocked": st.booleans(),
    "by": st.sampled_from(["ability", "kind", "x"]),
    "lesson": texts,
    "case": texts,
    "secret": st.booleans() | texts,
    "file": st.sampled_from(["policy.yaml", "rules.yaml", "../x.yaml"]),
    "line": st.integers(-1, 1 << 70),
    "character": st.integers(-1, 1 << 70),
    "main": st.sampled_from(["policy.yaml", "rules.yaml", "../x.yaml"]),
    "files": st.fixed_dictionaries({"policy.yaml": st.just(POLICY), "rules.yaml": mutated([RULES], OF_RULES)}),
}


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An endpoint, and some of what it takes; now and then one thing that it does not."""
    path = draw(st.sampled_from(sorted(ENDPOINTS)))
    taken = [name for name in ENDPOINTS[path].takes.__struct_fields__ if draw(st.integers(0, 4))]
    body = {name: draw(KEYS[name]) for name in taken}
    if not draw(st.integers(0, 9)):
        body[draw(st.sampled_from(sorted(KEYS)))] = draw(anything)
    return path, body


@pytest.fixture(scope="module")
def client() -> Iterator[tuple[TestClient, str]]:
    with (
        Pool(2) as pool,
        TestClient(make_app(Start(FILES, "policy.yaml"), pool, Door()), base_url="http://127.0.0.1:8321") as test,
    ):
        yield test, pool.remember(FILES, "policy.yaml", pin=True)


def test_requests(client: tuple[TestClient, str]) -> None:
    page, rules = client

    def answered(given: tuple[str, dict[str, Any]]) -> None:
        path, body = given
        data = json.dumps(body).replace("RULES", rules).encode()
        found = page.post(path, content=data, headers={"content-type": "application/json"})
        assert found.status_code in STATUSES, (found.status_code, found.text[:300])
        assert "bug" not in str(found.json().get("code")) if isinstance(found.json(), dict) else True

    fuzz(bodies(), 3_000, answered)


def test_mutated_bodies(client: tuple[TestClient, str]) -> None:
    page, _ = client
    corpus = ['{"text": "恭喜您中奖", "parts": [{"kind": "ocr", "text": "x"}]}', f'{{"log": "{LOG}", "seq": 1}}', "{}"]
    pieces = ['"', "{", "}", "[", "]", "[" * 5000, "\\ud800", "\\", "1e999", "NaN", "null", ",", ":", '"x": 1', "\0"]

    def answered(given: tuple[str, str]) -> None:
        path, text = given
        data = text.encode("utf-8", "surrogatepass")
        found = page.post(path, content=data, headers={"content-type": "application/json"})
        assert found.status_code in STATUSES, (found.status_code, found.text[:300])

    fuzz(
        st.tuples(st.sampled_from(["/api/decide", "/api/room", "/api/audit/show"]), mutated(corpus, pieces)),
        3_000,
        answered,
    )


def test_jobs(tmp_path: Path) -> None:
    """What a worker does with a request that was let in: the same, without a process between."""
    bench = Bench(logs=tmp_path)
    name = "1" * 32
    sets = {"sets": {name: {"files": FILES, "main": "policy.yaml"}}}

    def done(given: tuple[str, dict[str, Any]]) -> None:
        path, body = given
        endpoint = ENDPOINTS[path]
        body = json.loads(json.dumps(body).replace("RULES", name))
        try:
            msgspec.convert(body, endpoint.takes)
        except ValueError:
            return  # it is not let in
        if endpoint.job:
            status, data = answer(bench, {"rules": name, **body, "job": endpoint.job, **sets})
            assert status != 500, data

    fuzz(bodies(), 3_000, done)
