"""Nothing of a class outlives the page."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from modengine.audit.files.lock import Lock
from modengine.play.jobs import workspace
from modengine.play.scratch import PREFIX, Scratch, sweep
from tests.paths import ROOT
from tests.play.pages import FILES, RULES
from tests.play.serving import playing, post

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
SECRET = "青桥的秘密"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files, and that of the compile cache, in one place."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("MODENGINE_CACHE", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@POSIX
@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM", "SIGINT", "SIGKILL"])
def test_nothing_of_a_class_is_left(name: str, temporary: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("policy")
    for file, text in FILES.items():
        (folder / file).write_text(text, "utf-8")
    said: list[str] = []
    with playing(str(folder / "policy.yaml"), said=said) as process:
        port = int(said[0].split("127.0.0.1:")[1].split("/")[0])
        own = {**FILES, "rules.yaml": RULES.replace("中奖", SECRET)}
        rules = post(port, "/api/rules", {"files": own, "main": "policy.yaml"})[1]["rules"]
        assert post(port, "/api/audit/append", {"log": "a" * 32, "text": SECRET, "rules": rules})[0] == 200
        assert list(temporary.glob(f"{PREFIX}*/logs/*/vault*"))
        process.send_signal(getattr(signal, name))
        process.wait(120)
        if name == "SIGTERM":
            assert process.stderr is not None
            assert process.stderr.read().splitlines()[-1] == "modengine: stopped"
    sweep()  # as the next page does when it starts: after a kill nobody else could
    assert not list(temporary.glob(f"{PREFIX}*"))
    assert not [path for path in temporary.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


@POSIX
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_says_nothing_of_who_sends_slowly_nor_of_a_second_ctrl_c(times: int, temporary: Path) -> None:
    said: list[str] = []
    with playing(said=said) as process:
        port = int(said[0].split("127.0.0.1:")[1].split("/")[0])
        head = f"POST /api/decide HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        with socket.create_connection(("127.0.0.1", port), 60) as slow:
            slow.sendall(f"{head}Expect: 100-continue\r\nContent-Length: 9\r\n\r\n".encode())
            assert slow.recv(100).startswith(b"HTTP/1.1 100")  # the server waits for the body
            slow.sendall(b"{")
            for _ in range(times):
                process.send_signal(signal.SIGINT)
            assert process.wait(120) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_what_others_run_stays_and_what_nobody_runs_goes(temporary: Path) -> None:
    running = Scratch()
    made = {name: temporary / f"{PREFIX}{name}" for name in ("dead", "old", "being-made", "file", "link")}
    for name in ("dead", "old", "being-made"):
        made[name].mkdir()
    (made["dead"] / "running").touch()
    os.utime(made["old"], (0, 0))
    made["file"].touch()
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "running").touch()
    if sys.platform != "win32":
        made["link"].symlink_to(elsewhere)
    sweep()
    left = {name for name, folder in made.items() if folder.exists()}
    assert left == {"being-made", "file"} | ({"link"} if sys.platform != "win32" else set())
    assert running.folder.is_dir()
    assert (elsewhere / "running").is_file()
    running.close()
    assert not running.folder.exists()


def test_a_folder_of_a_run_is_for_its_user_alone(temporary: Path) -> None:
    scratch = Scratch()
    assert scratch.folder.parent == temporary
    if sys.platform != "win32":
        assert scratch.folder.stat().st_mode & 0o077 == 0
    with pytest.raises(Exception, match="ME957"):
        Lock(scratch.folder / "running").take(0, time.monotonic, time.sleep)
    scratch.close()


def test_rules_are_compiled_without_writing_them_anywhere(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Any] = []
    check = workspace.check_loaded
    monkeypatch.setattr(
        workspace, "check_loaded", lambda loaded: (found.extend(temporary.rglob("*")), check(loaded))[1]
    )
    assert workspace.make(FILES, "policy.yaml").engine is not None
    assert found == []


@POSIX
def test_a_worker_whose_server_is_gone_ends_by_itself() -> None:
    code = (
        "import time, modengine.play.jobs.worker as worker\n"
        "worker.LONGEST_JOB, worker.answer = 0.05, lambda *_: time.sleep(60)\n"
        "worker.main()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps({"job": "decide"}).encode() + b"\n")
        process.stdin.flush()
        assert process.wait(120) == -signal.SIGALRM
