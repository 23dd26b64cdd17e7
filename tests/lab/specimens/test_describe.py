"""How a list is made."""

from __future__ import annotations

import pytest

from modengine.lab.specimens.describe import describe_specimens, script
from tests.lab.specimens.lists import entry, specimen


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("苹果", "Han"), ("apple", "Latin"), ("ａpple", "Latin"), ("42", "digits"), ("яблоко", "Cyrillic"),
        ("사과", "Hangul"),
        ("りんご", "Kana"), ("تفاح", "Arabic"), ("ཀུ་ཤུ", "Tibetan"), ("苹果8", "Han + digits"), ("A苹", "Han + Latin"),
        ("……", "marks"),
    ],
)  # fmt: skip
def test_scripts_are_named(text: str, name: str) -> None:
    assert script(entry(text)) == name


def test_a_list_is_counted_by_kind_length_and_size() -> None:
    made = specimen(
        "果",
        "苹果",
        "红苹果",
        "苹果+梨+桃",
        entry("*a*", wildcards=True),
        entry("童话", (1,)),
        entry("杏", category="Stone"),
    )
    found = {(row.what, row.value): row.entries for row in describe_specimens([made]).composition}
    kinds = ("one character", "two characters", "longer term", "combination", "wildcard", "extenuating")
    assert [found["kind", kind] for kind in kinds] == [2, 1, 1, 1, 1, 1]
    assert found["components", "3"] == 1
    assert found["characters", "4"] == 1
    assert (found["category", "Stone"], found["category", "(none)"]) == (1, 6)
    assert all(row.n == 7 for row in describe_specimens([made]).composition)


def test_near_duplicates_are_grouped_by_what_differs() -> None:
    made = specimen("苹果", "蘋果", "苹 果", "平果", "Apple", "ａＰＰＬＥ", "梨")
    found = {alike.by: (alike.groups, alike.entries) for alike in describe_specimens([made]).alike}
    assert found["case, width, traditional"] == (2, 4)
    assert found["marks"] == (2, 5)
    assert found["sounds"][1] >= 5
    shown = describe_specimens([made], show_terms=True).alike[0]
    assert shown.largest == (("苹果", "蘋果"), ("Apple", "ａＰＰＬＥ"))
    assert describe_specimens([made]).alike[0].largest[0] == ("＊＊", "＊＊")


def test_entries_that_hold_another_change_nothing() -> None:
    made = specimen("苹果", "红苹果", "苹果+梨", "梨+桃", "桃")
    assert describe_specimens([made]).needless[0].entries == 3
    assert describe_specimens([specimen("苹果", "红苹果", match="word")]).needless[0].entries == 0
    relieved = specimen("苹果", "红苹果", entry("童话", (1,)))
    assert describe_specimens([relieved]).needless[0].entries == 1  # 红苹果 stands alone where 童话 relieves 苹果
