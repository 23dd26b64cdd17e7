"""Corpora: what is read, what is left out, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from modengine.errors import InputError
from modengine.lab.data import corpus as lab_corpus
from modengine.lab.data.clusters import clusters, numbered, reduced
from modengine.lab.data.corpus import Columns, load
from tests.lab.corpora import MakeCorpus, ints, rows, write

CATEGORIES = ("fraud", "violence")


def test_labels_are_mapped(corpus: MakeCorpus) -> None:
    made = corpus(
        [{"text": t, "kind": k} for t, k in (("a", "fraud"), ("b", "scam"), ("c", "ok"), ("d", "other"), ("e", None))],
        label="kind", map={"scam": "fraud"}, none=("ok",),
    )  # fmt: skip
    assert made.labels == ("fraud", "fraud", "none")
    assert made.left_out == {"other": 1, "(missing)": 1}


def test_a_row_without_an_id_is_named_as_explain_takes_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('text,kind,id\n"one\nrow",ok,\ntwo,what,\nthree,ok,\nfour,ok,m-4\n', "utf-8")
    (tmp_path / "b.csv").write_text("text,kind\nfive,ok\n", "utf-8")
    columns = Columns(label="kind", none=("ok",))
    made = load([tmp_path / "a.csv"], columns, CATEGORIES)
    assert [made.row_name(i) for i in range(len(made))] == ["line 2", "line 5", "m-4"]
    assert made.take(np.array([False, True, True])).row_name(0) == "line 5"
    both = load([tmp_path / "a.csv", tmp_path / "b.csv"], columns, CATEGORIES)
    assert [both.row_name(i) for i in range(len(both))] == ["a.csv:2", "a.csv:5", "m-4", "b.csv:2"]


def test_a_star_takes_all_others_for_harmless(corpus: MakeCorpus) -> None:
    made = corpus(
        [{"text": "a", "kind": "fraud"}, {"text": "b", "kind": "what"}, {"text": "c"}], label="kind", none=("*",)
    )
    assert made.labels == ("fraud", "none")
    assert made.left_out == {"(missing)": 1}, "a missing label is none of the others"


def test_labels_that_are_no_texts(corpus: MakeCorpus) -> None:
    made = corpus(
        [{"text": "a", "y": 1}, {"text": "b", "y": 0}, {"text": "c", "y": True}],
        label="y",
        map={"1": "fraud", "true": "violence"},
        none=("0",),
    )
    assert made.labels == ("fraud", "none", "violence")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"label": "nokind"}, "no row has the column `nokind` (--label)"),
        ({"label": "label", "stratum": "topic"}, "no row has the column `topic` (--stratum)"),
        ({"label": "label", "cluster": "templ"}, "no row has the column `templ` (--cluster)"),
        ({"label": "label", "map": {"scam": "fraud"}}, "no row has the label `scam`"),
        ({"label": "label", "none": ("fine",)}, "no row has the label `fine`"),
        ({"label": "label", "map": {"x": "rumour"}}, "the category `rumour`, which the policy does not have"),
    ],
)
def test_what_no_row_has_is_an_error(columns: dict[str, object], message: str, corpus: MakeCorpus) -> None:
    with pytest.raises(InputError) as caught:
        corpus(rows(("x", "fraud", 2)), **columns)
    assert caught.value.code == "ME911"
    assert message in caught.value.message


def test_a_corpus_whose_labels_nothing_maps_is_an_error(corpus: MakeCorpus) -> None:
    with pytest.raises(InputError, match="nothing maps its labels") as caught:
        corpus(rows(("x", "one", 2), ("y", "two", 1)), label="label")
    assert "one (2), two (1)" in caught.value.hint


@pytest.mark.parametrize("content", ["", "\n\n", "not json\n"])
def test_a_corpus_without_rows_is_an_error(content: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="no row to measure"):
        load([tmp_path / "a.jsonl"], Columns(), CATEGORIES)


def test_unreadable_rows_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\nnot json\n{"text": "b", "x": NaN}\n', encoding="utf-8")
    made = load([tmp_path / "a.jsonl"], Columns(), CATEGORIES)
    assert (len(made), made.unreadable) == (1, 2)


def test_another_column_may_hold_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("body,label\n骗,fraud\n", encoding="utf-8")
    made = load([tmp_path / "a.csv"], Columns(text="body", label="label"), CATEGORIES)
    assert made.text(0) == "骗"


def test_parquet_is_read_and_nan_is_missing(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    from pyarrow import parquet

    table = pyarrow.table({"body": ["a", "b", None], "y": [1.0, float("nan"), 1.0]})
    parquet.write_table(table, tmp_path / "a.parquet")
    made = load([tmp_path / "a.parquet"], Columns(text="body", label="y", map={"1.0": "fraud"}), CATEGORIES)
    assert made.labels == ("fraud",)
    assert made.left_out == {"(missing)": 1}
    assert made.unreadable == 1


@pytest.mark.parametrize(("column", "code"), [("nobody", "ME908"), ("body", "ME906")])
def test_parquet_that_cannot_serve(column: str, code: str, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"body": ["a"]}), tmp_path / "a.parquet")
    if code == "ME906":
        (tmp_path / "a.parquet").write_bytes(b"PAR1 but not really")
    with pytest.raises(InputError) as caught:
        load([tmp_path / "a.parquet"], Columns(text=column), CATEGORIES)
    assert caught.value.code == code


def test_a_sample_is_drawn_by_the_seed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", rows(("x", "fraud", 100)))
    drawn = [load([path], Columns(label="label"), CATEGORIES, sample=10, seed=seed) for seed in (1, 1, 2)]
    names = [[message.id for message in sample.messages] for sample in drawn]
    assert names[0] == names[1] != names[2]
    assert (len(drawn[0]), drawn[0].sampled_from) == (10, 100)
    assert sorted(names[0], key=lambda name: int(str(name)[1:])) == names[0], "in the order of the file"


def test_more_rows_than_fit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab_corpus, "MOST_ROWS", 5)
    path = write(tmp_path / "a.jsonl", rows(("x", "fraud", 6)))
    with pytest.raises(InputError, match="more than 5 rows") as caught:
        load([path], Columns(), CATEGORIES)
    assert "--sample" in caught.value.hint
    assert len(load([path], Columns(), CATEGORIES, sample=5)) == 5


NEAR = "今天下午三点在学校门口集合一起去图书馆借书请大家准时到不要迟到"


def test_near_duplicates_share_a_cluster_and_a_half(corpus: MakeCorpus) -> None:
    made = corpus(
        [{"text": t} for t in (NEAR, NEAR + "！", NEAR.replace("三", "3"), "完全不同的一句话说的是天气和吃饭的事情")]
    )
    assert made.clusters.tolist()[:2] == [0, 0]
    assert made.clusters[3] != 0
    assert len(set(made.halves[:2])) == 1


def test_what_is_linked_is_alike_by_jaccard_and_what_is_alike_is_linked() -> None:
    """All pairs compared by the sets of their shingles, and linked through others: sketches are quicker, no more."""
    random = np.random.default_rng(4)
    signs = [chr(0x4E00 + i) for i in range(400)]
    texts: list[str] = []
    for _ in range(60):
        base = list(random.choice(signs, 24, replace=False))
        for edits in (0, 1, 2, 3, 4):
            variant = list(base)
            for _ in range(edits):
                variant[int(random.integers(len(variant)))] = str(random.choice(signs))
            texts.append("".join(variant))
    shingles = [{reduced(t)[i : i + 4] for i in range(len(reduced(t)) - 3)} for t in texts]
    codes = np.arange(len(texts))
    for i, a in enumerate(shingles):
        for j, b in enumerate(shingles[:i]):
            if len(a & b) / len(a | b) >= 0.7:
                codes[codes == codes[i]] = codes[j]
    found, _ = clusters(texts)
    expected = np.unique(codes, return_inverse=True)[1]
    assert len(set(zip(found.tolist(), expected.tolist(), strict=True))) == len(set(found.tolist())) == len(set(codes))
    assert 60 < len(set(codes)) < 300


def test_the_half_of_a_text_does_not_depend_on_the_other_rows(corpus: MakeCorpus) -> None:
    many = rows(("甲", "fraud", 60))
    forwards, backwards = corpus(many), corpus(list(reversed(many)))
    assert dict(zip((m.id for m in forwards.messages), forwards.halves, strict=True)) == dict(
        zip((m.id for m in backwards.messages), backwards.halves, strict=True)
    )
    assert 0.25 < float(forwards.halves.mean()) < 0.75


def test_a_cluster_column_counts_instead(corpus: MakeCorpus) -> None:
    made = corpus([{"text": f"{i}", "t": "one" if i < 3 else None} for i in range(5)], cluster="t")
    assert made.clusters.tolist() == [0, 0, 0, 1, 2], "a row without a value is a cluster of its own"


def test_clusters_of_several_corpora_are_numbered_on_even_past_an_empty_one() -> None:
    assert numbered([ints(0, 1, 0), ints(), ints(1, 0)]).tolist() == [0, 1, 0, 3, 2]


def test_rows_are_taken_with_their_clusters(corpus: MakeCorpus) -> None:
    made = corpus([{"text": NEAR}, {"text": "别的"}, {"text": NEAR + "。"}])
    taken = made.take(np.array([True, False, True]))
    assert taken.clusters.tolist() == [0, 0]


def test_the_digest_is_of_the_content(tmp_path: Path) -> None:
    a, b = (write(tmp_path / name, rows(("x", "fraud", 1))) for name in ("a.jsonl", "b.jsonl"))
    assert load([a], Columns(), CATEGORIES).digest == load([b], Columns(), CATEGORIES).digest
    write(b, rows(("y", "fraud", 1)))
    assert load([a], Columns(), CATEGORIES).digest != load([b], Columns(), CATEGORIES).digest
