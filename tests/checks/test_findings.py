"""What `modengine check` says of files, as their author would read it: one folder a finding."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from modengine.checks.run import check_paths
from modengine.codes import CODES
from modengine.model import Message
from tests.paths import DATA

CASES = DATA / "findings"
NAMES = sorted(path.name for path in CASES.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_findings_in_a_file_read_as_reviewed(
    name: str, golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CASES / name)
    texts = Path("corpus.txt").read_text("utf-8").splitlines() if Path("corpus.txt").exists() else None
    corpus = None if texts is None else tuple(map(Message, texts))
    found = check_paths(["policy.yaml" if Path("policy.yaml").exists() else "ruleset.yaml"], corpus)
    assert found
    golden(CASES / name / "expected.txt", "\n\n".join(problem.render() for problem in found) + "\n")


def test_goldens_show_every_finding_of_meaning() -> None:
    shown = {code for name in NAMES for code in re.findall(r"\[(ME\d+) ", (CASES / name / "expected.txt").read_text())}
    assert {code for code in CODES if "ME812" <= code < "ME900"} | {"ME114"} <= shown
