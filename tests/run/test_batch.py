"""Arrow batches, and that a batch is decided as its messages are."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import msgspec
import pytest

from modengine.engine.engine import Engine
from modengine.loading import load
from modengine.model import Message, Part
from modengine.run.read import parquet
from modengine.run.read.files import read_paths
from modengine.run.work.batch import COLUMNS, ArrowBatches
from modengine.run.write.results import to_json
from tests.commands import POLICY

pyarrow = pytest.importorskip("pyarrow")
SCAM = "您的网银即将失效，请登录 www.example.top 升级"
ROWS = [
    {"id": "a", "text": SCAM, "reposts": 3},
    {"id": "b", "text": "明天见", "reposts": None},
    {"id": "c", "text": None, "reposts": 1},
    {"id": None, "text": SCAM, "reposts": 700},
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load(POLICY)


def test_a_batch_is_decided_row_by_row(engine: Engine) -> None:
    found = ArrowBatches(engine)(pyarrow.RecordBatch.from_pylist(ROWS))
    assert isinstance(found, pyarrow.RecordBatch)
    assert tuple(found.schema.names) == COLUMNS
    rows = found.to_pylist()
    assert [row["id"] for row in rows] == ["a", "b", None, None]
    assert [row["error_code"] for row in rows] == [None, None, "ME902", None]
    for row, given in zip(rows, ROWS, strict=True):
        if row["error_code"] is None:
            fields = {"reposts": given["reposts"]} if given["reposts"] is not None else {}
            decision = engine.decide(Message(given["text"], given["id"], fields=fields))
            assert json.loads(row["decision"]) == json.loads(to_json(decision))
            assert (row["action"], row["taken"], row["flagged"]) == (decision.action, decision.taken, decision.flagged)


def test_a_table_an_empty_one_and_another_column(engine: Engine) -> None:
    decide = pickle.loads(pickle.dumps(ArrowBatches(engine, ignore_scope=True, text="body")))
    table = pyarrow.table({"body": [SCAM, "x"], "score": [1.0, float("nan")]})
    found = decide(table)
    assert isinstance(found, pyarrow.Table)
    assert found.column("action").to_pylist() == found.column("taken").to_pylist() == ["review", "allow"]
    empty = decide(table.slice(0, 0))
    assert (empty.num_rows, empty.schema) == (0, found.schema)


def test_an_id_that_is_no_utf8(engine: Engine) -> None:
    class Given:
        """A batch as another library may make it."""

        from_arrays = staticmethod(pyarrow.RecordBatch.from_arrays)

        def to_pylist(self) -> list[dict[str, object]]:
            return [{"id": "\ud800", "text": "x"}]

    (row,) = ArrowBatches(engine)(Given()).to_pylist()
    assert row["id"] == "?"


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_a_time_that_no_calendar_has_is_an_error_of_its_row(engine: Engine, tmp_path: Path, unit: str) -> None:
    times = pyarrow.array([0, 10**13 if unit == "s" else 2**62, 1_000_000_000], pyarrow.timestamp(unit))
    table = pyarrow.table({"text": ["x", "y", "z"], "time": times})
    rows = ArrowBatches(engine)(table).to_pylist()
    parquet.require("").write_table(table, tmp_path / "x.parquet")
    read = list(parquet.rows(str(tmp_path / "x.parquet")))
    if unit == "ns":
        assert [row["error_code"] for row in rows] == [None, None, None]
        return
    assert [row["error_code"] for row in rows] == [None, "ME903", None]
    assert "`time` is out of range" in rows[1]["error"]
    assert [(row.line, row.error is None) for row in read] == [(1, True), (2, False), (3, True)]


def test_columns_with_blanks_of_a_data_frame(engine: Engine, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    rows = [(1, 3, True, [{"kind": "ocr", "text": "看图"}]), (2, None, None, None), (None, 700, False, None)]
    frame = pandas.DataFrame(rows, columns=["id", "reposts", "pinned", "parts"])
    frame["text"] = SCAM
    assert (frame.reposts.dtype, frame.id.dtype) == ("float64", "float64")
    frame.to_parquet(tmp_path / "frame.parquet")
    frame.assign(parts=frame.parts.map(json.dumps, na_action="ignore")).to_csv(tmp_path / "frame.csv", index=False)
    fields = [{"reposts": 3}, {}, {"reposts": 700}]
    parts = [(Part("ocr", "看图"),), (), ()]
    decided = [
        engine.decide(Message(SCAM, name, *rest)) for name, *rest in zip(("1", "2", None), parts, fields, strict=True)
    ]
    wanted = [json.loads(to_json(decision)) for decision in decided]
    kept = pyarrow.Table.from_pandas(frame, preserve_index=False)
    as_nan = pyarrow.table({**{name: kept[name] for name in kept.column_names},
                            "reposts": pyarrow.array(frame.reposts, from_pandas=False),
                            "id": pyarrow.array(frame.id, from_pandas=False)})  # fmt: skip
    for table in (kept, as_nan):
        assert [json.loads(cell) for cell in ArrowBatches(engine)(table).column("decision").to_pylist()] == wanted
    for name in ("frame.parquet", "frame.csv"):
        read = [row.message for row in read_paths([tmp_path / name])]
        decisions = [engine.decide(message) for message in read if message is not None]
        ids = ["1.0", "2.0", None] if name == "frame.csv" else ["1", "2", None]
        assert [decision.id for decision in decisions] == ids
        assert [msgspec.structs.replace(d, id=w.id) for d, w in zip(decisions, decided, strict=True)] == decided
