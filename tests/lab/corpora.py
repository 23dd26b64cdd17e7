"""Small policies and corpora for the lab, and the canaries that must fail a measurement."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from modengine.engine.engine import Engine
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.templates import parse
from tests.build import engine, regex, rule, text
from tests.paths import ROOT

CARDS = ROOT / "samples" / "cards"
Rows = Iterable[Mapping[str, object]]
MakeCorpus = Callable[..., Corpus]
NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""A name of a column that R, SQL and Stata (`help varname`) take as it is."""
SMALL_RULES = """\
ruleset: small
title: Small
category: fraud
clauses: {F1: A clause.}
rules:
  - {id: fraud.right, title: Right, clause: F1, status: stable, score: 10, patterns: {w: {text: [骗]}}, when: w}
  - {id: fraud.wrong, title: Wrong, clause: F1, status: stable, score: 60, patterns: {w: {text: [钱]}}, when: w}
"""
"""A ruleset of two rules: one that is right and gives few points, one that is wrong and gives many."""


def sound() -> Engine:
    """Knows 骗 as fraud and 打 as violence, and nothing else."""
    return engine(
        rule("fraud.word", "word", text("word", "骗")),
        rule("fraud.strong", "word", text("word", "骗骗"), score=40),
        rule("violence.word", "word", text("word", "打"), category="violence", score=35),
    )


def blocks_everything() -> Engine:
    """The canary of over-blocking."""
    return engine(rule("fraud.all", "all_", regex("all_", "."), score=100))


def never_acts() -> Engine:
    """The canary of recall."""
    return engine(rule("fraud.never", "word", text("word", "龘龘龘")))


def write(path: Path, rows: Rows) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def rows(*counts: tuple[str, str, int], **extra: object) -> list[dict[str, object]]:
    """`(text, label, count)`: rows that are no near-duplicates of one another, numbered."""
    found: list[dict[str, object]] = []
    for body, label, count in counts:
        for _i in range(count):
            number = len(found)
            found.append({"id": f"r{number}", "text": f"{body}{_name(number)}", "label": label, **extra})
    return found


def _name(number: int) -> str:
    """Three Chinese characters of the number: digits and repeats are no difference between near-duplicates."""
    return (
        "天地玄黄宇宙洪荒"[number // 256]
        + "日月盈昃辰宿列张寒来暑往秋收冬藏"[number // 16 % 16]
        + "闰余成岁律吕调阳云腾致雨露结为霜"[number % 16]
    )


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def single(k: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """k hits in n rows that are independent."""
    return ints(*[1] * k, *[0] * (n - k)), ints(*[1] * n)


FEW = parse(
    """\
templates: few
sentences:
  - {id: n1, kind: neutral, text: 来了一位X。, forms: {person-noun: X, group-noun: X朋友}}
  - {id: n2, kind: neutral, text: 一位X在下棋。, forms: {person-noun: X, group-noun: X朋友}}
  - {id: p1, kind: positive, text: 谢谢那位X。, forms: {group-noun: X朋友}}
  - {id: h1, kind: harmful, category: fraud, text: 诚招X刷单。, forms: {person-noun: X, group-noun: X朋友}}
  - {id: h2, kind: harmful, category: fraud, text: 刷单只要X。, forms: {person-noun: X, group-noun: X朋友}}
  - {id: r1, kind: reported, category: fraud, text: 一位X因刷单被骗。, forms: {person-noun: X, group-noun: X朋友}}
""".encode(),
    "few.yaml",
)
