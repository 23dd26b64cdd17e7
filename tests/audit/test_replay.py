"""Making every decision again."""

from __future__ import annotations

import hashlib
import tracemalloc
from pathlib import Path

import msgspec
import pytest

from modengine.audit.files.layout import LogPaths
from modengine.audit.read import replay as module
from modengine.audit.read.replay import load_copies
from modengine.audit.read.source import MessageSource
from modengine.audit.records.commitments import pseudonym
from modengine.audit.write.log import AuditLog
from modengine.engine.core import module as core_module
from modengine.engine.engine import Engine
from modengine.engine.match.matcher import Finding
from modengine.engine.match.regex import RegexMatcher
from modengine.loading import load
from modengine.model import Cause, Failure, Message
from tests.audit.logs import (
    IN,
    MESSAGES,
    NOW,
    PARCELS,
    MakeLog,
    put_vault_rows,
    records,
    replayed,
    vault_rows,
    write_policy,
)


def test_kept_texts_are_decided_the_same(make: MakeLog) -> None:
    result = replayed(make(keep_text=True))
    assert (result.decisions, result.same, result.causes) == (6, 6, {})


def test_messages_from_their_source_are_decided_the_same(make: MakeLog) -> None:
    result = replayed(make(), reversed(MESSAGES))
    assert (result.decisions, result.same, result.causes) == (6, 6, {})


def test_messages_without_id_are_found_however_often_and_in_whatever_order_they_were_decided(
    tmp_path: Path, engine: Engine
) -> None:
    messages = [Message(f"快递{number}", fields=IN) for number in range(300)]
    orders = (messages, messages, list(reversed(messages)), messages[::7])
    with AuditLog.open(tmp_path / "audit", time=NOW) as log:
        log.use(engine, NOW)
        for order in orders:
            log.append_many([(message, engine.decide(message)) for message in order], NOW)
    result = replayed(tmp_path / "audit", messages)
    assert (result.same, result.causes) == (sum(map(len, orders)), {})
    assert replayed(tmp_path / "audit", messages[:100]).causes == {"text absent": 3 * 200 + 28}


def test_messages_in_the_thousands_are_looked_for_without_holding_them() -> None:
    tracemalloc.start()
    try:
        messages = (Message("长" * 1000, str(number) if number % 2 else None) for number in range(20_000))
        with MessageSource(messages, bytes(32)) as source:
            assert source.find(None, bytes(32), "") == (None, "text absent")
            assert source.find(pseudonym(bytes(32), "7"), bytes(32), "") == (None, "text changed")
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_a_log_replays_without_the_files_that_its_rules_came_from(tmp_path: Path) -> None:
    rules = tmp_path / "elsewhere" / "deep"
    rules.mkdir(parents=True)
    write_policy(rules)
    (rules.parent / "base.yaml").write_text("policy: outer\ntitle: Outer\nbase: deep/policy.yaml\n", "utf-8")
    engine = load(rules.parent / "base.yaml")
    with AuditLog.open(tmp_path / "audit", time=NOW, keep_text=True) as log:
        log.use(engine, NOW)
        log.append_many([(m, engine.decide(m)) for m in MESSAGES], NOW)
    for path in rules.iterdir():
        path.unlink()
    result = replayed(tmp_path / "audit")
    assert (result.same, result.causes) == (6, {})
    copies = load_copies(LogPaths(tmp_path / "audit"), records(tmp_path / "audit")[0]["files"])
    assert copies is not None
    assert copies.revision == engine.revision


def test_decisions_that_ignored_scope_are_made_so_again(tmp_path: Path, engine: Engine) -> None:
    message = msgspec.structs.replace(MESSAGES[0], fields={"channel": "private"})
    with AuditLog.open(tmp_path / "audit", time=NOW, keep_text=True) as log:
        log.use(engine, NOW)
        log.append_many([(message, engine.decide(message, ignore_scope=True))], NOW, ignore_scope=True)
    assert replayed(tmp_path / "audit").same == 1


def test_an_erased_text_is_a_cause_of_its_own(make: MakeLog) -> None:
    folder = make(keep_text=True)
    with AuditLog.open(folder, time=NOW) as log:
        log.erase("a-1", NOW)
    assert replayed(folder, MESSAGES).causes == {"text erased": 1}


def test_a_text_that_is_nowhere_is_absent(make: MakeLog) -> None:
    folder = make()
    assert replayed(folder).causes == {"text absent": 6}
    result = replayed(folder, MESSAGES[:3])
    assert (result.same, result.causes, result.different) == (3, {"text absent": 3}, 0)


def test_a_source_that_was_changed_is_found_out(make: MakeLog) -> None:
    changed = [msgspec.structs.replace(MESSAGES[0], text="快递"), *MESSAGES[1:]]
    assert replayed(make(), changed).causes == {"text changed": 1}


def test_fields_that_were_changed_are_a_cause(make: MakeLog) -> None:
    fields = {**MESSAGES[0].fields, "time": "2015-01-01"}
    changed = [msgspec.structs.replace(MESSAGES[0], fields=fields), *MESSAGES[1:]]
    result = replayed(make(), changed)
    assert result.causes == {"fields": 1}
    assert "taken" in result.differences[0].what
    wrong = [msgspec.structs.replace(MESSAGES[0], fields={"reposts": "many"}), *MESSAGES[1:]]
    assert replayed(make("other"), wrong).causes == {"fields": 1}


