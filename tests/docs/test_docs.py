"""Every example in the documentation runs, and prints what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.examples import blocks, pages
from tests.docs.running import run_page
from tests.paths import DOCS

PAGES = [page for page in pages() if page != "errors.md" and any(True for _ in blocks(DOCS / page))]
"""Those with examples of their own; what stands in errors.md is run by test_codes.py."""


@pytest.mark.parametrize("page", PAGES)
def test_examples_of_a_page_run_in_their_order(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rewrite: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    run_page(DOCS / page, tmp_path, rewrite)


@pytest.mark.parametrize("page", pages())
def test_links_between_pages_lead_somewhere(page: str) -> None:
    text = re.sub(r"`[^`\n]*`", "", (DOCS / page).read_text("utf-8"))  # code holds what looks like links
    for target, anchor in re.findall(r"\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)", text):
        path = (DOCS / page).parent / target if target else DOCS / page
        assert path.exists(), f"{page}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
            assert anchor in map(_anchor, headings), f"{page}: {target}#{anchor}"


def _anchor(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", pages())
def test_pages_are_in_the_index(page: str) -> None:
    """In that of their folder, where it has one."""
    path = DOCS / page
    own = path.parent / "README.md"
    index = own if own.is_file() and path != own else DOCS / "README.md"
    name = path.relative_to(index.parent).as_posix()
    assert page == "README.md" or f"]({name})" in index.read_text("utf-8")
