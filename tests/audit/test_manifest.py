"""Shards, each whole or not at all, and the manifest that binds them; a loop stands in for the cluster."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from modengine.audit.read.shards import verify_manifest
from modengine.audit.records import manifest
from modengine.audit.records.record import encode
from modengine.audit.write.shard import Shards
from modengine.errors import WorkerError
from modengine.run.read.shards import Shard
from tests.audit.logs import KEY
from tests.commands import POLICY, Command

ROWS = 40


@contextmanager
def no_cluster(_: str | None) -> Iterator[None]:
    yield


def one_by_one(_: object, work: Shards, shards: Sequence[Shard], __: object) -> Iterator[object]:
    """In another order than the input's, and one of them twice, as a cluster may."""
    yield from map(work, [*reversed(shards), shards[0]][: len(shards)])
    work(shards[-1])


@pytest.fixture(autouse=True)
def loop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modengine.cli.scan.ray.cluster", no_cluster)
    monkeypatch.setattr("modengine.cli.scan.ray.mapped", one_by_one)


@pytest.fixture
def source(folder: Path) -> Path:
    path = folder / "messages.jsonl"
    rows = [json.dumps({"id": f"m{n}", "text": f"明天见 {n}"}, ensure_ascii=False) for n in range(ROWS)]
    rows[7] = "no message"
    path.write_text("".join(f"{row}\n" for row in rows), "utf-8")
    return path


def args(*more: object) -> tuple[object, ...]:
    return ("scan", "messages.jsonl", "-p", POLICY, "-o", "out", "--engine", "ray", "--shard-size", 300, *more)


@pytest.fixture
def done(command: Command, source: Path) -> Path:
    assert command(*args()).code == 1
    return Path("out")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "shards").iterdir())


def test_shards_are_decided_and_bound(command: Command, done: Path) -> None:
    bound = manifest.read(done)
    assert len(bound.shards) > 4
    assert names(done) == [entry.shard.folder for entry in bound.shards]
    report = verify_manifest(done)
    assert (report.faults, report.rows, report.records) == ([], ROWS, ROWS - 1 + len(bound.shards))
    pieces = [(done / "shards" / name / "decisions.jsonl").read_text("utf-8") for name in names(done)]
    whole = command("scan", "messages.jsonl", "-p", POLICY, "--no-audit", "-q")
    assert "".join(pieces) == whole.out
    ran = command("audit", "verify", done)
    assert (ran.code, ran.out.splitlines()[0]) == (0, "out: good")
    assert json.loads(command("audit", "verify", done, "--format", "json").out)["ok"] is True
    replayed = command("audit", "replay", "-a", done / "shards" / "000001" / "audit", "--from", "messages.jsonl")
    assert replayed.out.endswith("came out the same, 0 otherwise\n")
    assert sorted(os.listdir(done)) == ["checkpoint", "manifest.json", "shards"]


def test_tables_are_written_by_shards_too(command: Command, source: Path) -> None:
    assert command(*args("--format", "csv")).code == 1
    heads = [path.read_text("utf-8").splitlines()[0] for path in sorted(Path("out").glob("shards/*/decisions.csv"))]
    assert len(heads) > 4
    assert all(head.startswith("source,line,id,") for head in heads)
    assert verify_manifest(Path("out")).ok


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("record", "[ME953] shard 000002: "),
        ("output", "[ME967] shard 000002: `decisions.jsonl` is not what was written"),
        ("no output", "[ME967] shard 000002: `decisions.jsonl` cannot be read"),
        ("missing", "[ME967] shard 000002 is missing"),
        ("extra", "[ME967] there is a shard `000099` that the manifest does not name"),
        ("another log", "[ME967] shard 000002: its log is not the one that the manifest binds"),
        ("no log", "[ME951] shard 000002: "),
        ("left out", "[ME967] the manifest is not the one of the checkpoint"),
    ],
)
def test_the_first_bad_shard_is_named(what: str, said: str, command: Command, done: Path) -> None:
    shard = done / "shards" / "000002"
    match what:
        case "record":
            flip(next((shard / "audit" / "segments").iterdir()))
        case "output":
            flip(shard / "decisions.jsonl")
        case "no output":
            (shard / "decisions.jsonl").unlink()
        case "missing":
            shutil.rmtree(shard)
        case "extra":
            shutil.copytree(shard, shard.with_name("000099"))
        case "another log":
            shutil.rmtree(shard / "audit")
            shutil.copytree(shard.with_name("000003") / "audit", shard / "audit")
        case "no log":
            shutil.rmtree(shard / "audit")
        case _:
            bound = manifest.read(done)
            smaller = manifest.Manifest(bound.plan, bound.shards[:-1])
            (done / "manifest.json").write_bytes(manifest.encode(smaller) + b"\n")
            shutil.rmtree(done / "shards" / bound.shards[-1].shard.folder)
    ran = command("audit", "verify", done)
    assert (ran.code, ran.out.splitlines()[0]) == (1, "out: NOT GOOD")
    assert ran.out.splitlines()[3].strip().startswith(said)


def test_a_log_that_grew_is_still_bound(command: Command, done: Path) -> None:
    audit = done / "shards" / "000002" / "audit"
    ran = command("audit", "erase", "--record", "1", "-a", audit, "--yes")
    assert (ran.code, ran.out) == (0, "erased: #1\n")
    ran = command("audit", "verify", done)
    assert (ran.code, "added to the logs: erasure 1" in ran.out) == (0, True)
    assert json.loads(command("audit", "verify", done, "--format", "json").out)["later"] == {"erasure": 1}
    for name in ("vault.sqlite", "checkpoint", "checkpoints"):
        (audit / name).unlink()
    assert command("audit", "verify", done).code == 1


