"""Whatever stands in a file of messages: each row is an error or is decided, by the core as by the Python engine."""

from __future__ import annotations

import io
import json
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

import modengine
from modengine.engine.engine import Engine
from modengine.errors import InputError, MessageError
from modengine.model import Message
from modengine.paths import shipped_policy
from modengine.run.read.files import Form, look, read
from modengine.run.write.results import to_json
from tests.nightly.fuzz.fuzzing import fuzz, mutated, only
from tests.paths import MESSAGES, SMALL

ROWS = MESSAGES.read_text("utf-8").splitlines()[:400]
TEXTS = [json.loads(row)["text"] for row in ROWS]
CORPUS = {
    "jsonl": [*ROWS, *("\n".join(ROWS[at : at + 5]) for at in range(0, 100, 5))],
    "csv": ["text,id,channel\n" + "\n".join(f'"{text}",{at},group' for at, text in enumerate(TEXTS[:9]))],
    "text": TEXTS,
}
PIECES = [
    *('"', "\\", "\\u0000", "\\ud800", "\\udc00", "null", "true", "[", "]", "{", "}", ",", ":", "1e999", "-0", "NaN"),
    *('"text": ', '"parts": [{"kind": "ocr", "text": "x"}],', '"id": ', '"time": "2014-05-28T00:00:00Z",', "9" * 400),
    *("\n", "\r", "\r\n", "\0", "\ufeff", "\x85", "\u2028", "\t", "text,text\n", '""', "'", "\x1a"),
    *(
        "微",
        "信",
        "加微信",
        "领",
        "奖",
        "\u200b",
        "\u0301",
        "\U000e0061",
        "😀",
        "👨\u200d👩\u200d👧",
        "\u202e",
        "ﷺ",
        "㌕",
        "ß",
        "İ",
    ),
    *(
        "http://a.b/",
        "www.example.top",
        "13800138000",
        "￥100",
        "一百二十万",
        "2014年5月28日",
        "@somebody",
        "「",
        "」",
        "“",
    ),
]


def engines(policy: Path) -> tuple[Engine, Engine]:
    """The engine, and one that has no core."""
    own = modengine.load(policy)
    return own, Engine(own.program, segmenter=own.program.segmenter())


@pytest.fixture(scope="module")
def small() -> tuple[Engine, Engine]:
    return engines(SMALL)


def decided(engine: Engine, message: Message) -> bytes | str:
    try:
        return to_json(engine.decide(message))
    except MessageError as error:
        return str(error)


def alike(both: tuple[Engine, Engine], message: Message) -> None:
    first, second = (decided(engine, message) for engine in both)
    assert first == second


@pytest.mark.parametrize("form", list(CORPUS))
def test_mutated_files(form: Form, small: tuple[Engine, Engine]) -> None:
    def read_it(text: str) -> None:
        data = io.BytesIO(text.encode("utf-8", "surrogatepass"))
        with only(InputError):
            for row in read([look("-", form, data)]):
                assert (row.message is None) != (row.error is None)
                if row.message is not None:
                    alike(small, row.message)

    fuzz(mutated(CORPUS[form], PIECES), 20_000, read_it)


def test_mutated_bytes(small: tuple[Engine, Engine]) -> None:
    """Of each form: encodings that are none, and what a disk leaves."""
    whole = [(form, text.encode()) for form, texts in CORPUS.items() for text in texts[:50]]
    harm = st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(max_size=3), st.integers(0, 9)), max_size=6)

    def read_it(given: tuple[tuple[Form, bytes], list[tuple[int, bytes, int]]]) -> None:
        (form, data), changes = given
        for at, put, cut in changes:
            at %= len(data) + 1
            data = data[:at] + put + data[at + cut :]
        with only(InputError):
            for row in read([look("-", form, io.BytesIO(data))]):
                if row.message is not None:
                    alike(small, row.message)

    fuzz(st.tuples(st.sampled_from(whole), harm), 10_000, read_it)


def test_mutated_texts_by_the_shipped_policy() -> None:
    both = engines(shipped_policy())
    for text in TEXTS:  # what the Python engine makes when it is first asked for takes seconds
        alike(both, Message(text))
    fuzz(mutated(TEXTS, PIECES), 20_000, lambda text: alike(both, Message(text)))


scalars: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-(1 << 63), (1 << 63) - 1), st.floats(), st.text(max_size=20),
    st.binary(max_size=5), st.datetimes(timezones=st.just(UTC)), st.dates(),
    st.decimals(-999, 999, places=2), st.timedeltas(),
)  # fmt: skip
tables = st.dictionaries(
    st.sampled_from(["text", "id", "parts", "time", "channel", "reposts", "x", ""]),
    st.lists(scalars, min_size=3, max_size=3).flatmap(
        lambda values: st.one_of(
            st.just(values), st.just([values[:2]] * 3), st.just([{"kind": "ocr", "text": "x"}] * 3)
        )
    ),
    min_size=1,
)


def test_odd_tables_in_parquet(small: tuple[Engine, Engine], tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "a.parquet"

    def read_it(columns: dict[str, list[Any]]) -> None:
        try:
            parquet.write_table(arrow.table(columns), file)
        except (arrow.ArrowException, TypeError, OverflowError, ValueError):
            return  # no table
        with only(InputError):
            for row in read([look(str(file))]):
                if row.message is not None:
                    alike(small, row.message)

    fuzz(tables, 5_000, read_it)
