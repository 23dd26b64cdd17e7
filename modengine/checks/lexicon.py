"""The lexicon of identity terms: names of who a person is.

Two uses: the guard refuses them as evidence, the lab swaps them to show that they change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class IdentityTerm:
    """A term with its group (`faith`, `region` ...), an English rendering, and how it fits a sentence."""

    term: str
    group: str
    en: str
    form: str
    """person-noun, group-noun, attribute-noun or adjective; see the file's head."""
    variants: tuple[str, ...] = ()


@cache
def lexicon() -> tuple[IdentityTerm, ...]:
    """Every term of `lexicon.yaml`, in its order."""
    text = files("modengine.checks").joinpath("lexicon.yaml").read_text("utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load(text, Loader=loader)  # noqa: S506  (a safe loader, of our own file)
    return tuple(
        IdentityTerm(entry["term"], group, entry["en"], entry["form"], tuple(entry.get("variants", ())))
        for group, content in data["groups"].items()
        for entry in content["terms"]
    )
