"""What is pressed is still there, and where it was: menus, the form, the way back to fewer panels, covered messages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.play.browser.looks import READY
from tests.play.browser.window import Opened, action, until

FORM = "document.querySelector('#words-new').getBoundingClientRect().top"


def press(page: Any, selector: str) -> None:
    """As a hand does it: the page has a moment between down and up."""
    box = page.locator(selector).bounding_box()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(80)
    page.mouse.up()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_menu_stays_while_its_own_words_are_pressed_and_goes_where_one_goes_elsewhere(
    opened: Opened, width: int
) -> None:
    page = opened("evasion", level="simple", width=width)
    opens = "#view[open] #look"
    page.click("#view summary")
    for name, value in (("size", "large"), ("scheme", "dark"), ("level", "full"), ("level", "simple")):
        press(page, f'#look label:has([name="{name}"][value="{value}"])')
        page.wait_for_selector(f"html[data-{name}={value}] {opens}")
        assert page.is_checked(f'#look [name="{name}"][value="{value}"]')
        assert page.evaluate("document.activeElement.value") == value
    press(page, "#look legend >> nth=0")
    assert page.locator(opens).count() == 1
    press(page, "h1")
    assert page.locator(opens).count() == 0
    page.click("#view summary")
    page.locator("#look input:checked").last.focus()
    page.keyboard.press("Tab")
    assert page.locator(opens).count() == 0
    page.click("#keep summary")
    box = page.locator("#keep .menu-items").bounding_box()
    page.mouse.click(box["x"] + 3, box["y"] + 3)
    assert page.locator("#keep[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("#keep[open]").count() == 0


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_page_stays_where_it_is_while_the_form_is_written_in(opened: Opened, width: int, height: int) -> None:
    page = opened("evasion", level="simple", width=width, height=height)
    page.fill("#text", "请喝奶茶")
    action(page, "allow")
    page.locator("#words-new").scroll_into_view_if_needed()
    page.click("#words-new")
    before = page.evaluate(FORM)
    for key in "奶茶":
        page.keyboard.insert_text(key)
        page.wait_for_timeout(200)
        assert page.evaluate(FORM) == pytest.approx(before, abs=2)
    action(page, "review")
    line, editor = (page.locator(one).bounding_box() for one in ("#editor .cm-activeLine", "#editor"))
    assert editor["y"] <= line["y"] <= editor["y"] + editor["height"]  # what is written is in the editor's sight


@pytest.mark.parametrize(("width", "size"), [(1024, "large"), (640, "normal"), (390, "normal")])
def test_the_way_to_all_panels_and_back_is_at_one_place(opened: Opened, width: int, size: str) -> None:
    page = opened("evasion", level="simple", width=width)
    page.evaluate("(size) => { document.documentElement.dataset.size = size; }", size)
    page.locator("#level").scroll_into_view_if_needed()
    box = page.locator("#level").bounding_box()
    at = box["x"] + box["width"] - 20, box["y"] + box["height"] / 2
    for level, tabs in (("full", 6), ("simple", 3)):
        page.mouse.click(*at)
        page.wait_for_selector(f"html[data-level={level}]")
        assert page.locator("#tabs button").count() == tabs
        assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).id", at) == "level"
        page.keyboard.press("Tab")  # on to what stands below it
        assert page.evaluate("document.activeElement.id") == "tab-evade"


def test_a_covered_message_of_a_list_is_shown_where_it_stands_and_then_opened(opened: Opened) -> None:
    page = opened("whom-does-it-hit", "tests")
    page.wait_for_selector(READY["tests"])
    page.click("#group-a-yaml-threatened")
    box = ".opened .message-button:has(.covered)"
    page.wait_for_selector(box)
    text, covered = page.input_value("#text"), page.locator(box).count()
    page.locator(box).first.focus()
    page.keyboard.press("Enter")
    assert page.locator(box).count() == covered - 1
    shown = page.evaluate("document.activeElement.querySelector('.said').innerText")
    assert len(shown) > 8
    assert page.input_value("#text") == text
    page.keyboard.press("Enter")
    until(page, "(text) => document.querySelector('#text').value === text", shown)
    page.wait_for_selector(".opened")
