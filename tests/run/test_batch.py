"""Arrow batches, and that a batch is decided as its messages are."""

from __future__ import annotations

import json
import pickle

import pytest

from modengine.engine.engine import Engine
from modengine.loading import load
from modengine.model import Message
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
