"""Data frames decided: each kind gives its own kind back, and the same decisions."""

from __future__ import annotations

from typing import Any

import pytest

import modengine

RULES = """\
ruleset: tasks
title: Tasks
category: fraud
rules:
  - id: task.spread
    title: A task that was passed on
    score: 60
    patterns: {job: {words: [兼职]}}
    when: job and message.reposts > 2
"""
ROWS = {"id": ["a", None, "c"], "text": ["兼职", None, "兼职"], "reposts": [3.0, None, 1.0]}


@pytest.fixture(scope="module")
def engine() -> modengine.Engine:
    return modengine.load(text=RULES)


def made(kind: str) -> Any:
    library = pytest.importorskip(kind)
    return library.table(ROWS) if kind == "pyarrow" else library.DataFrame(ROWS)


def columns(frame: Any) -> dict[str, list[object]]:
    if hasattr(frame, "to_pydict"):
        return frame.to_pydict()
    if hasattr(frame, "to_dicts"):
        return frame.to_dict(as_series=False)
    return frame.astype(object).where(frame.notna(), None).to_dict("list")


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_a_frame_of_its_kind(engine: modengine.Engine, kind: str) -> None:
    frame = made(kind)
    decided = modengine.decide_frame(engine, frame)
    assert type(decided) is type(frame)
    found = columns(decided)
    assert found["id"] == ["a", None, "c"]
    assert found["action"] == ["allow", None, "allow"]
    assert ["task.spread" in (decision or "") for decision in found["decision"]] == [True, False, False]
    assert found["error_code"] == [None, "ME902", None]


def test_the_index_of_pandas_is_kept(engine: modengine.Engine) -> None:
    frame = made("pandas").set_index([[7, 8, 9]])
    assert list(modengine.decide_frame(engine, frame).index) == [7, 8, 9]


def test_what_is_no_frame_of_messages(engine: modengine.Engine) -> None:
    pandas = pytest.importorskip("pandas")
    with pytest.raises(modengine.InputError, match="no column `text`, only `txt`"):
        modengine.decide_frame(engine, pandas.DataFrame({"txt": ["兼职"]}))
    with pytest.raises(TypeError, match="a list is no data frame"):
        modengine.decide_frame(engine, ["兼职"])
    twice = pandas.DataFrame([["兼职", "a"]], columns=["text", "text"])
    with pytest.raises(modengine.InputError, match="the frame: two columns are named `text`"):
        modengine.decide_frame(engine, twice)
    assert list(modengine.decide_frame(engine, pandas.DataFrame({"text": []}))["action"]) == []
