"""The lexicon of identity terms: names of who a person is.

Two uses: the guard refuses them as evidence, the lab swaps them to show that they change nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from modengine.engine.match.part import reduce
from modengine.text.normalize import plain

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The static site has none in C: there the lexicon is JSON, which is YAML too."""


@dataclass(frozen=True, slots=True)
class IdentityTerm:
    """A term with its group (`faith`, `region` ...), an English rendering, and how it fits a sentence."""

    term: str
    group: str
    en: str
    form: str
    """person-noun, group-noun, attribute-noun, adjective, name or event; see the file's head."""
    variants: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    """Words that are free: longer ones that hold the term (律师函 for 律师), others that sound like it."""

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.term, *self.variants)


@cache
def lexicon() -> tuple[IdentityTerm, ...]:
    """Every term of `lexicon.yaml`, in its order."""
    text = files("modengine.checks").joinpath("lexicon.yaml").read_text("utf-8")
    data = json.loads(text) if text.startswith("{") else yaml.load(text, Loader=_LOADER)  # noqa: S506  (safe, our own)
    return tuple(_term(group, entry) for group, content in data["groups"].items() for entry in content["terms"])


def _term(group: str, entry: dict[str, Any]) -> IdentityTerm:
    longer = {name: tuple(entry.get(name, ())) for name in ("variants", "besides")}
    return IdentityTerm(entry["term"], group, entry["en"], entry["form"], **longer)


@cache
def identity_forms() -> dict[str, IdentityTerm]:
    """Every form of every term, normalised and with gaps closed."""
    forms: dict[str, IdentityTerm] = {}
    for term in lexicon():
        for form in term.forms:
            forms.setdefault(reduce(plain(form)), term)
    return forms
