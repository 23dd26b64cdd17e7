"""Standard streams that are closed, full, or as narrow as none."""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from modengine.cli.streams import NARROWEST, console, folded
from tests.commands import DEAF, POLICY, UNUSABLE, says_nothing, shell

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
