"""What has changed since a study was pinned, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from modengine.errors import InputError
from modengine.lab.study.coded import uncoded
from modengine.lab.study.opened import OpenedStudy
from modengine.lab.study.pin import Pin, complete, make_pin

_MOST = 8
"""Changes that an error names."""
_ENVIRONMENT = ("pinned", "versions", "templates", "amends", "log", "digest")
"""What is not said by the study and what it names."""


def check_pin(opened: OpenedStudy, pin: Pin | None) -> Pin:
    """The pin.  Raises InputError (ME916) unless the study, and all that it names, is as it was pinned."""
    path = opened.study.path
    if pin is None:
        raise InputError(
            "ME916", f"`{path}` is not pinned, so nothing in it is declared yet",
            f"fix what it claims before you look: modengine study pin {path}",
        )  # fmt: skip
    for name, sample in opened.coded.items():
        if not sample.sheets:
            raise uncoded(name, sample)
    found = changes(pin, make_pin(opened, pin.pinned))
    if not found and complete(pin, opened, pin.pinned) is not pin:
        raise InputError(
            "ME916", f"sheets came after `{path}` was pinned on {pin.pinned}, and are not in the pin",
            f"add them before you look; no claim changes: modengine study pin {path}",
        )  # fmt: skip
    if found:
        more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
        raise InputError(
            "ME916", f"`{path}` is not as it was pinned on {pin.pinned}: {'; '.join(found[:_MOST])}{more}",
            f'take it back, or pin it anew and say why: modengine study pin {path} --amend "REASON"',
        )  # fmt: skip
    return pin


def changes(before: Pin, after: Pin) -> tuple[str, ...]:
    """What differs, in words: in the study and what it names, then in what decides."""
    return (*contents(before, after), *environment(before, after))


def contents(before: Pin, after: Pin) -> tuple[str, ...]:
    """What differs in the study and what it names."""
    old, new = (
        {key: value for key, value in msgspec.to_builtins(pin).items() if key not in _ENVIRONMENT}
        for pin in (before, _as_coded(before, after))
    )
    return tuple(_differences(_by_name(old), _by_name(new)))


def _as_coded(before: Pin, after: Pin) -> Pin:
    """The later pin with what an earlier one could not say yet: sheets that were still to come are no change."""
    coded = {}
    for name, new in after.coded.items():
        old = before.coded.get(name)
        sheets = {
            key: None if old and key in old.sheets and old.sheets[key] is None else s for key, s in new.sheets.items()
        }
        coded[name] = msgspec.structs.replace(new, sheets=sheets, added=old.added if old else None)
    return msgspec.structs.replace(after, coded=coded)


def environment(before: Pin, after: Pin) -> tuple[str, ...]:
    """What decides otherwise though every file is the same: another modengine, another library."""
    found = []
    for name, policy in before.policies.items():
        now = after.policies.get(name)
        if now is not None and now.revision != policy.revision and now.files == policy.files:
            which = ", ".join(other_versions(before.versions, after.versions)) or "the tables or code of modengine"
            found.append(f"policy {name} is decided by another engine (its files are the same): {which}")
    if before.templates != after.templates and _uses_templates(before):
        found.append("the sentence templates of fairness are others: they come with modengine")
    return tuple(found)


def _uses_templates(pin: Pin) -> bool:
    asked = any(outcome.figure == "unequal-templates" for outcome in pin.outcomes.values())
    return asked or "fairness" in pin.explore


def other_versions(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """`regex 2025.7.34, now 2025.9.1`, a package each."""
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"{name} {before.get(name, 'absent')}, now {after.get(name, 'absent')}"


def _by_name(content: dict[str, Any]) -> dict[str, Any]:
    """Files by their names; without digests that others explain."""
    for policy in content["policies"].values():
        policy.pop("revision")
        policy["files"] = {file["name"]: file["sha256"] for file in policy["files"]}
    for corpus in content["corpora"].values():
        corpus.pop("digest")
        corpus["files"] = {f"{at}. {file['name']}": file["sha256"] for at, file in enumerate(corpus["files"], 1)}
    for sample in content["coded"].values():
        sample["files"] = {"key.json": sample.pop("key"), **sample.pop("sheets")}
    return content


def _differences(old: Any, new: Any, at: tuple[str, ...] = ()) -> Iterator[str]:
    """`outcomes.caught.bound was 0.5, is 0.4`."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            here = (*at, key)
            if key not in new:
                yield f"{_path(here)} is gone"
            elif key not in old:
                yield f"{_path(here)} is new"
            else:
                yield from _differences(old[key], new[key], here)
    elif old != new:
        is_file = at[2:3] == ("files",)
        yield f"{_path(at)} has another content" if is_file else f"{_path(at)} was {_shown(old)}, is {_shown(new)}"


def _path(at: tuple[str, ...]) -> str:
    return f"{'.'.join(at[:2])}: {' '.join(at[3:])}" if at[2:3] == ("files",) else ".".join(at)


def _shown(value: Any) -> str:
    text = msgspec.json.encode(value).decode("utf-8")
    return text if len(text) <= 60 else f"{text[:59]}…"
