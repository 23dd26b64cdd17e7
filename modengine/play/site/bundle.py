"""What the worker of the site unpacks: modengine, and the libraries that it needs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import yaml

import modengine
from modengine.paths import shipped_rules
from modengine.play.app import Start
from modengine.play.asked import named
from modengine.play.jobs.workspace import make
from modengine.play.registry import ENDPOINTS
from modengine.play.shipped import samples
from modengine.play.site.device import expressions, prepared, properties, words
from modengine.play.site.properties import table

DEVICE = Path(__file__).with_name("device")
STAND_INS: Mapping[str, str] = {
    "regex/__init__.py": "expressions",
    "regex/_regex.py": "properties",
    "ahocorasick_rs.py": "literals",
    "rjieba.py": "words",
}
"""What stands in the browser where a compiled library is elsewhere."""
PREPARED = f"modengine/play/site/device/{prepared.FILE}"
LIBRARIES = ("yaml", "pypinyin")
"""Libraries that have a pure form."""
VERSIONS = ("jieba", "msgspec", "pypinyin", "pyyaml", "regex", "rjieba")
"""Libraries whose version stands in a revision."""
_LEFT_OUT = (
    *("cli/", "rules/", "samples/", "play/static/", "play/templates/", "play/site/", "editor/server.py"),
    *(f"play/{name}.py" for name in ("app", "connections", "export", "guard", "pool", "room", "scratch", "serve")),
    *("play/lesson.css", "lab/advice/", "lab/coding/", "lab/report/", "lab/specimens/", "lab/study/"),
)
_TAKEN = (".py", ".pyi", ".tsv", ".txt", ".yaml", ".json", ".jsonl", ".css")


def _as_json(text: bytes) -> bytes:
    return json.dumps(yaml.safe_load(text), ensure_ascii=False).encode()


def _versions(_text: bytes) -> bytes:
    known = {name: metadata.version(name) for name in VERSIONS}
    return f"def version(name: str) -> str:\n    return {known!r}[name]\n".encode()


_OTHERWISE: Mapping[str, Callable[[bytes], bytes]] = {
    "modengine/checks/lexicon.yaml": _as_json,
    "modengine/text/libraries.py": _versions,
}
"""Files that are written in a form that is read in less time."""


def contents() -> Iterator[tuple[str, bytes]]:
    """Each file by its path in the folder of packages."""
    package = Path(modengine.__file__).parent
    for name, path in _below(package, "modengine"):
        if not name.startswith(tuple(f"modengine/{folder}" for folder in _LEFT_OUT)) and name not in (
            *_OTHERWISE,
            *STAND_INS,
        ):
            yield name, path.read_bytes()
    for name, otherwise in _OTHERWISE.items():
        yield name, otherwise((package.parent / name).read_bytes())
    device = "modengine/play/site/device"
    yield f"{device[:-7]}/__init__.py", DEVICE.with_name("__init__.py").read_bytes()
    yield from ((name, path.read_bytes()) for name, path in _below(DEVICE, device))
    yield f"{device}/{properties.FILE}", json.dumps(table(), separators=(",", ":")).encode()
    yield f"{device}/{words.FILE}", words.arranged((_package("jieba") / "dict.txt").read_text("utf-8")).encode()
    for name, module in STAND_INS.items():
        yield name, f"from modengine.play.site.device.{module} import *\n".encode()
    yield "modengine/samples/messages.jsonl", (samples() / "messages.jsonl").read_bytes()
    for folder, name in ((shipped_rules(), "rules"), (samples() / "lessons", "samples/lessons")):
        yield from ((inside, path.read_bytes()) for inside, path in _below(folder, f"modengine/{name}"))
    parser = Path(expressions.core.__file__)
    yield f"regex/{parser.name}", parser.read_bytes()
    for library in LIBRARIES:
        yield from ((name, path.read_bytes()) for name, path in _below(_package(library), library))


def _package(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _below(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in _TAKEN and path.is_file() and "__pycache__" not in path.parts:
            yield f"{name}/{path.relative_to(folder).as_posix()}", path


def compiled_rules(start: Start) -> bytes:
    """The rule sets that the page can open with."""
    given = [(start.files, start.main), *((lesson.files, lesson.main) for lesson in start.lessons)]
    return prepared.written({named(files, main)[0]: make(files, main) for files, main in given})


def packed(files: Mapping[str, bytes]) -> bytes:
    """One file, as `page/unpack.js` reads it: a line of JSON with names and sizes, and the files behind each other."""
    head = json.dumps({name: len(data) for name, data in files.items()}, separators=(",", ":")).encode()
    return gzip.compress(b"\n".join([head, b"".join(files.values())]), 9, mtime=0)


def seconds() -> dict[str, float]:
    """How long each endpoint may take."""
    return {path.removeprefix("/api/"): endpoint.seconds for path, endpoint in ENDPOINTS.items()}


def licences() -> Iterator[str]:
    """The libraries whose files are in the bundle, with their licences."""
    for name in ("jieba", "pypinyin", "pyyaml", "regex"):
        told = metadata.metadata(name)
        yield f"{name} {told['Version']} ({told['License-Expression'] or told['License']})"
