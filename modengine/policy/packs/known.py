"""The packs that one policy is read with: each opened once, and held against the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from modengine.errors import Location
from modengine.paths import shipped_rules
from modengine.policy.nodes.diagnostics import Diagnostics, listed, meant, shown
from modengine.policy.nodes.yaml import Scalar
from modengine.policy.packs.find import GROUP, OURS, PackedFile, file_of, folder_of, installed, policies_of
from modengine.policy.packs.manifest import NAME, Pack, are_versions, check_engine, read_manifest, unfit
from modengine.version import __version__


class KnownPacks:
    """Opens packs by folder or by name.  Made for one reading; what is wrong is reported to it."""

    def __init__(
        self,
        read: Callable[[str, Scalar | None], str | None],
        report: Diagnostics,
        homes: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`homes` are folders of packs, and of the shipped rules, that stand for what is installed by their names."""
        self._read, self._report, self._homes = read, report, homes
        self._opened: dict[str, Pack | None] = {}

    def of(self, file: str) -> Pack | None:
        """The opened pack that a file lies in."""
        real = os.path.realpath(file)
        return next((pack for root, pack in self._opened.items() if pack and real.startswith(root + os.sep)), None)

    def at(self, folder: str, named: Scalar | None) -> Pack | None:
        """The pack of a folder; None where it is none or not sound."""
        real = os.path.realpath(folder)
        if real not in self._opened:
            self._opened[real] = None  # for packs that need each other
            self._opened[real] = self._open(folder, named)
        return self._opened[real]

    def called(self, name: str, named: Scalar) -> Pack | None:
        """The installed pack of a name."""
        if name in self._homes:
            return self.at(self._homes[name], named)
        entries = installed()
        claims = entries.get(name, ())
        if not claims:
            hint = meant(name, entries, f"install it, or name its folder: `./{shown(name)}:POLICY`")
            self._report.add("ME311", f"there is no pack `{shown(name)}` installed", named.place, hint)
            return None
        if len(claims) > 1:
            values = listed([entry.value for entry in claims])
            self._report.add("ME312", f"there are two packs `{name}`: {values}", named.place, "uninstall one of them")
            return None
        folder = folder_of(claims[0])
        if folder is None or not os.path.isfile(os.path.join(folder, NAME)):
            message = f"the package of the pack `{name}`, `{shown(claims[0].value)}`, has no folder with `{NAME}`"
            hint = f"the entry point of `{GROUP}` names a package of the first level that holds the file"
            self._report.add("ME311", message, named.place, hint)
            return None
        pack = self.at(folder, named)
        if pack is not None and pack.name != name:
            message = f"the package of the pack `{name}` holds the pack `{pack.name}`"
            self._report.add("ME312", message, named.place, "give the entry point and the pack the same name")
            return None
        return pack

    def path(self, pack: Pack, asked: PackedFile, named: Scalar) -> str | None:
        """The rule file that is asked for in a pack; None where it has none, or not in a version that is taken."""
        return self._path(pack.name, pack.version, pack.folder, asked, named)

    def shipped(self, asked: PackedFile, named: Scalar) -> str | None:
        """The same of the rules that come with modengine."""
        if OURS in self._homes:  # of a version that nothing tells
            return self._path(OURS, __version__, self._homes[OURS], replace(asked, versions=None), named)
        return self._path(OURS, __version__, str(shipped_rules()), asked, named)

    def _path(self, pack: str, version: str, folder: str, asked: PackedFile, named: Scalar) -> str | None:
        wanted = asked.versions
        if wanted is not None and not are_versions(wanted):
            message = f"`{shown(wanted)}` names no versions of `{pack}`"
            hint = "write such as `@>=1.2` or `@~=1.2`; inside [ ], quote what has a comma"
            self._report.add("ME205", message, named.place, hint)
            return None
        if wanted is not None and unfit(version, wanted):
            message = f"`{shown(named.value)}` wants `{pack}` {wanted}, and this is {version}"
            self._report.add("ME312", message, named.place, "install a version that fits, or change what is wanted")
            return None
        path = file_of(folder, asked.name)
        if path is None:
            message = f"`{pack}` {version} has no policy or ruleset `{shown(asked.name)}`"
            hint = meant(asked.name, policies_of(folder), "name one of its files, without `.yaml`")
            self._report.add("ME311", message, named.place, hint)
        return path

    def _open(self, folder: str, named: Scalar | None) -> Pack | None:
        text = self._read(os.path.join(folder, NAME), named)
        pack = None if text is None else read_manifest(text, folder, self._report)
        if pack is None:
            return None
        other = next((known for known in self._opened.values() if known and known.namespace == pack.namespace), None)
        if other is not None:
            message = f"the packs `{other.name}` and `{pack.name}` have one namespace, `{pack.namespace}`"
            place = Location(pack.file) if named is None else named.place
            self._report.add("ME312", message, place, "use one of them, or a copy with another `namespace`")
            return None
        check_engine(pack, self._report)
        for name, wanted in pack.needs.items():
            if name != "modengine":
                self._need(pack, name, wanted)
        return pack

    def _need(self, pack: Pack, name: str, wanted: str) -> None:
        place = pack.places[name]
        found = self.called(name, Scalar(name, place))
        if found is not None and unfit(found.version, wanted):
            message = f"the pack `{pack.name}` {pack.version} needs `{name}` {wanted}, and {found.version} is installed"
            self._report.add("ME312", message, place, "install a version of either that fits the other")
