"""Logs of a small policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine
from modengine.loading import load
from modengine.model import Decision, Message
from tests.audit.logs import MESSAGES, NOW, MakeLog, write_policy


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return load(write_policy(tmp_path_factory.mktemp("rules")))


@pytest.fixture(scope="session")
def pairs(engine: Engine) -> list[tuple[Message, Decision]]:
    return [(message, engine.decide(message)) for message in MESSAGES]


@pytest.fixture
def make(tmp_path: Path, engine: Engine, pairs: list[tuple[Message, Decision]]) -> MakeLog:
    """Makes a closed log of the revision and the six messages, `times` over."""

    def made(name: str = "audit", times: int = 1, **options: object) -> Path:
        with AuditLog.open(tmp_path / name, time=NOW, **options) as log:  # type: ignore[arg-type]
            log.use(engine, NOW)
            for _ in range(times):
                log.append_many(pairs, NOW)
        return tmp_path / name

    return made
