"""Where the samples and the lessons are: beside the package in a clone, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path


def samples() -> Path:
    """The folder with `messages.jsonl` and `lessons/`."""
    inside = Path(__file__).parents[1] / "samples"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "samples"
