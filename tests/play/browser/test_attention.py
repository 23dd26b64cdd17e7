"""What is looked at first: the strip, what a beginner sees, and what is said when something is wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest

from modengine.play.guard import Door
from modengine.play.pool import Pool
from tests.play.browser.strip import (
    an_error_stands_in_the_strip,
    message_marks_and_decision_stay_in_view,
)
from tests.play.browser.tasks import SCAM
from tests.play.browser.window import CHROMIUM, Opened, action, served, until
from tests.play.browser.writing import rewrite

TEXT = "document.querySelector('#editor').shadowRoot.querySelector('.cm-content').innerText"


def test_message_marks_and_decision_stay_in_view(opened: Opened) -> None:
    """tests/nightly has both widths in both languages."""
    message_marks_and_decision_stay_in_view(opened, 400, 800, "en-GB")


def test_an_error_stands_in_the_strip(opened: Opened) -> None:
    an_error_stands_in_the_strip(opened, "zh-CN", 1024, 768)


def test_marks_stay_with_their_words_while_somebody_types(opened: Opened) -> None:
    page = opened("warning-and-scam")
    page.fill("#text", SCAM)
    page.wait_for_selector("#marks mark.hit")
    page.route("**/api/explain", lambda route: None)  # never answered
    page.focus("#text")
    page.keyboard.press("Home")
    page.keyboard.insert_text("好消息！")
    assert page.locator("#marks mark").all_inner_texts() == ["中奖", "链接"]
    assert page.evaluate("document.querySelector('#marks').innerText.trimEnd()") == f"好消息！{SCAM}"


def test_what_is_left_out_of_a_long_paste_is_said(opened: Opened) -> None:
    page = opened("warning-and-scam")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for keys, said in (("abc", ""), ("ab" * 10_000, "20,000")):
        page.evaluate("(text) => navigator.clipboard.writeText(text)", keys)
        page.fill("#text", "12")
        page.focus("#text")
        page.keyboard.press("End")
        page.keyboard.press("Control+v")
        until(page, "(length) => document.querySelector('#text').value.length === length", min(20_000, 2 + len(keys)))
        assert said in page.inner_text("#room")
        assert bool(said) == bool(page.inner_text("#room"))
    assert "was left out" in page.inner_text("#room")
    page.fill("#text", "12")
    until(page, "document.querySelector('#room').innerText === ''")
    page.fill("#text", "ab" * 10_000)  # full to the last character, and nothing left out
    until(page, "document.querySelector('#room').innerText.startsWith('The field is full')")
    page.press("#text", "End")
    page.press("#text", "Backspace")
    until(page, "document.querySelector('#room').innerText === ''")


def tabs(page: Any) -> list[str]:
    return list(page.locator("#tabs button").all_inner_texts())


def test_a_beginner_sees_two_panels_and_an_expert_all(opened: Opened) -> None:
    page = opened("warning-and-scam", level="simple")
    assert tabs(page) == ["Why", "Try to beat it"]
    page.select_option("#lesson", "whom-does-it-hit")  # its own panel is there too
    until(page, "document.querySelectorAll('#tabs button').length === 3")
    assert "Tests" in tabs(page)
    page.select_option("#lesson", "word-boundaries")  # and those that its text sends one to
    until(page, "document.querySelector('#tab-steps')")
    assert tabs(page) == ["Why", "Steps", "Try to beat it"]
    page.click("#level")
    assert len(tabs(page)) == 6
    page.reload()
    page.wait_for_selector("html[data-ready] #verdict .badge")
    assert len(tabs(page)) == 6
    page.click("#level")
    assert page.is_checked('input[name="level"][value="simple"]')


def test_what_a_form_is_told_stands_in_the_yaml_key_by_key(opened: Opened) -> None:
    page = opened("evasion", level="simple")
    action(page, "review")
    page.fill("#text", "请喝奶茶")
    action(page, "allow")
    page.click("#words-new")
    for typed, written in (("奶", '["奶"]'), ("茶", '["奶茶"]'), ("，酒", '["奶茶", "酒"]')):
        page.keyboard.insert_text(typed)
        assert f"mine: {{words: {written}}}" in page.evaluate(TEXT)
    action(page, "review")
    page.check("#by-text-new")
    assert 'mine: {text: ["奶茶", "酒"]}' in page.evaluate(TEXT)
    page.fill("#points-new", "90")
    action(page, "block")
    assert "score: 90" in page.evaluate(TEXT)
    page.click("#language")  # drawn anew, it holds what stands in the file
    assert (page.input_value("#words-new"), page.input_value("#points-new")) == ("奶茶、酒", "90")
    assert page.is_checked("#by-text-new")
    page.click("#another")  # it becomes one of the others, and is changed as they are
    page.fill('[id="words-fraud.mine-1-mine"]', "可乐")
    assert "mine: {text: [可乐]}" in page.evaluate(TEXT)
    action(page, "allow")
    page.click('[id="remove-fraud.mine-1"]')
    assert "mine" not in page.evaluate(TEXT)
    page.click("#undo")
    until(page, f"{TEXT}.includes('mine: {{text: [可乐]}}')")


@pytest.mark.parametrize("typed", ["[x]", "]", 'a"b', "{y}: #z"])
def test_whatever_is_typed_into_the_form_the_yaml_stays_whole(opened: Opened, typed: str) -> None:
    page = opened("evasion", level="simple")
    words = '[id="words-fraud.contact-job"]'
    before = page.evaluate(TEXT)
    for one in (typed, f"兼职, {typed}"):
        page.fill(words, one)
        page.focus("#text")
        page.evaluate("import('/static/form.js').then(({drawForm}) => drawForm())")
        assert page.input_value(words) == one  # read from the YAML
    page.fill(words, "兼职, 刷单")
    assert page.evaluate(TEXT) == before


HELD = "import('/static/state.js').then(({state}) => state.compiled?.list.some((one) => one.id.endsWith('.mine-1')))"


@pytest.mark.parametrize(("lang", "words"), [("en-GB", "write words here"), ("zh-CN", "在这里写要找的词")])
def test_a_new_file_decides_nothing_before_its_author_has_written(opened: Opened, lang: str, words: str) -> None:
    page = opened("warning-and-scam", lang=lang)
    action(page, "review")
    page.click("#add-file summary")
    page.fill("#file-name", "mine")
    page.click("#file-add")
    until(page, HELD)
    assert words in page.inner_text("#file-said")
    for case, decided in (("bank", "allow"), ("scam", "review")):
        page.click(f"#case-{case}")
        action(page, decided)
    rewrite(page, words, "中奖")
    action(page, "block")


@pytest.mark.parametrize("lesson", ["evasion", ""])
def test_the_form_leaves_the_lines_that_it_writes_in_sight(opened: Opened, lesson: str) -> None:
    page = opened(lesson, level="simple", width=1280, height=800)
    page.wait_for_selector("#form .rule-form >> nth=1")
    # At one moment: the strip grows by a line when the decision is there.
    boxes = "(names) => names.map((name) => document.querySelector(name).getBoundingClientRect().toJSON())"
    rules, editor, new = page.evaluate(boxes, ["#rules-box", "#editor", "#form .new"])
    assert editor["y"] - rules["y"] <= 0.6 * 800
    assert new["y"] + new["height"] <= editor["y"]  # whole, without a scroll


def test_without_a_lesson_the_editor_begins_at_a_rule(opened: Opened) -> None:
    page = opened("")
    place = """() => { const root = document.querySelector('#editor').shadowRoot;
      const line = [...root.querySelectorAll('.cm-line')].find((one) => one.textContent.includes('- id:'));
      const [a, b] = [line, root.querySelector('.cm-scroller')].map((one) => one?.getBoundingClientRect());
      return a && b.top <= a.top + 2 && a.bottom <= b.bottom; }"""
    until(page, place)
    assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize("lang", ["en-GB", "zh-CN"])
def test_in_large_type_guessing_leaves_more_than_half_of_the_screen(opened: Opened, lang: str) -> None:
    large = "localStorage.setItem('modengine-size', 'large')"
    page = opened("scam-in-english", lang=lang, width=1280, height=800, predict=True, before=large)
    bottoms = "(s) => [...document.querySelectorAll(s)].map((one) => one.getBoundingClientRect().bottom)"
    assert page.evaluate(bottoms, "#strip")[0] <= 0.42 * 800
    assert len(set(page.evaluate(bottoms, "[data-guess]"))) == 1  # in one row


def test_the_form_says_how_words_are_found_as_the_yaml_does(opened: Opened) -> None:
    page = opened("word-boundaries", level="simple")
    for old, new in (("{text: [和服]}", "{words: [和服]}"), ("{words: [和服]}", "{text: [和服]}")):
        rewrite(page, old, new)
        chosen = '[id="by-%s-fraud.as-characters-kimono"]' % ("words" if "words" in new else "text")
        until(page, "(one) => document.querySelector(one).checked", chosen)


def test_a_comma_within_quotes_is_left_to_the_yaml(opened: Opened) -> None:
    page = opened("evasion", level="simple")
    rewrite(page, "[兼职, 刷单]", '[兼职, "刷,单"]')
    page.wait_for_selector('[id="words-fraud.contact-job"]', state="detached")
    assert page.locator('[id="words-fraud.contact-contact"]').count() == 1


def test_thresholds_rise_whichever_is_moved_and_the_page_says_that_it_is_a_trial(opened: Opened) -> None:
    page = opened("threshold-and-cost", "whatif")
    page.wait_for_selector("#outcome table")
    assert page.locator("#trial").count() == 0
    numbers = page.locator('.slider input[type="number"]')
    for review, stand in (("20", ["19", "20", "90"]), ("95", ["19", "95", "96"])):
        numbers.nth(1).fill(review)
        numbers.nth(1).press("Tab")
        assert [one.input_value() for one in numbers.all()] == stand
    assert "a trial" in page.inner_text("#trial")
    page.click("#as-it-was")
    page.wait_for_selector("#trial", state="detached")
    numbers.nth(1).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("45")  # by way of 4
    page.keyboard.press("Tab")
    assert [one.input_value() for one in numbers.all()] == ["30", "45", "90"]


def test_a_number_that_cannot_be_is_not_left_standing(opened: Opened) -> None:
    page = opened("threshold-and-cost", "whatif")
    page.wait_for_selector("#outcome table")
    review = '.slider:has(.badge.review) input[type="number"]'
    for given, stands in (("", "50"), ("-5", "50"), ("9999", "50"), ("20.4", "20")):
        page.fill(review, given)
        page.press(review, "Tab")
        assert page.input_value(review) == stands, given
    page.click("#as-it-was")
    page.wait_for_selector("#trial", state="detached")
    page.click("#form-fold summary")
    points = '[id="points-fraud.gain"]'
    for given, stands in (("", "20"), ("-5", "20"), ("30", "30"), ("9999", "30"), ("2.5", "30"), ("", "30")):
        page.fill(points, given)
        page.press(points, "Tab")
        assert page.input_value(points) == stands, given
        assert f"score: {stands}\n" in page.evaluate(
            "import('/static/state.js').then(({state}) => state.files['rules.yaml'])"
        )


def test_a_rule_of_the_lesson_is_changed_by_the_form_and_the_form_by_the_yaml(opened: Opened) -> None:
    page = opened("evasion", level="simple")
    action(page, "review")
    rule = '[id="words-fraud.contact-job"]'
    before = page.evaluate(TEXT)
    page.fill(rule, "兼职、刷单、no, 2、a b")
    assert '[兼职, 刷单, "no", "2", "a b"]' in page.evaluate(TEXT)
    page.fill("#text", "a b，加微信")
    action(page, "review")
    page.fill(rule, " , ")
    assert "at least one word" in page.inner_text("#form")
    assert '[兼职, 刷单, "no", "2", "a b"]' in page.evaluate(TEXT)
    page.focus('[id="points-fraud.contact"]')  # the words are back, and what was said of none is gone
    assert page.input_value(rule) == "兼职, 刷单, no, 2, a b"
    assert "at least one word" not in page.inner_text("#form")
    page.fill(rule, " , ")
    rewrite(page, '"no", "2", "a b"', "红包")
    until(page, "document.querySelectorAll('#form input[id^=words-]')[1].value === '兼职, 刷单, 红包'")
    page.click("#undo-all")
    until(page, f"(was) => {TEXT} === was", before)


def test_without_javascript_the_page_says_so_and_shows_no_skeleton(chromium: Any, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert "allow JavaScript" in page.inner_text("body")
    assert "JavaScript" in page.locator("noscript p[lang=zh-Hans]").inner_text()
    for one in ("main", ".tools", "#lesson", "#text", ".card:not(.enter)"):
        assert not page.locator(one).first.is_visible()
    context.close()


def test_arrow_keys_step_at_once(opened: Opened) -> None:
    page = opened("word-boundaries", "steps")
    page.wait_for_selector(".steps")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#panel h3").startswith("2.")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#panel h3").startswith("3.")
    page.keyboard.press("ArrowLeft")
    assert page.inner_text("#panel h3").startswith("2.")
    page.focus("#text")  # here they move the cursor
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#panel h3").startswith("2.")
    page.focus("#tab-steps")  # and here the tab
    page.keyboard.press("ArrowLeft")
    assert page.get_attribute("#tab-why", "aria-selected") == "true"


def test_a_lost_network_is_said_in_words_and_never_blamed_on_the_rules(opened: Opened) -> None:
    page = opened("evasion", lang="zh-CN")
    action(page, "review")
    page.route("**/api/**", lambda route: route.abort())
    rewrite(page, "score: 60", "score: 95")
    page.wait_for_selector("#trouble .failure")
    for panel in ("whatif", "tests", "evade", "audit", "steps", "why"):
        page.click(f"#tab-{panel}")
        page.fill("#text", f"兼职日结，加微信 {panel}")
        until(page, "document.querySelector('#trouble').innerText.includes('没有回应')")
        assert "fetch" not in page.inner_text("body")
        assert page.locator("#problems .error").count() == 0
    page.unroute("**/api/**")
    action(page, "block")  # by the rules that were changed meanwhile, and nobody pressed anything
    assert page.inner_text("#trouble") == ""


def test_a_server_that_was_begun_anew_knows_the_rules_again(opened: Opened, pool: Pool) -> None:
    if CHROMIUM is None:
        pytest.skip("no chromium here")
    with served(pool, Door()) as url:
        page = opened("evasion", base=url)
        action(page, "review")
        rewrite(page, "score: 60", "score: 95")
        action(page, "block")
    page.fill("#text", "兼职日结，加微信吧")
    page.wait_for_selector("#trouble .failure")
    with served(pool, Door(), port=int(url.rpartition(":")[2])):
        until(page, "document.documentElement.dataset.explained === '兼职日结，加微信吧'")
        action(page, "block")
        assert page.inner_text("#trouble") == ""
        page.context.close()


def test_an_appeal_follows_the_decision_and_keeps_what_was_chosen(opened: Opened) -> None:
    page = opened("evasion", predict=True)
    page.click("#case-innocent")
    page.click("#reveal")
    until(page, "document.querySelector('[name=kind]:checked')?.value === 'pass'")  # it came after the panel
    page.check("[value=known_false_alarm]")
    page.click("#language")
    page.click("#tab-why")
    page.click("#tab-evade")
    assert page.is_checked("[value=known_false_alarm]")
    page.click("#case-plain")  # another message
    page.click("#reveal")
    until(page, "document.querySelector('[name=kind]:checked')?.value === 'pass'")


def test_without_a_lesson_both_columns_begin_alike(opened: Opened) -> None:
    page = opened("evasion")
    page.select_option("#lesson", "")
    page.wait_for_selector("#message-box", state="hidden")
    assert page.locator("#rules-box").bounding_box()["y"] == page.locator("#panel-box").bounding_box()["y"]


def test_nothing_lies_on_the_edge_of_the_teachers_bar(opened: Opened) -> None:
    page = opened("evasion")
    page.click("#teacher")
    bar = page.locator("#teacher-bar").bounding_box()
    assert page.locator("#strip").bounding_box()["y"] > bar["y"] + bar["height"]


@pytest.mark.parametrize(
    ("lang", "before", "after"), [("en-GB", "Strike out ", ", and it becomes "), ("zh-CN", "划掉 ", "，就会变成 ")]
)
def test_what_the_smallest_edit_makes_is_said_with_its_punctuation(
    opened: Opened, lang: str, before: str, after: str
) -> None:
    page = opened("warning-and-scam", lang=lang)
    page.wait_for_selector("#smallest .flips")
    said = page.locator("#smallest .flips li").first.inner_text()
    assert said.startswith(before)
    assert after in said


def test_points_that_a_rule_takes_away_have_a_minus(opened: Opened) -> None:
    page = opened("warning-and-scam", "whatif")
    page.wait_for_selector(".toggles label")
    said = page.inner_text(".toggles")
    assert "−40" in said
    assert "-40" not in said


def test_the_smallest_edits_name_a_word_of_letters_once(opened: Opened) -> None:
    page = opened("scam-in-english", "why")
    page.wait_for_selector(".flips li")
    [edit] = page.locator(".flips li").all_inner_texts()  # any of its five letters would do
    assert "today" in edit


def test_letters_that_join_are_not_cut_apart_as_words(opened: Opened) -> None:
    page = opened("evasion", "why")
    page.fill("#text", "你好 السلام عليكم")
    until(page, "document.documentElement.dataset.explained?.endsWith('عليكم')")
    page.check('input[name="view"][value="words"]')
    cells = "[...document.querySelectorAll('#panel .marked .ch')].map(cell => cell.innerText.trim())"
    until(page, f"{cells}.slice(-2).join('|') === 'السلام|عليكم'")


def test_what_was_read_out_is_not_read_out_again_at_every_key(opened: Opened) -> None:
    page = opened("evasion")
    action(page, "review")
    watch = """(id) => { window.said = 0; new MutationObserver(() => { window.said += 1; })
      .observe(document.querySelector(id), {childList: true, subtree: true, characterData: true}); }"""
    page.evaluate(watch, "#verdict")
    for key in "abc":
        page.press("#text", key)
        until(page, "document.documentElement.dataset.explained === document.querySelector('#text').value")
    assert page.evaluate("said") == 0
    page.route("**/api/**", lambda route: route.abort())
    page.press("#text", "d")
    page.wait_for_selector("#trouble .failure")
    page.evaluate(watch, "#trouble")
    for key in "ef":
        with page.expect_event("requestfailed"):
            page.press("#text", key)
    page.wait_for_timeout(200)
    assert page.evaluate("said") == 0


@pytest.mark.parametrize(
    ("panel", "press", "said"),
    [
        ("evade", "#machine", r"\d+ of 55 disguises got past it\."),
        ("whatif", ".toggles input", r"With “review” from \d+ points: caught .+\. Decided otherwise: \d+"),
    ],
)
def test_of_tables_that_change_a_sentence_is_read_out(opened: Opened, panel: str, press: str, said: str) -> None:
    page = opened("threshold-and-cost", panel)
    page.locator(press).first.click()
    page.get_by_role("status").filter(has_text=re.compile(f"^{said}")).wait_for(state="attached")
    assert page.locator("#panel [role=status] :is(table, button)").count() == 0
