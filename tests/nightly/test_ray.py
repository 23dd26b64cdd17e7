"""`modengine scan --engine ray` on a real cluster of three nodes.  Skipped where Ray is not installed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from modengine.audit.read.shards import verify_manifest
from modengine.audit.records import manifest
from tests.commands import EXPIRY, POLICY, finish, process, wait_for

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install 'modengine[ray]'"),
    pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks for workers in /proc"),
]
COUNT = 16_000
CLUSTER = """
import sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
print("address", cluster.address, flush=True)
for line in sys.stdin:
    if line.strip() != "kill":
        break
    cluster.remove_node(nodes.pop(), allow_graceful=False)
    print("killed", flush=True)
cluster.shutdown()
"""

DEADLY = """
import os
from modengine.errors import WorkerError
from modengine.run.work.ray import cluster, mapped
try:
    with cluster(None) as ray:
        list(mapped(ray, os._exit, [9], 1))
except WorkerError as error:
    print(error)
"""


class Nodes:
    """A running cluster."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.address = self._answer("address")

    def kill_one(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("kill\n")
        self._process.stdin.flush()
        self._answer("killed")

    def _answer(self, word: str) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(word):
                return line.removeprefix(word).strip()
        raise AssertionError("the cluster did not start")


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
    environment["PYTHONPATH"] = str(Path(manifest.__file__).parents[2])
    running = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", CLUSTER],
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Nodes(running)
    finally:
        running.communicate("end\n", timeout=120)


def kill_a_worker() -> bool:
    """One that is deciding; whether there was one, for its name tells of no longer than a shard."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if entry.read_bytes().startswith(b"ray::modengine"):
                os.kill(int(entry.parent.name), signal.SIGKILL)
                return True
        except OSError:
            continue
    return False


@pytest.mark.whole
def test_workers_and_a_node_are_killed_and_nothing_is_lost_or_twice(nodes: Nodes, tmp_path: Path) -> None:
    source = tmp_path / "messages.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for number in range(COUNT):
            text = EXPIRY if number % 10 == 0 else "明天见"
            file.write(json.dumps({"id": f"m{number}", "text": text}, ensure_ascii=False) + "\n")
    size = source.stat().st_size // 16
    folder = tmp_path / "out"
    running = process("scan", source, "-p", POLICY, "-o", folder, "--engine", "ray", "--address", nodes.address,
                      "--shard-size", size)  # fmt: skip
    done = folder / "shards"
    wait_for(lambda: bool(list(done.glob("??????"))) and kill_a_worker())
    wait_for(lambda: len(list(done.glob("??????"))) > 2)
    nodes.kill_one()
    code, out, err = finish(running, timeout=240)
    assert (code, "Traceback" in err) == (0, False), err
    assert out.startswith(f"{COUNT:,} messages decided by class")
    report = verify_manifest(folder)
    assert report.faults == []
    bound = manifest.read(folder)
    assert report.rows == COUNT
    assert report.records == COUNT + len(bound.shards)  # a revision record a shard
    assert 15 <= len(bound.shards) <= 18
    assert sorted(path.name for path in done.iterdir()) == [entry.shard.folder for entry in bound.shards]
    whole = tmp_path / "whole.jsonl"
    assert finish(process("scan", source, "-p", POLICY, "-o", whole, "--no-audit", "-q"))[0] == 0
    pieces = [(done / entry.shard.folder / "decisions.jsonl").read_bytes() for entry in bound.shards]
    assert b"".join(pieces) == whole.read_bytes()


def test_an_item_that_no_worker_survives_is_given_up() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(manifest.__file__).parents[2])}
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DEADLY], env=environment, text=True, capture_output=True, timeout=240
    )
    assert ran.stdout.startswith("[ME914 worker-died] the Ray cluster gave up: "), ran.stderr
    assert "Traceback" not in ran.stderr


LISTENING = """
import os
from pathlib import Path
from modengine.run.work.ray import cluster, mapped

def below(pid):
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield child
        yield from below(child)

def sockets(pid):
    for file in Path(f"/proc/{pid}/fd").iterdir():
        try:
            yield os.readlink(file)
        except OSError:
            pass

with cluster(None) as ray:
    assert list(mapped(ray, str, [9], 1)) == ["9"]
    held = {name for pid in (os.getpid(), *below(os.getpid())) for name in sockets(pid)}
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            row = line.split()
            if row[3] == "0A" and f"socket:[{row[9]}]" in held:
                print("listens on", row[1].partition(":")[0])
"""
LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}


def test_without_an_address_only_this_machine_reaches_ray() -> None:
    """It listened on all interfaces, and whoever reaches its ports runs code."""
    done = subprocess.run([sys.executable, "-c", LISTENING], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found = set(re.findall(r"listens on (\w+)", done.stdout + done.stderr))  # while it runs, all words go to the latter
    assert found
    assert found <= LOOPBACK


def test_a_cluster_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x\n", "utf-8")
    address = "127.0.0.1:1"
    options = ("-p", POLICY, "-o", tmp_path / "out", "--engine", "ray", "--address", address)
    code, out, err = finish(process("scan", tmp_path / "a.txt", *options), timeout=120)
    assert (code, out) == (2, "")
    assert f"[ME913 cluster-unusable] the Ray cluster `{address}` cannot be used" in err
