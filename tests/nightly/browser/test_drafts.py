"""Drafts where a clock, a disk, a second window or a link does what it seldom does."""

from __future__ import annotations

from tests.play.browser.keeping import LINK, NO_CLIPBOARD, kept, ready
from tests.play.browser.window import Opened, action, until

SILENT = "Object.defineProperty(window, 'indexedDB', {value: {open: () => ({})}});"
REFUSED = NO_CLIPBOARD.replace("return true", "return false")
BACKWARDS = """let now = 4e12; Date.now = () => (now -= 1e9);
window.Date = class extends Date { constructor(...given) { super(...(given.length ? given : [Date.now()])); } };"""


def test_a_link_that_is_opened_over_work_can_be_undone(opened: Opened) -> None:
    page = opened("evasion")
    action(page, "review")
    link = page.evaluate(LINK)
    page.fill("#text", "我自己写的")
    action(page, "allow")
    page.evaluate("(link) => { location.hash = `s=${link}`; }", link)
    until(page, "document.querySelector('#text').value === '来自链接'")
    assert "#" not in page.url  # a link is taken once
    page.click("#undo")
    until(page, "document.querySelector('#text').value === '我自己写的'")


def test_a_window_that_was_duplicated_takes_a_name_of_its_own(opened: Opened) -> None:
    first = opened("evasion")
    name = first.evaluate("sessionStorage.getItem('modengine-tab')")
    second = first.context.new_page()
    second.add_init_script(
        f"sessionStorage.getItem('modengine-tab') ?? sessionStorage.setItem('modengine-tab', '{name}')"
    )
    second.goto(first.url)
    until(second, "(name) => sessionStorage.getItem('modengine-tab') !== name", name)
    assert first.evaluate("sessionStorage.getItem('modengine-tab')") == name


def test_a_clock_that_goes_backwards_loses_nothing(opened: Opened) -> None:
    page = opened("evasion", before=BACKWARDS)
    for text in ("一", "二", "三"):
        page.fill("#text", text)
        kept(page)
    page.reload()
    ready(page)
    assert page.input_value("#text") == "三"
    other = page.context.new_page()
    other.goto(page.url)
    ready(other, "")
    other.select_option("#lesson", "evasion")
    until(other, "document.querySelector('#text').value === '三'")


def test_a_disk_that_does_not_answer_does_not_hold_the_page_up(opened: Opened) -> None:
    page = opened("evasion", before=SILENT)
    action(page, "review")
    assert "This browser keeps nothing" in page.inner_text("#note")


def test_a_link_that_cannot_be_copied_is_shown(opened: Opened) -> None:
    page = opened("evasion", before=REFUSED)
    action(page, "review")
    page.click("#keep summary")
    page.click("#copy-link")
    page.wait_for_selector("#link")
    assert "#s=" in page.input_value("#link")


def test_a_link_made_with_another_policy_says_so(opened: Opened) -> None:
    page = opened()
    page.fill("#text", "来自链接")
    action(page, "allow")
    link = page.evaluate(
        "import('/static/state.js').then(({encode, snapshot}) => encode({...snapshot(), base: 'f'.repeat(32)}))"
    )
    other = opened(hash_=f"#s={link}")
    assert "another policy" in other.inner_text("#note")
    assert other.input_value("#text") == "来自链接"
