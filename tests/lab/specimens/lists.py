"""Small lists, and the naive reading of one that the matcher is held to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from modengine.lab.data.corpus import Columns, Corpus
from modengine.lab.specimens.card import Specimen, write_specimen
from modengine.lab.specimens.entries import ListEntry, Notation, read_entry
from modengine.lab.specimens.read.importing import ImportOptions, import_specimen
from modengine.lab.specimens.snapshots import import_snapshots, snapshot_series
from modengine.model import Message


def entry(text: str, relieves: tuple[int, ...] = (), *, wildcards: bool = False, **more: str) -> ListEntry:
    """An entry as lists write it."""
    found = read_entry(text, Notation(True, wildcards))
    assert not isinstance(found, str), found
    return ListEntry(found, relieves, **more)  # type: ignore[arg-type]


def specimen(*entries: str | ListEntry, name: str = "fruit", **more: str) -> Specimen:
    made = tuple(entry(one) if isinstance(one, str) else one for one in entries)
    return Specimen(name, made, digest=f"sha256:{name}", path=f"{name}.yaml", **more)  # type: ignore[arg-type]


def corpus_of(texts: Sequence[str], strata: Sequence[str] = ()) -> Corpus:
    """Texts without labels, each a cluster of its own."""
    n = len(texts)
    columns = Columns(stratum="kind") if strata else Columns()
    messages = tuple(map(Message, texts))
    groups = tuple(strata) or ("",) * n
    alone = tuple(map(str, range(n)))
    return Corpus("texts", "sha256:0", columns, messages, ("none",) * n, groups, {}, 0, alone)


def import_one(source: Path, into: Path, name: str) -> Path:
    """The card made of a file or of a folder of snapshots."""
    into.mkdir(exist_ok=True)
    if source.is_dir():
        (series,), _ = snapshot_series(sorted(source.iterdir()))
        return write_specimen(import_snapshots(series, name, ImportOptions()).specimen, into)
    return write_specimen(import_specimen([source], name, ImportOptions()).specimen, into)


def naive(entries: Sequence[ListEntry], text: str) -> set[int]:
    """The numbers from 0 of the entries that would match a text, anywhere and in any case: ten lines, no automaton."""
    lower = text.replace("İ", "i").lower().replace("ς", "σ")

    def stands(text: str) -> bool:
        return text.replace("İ", "i").lower().replace("ς", "σ") in lower

    whole = {n for n, one in enumerate(entries) if all(stands(c.text) for c in one.components)}
    off = {named - 1 for n in whole for named in entries[n].relieves}
    return {n for n in whole - off if not entries[n].relieves}
