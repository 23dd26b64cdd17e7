"""Nothing lost: what one did stays in the browser, whatever happens to the page, the network or the server."""

from __future__ import annotations

from typing import Any

from tests.play.browser.keeping import NO_CLIPBOARD, STATE, is_there, kept, ready, worked
from tests.play.browser.window import Opened, action, until, until_here
from tests.play.browser.writing import rewrite

FORBIDDEN = """for (const name of ['indexedDB', 'localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, {get() { throw new DOMException('forbidden', 'SecurityError'); }});"""

OPEN = "{open: true, outside: '192.0.2.7', student: 'abcd2345'}"


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


def test_what_was_typed_in_the_moment_before_the_page_is_left_is_kept(opened: Opened) -> None:
    page = opened("evasion")
    for text in ("晚上吃什么", "晚上吃面"):
        page.fill("#text", text)
        page.reload()
        ready(page)
        assert page.input_value("#text") == text


def test_what_the_disk_does_not_have_yet_when_the_page_is_left_is_kept(opened: Opened) -> None:
    page = opened("evasion")
    kept(page)
    page.evaluate("() => { IDBObjectStore.prototype.put = () => {}; }")  # as a disk that comes too late
    page.fill("#text", "晚上吃什么")
    page.reload()
    ready(page)
    assert (page.input_value("#lesson"), page.input_value("#text")) == ("evasion", "晚上吃什么")
    page.fill("#text", "晚上吃面")
    kept(page)
    page.goto("about:blank")
    page.go_back()
    ready(page)
    assert page.input_value("#text") == "晚上吃面"


LESSON = "(name) => document.querySelector('#lesson').value === name && location.hash === `#lesson=${name}`"


def test_back_and_forward_go_from_lesson_to_lesson_and_keep_what_was_done(opened: Opened) -> None:
    page = opened("evasion")
    page.fill("#text", "我自己写的")
    for name in ("warning-and-scam", ""):
        page.select_option("#lesson", name)
        until(page, LESSON, name)
    for name in ("warning-and-scam", "evasion"):
        page.go_back()
        until(page, LESSON, name)
    assert page.input_value("#text") == "我自己写的"
    page.go_forward()
    until(page, LESSON, "warning-and-scam")
    assert page.input_value("#text").startswith("恭喜")
    page.reload()
    ready(page)
    assert page.input_value("#lesson") == "warning-and-scam"


def test_a_link_to_a_lesson_opens_it_in_an_open_page(opened: Opened) -> None:
    page = opened("evasion")
    page.fill("#text", "我自己写的")
    page.evaluate("location.hash = '#lesson=word-boundaries&token=abcd'")
    until(page, LESSON, "word-boundaries")  # and no code is left in the address
    page.evaluate("location.hash = '#lesson=none-such'")
    until(page, "document.querySelector('#note').innerText.includes('names a lesson that is not here')")
    until(page, LESSON, "word-boundaries")
    page.evaluate("location.hash = '#verdict-box'")  # the way past the list, for the keyboard
    until(page, LESSON, "word-boundaries")
    for _ in range(3):
        page.go_back()
    until(page, LESSON, "evasion")
    assert page.input_value("#text") == "我自己写的"


def test_the_language_that_was_chosen_stays(opened: Opened) -> None:
    page = opened("evasion")
    for lang in ("zh-Hans", "en"):
        page.click("#language")
        page.reload()
        ready(page)
        assert page.get_attribute("html", "lang") == lang


def test_nothing_can_be_typed_or_clicked_in_a_page_that_has_not_begun(opened: Opened) -> None:
    page = opened("evasion")
    held: list[Any] = []
    page.route("**/api/start", lambda route: held.append(route))
    page.reload()
    for one in ("#text", "#language", "#lesson"):
        assert not page.is_visible(one), one
    until(page, "() => document.documentElement.dataset.level")  # it runs, and waits
    until_here(page, lambda: held)
    [start] = held
    start.continue_()
    page.fill("#text", "晚上吃什么")  # waits until it can be seen
    ready(page)
    assert page.input_value("#text") == "晚上吃什么"


def test_what_is_discarded_can_be_brought_back(opened: Opened) -> None:
    page = opened("evasion")
    worked(page)
    page.click("#keep summary")
    page.click("#start-over")
    page.wait_for_selector("#undo")
    assert "Everything is" in page.inner_text("#note")
    until(page, f"{STATE}.files['rules.yaml'].includes('score: 60'))")
    page.click("#undo")
    until(page, f"{STATE}.files['rules.yaml'].includes('score: 40'))")
    is_there(page)
    page.click("#undo")  # and forth again
    until(page, f"{STATE}.files['rules.yaml'].includes('score: 60'))")


def test_what_cannot_be_opened_is_said_in_words_of_the_page(opened: Opened) -> None:
    page = opened("evasion", lang="zh-CN")
    said = "document.querySelector('#note').innerText.trim()"
    page.evaluate("location.hash = '#s=rubbish!'")
    until(page, f"{said}.includes('请用完整的链接')")
    link = page.evaluate(said)
    page.click("#note-away")
    page.set_input_files("#open-file", {"name": "a.json", "mimeType": "application/json", "buffer": b"{not json"})
    until(page, f"{said} !== ''")
    assert page.evaluate(said) == link
    assert not any(char.isascii() and char.isalpha() for char in link)


def test_where_storage_is_forbidden_the_page_works_and_says_so(opened: Opened) -> None:
    page = opened("evasion", before=FORBIDDEN, lang="zh-CN", level="simple")
    assert "这个浏览器不保存任何内容" in page.inner_text("#note")
    page.click("#note-away")
    page.fill("#text", "晚上吃什么")
    action(page, "allow")
    page.click("#level")
    page.select_option("#lesson", "warning-and-scam")
    page.click("#reveal")  # that it was switched off is not kept either
    action(page, "review")
    assert page.inner_text("#note") == ""  # once is enough
    page.fill("#text", "晚上吃什么")
    page.reload()
    ready(page, "")
    assert page.input_value("#text").startswith("恭喜")  # the lesson is in the address, and nothing is kept


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


def test_rules_with_an_error_leave_the_last_good_ones_deciding_after_a_reload_too(opened: Opened) -> None:
    page = opened("evasion")
    for old, new in (("score: 60", "score: 95"), ("score: 95", "score: [")):
        rewrite(page, old, new)
        action(page, "block")
    page.wait_for_selector("#to-error")
    kept(page)
    page.reload()
    action(page, "block")
    page.wait_for_selector("#to-error")
    assert "the last good rules decide" in page.inner_text("#trouble")
    page.click("#keep summary")
    page.click("#start-over")
    action(page, "review")  # as the lesson gave them
