"""What the expressions of a kind find in a text, as the engines would read it."""

from __future__ import annotations

from functools import cache
from typing import Any

import regex

from modengine.engine.match.linear import Linear, linear
from modengine.entities.expressions import expressions, longest
from modengine.entities.model import Entity
from modengine.text.normalize import plain_view
from modengine.text.undisguised import undisguised_view


@cache
def package(source: str) -> Any:
    return regex.compile(source, regex.I)


def automaton(source: str) -> Linear:
    made = linear(source, False)
    assert made is not None, source
    return made


def undisguised(text: str) -> str:
    plain = plain_view(text).text
    view = undisguised_view(plain)
    return plain if view is None else view.text


def found(asked: Entity, text: str) -> list[str]:
    """The undisguised texts of the entities, from left to right."""
    shown = undisguised(text)
    spans = [match.span() for source in expressions(asked) for match in package(source).finditer(shown)]
    return [shown[start:end] for start, end in longest([span for span in spans if span[0] < span[1]])]
