"""Whether the compiled core may be used, by what its build wrote down; and what is said of the engine at work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import modengine
from modengine.cli.at_work import at_work
from modengine.engine import core
from modengine.loading import compile_engine
from tests import build


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """What is asked once a process is asked again for every test."""
    core.module.cache_clear()
    yield
    core.module.cache_clear()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"status": "built", "reason": ""}', ""),
        ('{"status": "unavailable", "reason": "there is no `cargo` on the PATH"}', "there is no `cargo` on the PATH"),
        ('{"status": "failed", "reason": ""}', "failed"),
        ("[]", ""),
        ("half a rec", ""),
        ("", ""),
    ],
)
def test_why_there_is_no_core(text: str, why: str, tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(text, "utf-8")
    assert core.why_not(record) == why


def test_without_a_record_nothing_is_known(tmp_path: Path) -> None:
    assert core.why_not(tmp_path / "none.json") == ""


def test_a_library_that_its_record_disowns_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODENGINE_CORE", raising=False)
    monkeypatch.setattr(core, "why_not", lambda: "it was in use")
    monkeypatch.setattr(core, "import_module", lambda name: pytest.fail(f"{name} was loaded"))
    assert core.module() == (None, "not built: it was in use")
    assert at_work() == f"modengine {modengine.__version__}, Python engine (core: not built: it was in use)"


def test_a_core_that_is_turned_off_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODENGINE_CORE", "0")
    assert at_work().endswith("Python engine (core: turned off by MODENGINE_CORE=0)")
    assert not compile_engine(build.policy(build.rule("r", "w", build.words("w", "和服")))).compiled


def test_the_core_that_decides_is_named_with_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODENGINE_CORE", raising=False)
    found, version = core.module()
    if found is None:
        pytest.skip(f"there is no compiled core: {version}")
    policy = build.policy(build.rule("r", "w", build.words("w", "和服")))
    named = f"modengine {modengine.__version__}, compiled core {version}"
    assert (at_work(), at_work(compile_engine(policy))) == (named, named)
    other = at_work(compile_engine(replace(policy, segmenter="jieba")))
    assert other.endswith("Python engine (core: not for the segmenter that the policy asks for)")
