"""docs/audit-log.md: the sceptic's walk-through, and what else the page says."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from modengine.audit.files.layout import LogPaths
from modengine.audit.read.proof import prove_inclusion
from modengine.audit.read.replay import CAUSES
from modengine.audit.records.commitments import commitment_to_text
from modengine.model import Part
from tests.audit.logs import MakeLog, records
from tests.commands import Command
from tests.paths import ROOT

PAGE = ROOT / "docs" / "audit-log.md"


def page() -> str:
    return PAGE.read_text("utf-8")


def walk_through() -> str:
    found = re.search(r"<!-- sceptic -->\n```python norun\n(.*?)```\n<!-- /sceptic -->", page(), re.S)
    assert found is not None
    return found[1]


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    """The walk-through, run by a Python that has nothing but its standard library."""
    program = folder / "sceptic.py"
    program.write_text(walk_through(), "utf-8")
    command = [sys.executable, "-I", "-S", "-X", "utf8", "-W", "ignore", str(program)]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=60)


def test_the_walk_through_is_twenty_lines_of_the_standard_library() -> None:
    lines = [line for line in walk_through().splitlines() if line.strip()]
    assert len(lines) <= 21
    nodes = [node for node in ast.walk(ast.parse(walk_through())) if isinstance(node, ast.Import)]
    imported = {name.name for node in nodes for name in node.names}
    assert imported <= set(sys.stdlib_module_names)


@pytest.mark.parametrize(("times", "seq"), [(1, 1), (1, 6), (3, 13), (20, 120)])
def test_the_walk_through_verifies_a_proof(make: MakeLog, tmp_path: Path, times: int, seq: int) -> None:
    folder = make(times=times)
    note = (folder / "checkpoint").read_text("utf-8")
    proof = prove_inclusion(LogPaths(folder), seq, note)
    (tmp_path / "proof.json").write_text(json.dumps(proof), "utf-8")
    (tmp_path / "checkpoint").write_text(note, "utf-8")
    ran = verified(tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert proof["record"] in ran.stdout


def test_the_walk_through_verifies_what_the_commands_write(make: MakeLog, tmp_path: Path, command: Command) -> None:
    folder = make(times=3)
    (tmp_path / "checkpoint").write_text(command("audit", "checkpoint", "-a", folder).out, "utf-8")
    (tmp_path / "proof.json").write_text(command("audit", "prove", "#9", "-a", folder).out, "utf-8")
    ran = verified(tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(f"in the log {json.loads((folder / 'log.json').read_text('utf-8'))['origin']} of 19")


@pytest.mark.parametrize(
    "change", [{"record": "{}"}, {"index": 2}, {"index": 7}, {"hashes": []}, {"hashes": ["AAAA"] * 9}]
)
def test_the_walk_through_refuses_what_is_no_proof(make: MakeLog, tmp_path: Path, change: dict[str, object]) -> None:
    folder = make()
    note = (folder / "checkpoint").read_text("utf-8")
    proof = {**prove_inclusion(LogPaths(folder), 3, note), **change}
    (tmp_path / "proof.json").write_text(json.dumps(proof), "utf-8")
    (tmp_path / "checkpoint").write_text(note, "utf-8")
    assert verified(tmp_path).returncode != 0


def test_the_commitment_is_what_the_page_says(make: MakeLog) -> None:
    import hashlib

    salt = b"\x07" * 32
    content = b'[["text","your text"]]'
    wanted = hashlib.sha256(b"modengine.audit/text" + b"\0" + salt + content).hexdigest()
    assert commitment_to_text(salt, (Part("text", "your text"),)) == wanted


def test_every_key_of_every_record_is_described(make: MakeLog) -> None:
    keys = {key for record in records(make()) for key in record}
    assert {key for key in keys if f"`{key}`" not in page()} == set()


def test_every_cause_is_described() -> None:
    assert {cause for cause in CAUSES if f"`{cause}`" not in page()} == set()


def test_every_file_of_a_log_is_described(make: MakeLog) -> None:
    assert {path.name for path in make().iterdir() if f"`{path.name}" not in page()} == set()