def test_missing_changed_or_broken_copies_of_rules_are_a_cause(make: MakeLog) -> None:
    folder = make(keep_text=True)
    copy = max((folder / "rules").iterdir(), key=lambda path: path.stat().st_size)
    copy.write_bytes(copy.read_bytes() + b"\n")
    assert replayed(folder).causes == {"rules": 6}
    copy.unlink()
    assert replayed(folder).causes == {"rules": 6}


def test_other_rules_are_a_cause(make: MakeLog, tmp_path: Path) -> None:
    other = load(write_policy(tmp_path, parcels=PARCELS.replace("score: 60", "score: 95")))
    result = replayed(make(keep_text=True), engine=other)
    assert result.causes == {"rules": 4}
    assert result.same == 2
    assert result.since == {"rules": ("the files of small",)}
    shadow = ("review (taken: allow)", "block (taken: allow)")
    assert result.actions == {("block", "block"): 1, ("review", "block"): 2, shadow: 1}
    assert [(one.message_id, one.then, one.now) for one in result.differences[:1]] == [("a-1", "review", "block")]


def test_other_rules_are_the_cause_even_where_the_engine_is_another_too(
    make: MakeLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = load(write_policy(tmp_path, parcels=PARCELS.replace("score: 60", "score: 95")))
    folder = make(keep_text=True)
    same_core(monkeypatch, deciding_code="another", core="9.9.9")
    result = replayed(folder, engine=other)
    assert result.causes == {"rules": 4}
    assert list(result.since) == ["rules", "engine"]
    assert result.since["engine"][0] == "the code that decides"
    assert result.since["engine"][1].endswith(" then, 9.9.9 now")


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("deciding_code", "engine"),
        ("core", "engine"),
        ("segmenter", "dictionary"),
        ("tables", "tables"),
        ("regex", "tables"),
    ],
)
def test_another_environment_is_a_cause_where_something_differs(
    make: MakeLog, monkeypatch: pytest.MonkeyPatch, name: str, cause: str
) -> None:
    folder = make(keep_text=True)
    same_core(monkeypatch, **{name: "another"})
    assert replayed(folder).same == 6
    monkeypatch.setattr("modengine.engine.evaluate.points.floor", lambda _: 1)
    assert set(replayed(folder).causes) <= {cause}
    blind(monkeypatch)
    assert replayed(folder).causes == {cause: 4}


def same_core(monkeypatch: pytest.MonkeyPatch, **changed: str) -> None:
    """The environment is that in which the log was made, turned off core or not, but for what is changed."""
    real, (core, version) = module.environment, core_module()
    here = {"core": "none" if core is None else version, **changed}
    monkeypatch.setattr(module, "environment", lambda engine: {**real(engine), **here})


def blind(monkeypatch: pytest.MonkeyPatch, failed: Failure | None = None) -> None:
    """Regexes find nothing, or fail, in the Python engine, which alone decides."""
    monkeypatch.setattr("modengine.engine.core.module", lambda: (None, "turned off"))
    monkeypatch.setattr(RegexMatcher, "find", lambda *_: Finding(failed=failed))


def test_a_timeout_is_a_cause(make: MakeLog, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(keep_text=True)
    blind(monkeypatch, Failure(Cause.TIMEOUT, "the regex took longer than 0.1 s"))
    assert replayed(folder).causes == {"timeout": 4}


def test_a_record_that_the_rules_do_not_make_is_unexplained(make: MakeLog, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(keep_text=True)
    same_core(monkeypatch)
    blind(monkeypatch)
    assert replayed(folder).causes == {"unexplained": 4}


def test_another_version_of_the_engine_is_a_cause(make: MakeLog, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(keep_text=True)
    monkeypatch.setattr("modengine.audit.records.context.__version__", "9.9.9")
    assert replayed(folder).same == 6
    blind(monkeypatch)
    assert replayed(folder).causes == {"engine": 4}


@pytest.mark.parametrize("path", ["../../../../x.yaml", "/etc/x.yaml", "C:\\x.yaml", "a\\..\\x.yaml"])
def test_copies_cannot_be_written_outside_of_their_folder(make: MakeLog, tmp_path: Path, path: str) -> None:
    folder = make()
    first, *rest = records(folder)[0]["files"]
    load_copies(LogPaths(folder), [first, {**rest[0], "path": path}])
    assert not Path("/etc/x.yaml").exists()
    assert not list(tmp_path.parent.glob("x.yaml"))


def test_a_vault_that_was_emptied_by_hand_has_no_texts(make: MakeLog) -> None:
    folder = make(keep_text=True)
    put_vault_rows(folder, {0: vault_rows(folder)[0]})
    assert replayed(folder).causes == {"text absent": 6}


def test_a_comment_does_not_say_where_the_shipped_rules_lay(tmp_path: Path) -> None:
    layout = LogPaths(tmp_path / "audit")
    layout.rules.mkdir(parents=True)
    (tmp_path / "home").mkdir()
    home = write_policy(tmp_path / "home").parent
    named = {f"home/{file.name}": file.read_bytes() for file in home.iterdir()}
    top = b"policy: top\ntitle: Top\nbase: modengine:policy\n# not that of modengine:stray\n"
    files = []
    for path, data in {"top.yaml": top, **named, "away/stray.yaml": b"# nothing"}.items():
        digest = hashlib.sha256(data).hexdigest()
        (layout.rules / digest).write_bytes(data)
        files.append({"path": path, "sha256": digest})
    assert load_copies(layout, files) is not None


@pytest.mark.parametrize("data", [b"x = " + b"[" * 5000, b"x = " + b"9" * 5000, b"\xff"])
def test_a_copy_of_a_manifest_that_cannot_be_read_is_no_pack(data: bytes) -> None:
    assert module._homes({Path("copies", "modengine-pack.toml"): data}) == {}
