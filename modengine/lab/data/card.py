"""Cards: a small YAML file that says what the columns of a corpus mean and what it cannot tell.

    corpus: cold-dev
    title: COLD, development part
    licence: Apache-2.0
    files: [cold_dev.jsonl]
    label: cat
    none: [identity_discussion]
    stratum: topic
    note: offence towards groups only; labels are noisy

A file is looked for beside the card, then in the data folder (`MODENGINE_DATA`, else
`../shared/data` beside a clone).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from modengine.errors import Diagnostic, InputError, Location, PolicyError
from modengine.lab.data.corpus import HARMLESS, About, Columns, Corpus, load
from modengine.policy.nodes import yaml
from modengine.policy.nodes.diagnostics import Diagnostics
from modengine.policy.nodes.record import Either, Entries, Items, Key, Record
from modengine.policy.nodes.shape import Choice, Flag, Name, Text
from modengine.run.read.inputs import read_small

FIGURES = ("precision", "recall", "over-blocking")
"""What a card can forbid.  Without precision there is no F1, no projection and no curve either."""
LARGEST = 100_000
"""Bytes of a card."""
SUFFIXES = (".yaml", ".yml")

_TEXTS = Either(scalar=Text(), items=Items(Text()))
CARD = Record(
    "card",
    {
        "corpus": Key(Name(reserved=()), "its name", required=True),
        "title": Key(Text(), "one line on what it is"),
        "source": Key(Text(), "where it comes from, with its version"),
        "licence": Key(Text(), "the licence of the texts"),
        "files": Key(Items(Text(), least=1), "its files, beside the card or in the data folder", required=True),
        "text": Key(Text(), "the column with the text; `text` without this key"),
        "label": Key(Text(), "the column with the labels"),
        "map": Key(Entries(Text(), key=Text(), noun="a label"), "label to category", beside=("label",)),
        "none": Key(_TEXTS, "labels of harmless rows; `*` for all that nothing else maps", beside=("label",)),
        "stratum": Key(_TEXTS, "the columns by each of which figures are broken down"),
        "cluster": Key(_TEXTS, "the columns; rows that share a value in any of them are not independent"),
        "forbid": Key(Items(Choice(FIGURES)), "figures that the corpus cannot give"),
        "invented": Key(Flag(), "the texts were made up for the project and may be shown"),
        "generated": Key(Flag(), "the texts were made up: results are a simulation"),
        "note": Key(Text(), "what a reader of the figures must know"),
    },
)


@dataclass(frozen=True, slots=True)
class Card:
    """A card as it was read."""

    name: str
    files: tuple[Path, ...]
    columns: Columns
    about: About


def is_card(path: str | Path) -> bool:
    return Path(path).suffix.lower() in SUFFIXES


def read_card(path: str | Path, files: tuple[Path, ...] | None = None) -> Card:
    """Reads a card; `files` in place of those that it names.

    Raises PolicyError with all that is wrong in it, InputError for files that are not there.
    """
    path = Path(path)
    node = _node(path)
    texts = scalars(node)
    columns = Columns(
        text=texts.get("text", "text"),
        label=texts.get("label"),
        map=scalars(node.get("map")),
        none=_list(node.get("none")),
        stratum=_list(node.get("stratum")) or None,
        cluster=_list(node.get("cluster")) or None,
        forbidden=_list(node.get("forbid")),
        invented=texts.get("invented") == "true",
        generated=texts.get("generated") == "true",
    )
    about = About(**{key: texts.get(key, "") for key in ("title", "source", "licence", "note")})
    if files is None:
        files = tuple(_find(path, name) for name in _list(node.get("files")))
    return Card(texts["corpus"], files, columns, about)


def _node(path: Path) -> yaml.Mapping:
    data = read_small(path, LARGEST, "a card", "give the data as JSONL, CSV or Parquet")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("ME904", f"`{path}` is not UTF-8", "save it as UTF-8") from None
    report = Diagnostics()
    root = yaml.parse(text, str(path), report)
    if isinstance(root, yaml.Mapping) and root.get("corpus") is None and (root.get("policy") or root.get("ruleset")):
        place = Location(str(path))
        hint = "give a corpus (JSONL, CSV, Parquet) or a card, which begins with `corpus: NAME`"
        raise PolicyError([Diagnostic("ME202", "this is a rule file, not the card of a corpus", place, hint)])
    checked = CARD.check(root, "a card", report) if root is not None else None
    if report.found or checked is None:
        begins = "a card begins with `corpus: NAME`"
        raise PolicyError([replace(one, hint=begins) if one.code == "ME112" else one for one in report.found])
    return checked


def scalars(node: yaml.Node | None) -> dict[str, str]:
    """The texts of a mapping, by key; of anything else none."""
    entries = node.entries if isinstance(node, yaml.Mapping) else ()
    return {key.value: value.value for key, value in entries if isinstance(value, yaml.Scalar)}


def _list(node: yaml.Node | None) -> tuple[str, ...]:
    if isinstance(node, yaml.Scalar):
        return (node.value,)
    return tuple(i.value for i in node.items if isinstance(i, yaml.Scalar)) if isinstance(node, yaml.Sequence) else ()


def _find(card: Path, name: str) -> Path:
    beside = card.parent / name
    data = data_folder()
    if beside.exists() or data is None:
        if not beside.exists():
            hint = f"`{card.name}` names it: put it beside the card, or set MODENGINE_DATA to its folder"
            raise InputError("ME905", f"there is no file `{name}`", hint)
        return beside
    if not (data / name).exists():
        raise InputError("ME905", f"there is no file `{name}` beside `{card}` nor in `{data}`", "set MODENGINE_DATA")
    return data / name


def load_card(
    card: Card, categories: Sequence[str], columns: Columns | None = None, sample: int | None = None, seed: int = 1
) -> Corpus:
    """The corpus of a card; `columns` in place of its own.

    A label that the card maps to a category that the policy does not have is left out and counted,
    since one card serves many policies.
    """
    columns = columns or card.columns
    known = {value: category for value, category in columns.map.items() if category in (*categories, HARMLESS)}
    return load(
        card.files,
        replace(columns, map=known),
        categories,
        name=card.name,
        about=card.about,
        sample=sample,
        seed=seed,
    )


def data_folder() -> Path | None:
    """The development data: `MODENGINE_DATA`, else `../shared/data` beside a clone; None if absent."""
    named = os.environ.get("MODENGINE_DATA")
    folder = Path(named) if named else Path(__file__).parents[4] / "shared" / "data"
    return folder if folder.is_dir() else None
