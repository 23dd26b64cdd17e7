"""What an entity's value is: its text, as an expression found it, to numbers and names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from modengine.entities import tables
from modengine.entities.numbers import RANGE_MARKS, Number, numbers

YUAN = "CNY"


@dataclass(frozen=True, slots=True)
class Reading:
    """A value: from `low` to `high` of a unit.  None for a number that is masked."""

    low: float | None
    high: float | None
    currency: str = ""
    per: str = ""


@cache
def _units_of_money() -> dict[str, tuple[str, float]]:
    return {text: (currency, float(factor)) for text, currency, factor, _ in tables.rows("money.tsv")}


@cache
def _units() -> dict[str, tuple[str, float, str]]:
    return {text: (unit, float(factor), form) for text, unit, factor, form in tables.rows("units.tsv")}


@cache
def _longest(name: str) -> int:
    return max(map(len, tables.words(name)))


def _at(text: str, place: int, table: dict[str, object] | dict[str, tuple[str, float]], longest: int) -> str:
    """The longest text of a table that stands at a place; empty for none."""
    for length in range(min(longest, len(text) - place), 0, -1):
        if text[place : place + length] in table:
            return text[place : place + length]
    return ""


def amount(text: str) -> Reading:
    """A sum of money; 张 and its like are hundreds."""
    return _sum(text, numbers(text))


def _sum(text: str, found: list[Number]) -> Reading:
    money, longest = _units_of_money(), _longest("money.tsv")
    currency = ""
    for place in range(len(text)):
        if unit := _at(text, place, money, longest):
            currency = money[unit][0]
            break
    currency = currency or YUAN
    if not found:
        return Reading(None, None, currency)
    first = found[0]
    factor, after = _factor(text, first.end)
    if len(found) == 1:
        return Reading(first.low * factor, first.high * factor, currency)
    second = found[1]
    second_factor, end = _factor(text, second.end)
    between = text[after : second.start].strip()
    if between and all(mark in RANGE_MARKS for mark in between):
        low = first.low * (factor if after > first.end else second_factor)
        if first.scale == 1 and second.scale > 1 and first.high < second.high / second.scale + 1:
            low *= second.scale
        return Reading(min(low, second.low * second_factor), second.high * second_factor, currency)
    if after > first.end and not between and second.high < 10:  # 3块5, 3块5毛
        rest = second.low * (second_factor if end > second.end else 0.1)
        return Reading(first.low * factor + rest, first.high * factor + rest, currency)
    return Reading(first.low * factor, first.high * factor, currency)


def _factor(text: str, place: int) -> tuple[float, int]:
    """How many of the currency the unit behind a number is, and where that unit ends."""
    for about in ("出头", "多", "来", "余"):
        if text.startswith(about, place):
            place += len(about)
            break
    at = place + 1 if text[place : place + 1] == " " else place
    unit = _at(text, at, _units_of_money(), _longest("money.tsv"))
    return (_units_of_money()[unit][1], at + len(unit)) if unit else (1.0, place)


_SUMS = {"百": 100.0, "千": 1_000.0, "万": 10_000.0}
_EVERY = ("时间", "time"), ("pay", "pay")


def rate(text: str) -> Reading:
    """Money for one unit of time, of work or of a sum."""
    found = numbers(text)
    if text[:1] == "每" and text[1:2] in _SUMS and found and found[0].start == 1:
        return _with_unit(_sum(text[found[0].end :], numbers(text[found[0].end :])), 1.0, "sum")
    for form in ("time", "pay", "piece"):
        read = _per(text, found, form)
        if read is not None:
            return read
    return Reading(None, None, YUAN)


def _per(text: str, found: list[Number], form: str) -> Reading | None:
    """The rate by units of a form, the one that leaves a sum beside it."""
    units, longest = _units(), _longest("units.tsv")
    place = 0
    while place < len(text):
        unit = _at(text, place, units, longest)
        if not unit or units[unit][2] != form:
            place += max(1, len(unit) if unit and units[unit][2] == "pay" else 1)
            continue
        name, factor, _ = units[unit]
        begin, end = place, place + len(unit)
        before = text[:begin]
        half = 0.5 if before.endswith("半") else 0.0
        stem = before.removesuffix("半")
        stem = stem.removesuffix("个")
        if half and stem.endswith("半"):
            stem = stem.removesuffix("半")
        count, numbers_left = 1.0, found
        counted = next((n for n in found if n.end == len(stem)), None) if form != "pay" else None
        if counted is not None:
            rest = [n for n in found if n is not counted]
            cut = text[counted.start : counted.end]
            if rest or not (len(cut) > 1 and cut[-1] in "一1"):
                count, numbers_left = counted.low + half, rest
                span = counted.start, end
            else:  # 三百一次: the one belongs to the unit
                numbers_left = numbers(text[: counted.end - 1])
                count, span = 1.0 + half, (counted.end - 1, end)
        else:
            count = half or 1.0
            span = len(stem), end
        if not numbers_left:
            place = end
            continue
        outside = text[: span[0]] if numbers_left[0].end <= span[0] else text[span[1] :]
        read = _sum(outside, numbers(outside))
        if read.low is None:
            place = end
            continue
        return _with_unit(read, count * factor, name)
    return None


def _with_unit(read: Reading, count: float, per: str) -> Reading:
    if read.low is None or read.high is None or count <= 0:
        return Reading(None, None, read.currency, per)
    return Reading(read.low / count, read.high / count, read.currency, per)


def percent(text: str) -> Reading:
    """A percentage."""
    per_mille = "‰" in text or "千分之" in text
    bare = text.replace("百分之", "").replace("千分之", "")
    found = numbers(bare)
    if not found:
        return Reading(None, None)
    low, high = found[0].low, found[-1].high
    if "成" in text:
        low, high = low * 10, found[0].high * 10
        if text[-1:] == "半":
            low, high = low + 5, high + 5
        elif len(found) > 1:
            tail = found[1].low
            low, high = (low + tail, high + tail) if "成" in bare[: found[1].start] else (low, found[1].high * 10)
    return Reading(low / 10, high / 10) if per_mille else Reading(low, high)


@cache
def _spans() -> dict[str, float]:
    return {text: float(hours) for text, hours in tables.rows("spans.tsv")}


_HOURS = {"分钟": 1 / 60, "小时": 1.0, "钟头": 1.0, "h": 1.0, "工作日": 24.0, "天": 24.0, "周": 168.0, "星期": 168.0, "礼拜": 168.0, "月": 744.0}


def deadline(text: str) -> Reading:
    """Hours from the message to the end of the time that it gives."""
    spans = _spans()
    for length in range(len(text), 0, -1):
        if text[:length] in spans:
            hours = spans[text[:length]]
            return Reading(hours, hours)
    if "内" in text or "不到" in text:
        for unit, hours in _HOURS.items():
            place = text.find(unit)
            if place >= 0:
                stem = text[:place].removesuffix("个").strip()
                if stem.endswith("半"):
                    return Reading(hours / 2, hours / 2)
                found = numbers(stem)
                if found:
                    return Reading(found[0].low * hours, found[0].high * hours)
    if "下周" in text:
        return Reading(336.0, 336.0)
    if text.startswith(("明", "今", "当")):
        hours = 48.0 if text.startswith("明") else 24.0
        return Reading(hours, hours)
    if "周" in text:
        return Reading(168.0, 168.0)
    if any(mark in text for mark in "日号月"):
        return Reading(744.0, 744.0)
    return Reading(24.0, 24.0)
