"""Repeating a study from its package, where the corpora are: each figure and each decision that differs is named.

A package is somebody else's: its files are held to the digests in its metadata, lead out of its folder nowhere, and
are regular files; its policies and cards are read as any others are.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from urllib.parse import unquote

import msgspec

from modengine.errors import InputError
from modengine.explain.json import from_json
from modengine.lab.data.card import read_card
from modengine.lab.data.stamp import Stamp
from modengine.lab.package.crate import METADATA
from modengine.lab.package.pack import (
    DECISIONS,
    LOCK,
    PIN,
    RESULTS,
    STUDY,
    coded_in_package,
    encoded,
    packaged,
    packaged_engine,
    retold,
)
from modengine.lab.package.table import decisions_csv, read_decisions
from modengine.lab.study.changes import contents, environment, other_versions
from modengine.lab.study.coded import StudyCoded
from modengine.lab.study.decided import Told
from modengine.lab.study.measure import StudyFigure
from modengine.lab.study.opened import OpenedStudy, open_study
from modengine.lab.study.pin import Pin, make_pin, read_pin, sha256_of
from modengine.lab.study.read import read_study
from modengine.lab.study.repeated import DecisionDifference, FigureDifference, StudyVerification
from modengine.lab.study.run import OutcomeResult, StudyResult, StudyRun, run_study
from modengine.lab.study.versions import ROOT, lock
from modengine.version import __version__

_K = TypeVar("_K")
_V = TypeVar("_V")
LARGEST = 1 << 30
"""Bytes of a file of a package."""
NEAR = 1e-9
"""Relative: figures that are nearer are the same, since libraries of other machines round otherwise."""
_LOCKED = re.compile(r"^([a-z0-9-]+)==([\w.!+-]+)$", re.ASCII | re.MULTILINE)
_SAID = ("study", "title", "pinned", "amended", "half", "correction", "questions", "policies", "pools")


@dataclass(frozen=True)
class Package:
    """A package whose files are as its metadata says."""

    folder: Path
    names: tuple[str, ...]
    pin: Pin
    result: StudyResult


def read_package(folder: Path) -> Package:
    """Raises InputError: ME905 where there is none, ME917 where a file of it is missing, changed or no file."""
    if not folder.is_dir():
        raise InputError("ME905", f"there is no folder `{folder}`", "give the folder of a package")
    names = tuple(_files(folder))
    for name in (STUDY, PIN, RESULTS, DECISIONS):
        if name not in names:
            raise _broken(folder, f"its metadata names no `{name}`")
    pin = read_pin(folder / PIN)
    assert pin is not None
    if not all(policy.files for policy in pin.policies.values()):
        raise _broken(folder, f"`{PIN}` has a policy without files")
    try:
        result = from_json((folder / RESULTS).read_bytes(), StudyResult)
    except (ValueError, RecursionError) as error:
        raise _broken(folder, f"`{RESULTS}` holds no results: {error}") from None
    if result.pin != pin.digest:
        raise _broken(folder, f"`{RESULTS}` is of another pin than `{PIN}`")
    for known in (
        [one.outcome for one in result.outcomes], [one.name for one in result.coded], [f.known for f in result.figures]
    ):  # fmt: skip
        if len(set(known)) < len(known):
            raise _broken(folder, f"`{RESULTS}` has a figure twice")
    return Package(folder, names, pin, result)


def _files(folder: Path) -> Iterator[str]:
    """The files that the metadata names, each as it says."""
    path = folder / METADATA
    if not path.is_file():
        raise InputError("ME917", f"`{folder}` is no package of a study: it has no `{METADATA}`", "see docs/study.md")
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("it is too large")
        graph = json.loads(path.read_bytes())["@graph"]
        entities = [(unquote(e["@id"]), int(e["contentSize"]), e["sha256"]) for e in graph if e.get("@type") == "File"]
        for name, *_ in entities:
            name.encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise _broken(folder, f"`{METADATA}` cannot be understood: {error}") from None
    root = folder.resolve()
    for name, size, sha256 in entities:
        file = folder / name.replace("\0", "")
        outside = PurePosixPath(name).is_absolute() or not file.resolve().is_relative_to(root)
        if outside or file.is_symlink():
            raise _broken(folder, f"`{name}` leads out of it")
        if not file.is_file():
            raise _broken(folder, f"`{name}` is missing")
        if size > LARGEST or file.stat().st_size != size or sha256_of(file) != sha256:
            raise _broken(folder, f"`{name}` is not as its metadata says")
        yield name


def _broken(folder: Path, what: str) -> InputError:
    return InputError(
        "ME917", f"the package `{folder}` is damaged: {what}", "fetch it again from where it was published"
    )


def found_files(pin: Pin, folders: Sequence[Path]) -> Mapping[str, tuple[Path, ...]]:
    """The files of each corpus, found by size and SHA-256 in folders and the folders in them.

    A file must keep its suffix, which says how it is read.  Raises InputError (ME917) for one that is not there.
    """
    wanted = {
        (file.size, Path(file.name).suffix.lower(), file.sha256)
        for corpus in pin.corpora.values()
        for file in corpus.files
    }
    kinds = {kind[:2] for kind in wanted}
    found: dict[tuple[int, str, str], Path] = {}
    for path in _walked(folders):
        kind = (path.stat().st_size, path.suffix.lower())
        if kind in kinds and (key := (*kind, sha256_of(path))) in wanted:
            found.setdefault(key, path)
    files: dict[str, tuple[Path, ...]] = {}
    for name, corpus in pin.corpora.items():
        keys = [(file.size, Path(file.name).suffix.lower(), file.sha256) for file in corpus.files]
        absent = [file for file, key in zip(corpus.files, keys, strict=True) if key not in found]
        if absent:
            file = absent[0]
            what = f"no file in {_listed(folders)} has the content of `{file.name}`"
            raise InputError(
                "ME917", f"the corpus `{name}` is not here: {what}",
                f"look for {file.size:,} bytes with the SHA-256 {file.sha256}, and give its folder with --data, which "
                "may be repeated",
            )  # fmt: skip
        files[name] = tuple(found[key] for key in keys)
    return files


def _walked(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        if not folder.is_dir():
            raise InputError("ME905", f"there is no folder `{folder}`", "give a folder with corpora")
        for parent, _, names in sorted(os.walk(folder)):
            yield from (path for name in sorted(names) if (path := Path(parent) / name).is_file())


def _listed(folders: Sequence[Path]) -> str:
    return ", ".join(f"`{folder}`" for folder in folders)


def open_package(package: Package, folders: Sequence[Path]) -> OpenedStudy:
    """The study of a package, its corpora found in the folders.

    Raises InputError (ME917) where the package is not the study that was pinned; PolicyError.
    """
    pin = package.pin
    files = found_files(pin, folders)
    study = read_study(package.folder / STUDY)
    mains = {name: package.folder / next(iter(packaged(pin, name))) for name in pin.policies}
    coded = {name: coded_in_package(package.folder, name, ref) for name, ref in study.coded.items()}
    said = (path for ref in coded.values() for path in (ref.key, *ref.sheets, *([ref.settled] if ref.settled else [])))
    for name in (*mains.values(), *(package.folder / f"cards/{name}.yaml" for name in pin.corpora), *said):
        if name.relative_to(package.folder).as_posix() not in package.names:
            raise _broken(package.folder, f"its metadata names no `{name.relative_to(package.folder).as_posix()}`")
    if set(study.policies) != set(mains) or set(study.corpora) != set(pin.corpora):
        raise _broken(package.folder, f"`{STUDY}` names other policies or corpora than were pinned")
    cards = {name: read_card(package.folder / f"cards/{name}.yaml", files[name]) for name in study.corpora}
    engines = {name: packaged_engine(package.folder, pin, name) for name in study.policies}
    opened = open_study(study, engines, cards, coded)
    differ = contents(pin, as_found(opened, pin))
    if differ:
        raise _broken(package.folder, f"it is not the study that was pinned: {'; '.join(differ[:8])}")
    return opened


def as_found(opened: OpenedStudy, pin: Pin) -> Pin:
    """The pin of a study in a package, with the names that its corpora and its rule files had."""
    now = make_pin(opened, pin.pinned)
    policies = {}
    for name, policy in now.policies.items():
        called = packaged(pin, name)
        folder = os.path.dirname(next(iter(called)))
        there = [os.path.normpath(f"{folder}/{file.name}").replace(os.sep, "/") for file in policy.files]
        files = (
            msgspec.structs.replace(file, name=called.get(at, file.name))
            for file, at in zip(policy.files, there, strict=True)
        )
        policies[name] = msgspec.structs.replace(policy, files=tuple(files))
    corpora = {
        name: msgspec.structs.replace(corpus, files=pin.corpora[name].files) for name, corpus in now.corpora.items()
    }
    coded = {
        name: msgspec.structs.replace(one, added=pin.coded[name].added if name in pin.coded else None)
        for name, one in now.coded.items()
    }
    return msgspec.structs.replace(now, policies=policies, corpora=corpora, coded=coded)


def verify_package(
    package: Package, folders: Sequence[Path], *, command: str = "", told: Told = lambda _: None
) -> StudyVerification:
    """Measures everything again and compares; what is made of the results only where this version made it.

    Raises as `open_package`.
    """
    opened = open_package(package, folders)
    run = run_study(opened, package.pin, command=command, told=told, repeated=True)
    now = as_found(opened, package.pin)
    decisions, differ = _decisions(package, run)
    figures_differ = (*_figures(package.result, run.result), *_said_otherwise(package, run.result))
    versions = other_versions(package.pin.versions, now.versions)
    return StudyVerification(
        run.result.stamp,
        run.result.study,
        package.pin.digest,
        package.pin.pinned,
        len(package.result.figures) + len(package.result.outcomes) + len(package.result.coded),
        decisions,
        figures_differ,
        differ,
        tuple(dict.fromkeys((*environment(package.pin, now), *versions))),
        _not_compared(package),
        not figures_differ and not differ,
    )


def _not_compared(package: Package) -> str:
    made_by = package.result.engine
    if made_by == __version__:
        return ""
    return (
        f"the tables, the page and README.txt were not compared with {RESULTS}: modengine {made_by} made them, and "
        f"this is {__version__}, which may write them otherwise; install {made_by} to compare them"
    )


def _said_otherwise(package: Package, here: StudyResult) -> Iterator[FigureDifference]:
    """What the results say beside their figures, and the files that were made of them."""
    packed, expected = package.result, _expected(package, here)
    for old, new, parts in ((packed, expected, _SAID), (packed.stamp, expected.stamp, Stamp.__struct_fields__)):
        for part in parts:
            if (was := getattr(old, part)) != (now := getattr(new, part)):
                yield FigureDifference(RESULTS, part, str(was), str(now))
    made = {LOCK: _lock(package), **({} if _not_compared(package) else retold(packed))}
    for name, text in made.items():
        if name not in package.names or (package.folder / name).read_bytes() != encoded(text):
            yield FigureDifference(name, "content", "another", f"what modengine makes of {RESULTS}")


def _expected(package: Package, here: StudyResult) -> StudyResult:
    """What the results should say: revisions as pinned, and where corpora lie and what was typed as it was there."""
    pinned, packed = package.pin.policies, package.result.stamp
    policies = tuple(msgspec.structs.replace(one, revision=pinned[one.name].revision) for one in here.policies)
    first = {corpus.name: corpus.first_unreadable for corpus in packed.corpora}
    corpora = tuple(
        msgspec.structs.replace(one, first_unreadable=first.get(one.name, "")) for one in here.stamp.corpora
    )
    stamp = msgspec.structs.replace(here.stamp, command=packed.command, revision=policies[0].revision, corpora=corpora)
    return msgspec.structs.replace(here, stamp=stamp, policies=policies)


def _lock(package: Package) -> str:
    """What the lock should be: the version that made the results, and others by name and version alone."""
    path = package.folder / LOCK
    text = path.read_bytes().decode("utf-8", "replace") if LOCK in package.names else ""
    return lock({**dict(_LOCKED.findall(text)), ROOT: package.result.engine})


def _figures(packed: StudyResult, here: StudyResult) -> Iterator[FigureDifference]:
    for outcome, (old, new) in _pairs({o.outcome: o for o in packed.outcomes}, {o.outcome: o for o in here.outcomes}):
        yield from _numbers(f"outcome {outcome}", old, new)
    for name, (packed_one, here_one) in _pairs({c.name: c for c in packed.coded}, {c.name: c for c in here.coded}):
        sides = (None if one is None else msgspec.structs.replace(one, coders=()) for one in (packed_one, here_one))
        yield from _numbers(f"coded sample {name}", *sides)
    figures = _pairs({f.known: f for f in packed.figures}, {f.known: f for f in here.figures})
    for _, (was, now) in figures:
        figure = was or now
        assert figure is not None
        yield from _numbers(figure.words(), was, now)


def _pairs(old: Mapping[_K, _V], new: Mapping[_K, _V]) -> Iterator[tuple[_K, tuple[_V | None, _V | None]]]:
    yield from ((key, (old.get(key), new.get(key))) for key in dict.fromkeys((*old, *new)))


def _numbers(
    what: str,
    old: StudyFigure | OutcomeResult | StudyCoded | None,
    new: StudyFigure | OutcomeResult | StudyCoded | None,
) -> Iterator[FigureDifference]:
    if old is None or new is None:
        sides = ("there", None) if new is None else (None, "there")
        yield FigureDifference(what, "figure", *sides)
        return
    was, now = _flat(old), _flat(new)
    for part in was:
        if not _same(was[part], now[part]):
            yield FigureDifference(what, part, _said(was[part]), _said(now[part]))


def _flat(figure: StudyFigure | OutcomeResult | StudyCoded) -> dict[str, Any]:
    """The parts of a figure, those of its estimate among them."""
    content = msgspec.to_builtins(figure)
    return {**content.pop("found", {}), **content}


def _same(old: object, new: object) -> bool:
    if isinstance(old, float) and isinstance(new, float | int):
        return math.isclose(old, new, rel_tol=NEAR, abs_tol=1e-12)
    return old == new


def _said(value: object) -> str:
    return repr(value) if isinstance(value, float) else "–" if value is None else str(value)


def _decisions(package: Package, run: StudyRun) -> tuple[int, tuple[DecisionDifference, ...]]:
    """How many decisions were compared, and those that differ."""
    try:
        packed = read_decisions((package.folder / DECISIONS).read_bytes())
    except ValueError as error:
        raise _broken(package.folder, f"`{DECISIONS}` holds no decisions: {error}") from None
    here = read_decisions(decisions_csv(run.decisions))
    found: list[DecisionDifference] = []
    for key, (old, new) in _pairs(packed, here):
        if old != new:
            corpus, policy, number = key
            name = (old or new or {}).get("id") or ""
            found.append(DecisionDifference(corpus, policy, number, name, _decided(old), _decided(new)))
    return len(packed.keys() | here.keys()), tuple(found)


def _decided(row: Mapping[str, str] | None) -> str:
    if row is None:
        return "no such row"
    return " ".join(filter(None, (row.get("action"), row.get("rules"))))
