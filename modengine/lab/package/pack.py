"""A package of a study: all that is needed to repeat it, and no text of a corpus.

ro-crate-metadata.json   what each file is, with its digest; what was run, with which versions
study.yaml, study.pin.json
policies/NAME/           the rule files of each policy; those of modengine and of packs in a folder `packs` in it
cards/NAME.yaml          how each corpus is read
coded/NAME/              the key of each coded sample, and what each coder said of which row
results.json             every figure, unrounded
declared.csv, figures.csv, decisions.csv, report.html
requirements.lock        the versions of the packages
README.txt               how to repeat it
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from modengine.engine.engine import Engine
from modengine.errors import InputError, OutputError
from modengine.explain.json import as_json
from modengine.lab.coding.key import KEY
from modengine.lab.package.crate import METADATA, metadata
from modengine.lab.package.table import decisions_csv
from modengine.lab.report.views.study.run import shown
from modengine.lab.study.coded import SETTLED_TABLE, sheet_table
from modengine.lab.study.model import CodedRef
from modengine.lab.study.opened import OpenedStudy, study_engine
from modengine.lab.study.pin import Pin, encode_pin, pinned_names
from modengine.lab.study.run import StudyResult, StudyRun
from modengine.lab.study.versions import installed, lock
from modengine.run.write.replace import make_folder, said

STUDY, PIN, RESULTS, DECISIONS = "study.yaml", "study.pin.json", "results.json", "decisions.csv"
LOCK = "requirements.lock"
UP = "up"
"""Stands for a folder above that of a policy, where it names files there."""
_README = """\
{name}: {title}

This package holds the declared outcomes, the decisions and the figures of a study, and no text of a corpus.
To repeat it, in the folder of this file, where the corpora are in the folder DATA:

    python -m venv repeat
    repeat/bin/pip install -r requirements.lock
    repeat/bin/modengine study verify . --data DATA

The corpora are found by their digests, whatever they are called; where they lie in several folders, repeat --data.
Pin: {digest}, {pinned}.
"""


def places(name: str, paths: Sequence[str]) -> tuple[str, ...]:
    """Where the rule files of a policy lie in the package, in their order.

    A policy may name rulesets in folders above its own: then it lies so many folders deeper.
    """
    depth = max((path.split("/").count("..") for path in paths), default=0)
    home = "/".join(("policies", name, *[UP] * depth))
    packed = (f"{_home(name, pack)}/{path[len(pack) + 1 :]}" if (pack := _pack(path)) else None for path in paths)
    found = (there or f"{home}/{path}" for there, path in zip(packed, paths, strict=True))
    return tuple(os.path.normpath(path).replace(os.sep, "/") for path in found)


def _pack(path: str) -> str | None:
    """The pack of `PACK:PATH`."""
    pack, colon, _ = path.partition(":")
    return pack if colon and "/" not in pack else None


def _home(name: str, pack: str) -> str:
    return f"policies/{name}/packs/{pack}"


def packaged(pin: Pin, name: str) -> dict[str, str]:
    """What a pin calls the files of a policy, by their places in the package; its own file is the first."""
    names = [file.name for file in pin.policies[name].files]
    return dict(zip(places(name, names), names, strict=True))


def packaged_engine(folder: Path, pin: Pin, name: str, cached: bool = True) -> Engine:
    """The engine of a policy as it lies in the package.  Raises PolicyError."""
    files = packaged(pin, name)
    homes = {pack: str(folder / _home(name, pack)) for named in files.values() if (pack := _pack(named))}
    return study_engine(folder / next(iter(files)), homes, cached)


def coded_in_package(folder: Path, name: str, ref: CodedRef) -> CodedRef:
    """A coded sample as it lies in the package."""
    home = folder / "coded" / name
    sheets = tuple(home / sheet_table(path.stem) for path in ref.sheets)
    return replace(ref, key=home / KEY, sheets=sheets, settled=ref.settled and home / SETTLED_TABLE)


def retold(result: StudyResult) -> dict[str, str]:
    """What is made of the results alone, by name: how to repeat them, tables, a page."""
    readme = _README.format(name=result.study, title=result.title or "a study", digest=result.pin, pinned=result.pinned)
    return {"README.txt": readme, **shown(result)}


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def package_files(opened: OpenedStudy, pin: Pin, run: StudyRun) -> dict[str, bytes]:
    """Every file of the package but its metadata, by name."""
    study = opened.study
    files = {
        STUDY: study.path.read_bytes(),
        PIN: encode_pin(pin),
    }
    for name, engine in opened.engines.items():
        there = places(name, pinned_names(engine.policy))
        files |= dict(zip(there, (source.data for source in engine.policy.files), strict=True))
    for name, ref in study.corpora.items():
        files[f"cards/{name}.yaml"] = ref.card.read_bytes()
    for name, sample in opened.coded.items():
        files[f"coded/{name}/{KEY}"] = sample.key_file
        files |= {f"coded/{name}/{table}": data for table, data in sample.tables.items()}
    files[RESULTS] = as_json(run.result).encode("utf-8") + b"\n"
    files |= {name: encoded(text) for name, text in retold(run.result).items()}
    files[DECISIONS] = decisions_csv(run.decisions)
    files[LOCK] = lock(installed()).encode()
    return files


def write_package(folder: Path, opened: OpenedStudy, pin: Pin, run: StudyRun, time: str) -> tuple[str, ...]:
    """Writes a package into a folder that is new or empty; the names of its files.

    Raises OutputError (ME909); InputError (ME917) where a policy cannot be loaded from the package.
    """
    make_folder(folder)
    if any(folder.iterdir()):
        raise OutputError("ME909", f"`{folder}` is not empty", "name a new folder: a package holds its own files alone")
    files = package_files(opened, pin, run)
    files[METADATA] = metadata(opened.study, pin, run.result, files, time)
    try:
        _write(folder, files, opened, pin)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # or it would be in the way of the next try
        raise
    return tuple(files)


def _write(folder: Path, files: Mapping[str, bytes], opened: OpenedStudy, pin: Pin) -> None:
    for name, data in files.items():
        path = folder / name
        with said(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    for name, engine in opened.engines.items():
        if packaged_engine(folder, pin, name, cached=False).revision != engine.revision:
            what = f"the policy `{name}` is another one when it is loaded from `{folder}`"
            raise InputError("ME917", what, "let it name its files by paths that do not leave its own folder")
