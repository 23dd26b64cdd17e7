"""Standard streams that are closed, full, or as narrow as none."""

from __future__ import annotations

import io
import json
import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from rich.cells import cell_len

from modengine.cli.streams import NARROWEST, WIDEST, console, folded
from tests.commands import DEAF, POLICY, UNUSABLE, Command, finish, process, says_nothing, shell

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes the streams")


@pytest.mark.parametrize("arguments", ["scan -", "explain -"])
def test_a_closed_standard_input_is_said(arguments: str) -> None:
    code, out, err = shell(f"{arguments} -p {shlex.quote(str(POLICY))}", "<&-")
    assert (code, out) == (2, "")
    assert "bad file descriptor" in err
    assert "a bug" not in err


@pytest.mark.parametrize("arguments", ["rules", "schema message"])
def test_a_closed_standard_output_is_said(arguments: str) -> None:
    assert shell(arguments, ">&-") == (2, "", "modengine: reading or writing failed: bad file descriptor\n")


def test_a_closed_standard_output_that_is_not_needed_does_no_harm(tmp_path: Path) -> None:
    path, out = tmp_path / "one.txt", tmp_path / "out.jsonl"
    path.write_text("你好\n", encoding="utf-8")
    assert shell(f"scan {shlex.quote(str(path))} -q -o {shlex.quote(str(out))}", ">&-") == (0, "", "")
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1


def test_a_summary_for_a_closed_standard_error_does_not_get_among_the_decisions(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text("你好\n", encoding="utf-8")
    code, out, err = shell(f"scan {shlex.quote(str(path))}", "2>&-")
    assert (code, err) == (0, "")
    assert [line[:9] for line in out.splitlines()] == ['{"line":1']


@pytest.mark.parametrize(("arguments", "where"), [*zip(UNUSABLE, DEAF, strict=True)])
def test_the_exit_code_stands_where_nothing_can_be_said(arguments: str, where: str) -> None:
    """Each of the wrong commands in one of the ways; tests/nightly has each in all."""
    says_nothing(arguments, where)


@pytest.mark.parametrize("columns", ["0", "1", "40"])
def test_a_narrow_terminal_gets_a_table_that_can_be_read(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert console(io.StringIO()).width == NARROWEST


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_findings_folded_and_what_reads_lines_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    first = "a b/rules.yaml:12:3: warning[ME411 twice]: " + "收款 two words " * 6 + "end"
    quoted = "  12 | " + "- 中奖 " * 20
    text = f"{first}\n{quoted}\n     | ^\n  hint: short"
    lines = folded(text, Terminal()).split("\n")
    assert lines[0] == "a b/rules.yaml:12:3: warning[ME411 twice]: 收款 two words"
    assert all(line.startswith("    ") and cell_len(line) <= 60 for line in lines[1:3])
    assert " ".join(line.strip() for line in lines[:3]) == first
    assert lines[3:] == [quoted, "     | ^", "  hint: short"]
    assert folded(text, io.StringIO()) == text


def test_a_terminal_that_says_it_is_endless_gets_no_endless_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100000000")
    assert console(io.StringIO()).width == WIDEST


STEERING = "\x1b[2J\x9b2J\x9d0;t\x07\u202e\u2066"
"""What clears a terminal, in seven bits and in eight, names its window, and turns its lines around."""


def on_a_terminal(*arguments: object) -> str:
    """What a command writes to standard output, where that is a terminal."""
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        running = process(*arguments, stdout=theirs)
        os.close(theirs)
        said = b""
        with suppress(OSError):  # how Linux tells the end
            while piece := terminal.read(4096):
                said += piece
        assert finish(running)[0] == 0
    return said.decode("utf-8")


def steers(said: str) -> list[str]:
    return [sign for sign in STEERING if not sign.isprintable() and sign in said]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_decisions_steer_no_terminal(form: str, tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps({"id": f"a{STEERING}b", "text": "你好"}), encoding="utf-8")
    said = on_a_terminal("scan", path, "-p", POLICY, "-q", "--no-audit", "--format", form)
    assert steers(said) == []
    assert r"a\u001b[2J\u009b2J" in said
    if form == "jsonl":
        assert json.loads(said)["id"] == f"a{STEERING}b"


def test_messages_that_were_read_steer_no_terminal(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps({"id": "1", "text": f"a{STEERING}b"}), encoding="utf-8")
    said = on_a_terminal("read", path, "--reader", "ocr=cat")
    assert steers(said) == []
    assert json.loads(said)["text"] == f"a{STEERING}b"


def test_rules_as_json_steer_no_terminal(command: Command, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        "ruleset: r\ntitle: T\ncategory: c\nrules:\n"
        f"  - {{id: r.a, title: {json.dumps(STEERING)}, score: 5, patterns: {{a: {{words: [一二]}}}}, when: a}}\n",
        encoding="utf-8",
    )
    policy = tmp_path / "policy.yaml"
    policy.write_text("policy: p\ntitle: P\nrulesets: [rules.yaml]\nactions: {c: {label: 5}}\n", encoding="utf-8")
    ran = command("rules", "-p", policy, "--format", "json")
    assert steers(ran.out) == []
    assert json.loads(ran.out)[0]["title"] == STEERING
