"""Every form in which lists are published, and everything that is no list."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from modengine.errors import InputError
from modengine.lab.specimens.card import read_specimens, write_specimen
from modengine.lab.specimens.read.decoding import decode
from modengine.lab.specimens.read.forms import Layout
from modengine.lab.specimens.read.importing import ImportedList, ImportOptions, import_specimen, name_of
from modengine.lab.specimens.snapshots import import_snapshots, snapshot_moment, snapshot_series

LINES = "苹果\n梨+桃\n西红柿\n香蕉\n"


def made(tmp_path: Path, data: bytes | str, name: str = "list.txt", **options: object) -> ImportedList:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return import_specimen([path], "list", ImportOptions(**options))  # type: ignore[arg-type]


def written(one: ImportedList) -> list[str]:
    return [entry.written for entry in one.specimen.entries]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (LINES.encode(), "UTF-8"),
        (LINES.encode("utf-8-sig"), "UTF-8 with a mark, detected"),
        (LINES.encode("gb18030"), "GB18030, detected"),
        (LINES.encode("utf-16"), "UTF-16, detected"),
        (LINES.encode("utf-16-be"), "UTF-16 big-endian, detected"),
        ("蘋果\n西紅柿\n臺灣香蕉\n電腦鳳梨\n".encode("big5"), "Big5, detected"),
        (LINES.replace("\n", "\r\n").encode(), "UTF-8"),
        (LINES.replace("\n", "\r").encode(), "UTF-8"),
    ],
)
def test_encodings_are_detected_and_said(tmp_path: Path, data: bytes, encoding: str) -> None:
    if encoding.startswith("UTF-16 big"):
        data = "apple\npear+peach\ntomato\nbanana\n".encode("utf-16-be")
    one = made(tmp_path, data)
    assert len(one.specimen.entries) == 4
    assert one.said[0] == f"{encoding}; one entry a line"


def test_an_encoding_may_be_given(tmp_path: Path) -> None:
    assert written(made(tmp_path, "蘋果\n".encode("big5"), encoding="big5")) == ["蘋果"]


@pytest.mark.parametrize(
    ("data", "options", "code", "message"),
    [
        (bytes(range(256)) * 40, {}, "ME906", "binary file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(200), {}, "ME906", "binary file"),
        ("Ж\n".encode("koi8-r") * 3 + b"\xff\xfe\xff\n\x80\x80\xff\n" * 9, {}, "ME904", "is not known"),
        (LINES.encode(), {"encoding": "latin-klingon"}, "ME904", "there is no encoding"),
        (LINES.encode(), {"encoding": "rot13"}, "ME904", "there is no encoding"),
        (b"", {}, "ME911", "it has no row"),
        (b"\n\n", {}, "ME911", "empty 2"),
        (b"+\n", {}, "ME911", "nothing but plus signs 1"),
        (b"a" * 200_000, {}, "ME911", "longer than 200 characters 1"),
        (LINES.encode(), {"layout": Layout(columns={"term": "keyword"})}, "ME908", "no column `keyword`"),
        (LINES.encode(), {"layout": Layout(where={"client": "x"})}, "ME908", "no column"),
    ],
)
def test_what_is_no_list_is_an_error(
    tmp_path: Path, data: bytes, options: dict[str, object], code: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        made(tmp_path, data, **options)
    assert caught.value.code.startswith(code)


def test_a_file_too_large_for_a_list_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(500_000_000)  # a hole, which takes no room
    with pytest.raises(InputError, match="has 500,000,000 bytes"):
        decode(path)


def test_drops_are_counted_and_named_by_their_line(tmp_path: Path) -> None:
    lines = [
        "苹果",
        "",
        "+",
        "a++b",
        "苹果",
        "=SUM(A1)",
        "梨+桃",
        "桃+梨",
        "果" * 300,
        "*",
        "+".join("abcdefghij" * 10),
    ]
    one = made(tmp_path, "\n".join(lines))
    assert [(drop.line, drop.reason) for drop in one.drops] == [
        (2, "empty"),
        (3, "nothing but plus signs"),
        (4, "an empty component"),
        (5, "a duplicate"),
        (6, "a formula"),
        (8, "a duplicate"),
        (9, "longer than 200 characters"),
        (11, "more than 50 components"),
    ]
    assert one.specimen.dropped == dict(Counter(drop.reason for drop in one.drops))
    assert one.rows == len(lines) == len(one.specimen.entries) + len(one.drops)


def test_undecodable_lines_are_dropped_and_the_rest_is_kept(tmp_path: Path) -> None:
    lines = [f"水果{i}".encode() for i in range(60)]
    lines[7] = b"\xff\xfe\xfd"
    one = made(tmp_path, b"\n".join(lines))
    assert [(drop.line, drop.reason) for drop in one.drops] == [(8, "undecodable")]
    assert one.said[0].startswith("UTF-8 with bad lines, detected")


@pytest.mark.parametrize(
    ("text", "layout", "kept"),
    [
        ("C:\\game\\data\\words.txt\n\n苹果\n梨\n", Layout(), ["苹果", "梨"]),
        ("/usr/share/words.txt\n\n苹果\n", Layout(), ["苹果"]),
        ("苹果\n\n梨\n", Layout(), ["苹果", "梨"]),
        ("a/b\n梨\n", Layout(), ["a/b", "梨"]),
        ("x\ny\n苹果\n", Layout(skip=2), ["苹果"]),
        ("# fruit\n苹果\n#apple\n", Layout(), ["苹果", "#apple"]),
        ("//fruit\n苹果\n", Layout(comment="//"), ["苹果"]),
        ("# fruit\n", Layout(comment=""), ["# fruit"]),
    ],
)
def test_what_stands_above_a_list_and_between_is_skipped(
    tmp_path: Path, text: str, layout: Layout, kept: list[str]
) -> None:
    assert written(made(tmp_path, text, layout=layout)) == kept


def test_a_table_of_tested_keywords(tmp_path: Path) -> None:
    text = (
        "Date Tested,Keyword,Translation,# of Components,Language\n"
        '2014-03-02,苹果+梨,"apple, pear",2,zh\n'
        "3/2/2014,桃,,1,zh\n"
        "2014-03-05,杏+李,,3,zh\n"
        "2014-03-05,,,,\n"
    )
    one = made(tmp_path, text, "kw.csv")
    first, second, third = one.specimen.entries
    assert (first.written, first.translation, first.first, first.language) == (
        "苹果+梨",
        "apple, pear",
        "2014-03-02",
        "zh",
    )
    assert second.first == "2014-02-03"
    assert "dates such as 3/2/2014 are read with the day first" in one.said
    assert third.written == "杏+李"
    assert "rows that give another number of components than they have: 1" in one.said
    assert [(drop.line, drop.reason) for drop in one.drops] == [(5, "empty")]


def test_a_table_of_detected_combinations(tmp_path: Path) -> None:
    one = made(tmp_path, "keyword_combination,detected_on\n苹果+梨,2019-12-31\n桃,2020-01-05T10:00\n", "x.csv")
    assert [entry.first for entry in one.specimen.entries] == ["2019-12-31", "2020-01-05T10:00"]


TABLE = (
    "word_id,word,human_translation,client,lists,category,category_id,theme\n"
    "1,苹果,apple,alpha,l1,Fruit,3,Food\n"
    '2,"梨\n",pear,beta,l1,Fruit,3,Food\n'
    "3,桃,peach,alpha,l2,Stone,4,Food\n"
)


def test_a_table_of_several_clients_is_parted_by_a_column(tmp_path: Path) -> None:
    one = made(tmp_path, TABLE, "words.csv", layout=Layout(where={"client": "alpha"}))
    assert [(e.written, e.category, e.theme) for e in one.specimen.entries] == [
        ("苹果", "Fruit", "Food"),
        ("桃", "Stone", "Food"),
    ]
    assert "not used: word_id, client, lists, category_id" in one.said[0]
    assert "only rows with client = alpha" in one.said[0]


def test_a_column_may_be_named(tmp_path: Path) -> None:
    one = made(tmp_path, "nr;Wort\n1;Apfel\n2;Birne\n", "liste.csv", layout=Layout(columns={"term": "wort"}))
    assert written(one) == ["Apfel", "Birne"]
    with pytest.raises(InputError, match="no column that is known") as caught:
        made(tmp_path, "nr;Wort\n1;Apfel\n", "liste.csv")
    assert "the columns are nr, Wort" in caught.value.hint


def test_lines_are_counted_where_cells_have_several(tmp_path: Path) -> None:
    one = made(tmp_path, 'term,category\n"苹果","a\nb\nc"\n=SUM(A1),x\n', "t.csv")
    assert [(drop.line, drop.reason) for drop in one.drops] == [(5, "a formula")]


def test_extenuating_combinations_switch_off_those_that_they_name(tmp_path: Path) -> None:
    (tmp_path / "words.csv").write_text("keyword,category\n苹果+毒,a\n梨,b\n", encoding="utf-8")
    (tmp_path / "extenuating.csv").write_text(
        "Extenuating combination,# of components,Censored keyword combinations it extenuates\n"
        '童话+故事,2,"毒+苹果\n梨"\n历史,1,桃+杏\n诗,1,\n',
        encoding="utf-8",
    )
    one = import_specimen([tmp_path / "words.csv", tmp_path / "extenuating.csv"], "mail", ImportOptions())
    assert [(entry.written, entry.relieves) for entry in one.specimen.entries] == [
        ("苹果+毒", ()),
        ("梨", ()),
        ("桃+杏", ()),
        ("童话+故事", (1, 2)),
        ("历史", (3,)),
    ]
    assert [drop.reason for drop in one.drops] == ["extenuates nothing"]


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("2015-02-06-22.plain", ("2015-02-06T22:00", "")),
        ("keyfile_u.2013-06-18.plain", ("2013-06-18", "keyfile_u")),
        ("20150206_2215.txt", ("2015-02-06T22:15", "")),
        ("words-2015.02.06.csv", ("2015-02-06", "words")),
        ("list-2015-02-30.txt", None),
        ("version-1.2.txt", None),
        ("123456789012.txt", None),
    ],
)
def test_the_moment_of_a_snapshot_is_in_its_name(name: str, moment: tuple[str, str] | None) -> None:
    assert snapshot_moment(name) == moment


def snapshots(folder: Path, **lists: str | bytes) -> ImportedList:
    for name, words in lists.items():
        path = folder / f"{name.strip('d').replace('_', '-')}.plain"
        path.write_bytes(words if isinstance(words, bytes) else words.replace(" ", "\n").encode())
    (series,), _ = snapshot_series(sorted(folder.iterdir()))
    return import_snapshots(series, "kept", ImportOptions())


def test_snapshots_become_one_list_with_the_runs_of_each_entry(tmp_path: Path) -> None:
    one = snapshots(
        tmp_path, d2015_02_06="苹果 梨", d2015_02_07="苹果 桃+杏 +", d2015_02_09="苹果 梨 杏+桃", d2015_02_12="杏+桃 +"
    )
    assert one.specimen.snapshots == ("2015-02-06", "2015-02-07", "2015-02-09", "2015-02-12")
    assert {e.written: (e.runs, e.first, e.last) for e in one.specimen.entries} == {
        "苹果": (((0, 2),), "2015-02-06", "2015-02-09"),
        "梨": (((0, 0), (2, 2)), "2015-02-06", "2015-02-09"),
        "桃+杏": (((1, 3),), "2015-02-07", "2015-02-12"),
    }
    assert [(drop.file, drop.line, drop.reason) for drop in one.drops] == [
        ("2015-02-07.plain", 3, "nothing but plus signs")  # named where it is first met
    ]


def test_a_snapshot_that_is_no_list_is_left_out_and_named(tmp_path: Path) -> None:
    """An empty file is a failed download, and no list from which everything was removed."""
    one = snapshots(tmp_path, d2015_02_06="苹果", d2015_02_07="", d2015_02_08=bytes(400), d2015_02_09="苹果")
    assert one.specimen.entries[0].runs == ((0, 1),)
    assert [drop.file for drop in one.drops] == ["2015-02-07.plain", "2015-02-08.plain"]
    assert one.drops[0].reason == "a snapshot: an empty list"


def test_snapshots_of_the_same_date_are_an_error(tmp_path: Path) -> None:
    for name in ("a-2015-02-06.txt", "a_20150206.txt"):
        (tmp_path / name).write_text("苹果", encoding="utf-8")
    with pytest.raises(InputError, match="snapshots of the same date, 2015-02-06"):
        snapshot_series(sorted(tmp_path.iterdir()))


def test_two_lists_in_one_folder_are_two_series(tmp_path: Path) -> None:
    for name in ("u.2015-02-06.plain", "e.2015-02-06.plain", "u.2015-02-07.plain", "README"):
        (tmp_path / name).write_text("苹果", encoding="utf-8")
    series, undated = snapshot_series(sorted(tmp_path.iterdir()))
    assert [(one.name, len(one.files)) for one in series] == [("e", 1), ("u", 2)]
    assert [path.name for path in undated] == ["README"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("chat client (2014)", "chat-client-2014"), ("2014", "list-2014"), ("词表", "词表"), ("--", "list")],
)
def test_a_name_is_made_of_what_a_file_is_called(text: str, name: str) -> None:
    assert name_of(text) == name


def test_a_list_comes_back_from_its_card_as_it_was_imported(tmp_path: Path) -> None:
    """Paths may be texts, and nothing need be said."""
    (tmp_path / "list.txt").write_text(LINES, "utf-8")
    one = import_specimen([str(tmp_path / "list.txt")], "list")
    card = write_specimen(one.specimen, str(tmp_path))
    (read,) = read_specimens([str(card)])
    assert (read.name, read.entries, read.effect) == ("list", one.specimen.entries, "unknown")
    assert read.digest.startswith("sha256:")
