"""A study file that somebody changes."""

from __future__ import annotations

from pathlib import Path


def change(path: Path, old: str, new: str) -> None:
    """Puts one text in the place of another, which is there once."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1, text
    path.write_text(text.replace(old, new), "utf-8")
