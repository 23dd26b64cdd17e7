"""Windows and macOS, as far as they can be played here: locks, consoles, line ends, names, drives, limits."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import modengine
from modengine.audit.files.lock import Lock
from modengine.cli import main
from modengine.cli.options import engine_of
from modengine.errors import AuditError, InputError, OutputError
from modengine.lab.studies.fitting.policy import _base
from modengine.policy import files as policy_files
from modengine.policy.load import read
from modengine.run.write import exclusive
from modengine.run.write.output import parts
from tests.commands import EXPIRY, POLICY, Command
from tests.paths import ROOT

RULES = """\
ruleset: mine
title: Mine
category: fraud
clauses: {M1: Messages that ask for a code.}
lists:
  codes: {file: codes.txt}
rules:
  - id: mine.code
    title: Asks for a code
    clause: M1
    score: 30
    patterns:
      code: {words: {list: codes}}
    when: code
    examples:
      match:
        - 把验证码发来
        - |
          把验证码
          发来
      pass: [加油]
"""
CODES = "# what is asked for\n验证码\n校验码\n"
OVER = "policy: over\ntitle: Over\nrulesets: [mine.yaml]\nactions: {fraud: {label: 30}}\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def rules(here: Path) -> Path:
    for name, text in {"mine.yaml": RULES, "codes.txt": CODES, "over.yaml": OVER}.items():
        (here / name).write_text(text, "utf-8", newline="\n")
    return here


# ------------------------------------------------------------------ locks


@pytest.fixture
def msvcrt(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The lock as it is written for Windows, over a `msvcrt` that is played."""
    holders: dict[tuple[int, int], int] = {}

    def locking(descriptor: int, mode: int, count: int) -> None:
        assert (mode, count, os.lseek(descriptor, 0, os.SEEK_CUR)) == (2, 1, 0)
        status = os.fstat(descriptor)
        holder = holders.get((status.st_dev, status.st_ino))
        if holder is not None and holder != descriptor and _is_open(holder, status):
            raise PermissionError(13, "Permission denied")
        holders[status.st_dev, status.st_ino] = descriptor

    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2))  # type: ignore[arg-type]
    monkeypatch.setattr(sys, "platform", "win32")
    spec = importlib.util.spec_from_file_location("exclusive_of_windows", exclusive.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.undo()
    monkeypatch.setattr("modengine.audit.files.lock.hold", module.hold)
    monkeypatch.setattr("modengine.run.write.output.hold", module.hold)
    yield module
    monkeypatch.undo()


def _is_open(descriptor: int, status: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), status)
    except OSError:
        return False


