"""Who can read the page, what it refuses to run, and that it decides as the command line does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modengine.cli.main import run
from modengine.play.guard import Door
from modengine.play.pool import Pool
from tests.nightly.sampling import sampled
from tests.play.browser.hostile import HOSTILE
from tests.play.browser.looks import (
    PANELS,
    READY,
    decides_as_the_command_line_does,
    filled,
    hostile_strings_run_nothing,
    in_every_look,
    readable_at_400_percent,
    violations,
)  # fmt: skip
from tests.play.browser.window import Opened, action, served
from tests.play.parity import samples


@pytest.mark.parametrize("panel", PANELS)
def test_axe_finds_nothing(opened: Opened, panel: str) -> None:
    page = filled(opened, panel)
    looks = []
    for look in in_every_look(page):
        page.wait_for_selector(READY[panel])
        assert violations(page) == [], look
        looks.append(look)
    assert sorted(looks) == ["en, dark", "en, light", "zh-Hans, dark", "zh-Hans, light"]


def test_axe_finds_nothing_in_forms_menus_errors_and_predictions(opened: Opened) -> None:
    page = opened("evasion")
    for look in in_every_look(page):
        for summary in ("#how-to-read", "#form-fold", "#add-file"):
            page.evaluate("(s) => { document.querySelector(s).open = true; }", summary)
        for menu in ("#view", "#keep"):
            page.click(f"{menu} summary")
            assert violations(page) == [], look
        page.click("h1")
    page.fill("#file-name", "mine")
    page.click("#file-add")
    page.wait_for_selector("#remove-file")
    page.click("#editor .cm-content")
    page.keyboard.insert_text("- [\n")
    page.wait_for_selector("#problems .error")
    page.click("#teacher")
    page.check("#predict")
    for look in in_every_look(page):
        assert violations(page) == [], look
    page.evaluate("document.documentElement.dataset.size = 'large'")
    page.fill("#text", "")
    page.click("#tab-why")
    page.wait_for_selector("#panel .empty")
    for look in in_every_look(page):
        assert violations(page) == [], look


@pytest.mark.parametrize(("lang", "scheme"), [("en-GB", "light"), ("zh-CN", "dark")])
def test_axe_finds_nothing_before_the_code_is_written(pool: Pool, chromium: Any, lang: str, scheme: str) -> None:
    with served(pool, Door(open=True)) as base:
        context = chromium.new_context(locale=lang, color_scheme=scheme)
        page = context.new_page()
        page.goto(base)
        page.wait_for_selector("#code")
        assert violations(page) == []
        context.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("sheet", ["any", "scam-in-english", "whom-does-it-hit"])
def test_axe_finds_nothing_on_the_worksheet(address: str, chromium: Any, lang: str, sheet: str) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 600})
    page = context.new_page()
    page.goto(f"{address}/static/worksheets/{sheet}-{lang}.html")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_axe_would_find_something(opened: Opened) -> None:
    page = opened("evasion")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert any("html-has-lang" in violation for violation in violations(page))


@pytest.mark.parametrize("panel", PANELS)
def test_the_page_is_readable_at_400_percent(opened: Opened, panel: str) -> None:
    readable_at_400_percent(opened, panel)


def test_the_large_type_fits_a_projector_and_a_small_window(opened: Opened) -> None:
    for width in (1024, 400):
        page = opened("whom-does-it-hit", "tests", width=width)
        page.wait_for_selector(READY["tests"])
        page.evaluate("document.documentElement.dataset.size = 'large'")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_five_hundred_hostile_strings_run_nothing(opened: Opened) -> None:
    assert len(set(HOSTILE)) >= 500
    hostile_strings_run_nothing(opened, sampled(HOSTILE))


@pytest.mark.parametrize("panel", ["whatif", "tests", "evade", "audit"])
def test_hostile_rules_and_lessons_run_nothing(opened: Opened, panel: str, tmp_path: Any) -> None:
    nasty = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>\u202e'
    rules = (
        f"ruleset: r\ntitle: {json.dumps(nasty)}\ncategory: fraud\nclauses: {{C: {json.dumps(nasty)}}}\nrules:\n"
        f"  - id: fraud.x\n    title: {json.dumps(nasty)}\n    clause: C\n    score: 60\n"
        f"    patterns: {{p: {{words: [中奖]}}}}\n    when: p\n"
        f"    examples: {{match: [{json.dumps('中奖' + nasty)}]}}\n"
    )
    policy = (
        f"policy: c\ntitle: {json.dumps(nasty)}\nrulesets: [rules.yaml]\n"
        "actions:\n  fraud: {label: 30, review: 50, block: 90}\n"
    )
    kept = {
        "modengine": 1, "lesson": nasty, "changed": {}, "files": {"policy.yaml": policy, "rules.yaml": rules},
        "main": "policy.yaml", "text": "中奖" + nasty, "gloss": nasty, "case": nasty, "panel": panel, "lang": nasty,
    }  # fmt: skip
    file = tmp_path / "kept.json"
    file.write_text(json.dumps(kept), "utf-8")
    page = opened()
    page.set_input_files("#open-file", file)
    action(page, "review")
    page.wait_for_selector(READY[panel])
    if panel == "evade":
        page.click("#machine")
        page.wait_for_selector(".disguises")
    if panel == "audit":
        page.click("#record")
        page.wait_for_selector(".notice")
    assert page.evaluate("window.hit") is None
    assert page.locator("main img, main script").count() == 0


def test_the_page_decides_every_sample_as_the_command_line_does(opened: Opened, tmp_path: Any) -> None:
    plain = [sample for sample in samples() if sample["text"] and not sample.get("parts")]
    decides_as_the_command_line_does(opened, sampled(plain), tmp_path, show=24)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_exported_lesson_opens_from_a_file_and_axe_finds_nothing(chromium: Any, tmp_path: Any, scheme: str) -> None:
    file = tmp_path / "lesson.html"
    assert run(["play", "--lesson", "whom-does-it-hit", "--export", str(file)]) == 0
    context = chromium.new_context(color_scheme=scheme, viewport={"width": 320, "height": 600})
    page = context.new_page()
    page.goto(file.as_uri())
    for guess in page.locator('input[value="allow"]').all():
        guess.check()
    for summary in page.locator("summary").all():
        if summary.is_visible():
            summary.click()
    assert "violence.hit" in page.inner_text("body")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()
