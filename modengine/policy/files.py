"""Reading the files of a policy: regular ones only, of at most 5 MB, in UTF-8; or texts that stand for files."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping as Dict
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePosixPath, PureWindowsPath
from types import MappingProxyType

from modengine.errors import Diagnostic, Location, PolicyError
from modengine.paths import shipped_policies
from modengine.policy.model import SourceFile
from modengine.policy.nodes.diagnostics import Diagnostics, ReadingEnds, shown
from modengine.policy.nodes.yaml import Mapping, Node, Scalar, Sequence, parse
from modengine.policy.packs.find import OURS, is_path, reference
from modengine.policy.packs.known import KnownPacks
from modengine.policy.packs.manifest import NAME as MANIFEST, Pack
from modengine.text.encoding import file_encoding, iconv

MAX_BYTES = 5_000_000
GIVEN_SHIPPED = "shipped"
"""The folder of the shipped rules among files that are given: `rulesets: [shipped/messages.yaml]`."""
FOLDS = sys.platform in ("win32", "darwin")
"""Whether names of files that differ by case alone are one here."""
_OUTSIDE = "put what it needs into the pack, or name another pack: `PACK:NAME`"


class Files:
    """The files read for one policy or ruleset, each once, with the folder that all paths start from."""

    def __init__(
        self,
        top: str,
        report: Diagnostics,
        given: Dict[str, bytes] | None = None,
        unsaved: Dict[str, bytes] = MappingProxyType({}),
        homes: Dict[str, str] = MappingProxyType({}),
    ) -> None:
        """With `given` there are no files but these, by their paths: the disk is not read, whatever a file names.

        `unsaved` are read in place of the files of their paths, all others from the disk; `homes` are folders that
        stand for installed packs.
        """
        self.folder = os.path.dirname(top)
        self.report = report
        self._given = None if given is None else {os.path.normpath(path): data for path, data in given.items()}
        self._unsaved = unsaved
        self._data: dict[str, bytes] = {}
        self._nodes: dict[str, Node | None] = {}
        self.packs = KnownPacks(self.text, report, homes)

    def give(self, path: str, data: bytes) -> None:
        """What a path stands for, so that no file is read for it."""
        self._data[path] = data

    @property
    def read(self) -> tuple[SourceFile, ...]:
        """Every file that could be read; paths are relative to the folder of the first, with `/`."""
        return tuple(SourceFile(self._beside(path), data) for path, data in self._data.items())

    def _beside(self, path: str) -> str:
        try:
            return os.path.relpath(path, self.folder or ".").replace(os.sep, "/")
        except ValueError:  # an installed pack on another drive of Windows
            return path.replace(os.sep, "/")

    def pack_of(self, file: str) -> Pack | None:
        """The pack that a file lies in: one that was named, or that of its own folder or the first file's."""
        for folder in (self.folder, os.path.dirname(file)) if self._given is None else ():
            if os.path.isfile(os.path.join(folder, MANIFEST)):
                self.packs.at(folder, None)
        return self.packs.of(file)

    def rules(self, named: Scalar) -> str | None:
        """The rule file that `named` means: a path, or `PACK:NAME` for one of a pack."""
        found = reference(named.value)
        if found is None:
            return self.relative(named, inside=False)
        if self._given is not None and found.pack == OURS:
            return os.path.normpath(f"{GIVEN_SHIPPED}/{found.name.removesuffix('.yaml')}.yaml")
        if self._given is not None:
            hint = "name a file among those that are given"
            self.report.add("ME311", f"`{shown(named.value)}`: there are no packs here", named.place, hint)
            return None
        if found.pack == OURS:
            return self.packs.shipped(found, named)
        opened = self._pack(found.pack, named)
        path = None if opened is None else self.packs.path(opened, found, named)
        if path is None or opened is None or _within(path, opened.folder):
            return path
        self.report.add("ME205", f"`{shown(named.value)}` lies outside the pack `{opened.name}`", named.place, _OUTSIDE)
        return None

    def _pack(self, pack: str, named: Scalar) -> Pack | None:
        mine = self.pack_of(named.place.file)
        if is_path(pack):
            folder = self.relative(replace(named, value=pack), inside=False)
            if folder is not None and not os.path.isfile(os.path.join(folder, MANIFEST)):
                hint = f"name a folder that holds `{MANIFEST}`, or a file by its path"
                self.report.add("ME311", f"`{shown(pack)}` is no pack", named.place, hint)
                return None
            return None if folder is None else self.packs.at(folder, named)
        if mine is not None and pack != mine.name and pack not in mine.needs:
            hint = f"add it under `[needs]` of its `{MANIFEST}`"
            self.report.add("ME312", f"the pack `{mine.name}` does not need `{shown(pack)}`", named.place, hint)
            return None
        return mine if mine is not None and pack == mine.name else self.packs.called(pack, named)

    def relative(self, named: Scalar, inside: bool) -> str | None:
        """The path that `named` means: relative to the file that names it.

        With `inside` it must stay in the folder of that file or in the first file's.
        """
        value, add = named.value, self.report.add
        if PurePosixPath(value).is_absolute() or PureWindowsPath(value).drive or PureWindowsPath(value).root:
            add("ME205", f"`{shown(value)}` is an absolute path", named.place, "write it relative to this file")
            return None
        if "\\" in value or "\0" in value:
            add("ME205", f"`{shown(value)}` is not a path for every system", named.place, "separate folders with `/`")
            return None
        folder = os.path.dirname(named.place.file)
        path = os.path.normpath(os.path.join(folder, value))
        out = self._given is not None and not _within(path, "")
        if out or (inside and not any(_within(path, root) for root in (folder, self.folder))):
            add(
                "ME205", f"`{shown(value)}` lies outside the folder of the rules", named.place,
                "keep lists beside the rules that use them",
            )  # fmt: skip
            return None
        pack = None if self._given is not None else self.pack_of(named.place.file)
        if pack is not None and not _within(path, pack.folder):
            add("ME205", f"`{shown(value)}` lies outside the pack `{pack.name}`", named.place, _OUTSIDE)
            return None
        return path

    def nodes(self, path: str, named: Scalar | None) -> Node | None:
        """The YAML of a file.  Problems within it are reported once, whoever names it."""
        if path not in self._nodes:
            text = self.text(path, named)
            self._nodes[path] = None if text is None else parse(text, path, self.report)
        return self._nodes[path]

    def text_of(self, path: str) -> str:
        """The text of a file that was read."""
        return self._data[path].decode("utf-8-sig")

    def text(self, path: str, named: Scalar | None) -> str | None:
        """The text of a file, without a byte order mark."""
        place = named.place if named else Location(path)
        if path not in self._data:
            data = self._bytes(path, place)
            if data is None:
                return None
            self._data[path] = data
            self.report.spend("files", 1, place)
        content = decode(self._data[path], path, self.report)
        self.report.spend("characters", len(self._data[path] if content is None else content), place)
        return content

    def _hint(self, path: str, first: bool) -> str:
        """What to do where a file is not there; the `first` is named by nothing."""
        if self._given is None and (other := _but_for_case(path)):
            return f"did you mean `{shown(other)}`? Some systems take the two for one, others do not"
        name = os.path.basename(path).removesuffix(".yaml")
        if self._given is None and name in shipped_policies():
            return f"a shipped policy is named `{OURS}:{name}`{'' if first else ' in a file'}"
        return "check the path" if first else "check the path; it starts from the folder of this file"

    def _bytes(self, path: str, place: Location) -> bytes | None:
        add = self.report.add
        if self._given is not None and path in self._given:
            return self._given[path]
        if path in self._unsaved:
            return self._small(self._unsaved[path], path, place)
        try:
            if self._given is not None:
                raise FileNotFoundError
            # A FIFO would wait for its writer: open without waiting, then ask what was opened.
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            add("ME101", f"there is no file `{shown(path, 200)}`", place, self._hint(path, place.file == path))
            return None
        except (OSError, ValueError) as error:
            if os.path.isdir(path):
                add("ME102", f"`{shown(path, 200)}` is a folder", place, "name a file in it")
                return None
            why = str(getattr(error, "strerror", None) or error).lower()
            add("ME102", f"`{shown(path, 200)}` cannot be read: {why}", place, "check its permissions")
            return None
        if FOLDS and place.file != path and (other := _but_for_case(path)):
            what = f"`{shown(os.path.basename(path))}` is not the name of the file on every system"
            add("ME205", what, place, f"write it as the folder has it: `{shown(other)}`")
        try:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                folder = stat.S_ISDIR(mode)
                what, hint = ("a folder", "name a file in it") if folder else ("not a regular file", "name a file")
                add("ME102", f"`{shown(path, 200)}` is {what}", place, hint)
                return None
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            add("ME102", f"`{shown(path, 200)}` cannot be read: {why}", place, "check the disk")
            return None
        finally:
            os.close(descriptor)
        return self._small(data, path, place)

    def _small(self, data: bytes, path: str, place: Location) -> bytes | None:
        if len(data) <= MAX_BYTES:
            return data
        hint = "split it, or leave out what no rule needs"
        self.report.add("ME103", f"`{shown(path, 200)}` is larger than 5 MB", place, hint)
        return None


