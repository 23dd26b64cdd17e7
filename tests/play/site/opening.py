"""The folder, served by a plain file server, and opened in Chromium.

Needs Pyodide: `tools/ci_site.sh FOLDER` fetches it, and MODENGINE_SITE_RUNTIME names the folder.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from modengine.paths import shipped_policy
from modengine.play.lessons import shipped_lessons
from modengine.play.serve import start_of
from modengine.play.site.export import export_site
from modengine.play.site.runtime import LOCK
from tests.play.browser.window import chromium  # noqa: F401  (a fixture)

RUNTIME = os.environ.get("MODENGINE_SITE_RUNTIME", "")


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


SiteOpened = Callable[..., Any]


@pytest.fixture
def site(chromium: Any, server: Server) -> Iterator[SiteOpened]:  # noqa: F811
    """Opens the page; the test fails where it asked anything of another address, or an error was written.

    Decisions are shown at once, with all panels.
    """
    asked, wrong, contexts = list[str](), list[str](), list[Any]()

    def page(hash_: str = "", **options: Any) -> Any:
        context = chromium.new_context(**options)
        context.set_default_timeout(240_000)
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        tab = context.new_page()
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        tab.add_init_script(
            "sessionStorage.setItem('modengine-predict', 'false'); localStorage.setItem('modengine-level', 'full')"
        )
        tab.goto(f"{server.address}{hash_}")
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
