"""Nothing lost: what one did stays in the browser, whatever happens to the page, the network or the server."""

from __future__ import annotations

from typing import Any

import pytest

from modengine.play.guard import Door
from modengine.play.pool import Pool
from tests.play.browser.keeping import NO_CLIPBOARD, STATE, kept, ready
from tests.play.browser.window import CHROMIUM, Opened, action, served, until
from tests.play.browser.writing import rewrite

FORBIDDEN = """for (const name of ['indexedDB', 'localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, {get() { throw new DOMException('forbidden', 'SecurityError'); }});"""

TRIED = "(text) => [...document.querySelectorAll('.attempts .said')].some((one) => one.innerText === text)"
LOG = """new Promise((done) => { const opening = indexedDB.open('modengine'); opening.onsuccess = () => {
  const all = opening.result.transaction('drafts').objectStore('drafts').getAll();
  all.onsuccess = () => done(all.result.find((one) => one.place === 'lesson evasion').value.parts.log.name); }; })"""
OPEN = "{open: true, outside: '192.0.2.7', student: 'abcd2345'}"


def worked(page: Any) -> None:
    """A rule changed, a message written, two tries, and two decisions recorded."""
    action(page, "review")
    rewrite(page, "score: 60", "score: 40")
    action(page, "label")
    page.click("#tab-audit")
    for number in (0, 1):
        page.wait_for_selector("#record:not(:disabled)")
        page.click("#record")
        page.wait_for_selector(f"#record-{number + 1}")
    page.click("#tab-evade")
    page.click("#begin")
    for text in ("兼职日结，加微信吧", "兼职日结，加.微.信"):
        page.fill("#text", text)
        until(page, TRIED, text)
    kept(page)


def is_there(page: Any) -> None:
    """All that `worked` did."""
    ready(page)
    assert page.input_value("#lesson") == "evasion"
    assert page.input_value("#text") == "兼职日结，加.微.信"
    assert "score: 40" in page.evaluate(f"{STATE}.files['rules.yaml'])")
    page.click("#tab-evade")
    assert page.locator(".attempts .said").all_inner_texts()[:2] == ["兼职日结，加.微.信", "兼职日结，加微信吧"]
    page.click("#tab-audit")
    page.wait_for_selector("#record-2")


def test_reload_and_back_and_another_lesson_keep_it_all(opened: Opened) -> None:
    page = opened("evasion")
    worked(page)
    page.reload()
    is_there(page)
    page.click("#verify")
    page.wait_for_selector("#audit-said .good")
    page.goto("about:blank")
    page.go_back()
    is_there(page)
    page.select_option("#lesson", "warning-and-scam")
    until(page, "document.querySelector('#text').value.includes('恭喜')")
    assert page.locator("#record-1").count() == 0
    page.select_option("#lesson", "evasion")
    until(page, "document.querySelector('#text').value.includes('加.微.信')")
    is_there(page)


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


@pytest.mark.parametrize(("button", "what"), [("#start-over", "Everything is"), ("#undo-all", "Your changes")])
def test_what_is_discarded_can_be_brought_back(opened: Opened, button: str, what: str) -> None:
    page = opened("evasion")
    worked(page)
    if button == "#start-over":
        page.click("#keep summary")
    page.click(button)
    page.wait_for_selector("#undo")
    assert what in page.inner_text("#note")
    until(page, f"{STATE}.files['rules.yaml'].includes('score: 60'))")
    page.click("#undo")
    until(page, f"{STATE}.files['rules.yaml'].includes('score: 40'))")
    is_there(page)
    page.click("#undo")  # and forth again
    until(page, f"{STATE}.files['rules.yaml'].includes('score: 60'))")


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


KEEPS_NOTHING = [("en-GB", "This browser keeps nothing"), ("zh-CN", "这个浏览器不保存任何内容")]


@pytest.mark.parametrize(("lang", "says"), KEEPS_NOTHING)
def test_where_storage_is_forbidden_the_page_works_and_says_so(opened: Opened, lang: str, says: str) -> None:
    page = opened("evasion", before=FORBIDDEN, lang=lang, level="simple")
    assert says in page.inner_text("#note")
    page.click("#note-away")
    page.fill("#text", "晚上吃什么")
    action(page, "allow")
    page.click("#level")
    page.select_option("#lesson", "warning-and-scam")
    page.click("#reveal")  # that it was switched off is not kept either
    action(page, "review")
    assert page.inner_text("#note") == ""  # once is enough
    page.reload()
    ready(page, "")
    assert page.input_value("#text") == ""


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


def test_a_link_is_copied_on_plain_http_and_has_the_address_of_the_network(opened: Opened) -> None:
    page = opened("evasion", before=NO_CLIPBOARD)
    action(page, "review")
    page.fill("#text", "来自链接")
    action(page, "allow")
    page.click("#keep summary")
    page.click("#copy-link")
    until(page, "document.querySelector('#note').innerText.includes('this computer alone')")
    alone = page.evaluate("window.selected")
    assert alone.startswith(page.url.partition("#")[0] + "#s=")
    page.evaluate(f"{STATE}).then((state) => Object.assign(state.start, {OPEN}))")
    page.click("#keep summary")
    page.click("#copy-link")
    until(page, "document.querySelector('#note').innerText.includes('The link is copied: it holds')")
    link = page.evaluate("window.selected")
    assert link.startswith("http://192.0.2.7:")
    assert link.endswith("&token=abcd2345")
    other = opened(hash_=f"#{alone.partition('#')[2]}")
    until(other, "document.querySelector('#text').value === '来自链接'")
    assert other.input_value("#lesson") == "evasion"
