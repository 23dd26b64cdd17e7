"""Numbers as they are typed in Chinese messages: 1,200, 1.5万, 三百五, 五k, 一个w, 几百, 三四千, 4位数.

Source: GB/T 15835-2011 for the written forms; the spoken ones (三百五 for 350) are everyday usage.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from modengine.entities import tables

DIGITS_RUN = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)"
SCALES = "(?:个?[百千万亿kw])"
HAN = "[零〇一二两俩三仨四五六七八九几数十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]"
PLACES = "[一二两三四五六七八九2-9]位数"
NUMBER = (
    rf"(?:{PLACES}|{DIGITS_RUN}(?:{SCALES}+(?:[0-9]+|[一二三四五六七八九](?![0-9]))?)?[百千]?"
    rf"|{HAN}{{1,14}}(?:来[万亿])?(?:个?[kw])?)"
)
"""A number, as an expression on the undisguised view."""
RANGE_MARKS = "-~—–到至"


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text, `[start, end)`; `low` and `high` differ where it is a range or says `few`."""

    start: int
    end: int
    low: float
    high: float
    scale: float = 1.0
    """By what its digits were multiplied at the end: 10,000 in 3万."""


@cache
def numerals() -> dict[str, tuple[str, float]]:
    """The role and the value of each numeral."""
    return {text: (role, float(value)) for text, role, value in tables.rows("numerals.tsv")}


def numbers(text: str) -> list[Number]:
    """All numbers of a text, from left to right."""
    found: list[Number] = []
    at = 0
    while at < len(text):
        if _is_digit(text[at]):
            number = _in_digits(text, at)
        elif _role(text[at]) and text[at] not in "kw":
            number = _in_han(text, at)
        else:
            at += 1
            continue
        if text.startswith("位数", number.end) and number.low == number.high and 1 <= number.low <= 12:
            places = int(number.low)
            number = Number(number.start, number.end + 2, 10.0 ** (places - 1), 10.0**places - 1)
        found.append(number)
        at = number.end
    return found


def _is_digit(char: str) -> bool:
    return "0" <= char <= "9"


def _role(char: str) -> str:
    return numerals().get(char, ("", 0.0))[0]


def _run(text: str, at: int) -> str:
    return "".join(takewhile(_is_digit, text[at:]))


def _in_digits(text: str, start: int) -> Number:
    written = _run(text, start)
    end = start + len(written)
    while text[end : end + 1] == "," and len(group := _run(text, end + 1)) == 3:
        written += group
        end += 4
    if text[end : end + 1] == "." and (fraction := _run(text, end + 1)):
        written += "." + fraction
        end += 1 + len(fraction)
    value = float(written)
    scale, end = _scales(text, end)
    value *= scale
    if scale > 1:
        tail = _run(text, end)
        if not tail and _role(text[end : end + 1]) == "digit":
            tail = str(int(numerals()[text[end]][1]))
            after = end + 1
        else:
            after = end + len(tail)
        if tail:
            smaller, last = _scales(text, after)
            if smaller > 1:
                value, end = value + float(tail) * smaller, last
            elif len(tail) == 1:
                value, end = value + float(tail) * scale / 10, after
            elif float(tail) < scale:
                value, end = value + float(tail), after
    return Number(start, end, value, value, scale)


def _scales(text: str, at: int) -> tuple[float, int]:
    """By what the scales that stand there multiply, and where they end."""
    scale = 1.0
    while True:
        place = at + 1 if text[at : at + 1] == "个" and not text.startswith("个百分", at) else at
        char = text[place : place + 1]
        if _role(char) != "scale":
            return scale, at
        scale *= numerals()[char][1]
        at = place + 1


def _in_han(text: str, start: int) -> Number:
    end = start
    while end < len(text) and _role(text[end]) and text[end] not in "kw":
        end += 1
    low, high, scale = _value(text[start:end])
    if text[end : end + 1] == "来" and _role(text[end + 1 : end + 2]) == "scale":
        end += 1
    if text[end : end + 1] == "点" and low == high and (fraction := _fraction(text, end + 1)):
        low = high = float(f"{low:.0f}.{fraction}")
        end += 1 + len(fraction)
    more, end = _scales(text, end)
    return Number(start, end, low * more, high * more, scale * more)


def _fraction(text: str, at: int) -> str:
    """The digits of a fraction that stands there in numerals: 75 of 七五."""
    known = numerals()
    run = takewhile(lambda char: _role(char) == "digit", text[at:])
    return "".join(str(int(known[char][1])) for char in run)


def _value(run: str) -> tuple[float, float, float]:
    """What a run of numerals stands for, at the least and at the most; and its last scale."""
    known = numerals()
    if all(known[char][0] != "scale" for char in run):
        return *_positional(run), 1.0
    total, section = (0.0, 0.0), (0.0, 0.0)
    pending: tuple[float, float] | None = None
    last, largest, zero = 1.0, 0.0, False
    for char in run:
        role, value = known[char]
        if role == "few":
            pending = 2.0, 9.0
        elif role == "digit":
            zero = zero or value == 0
            if value:
                pending = (value, value) if pending is None else (pending[0], value)
        elif value < 10_000:
            section = _added(section, pending or (1.0, 1.0), value)
            pending, last, zero = None, value, False
        else:
            section = _added(section, pending or (0.0, 0.0), 1.0)
            if total[1] and value > largest:
                total = _added((0.0, 0.0), _added(total, section, 1.0), value)
            else:
                total = _added(total, section if section[1] else (1.0, 1.0), value)
            section, pending, last, largest, zero = (0.0, 0.0), None, value, value, False
    if pending is not None:
        section = _added(section, pending, last / 10 if last >= 100 and not zero else 1.0)
    low, high = _added(total, section, 1.0)
    return low, high, last


def _added(sum_: tuple[float, float], number: tuple[float, float], times: float) -> tuple[float, float]:
    return sum_[0] + number[0] * times, sum_[1] + number[1] * times


def _positional(run: str) -> tuple[float, float]:
    """Of numerals without a scale: 三 is 3, 三四 is 3 to 4, 二〇二六 is 2026, 几 is 2 to 9."""
    known = numerals()
    if any(known[char][0] == "few" for char in run):
        return 2.0, 9.0
    values = [int(known[char][1]) for char in run]
    if len(values) == 2 and values[1] == values[0] + 1:
        return float(values[0]), float(values[1])
    number = float("".join(map(str, values[:15])))
    return number, number
