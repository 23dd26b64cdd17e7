"""Pyodide and msgspec for it: fetched by `npm` and `pip`, held to the digests of `runtime.json`, and kept."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from modengine.errors import InputError

Files = dict[str, bytes]
_PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK: Mapping[str, Mapping[str, str]] = json.loads(Path(__file__).with_name("runtime.json").read_text("utf-8"))


def runtime(folder: Path | None, cache: Path, say: Callable[[str], object]) -> tuple[Files, Files]:
    """The files of Pyodide, and those of msgspec.

    From a folder that has both archives; without one from the cache, into which they are fetched.  Raises InputError
    (ME918).
    """
    archives: dict[str, bytes] = {}
    for name, lock in LOCK.items():
        file = (folder or cache) / lock["file"]
        if not file.is_file():
            if folder is not None:
                raise InputError("ME918", f"`{folder}` has no `{lock['file']}`", _BY_HAND)
            say(f"Fetching {name} {lock['version']}, once")
            _FETCH[name](lock, cache)
        archives[name] = file.read_bytes()
        if hashlib.sha512(archives[name]).hexdigest() != lock["sha512"]:
            raise InputError("ME918", f"`{file}` is not the file that this version was tested with", "delete it")
    return _pyodide(archives["pyodide"]), _wheel(archives["msgspec"])


_BY_HAND = "docs/play.md says how to fetch both on another machine; put them into a folder: --runtime FOLDER"


def _pyodide(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        files = {name: _member(packed, name) for name in (*_PYODIDE, "pyodide-lock.json")}
    # Of its packages none is fetched, whatever asks for one.
    info = json.loads(files["pyodide-lock.json"])["info"]
    return {**files, "pyodide-lock.json": json.dumps({"info": info, "packages": {}}).encode()}


def _member(packed: tarfile.TarFile, name: str) -> bytes:
    file = packed.extractfile(f"package/{name}")
    assert file is not None
    return file.read()


def _wheel(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return {name: packed.read(name) for name in packed.namelist() if not name.endswith("/")}


def _by_npm(lock: Mapping[str, str], cache: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise InputError("ME918", "there is no npm here, which fetches Pyodide", f"install Node.js; or {_BY_HAND}")
    _run([npm, "pack", "--silent", f"pyodide@{lock['version']}"], lock["file"], cache)


def _by_pip(lock: Mapping[str, str], cache: Path) -> None:
    _run(
        [
            sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
            "--only-binary=:all:", "--implementation", "cp", "--platform", lock["platform"], "--python-version",
            lock["python"], "--abi", f"cp{lock['python']}", f"msgspec=={lock['version']}",
        ],
        lock["file"], cache,
    )  # fmt: skip


_FETCH: Mapping[str, Callable[[Mapping[str, str], Path], None]] = {"pyodide": _by_npm, "msgspec": _by_pip}


def _run(command: Sequence[str], file: str, cache: Path) -> None:
    """Runs a package client in a folder of its own, and keeps the file that it fetched."""
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=cache) as folder:
        try:
            done = _ran(command, folder)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InputError("ME918", f"`{file}` could not be fetched: {error}", _BY_HAND) from None
        fetched = Path(folder, file)
        if done.returncode or not fetched.is_file():
            said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it said nothing"]
            raise InputError("ME918", f"`{file}` could not be fetched: {said[0][:300]}", _BY_HAND)
        fetched.replace(cache / file)


def _ran(command: Sequence[str], folder: str) -> subprocess.CompletedProcess[str]:
    """A program's end, and its words in UTF-8, whatever the console speaks.  Raises OSError, TimeoutExpired."""
    return subprocess.run(  # noqa: S603  (a package client, or Node.js)
        command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", timeout=600
    )


def compiled_beforehand(engine: bytes, pyodide: Mapping[str, bytes]) -> tuple[bytes, bytes] | None:
    """The engine and Python's own library with each module compiled by that very Python.

    None where there is no Node.js to run it: then every browser compiles them at every start.
    """
    node = shutil.which("node")
    if node is None:
        return None
    page = Path(__file__).with_name("page")
    with TemporaryDirectory() as folder:
        for name, data in {**pyodide, "engine.bin": engine}.items():
            Path(folder, name).write_bytes(data)
        for name in ("compile.mjs", "unpack.js"):
            Path(folder, name.replace(".js", ".mjs")).write_bytes((page / name).read_bytes())
        done = _ran([node, "compile.mjs"], folder)
        if done.returncode:
            hint = "it needs Node.js 18 or newer; without any the page is written too, and begins slower"
            raise InputError("ME918", f"Node.js cannot run Pyodide: {done.stderr.strip()[-300:]}", hint)
        return Path(folder, "compiled.bin").read_bytes(), Path(folder, "compiled.zip").read_bytes()