@pytest.mark.parametrize("how", ["cut", "unproven"])
def test_a_log_that_is_shorter_or_has_more_than_its_checkpoint_is_not_bound(
    command: Command, done: Path, how: str
) -> None:
    audit = done / "shards" / "000002" / "audit"
    (audit / "vault.sqlite").unlink()
    path = next((audit / "segments").iterdir())
    lines = path.read_bytes().splitlines(keepends=True)
    if how == "cut":
        lines.pop()
    else:
        record = {"kind": "erasure", "erased": [1], "seq": len(lines), "time": json.loads(lines[-1])["time"]}
        lines.append(encode(record) + b"\n")
    path.write_bytes(b"".join(lines))
    ran = command("audit", "verify", done)
    assert (ran.code, ("[ME954] shard 000002" if how == "cut" else "have no checkpoint") in ran.out) == (1, True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
@pytest.mark.parametrize("name", ["manifest.json", "checkpoint", "shards/000002/decisions.jsonl"])
def test_a_pipe_in_a_folder_of_shards_is_not_read(command: Command, done: Path, name: str) -> None:
    (done / name).unlink()
    os.mkfifo(done / name)
    assert command("audit", "verify", done).code in (1, 2)


def test_a_manifest_names_no_file_outside_its_shard(command: Command, done: Path) -> None:
    path = done / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"decisions.jsonl"', b'"../../../secret"'))
    ran = command("audit", "verify", done)
    assert (ran.code, "[ME967 manifest-broken]" in ran.err) == (2, True)


@pytest.mark.parametrize("change", [b"", b"{}\n", b"\xff", None])
def test_a_manifest_that_is_none(change: bytes | None, command: Command, done: Path) -> None:
    path = done / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b",", b", ", 1) if change is None else change)
    ran = command("audit", "verify", done)
    assert (ran.code, ran.out) == (2, "")
    assert "[ME967 manifest-broken]" in ran.err


def test_a_manifest_put_into_a_log_does_not_speak_for_it(command: Command, done: Path) -> None:
    log = done / "shards" / "000000" / "audit"
    plan = msgspec.structs.replace(manifest.read(done).plan, shards=0, sha256=manifest.identity([]))
    manifest.write(log, manifest.Manifest(plan, ()), None)
    assert command("audit", "verify", log).code == 1
    (log / "log.json").unlink()
    assert command("audit", "verify", log).code == 2


def test_a_manifest_is_signed_and_its_checkpoint_kept_elsewhere(command: Command, source: Path) -> None:
    pytest.importorskip("cryptography")
    Path("key").write_text(str(KEY), "utf-8")
    Path("key.pub").write_text(str(KEY.verifier), "utf-8")
    ran = command(*args("--audit-key", "key"))
    assert "bound by out/manifest.json (signed by example.org/audit)" in ran.err
    shutil.copy("out/checkpoint", "note")
    ran = command("audit", "verify", "out", "--key", "key.pub", "--checkpoint", "note")
    assert (ran.code, "signed by example.org/audit" in ran.out, "1 kept elsewhere agree" in ran.out) == (0, True, True)
    shutil.rmtree("out")
    command(*args())
    assert "is not signed" in command("audit", "verify", "out", "--key", "key.pub").err
    assert command("audit", "verify", "out", "--checkpoint", "note").code == 1


def test_a_stopped_run_keeps_its_shards_and_goes_on(
    command: Command,
    source: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stops(_: object, work: Shards, shards: Sequence[Shard], __: object) -> Iterator[object]:
        yield work(shards[1])
        (work.folder / "shards" / ".000002.0a1b2c3d").mkdir()  # as a worker that was killed leaves it
        raise WorkerError("ME914", "the Ray cluster gave up", "")

    with monkeypatch.context() as patch:
        patch.setattr("modengine.cli.scan.ray.mapped", stops)
        ran = command(*args())
    assert ran.code == 2
    assert ran.err.startswith("modengine: 1 of ")
    assert "shards are done, kept in `out`; to go on: modengine scan" in ran.err
    log = next(Path("out/shards/000001/audit/segments").iterdir()).read_bytes()
    assert "[ME912 not-resumable] `out` holds an unfinished scan" in command(*args()).err
    assert "is of another input" in command(*args("--resume", "--ignore-scope")).err
    ran = command(*args("--resume"))
    assert (ran.code, "1 of " in ran.err.splitlines()[0]) == (1, True)
    assert next(Path("out/shards/000001/audit/segments").iterdir()).read_bytes() == log
    assert verify_manifest(Path("out")).ok
    assert "holds a finished scan" in command(*args()).err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--no-audit",), "leave --audit and --no-audit out"),
        (("--audit", "x"), "leave --audit and --no-audit out"),
        (("--format", "summary"), "leave --output out"),
    ],
)
def test_wrong_usage(more: tuple[object, ...], words: str, command: Command, source: Path) -> None:
    ran = command(*args(*more))
    assert (ran.code, words in ran.err) == (2, True)
    ran = command("scan", "messages.jsonl", "--address", "x")
    assert (ran.code, "--address is for --engine ray" in ran.err) == (2, True)


def test_a_pipe_is_no_input_for_many_machines(command: Command, folder: Path) -> None:
    ran = command("scan", "-", "-p", POLICY, "-o", "out", "--engine", "ray", stdin=b"x\n")
    assert (ran.code, "which many machines cannot read" in ran.err) == (2, True)
