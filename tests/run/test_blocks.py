"""Blocks and shards hold every line once, in order, with its number."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from modengine.errors import InputError
from modengine.run.read import blocks as module, lines
from modengine.run.read.blocks import Block, blocks
from modengine.run.read.files import look, read
from modengine.run.read.inputs import expanded
from modengine.run.read.row import Row
from modengine.run.read.shards import blocks_of, shards

LINE = st.sampled_from([b"{}", b'{"text": "x"}', b"", b"  ", b"\xff", "好".encode(), b"y" * 40, b'"a,b"'])
END = st.sampled_from([b"\n", b"\r\n"])
FILE = st.builds(
    lambda bom, ended_lines, last: bom + b"".join(line + end for line, end in ended_lines) + last,
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.lists(st.tuples(LINE, END), max_size=12),
    LINE,
)
same = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def shown(rows: Sequence[Row]) -> list[object]:
    return [(row.line, row.source, row.message, row.error and (row.error.code, row.error.message)) for row in rows]


@same
@given(data=FILE, size=st.sampled_from([1, 7, 30, 1000]), suffix=st.sampled_from(["jsonl", "txt"]))
def test_blocks_and_shards_read_what_the_file_holds(data: bytes, size: int, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"in.{suffix}"
    path.write_bytes(data)
    wanted = shown(list(read([look(str(path))])))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BYTES", size)
        patch.setattr(module, "LINE_LIMIT", 20)
        patch.setattr(lines, "LINE_LIMIT", 20)
        patch.setattr(lines.LineReader.__init__, "__defaults__", (20,))
        limited = shown(list(read([look(str(path))])))
        found = list(blocks([look(str(path))]))
        assert shown([row for block in found for row in block.read()]) == limited
        cut = list(shards([look(str(path))], size))
        assert shown([row for shard in cut for block in blocks_of(shard, tmp_path) for row in block.read()]) == limited
        # From any block on, the rest is the same; nothing is lost or read twice.
        for number, block in enumerate(found):
            again = [row for later in blocks([look(str(path))], block.end) for row in later.read()]
            assert shown(again) == shown([row for later in found[number + 1 :] for row in later.read()])
    assert [shard.start for shard in cut] == [0, *(shard.end for shard in cut[:-1])][: len(cut)]
    assert sum(shard.end - shard.start for shard in cut) == len(data)
    assert len(wanted) == len(limited)


def test_a_line_above_the_limit_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"a\n" + b"x" * 9_000_000 + b"\nb\n")
    found = list(blocks([look(str(path))]))
    assert max(len(block.data) for block in found) < 4_200_000
    assert shown([row for block in found for row in block.read()]) == shown(list(read([look(str(path))])))
    assert sum(block.size for block in found) == path.stat().st_size


def test_rows_of_tables_go_on_from_any_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 3)
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        path.write_text("text\n" + "".join(f'"{n}\n{n}"\n' for n in range(8)), "utf-8")
    sources = [look(str(path)) for path in paths]
    found = list(blocks(sources))
    assert shown([row for block in found for row in block.read()]) == shown(list(read(sources)))
    for number, block in enumerate(found):
        rest = [row for later in blocks(sources, block.end) for row in later.read()]
        assert shown(rest) == shown([row for later in found[number + 1 :] for row in later.read()])
    paths[0].write_text(paths[0].read_text("utf-8").replace("3\n3", "3\n4"), "utf-8")
    assert list(blocks(sources, found[0].end))
    with pytest.raises(InputError, match="ME912"):
        list(blocks(sources, found[2].end))


def test_a_file_that_grew_before_the_one_that_was_reached_is_another_input(tmp_path: Path) -> None:
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for path in paths:
        path.write_text("x\n", "utf-8")
    sources = [look(str(path)) for path in paths]
    end = list(blocks(sources))[-1].end
    assert list(blocks(sources, end)) == []
    paths[0].write_text("x\ny\n", "utf-8")
    with pytest.raises(InputError, match="ME912"):
        list(blocks(sources, end))


def test_a_pipe_gives_what_it_has(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.pieces = [b"a\nb", b"\n", b"c"]

        def readable(self) -> bool:
            return True

        def read1(self, _: int) -> bytes:
            return self.pieces.pop(0) if self.pieces else b""

        read = read1  # type: ignore[assignment]

    source = replace(look("-", "text", io.BytesIO(b"")), stream=Pipe())  # type: ignore[arg-type]
    found: list[Block] = list(blocks([source]))
    assert [block.data for block in found] == [b"a\n", b"b\n", b"c"]
    assert [block.line for block in found] == [1, 2, 3]


def test_a_shard_whose_file_was_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x\ny\n", "utf-8")
    first, second = shards([look(str(path))], 1)
    path.write_text("x\nz\n", "utf-8")
    assert len(list(blocks_of(first, tmp_path))) == 1
    with pytest.raises(InputError, match=r"ME912.*was changed while it was being decided"):
        list(blocks_of(second, tmp_path))


def test_tables_are_a_shard_each_and_keep_their_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\n一\n二\n", "utf-8")
    (shard,) = shards([look(str(path))], 1)
    (block,) = blocks_of(replace_name(shard, "a.csv"), tmp_path)
    assert [(row.source, row.line) for row in block.read()] == [("a.csv", 2), ("a.csv", 3)]


def replace_name(shard: object, name: str) -> object:
    import msgspec

    return msgspec.structs.replace(shard, name=name)


def test_what_is_written_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.jsonl", "log.json", "audit/log.json", "audit/segments/1.jsonl", "mine/b.jsonl", "new/c.jsonl"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("", "utf-8")
    rest = ["a.jsonl", "log.json", str(Path("mine/b.jsonl"))]
    assert expanded(["."], [Path("new"), Path("none")]) == rest
    assert expanded(["**/*.json*"], [tmp_path / "new"]) == rest
    assert expanded([".", "audit/log.json"], [Path("new")]) == [*rest, "audit/log.json"]
    with pytest.raises(InputError, match="ME905"):
        expanded(["audit"])


def test_a_folder_that_cannot_be_read_is_an_error_and_its_messages_are_not_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.jsonl", "deep/closed/b.jsonl", ".closed/c.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", "utf-8")
    scandir = os.scandir

    def closed(path: Any) -> Any:
        if os.path.basename(path) in ("closed", ".closed"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(InputError, match=r"deep.closed` cannot be read: permission denied"):
        expanded([str(tmp_path)])
    (tmp_path / "deep" / "closed").rename(tmp_path / "deep" / "open")
    assert [Path(name).name for name in expanded([str(tmp_path)])] == ["a.jsonl", "b.jsonl"]


def test_names_folders_and_globs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b.jsonl", "a.csv", "notes.md", ".hidden.jsonl", "deep/c.txt", "deep/.d/e.txt", "x[1].jsonl"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("", "utf-8")
    assert expanded(["-", "b.jsonl", "missing.jsonl"]) == ["-", "b.jsonl", "missing.jsonl"]
    assert expanded(["."]) == ["a.csv", "b.jsonl", str(Path("deep/c.txt")), "x[1].jsonl"]
    assert expanded(["*.jsonl"]) == ["b.jsonl", "x[1].jsonl"]
    assert expanded(["x[1].jsonl"]) == ["x[1].jsonl"]
    assert expanded(["**/*.txt"]) == [str(Path("deep/c.txt"))]
    for nothing in ("*.parquet", "deep/.d"):
        if nothing == "deep/.d":
            Path("deep/.d/e.txt").unlink()
        with pytest.raises(InputError, match="ME905"):
            expanded([nothing])
