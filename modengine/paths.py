"""Where the shipped rules are: beside the package in a clone, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path


def shipped_rules() -> Path:
    """The folder with `campaign-2014.yaml`."""
    inside = Path(__file__).parent / "rules"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rules"


def shipped_policy() -> Path:
    return shipped_rules() / "campaign-2014.yaml"


def shipped_policies() -> list[str]:
    """The names that `--policy` takes besides a path: files of the folder that begin a policy."""
    files = {file.stem: file for file in shipped_rules().glob("*.yaml")}
    return [name for name in sorted(files) if "\npolicy:" in f"\n{files[name].read_text('utf-8')}"]