def find_pack(pack: str, by_path: bool) -> tuple[Pack | None, tuple[Diagnostic, ...]]:
    """The pack in a folder, or the installed one of a name, and what is wrong with it."""
    report = Diagnostics()
    files = Files("", report)
    named = Scalar(pack, Location(pack))
    found = None
    with suppress(ReadingEnds):
        if not by_path:
            found = files.packs.called(pack, named)
        elif os.path.isfile(os.path.join(pack, MANIFEST)):
            found = files.packs.at("" if pack == "." else os.path.normpath(pack), None)
        else:
            report.add(
                "ME311",
                f"`{shown(pack, 200)}` is no pack: it has no `{MANIFEST}`",
                named.place,
                "name the folder that holds it: `modengine pack new` makes one",
            )
    return found, report.found


def find_policy(value: str) -> str | None:
    """The file that `PACK:NAME` means outside of any file; None for what is no such text.  Raises PolicyError."""
    split = reference(value)
    if split is None:
        return None
    report = Diagnostics()
    known, named = KnownPacks(lambda _file, _named: None, report), Scalar(value, Location(value))
    if split.pack == OURS:
        path = known.shipped(split, named)
    else:
        pack, problems = find_pack(split.pack, is_path(split.pack))
        if pack is None:
            raise PolicyError(problems)
        path = known.path(pack, split, named)
    if path is None or report.found:
        raise PolicyError(report.found)
    return path


