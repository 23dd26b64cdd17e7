"""The message with its marks: what is seen as one sign is one, and every sign stands where it is read."""

from __future__ import annotations

from typing import Any

from tests.play.browser.window import Opened, until

CELLS = """async ([text, marks]) => { const {marked} = await import('/static/marked.js');
  const given = marks.map(([start, end], at) => ({number: at + 1, kind: 'hit', label: '[1]', start, end}));
  const box = marked([...text], given);
  const host = document.querySelector('#panel');
  host.replaceChildren(box);
  const cells = [...box.querySelectorAll('.cell')].map((one) => {
    const {left, top, height} = one.getBoundingClientRect();
    return [one.firstChild.textContent, one.children[1]?.className ?? '', left, top, height]; });
  return cells; }"""


def cells(opened: Opened, text: str, *marks: tuple[int, int]) -> list[list[Any]]:
    found: list[list[Any]] = opened("evasion").evaluate(CELLS, [text, marks])
    return found


def in_sight(found: list[list[Any]]) -> list[str]:
    """From left to right; all are on one line."""
    assert len({one[3] for one in found}) == 1
    return [one[0].strip() for one in sorted(found, key=lambda one: one[2]) if one[0].strip()]


def test_letters_that_run_from_right_to_left_stay_together(opened: Opened) -> None:
    assert [one[:2] for one in cells(opened, "لقد ربحت جائزة中", (9, 14))] == [
        ["لقد ربحت ", "lane "],
        ["جائزة", "lane hit begin end"],
        ["中", "lane "],
    ]


def test_what_runs_from_right_to_left_stands_so_between_what_does_not(opened: Opened) -> None:
    found = cells(opened, "中שלום עולם טוב链", (6, 10))
    assert in_sight(found) == ["中", "טוב", "עולם", "שלום", "链"]


def test_a_line_from_right_to_left_begins_at_the_right_and_its_numbers_are_read(opened: Opened) -> None:
    found = cells(opened, "לקנות 1.5 ab עוד", (6, 9))
    assert in_sight(found) == ["עוד", "a", "b", "1", ".", "5", "לקנות"]


def test_an_emoji_of_several_code_points_is_one_sign(opened: Opened) -> None:
    family, flag, thumb, joined = "👨‍👩‍👧", "🇨🇳", "👍🏽", "加\u200d微"
    found = cells(opened, f"a{family}{flag}{thumb}{joined}", (1, 6))
    assert [one[:2] for one in found] == [
        ["a", "lane "],
        [family, "lane hit begin end"],
        *([one, "lane "] for one in (flag, thumb, "加", "U+200D", "微")),
    ]


def test_an_emoji_that_a_mark_goes_through_is_shown_sign_by_sign(opened: Opened) -> None:
    found = cells(opened, "👍🏽", (0, 1))
    assert [one[:2] for one in found] == [["👍", "lane hit begin end"], ["🏽", "lane "]]


def test_a_line_is_as_tall_as_its_own_marks_ask_for(opened: Opened) -> None:
    found = cells(opened, "中奖\n\n天气", (0, 2), (1, 2))
    marked, blank, plain = found[0][4], found[3][4], found[4][4]
    assert found[3][0] == "⏎"
    assert marked > 1.5 * blank
    assert blank == plain


def test_letters_without_a_space_stay_within_a_phone(opened: Opened) -> None:
    page = opened("evasion", "why", width=360)
    page.fill("#text", "W" * 100)
    until(page, "document.documentElement.dataset.explained?.startsWith('WW')")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_who_hears_the_page_hears_each_view_and_what_was_found(opened: Opened) -> None:
    page = opened("warning-and-scam", "why")
    page.fill("#text", "恭喜中獎，点鏈接")
    until(page, "document.documentElement.dataset.explained === '恭喜中獎，点鏈接'")
    for view, heard in (
        ("original", "恭喜中獎，点鏈接; [1] 中獎; [2] 鏈接"),
        ("plain", "恭喜中奖,点链接; [1] 中奖; [2] 链接"),
        ("words", "恭喜 中奖, 点 链接; [1] 中奖; [2] 链接"),
    ):
        page.check(f'[name=view][value="{view}"]')
        assert page.get_attribute("#panel .marked", "aria-label") == heard
