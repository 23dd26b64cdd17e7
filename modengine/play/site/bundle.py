"""What the worker of the site unpacks: modengine, the libraries that it needs, and the lessons with their rules compiled."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import modengine
from modengine.paths import shipped_rules
from modengine.play.shipped import samples
from modengine.play.site.device import properties, words
from modengine.play.site.properties import table

DEVICE = Path(__file__).with_name("device")
STAND_INS: Mapping[str, str] = {
    "regex/__init__.py": "expressions",
    "regex/_regex.py": "properties",
    "daachorse.py": "literals",
    "rjieba.py": "words",
    "numpy.py": "draws",
}
"""What stands in the browser where a compiled library is elsewhere."""
LIBRARIES = ("yaml", "pypinyin")
"""Libraries that have a pure form."""
VERSIONS = ("jieba", "msgspec", "pypinyin", "pyyaml", "regex", "rjieba")
"""Libraries whose version stands in a revision."""
_LEFT_OUT = ("cli/", "rules/", "samples/", "play/static/", "play/templates/", "play/site/")
_TAKEN = (".py", ".pyi", ".tsv", ".txt", ".yaml", ".json", ".jsonl", ".css")


def contents() -> Iterator[tuple[str, bytes]]:
    """Each file by its path in the folder of packages."""
    package = Path(modengine.__file__).parent
    for name, path in _below(package, "modengine"):
        if not name.startswith(tuple(f"modengine/{folder}" for folder in _LEFT_OUT)):
            yield name, path.read_bytes()
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
    yield "regex/_regex_core.py", _package("regex").joinpath("_regex_core.py").read_bytes()
    for library in LIBRARIES:
        yield from ((name, path.read_bytes()) for name, path in _below(_package(library), library))
    for name in VERSIONS:
        told = f"Metadata-Version: 2.1\nName: {name}\nVersion: {metadata.version(name)}\n"
        yield f"{name}-{metadata.version(name)}.dist-info/METADATA", told.encode()


def _package(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _below(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in _TAKEN and path.is_file() and "__pycache__" not in path.parts:
            yield f"{name}/{path.relative_to(folder).as_posix()}", path


def zipped(files: Mapping[str, bytes]) -> bytes:
    """An archive that is the same for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
