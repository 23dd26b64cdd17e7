"""Where packs are: a folder by its path, or an installed package by the entry point `modengine.packs`.

Nothing of a package is run: only its folder is looked for.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from modengine.paths import shipped_rules

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "modengine.packs"
OURS = "modengine"
"""What the shipped rules are called where a pack is named; no pack has this name."""
_REFERENCE = re.compile(r"(?P<pack>[^:\0]{2,}|[.])[:](?P<name>[\w.-]+)(?:@(?P<versions>.*))?")


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A rule file of a pack, as `PACK:NAME` or `PACK:NAME@VERSIONS` names it."""

    pack: str
    name: str
    versions: str | None = None
    """Those that are taken, as they are written; None where all are."""


def reference(value: str) -> PackedFile | None:
    """What a text names; None for what is no such text.  `C:` is a drive."""
    drive = re.match(r"[A-Za-z]:[\\/]", value)
    if drive is None and re.match(r"[A-Za-z]:", value):
        return None
    found = _REFERENCE.fullmatch(value, drive.end() if drive else 0)
    return found and PackedFile((drive[0] if drive else "") + found["pack"], found["name"], found["versions"])


def is_path(pack: str) -> bool:
    """Whether a pack is named by the path to its folder."""
    return "/" in pack or "\\" in pack or pack in (".", "..")


def installed() -> dict[str, tuple[EntryPoint, ...]]:
    """The entry points of installed packs by their names; a name that several packages claim has several.

    A package that stands twice on the path counts where it is imported from.  What an interrupted install left of one
    has none.
    """
    from importlib.metadata import Distribution, distributions  # noqa: PLC0415  (slow, and only packs need it)

    from packaging.utils import canonicalize_name  # noqa: PLC0415

    found: dict[str, dict[str, EntryPoint]] = {}
    first: dict[str, Distribution] = {}
    for distribution in distributions():
        with suppress(OSError, ValueError, TypeError):  # which name no file
            entries = distribution.entry_points.select(group=GROUP)
            if entries and first.setdefault(canonicalize_name(distribution.name), distribution) is distribution:
                for entry in entries:
                    found.setdefault(entry.name, {}).setdefault(entry.value, entry)
    return {name: tuple(entries.values()) for name, entries in sorted(found.items())}


def folder_of(entry: EntryPoint) -> str | None:
    """The folder of an installed pack; None where there is none, or it is no package of the first level."""
    if not re.fullmatch(r"[^\W\d]\w*", entry.value):
        return None  # to find a package within another, the outer one would be run
    try:
        spec = find_spec(entry.value)
    except (ImportError, ValueError):
        return None
    places = [] if spec is None else list(spec.submodule_search_locations or ())
    return os.path.normpath(places[0]) if places else None


def homes() -> dict[str, str]:
    """The folders of the shipped rules and of the installed packs, links followed, by the names of these."""
    packs = {name: folder_of(entries[0]) for name, entries in installed().items()}
    return {OURS: os.path.realpath(shipped_rules()), **{name: os.path.realpath(at) for name, at in packs.items() if at}}


def policies_of(folder: str) -> list[str]:
    """The names of the rule files directly in the folder of a pack."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [name.rpartition(".")[0] for name in names if name.endswith((".yaml", ".yml")) and name[0] != "."]


def file_of(folder: str, name: str) -> str | None:
    """The rule file of a name in the folder of a pack."""
    stem = os.path.join(folder, name.removesuffix(".yaml").removesuffix(".yml"))
    paths = [f"{stem}{end}" for end in (".yaml", ".yml")]
    return next(filter(os.path.isfile, paths), None)
