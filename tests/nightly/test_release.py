"""What is released: the same bytes wherever it is built, whole in an empty environment, packs used over it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

import modengine
from tests.paths import ROOT

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(shutil.which("cargo") is None, reason="no cargo here"),
    pytest.mark.skipif(sys.platform == "win32", reason="the builds are held against each other on POSIX"),
]
README = (ROOT / "README.md").read_text("utf-8")
SAYING = "恭喜中奖，请先交手续费"
FIXED = {"TERM": "dumb", "COLUMNS": "80", "NO_COLOR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(*command: object, cwd: Path, **environment: str) -> str:
    """What a program says; its errors where it fails."""
    ran = subprocess.run(
        [str(word) for word in command], cwd=cwd, capture_output=True, check=False, timeout=900,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | FIXED | environment,
    )  # fmt: skip
    out, err = ran.stdout.decode("utf-8"), ran.stderr.decode("utf-8", "replace")
    assert ran.returncode == 0, f"{command}\n{out}\n{err}"
    return out


def built(tree: Path, kind: str, **environment: str) -> Path:
    """A package that is built of a tree, into `dist` beside it."""
    out = tree.parent / "dist"
    run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", out, cwd=tree, **environment)
    (path,) = out.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return path


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources as they are released."""
    tree = tmp_path_factory.mktemp("release") / "tree"
    rest = shutil.ignore_patterns("__pycache__", "target", "_core*")
    beside = shutil.ignore_patterns(".git", ".venv", "audit", "dist", ".*_cache", ".hypothesis")
    ignored = lambda folder, names: rest(folder, names) | (beside(folder, names) if folder == str(ROOT) else set())  # noqa: E731
    shutil.copytree(ROOT, tree, ignore=ignored)
    return built(tree, "sdist")


def unpacked(sources: Path, folder: Path) -> Path:
    folder.mkdir()
    with tarfile.open(sources) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"modengine-{modengine.__version__}"


