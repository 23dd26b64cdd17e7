"""The build of the compiled core: what is decided where it cannot be built, and what becomes part of a package."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from tests.paths import ROOT

NEW = 'echo "rustc 1.95.0 (59807616e 2026-04-14)"'
OLD = 'echo "rustc 1.63.0 (4b91a6ea7 2022-08-08)"'

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the toolchains of these tests are shell scripts")


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """hatch_build.py, fresh for every test."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "hatch_build", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree with a crate of version 1.2.3 that takes rustc 1.85."""
    root = tmp_path / "tree"
    (root / "core" / "target").mkdir(parents=True)
    (root / "modengine").mkdir()
    text = '[package]\nname = "modengine-core"\nversion = "1.2.3"\nrust-version = "1.85"\n'
    (root / "core" / "Cargo.toml").write_text(text, "utf-8")
    (root / "core" / "target" / "left.txt").write_text("of a build", "utf-8")
    return root


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """An environment whose PATH has nothing but the given shell scripts and the system's own programs for them."""

    def make(**programs: str) -> dict[str, str]:
        folder = tmp_path / "bin"
        folder.mkdir()
        for name in ("sleep", "touch", "cat"):
            (folder / name).symlink_to(str(shutil.which(name)))
        for name, script in programs.items():
            (folder / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
            (folder / name).chmod(0o755)
        return {"PATH": str(folder)}

    return make


def cargo_builds(library: Path) -> str:
    """A cargo that says it built a library."""
    message = {
        "reason": "compiler-artifact",
        "target": {"name": "_core"},
        "filenames": ["/x/lib_core.rlib", str(library)],
    }
    return f"echo '{json.dumps(message)}'"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A file in the place of a library."""
    path = tmp_path / "lib_core.so"
    path.write_bytes(b"new")
    return path


@pytest.fixture
def can_build(hook: ModuleType, library: Path, machine: Callable[..., dict[str, str]]) -> dict[str, str]:
    """An environment in which the core is built: whatever loads says that it is version 1.2.3."""
    hook.LOAD = "print('1.2.3')"
    return machine(cargo=cargo_builds(library), rustc=NEW)


@pytest.mark.parametrize(
    ("programs", "reason"),
    [
        ({}, "there is no `cargo` on the PATH"),
        ({"rustc": NEW}, "there is no `cargo` on the PATH"),
        ({"cargo": "exit 0"}, "there is no `rustc` on the PATH"),
        ({"cargo": "exit 0", "rustc": OLD}, "rustc 1.63.0 is too old: it takes 1.85"),
        (
            {"cargo": "exit 0", "rustc": "echo 'error: no default toolchain, since none is set' >&2; exit 1"},
            "`rustc --version` does not answer: error: no default toolchain",
        ),
    ],
    ids=["no-cargo", "rustc-alone", "cargo-alone", "old", "no-toolchain"],
)
def test_a_machine_without_a_fitting_toolchain_gets_no_core(
    hook: ModuleType, tree: Path, machine: Callable[..., dict[str, str]], programs: dict[str, str], reason: str
) -> None:
    record, library = hook.attempt(tree, machine(**programs))
    assert (record.status, record.reason, library) == ("unavailable", reason, None)


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ("error: linker `cc` not found", "unavailable", "there is no C linker"),
        (
            "error: linking failed\n = note: /usr/bin/ld: cannot find Scrt1.o: No such file",
            "unavailable",
            "there is no C linker",
        ),
        ("error: failed to get `pyo3` as a dependency", "unavailable", "its crates could not be fetched"),
        ("error: no matching package named `pyo3` found", "unavailable", "its crates could not be fetched"),
        ("error: package `rmp` requires rustc 1.99 or newer", "unavailable", "the Rust toolchain is too old"),
        (
            "  Compiling x\nerror[E0425]: cannot find value `y`",
            "failed",
            "cargo failed: error[E0425]: cannot find value `y`",
        ),
        (
            "error: the lock file needs to be updated but --locked was passed",
            "failed",
            "cargo failed: error: the lock file",
        ),
        ("", "failed", "cargo failed: it says nothing"),
    ],
    ids=["linker", "libc", "network", "offline", "old-crate", "code", "lock", "mute"],
)
def test_the_reason_tells_the_machine_from_the_code(
    hook: ModuleType, tree: Path, machine: Callable[..., dict[str, str]], said: str, status: str, reason: str
) -> None:
    environment = machine(cargo=f"cat >&2 <<'END'\n{said}\nEND\nexit 101", rustc=NEW)
    record, library = hook.attempt(tree, environment)
    assert (record.status, library) == (status, None)
    assert record.reason.startswith(reason)


def test_a_build_that_hangs_is_ended_with_all_that_it_started(
    hook: ModuleType, tree: Path, machine: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    environment = machine(cargo=f"exec 3>{alive}\necho here >&3\nsleep 1000 &\nsleep 1000", rustc=NEW)
    record, _ = hook.attempt(tree, environment | {"MODENGINE_BUILD_CORE_SECONDS": "1.5"})
    os.set_blocking(reader, True)
    # The end of this file comes when the last of them is gone.
    assert [os.read(reader, 9), os.read(reader, 9)] == [b"here\n", b""]
    os.close(reader)
    assert (record.status, record.reason) == ("failed", "the build took longer than 1.5 s and was ended")


def test_a_cargo_without_a_library_is_a_failure(
    hook: ModuleType, tree: Path, machine: Callable[..., dict[str, str]]
) -> None:
    record, _ = hook.attempt(tree, machine(cargo="exit 0", rustc=NEW))
    assert (record.status, record.reason) == ("failed", "cargo built no shared library")


def test_a_library_that_does_not_load_is_a_failure(
    hook: ModuleType, tree: Path, machine: Callable[..., dict[str, str]], library: Path
) -> None:
    record, found = hook.attempt(tree, machine(cargo=cargo_builds(library), rustc=NEW))
    assert (record.status, found) == ("failed", None)
    assert record.reason.startswith("what was built does not load: ImportError")


def test_a_library_of_another_version_is_a_failure(hook: ModuleType, tree: Path, can_build: dict[str, str]) -> None:
    hook.LOAD = "print('1.2.2')"
    record, _ = hook.attempt(tree, can_build)
    assert record.reason == "what was built does not load: it calls itself 1.2.2, not 1.2.3"


def test_sources_without_the_crate_get_no_core(hook: ModuleType, tree: Path, can_build: dict[str, str]) -> None:
    shutil.rmtree(tree / "core")
    record, _ = hook.attempt(tree, can_build)
    assert (record.status, record.reason) == ("unavailable", "these sources come without core/")


def test_a_python_without_the_stable_interface_gets_no_core(
    hook: ModuleType, tree: Path, can_build: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook.sysconfig, "get_config_var", {"Py_GIL_DISABLED": 1}.get)
    record, _ = hook.attempt(tree, can_build)
    assert record.status == "unavailable"
    assert "stable interface" in record.reason


def test_a_core_that_is_built_is_recorded_with_its_version(
    hook: ModuleType, tree: Path, can_build: dict[str, str], library: Path
) -> None:
    record, found = hook.attempt(tree, can_build)
    assert found == library
    assert json.loads(record.text()) == {
        "status": "built",
        "reason": "",
        "core": "1.2.3",
        "rustc": "rustc 1.95.0 (59807616e 2026-04-14)",
    }


def test_a_core_that_is_not_wanted_starts_no_cargo(
    hook: ModuleType, tree: Path, machine: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    environment = machine(cargo=f"touch {tmp_path}/started", rustc=f"touch {tmp_path}/started")
    record, _ = hook.attempt(tree, environment | {"MODENGINE_BUILD_CORE": "0"})
    assert record.status == "off"
    assert not (tmp_path / "started").exists()


def test_a_core_that_is_demanded_and_not_built_is_an_error_that_shows_what_cargo_said(
    hook: ModuleType, tree: Path, machine: Callable[..., dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    environment = machine(cargo="echo 'error: first' >&2\necho 'help: second' >&2\nexit 101", rustc=NEW)
    with pytest.raises(SystemExit, match="demanded and not built: cargo failed: error: first"):
        hook.attempt(tree, environment | {"MODENGINE_BUILD_CORE": "1"})
    assert "help: second" in capsys.readouterr().err


def test_a_core_that_is_welcome_and_not_built_is_told_in_one_line(
    hook: ModuleType, tree: Path, machine: Callable[..., dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    hook.attempt(tree, machine())
    note = "modengine: no compiled core: there is no `cargo` on the PATH; the Python engine decides\n"
    assert capsys.readouterr() == ("", note)


@pytest.mark.parametrize("word", ["yes", "2", "false"])
def test_a_wish_that_means_nothing_is_refused(hook: ModuleType, word: str) -> None:
    with pytest.raises(ValueError, match=f"MODENGINE_BUILD_CORE is `{word}`"):
        hook.wish({"MODENGINE_BUILD_CORE": word})


@pytest.mark.parametrize("word", ["soon", "0", "-1", "nan", "inf"])
def test_a_limit_that_means_nothing_is_refused(hook: ModuleType, word: str) -> None:
    with pytest.raises(ValueError, match=f"MODENGINE_BUILD_CORE_SECONDS is `{word}`"):
        hook.limit({"MODENGINE_BUILD_CORE_SECONDS": word})


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_cargo_is_asked_for_a_locked_release_build(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr(hook.sys, "platform", platform)
    command = hook.command("cargo")
    assert {"--release", "--locked", "extension-module"} <= set(command)
    assert ("link-arg=dynamic_lookup" in command) == (platform == "darwin")


def test_settings_of_cargo_that_are_given_stay(hook: ModuleType) -> None:
    given = {"CARGO_TARGET_DIR": "/elsewhere", "CARGO_NET_RETRY": "9", "PATH": "/bin"}
    environment = hook.building(given)
    assert given.items() <= environment.items()
    assert environment["CARGO_HTTP_TIMEOUT"] == "15"


@pytest.mark.parametrize(
    ("given", "before"),
    [
        ({"RUSTFLAGS": ""}, []),
        ({"RUSTFLAGS": "-C target-cpu=native"}, ["-C", "target-cpu=native"]),
        ({"CARGO_ENCODED_RUSTFLAGS": "-C\x1flink-arg=a b", "RUSTFLAGS": "-C x"}, ["-C", "link-arg=a b"]),
    ],
)
def test_what_is_shipped_knows_no_folder_of_its_builder(
    hook: ModuleType, tmp_path: Path, given: dict[str, str], before: list[str]
) -> None:
    home = str(tmp_path / "my crates")
    environment = hook.building({"CARGO_HOME": home, **given}, hook.remapping({"CARGO_HOME": home}, tmp_path))
    flags = environment["CARGO_ENCODED_RUSTFLAGS"].split("\x1f")
    assert flags == [*before, f"--remap-path-prefix={home}=/cargo", f"--remap-path-prefix={tmp_path}=/modengine"]
    assert environment["CARGO_PROFILE_RELEASE_DEBUG"] == "0"
    ours = hook.building({"CARGO_HOME": home, **given})
    assert ours.get("CARGO_ENCODED_RUSTFLAGS") == given.get("CARGO_ENCODED_RUSTFLAGS")
    assert "CARGO_PROFILE_RELEASE_DEBUG" not in ours


def test_what_is_shipped_is_built_with_the_flags_of_the_configuration_too(hook: ModuleType) -> None:
    flags = hook.remapping({"CARGO_HOME": 'a "b"\\c'}, Path("tree"))
    assert "CARGO_ENCODED_RUSTFLAGS" not in hook.building({}, flags)
    line = hook.command("cargo", flags)
    assert tomllib.loads(line[line.index("--config") + 1]) == {"build": {"rustflags": flags}}
    assert "--config" not in hook.command("cargo")


def test_where_the_c_library_is_musl_it_is_linked_dynamically(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook.sysconfig, "get_config_var", {"HOST_GNU_TYPE": "x86_64-pc-linux-musl"}.get)
    assert hook.building({})["RUSTFLAGS"] == "-C target-feature=-crt-static"
    assert "-C\x1ftarget-feature=-crt-static\x1f" in hook.building({}, ["-x"])["CARGO_ENCODED_RUSTFLAGS"]


def test_an_editable_install_puts_library_and_record_into_the_tree(
    hook: ModuleType, tree: Path, can_build: dict[str, str]
) -> None:
    (tree / "modengine" / hook.LIBRARY).write_bytes(b"old")
    record = hook.install(tree, can_build)
    files = {file.name: file.read_bytes() for file in (tree / "modengine").iterdir()}
    assert files == {hook.LIBRARY: b"new", hook.RECORD: record.text().encode()}


def test_an_older_library_does_not_outlive_a_build_that_fails(
    hook: ModuleType, tree: Path, machine: Callable[..., dict[str, str]]
) -> None:
    (tree / "modengine" / hook.LIBRARY).write_bytes(b"old")
    record = hook.install(tree, machine())
    files = {file.name: file.read_bytes() for file in (tree / "modengine").iterdir()}
    assert files == {hook.RECORD: record.text().encode()}


def test_where_an_older_library_cannot_be_replaced_the_record_says_so(
    hook: ModuleType, tree: Path, can_build: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(hook.os, "replace", refuse)
    (tree / "modengine" / hook.LIBRARY).write_bytes(b"old")
    hook.install(tree, can_build)
    assert {file.name for file in (tree / "modengine").iterdir()} == {hook.LIBRARY, hook.RECORD}
    record = json.loads((tree / "modengine" / hook.RECORD).read_text("utf-8"))
    assert (record["status"], record["reason"]) == ("failed", f"`{hook.LIBRARY}` cannot be written: in use")


@pytest.fixture
def project(tree: Path) -> Path:
    """The tree with what a package takes besides, an earlier build in it, and this hook."""
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copyfile(ROOT / name, tree / name)
    for name in ("modengine/__init__.py", "rules/x.yaml", "samples/messages.jsonl", "samples/lessons/x.md"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("", "utf-8")
    (tree / "modengine" / "version.py").write_text('__version__ = "4.5.6"\n', "utf-8")
    (tree / "modengine" / "_core.abi3.so").write_bytes(b"old")
    (tree / "modengine" / "_core_build.json").write_text("old", "utf-8")
    (tree / "hatch_build.py").write_text("from hatch_build import CoreBuildHook\n", "utf-8")
    return tree


def wheel_of(
    project: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> tuple[str, dict[str, bytes]]:
    """The name of the project's wheel, and what it holds of the core."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    path = Path(next(WheelBuilder(str(project)).build(directory=str(project / "dist"), versions=["standard"])))
    with zipfile.ZipFile(path) as wheel:
        return path.name, {name: wheel.read(name) for name in wheel.namelist() if "core" in name}


def test_a_wheel_with_the_core_is_of_its_platform_and_of_every_python(
    hook: ModuleType, project: Path, can_build: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, files = wheel_of(project, can_build, monkeypatch)
    assert name.startswith("modengine-4.5.6-cp311-abi3-")
    assert not name.endswith("-any.whl")
    assert files.keys() == {f"modengine/{hook.LIBRARY}", f"modengine/{hook.RECORD}"}
    assert files[f"modengine/{hook.LIBRARY}"] == b"new"
    assert json.loads(files[f"modengine/{hook.RECORD}"])["status"] == "built"


def test_a_wheel_without_the_core_is_pure_and_says_why(
    hook: ModuleType,
    project: Path,
    machine: Callable[..., dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, files = wheel_of(project, machine(), monkeypatch)
    assert name == "modengine-4.5.6-py3-none-any.whl"
    assert files.keys() == {f"modengine/{hook.RECORD}"}
    assert json.loads(files[f"modengine/{hook.RECORD}"])["reason"] == "there is no `cargo` on the PATH"


def test_a_source_package_has_the_crate_and_nothing_that_was_built(hook: ModuleType, project: Path) -> None:
    path = next(SdistBuilder(str(project)).build(directory=str(project / "dist"), versions=["standard"]))
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"core/Cargo.toml", "hatch_build.py", "modengine/version.py"} <= names
    assert {name for name in names if "target" in name or "_core" in name} == set()


def test_the_library_in_this_tree_is_the_version_that_its_record_names(hook: ModuleType) -> None:
    path = ROOT / "modengine" / hook.RECORD
    record = json.loads(path.read_text("utf-8")) if path.exists() else {"status": "unavailable", "reason": "no record"}
    if record["status"] != hook.Status.BUILT:
        pytest.skip(f"there is no compiled core: {record['reason']}")
    assert importlib.import_module("modengine._core").__version__ == record["core"]
