"""A running page for the tests: the application on a pool of real workers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

starlette = pytest.importorskip("starlette", reason="the extra `play` is not installed")
pytest.importorskip("httpx2", reason="httpx2 is not installed")

from starlette.testclient import TestClient  # noqa: E402

from modengine.paths import shipped_policy  # noqa: E402
from modengine.play.app import make_app  # noqa: E402
from modengine.play.guard import Door  # noqa: E402
from modengine.play.lessons import shipped_lessons  # noqa: E402
from modengine.play.pool import Pool  # noqa: E402
from modengine.play.registry import openapi  # noqa: E402
from modengine.play.serve import start_of  # noqa: E402

POLICY = "policy: c\ntitle: C\nrulesets: [rules.yaml]\nactions:\n  fraud: {label: 30, review: 50, block: 90}\n"
RULES = """ruleset: prize
title: Prizes
category: fraud
rules:
  - id: fraud.prize
    title: A prize
    score: 50
    patterns:
      prize: {words: [中奖]}
    when: prize
    examples:
      match: [恭喜您中奖]
      pass: [今天天气很好, 我中奖了]
"""
FILES = {"policy.yaml": POLICY, "rules.yaml": RULES}


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    with Pool(2) as workers:
        yield workers


@pytest.fixture(scope="session")
def client(pool: Pool) -> Iterator[TestClient]:
    app = make_app(start_of(shipped_policy(), shipped_lessons()), pool, Door())
    with TestClient(app, base_url="http://127.0.0.1:8321") as test_client:
        yield test_client


class Api:
    """Posts JSON, and gives the JSON of the answer, whose status the OpenAPI document has."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self._paths = openapi()["paths"]

    def __call__(self, path: str, status: int = 200, **body: Any) -> Any:
        answer = self.client.post(f"/api/{path}", json=body)
        assert answer.status_code == status, answer.text[:500]
        assert str(status) in self._paths[f"/api/{path}"]["post"]["responses"]
        return answer.json()

    def rules(self, files: dict[str, str], main: str = "policy.yaml") -> str:
        found = self("rules", files=files, main=main)
        assert found["ok"], found["problems"]
        return str(found["rules"])


@pytest.fixture
def api(client: TestClient) -> Api:
    return Api(client)