@pytest.fixture(scope="module")
def wheel(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = unpacked(sources, tmp_path_factory.mktemp("wheel") / "one")
    return built(tree, "wheel", CARGO_TARGET_DIR=str(tree.parent / "target"), MODENGINE_BUILD_CORE="1")


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment in which there is nothing but the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("installed") / "environment"
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    pip = [folder / "bin/python", "-m", "pip", "install", "--quiet"]
    run(*pip, wheel, cwd=folder.parent)
    return folder / "bin"


# ------------------------------------------------------------------ the same bytes


def test_a_build_in_another_folder_at_another_time_gives_the_same_bytes(
    sources: Path, wheel: Path, tmp_path: Path
) -> None:
    tree = unpacked(sources, tmp_path / "an other")
    for file in tree.rglob("*.py"):
        os.utime(file, (10**9, 10**9))
    crates = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    (tmp_path / "crates").mkdir()
    if (crates / "registry").is_dir():
        (tmp_path / "crates/registry").symlink_to(crates / "registry")
    elsewhere = {"CARGO_HOME": str(tmp_path / "crates"), "CARGO_TARGET_DIR": str(tmp_path / "t"), "TZ": "Asia/Tokyo"}
    mask = os.umask(0o077)
    try:
        assert digest(built(tree, "sdist")) == digest(sources)
        assert digest(built(tree, "wheel", MODENGINE_BUILD_CORE="1", **elsewhere)) == digest(wheel)
    finally:
        os.umask(mask)


def test_a_wheel_tells_nothing_of_where_it_was_built(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        data = {name: archive.read(name) for name in archive.namelist()}
    places = [str(wheel.parents[1]), str(ROOT), str(Path.home() / ".cargo")]
    assert [(name, place) for name, text in data.items() for place in places if place.encode() in text] == []
    assert json.loads(data["modengine/_core_build.json"])["status"] == "built"
    assert b"line-tables" not in data["modengine/_core.abi3.so"]


def test_the_packages_have_what_an_index_asks_for_and_no_tests(sources: Path, wheel: Path) -> None:
    pytest.importorskip("twine", reason="twine is not here: pip install twine")
    run(sys.executable, "-m", "twine", "check", "--strict", sources, wheel, cwd=wheel.parent)
    with tarfile.open(sources) as archive:
        first = {name.split("/")[1] for name in archive.getnames() if "/" in name}
    assert {"modengine", "rules", "core", "docs", "hatch_build.py", "CHANGELOG.md", "LICENSE"} <= first
    assert first & {"tests", "bench", "tools", "audit", "dist", ".git"} == set()
    assert sources.stat().st_size < 3_000_000
    assert wheel.stat().st_size < 4_000_000


# ------------------------------------------------------------------ the README, from the wheel


def test_the_examples_of_the_readme_run_in_an_empty_environment(programs: Path, sources: Path, tmp_path: Path) -> None:
    tree = unpacked(sources, tmp_path / "clone")
    shutil.rmtree(tree / "modengine")  # the wheel's is used
    assert f"modengine {modengine.__version__}, compiled core" in run(programs / "modengine", "--version", cwd=tree)
    lines = re.findall(r"^(?:.*&& )?\.venv/bin/modengine .*$", README, re.M)
    asked = [part.split("#")[0].strip() for line in lines for part in line.split(" && ")]
    commands = [shlex.split(part)[1:] for part in asked if part.startswith(".venv/bin/modengine")]
    names = {"scan", "explain", "audit", "rules", "check", "test", "eval", "play"}
    assert {command[0] for command in commands} == names
    for command in commands:
        if command[0] == "eval":
            run(programs / "python", "-m", "pip", "install", "-q", "numpy", "scipy", cwd=tree)
        if command[0] != "play":  # serves until it is ended
            assert run(programs / "modengine", *command, cwd=tree) or command[0] == "scan"
    assert (tree / "decisions.jsonl").read_text("utf-8").count("\n") == 400


def test_the_first_example_of_the_readme_says_what_it_is_shown_to_say(programs: Path, tmp_path: Path) -> None:
    (block,) = re.findall(r"```text\n\$ modengine (.*?)```", README, re.S)
    command, *shown = block.splitlines()
    said = run(programs / "modengine", *shlex.split(command), cwd=tmp_path).splitlines()
    assert said[: len(shown) - 1] == shown[:-1]


def test_the_python_of_the_readme_runs(programs: Path, tmp_path: Path) -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", README, re.S)
    assert run(programs / "python", "-I", "-c", snippet, cwd=tmp_path).startswith("review [")


# ------------------------------------------------------------------ a pack, from its folder to its use


@pytest.fixture
def index(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder that is served as an index of packages, and its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    folder = tmp_path / "index"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_pack_is_built_published_installed_and_used_over_the_shipped_policy(
    programs: Path, index: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = index
    ours, pip = programs / "modengine", [programs / "python", "-m", "pip"]
    author, user = tmp_path / "author", tmp_path / "user"
    author.mkdir()
    user.mkdir()
    # Whoever makes it:
    run(ours, "pack", "new", "acme-fraud", "--namespace", "acme", cwd=author)
    assert "0 errors, 0 warnings" in run(ours, "pack", "check", "--strict", "acme-fraud", cwd=author)
    assert "5 of 5 examples hold" in run(ours, "test", "acme-fraud", cwd=author)
    (folder / "acme-fraud").mkdir()
    run(ours, "pack", "build", "acme-fraud", "--output", folder / "acme-fraud", cwd=author)
    (published,) = (folder / "acme-fraud").glob("*.whl")
    if find_spec("twine") is not None:
        run(sys.executable, "-m", "twine", "check", "--strict", published, cwd=author)
    shutil.rmtree(author)
    # Whoever uses it:
    run(*pip, "install", "--quiet", "--index-url", address, "acme-fraud>=0.1", cwd=user)
    assert "acme-fraud 0.1.0" in run(ours, "pack", "check", "acme-fraud", cwd=user)
    assert "examples hold" in run(ours, "test", "acme-fraud:policy", cwd=user)
    (user / "over.yaml").write_text(
        "policy: over\ntitle: Over the shipped policy\nbase: modengine:campaign-2014\n"
        "rulesets: ['+ acme-fraud:prizes@>=0.1,<1']\noverrides: [{rules: ['acme.*'], score: 20}]\n",
        encoding="utf-8",
    )
    assert "0 errors" in run(ours, "check", "over.yaml", cwd=user)
    said = json.loads(run(ours, "explain", "--policy", "over.yaml", "--format", "json", SAYING, cwd=user))
    found = {hit["rule"]: hit["points"] for hit in said["decision"]["hits"]}
    assert found["acme.prize"] == 20
    assert any(not rule.startswith("acme.") for rule in found)
    run(*pip, "uninstall", "--quiet", "--yes", "acme-fraud", cwd=user)