def test_the_lock_of_windows_lets_one_writer_in(msvcrt: ModuleType, tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    first.take(0, lambda: 0.0, lambda _: None)
    with pytest.raises(AuditError, match="ME957"):
        second.take(0, lambda: 0.0, lambda _: None)
    first.release()
    second.take(0, lambda: 0.0, lambda _: None)
    second.check()
    second.release()


def test_the_lock_of_windows_keeps_an_output_for_one_scan(msvcrt: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    (tmp_path / "out.jsonl.part").write_bytes(b"left\n")
    with parts([path]) as first:
        first.begin([b"head\n"])
        with pytest.raises(OutputError, match="ME915"), parts([path]):
            pass
        first.place()
    assert path.read_bytes() == b"head\n"


WINDOWS = """
import os, signal, sys, types
import asyncio, ctypes, logging, multiprocessing.connection, pickle, shutil, sqlite3, subprocess, tempfile, zipfile
import click, rich.console, rich.progress, msgspec, jinja2  # as they are here: modengine alone is played on Windows
from packaging import licenses, specifiers
sys.platform = "win32"
sys.modules |= dict.fromkeys(("fcntl", "resource", "pwd", "grp", "termios"))
sys.modules["msvcrt"] = types.SimpleNamespace(LK_NBLCK=2, locking=lambda descriptor, mode, count: None)
for name in ("O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "getuid", "geteuid", "fork", "killpg", "sched_getaffinity"):
    delattr(os, name) if hasattr(os, name) else None
for name in ("SIGHUP", "SIGKILL", "SIGALRM", "setitimer", "pthread_sigmask", "SIG_BLOCK"):
    delattr(signal, name) if hasattr(signal, name) else None
from modengine.cli.main import run
for line in sys.argv[1:]:
    code = run(line.split())
    assert code == 0, f"{line}: {code}"
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there it is no play")
def test_commands_run_without_what_posix_alone_has(rules: Path) -> None:
    (rules / "messages.txt").write_bytes("把验证码发来\r\n加油\r\n".encode())
    lines = [
        "scan messages.txt --policy over.yaml --output out.jsonl", "audit verify", "explain --policy over.yaml 验证码",
        "check over.yaml", "test over.yaml", "format --check over.yaml", "init first", "rules --policy over.yaml",
        "pack new acme-fraud", "pack build acme-fraud", "scan messages.txt --policy over.yaml --format csv --output t",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MODENGINE_CACHE": str(rules / "cache")}
    ran = subprocess.run(
        [sys.executable, "-c", WINDOWS, *lines], env=environment, capture_output=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    assert b"chmod" not in ran.stderr
    assert [json.loads(line)["action"] for line in (rules / "out.jsonl").read_bytes().splitlines()] == [
        "label",
        "allow",
    ]


def test_a_window_of_windows_that_is_closed_stops_a_command_as_a_signal_does(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: dict[str, object] = {}
    signals = SimpleNamespace(
        SIGTERM="SIGTERM", SIGBREAK="SIGBREAK", SIGINT="SIGINT", SIG_DFL="default", signal=taken.__setitem__,
        getsignal={"SIGINT": "an interrupt"}.get,
    )  # fmt: skip
    ended: list[int] = []
    monkeypatch.setattr(main, "signal", signals)
    monkeypatch.setattr(main, "sys", SimpleNamespace(platform="win32", exit=ended.append))
    monkeypatch.setattr(main, "run", lambda: 0)
    main.main()
    assert ended == [0]
    assert taken == {"SIGTERM": main._terminate, "SIGBREAK": main._terminate}


# ------------------------------------------------------------------ consoles


LACKING = "验证码 𠮷😀 ✓ ﷽ ê"
"""Characters that cp936, and most code pages, do not have."""


@pytest.mark.parametrize(
    ("encoding", "arguments", "code", "stream"),
    [
        ("cp936", ["explain", "--policy", "over.yaml", LACKING], 0, "out"),
        ("ascii:strict", ["explain", "--policy", "over.yaml", "--format", "html", LACKING], 0, "out"),
        ("cp1252", ["rules", "验证码", "--policy", "over.yaml"], 0, "out"),
        ("cp936", ["check", "bad.yaml"], 1, "out"),
        ("cp936", ["scan", "--policy", "over.yaml", "--no-audit", "-"], 0, "out"),
        ("cp936", ["explain", "--policy", f"{LACKING}.yaml", "x"], 2, "err"),
    ],
    ids=["explain", "html", "rules", "check", "scan", "error"],
)
def test_a_console_of_another_encoding_is_no_trouble(
    rules: Path, encoding: str, arguments: list[str], code: int, stream: str
) -> None:
    (rules / "bad.yaml").write_text(OVER.replace("mine.yaml", f"'{LACKING}验证码.yaml'"), "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    ran = subprocess.run(
        [sys.executable, "-m", "modengine", *arguments], env=environment, capture_output=True, timeout=60, check=False,
        input=f"把{LACKING}发来\n".encode(),
    )  # fmt: skip
    assert ran.returncode == code, ran.stderr
    said = (ran.stdout if stream == "out" else ran.stderr).decode("utf-8")
    assert "验证码" in said


# ------------------------------------------------------------------ line ends


def crlf(folder: Path) -> None:
    for file in folder.iterdir():
        if file.is_file():
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))


def test_rules_with_windows_line_ends_are_the_same_rules(rules: Path, command: Command) -> None:
    before = modengine.load("over.yaml")
    (rules / "modengine.toml").write_text('[check]\nignore = ["ME818"]\n', "utf-8")
    told = command("check", "over.yaml").out
    crlf(rules)
    after = modengine.load("over.yaml")
    assert after.revision == before.revision
    assert after.decide("把验证码发来") == before.decide("把验证码发来")
    assert command("check", "over.yaml").out == told
    assert command("test", "over.yaml").code == 0


def test_a_waiver_and_a_pack_with_windows_line_ends_hold(here: Path, command: Command) -> None:
    assert command("pack", "new", "acme-fraud").code == 0
    rules = here / "acme-fraud/prizes.yaml"
    waived = rules.read_text("utf-8").replace(
        "    clause:", "    # modengine: allow ME807 it is being written\n    clause:"
    )
    rules.write_text(waived, "utf-8", newline="\n")
    told = command("pack", "check", "acme-fraud").out
    crlf(here / "acme-fraud")
    assert command("pack", "check", "acme-fraud").out == told
    assert command("pack", "build", "acme-fraud").code == 0


MESSAGES = {
    "m.txt": "把验证码发来\n加油\n",
    "m.jsonl": '{"id": "1", "text": "把验证码发来"}\n{"id": "2", "text": "加油"}\n',
    "m.csv": "id,text\n1,把验证码发来\n2,加油\n",
}


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_with_windows_line_ends_are_the_same_messages(rules: Path, command: Command, name: str) -> None:
    found = []
    for end, mark in (("\n", ""), ("\r\n", ""), ("\r\n", "\ufeff")):
        (rules / name).write_text(mark + MESSAGES[name], "utf-8", newline=end)
        assert command("scan", name, "--policy", "over.yaml", "--no-audit", "--output", "out.jsonl").code == 0
        lines = map(json.loads, (rules / "out.jsonl").read_text("utf-8").splitlines())
        found.append([(line["action"], line["hits"]) for line in lines])
    assert found[0] == found[1] == found[2]
    assert [action for action, _ in found[0]] == ["label", "allow"]


# ------------------------------------------------------------------ names and drives


def test_a_name_that_differs_by_case_is_named_where_it_is_no_file(rules: Path) -> None:
    if (rules / "MINE.yaml").exists():
        pytest.skip("names that differ by case alone are one here")
    (rules / "over.yaml").write_text(OVER.replace("mine", "Mine"), "utf-8")
    (found,) = read("over.yaml").diagnostics
    assert (found.code, found.hint.partition("?")[0]) == ("ME101", "did you mean `mine.yaml`")


def test_a_name_that_differs_by_case_is_an_error_where_it_is_a_file_too(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def folding(path: str, *rest: int) -> int:
        folder, name = os.path.split(path)
        there = [other for other in os.listdir(folder or ".") if other.casefold() == name.casefold()]
        return opened(os.path.join(folder, *there), *rest)

    monkeypatch.setattr(policy_files, "FOLDS", True)
    monkeypatch.setattr(policy_files.os, "open", folding)
    assert read("over.yaml").diagnostics == ()
    (rules / "over.yaml").write_text(OVER.replace("mine", "Mine"), "utf-8")
    (rules / "mine.yaml").write_text(RULES.replace("codes.txt", "Codes.txt"), "utf-8")
    found = read("over.yaml").diagnostics
    assert {(each.code, each.hint) for each in found} == {
        ("ME205", "write it as the folder has it: `mine.yaml`"),
        ("ME205", "write it as the folder has it: `codes.txt`"),
    }


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such names there")
@pytest.mark.parametrize("name", ["aux.yaml", "Prizes.yaml", "a:b.txt", "lists/what?.md", "old./prizes.txt"])
def test_a_pack_with_names_that_some_systems_do_not_take_is_not_built(here: Path, command: Command, name: str) -> None:
    assert command("pack", "new", "acme-fraud").code == 0
    file = here / "acme-fraud" / name
    if file.exists():
        pytest.skip("names that differ by case alone are one here")
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"ruleset: acme-fraud.{len(name)}\ntitle: T\ncategory: fraud\nrules: []\n", "utf-8")
    ran = command("pack", "check", "acme-fraud")
    assert ran.code == 1
    assert "1:1: error[ME205 bad-value]" in ran.out
    assert f"`{name}" in ran.out
    assert command("pack", "build", "acme-fraud").code == 2


@pytest.fixture
def drives(monkeypatch: pytest.MonkeyPatch) -> None:
    """No path leads from one folder to another, as between two drives of Windows."""

    def none(*_: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", none)


def test_some_rules_of_a_policy_of_another_drive_are_tried(drives: None, here: Path) -> None:
    engine = engine_of(str(POLICY.resolve()), only=("*",))
    assert engine.decide(EXPIRY).hits


def test_a_fitted_policy_that_cannot_name_its_base_is_not_written(drives: None, here: Path) -> None:
    with pytest.raises(OutputError, match="write it to the drive of the policy"):
        _base(POLICY.resolve(), here / "fitted.yaml")


def test_the_page_says_that_a_policy_is_on_two_drives(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start_of = pytest.importorskip("modengine.play.serve").start_of

    def none(*_: object) -> str:
        raise ValueError("Paths don't have the same drive")

    paths = SimpleNamespace(abspath=os.path.abspath, commonpath=none)
    monkeypatch.setattr("modengine.play.serve.os", SimpleNamespace(path=paths))
    with pytest.raises(InputError, match="names files of another drive"):
        start_of(Path("over.yaml"), ())


# ------------------------------------------------------------------ limits


@pytest.mark.parametrize("module", ["modengine.play.serve", "modengine.play.jobs.worker"])
def test_a_limit_that_a_system_refuses_is_left_out(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    bound: Callable[[], None] = pytest.importorskip(module).bound
    asked: list[int] = []

    def refuses(what: int, _: tuple[int, int]) -> None:
        asked.append(what)
        if what == resource.RLIMIT_AS or (what == resource.RLIMIT_DATA and module.endswith("serve")):
            raise ValueError("current limit exceeds maximum limit")  # as macOS says

    monkeypatch.setattr(resource, "setrlimit", refuses)
    monkeypatch.setattr("threading.stack_size", lambda _: 0)
    bound()
    assert resource.RLIMIT_CORE in asked
