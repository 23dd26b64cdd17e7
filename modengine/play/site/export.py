"""The page as a static folder: `modengine play --export-site DIR`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from modengine.engine.compile.cache import folder as cache_folder
from modengine.errors import InputError
from modengine.play.app import Start
from modengine.play.site import bundle
from modengine.play.site.runtime import LOCK, compiled_beforehand, runtime
from modengine.run.write.results import to_json
from modengine.version import __version__

STATIC = Path(__file__).parents[1] / "static"
PAGE = Path(__file__).with_name("page")
_POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
_HEAD = f"""<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
    <script type="module" src="./site.js"></script>
    """
_SERVED = (
    '<p id="served" class="card enter">Where the address begins with <code>file:</code>, browsers do not begin this '
    "page. Serve its folder: <code>python -m http.server</code> in it, then http://127.0.0.1:8000/ . "
    '<span lang="zh-Hans">地址以 file: 开头时，浏览器不会运行本页，请用网页服务器打开这个文件夹（命令同上）。'
    "</span></p>"
)
"""Seen where no script of the page begins, which takes it away."""
_ABOUT = """\
modengine {version}: the classroom page, deciding on this device.

Browsers run it from a server, not from a file. In this folder:

    python -m http.server --bind 127.0.0.1 8000

and open http://127.0.0.1:8000/ . Nothing is uploaded; once loaded it works without a network.

It holds, each under its own licence: {libraries}.
"""


def export_site(
    target: Path, given: Start, runtime_folder: Path | None, say: Callable[[str], object]
) -> tuple[int, int]:
    """Writes the folder; how many files it has, and how many bytes.  Raises InputError (ME909, ME918)."""
    cache = cache_folder()
    pyodide, msgspec = runtime(runtime_folder, (cache or Path.home() / ".cache" / "modengine") / "site", say)
    engine = bundle.packed({**dict(bundle.contents()), **msgspec, bundle.PREPARED: bundle.compiled_rules(given)})
    compiled = compiled_beforehand(engine, pyodide)
    if compiled is not None:
        engine, pyodide["python_stdlib.zip"] = compiled
    else:
        say("There is no Node.js here: the page will begin some seconds later, for each browser compiles its modules")
    start = {
        "files": given.files, "main": given.main, "lessons": given.lessons, "first": given.first, "teacher": True,
        "open": False, "outside": "", "student": "",
    }  # fmt: skip
    made = dict(_page())
    made |= {f"runtime/{name}": data for name, data in pyodide.items()}
    made["engine.bin"] = engine
    made["start.json"] = to_json({"start": start, "seconds": bundle.seconds()})
    made["ABOUT.txt"] = _ABOUT.format(version=__version__, libraries=", ".join(_libraries())).encode()
    made["offline.js"] = _offline(made)
    try:
        for name, data in made.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    except OSError as error:
        raise InputError("ME909", f"`{target}` cannot be written: {error}", "name another folder") from None
    return len(made), sum(map(len, made.values()))


def _page() -> Iterator[tuple[str, bytes]]:
    """The page's own files; some have another in their place."""
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            name = path.relative_to(STATIC).as_posix()
            data = path.read_bytes()
            yield ("index.html", _index(data)) if name == "index.html" else (f"static/{name}", data)
    for name in ("site.js", "unpack.js", "worker.js"):
        yield name, (PAGE / name).read_bytes()
    yield "static/reach.js", (PAGE / "reach.js").read_bytes()


def _index(page: bytes) -> bytes:
    text = page.decode().replace('"/static/', '"./static/')  # whatever folder it is served from
    head, header, scripts = '<meta name="viewport"', "</header>", "</noscript>"
    assert text.count(head) == text.count(header) == text.count(scripts) == 1
    text = text.replace(head, _HEAD + head)
    text = text.replace(scripts, f"{scripts}\n    {_SERVED}")
    return text.replace(header, f'{header}\n    <details id="site" class="card small" hidden></details>').encode()


def _offline(made: dict[str, bytes]) -> bytes:
    """The service worker, with what it keeps and the digest of all of it."""
    digest = hashlib.sha256()
    for name, data in sorted(made.items()):
        digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\n".encode())
    names = ["./", *(f"./{name}" for name in made if name != "index.html")]
    text = (PAGE / "offline.js").read_text("utf-8")
    text = text.replace("const FILES = [];", f"const FILES = {json.dumps(names)};")
    return text.replace('const VERSION = "";', f'const VERSION = "modengine {digest.hexdigest()[:16]}";').encode()


def _libraries() -> Iterator[str]:
    yield f"Pyodide {LOCK['pyodide']['version']} (MPL-2.0) with Python (PSF-2.0)"
    yield f"msgspec {LOCK['msgspec']['version']} (BSD-3-Clause)"
    yield from bundle.licences()
