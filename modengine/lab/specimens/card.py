"""A specimen as files: a small YAML card, and its entries as JSON Lines beside it.

specimen: chat-client-2014
title: Words of a chat client, as its file of March 2014 has them
source: where it was published
licence: CC-BY-4.0
date: 2014-03-02
found: taken from the program
match: anywhere
effect: unknown
entries: chat-client-2014.jsonl
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal, cast

import msgspec

from modengine.errors import Diagnostic, InputError, Location, PolicyError
from modengine.lab.data.card import LARGEST, SUFFIXES, scalars
from modengine.lab.specimens.entries import ListEntry
from modengine.policy.nodes import yaml
from modengine.policy.nodes.diagnostics import Diagnostics
from modengine.policy.nodes.record import Entries, Key, Record
from modengine.policy.nodes.shape import Choice, Name, Text, Whole
from modengine.run.write.replace import write_bytes, write_text

Effect = Literal["block", "log", "unknown"]
Match = Literal["anywhere", "word"]
Case = Literal["ignore", "exact"]
MOST_ENTRIES = 1_000_000
LARGEST_ENTRIES = 500_000_000
"""Bytes of a file of entries."""
CARD = Record(
    "specimen",
    {
        "specimen": Key(Name(reserved=()), "its name", required=True),
        "title": Key(Text(), "one line on what it is"),
        "source": Key(Text(), "where it was published"),
        "licence": Key(Text(), "the licence under which it was"),
        "date": Key(Text(most=40), "of when it is"),
        "found": Key(Text(), "how it was found: leaked, taken from a program, guessed by tests ..."),
        "match": Key(Choice(("anywhere", "word")), "how its owner matched: a term anywhere in a text, or as a word"),
        "case": Key(Choice(("ignore", "exact")), "whether its owner told large letters from small; `ignore` without"),
        "effect": Key(Choice(("block", "log", "unknown")), "what a match did; some lists only watched"),
        "category": Key(Name(reserved=()), "the category of a corpus it is held against; its name without this key"),
        "entries": Key(Text(), "the file of its entries, beside the card", required=True),
        "snapshots": Key(Text(), "the file of the moments of its snapshots, beside the card"),
        "read": Key(Text(), "how the published form was read, by `modengine specimen import`"),
        "dropped": Key(Entries(Whole(0, 10**9), Text(), "a reason"), "what was no entry, and how many"),
        "note": Key(Text(), "what a reader of the figures must know"),
    },
)


@dataclass(frozen=True, slots=True)
class Specimen:
    """A list that others made."""

    name: str
    entries: tuple[ListEntry, ...]
    title: str = ""
    source: str = ""
    licence: str = ""
    date: str = ""
    found: str = ""
    match: Match = "anywhere"
    case: Case = "ignore"
    effect: Effect = "unknown"
    category: str = ""
    """The category of a corpus that it is held against; empty for its name."""
    snapshots: tuple[str, ...] = ()
    """Moments at which the whole list is known, rising; ISO 8601."""
    read: str = ""
    dropped: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    path: str = ""
    digest: str = ""
    """`sha256:` of its entries and of how they are matched."""


_TEXTS = ("title", "source", "licence", "date", "found", "category", "read", "note")


def is_specimen(path: str | Path) -> bool:
    """Whether a file is the card of a specimen: YAML that begins a line with `specimen:`."""
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return False
    with path.open("rb") as file:
        return any(
            line.startswith(b"specimen:") for line in file.read(LARGEST).removeprefix(b"\xef\xbb\xbf").split(b"\n")
        )


def read_specimens(paths: Sequence[str | Path]) -> tuple[Specimen, ...]:
    """The specimens of cards, and of all cards in folders, by name.

    Raises InputError for a folder without any, and for two of one name; PolicyError for a card that is wrong.
    """
    found: dict[str, Specimen] = {}
    for path in map(Path, paths):
        cards = sorted(p for p in path.rglob("*") if is_specimen(p)) if path.is_dir() else [path]
        if not cards:
            raise InputError("ME905", f"`{path}` holds no card of a specimen", "make some: modengine specimen import")
        for card in cards:
            specimen = read_specimen(card)
            if found.setdefault(specimen.name, specimen) is not specimen:
                other = found[specimen.name].path
                raise InputError(
                    "ME911", f"`{other}` and `{card}` are both named `{specimen.name}`", "rename one in its card"
                )
    return tuple(found.values())


def read_specimen(path: str | Path) -> Specimen:
    """Reads a card and its entries.

    Raises PolicyError with all that is wrong in the card, InputError for files that are not there or not readable.
    """
    path = Path(path)
    node = _node(path)
    texts = scalars(node)
    entries, raw = _entries(path.parent / texts["entries"], path)
    snapshots = _snapshots(path.parent / texts["snapshots"], path) if "snapshots" in texts else ()
    _check(entries, snapshots, path.parent / texts["entries"])
    match, case = cast(Match, texts.get("match", "anywhere")), cast(Case, texts.get("case", "ignore"))
    effect = cast(Effect, texts.get("effect", "unknown"))
    ways = "\n".join((match, case, effect, texts.get("category", ""), *snapshots))
    return Specimen(
        texts["specimen"], entries, match=match, case=case, effect=effect, snapshots=snapshots, path=str(path),
        dropped={reason: int(rows) for reason, rows in scalars(node.get("dropped")).items()},
        digest="sha256:" + sha256(sha256(raw).digest() + ways.encode()).hexdigest(),
        **{key: texts.get(key, "") for key in _TEXTS},
    )  # fmt: skip


def _node(path: Path) -> yaml.Mapping:
    text = _bytes(path, LARGEST, path).decode("utf-8-sig", "replace")
    report = Diagnostics()
    root = yaml.parse(text, str(path), report)
    if root is not None and not (isinstance(root, yaml.Mapping) and root.get("specimen") is not None):
        hint = "a card begins with `specimen: NAME`; make one: modengine specimen import"
        raise PolicyError([Diagnostic("ME202", "this is no card of a specimen", Location(str(path)), hint)])
    checked = CARD.check(root, "a card", report) if root is not None else None
    if report.found or checked is None:
        raise PolicyError(report.found)
    return checked


def _bytes(path: Path, most: int, card: Path) -> bytes:
    hint = "check the path" if path == card else f"`{card}` names it: put it beside the card"
    try:
        if path.exists() and not path.is_file():
            raise InputError("ME905", f"`{path}` is no regular file", hint)
        if path.stat().st_size > most:
            raise InputError("ME906", f"`{path}` is larger than {most:,} bytes", "part it into several specimens")
        return path.read_bytes()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise InputError("ME905", f"`{path}` cannot be read: {why}", hint) from None


def _entries(path: Path, card: Path) -> tuple[tuple[ListEntry, ...], bytes]:
    raw = _bytes(path, LARGEST_ENTRIES, card)
    decoder = msgspec.json.Decoder(ListEntry)
    found: list[ListEntry] = []
    for number, line in enumerate(raw.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            entry = decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InputError(
                "ME906", f"`{path}`, line {number}: {error}", "entries are written by modengine specimen import"
            ) from None
        if not entry.components or not all(component.text for component in entry.components):
            raise InputError("ME906", f"`{path}`, line {number}: an entry without a text", "every component has a text")
        found.append(entry)
        if len(found) > MOST_ENTRIES:
            raise InputError(
                "ME906", f"`{path}` has more than {MOST_ENTRIES:,} entries", "part it into several specimens"
            )
    if not found:
        raise InputError("ME911", f"`{path}` has no entry", "a specimen has at least one")
    return tuple(found), raw


def _snapshots(path: Path, card: Path) -> tuple[str, ...]:
    return tuple(_bytes(path, LARGEST_ENTRIES, card).decode("utf-8", "replace").split())


def _check(entries: Sequence[ListEntry], snapshots: Sequence[str], path: Path) -> None:
    for number, entry in enumerate(entries, 1):
        if any(not 1 <= named <= len(entries) for named in entry.relieves):
            raise InputError("ME906", f"`{path}`: entry {number} relieves an entry that is not there", "count from 1")
        if any(not 0 <= a <= b < len(snapshots) for a, b in entry.runs):
            raise InputError(
                "ME906", f"`{path}`: entry {number} stands in a snapshot that is not there", "see the card"
            )
    if list(snapshots) != sorted(set(snapshots)):
        raise InputError(
            "ME906", f"the snapshots of `{path}` do not rise", "one moment a line, each later than the last"
        )


def write_specimen(specimen: Specimen, folder: str | Path) -> Path:
    """Writes the card, the entries and the moments of the snapshots into a folder; the path of the card.

    Raises OutputError (ME909).
    """
    folder = Path(folder)
    name = specimen.name
    encoder = msgspec.json.Encoder()
    write_bytes(folder / f"{name}.jsonl", b"".join(encoder.encode(entry) + b"\n" for entry in specimen.entries))
    if specimen.snapshots:
        write_text(folder / f"{name}.snapshots", "".join(f"{moment}\n" for moment in specimen.snapshots))
    keys: dict[str, object] = {"specimen": name}
    keys |= {key: value for key in ("title", "source", "licence", "date", "found") if (value := getattr(specimen, key))}
    keys |= {"match": specimen.match, "case": specimen.case, "effect": specimen.effect}
    keys |= {"category": specimen.category} if specimen.category else {}
    keys |= {"entries": f"{name}.jsonl"}
    keys |= {"snapshots": f"{name}.snapshots"} if specimen.snapshots else {}
    keys |= {key: value for key in ("read", "note") if (value := getattr(specimen, key))}
    card = "".join(f"{key}: {_scalar(str(value))}\n" for key, value in keys.items())
    if specimen.dropped:
        card += "dropped:\n" + "".join(f"  {_scalar(why)}: {count}\n" for why, count in specimen.dropped.items())
    path = folder / f"{name}.yaml"
    write_bytes(path, card.encode("utf-8", "replace"))
    return path


def _scalar(text: str) -> str:
    """A YAML text: JSON's, quoted where it is more than letters, digits and plain signs."""
    if text.replace("-", "").replace("_", "").replace(".", "").isalnum() and text.isascii() and not text[0].isdigit():
        return text
    return msgspec.json.encode(text).decode()
