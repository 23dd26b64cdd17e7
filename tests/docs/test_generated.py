"""The generated pages are up to date."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from modengine.codes import CODES
from tests.paths import DOCS, ROOT


@pytest.fixture
def make_docs(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`tools/make_docs.py --check`."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import make_docs

    monkeypatch.setattr(sys, "argv", ["make_docs.py", "--check"])
    return make_docs


def test_generated_pages_are_not_stale(make_docs: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert (make_docs.main(), capsys.readouterr().err) == (0, "")


def test_a_stale_page_is_noticed(
    make_docs: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make_docs, "PAGES", {"errors.md": lambda: "something else"})
    assert make_docs.main() == 1
    assert capsys.readouterr().err == "docs/errors.md is stale: run python tools/make_docs.py\n"


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_in_the_table(code: str) -> None:
    assert f"| {code} | `{CODES[code].name}` |" in (DOCS / "errors.md").read_text("utf-8")
