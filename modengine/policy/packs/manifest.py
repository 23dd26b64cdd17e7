"""`modengine-pack.toml`: what a pack says of itself.

name = "acme-fraud"
version = "1.2.0"
licence = "CC-BY-4.0"
namespace = "acme"

[needs]
modengine = ">=0.1"
other-pack = ">=1,<2"
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from modengine.errors import Location
from modengine.policy.nodes.diagnostics import Diagnostics, meant, shown
from modengine.policy.nodes.toml import key_place, read_toml
from modengine.policy.packs.find import OURS
from modengine.version import __version__

NAME = "modengine-pack.toml"
_TEXTS = {
    "name": 'its name in lower case, such as `name = "acme-fraud"`',
    "version": 'its version, such as `version = "1.0.0"`',
    "licence": 'an SPDX expression, such as `licence = "CC-BY-4.0"`, or `LicenseRef-NAME` for one of your own',
    "namespace": 'what its rules begin with, such as `namespace = "acme"`: letters, digits, `_` and `-`',
}
"""The keys that must be there, and what they say."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack whose manifest is sound."""

    folder: str
    name: str
    version: str
    licence: str
    namespace: str
    needs: Mapping[str, str]
    """Versions of other packs, and of `modengine`, by their names: PEP 440 specifiers."""
    places: Mapping[str, Location]
    """Where its needs stand."""

    @property
    def file(self) -> str:
        return os.path.join(self.folder, NAME)

    def owns(self, identifier: str) -> bool:
        """Whether the id of a rule or ruleset is in its namespace."""
        return identifier == self.namespace or identifier.startswith(f"{self.namespace}.")


def read_manifest(text: str, folder: str, report: Diagnostics) -> Pack | None:
    """The pack of a folder; None where its manifest is not sound, which is reported."""
    file = os.path.join(folder, NAME)
    before = report.count
    content = read_toml(text, file, report, f"write {_TEXTS['name']}")
    if content is None:
        return None
    for key in content:
        if key not in _TEXTS and key != "needs":
            hint = meant(key, [*_TEXTS, "needs"], "remove it")
            report.add("ME201", f"`{NAME}` has no key `{shown(key)}`", _place(text, file, key), hint)
    values = {key: _text(content, key, text, file, report) for key in _TEXTS}
    needs = _needs(content.get("needs", {}), text, file, report)
    if report.count > before:
        return None
    places = {name: _place(text, file, name) for name in needs}
    return Pack(folder, **values, needs=needs, places=places)


def are_versions(text: str) -> bool:
    """Whether a text is a specifier of PEP 440 that says something."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415

    try:
        return len(SpecifierSet(text)) > 0
    except InvalidSpecifier:
        return False


def unfit(version: str, wanted: str) -> bool:
    """Whether a version is none of those that a specifier takes."""
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415  (only packs need it)

    try:
        return not SpecifierSet(wanted).contains(version, prereleases=True)
    except ValueError:  # a number with thousands of digits
        return True


def check_engine(pack: Pack, report: Diagnostics) -> None:
    """Report that a pack needs another version of modengine."""
    wanted = pack.needs.get("modengine", "")
    if unfit(__version__, wanted):
        message = f"the pack `{pack.name}` {pack.version} needs modengine {wanted}, and this is {__version__}"
        hint = "install a version of either that fits the other"
        report.add("ME312", message, pack.places["modengine"], hint)


def _text(content: Mapping[str, Any], key: str, text: str, file: str, report: Diagnostics) -> str:
    value = content.get(key)
    if value is None:
        report.add("ME202", f"`{NAME}` has no `{key}`", Location(file), f"add {_TEXTS[key]}")
    elif not isinstance(value, str):
        report.add("ME203", f"`{key}` must be a text", _place(text, file, key), f"write {_TEXTS[key]}")
    elif not _GOOD[key](value):
        message = f"`{shown(value)}` is no {key} of a pack"
        report.add("ME205", message, _place(text, file, key), f"write {_TEXTS[key]}")
    else:
        return value
    return ""


def _is_name(value: str) -> bool:
    return len(value) < 100 and re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", value) is not None and len(value) > 1


def _is_version(value: str) -> bool:
    from packaging.version import Version  # noqa: PLC0415

    try:
        Version(value)
    except ValueError:  # among them InvalidVersion
        return False
    return True


def _is_licence(value: str) -> bool:
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression  # noqa: PLC0415

    try:
        canonicalize_license_expression(value)
    except InvalidLicenseExpression:
        return False
    return True


def _is_namespace(value: str) -> bool:
    return len(value) < 100 and re.fullmatch(r"[^\W\d_][\w-]*", value) is not None


_GOOD: Mapping[str, Callable[[str], bool]] = {
    "name": lambda value: _is_name(value) and value != OURS,
    "version": _is_version,
    "licence": _is_licence,
    "namespace": _is_namespace,
}


def _needs(written: object, text: str, file: str, report: Diagnostics) -> dict[str, str]:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415

    if not isinstance(written, dict):
        hint = 'write `[needs]`, and lines such as `modengine = ">=0.1"`'
        report.add("ME203", "`needs` must be a table", _place(text, file, "needs"), hint)
        return {}
    found: dict[str, str] = {}
    for name, wanted in written.items():
        place = _place(text, file, name)
        try:
            if not isinstance(wanted, str):
                raise InvalidSpecifier
            SpecifierSet(wanted)
        except InvalidSpecifier:
            message = f"`{shown(str(wanted))}` names no versions"
            report.add("ME205", message, place, f'write such as `{shown(name)} = ">=1.0,<2"`')
            continue
        if not _is_name(name):
            report.add("ME205", f"`{shown(name)}` is no name of a pack", place, f"write {_TEXTS['name']}")
        else:
            found[name] = wanted
    return found


def _place(text: str, file: str, key: str) -> Location:
    return key_place(text, file, "needs", key)
