"""The tables that values are read by, as plain data for the compiled core (`core/src/entities/tables.rs`)."""

from __future__ import annotations

import msgspec

from modengine.entities.links import DOTS, MASKS
from modengine.entities.numbers import RANGE_MARKS
from modengine.entities.tables import rows
from modengine.entities.values import DATES, HOURS


def encoded() -> bytes:
    """In MessagePack: numerals, units of money, units of rates, spans of time, channels and senders; and what stands in
    the code of links, ranges and times.
    """
    return msgspec.msgpack.encode(
        (
            [(text, role, float(value)) for text, role, value in rows("numerals.tsv")],
            [(text, currency, float(factor)) for text, currency, factor, _ in rows("money.tsv")],
            [(text, unit, float(factor), form) for text, unit, factor, form in rows("units.tsv")],
            [(text, float(hours)) for text, hours in rows("spans.tsv")],
            [(text, disguised == "1") for text, _, disguised, _ in rows("contacts.tsv")],
            [(name, domains.split(" ")) for name, domains in rows("senders.tsv")],
            MASKS,
            DOTS,
            RANGE_MARKS,
            list(HOURS.items()),
            list(DATES.items()),
        )
    )
