"""Deciding and recording: what `modengine scan` does."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.write.log import AuditLog
from modengine.audit.write.recorder import recording
from modengine.engine.engine import Engine
from modengine.errors import AuditError
from tests.audit.logs import KEY, MESSAGES, NOW, records


class Clock:
    """Goes on by a step with each look."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step = NOW, timedelta(seconds=step)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


def test_every_decision_is_recorded_when_it_is_left(tmp_path: Path, engine: Engine) -> None:
    with recording(tmp_path / "audit", engine, clock=Clock(), key=KEY) as recorder:
        decisions = [recorder.decide(message) for message in MESSAGES]
        assert decisions == [engine.decide(message) for message in MESSAGES]
    assert recorder.decisions == 6
    assert str(recorder.recorded) == (
        f"audit log: 6 decisions added to {tmp_path / 'audit'} (now 7 records, signed by example.org/audit)"
    )
    assert verify(LogPaths(tmp_path / "audit"), key=KEY.verifier).ok


def test_batches_are_sent_as_they_fill_or_as_time_goes_by(tmp_path: Path, engine: Engine) -> None:
    with recording(tmp_path / "audit", engine, clock=Clock(0.6)) as recorder:
        for message in MESSAGES:
            recorder.decide(message)
        assert recorder.decisions >= 2
    assert len(records(tmp_path / "audit")) == 7


def test_scope_may_be_ignored_in_between(tmp_path: Path, engine: Engine) -> None:
    with recording(tmp_path / "audit", engine, clock=Clock()) as recorder:
        for number, message in enumerate(MESSAGES):
            recorder.decide(message, ignore_scope=number in (2, 3))
    assert [record["ignore_scope"] for record in records(tmp_path / "audit")[1:]] == [
        False,
        False,
        True,
        True,
        False,
        False,
    ]


def test_what_was_decided_before_an_error_is_recorded(tmp_path: Path, engine: Engine) -> None:
    def stopped() -> None:
        with recording(tmp_path / "audit", engine, clock=Clock()) as recorder:
            recorder.decide(MESSAGES[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert len(records(tmp_path / "audit")) == 2


def test_an_error_of_the_log_ends_the_run(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AuditError("ME958", "the disk is full")

    def run() -> None:
        with recording(tmp_path / "audit", engine, clock=Clock()) as recorder:
            monkeypatch.setattr(AuditLog, "append_many", fail)
            recorder.decide(MESSAGES[0])

    with pytest.raises(AuditError):
        run()
