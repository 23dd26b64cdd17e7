"""Reading `study.yaml`.

study: shop-talk
questions: {Q1: Does it catch the lures?}
policies: {small: small.yaml}        # a file beside this one, or the name of a shipped policy
corpora: {shop: shop.yaml, group: group.yaml}   # cards
pools: {both: [shop, group]}
coded: {people: {policy: small, corpus: group, key: coding/key.json, sheets: [anna.csv, ben.csv]}}
outcomes:
  caught: {question: Q1, figure: recall, policy: small, corpus: shop, category: fraud, action: label, at-least: 0.5}
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modengine.errors import Location, PolicyError
from modengine.lab.data.card import scalars
from modengine.lab.study.keys import STUDY
from modengine.lab.study.model import (
    FIGURES,
    CodedRef,
    CorpusPool,
    CorpusRef,
    Direction,
    Study,
    StudyOutcome,
)
from modengine.lab.study.problems import problems
from modengine.paths import shipped_rules
from modengine.policy.files import Files, find_policy
from modengine.policy.nodes import yaml
from modengine.policy.nodes.diagnostics import Diagnostics, ReadingEnds


def read_study(path: str | Path) -> Study:
    """Reads a study.  Raises PolicyError with all that is wrong in the file; what it names is read later."""
    file = os.path.normpath(path)
    report = Diagnostics()
    files = Files(file, report)
    root: yaml.Node | None = None
    try:
        root = files.nodes(file, None)
        is_text = isinstance(root, yaml.Scalar) and not root.value.startswith("study")
        if is_text or (isinstance(root, yaml.Mapping) and root.get("study") is None):
            assert root is not None
            report.add("ME202", "this is no study", root.place, "a study begins with `study: NAME`")
            raise PolicyError(report.found)
        checked = STUDY.check(root, "a study", report) if root is not None else None
    except ReadingEnds:
        checked = None
    if report.found or checked is None:
        raise PolicyError(report.found)
    study = _made(Path(file), checked, (files.text(file, None) or "").splitlines())
    wrong = tuple(problems(study))
    if wrong:
        raise PolicyError(wrong)
    return study


def _made(path: Path, node: yaml.Mapping, lines: list[str]) -> Study:
    def text(key: str, otherwise: str = "") -> Any:
        found = node.get(key)
        return found.value if isinstance(found, yaml.Scalar) else otherwise

    return Study(
        path,
        text("study"),
        text("title"),
        _texts(node.get("authors")),
        text("licence"),
        text("note"),
        scalars(node.get("questions")),
        {key: _policy(path, named) for key, named in scalars(node.get("policies")).items()},
        {key: _corpus(path, value) for key, value in _entries(node, "corpora")},
        {key: _pool(value) for key, value in _entries(node, "pools")},
        {key: _coded(path, value) for key, value in _entries(node, "coded") if isinstance(value, yaml.Mapping)},
        text("split", "none"),
        int(text("seed", "1")),
        text("correction", "holm"),
        _texts(node.get("explore")),
        {key: _outcome(value) for key, value in _entries(node, "outcomes") if isinstance(value, yaml.Mapping)},
        dict(_places(node)),
        tuple(lines),
    )


def _texts(node: yaml.Node | None) -> tuple[str, ...]:
    items = node.items if isinstance(node, yaml.Sequence) else ()
    return tuple(item.value for item in items if isinstance(item, yaml.Scalar))


def _entries(node: yaml.Mapping, key: str) -> Iterator[tuple[str, yaml.Node]]:
    found = node.get(key)
    if isinstance(found, yaml.Mapping):
        yield from ((name.value, value) for name, value in found.entries)


def _places(node: yaml.Mapping, around: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Location]]:
    for key, value in node.entries:
        here = (*around, key.value)
        yield here, value.place if isinstance(value, yaml.Scalar) else key.place
        if isinstance(value, yaml.Mapping):
            yield from _places(value, here)


def _policy(study: Path, named: str) -> Path:
    """A file beside the study, else the shipped policy of that name, or that of a pack.  Raises PolicyError."""
    beside = study.parent / named
    if "/" not in named and not beside.exists() and (packed := find_policy(named)) is not None:
        return Path(packed)
    shipped = shipped_rules() / f"{named.removesuffix('.yaml')}.yaml"
    return shipped if not beside.exists() and Path(named).name == named and shipped.exists() else beside


def _corpus(study: Path, node: yaml.Node) -> CorpusRef:
    if isinstance(node, yaml.Scalar):
        return CorpusRef(study.parent / node.value)
    assert isinstance(node, yaml.Mapping)
    texts = scalars(node)
    return CorpusRef(study.parent / texts["card"], int(texts["sample"]) if "sample" in texts else None)


def _pool(node: yaml.Node) -> CorpusPool:
    if not isinstance(node, yaml.Mapping):
        return CorpusPool(_texts(node))
    corpora = _texts(node.get("corpora"))
    return CorpusPool(corpora, "corpora") if scalars(node).get("weigh") == "corpora" else CorpusPool(corpora)


def _coded(study: Path, node: yaml.Mapping) -> CodedRef:
    texts = scalars(node)
    settled = study.parent / texts["settled"] if "settled" in texts else None
    sheets = tuple(study.parent / name for name in _texts(node.get("sheets")))
    return CodedRef(
        texts["policy"], texts["corpus"], study.parent / texts["key"], sheets, settled, texts.get("beyond") == "true"
    )


def _outcome(node: yaml.Mapping) -> StudyOutcome:
    texts: dict[str, Any] = scalars(node)
    bounds: dict[str, Direction] = {"at-least": "at least", "at-most": "at most"}
    for key, direction in bounds.items():
        if key in texts:
            texts |= {"direction": direction, "bound": float(texts.pop(key))}
    if "margin" in texts:
        texts["bound"] = float(texts.pop("margin"))
    if "direction" in texts:
        texts["direction"] = texts["direction"].replace("-", " ")
    if "strength" in texts:
        texts["strength"] = int(texts["strength"])
    return StudyOutcome(**{**dict(FIGURES[texts["figure"]].otherwise), **texts})
