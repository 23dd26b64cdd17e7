"""The digest of the code that decides."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from modengine.audit.records import code
from modengine.audit.records.code import code_digest, sources

ROOT = code.ROOT


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources elsewhere, to be changed."""
    root = tmp_path / "modengine"
    for path in sources(ROOT):
        (root / path.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, root / path.relative_to(ROOT))
    code_digest()  # kept, of the sources as they are
    monkeypatch.setattr(code, "ROOT", root)
    return root


def test_the_same_code_has_the_same_digest_wherever_it_lies(copy: Path) -> None:
    assert code_digest.__wrapped__() == code_digest()
    for path in sources(copy):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert code_digest.__wrapped__() == code_digest()


@pytest.mark.parametrize("name", ["loading.py", "engine/match/terms.py", "engine/evaluate/points.py", "text/view.py"])
def test_another_line_anywhere_is_another_digest(copy: Path, name: str) -> None:
    with (copy / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert code_digest.__wrapped__() != code_digest()


def test_a_file_more_or_under_another_name_is_another_digest(copy: Path) -> None:
    judging = copy / "engine" / "evaluate"
    (judging / "points.py").rename(judging / "score.py")
    renamed = code_digest.__wrapped__()
    (judging / "points.py").write_text("", "utf-8")
    assert len({renamed, code_digest.__wrapped__(), code_digest()}) == 3


def test_without_source_files_there_is_none(copy: Path) -> None:
    (copy / "loading.py").unlink()
    assert code_digest.__wrapped__() == ""


def test_whatever_the_engine_imports_is_part_of_it() -> None:
    """Nothing that decides is left out: imports of the files lead to files of the digest, or to these."""
    apart = {"codes", "errors", "paths", "version", "checks"}
    known = {path.relative_to(ROOT).parts[0].removesuffix(".py") for path in sources(ROOT)}
    for path in sources(ROOT):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("modengine."):
                name = str(node.module).split(".")[1]
                assert name in known | apart, (path, name)
