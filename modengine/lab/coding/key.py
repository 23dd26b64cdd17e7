"""The key of a sample: what each row of the sheets is, and what it stands for.  Coders do not see it."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec

from modengine.errors import InputError
from modengine.explain.json import from_json
from modengine.lab.data.stamp import Stamp
from modengine.model import Action

By = Literal["action", "category", "stratum"]
FORMAT = 1
KEY = "key.json"
"""The file of a key, in the folder of its sample."""


class FrameCell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows of the corpus that are alike to the design: one stratum, one decision, one value of the column."""

    stratum: str
    """Of the design: rows were drawn within it, all with the same probability."""
    value: str
    """Of the stratum column of the corpus; empty without one."""
    actions: tuple[Action, ...]
    """What each category asked for."""
    rows: int
    drawn: int


class KeyRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row that is to be coded."""

    id: str
    """In the sheets."""
    row: int
    """In the corpus, from 1."""
    message: str | None
    """The id of the message, where it has one."""
    cell: int
    """Number in `cells`, from 0."""
    probability: float
    """Of being drawn."""
    cluster: int
    """Rows of one cluster are not independent of one another."""
    sheets: tuple[int, ...]
    """The coders, from 1, who get it."""


class HitShare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much the corpus tells of the share of rows that are hit, beyond itself."""

    value: str
    """Of the stratum column, or `(all)`."""
    category: str
    action: Action
    effective_n: float


class SampleKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that an estimate needs beside the sheets.  It holds no text."""

    format: int
    sample: str
    """Begins every id of the sheets: a digest of the rest, so that a key that was edited is found."""
    stamp: Stamp
    by: tuple[By, ...]
    coders: int
    categories: tuple[str, ...]
    reach: dict[str, tuple[Action, ...]]
    """The actions that each category can take."""
    cells: tuple[FrameCell, ...]
    rows: tuple[KeyRow, ...]
    shares: tuple[HitShare, ...]

    @property
    def size(self) -> int:
        """Rows of the corpus."""
        return sum(cell.rows for cell in self.cells)


def sample_id(key: SampleKey) -> str:
    """`s` and eight hexadecimal digits: of everything but the command line and the ids of the sheets."""
    plain = msgspec.to_builtins(key)
    plain["stamp"]["command"] = plain["sample"] = ""
    for row in plain["rows"]:
        row["id"] = row["id"].rpartition("-")[2]
    encoded = json.dumps(plain, sort_keys=True, ensure_ascii=False)
    return "s" + sha256(encoded.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def coded_stamp(measurement: str, key: SampleKey | None, seed: int, command: str = "") -> Stamp:
    """The stamp of a result from coded sheets: that of the sample, as far as it is known."""
    if key is None:
        return Stamp(measurement, "(none)", "(none)", (), seed, command)
    return msgspec.structs.replace(key.stamp, measurement=measurement, seed=seed, command=command)


def key_path(path: Path) -> Path:
    """The key of a sample, where the folder of the sample may be named."""
    return path / KEY if path.is_dir() else path


def read_key(path: str | Path) -> SampleKey:
    """The key of a sample: its key.json, or the folder of the sample.

    Raises InputError (ME911) for a file that is no key, or one that was edited.
    """
    path = key_path(Path(path))
    hint = "give the key.json that `modengine sample` wrote beside the sheets"
    if not path.is_file():
        raise InputError("ME905", f"there is no file `{path}`", hint)
    try:
        key = from_json(path.read_bytes(), SampleKey)
    except (ValueError, RecursionError) as error:
        raise InputError("ME911", f"`{path}` is not the key of a sample: {error}".lower(), hint) from None
    if key.format != FORMAT:
        raise InputError("ME911", f"`{path}` is a key of format {key.format}, not {FORMAT}", "draw the sample again")
    if sample_id(key) != key.sample:
        raise InputError("ME911", f"`{path}` was changed after the sample was drawn", hint)
    return key
