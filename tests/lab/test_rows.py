"""Rows that leave the lab: one a message, the same in every form."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modengine.errors import InputError
from modengine.lab.data.outcomes import decide_all
from modengine.lab.report.rows import MessageRows, message_rows, write_rows
from modengine.model import Message
from tests.build import engine, relief, rule, text
from tests.commands import POLICY, Command
from tests.lab.corpora import NAME, MakeCorpus, rows, sound, write

LABELLED = {"label": "label", "map": {"scam": "fraud"}, "none": ("ok",)}
GIVEN = [
    {"id": "=a", "text": "骗", "label": "scam", "topic": "x", "author": "u1", "source": "s1"},
    {"id": "b", "text": "骗骗打", "label": "scam", "topic": None, "author": "u2", "source": "s1"},
    {"text": "好", "label": "ok", "topic": "y", "author": "u3", "source": None},
    {"id": "left", "text": "骗", "label": "other", "topic": "y", "author": "u3", "source": "s9"},
]


def made(corpus: MakeCorpus, **options: Any) -> MessageRows:
    of = corpus(GIVEN, stratum=("topic", "source"), cluster=("author", "source"), **LABELLED)
    return message_rows(sound(), [of], decide_all(sound(), [of]), 7, **options)


def column(found: MessageRows, name: str) -> list[Any]:
    return found.columns[[field.name for field in found.fields].index(name)]


def test_a_row_has_what_was_given_and_what_was_decided(corpus: MakeCorpus) -> None:
    found = made(corpus)
    assert column(found, "id") == ["=a", "b", None]
    assert column(found, "label") == ["fraud", "fraud", "none"]
    assert column(found, "label_given") == ["scam", "scam", "ok"]
    assert column(found, "stratum_topic") == ["x", None, "y"]
    assert column(found, "cluster_source") == ["s1", "s1", None]
    assert column(found, "cluster") == [1, 1, 2]  # the first two share a source
    assert column(found, "hits") == [["fraud.word"], ["fraud.word", "fraud.strong", "violence.word"], []]
    points = column(found, "hit_points")
    assert [sum(given) for given in points] == [
        fraud + violence
        for fraud, violence in zip(column(found, "score_fraud"), column(found, "score_violence"), strict=True)
    ]
    assert column(found, "acted") == [action != "allow" for action in column(found, "action")]
    assert column(found, "text_sha256")[0] == sha256("骗".encode()).hexdigest()
    assert set(column(found, "seed")) == {7}
    assert set(column(found, "revision")) == {sound().revision}
    assert "text" not in [field.name for field in found.fields]
    assert column(made(corpus, show_text=True), "text") == ["骗", "骗骗打", "好"]


def test_clusters_of_several_corpora_are_numbered_together(corpus: MakeCorpus) -> None:
    two = [corpus(rows(("好", "none", 1), ("坏", "none", 1)), label="label") for _ in range(2)]
    found = message_rows(sound(), two, decide_all(sound(), two))
    assert column(found, "cluster") == [1, 2, 3, 4]
    assert column(found, "row") == [1, 2, 1, 2]


def test_corpora_with_other_strata_have_empty_cells(corpus: MakeCorpus) -> None:
    two = [corpus([{"text": "好", name: "v"}], stratum=name) for name in ("a", "b")]
    found = message_rows(sound(), two, decide_all(sound(), two))
    assert (column(found, "stratum_a"), column(found, "stratum_b")) == (["v", None], [None, "v"])


def test_reliefs_are_no_hits(corpus: MakeCorpus) -> None:
    policy = engine(
        rule("fraud.word", "word", text("word", "骗"), score=40),
        relief("fraud.calm", "calm", text("calm", "当心"), by=10),
    )
    of = corpus([{"text": "当心骗"}])
    found = message_rows(policy, [of], decide_all(policy, [of]))
    assert (column(found, "hits"), column(found, "relief")) == ([["fraud.word"]], [["fraud.calm"]])


def test_every_form_holds_the_same(corpus: MakeCorpus, tmp_path: Path) -> None:
    found = made(corpus)
    for form in ("csv", "parquet", "arrow"):
        write_rows(found, tmp_path / f"r.{form}")
    parquet = pq.read_table(tmp_path / "r.parquet")
    with pa.ipc.open_file(str(tmp_path / "r.arrow")) as file:
        assert file.read_all().equals(parquet)
    assert parquet.schema.field("hits").type == pa.list_(pa.string())
    assert parquet.schema.field("acted").type == pa.bool_()
    assert parquet.schema.field("label").metadata[b"description"].startswith(b"What the row is")
    frame = pd.read_csv(tmp_path / "r.csv", dtype=str, keep_default_na=False)
    assert list(frame.columns) == parquet.column_names
    for name in parquet.column_names:
        for cell, value in zip(frame[name], parquet[name].to_pylist(), strict=True):
            shown = "; ".join(map(str, value)) if isinstance(value, list) else value
            shown = {None: "", True: "1", False: "0"}.get(shown, str(shown))
            assert cell in (shown, f"'{shown}"), name


def test_no_cell_begins_a_formula_and_names_are_names(corpus: MakeCorpus, tmp_path: Path) -> None:
    write_rows(made(corpus), tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        header, *cells = csv.reader(file)
    assert cells[0][header.index("id")] == "'=a"
    assert [name for name in header if not NAME.fullmatch(name)] == []


def test_categories_and_columns_whose_names_are_no_names(corpus: MakeCorpus) -> None:
    policy = engine(
        rule("a", "w", text("w", "骗"), category="self-harm"), rule("b", "x", text("x", "打"), category="self_harm")
    )
    of = corpus([{"text": "好", "主题": "v", "主": "w"}], stratum=("主题", "主"))
    names = [field.name for field in message_rows(policy, [of], decide_all(policy, [of])).fields]
    assert [name for name in names if name.startswith(("score_", "stratum"))] == [
        "stratum", "stratum_2", "score_self_harm", "score_self_harm_2",
    ]  # fmt: skip
    assert len(set(names)) == len(names)


def test_the_codebook_tells_of_every_column(corpus: MakeCorpus, tmp_path: Path) -> None:
    write_rows(made(corpus), str(tmp_path / "r.parquet"))
    found = json.loads((tmp_path / "r.parquet.datapackage.json").read_text("utf-8"))
    (resource,) = found["resources"]
    assert (resource["path"], resource["format"]) == ("r.parquet", "parquet")
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    assert list(fields) == pq.read_schema(tmp_path / "r.parquet").names
    assert (fields["stratum_topic"]["title"], fields["hits"]["type"]) == ("topic", "list")
    assert found["modengine"]["revision"] == sound().revision


def test_a_lone_surrogate_is_written_as_an_escape(corpus: MakeCorpus, tmp_path: Path) -> None:
    of = replace(corpus([{"id": "a", "text": "好"}]), messages=(Message("好\ud800", "a"),))
    found = message_rows(sound(), [of], decide_all(sound(), [of]), show_text=True)
    for form in ("csv", "parquet"):
        write_rows(found, tmp_path / f"r.{form}")
    assert pq.read_table(tmp_path / "r.parquet")["text"].to_pylist() == ["好\\ud800"]


def test_another_form_is_refused(corpus: MakeCorpus, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ME906"):
        write_rows(made(corpus), tmp_path / "r.xlsx")


def test_the_command_writes_rows_beside_its_result(command: Command, tmp_path: Path) -> None:
    data = write(tmp_path / "rows.jsonl", GIVEN)
    said = ("--label", "label", "--map", "scam=fraud", "--none", "ok", "--stratum", "topic", "--stratum", "source")
    ran = command("eval", POLICY, data, *said, "--rows", tmp_path / "r.csv", "--table", "strata-over-blocking")
    assert ran.code == 0
    assert "topic: y" in ran.out
    assert len(pd.read_csv(tmp_path / "r.csv")) == 3
    before = data.read_bytes()
    assert command("eval", POLICY, data, *said, "--rows", tmp_path / "r.txt").code == 2
    assert command("eval", POLICY, data, *said, "--rows", tmp_path / "x.csv", "-o", tmp_path / "x.csv").code == 2
    copy = write(tmp_path / "copy.csv", [])
    copy.write_text("text,label\n好,ok\n", "utf-8")
    card = tmp_path / "card.yaml"
    card.write_text("corpus: small\nfiles: [copy.csv]\nlabel: label\nnone: ok\n", "utf-8")
    ran = command("eval", POLICY, card, "--rows", copy)
    assert (ran.code, "also an input" in ran.err, copy.read_text("utf-8")) == (2, True, "text,label\n好,ok\n")
    assert data.read_bytes() == before
