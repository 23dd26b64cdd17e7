"""Drafts where a clock, a disk, a second window or a link does what it seldom does."""

from __future__ import annotations

import pytest

from modengine.play.guard import Door
from modengine.play.pool import Pool
from tests.play.browser.keeping import LINK, LOG, NO_CLIPBOARD, is_there, kept, ready, worked
from tests.play.browser.window import CHROMIUM, Opened, action, served, until

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
    assert page.url.endswith("/#lesson=evasion")  # a link is taken once
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


def test_two_windows_do_not_write_over_each_other(opened: Opened) -> None:
    first = opened("evasion")
    action(first, "review")
    first.fill("#text", "第一个窗口")
    action(first, "allow")
    kept(first)
    second = first.context.new_page()
    second.goto(first.url)
    ready(second, "")
    second.select_option("#lesson", "evasion")
    until(second, "document.querySelector('#text').value === '第一个窗口'")  # begins with the newest there is
    second.fill("#text", "第二个窗口")
    kept(second)
    first.bring_to_front()
    first.reload()
    ready(first)
    assert first.input_value("#text") == "第一个窗口"
    second.reload()
    ready(second)
    assert second.input_value("#text") == "第二个窗口"


def test_all_drafts_are_forgotten_when_that_is_asked_for_twice(opened: Opened) -> None:
    page = opened("evasion")
    action(page, "review")
    page.fill("#text", "晚上吃什么")
    kept(page)
    for says in ("Press again", "No drafts"):
        page.click("#keep summary")
        page.click("#forget")
        until(page, "(says) => document.querySelector('#note').innerText.includes(says)", says)
        page.keyboard.press("Escape")
    assert page.input_value("#text") != "晚上吃什么"


def test_a_server_that_was_begun_anew_finds_it_all(opened: Opened, pool: Pool) -> None:
    if CHROMIUM is None:
        pytest.skip("no chromium here")
    with served(pool, Door()) as url:
        page = opened("evasion", base=url)
        worked(page)
        # The folder of the run is the pool's, which the tests share: the log goes with the server here.
        page.evaluate(
            "(log) => import('/static/api.js').then(({post}) => post('audit/reset', {log}))", page.evaluate(LOG)
        )
    with served(pool, Door(), port=int(url.rpartition(":")[2])):
        page.reload()
        is_there(page)
        until(page, "document.querySelector('#audit-said').innerText.includes('has ended')")
        assert page.is_disabled("#verify")
        page.click("#record-2")
        page.wait_for_selector('#record-2[aria-pressed="true"]')
        assert "兼职" in page.inner_text(".one-record")
        page.click("#record")
        until(page, "document.querySelector('#record-1') && !document.querySelector('#record-2')")  # another log
        page.click("#undo")
        page.wait_for_selector("#record-2")
        page.context.close()
