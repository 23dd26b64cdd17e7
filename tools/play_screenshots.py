"""Screenshots of the classroom page, from the running page in Chromium.

python tools/play_screenshots.py                 those of the documentation, into docs/images/
python tools/play_screenshots.py --all FOLDER    every panel and state at three widths, in both schemes and languages,
                                                 and as printed
python tools/play_screenshots.py --all FOLDER --address http://127.0.0.1:8000/
                                                 of a page that is served already, as the static site is
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import uvicorn  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from modengine.paths import shipped_policy  # noqa: E402
from modengine.play.app import make_app  # noqa: E402
from modengine.play.guard import Door  # noqa: E402
from modengine.play.lessons import shipped_lessons  # noqa: E402
from modengine.play.pool import Pool  # noqa: E402
from modengine.play.serve import bind, start_of  # noqa: E402
from tests.play.panels import LESSONS  # noqa: E402

IMAGES = ROOT / "docs" / "images"
STATES = ("beginner", "policy", "error", "lost")
"""What is not a panel, and is looked at as one: a beginner's page, the shipped policy, an error, a lost network."""
FULL = (
    "【中奖通知】恭喜您被抽中为幸运用户，奖金 8888 元，请点击链接 http://abc.example 领取，"
    "加微信 abc123，转发 10 个群，否则账号冻结"
)
FOR_DOCS = (("why", "en", "light", 1280), ("audit", "en", "light", 1280))
HEIGHTS = {"audit": 1560}
"""Of the pictures of the documentation, where 1000 leave out what is to be seen."""


def prepared(page: Any, panel: str) -> None:
    """Fills a panel with something to see."""
    page.select_option("#lesson", LESSONS.get(panel, "evasion"))
    page.wait_for_selector("#verdict .badge")
    if panel in LESSONS:
        page.click(f"#tab-{panel}")
    if panel == "policy":
        page.select_option("#lesson", "")
        page.fill("#text", FULL)
        page.wait_for_selector("#smallest .flips, #smallest .quiet")
        page.wait_for_selector("#panel .fall")
    if panel == "beginner":
        page.fill("#words-new", "奶茶，红包")
        page.fill("#text", "请喝奶茶，兼职日结")
        page.wait_for_selector('html[data-action="review"]')
    if panel == "error":
        page.fill("#words-new", "奶茶")
        page.click("#editor .cm-content")
        page.keyboard.type("x")
        page.wait_for_selector("#trouble .failure")
    if panel == "lost":
        page.route("**/api/**", lambda route: route.abort())
        page.fill("#text", "兼职日结，加微信吧")
        page.wait_for_selector("#trouble .failure")
    if panel == "why":
        page.click("#case-bank")
        page.wait_for_selector('html[data-action="allow"]')
        page.wait_for_selector("#smallest .flips")
    if panel == "steps":
        page.click("#case-service")
        for _ in range(2):
            page.click("#step-next")
    if panel == "whatif":
        page.wait_for_selector("#outcome table")
        page.locator('.slider input[type="range"]').nth(1).fill("65")
        page.wait_for_timeout(300)
    if panel == "tests":
        page.wait_for_selector("#group-b-yaml-threatened")
        page.click("#group-b-yaml-threatened")
    if panel == "evade":
        page.click("#begin")
        page.fill("#text", "兼职日结，加.微.信")
        page.wait_for_selector("tr.escaped")
        page.fill("#text", "兼职日结，加微信")
        page.wait_for_selector('html[data-action="review"]')
        page.click("#machine")
        page.wait_for_selector(".disguises")
    if panel == "audit":
        for case in ("first", "second", "third"):
            page.click(f"#case-{case}")
            page.wait_for_timeout(400)
            before = page.locator(".record-button").count()
            page.click("#record")
            while page.locator(".record-button").count() == before:
                page.wait_for_timeout(50)
        page.click("#record-1")
        page.wait_for_selector('#record-1[aria-pressed="true"]')
        page.click("#flip-byte")
        page.wait_for_selector(".node.other")
        page.click("#verify")
        page.wait_for_timeout(600)
    page.wait_for_timeout(300)


def shot(browser: Any, address: str, panel: str, lang: str, scheme: str, width: int, file: Path, whole: bool) -> None:
    """One picture: of the whole page, or a small one of what stands on the screen."""
    locale = {"en": "en-GB", "zh": "zh-CN"}[lang]
    height = 1000 if whole else HEIGHTS.get(panel, 1000)
    context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, color_scheme=scheme,
                                  reduced_motion="reduce")  # fmt: skip
    context.set_default_timeout(120_000)  # a busy machine
    context.add_init_script("sessionStorage.setItem('modengine-predict', 'false')")
    if panel not in ("beginner", "error"):
        context.add_init_script("localStorage.setItem('modengine-level', 'full')")
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    prepared(page, panel)
    page.locator("#editor").scroll_into_view_if_needed()  # CodeMirror measures its lines when they are seen
    page.wait_for_timeout(150)
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(2, 2)
    page.screenshot(path=file, full_page=whole)
    if whole and width == 1024 and scheme == "light":
        page.pdf(path=file.with_suffix(".pdf"), format="A4")
    context.close()
    if not whole:
        from PIL import Image  # not for --all

        Image.open(file).convert("RGB").quantize(200, Image.Quantize.MAXCOVERAGE, kmeans=3).save(file, optimize=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--all", type=Path, metavar="FOLDER")
    options.add_argument("--only", metavar="TEXT", default="", help="those of --all whose name holds it")
    options.add_argument("--address", metavar="URL", default="", help="the page that is served there")
    given = options.parse_args()
    names = ("chromium", "google-chrome", "chromium-headless-shell")
    chromium = os.environ.get("MODENGINE_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    assert chromium, "no chromium here"
    folder = given.all or IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    every = product((*LESSONS, *STATES), ("en", "zh"), ("light", "dark"), (1440, 1024, 400))
    with served(given.address) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for panel, lang, scheme, width in every if given.all else FOR_DOCS:
            if given.only not in f"{panel}-{lang}-{scheme}-{width}":
                continue
            name = f"play-{panel}-{lang}-{scheme}-{width}.png" if given.all else f"play-{panel}.png"
            shot(browser, address, panel, lang, scheme, width, folder / name, given.all is not None)
        browser.close()


@contextmanager
def served(address: str) -> Iterator[str]:
    """Where the page is: at an address that was given, or served meanwhile."""
    if address:
        yield address
        return
    with Pool(2) as pool, bind("127.0.0.1", 0) as listening:
        app = make_app(start_of(shipped_policy(), shipped_lessons()), pool, Door())
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        server.should_exit = True
        thread.join(10)


if __name__ == "__main__":
    main()
