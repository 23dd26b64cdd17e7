"""What is no message, and lengths that are false."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("pygls", reason="the extra `editor` is not installed")


def served(sent: bytes) -> tuple[int, str]:
    """The exit code of a server that is sent this and no more, and what it says on standard error."""
    ran = subprocess.run(
        [sys.executable, "-m", "modengine", "lsp", "--stdio"], input=sent, capture_output=True, timeout=120, check=False
    )
    return ran.returncode, ran.stderr.decode()


@pytest.mark.parametrize("length", [b"99999999999999", b"67108865", b"9" * 900])
def test_a_false_length_is_refused_in_an_error_of_its_own(length: bytes) -> None:
    code, told = served(b"Content-Length: %s\r\n\r\n{}" % length)
    assert code == 2
    assert "ME907" in told
    assert "more than 64 MB" in told
    assert "a bug" not in told


def test_a_header_of_any_length_is_read_in_pieces() -> None:
    assert served(b"Content-Length: %s\r\n\r\n{}" % (b"9" * 6000)) == (0, "")


def test_of_what_is_no_message_one_line_is_said() -> None:
    wrong = b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":5}'
    bodies = (b"{half a fra", b"[]", b"null", b"\xff", wrong)
    code, told = served(b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies))
    assert code == 0
    lines = told.splitlines()
    assert len(lines) == len(bodies)
    assert all(line.startswith("modengine lsp: what the editor sent is no message: ") for line in lines)
