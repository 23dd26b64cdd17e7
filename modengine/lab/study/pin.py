"""The pin of a study: what was asked, claimed and given, fixed before anybody looked.

`STUDY.pin.json` beside the study holds every declared outcome, the revision and file digests of every policy, the
digest, files and reading of every corpus, split, seed and correction; `digest` is the SHA-256 of all of it as
canonical JSON.  A comment of `study.yaml`, its title, authors, licence and note are not pinned.

A coded sample is pinned by its key, and by what each coder said.  Where the coders are not done, their sheets are
pinned by their names, and what they say is added to the pin later (`complete`): the digest of the pin before that can
be worked out from it (`before_coding`), so that whoever was given that one sees that no claim has changed since.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from modengine.audit.records.record import plain
from modengine.errors import InputError
from modengine.explain.json import as_json, from_json
from modengine.lab.data.card import Card
from modengine.lab.data.corpus import Columns
from modengine.lab.data.templates import shipped_templates
from modengine.lab.study.coded import CodedSample
from modengine.lab.study.model import StudyOutcome, Weigh
from modengine.lab.study.opened import OpenedStudy
from modengine.lab.study.versions import installed
from modengine.policy.files import shipped_in
from modengine.policy.model import Policy
from modengine.policy.packs.find import OURS, homes

LARGEST = 5_000_000
"""Bytes of a pin."""


class PinnedFile(msgspec.Struct, frozen=True):
    """A file by its content."""

    name: str
    """Relative, with `/`; `PACK:PATH` where it came with modengine or with an installed pack, wherever that is."""
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


class PinnedPool(msgspec.Struct, frozen=True):
    corpora: tuple[str, ...]
    weigh: Weigh


class PinnedCoded(msgspec.Struct, frozen=True):
    """A coded sample by its key, and by what was said."""

    policy: str
    corpus: str
    sample: str
    key: str
    """The SHA-256 of its key.json."""
    sheets: dict[str, str | None]
    """The SHA-256 of each table of codes (`study.coded`); null where the coders were not done."""
    beyond: bool
    added: str | None = None
    """When the sheets were added, where they came after the pin."""


class Amended(msgspec.Struct, frozen=True):
    """A pin that this one takes the place of."""

    digest: str
    pinned: str
    reason: str


class Logged(msgspec.Struct, frozen=True):
    """Where an audit log holds the digest, or that before sheets were added."""

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
    pools: dict[str, PinnedPool] = {}
    coded: dict[str, PinnedCoded] = {}
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
        pools={name: PinnedPool(pool.corpora, pool.weigh) for name, pool in study.pools.items()},
        coded={name: _coded(sample) for name, sample in opened.coded.items()},
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
    """`sha256:` of the canonical JSON of a pin without its digest, its place in a log, and what it has none of."""
    whole = msgspec.to_builtins(msgspec.structs.replace(pin, digest="", log=None))
    said = {key: value for key, value in whole.items() if value or key not in ("pools", "coded")}
    return "sha256:" + hashlib.sha256(plain(said)).hexdigest()


def complete(pin: Pin, opened: OpenedStudy, time: str) -> Pin:
    """The pin with the sheets that were still to come when it was made; the same pin where none has come."""
    coded = {
        name: msgspec.structs.replace(old, sheets=new, added=time)
        for name, old in pin.coded.items()
        if None in old.sheets.values() and None not in (new := opened.coded[name].digests).values()
    }
    if not coded:
        return pin
    found = msgspec.structs.replace(pin, coded={**pin.coded, **coded})
    return msgspec.structs.replace(found, digest=digest_of(found))


def before_coding(pin: Pin) -> str | None:
    """The digest of the pin before any sheet was added to it; None where none was."""
    if not any(one.added for one in pin.coded.values()):
        return None
    coded = {
        name: msgspec.structs.replace(one, sheets=dict.fromkeys(one.sheets), added=None) if one.added else one
        for name, one in pin.coded.items()
    }
    return digest_of(msgspec.structs.replace(pin, coded=coded))


def _policy(opened: OpenedStudy, name: str) -> PinnedPolicy:
    engine = opened.engines[name]
    files = tuple(
        PinnedFile(named, len(f.data), hashlib.sha256(f.data).hexdigest())
        for named, f in zip(pinned_names(engine.policy), engine.policy.files, strict=True)
    )
    return PinnedPolicy(engine.policy.id, engine.revision, files)


def pinned_names(policy: Policy) -> tuple[str, ...]:
    """What a pin calls the files of a policy, in their order: the same on every machine."""
    away = any(file.path.startswith("..") or os.path.isabs(file.path) for file in policy.files)
    known = homes() if away else {}
    if not any(shipped_in(file.data) for file in policy.files):
        known.pop(OURS, None)  # the shipped rules are named by a path
    return tuple(_pinned_name(file.path, os.path.dirname(policy.path), known) for file in policy.files)


def _pinned_name(path: str, folder: str, known: Mapping[str, str]) -> str:
    file = os.path.realpath(os.path.join(folder, path))
    inside = ((pack, home) for pack, home in known.items() if file.startswith(home + os.sep))
    return next((f"{pack}:{os.path.relpath(file, home).replace(os.sep, '/')}" for pack, home in inside), path)


def _corpus(opened: OpenedStudy, name: str) -> PinnedCorpus:
    corpus, card = opened.corpora[name], opened.cards[name]
    sample = opened.study.corpora[name].sample
    return PinnedCorpus(corpus.digest, _files(card), plain_columns(card.columns), sample, len(corpus))


def _coded(sample: CodedSample) -> PinnedCoded:
    ref = sample.ref
    key = hashlib.sha256(sample.key_file).hexdigest()
    return PinnedCoded(ref.policy, ref.corpus, sample.key.sample, key, sample.digests, ref.beyond)


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
    return f"{as_json(msgspec.to_builtins(pin, order='sorted'))}\n".encode()


def read_pin(path: Path) -> Pin | None:
    """The pin of a file; None where there is none.  Raises InputError (ME916) where it is no pin, or was changed."""
    if not path.exists():
        return None
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise InputError("ME916", f"`{path}` is no pin of a study", "pin the study: modengine study pin")
    try:
        pin = from_json(path.read_bytes(), Pin)
    except (ValueError, RecursionError) as error:
        raise InputError(
            "ME916", f"`{path}` is no pin of a study: {error}", "take back the file as it was made"
        ) from None
    if digest_of(pin) != pin.digest:
        what = f"`{path}` was changed after it was made: its digest is of something else"
        raise InputError("ME916", what, "take back the file as it was made")
    return pin
