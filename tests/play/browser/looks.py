"""What the page looks like, and that it runs nothing and decides as the command line does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from modengine.cli.main import run
from modengine.play.jobs.jobs import row_of
from tests.play.browser.window import Opened, action, until
from tests.play.panels import LESSONS

axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")

PANELS = tuple(LESSONS)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
READY = {
    "why": ".why",
    "steps": ".steps",
    "whatif": "#outcome table",
    "tests": ".tests",
    "evade": "#machine",
    "audit": "#record:not(:disabled)",
}


def filled(opened: Opened, panel: str, **how: Any) -> Any:
    """The page with everything of a panel on it."""
    page = opened(LESSONS[panel], panel, **how)
    page.wait_for_selector(READY[panel])
    page.click("#teacher")
    if panel == "evade":
        page.click("#begin")
        page.click("#machine")
        page.wait_for_selector(".disguises")
    if panel == "audit":
        page.click("#record")
        page.wait_for_selector("#flip-byte")
        page.click("#flip-byte")
        page.wait_for_selector(".node.other")
        page.click("#verify")
        until(page, "document.querySelector('#audit-said').innerText.includes('ME9')")
    if panel == "tests":
        page.click("#group-b-yaml-player")
        page.wait_for_selector(".opened .message-button")
    return page


def violations(page: Any) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.AXE_FILE_PATH.read_text("utf-8"))
    found = page.evaluate("(options) => axe.run(document, options)", RULES)
    return [f"{violation['id']}: {node['target']} {node['failureSummary']}" for violation in found["violations"]
            for node in violation["nodes"]]  # fmt: skip


def in_every_look(page: Any) -> Iterator[str]:
    """The page in both languages and both schemes, one after the other."""
    for scheme, _ in product(("light", "dark"), range(2)):
        page.emulate_media(color_scheme=scheme)
        page.click("#language")
        yield f"{page.get_attribute('html', 'lang')}, {scheme}"


def readable_at_400_percent(opened: Opened, panel: str) -> None:
    """1280 by 1024 at 400 % are 320 by 256 (WCAG 2.2, 1.4.10): nothing is scrolled sideways."""
    page = filled(opened, panel, width=320, height=256)
    wide = page.evaluate(
        "[...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && "
        "!e.closest('.merkle, .json, #disguises, .scroll, .byte')).map((e) => e.outerHTML.slice(0, 120))"
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def hostile_strings_run_nothing(opened: Opened, strings: Sequence[str]) -> None:
    page = opened("warning-and-scam")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url) if not request.url.startswith(page.url[:17]) else None)
    counted = "document.querySelectorAll('script, iframe, object, embed, img, svg, base, meta, form').length"
    before = page.evaluate(counted)
    title = page.title()
    for at in range(0, len(strings), 5):
        text = "中奖链接" + "\n".join(strings[at : at + 5])
        page.fill("#text", text)
        until(page, "(t) => document.documentElement.dataset.explained === t", page.input_value("#text"))
    for panel in ("steps", "evade"):
        page.click(f"#tab-{panel}")
    assert page.evaluate("window.hit") is None
    assert asked == []
    assert page.evaluate(counted) == before
    assert page.title() == title


def decides_as_the_command_line_does(opened: Opened, plain: list[dict[str, Any]], place: Path, show: int) -> None:
    """And shows what was decided, of one message in `show`."""
    source, target = place / "in.jsonl", place / "out.jsonl"
    lines = [json.dumps({"id": str(at), "text": sample["text"]}) for at, sample in enumerate(plain)]
    source.write_text("\n".join(lines), "utf-8")
    code = run(["scan", str(source), "--ignore-scope", "--quiet", "--output", str(target)])
    assert code == 0
    wanted = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    page = opened()
    page.fill("#text", "x")
    action(page, "allow")
    got = page.evaluate(
        "async (texts) => { const {post} = await import('/static/api.js'); const found = [];"
        "for (const text of texts) found.push(await post('decide', {text, ignore_scope: true})); return found; }",
        [sample["text"] for sample in plain],
    )
    for expected, decision in zip(wanted, got, strict=True):
        same = {key: value for key, value in expected.items() if key not in ("line", "source", "id")}
        assert {key: value for key, value in decision.items() if key != "id"} == same
    # And what is shown is what was decided.
    for at in range(0, len(plain), show):
        page.fill("#text", plain[at]["text"])
        until(page, "(t) => document.documentElement.dataset.explained === t", page.input_value("#text"))
        assert page.get_attribute("html", "data-action") == wanted[at]["action"]
        assert page.locator(f"#verdict .badge.large.{wanted[at]['action']}").count() == 1
    assert row_of(plain[0]).message.text == plain[0]["text"]
