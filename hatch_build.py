"""Builds the compiled core with the package, where that is possible; where it is not, the Python engine decides alone.

Every build leaves a record beside the package (`RECORD`): what became of the core, and why.  What decides about it:

    MODENGINE_BUILD_CORE          0: leave the core out; 1: an error if it cannot be built; else: build it if possible
    MODENGINE_BUILD_CORE_SECONDS  after so many seconds a build is given up (600)
    CARGO_TARGET_DIR              as cargo understands it (else core/target)

`python hatch_build.py` does for a source tree what an editable install does, and nothing else.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LIBRARY = "_core.pyd" if os.name == "nt" else "_core.abi3.so"
RECORD = "_core_build.json"
TAG = "cp311-abi3"
"""What `abi3-py311` in core/Cargo.toml promises: CPython 3.11 and all that follow."""
SECONDS = 600.0
ASKING = 30.0
"""Seconds for a question such as `rustc --version`."""


class Status(StrEnum):
    """What became of the core."""

    BUILT = "built"
    OFF = "off"
    """Left out on purpose."""
    UNAVAILABLE = "unavailable"
    """This machine cannot build it: no toolchain, an old one, no linker, no network, no fitting Python."""
    FAILED = "failed"
    """The machine could, and the build did not end well."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is written down about a build: read by `modengine --version`."""

    status: Status
    reason: str = ""
    """Why there is no core; empty where there is one."""
    core: str = ""
    """The version of the core; empty where there is none."""
    rustc: str = ""

    def text(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"


class NotBuiltError(Exception):
    """There will be no core, and why; `output` is what cargo had to say."""

    def __init__(self, status: Status, reason: str, output: str = "") -> None:
        super().__init__(reason)
        self.status, self.reason, self.output = status, reason, output


@dataclass(frozen=True, slots=True)
class Built:
    """A core that was built and loads."""

    library: Path
    version: str
    rustc: str


NO_CRATES = (
    r"failed to (?:download|fetch|get)|--offline was specified|network failure|spurious network|could not resolve host"
    r"|unable to update registry|no matching package named"
)
OF_THE_MACHINE = (
    (r"linker `[^`]+` not found|cannot find (?:S?crt\w*\.o|-l(?:c|gcc\w*)\b)", "there is no C linker"),
    (NO_CRATES, "its crates could not be fetched"),
    (r"requires rustc \d|feature `edition\d+` is required|lock file version", "the Rust toolchain is too old"),
)
"""What cargo says where the machine is at fault and not the code."""


def wish(environment: Mapping[str, str]) -> bool | None:
    """Whether a core is ruled out, demanded, or (None) welcome."""
    word = environment.get("MODENGINE_BUILD_CORE", "")
    if word in ("", "auto"):
        return None
    if word in ("0", "1"):
        return word == "1"
    raise ValueError(f"MODENGINE_BUILD_CORE is `{word}`: it may be `0`, `1` or `auto`")


def limit(environment: Mapping[str, str]) -> float:
    """Seconds that a build may take."""
    word = environment.get("MODENGINE_BUILD_CORE_SECONDS", "") or str(SECONDS)
    try:
        seconds = float(word)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ValueError(f"MODENGINE_BUILD_CORE_SECONDS is `{word}`: it must be a number of seconds above 0")
    return seconds


def run(command: list[str], environment: Mapping[str, str], folder: Path, seconds: float) -> tuple[int, str, str]:
    """Exit code, output and errors; after `seconds` the command and all that it started are ended (TimeoutError)."""
    # Files and not pipes: a grandchild that outlives the command would hold a pipe open.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=os.name != "nt",
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{command[0]} took longer than {seconds:g} s") from None
        finally:
            if process.poll() is None:
                end(process)
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    return process.returncode, texts[0], texts[1]


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def fits_python() -> None:
    """Refuse a Python that cannot load a library of CPython's stable interface."""
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        raise NotBuiltError(Status.UNAVAILABLE, "this Python loads no libraries of CPython's stable interface")


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


def toolchain(core: Path, oldest: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """The path of cargo and what `rustc` says of itself; refused if one is missing or rustc is too old."""
    path = environment.get("PATH", os.defpath)
    cargo, rustc = shutil.which("cargo", path=path), environment.get("RUSTC") or shutil.which("rustc", path=path)
    if cargo is None or rustc is None:
        raise NotBuiltError(Status.UNAVAILABLE, f"there is no `{'rustc' if cargo else 'cargo'}` on the PATH")
    try:
        code, answer, errors = run([rustc, "--version"], environment, core, ASKING)
    except OSError as error:
        raise NotBuiltError(Status.UNAVAILABLE, f"`rustc --version` does not answer: {error}") from error
    found = re.match(r"rustc (\d+\.\d+\.\d+)", answer)
    if code or not found:
        said = first_error(errors).split(",")[0]
        raise NotBuiltError(Status.UNAVAILABLE, f"`rustc --version` does not answer: {said}", errors)
    if numbers(found[1]) < numbers(oldest):
        raise NotBuiltError(Status.UNAVAILABLE, f"rustc {found[1]} is too old: it takes {oldest}")
    return cargo, answer.strip()


def remapping(environment: Mapping[str, str], root: Path) -> list[str]:
    """What is shipped from a tree has the same bytes wherever that lies, and tells nothing of whoever built it."""
    crates = environment.get("CARGO_HOME") or str(Path.home() / ".cargo")
    return [f"--remap-path-prefix={crates}=/cargo", f"--remap-path-prefix={root}=/modengine"]


def building(environment: Mapping[str, str], flags: Sequence[str] = ()) -> dict[str, str]:
    """The environment for cargo; `flags` for rustc, those of `remapping`, where something is shipped."""
    added = {"CARGO_HTTP_TIMEOUT": "15", "CARGO_NET_RETRY": "1", **environment}
    # abi3 needs no interpreter at build time, and so one target folder serves all environments; on Windows it needs the
    # folder of python3.lib.
    added |= {"PYO3_PYTHON": sys.executable} if os.name == "nt" else {"PYO3_NO_PYTHON": "1"}
    if "musl" in (sysconfig.get_config_var("HOST_GNU_TYPE") or ""):
        added.setdefault("RUSTFLAGS", "-C target-feature=-crt-static")
    if flags:
        if "CARGO_ENCODED_RUSTFLAGS" in added or "RUSTFLAGS" in added:  # then cargo heeds no configuration
            given = list(filter(None, added.get("CARGO_ENCODED_RUSTFLAGS", "").split("\x1f")))
            given = given or added.get("RUSTFLAGS", "").split()
            added["CARGO_ENCODED_RUSTFLAGS"] = "\x1f".join([*given, *flags])  # in which a path may have a blank
        added = {"CARGO_PROFILE_RELEASE_DEBUG": "0", "CARGO_PROFILE_RELEASE_STRIP": "symbols", **added}
    return added


def command(cargo: str, flags: Sequence[str] = ()) -> list[str]:
    """What is asked of cargo: the library in release mode and nothing else; `flags` join those of its configuration."""
    asked = [cargo, "rustc", "--release", "--locked", "--lib", "--features", "extension-module"]
    asked += ["--message-format", "json-render-diagnostics"]
    if flags:
        asked += ["--config", f"build.rustflags={json.dumps(list(flags), ensure_ascii=False)}"]
    if sys.platform == "darwin":
        asked += ["--", "-C", "link-arg=-undefined", "-C", "link-arg=dynamic_lookup"]
    return asked


def library_in(output: str) -> Path | None:
    """The shared library that cargo says it built."""
    for line in output.splitlines():
        message = json.loads(line) if line.startswith("{") else {}
        if message.get("reason") == "compiler-artifact" and message["target"]["name"] == "_core":
            for name in message["filenames"]:
                if Path(name).suffix in (".so", ".dylib", ".dll"):
                    return Path(name)
    return None


def first_error(text: str) -> str:
    """The line that begins with `error`, else the last one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("error")), lines[-1] if lines else "it says nothing")


def why(errors: str) -> NotBuiltError:
    """What cargo's errors mean."""
    for pattern, reason in OF_THE_MACHINE:
        if re.search(pattern, errors):
            return NotBuiltError(Status.UNAVAILABLE, f"{reason} ({first_error(errors)})", errors)
    return NotBuiltError(Status.FAILED, f"cargo failed: {first_error(errors)}", errors)


LOAD = """
import sys
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader
loader = ExtensionFileLoader("modengine._core", sys.argv[1])
module = module_from_spec(spec_from_loader("modengine._core", loader))
loader.exec_module(module)
print(module.__version__)
"""


def loads(library: Path, version: str, folder: Path) -> None:
    """Refuse a library that this Python cannot load, or that is not the version that was to be built."""
    try:
        code, answer, errors = run([sys.executable, "-I", "-c", LOAD, str(library)], os.environ, folder, ASKING)
    except TimeoutError as error:
        raise NotBuiltError(Status.FAILED, "what was built does not load in time") from error
    if code or answer.strip() != version:
        said = errors.strip().splitlines()[-1:] or [f"it calls itself {answer.strip() or 'nothing'}, not {version}"]
        raise NotBuiltError(Status.FAILED, f"what was built does not load: {said[0]}", errors)


def build(root: Path, environment: Mapping[str, str], shipped: bool = False) -> Built:
    """Build the core in release mode."""
    seconds = limit(environment)
    core = root / "core"
    fits_python()
    if not (core / "Cargo.toml").is_file():
        raise NotBuiltError(Status.UNAVAILABLE, "these sources come without core/")
    package = tomllib.loads((core / "Cargo.toml").read_text("utf-8"))["package"]
    cargo, rustc = toolchain(core, package["rust-version"], environment)
    try:
        flags = remapping(environment, root) if shipped else []
        code, output, errors = run(command(cargo, flags), building(environment, flags), core, seconds)
    except TimeoutError:
        raise NotBuiltError(Status.FAILED, f"the build took longer than {seconds:g} s and was ended") from None
    except OSError as error:
        raise NotBuiltError(Status.UNAVAILABLE, f"cargo cannot be started: {error}") from error
    if code:
        raise why(errors)
    library = library_in(output)
    if library is None:
        raise NotBuiltError(Status.FAILED, "cargo built no shared library", errors)
    loads(library, package["version"], core)
    return Built(library, package["version"], rustc)


def attempt(root: Path, environment: Mapping[str, str], shipped: bool = False) -> tuple[Record, Path | None]:
    """Build as the environment wishes: the record, and the library if there is one."""
    wished = wish(environment)
    if wished is False:
        return Record(Status.OFF, "it was left out on purpose (MODENGINE_BUILD_CORE=0)"), None
    try:
        built = build(root, environment, shipped)
    except NotBuiltError as error:
        if wished:
            print(error.output, file=sys.stderr)
            raise SystemExit(f"modengine: the compiled core is demanded and not built: {error.reason}") from error
        print(f"modengine: no compiled core: {error.reason}; the Python engine decides", file=sys.stderr)
        return Record(error.status, error.reason), None
    return Record(Status.BUILT, "", built.version, built.rustc), built.library


def place(package: Path, record: Record, library: Path | None) -> Record:
    """Put library and record into a source tree; a library of an earlier build does not stay."""
    target = package / LIBRARY
    beside = target.with_name(f".{os.getpid()}.{LIBRARY}")
    try:
        if library is None:
            target.unlink(missing_ok=True)
        else:
            # Beside and then over it: the old file may be loaded by a process that runs.
            shutil.copyfile(library, beside)
            os.replace(beside, target)
        (package / RECORD).write_text(record.text(), "utf-8", newline="\n")
    except OSError as error:
        # Windows keeps a library that is loaded; what the record then says counts, and not what lies there.
        record = Record(Status.FAILED, f"`{LIBRARY}` cannot be written: {error.strerror}")
        print(f"modengine: no compiled core: {record.reason}; the Python engine decides", file=sys.stderr)
        with suppress(OSError):
            beside.unlink(missing_ok=True)
            (package / RECORD).write_text(record.text(), "utf-8", newline="\n")
    return record


def install(root: Path, environment: Mapping[str, str]) -> Record:
    """Build into the source tree."""
    record = place(root / "modengine", *attempt(root, environment))
    if wish(environment) and record.status is not Status.BUILT:
        raise SystemExit(f"modengine: the compiled core is demanded and not installed: {record.reason}")
    return record


class CoreBuildHook(BuildHookInterface[Any]):
    """Hatchling's way in."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if version == "editable":
            install(root, os.environ)
            return
        record, library = attempt(root, os.environ, shipped=True)
        self.folder = tempfile.TemporaryDirectory(prefix="modengine-build-")
        written = Path(self.folder.name) / RECORD
        written.write_text(record.text(), "utf-8", newline="\n")
        build_data["force_include"][str(written)] = f"modengine/{RECORD}"
        if library is not None:
            build_data["force_include"][str(library)] = f"modengine/{LIBRARY}"
            build_data["pure_python"] = False
            platform = self.build_config.builder.get_best_matching_tag().split("-", 2)[2]
            build_data["tag"] = f"{TAG}-{platform}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        if version != "editable":
            self.folder.cleanup()


if __name__ == "__main__":
    print(install(Path(__file__).resolve().parent, os.environ).text(), end="")
