"""What an `entity` pattern asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EntityKind = Literal[
    "amount",
    "rate",
    "percent",
    "contact",
    "link",
    "phone",
    "account_number",
    "code",
    "deadline",
    "sender",
    "person",
    "negation",
    "quotation",
    "question",
    "imperative",
]


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of entity and what its value must be; an option that is empty or None asks nothing."""

    kind: EntityKind
    kinds: tuple[str, ...] = ()
    """Of contacts, phones, account numbers and codes."""
    at_least: float | None = None
    at_most: float | None = None
    currencies: tuple[str, ...] = ()
    per: tuple[str, ...] = ()
    within: float | None = None
    """Hours."""
    suffixes: tuple[str, ...] = ()
    shortened: bool = False
    own: bool | None = None
    disguised: bool = False
    names: tuple[str, ...] = ()
    """Texts one of which the name of a sender holds."""
    who: tuple[str, ...] = ()
    number: tuple[str, ...] = ()