def shipped_in(data: bytes) -> set[str]:
    """The shipped files that a rule file names, as `base` or under `rulesets`."""
    report, root = Diagnostics(), None
    with suppress(ReadingEnds):
        text = decode(data, "", report) if f"{OURS}:".encode() in data else None
        root = None if text is None else parse(text, "", report)
    found = [reference(item.value) for item in named_files(root)]
    return {file.name for file in found if file is not None and file.pack == OURS}


def named_files(root: Node | None) -> tuple[Scalar, ...]:
    """The rule files that a policy names, under `rulesets` and as `base`."""
    if not isinstance(root, Mapping):
        return ()
    rulesets = root.get("rulesets")
    named = (*(rulesets.items if isinstance(rulesets, Sequence) else ()), root.get("base"))
    return tuple(without_plus(item) for item in named if isinstance(item, Scalar))


def without_plus(named: Scalar) -> Scalar:
    """A named file without the `+` that adds it to those of the base."""
    if not named.value.startswith("+ "):
        return named
    return replace(named, value=named.value[2:].strip(), place=named.at(2))


def _but_for_case(path: str) -> str | None:
    """What a file is called whose name differs from that of a path by case alone; None where the name is its own."""
    folder, name = os.path.split(path)
    try:
        names = os.listdir(folder or ".")
    except (OSError, ValueError):
        return None
    return None if name in names else next((other for other in names if other.casefold() == name.casefold()), None)


def _within(path: str, folder: str) -> bool:
    """Whether a path stays in a folder, links followed."""
    root = os.path.realpath(folder or ".")
    try:
        return os.path.commonpath([os.path.realpath(path), root]) == root
    except ValueError:
        return False


def decode(data: bytes, file: str, report: Diagnostics) -> str | None:
    """UTF-8 to text.  Names the likely encoding of anything else."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = data.rfind(b"\n", 0, error.start) + 1
        line, column = (
            data.count(b"\n", 0, error.start) + 1,
            len(data[start : error.start].decode("utf-8", "replace")) + 1,
        )
        _encoded(file_encoding(data, whole=True), Location(file, line, column), report)
        return None
    if "\0" in text[:200] and (encoding := file_encoding(data, whole=True)) is not None:
        _encoded(encoding, Location(file), report)
        return None
    return text


def _encoded(encoding: str | None, place: Location, report: Diagnostics) -> None:
    if encoding is None:
        report.add("ME104", "the file is not UTF-8", place, "save it as UTF-8")
    else:
        place = Location(place.file) if encoding.startswith("UTF-") else place
        report.add("ME104", f"the file is not UTF-8 but probably {encoding}", place, iconv(encoding, place.file))
