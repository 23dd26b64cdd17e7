"""The folder in a real Chromium, from a plain file server, and then without any.

Needs Pyodide: `tools/ci_site.sh FOLDER` fetches it, and MODENGINE_SITE_RUNTIME names the folder.
"""

from __future__ import annotations

import functools
import json
import os
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from modengine.loading import load
from modengine.paths import shipped_policy
from modengine.play.lessons import shipped_lessons
from modengine.play.serve import start_of
from modengine.play.site.export import export_site
from modengine.play.site.runtime import LOCK
from tests.play.browser.looks import violations
from tests.play.browser.window import chromium, until  # noqa: F401  (a fixture)

RUNTIME = os.environ.get("MODENGINE_SITE_RUNTIME", "")
MOST = 15_000_000
"""Bytes of all files, compressed each."""
HANGS = r"""ruleset: r
title: t
category: fraud
rules:
  - id: slow
    title: tries too many ways
    score: 60
    patterns: {p: {regex: '(\w|\w\w)+\1\d$'}}
    when: p
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


class Server:
    """A plain file server that can be taken away."""

    def __init__(self, folder: Path) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not all((Path(RUNTIME) / lock["file"]).is_file() for lock in LOCK.values()) or not RUNTIME:
        pytest.skip("no Pyodide here: tools/ci_site.sh FOLDER fetches it, MODENGINE_SITE_RUNTIME=FOLDER names it")
    target = tmp_path_factory.mktemp("folder")
    lessons = shipped_lessons()
    export_site(target, start_of(shipped_policy(), lessons, lessons[0].lesson), Path(RUNTIME), print)
    return target


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    serving = Server(folder)
    yield serving
    serving.end()


Opened = Callable[..., Any]


@pytest.fixture
def opened(chromium: Any, server: Server) -> Iterator[Opened]:  # noqa: F811
    """The page; the test fails where it asked anything of another address, or an error was written."""
    asked, wrong, contexts = list[str](), list[str](), list[Any]()

    def page(**options: Any) -> Any:
        context = chromium.new_context(**options)
        context.set_default_timeout(240_000)
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        tab = context.new_page()
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        tab.goto(server.address)
        tab.wait_for_selector("html[data-ready]")
        return tab

    yield page
    for context in contexts:
        context.close()
    assert not wrong
    assert all(url.startswith((server.address, "data:", "blob:")) for url in asked), asked


def post(page: Any, path: str, body: dict[str, Any]) -> Any:
    """What the page itself would be answered: the error's code, or the answer."""
    call = """async ([path, body]) => {
      const api = await import(new URL("static/api.js", location.href).href);
      return await api.post(path, body).catch((error) => ({ refused: error.code, said: error.message }));
    }"""
    return page.evaluate(call, [path, body])


def test_it_decides_and_goes_on_without_a_server(opened: Opened, server: Server) -> None:
    page = opened(locale="en-GB")
    page.wait_for_selector("#verdict .badge")
    page.wait_for_selector("html[data-offline]")
    server.end()
    page.reload()
    page.fill("#text", "加.薇.♥ 领红包")
    until(page, "() => document.documentElement.dataset.explained === '加.薇.♥ 领红包'")
    decided = post(page, "decide", {"text": "加.薇.♥ 领红包", "ignore_scope": True})
    assert decided["action"] == load().decide("加.薇.♥ 领红包", ignore_scope=True).action
    page.click("#site summary")
    said = page.inner_text("#site")
    assert "works without a network." in said
    assert "modengine play --host" in said
    assert not violations(page)
    page.click("#language")
    assert "不会发送" in page.inner_text("#site")


def test_rules_of_a_student_are_compiled_in_the_page_and_those_that_hang_are_ended(opened: Opened) -> None:
    page = opened(locale="en-GB", service_workers="block")
    assert "as long as it stays open" in page.text_content("#site")
    files = {"r.yaml": HANGS}
    made = post(page, "rules", {"files": files, "main": "r.yaml"})
    assert made["ok"], made
    found = post(page, "decide", {"text": "a" * 60, "rules": made["rules"]})
    assert found["action"] == "review"
    assert [failure["cause"] for failure in found["undetermined"]] == ["timeout"], found
    wrong = post(page, "rules", {"files": {"r.yaml": HANGS.replace(r"\1", r"\X")}, "main": "r.yaml"})
    assert not wrong["ok"]
    assert r"\X" in " ".join(problem["message"] for problem in wrong["problems"])


def test_every_panel_has_its_answer(opened: Opened) -> None:
    page = opened(locale="zh-CN")
    page.wait_for_selector("#verdict .badge")
    text = {"text": "加微信领红包"}
    for path, body in (
        ("evade", text),
        ("flip", text),
        ("test", {}),
        ("schema", {}),
        ("audit/append", {"log": "a" * 32, **text}),
    ):
        assert "refused" not in post(page, path, body), path
    assert post(page, "room", {})["said"].startswith("this page has no class")


def test_it_is_small_enough_for_a_school(folder: Path) -> None:
    import gzip

    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in folder.rglob("*") if path.is_file()) <= MOST


def test_no_file_names_another_host(folder: Path) -> None:
    start = json.loads((folder / "start.json").read_text("utf-8"))["start"]
    assert start["teacher"]
    for path in [*folder.glob("*.js"), *folder.glob("static/*.js"), folder / "index.html"]:
        assert "https://" not in path.read_text("utf-8").replace("https://?", ""), path
