"""What an `entity` pattern asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

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
ENTITY_KINDS: tuple[EntityKind, ...] = get_args(EntityKind)
SUBKINDS: dict[EntityKind, tuple[str, ...]] = {
    "contact": ("wechat", "qq", "phone", "telegram", "handle", "qr", "app"),
    "phone": ("mobile", "landline", "hotline", "service", "foreign"),
    "account_number": ("card", "id", "tail"),
    "code": ("verification", "pickup", "invitation"),
}
"""What `kind` may name of each kind."""
CURRENCIES = ("CNY", "USD", "USDT", "HKD", "EUR", "GBP", "JPY", "KRW", "THB", "RUB", "TWD", "AUD", "CAD")
PER = ("hour", "day", "week", "month", "year", "piece", "sum")
WHO = ("first", "second", "third")
NUMBER = ("singular", "plural")
OPTIONS: dict[EntityKind, tuple[str, ...]] = {
    "amount": ("at_least", "at_most", "currency"),
    "rate": ("at_least", "at_most", "currency", "per"),
    "percent": ("at_least", "at_most"),
    "contact": ("kind", "disguised"),
    "link": ("suffix", "shortened", "own"),
    "phone": ("kind",),
    "account_number": ("kind",),
    "code": ("kind",),
    "deadline": ("within",),
    "sender": ("in",),
    "person": ("who", "number"),
    "negation": (),
    "quotation": (),
    "question": (),
    "imperative": (),
}
"""What each kind may be asked beside itself."""


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
    """Whether a link leads to a domain of the sender that the message claims."""
    disguised: bool = False
    names: tuple[str, ...] = ()
    """Texts one of which the name of a sender holds."""
    who: tuple[str, ...] = ()
    number: tuple[str, ...] = ()
