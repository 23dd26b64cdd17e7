"""The core reads values and hosts as `modengine.entities` does."""

from __future__ import annotations

from random import Random

import pytest

from modengine.engine import core
from modengine.entities.comparing import READINGS
from modengine.entities.links import host_of
from modengine.entities.model import EntityKind

PIECES = (
    *"0123456789,.零一二两三五九十百千万亿几数kw个半多来余点元块张毛角美$¥u返给送成%‰",
    *"天日周月年时薪次单小分钟内后明今当 -~到至每充满大现",
    *(
        "出头",
        "大张",
        "小时",
        "分钟",
        "位数",
        "百分之",
        "千分之",
        "个百分点",
        "日结",
        "月薪",
        "半个",
        "工作日",
        "不到",
        "限时",
    ),
)
"""What numbers and what they are numbers of are written with."""
LINKS = (
    *"ab1.-/?:@# 。点丶·",
    "http://",
    "hxxps://",
    "[.]",
    "(dot)",
    " dot ",
    "dot",
    ".com",
    "url",
    "[url]",
    "网页链接",
)


@pytest.fixture(scope="module")
def readers() -> object:
    if core.module()[0] is None:
        pytest.skip("there is no core")
    return core._readers()


def _written(random: Random, pieces: tuple[str, ...]) -> str:
    return "".join(random.choices(pieces, k=random.randint(1, 10)))


@pytest.mark.parametrize("kind", READINGS)
def test_the_core_reads_the_same_value(readers, kind: EntityKind) -> None:
    random = Random(kind)
    for _ in range(20_000):
        text = _written(random, PIECES)
        read = READINGS[kind](text)
        span = None if read.low is None else (read.low, read.high)
        assert readers.value(kind, text) == (span, read.currency, read.per), text


def test_the_core_finds_the_same_host(readers) -> None:
    random = Random(1)
    for _ in range(20_000):
        text = _written(random, LINKS)
        assert readers.host(text) == host_of(text), text
