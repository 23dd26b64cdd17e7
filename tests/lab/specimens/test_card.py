"""Cards: what is written can be read, and what is wrong is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from modengine.errors import InputError, PolicyError
from modengine.lab.specimens.card import is_specimen, read_specimen, read_specimens, write_specimen
from tests.lab.specimens.lists import entry, specimen


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    one = specimen(
        entry("苹果+*梨*", wildcards=True, category="水果", first="2014-01-01"),
        entry("童话", (1,)),
        name="fruit",
        title='Of "fruit": 100 % # invented',
        source="http://example.com/ list",
        date="2014",
        match="word",
        effect="log",
        note="two\nlines",
    )
    one = replace(one, snapshots=("2015-01-01", "2015-01-02T03:00"), dropped={"a duplicate": 2})
    read = read_specimen(write_specimen(one, tmp_path))
    assert replace(read, path=one.path, digest=one.digest) == one
    assert read.digest.startswith("sha256:")


def test_a_digest_is_of_what_can_change_a_match(tmp_path: Path) -> None:
    def digest(**more: str) -> str:
        return read_specimen(write_specimen(specimen("苹果", **more), tmp_path)).digest

    assert digest() == digest(title="Another", note="x")
    assert len({digest(), digest(match="word"), digest(case="exact"), digest(effect="log")}) == 4


@pytest.mark.parametrize(
    ("card", "entries", "message"),
    [
        ("title: x\n", "", "no card of a specimen"),
        ("specimen: x\n", "", "has no `entries`"),
        ("specimen: x\nentries: e.jsonl\nmatch: somewhere\n", '{"components":[{"text":"a"}]}', "`match`"),
        ("specimen: x\nentries: e.jsonl\nwords: [a]\n", '{"components":[{"text":"a"}]}', "no key `words`"),
        ("specimen: x\nentries: gone.jsonl\n", "", "cannot be read"),
        ("specimen: x\nentries: e.jsonl\n", "", "has no entry"),
        ("specimen: x\nentries: e.jsonl\n", "\n{", "line 2"),
        ("specimen: x\nentries: e.jsonl\n", '{"components":[]}', "an entry without a text"),
        ("specimen: x\nentries: e.jsonl\n", '{"components":[{"text":""}]}', "an entry without a text"),
        ("specimen: x\nentries: e.jsonl\n", '{"components":[{"text":"a"}],"relieves":[7]}', "not there"),
        ("specimen: x\nentries: e.jsonl\n", '{"components":[{"text":"a"}],"runs":[[0,1]]}', "not there"),
        ("specimen: x\nentries: e.jsonl\n", b"\xff\xfe\n", "line 1"),
    ],
)
def test_what_is_wrong_with_a_card_is_said(tmp_path: Path, card: str, entries: str | bytes, message: str) -> None:
    (tmp_path / "x.yaml").write_text(card, encoding="utf-8")
    (tmp_path / "e.jsonl").write_bytes(entries.encode() if isinstance(entries, str) else entries)
    with pytest.raises((PolicyError, InputError), match=message):
        read_specimen(tmp_path / "x.yaml")


def test_a_folder_stands_for_the_cards_in_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    write_specimen(specimen("苹果", name="b"), tmp_path)
    write_specimen(specimen("苹果", name="a"), tmp_path / "deep")
    (tmp_path / "other.yaml").write_text("corpus: x\n", encoding="utf-8")
    assert [one.name for one in read_specimens([tmp_path])] == ["b", "a"]
    assert not is_specimen(tmp_path / "other.yaml")
    with pytest.raises(InputError, match="both named `a`"):
        read_specimens([tmp_path, write_specimen(specimen("梨", name="a"), tmp_path)])


def test_a_folder_without_cards_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no card of a specimen"):
        read_specimens([tmp_path])
