"""Cards: what they say, what is wrong in them, and those that are shipped."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from modengine.errors import InputError, PolicyError
from modengine.lab.data.card import load_card, read_card
from modengine.lab.data.templates import read_templates
from tests.engines import campaign
from tests.lab.corpora import CARDS, rows, write

CARD = """\
corpus: small
title: A small corpus
files: [rows.jsonl]
label: label
map: {scam: fraud, lewd: pornography}
none: ok
forbid: [precision]
"""


@pytest.fixture
def card(tmp_path: Path) -> Path:
    write(tmp_path / "rows.jsonl", rows(("a", "scam", 2), ("b", "ok", 1), ("c", "lewd", 3)))
    (tmp_path / "card.yaml").write_text(CARD, encoding="utf-8")
    return tmp_path / "card.yaml"


def test_a_card_says_what_columns_mean(card: Path) -> None:
    made = load_card(read_card(card), ("fraud",))
    assert (made.name, made.about.title, made.labels) == ("small", "A small corpus", ("fraud", "fraud", "none"))
    assert made.columns.forbidden == ("precision",)
    assert made.left_out == {"lewd": 3}, "its category is none of the policy's: left out and counted"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("files:", "file:", "a card has no key `file`"),
        ("corpus: small\n", "", "a card has no `corpus`"),
        ("[precision]", "[precison]", "did you mean `precision`?"),
        ("none: ok", "none: 1", "quote it"),
        ("label: label\n", "", "`map` has no meaning alone"),
        ("corpus: small", "corpus: &a small", "anchor"),
        ("files: [rows.jsonl]", "files: []", "is an empty list"),
    ],
)
def test_what_is_wrong_in_a_card_is_said(old: str, new: str, message: str, card: Path) -> None:
    card.write_text(CARD.replace(old, new), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        read_card(card)
    assert message in str(caught.value)


def test_a_rule_file_is_no_card(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("policy: x\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="a rule file, not the card of a corpus"):
        read_card(tmp_path / "policy.yaml")


def test_an_empty_card_is_told_how_a_card_begins(tmp_path: Path) -> None:
    (tmp_path / "card.yaml").write_text("# nothing\n", "utf-8")
    with pytest.raises(PolicyError, match="a card begins with `corpus: NAME`"):
        read_card(tmp_path / "card.yaml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("read", [read_card, read_templates])
def test_what_never_ends_is_no_card(read: Callable[[Path], object], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(InputError, match="is no regular file"):
        read(tmp_path / "pipe.yaml")


def test_a_file_that_is_not_there(card: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").unlink()
    monkeypatch.setenv("MODENGINE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match=r"there is no file `rows\.jsonl`") as caught:
        read_card(card)
    assert "MODENGINE_DATA" in caught.value.hint


def test_a_file_is_found_in_the_data_folder(card: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "rows.jsonl").rename(tmp_path / "data" / "rows.jsonl")
    monkeypatch.setenv("MODENGINE_DATA", str(tmp_path / "data"))
    assert len(load_card(read_card(card), ("fraud",))) == 3


SHIPPED = sorted(path.name for path in CARDS.glob("*.yaml"))
ROWS = {
    "chinese-poetry.yaml": 3631, "chineseharm-dev.yaml": 1478, "cold-dev.yaml": 3205, "mhc-zh-dev.yaml": 547,
    "plain.yaml": 2250, "samples.yaml": 400, "teleantifraud-dev.yaml": 2500, "ud-gsdsimp-dev.yaml": 500,
    "hinted.yaml": 1620, "typed.yaml": 1660, "voices.yaml": 3082, "everyday.yaml": 2415,
    "strangers.yaml": 1720, "unseen.yaml": 919,
    "nus-sms-dev.yaml": 12587, "telecom-dev.yaml": 11404,
    "cdial-dev.yaml": 10000, "kdconv-dev.yaml": 5000, "fewclue-dev.yaml": 9499, "thucnews-dev.yaml": 5000,
    "checked-real-dev.yaml": 1690, "grievance.yaml": 290, "unseen-grievance.yaml": 800,
    "unseen-grievance-hard.yaml": 300, "grievance-opened.yaml": 10976,
}  # fmt: skip


def test_every_card_is_tested() -> None:
    assert set(SHIPPED) == set(ROWS)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_cards_read_their_corpus(name: str, data: Path) -> None:
    made = load_card(read_card(CARDS / name), campaign().policy.categories)
    assert len(made) == ROWS[name]
    assert made.unreadable == 0
    assert made.about.source
    assert made.about.licence


def test_a_card_names_one_column_or_several(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "好", "a": 1, "b": 2}\n', encoding="utf-8")
    card = tmp_path / "card.yaml"
    card.write_text("corpus: x\nfiles: [rows.jsonl]\nstratum: [a, b]\ncluster: a\n", encoding="utf-8")
    columns = read_card(card).columns
    assert (columns.strata, columns.clusters) == (("a", "b"), ("a",))
    assert [name for name, _ in load_card(read_card(card), ()).parted()] == ["a: 1", "b: 2"]
