"""What an entity's value is: its text, as an expression found it, to numbers and names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from modengine.entities.numbers import RANGE_MARKS, Number, numbers
from modengine.entities.tables import WordTable, rows

YUAN = "CNY"


@dataclass(frozen=True, slots=True)
class EntityValue:
    """A value: from `low` to `high` of a unit.  None for a number that is masked."""

    low: float | None
    high: float | None
    currency: str = ""
    per: str = ""


@cache
def _money() -> WordTable[tuple[str, float]]:
    return WordTable.of((text, (currency, float(factor))) for text, currency, factor, _ in rows("money.tsv"))


@cache
def _units() -> WordTable[tuple[str, float, str]]:
    return WordTable.of((text, (unit, float(factor), form)) for text, unit, factor, form in rows("units.tsv"))


def amount(text: str) -> EntityValue:
    """A sum of money; 张 and its like are hundreds."""
    text = text.replace(" ", "")
    return _sum(text, numbers(text))


def _sum(text: str, found: list[Number]) -> EntityValue:
    named = _money().first(text)
    currency = YUAN if named is None else named[0]
    if not found:
        return EntityValue(None, None, currency)
    first = found[0]
    factor, after = _factor(text, first.end)
    if len(found) == 1:
        return EntityValue(first.low * factor, first.high * factor, currency)
    second = found[1]
    second_factor, end = _factor(text, second.end)
    between = text[after : second.start].strip()
    if between and all(mark in RANGE_MARKS for mark in between):
        low = first.low * (factor if after > first.end else second_factor)
        if first.scale == 1 and second.scale > 1 and first.high < second.high / second.scale + 1:
            low *= second.scale
        return EntityValue(min(low, second.low * second_factor), second.high * second_factor, currency)
    if after > first.end and not between and second.high < 10:  # 3块5, 3块5毛
        rest = second.low * (second_factor if end > second.end else 0.1)
        return EntityValue(first.low * factor + rest, first.high * factor + rest, currency)
    return EntityValue(first.low * factor, first.high * factor, currency)


def _factor(text: str, place: int) -> tuple[float, int]:
    """How many of the currency the unit behind a number is, and where that unit ends."""
    for about in ("出头", "多", "来", "余"):
        if text.startswith(about, place):
            place += len(about)
            break
    at = place + 1 if text[place : place + 1] in ("个", "大", "现") else place
    if text.startswith("大张", place):
        at = place
    unit = _money().at(text, at)
    return (1.0, place) if unit is None else (unit[1][1], at + unit[0])


_SPENT = ("充", "满", "存", "投")
_PAID = tuple("元块返给送减收提次字")
"""What follows a sum for which, or the count of words or times for which, money is given."""


def rate(text: str) -> EntityValue:
    """Money for one unit of time, of work or of a sum."""
    text = text.replace(" ", "").replace("毎", "每")
    found = numbers(text)
    if len(found) > 1 and _is_for_a_sum(text, found[0]):
        rest = text[found[0].end :]
        return _with_unit(_sum(rest, numbers(rest)), 1.0, "sum")
    for form in ("time", "pay", "piece", "counted"):
        read = _per(text, found, form)
        if read is not None:
            return read
    return EntityValue(None, None, YUAN)


def _is_for_a_sum(text: str, number: Number) -> bool:
    """Whether money is given for a number that stands first: 每百元返3, 每充100返20, 一万返200."""
    follows = text[number.end : number.end + 1]
    if text[:1] != "每":
        return number.start == 0 and number.scale > 1 and follows in ("返", "给")
    return (number.start == 1 or text[1 : number.start] in _SPENT) and follows in _PAID


def _per(text: str, found: list[Number], form: str) -> EntityValue | None:
    """The rate by the first unit of a form that leaves a sum before or behind it."""
    place = 0
    while place < len(text):
        length, (name, factor, kind) = _units().at(text, place) or (0, ("", 0.0, ""))
        coin = _money().at(text, place)
        coined = 0 if coin is None else coin[0]
        if coined > length or kind != form:
            place += max(1, coined, length if kind == "pay" else 0)
            continue
        end = place + length
        start, count = (place, 1.0) if form == "pay" else _count(text, place, found)
        for outside in (text[:start], text[end:]):
            sums = numbers(outside)
            if sums:
                return _with_unit(_sum(outside, sums), count * factor, name)
        place = end
    return None


def _count(text: str, place: int, found: list[Number]) -> tuple[int, float]:
    """Where the count before a unit begins, and the count: 1.5 of 一个半小时."""
    stem = text[:place]
    half = 0.0
    if stem.endswith("半个"):
        return place - 2, 0.5
    if stem.endswith("半"):
        half, stem = 0.5, stem.removesuffix("半")
    stem = stem.removesuffix("个")
    counted = next((number for number in found if number.end == len(stem)), None)
    if counted is None:
        return len(stem), half or 1.0
    is_rest = len(found) == 1 or text[counted.start - 1 : counted.start] in ("块", "元")
    if counted.end - counted.start > 1 and stem[-1] in "一1" and is_rest:  # 三百一次, 三块五一斤: the one is the unit's
        return len(stem) - 1, 1.0 + half
    return counted.start, counted.low + half


def _with_unit(read: EntityValue, count: float, per: str) -> EntityValue:
    if read.low is None or read.high is None or count <= 0:
        return EntityValue(None, None, read.currency, per)
    return EntityValue(read.low / count, read.high / count, read.currency, per)


def percent(text: str) -> EntityValue:
    """A percentage."""
    per_mille = "‰" in text or "千分之" in text
    bare = text.replace("百分之", "").replace("千分之", "").replace("个百分点", "")
    found = numbers(bare)
    if not found:
        return EntityValue(None, None)
    low, high = found[0].low, found[-1].high
    if "成" in text:
        low, high = low * 10, found[0].high * 10
        if text[-1:] == "半":
            low, high = low + 5, high + 5
        elif len(found) > 1:
            tail = found[1].low
            low, high = (low + tail, high + tail) if "成" in bare[: found[1].start] else (low, found[1].high * 10)
    return EntityValue(low / 10, high / 10) if per_mille else EntityValue(low, high)


@cache
def _spans() -> WordTable[float]:
    return WordTable.of((text, float(hours)) for text, hours in rows("spans.tsv"))


HOURS = {
    "分钟": 1 / 60,
    "小时": 1.0,
    "钟头": 1.0,
    "h": 1.0,
    "工作日": 24.0,
    "天": 24.0,
    "日": 24.0,
    "周": 168.0,
    "星期": 168.0,
    "礼拜": 168.0,
    "月": 744.0,
}


DATES = {
    "下周": 336.0,
    "明": 48.0,
    "今": 24.0,
    "当": 24.0,
    "周": 168.0,
    "年": 8784.0,
    "日": 744.0,
    "号": 744.0,
    "月": 744.0,
}
"""Of a date or a time of day: the first that stands in it tells the hours."""


def deadline(text: str) -> EntityValue:
    """Hours from the message to the end of the time that it gives."""
    if (span := _spans().at(text, 0)) is not None:
        return EntityValue(span[1], span[1])
    if any(word in text for word in ("内", "不到", "后", "限时", "仅剩")):
        for unit, hours in HOURS.items():
            place = text.find(unit)
            if place >= 0:
                stem = text[:place].removesuffix("个").strip()
                if stem.endswith("半"):
                    return EntityValue(hours / 2, hours / 2)
                found = numbers(stem)
                if found:
                    return EntityValue(found[0].low * hours, found[0].high * hours)
    hours = next((hours for mark, hours in DATES.items() if mark in text), 24.0)
    return EntityValue(hours, hours)
