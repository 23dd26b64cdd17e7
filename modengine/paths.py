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
    """The names that `--policy` takes besides a path."""
    return sorted(file.stem for file in policies_in(shipped_rules()))


def policies_in(folder: Path) -> list[Path]:
    """The files directly in a folder that begin a policy, by name.  Raises OSError."""
    files = [file for file in sorted(folder.iterdir()) if file.suffix in (".yaml", ".yml") and file.is_file()]
    return [file for file in files if b"\npolicy:" in b"\n" + _beginning(file)]


def _beginning(file: Path) -> bytes:
    """As much of a file as a rule file may have, without a byte order mark."""
    with file.open("rb") as stream:
        return stream.read(5_000_000).removeprefix(b"\xef\xbb\xbf")
