"""The pin of a study: what was asked, claimed and given, fixed before anybody looked.

`STUDY.pin.json` beside the study holds every declared outcome, the revision and file digests of every policy, the
digest, files and reading of every corpus, split, seed and correction; `digest` is the SHA-256 of all of it as
canonical JSON.  A comment of `study.yaml`, its title, authors, licence and note are not pinned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from modengine.errors import InputError
from modengine.lab.data.card import Card
from modengine.lab.data.corpus import Columns
from modengine.lab.data.templates import shipped_templates
from modengine.lab.study.model import StudyOutcome
from modengine.lab.study.opened import OpenedStudy
from modengine.lab.study.versions import installed

LARGEST = 5_000_000
"""Bytes of a pin."""
_MOST = 8
"""Changes that an error names."""
_ENVIRONMENT = ("pinned", "versions", "templates", "amends", "log", "digest")
"""What is not said by the study and what it names."""


class PinnedFile(msgspec.Struct, frozen=True):
    """A file by its content."""

    name: str
    """Relative, with `/`."""
    size: int
    sha256: str


class PinnedPolicy(msgspec.Struct, frozen=True):
    policy: str
    revision: str
    files: tuple[PinnedFile, ...]
    """The first is the policy itself."""


class PinnedCorpus(msgspec.Struct, frozen=True):
    digest: str
    files: tuple[PinnedFile, ...]
    columns: dict[str, Any]
    """How it is read: `Columns` as plain data."""
    sample: int | None
    rows: int


class Amended(msgspec.Struct, frozen=True):
    """A pin that this one takes the place of."""

    digest: str
    pinned: str
    reason: str


class Logged(msgspec.Struct, frozen=True):
    """Where an audit log holds the digest."""

    origin: str
    record: int
    time: str


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """A study as it was pinned."""

    format: Literal[1] = 1
    kind: Literal["modengine.study.pin"] = "modengine.study.pin"
    study: str
    pinned: str
    """When, by the clock of who pinned it."""
    questions: dict[str, str]
    outcomes: dict[str, StudyOutcome]
    policies: dict[str, PinnedPolicy]
    corpora: dict[str, PinnedCorpus]
    split: Literal["none", "halves"]
    seed: int
    correction: Literal["holm", "holm-by-question"]
    explore: tuple[str, ...]
    templates: str
    """The digest of the sentence templates of `fairness`."""
    versions: dict[str, str]
    amends: tuple[Amended, ...] = ()
    """Former pins, oldest first."""
    digest: str = ""
    """`sha256:` of all but this and `log`."""
    log: Logged | None = None


def pin_path(study: Path) -> Path:
    """`talk.pin.json` for `talk.yaml`."""
    return study.with_suffix(".pin.json")


def make_pin(opened: OpenedStudy, pinned: str, amends: tuple[Amended, ...] = ()) -> Pin:
    """The pin of a study as it is now; `pinned` is the time."""
    study = opened.study
    pin = Pin(
        study=study.name,
        pinned=pinned,
        questions=dict(study.questions),
        outcomes=dict(study.outcomes),
        policies={name: _policy(opened, name) for name in opened.engines},
        corpora={name: _corpus(opened, name) for name in opened.corpora},
        split=study.split,
        seed=study.seed,
        correction=study.correction,
        explore=study.explore,
        templates=shipped_templates().digest,
        versions=installed(),
        amends=amends,
    )
    return msgspec.structs.replace(pin, digest=digest_of(pin))


def digest_of(pin: Pin) -> str:
    """`sha256:` of the canonical JSON of a pin without its digest and its place in a log."""
    plain = msgspec.structs.replace(pin, digest="", log=None)
    return "sha256:" + hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()


def _policy(opened: OpenedStudy, name: str) -> PinnedPolicy:
    engine = opened.engines[name]
    files = tuple(PinnedFile(f.path, len(f.data), hashlib.sha256(f.data).hexdigest()) for f in engine.policy.files)
    return PinnedPolicy(engine.policy.id, engine.revision, files)


def _corpus(opened: OpenedStudy, name: str) -> PinnedCorpus:
    corpus, card = opened.corpora[name], opened.cards[name]
    sample = opened.study.corpora[name].sample
    return PinnedCorpus(corpus.digest, _files(card), plain_columns(card.columns), sample, len(corpus))


def plain_columns(columns: Columns) -> dict[str, Any]:
    """How a corpus is read, as plain data."""
    return msgspec.json.decode(msgspec.json.encode(columns), type=dict[str, Any])


def _files(card: Card) -> tuple[PinnedFile, ...]:
    return tuple(PinnedFile(file.name, file.stat().st_size, sha256_of(file)) for file in card.files)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def encode_pin(pin: Pin) -> bytes:
    return msgspec.json.format(msgspec.json.encode(pin, order="sorted"), indent=2) + b"\n"


def read_pin(path: Path) -> Pin | None:
    """The pin of a file; None where there is none.  Raises InputError (ME916) where it is no pin, or was changed."""
    if not path.exists():
        return None
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise InputError("ME916", f"`{path}` is no pin of a study", "pin the study: modengine study pin")
    try:
        pin = msgspec.json.decode(path.read_bytes(), type=Pin)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            "ME916", f"`{path}` is no pin of a study: {error}", "take back the file as it was made"
        ) from None
    if digest_of(pin) != pin.digest:
        what = f"`{path}` was changed after it was made: its digest is of something else"
        raise InputError("ME916", what, "take back the file as it was made")
    return pin


def check_pin(opened: OpenedStudy, pin: Pin | None) -> Pin:
    """The pin.  Raises InputError (ME916) unless the study, and all that it names, is as it was pinned."""
    path = opened.study.path
    if pin is None:
        raise InputError(
            "ME916", f"`{path}` is not pinned, so nothing in it is declared yet",
            f"fix what it claims before you look: modengine study pin {path}",
        )  # fmt: skip
    found = changes(pin, make_pin(opened, pin.pinned))
    if found:
        more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
        raise InputError(
            "ME916", f"`{path}` is not as it was pinned on {pin.pinned}: {'; '.join(found[:_MOST])}{more}",
            'take it back, or pin it anew and say why: modengine study pin --amend "REASON"',
        )  # fmt: skip
    return pin


def changes(before: Pin, after: Pin) -> tuple[str, ...]:
    """What differs, in words: in the study and what it names, then in what decides."""
    return (*contents(before, after), *environment(before, after))


def contents(before: Pin, after: Pin) -> tuple[str, ...]:
    """What differs in the study and what it names."""
    old, new = (
        {key: value for key, value in msgspec.to_builtins(pin).items() if key not in _ENVIRONMENT}
        for pin in (before, after)
    )
    return tuple(_differences(_by_name(old), _by_name(new)))


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
