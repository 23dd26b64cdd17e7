"""Two segmenters, and whether they cut the texts of a file alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from modengine.text.normalize import plain, replace_surrogates
from modengine.text.segment import BLOCK, Segmenter, make
from tests.paths import CORPORA


@cache
def plainly(name: Any) -> Segmenter:
    return make(name, {})


def corpora() -> list[Path]:
    """The files of the development data; where there are none, the place where they would be."""
    return sorted(CORPORA.glob("*.jsonl")) or [CORPORA]


def rows(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text("utf-8").splitlines():
        yield json.loads(line)


def bodies(file: Path) -> Iterator[str]:
    for row in rows(file):
        yield row.get("text", "")
        yield from (part["text"] for part in row.get("parts", ()))


def differing(texts: Iterable[str]) -> int:
    """How many texts the two segmenters cut differently.  The texts themselves are not shown."""
    fast, reference = plainly("rjieba"), plainly("jieba")
    blocks = ([found.group() for found in BLOCK.finditer(plain(replace_surrogates(text)))] for text in texts)
    return sum(any(fast.cut(block) != reference.cut(block) for block in each) for each in blocks)
