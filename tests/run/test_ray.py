"""`modengine scan --engine ray` without its cluster; tests/nightly has one."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.commands import POLICY, finish, process


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install 'modengine[ray]'")
def test_a_cluster_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x\n", "utf-8")
    address = "127.0.0.1:1"
    options = ("-p", POLICY, "-o", tmp_path / "out", "--engine", "ray", "--address", address)
    code, out, err = finish(process("scan", tmp_path / "a.txt", *options), timeout=120)
    assert (code, out) == (2, "")
    assert f"[ME913 cluster-unusable] the Ray cluster `{address}` cannot be used" in err
