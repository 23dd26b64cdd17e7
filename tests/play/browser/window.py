"""The page in a real Chromium.  Where there is none, these tests are skipped and say so."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

import uvicorn  # noqa: E402

from modengine.paths import shipped_policy  # noqa: E402
from modengine.play.app import make_app  # noqa: E402
from modengine.play.guard import Door  # noqa: E402
from modengine.play.lessons import shipped_lessons  # noqa: E402
from modengine.play.pool import Pool  # noqa: E402
from modengine.play.serve import bind, start_of  # noqa: E402

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = os.environ.get("MODENGINE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
"""The headless shell first: it draws the same, and takes two thirds of the processor time."""
WAIT = 60_000
"""Milliseconds: generous, for a machine with other work to do."""

_SAYS = "Failed to load resource: "
THEIRS = (f"{_SAYS}net::", *(f"{_SAYS}the server responded with a status of {status}" for status in (422, 503)))
"""What a browser says by itself of a network that fails, and of what a server refuses: no errors of the page."""


@contextmanager
def served(pool: Pool, door: Door, port: int = 0) -> Iterator[str]:
    """Serves the page by uvicorn, in a thread; its address.  Rules are compiled when they are asked for, not before."""
    listening = bind("127.0.0.1", port)
    app = make_app(start_of(shipped_policy(), shipped_lessons()), pool, door)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "it ended instead"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(60)
    listening.close()


@pytest.fixture(scope="session")
def address(pool: Pool) -> Iterator[str]:
    with served(pool, Door()) as url:
        yield url


RUNNING: list[Any] = []
"""The browser of this process: Playwright cannot begin twice, and folders of tests have this fixture each."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no chromium here: apt-get install chromium-headless-shell, or MODENGINE_CHROMIUM")
    if RUNNING:
        yield RUNNING[0]
        return
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        RUNNING.append(browser)
        yield browser
        RUNNING.remove(browser)
        browser.close()


Opened = Callable[..., Any]


@pytest.fixture
def opened(chromium: Any, address: str) -> Iterator[Opened]:
    """Opens the page; the test fails if anything was written to the console as an error.

    Decisions are shown at once unless `predict`, as where a teacher has switched predicting off; with all panels,
    unless the `level` is `simple`, as the page begins; `before` is a script that runs before it.
    """
    contexts: list[Any] = []
    wrong: list[str] = []

    def page(
        lesson: str = "", panel: str = "", *, lang: str = "en-GB", scheme: str = "light", width: int = 1280,
        height: int = 900, hash_: str = "", base: str = "", predict: bool = False, level: str = "full",
        before: str = "",
    ) -> Any:  # fmt: skip
        context = chromium.new_context(
            viewport={"width": width, "height": height}, locale=lang, color_scheme=scheme, accept_downloads=True,
            reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(WAIT)
        if not predict:
            context.add_init_script("try { sessionStorage.setItem('modengine-predict', 'false') } catch {}")
        contexts.append(context)
        if level != "simple":
            context.add_init_script(f"try {{ localStorage.setItem('modengine-level', '{level}') }} catch {{}}")
        if before:
            context.add_init_script(before)
        tab = context.new_page()
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda message: wrong.append(message.text)
               if message.type == "error" and not message.text.startswith(THEIRS) else None)  # fmt: skip
        if lesson:  # not by way of the shipped policy, which takes longer to compile
            hash_ += f"{'&' if hash_ else '#'}lesson={lesson}"
        tab.goto(f"{base or address}/{hash_}")
        tab.wait_for_selector("html[data-ready]")
        if lesson:
            tab.wait_for_selector("#verdict .vote" if predict else "#verdict .badge")
        if panel:
            tab.click(f"#tab-{panel}")
        return tab

    yield page
    for context in contexts:
        context.close()
    assert not wrong, wrong


def unavailable(code: str = "") -> dict[str, Any]:
    """For `route.fulfill`: nothing was decided, for a reason that is none of the rules'."""
    return {"status": 503, "content_type": "application/json", "body": f'{{"error": "not now", "code": "{code}"}}'}


def action(page: Any, wanted: str) -> None:
    """Waits until the decision is `wanted`."""
    page.wait_for_selector(f'html[data-action="{wanted}"]')


def tab_to(page: Any, selector: str, most: int = 150, key: str = "Tab") -> None:
    """Presses Tab (or Shift+Tab) until an element has the focus: that it can be reached is what is tested."""
    for _ in range(most):
        if page.evaluate("(s) => document.activeElement?.matches(s)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"no number of tabs leads to {selector}")


def until_here(page: Any, what: Callable[[], object]) -> None:
    """Waits until something is true in the test: the page may show that it asks before its request has come here."""
    end = time.monotonic() + WAIT / 1000
    while not what():
        assert time.monotonic() < end, "it never came to that"
        page.wait_for_timeout(20)


def until(page: Any, expression: str, arg: Any = None) -> None:
    """Waits until an expression is true.  Playwright's own way evaluates in the page, which its policy forbids."""
    end = time.monotonic() + WAIT / 1000
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, f"never true: {expression}"
        page.wait_for_timeout(50)
