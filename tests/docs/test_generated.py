"""The generated pages are up to date."""

from __future__ import annotations

import subprocess
import sys

import pytest

from modengine.codes import CODES
from tests.docs.examples import environment
from tests.paths import DOCS, ROOT


def test_generated_pages_are_not_stale() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "make_docs.py"), "--check"],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_a_stale_page_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import make_docs

    monkeypatch.setattr(make_docs, "PAGES", {"errors.md": lambda: "something else"})
    assert make_docs.stale() == ["errors.md"]


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_in_the_table(code: str) -> None:
    assert f"| {code} | `{CODES[code].name}` |" in (DOCS / "errors.md").read_text("utf-8")
