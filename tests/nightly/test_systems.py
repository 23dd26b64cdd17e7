"""Names that only some systems have are asked for on those alone, as far as types tell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT


@pytest.mark.parametrize("platform", ["win32", "darwin", "linux"])
def test_types_hold_on_every_system(platform: str, tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not here: pip install mypy")
    command = [sys.executable, "-m", "mypy", "--platform", platform, "--cache-dir", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=900, check=False)
    assert ran.returncode == 0, ran.stdout
