"""A pack as a wheel: a package of plain files with the entry point `modengine.packs`, the same bytes each time.

After packaging.python.org, "Binary distribution format" and "Core metadata specifications" (2.4).
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from modengine.errors import Diagnostic, Location
from modengine.policy.packs.find import GROUP
from modengine.policy.packs.manifest import Pack

KINDS = (".yaml", ".yml", ".txt", ".toml", ".md", ".json", ".jsonl", ".csv")
"""What goes into the wheel of a pack, besides its licence: data, and no program."""
_BARE = ("LICENCE", "LICENSE", "NOTICE", "README")
_UNNAMED = re.compile(
    r'[<>:"|?*\\\x00-\x1f\ud800-\udfff]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)', re.IGNORECASE
)
"""What Windows gives no file (learn.microsoft.com, "Naming Files, Paths, and Namespaces"), or UTF-8 cannot write."""
_ABOUT = "Rules for modengine: `modengine pack check {0.name}` says what is in the pack.\n"
"""What an index shows of a pack without a `README.md`."""
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The earliest that an archive can say: no file has a time of its own."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel that was made, and what was left out of it."""

    name: str
    data: bytes
    files: tuple[str, ...]
    """The files of the pack in it, by their paths in its folder, with `/`."""
    left_out: tuple[str, ...]


def strange_names(pack: Pack) -> Iterator[Diagnostic]:
    """Files of a pack that cannot be unpacked beside the others on every system."""
    seen: dict[str, str] = {}
    for path in filter(_is_kept, sorted(_files(pack.folder))):
        other = seen.setdefault(path.casefold(), path)
        place = Location(os.path.join(pack.folder, path))
        if other != path:
            message = f"`{other}` and `{path}` differ by case alone, and some systems take them for one"
            yield Diagnostic("ME205", message, place, "rename one of the two")
        elif any(_UNNAMED.search(part) for part in path.split("/")):
            message = f"`{path}` is not a name for every system"
            yield Diagnostic("ME205", message, place, 'leave out < > : " | ? * \\ and names such as `con` or `aux`')


def make_wheel(pack: Pack) -> Wheel:
    """The wheel of a pack.  Hidden files and links are left out.  Raises OSError."""
    from packaging.version import Version  # noqa: PLC0415  (only packs need it)

    version = str(Version(pack.version))
    package = f"modengine_pack_{pack.name.replace('-', '_')}"
    stem = f"{pack.name.replace('-', '_')}-{version}"
    paths = sorted(_files(pack.folder))
    kept = list(filter(_is_kept, paths))
    members = {f"{package}/{path}": _content(pack.folder, path) for path in kept}
    members[f"{package}/__init__.py"] = b'"""Rules for modengine, which finds them by an entry point."""\n'
    told = members.get(f"{package}/README.md") or _ABOUT.format(pack).encode()
    members[f"{stem}.dist-info/METADATA"] = _metadata(pack, version).encode() + told
    members[f"{stem}.dist-info/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: modengine\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    members[f"{stem}.dist-info/entry_points.txt"] = f"[{GROUP}]\n{pack.name} = {package}\n".encode()
    record = f"{stem}.dist-info/RECORD"
    members[record] = "".join([*map(_recorded, members.items()), f"{record},,\n"]).encode()
    left_out = tuple(path for path in paths if path not in kept)
    return Wheel(f"{stem}-py3-none-any.whl", _archive(members), tuple(kept), left_out)


def _files(folder: str) -> Iterator[str]:
    """The files of a folder that are neither hidden nor links."""
    for at, folders, names in os.walk(folder or "."):
        folders[:] = [name for name in folders if name[0] != "." and name not in ("dist", "__pycache__")]
        for name in names:
            path = os.path.join(at, name)
            if name[0] != "." and os.path.isfile(path) and not os.path.islink(path):
                yield os.path.relpath(path, folder or ".").replace(os.sep, "/")


def _is_kept(path: str) -> bool:
    return path.endswith(KINDS) or os.path.basename(path).startswith(_BARE)


def _content(folder: str, path: str) -> bytes:
    with open(os.path.join(folder, path), "rb") as stream:
        return stream.read()


def _metadata(pack: Pack, version: str) -> str:
    lines = ["Metadata-Version: 2.4", f"Name: {pack.name}", f"Version: {version}"]
    lines += [f"Summary: Rules for modengine, with the namespace {pack.namespace}"]
    lines += [f"License-Expression: {pack.licence}"]
    lines += [f"Requires-Dist: {name}{wanted}" for name, wanted in pack.needs.items()]
    lines += ["Description-Content-Type: text/markdown; charset=UTF-8"]
    return "\n".join(lines) + "\n\n"


def _recorded(member: tuple[str, bytes]) -> str:
    name, data = member
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    quoted = f'"{name}"' if "," in name else name
    return f"{quoted},sha256={digest},{len(data)}\n"


def _archive(members: Mapping[str, bytes]) -> bytes:
    """Stored, not deflated: what a compressor makes of a file differs from one version to the next."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _MOMENT)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, data)
    return stream.getvalue()
