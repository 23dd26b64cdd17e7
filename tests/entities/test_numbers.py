"""Numbers as they are typed: numerals to values."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from modengine.entities.numbers import numbers

VALUES = {
    "300": (300, 300),
    "1,200": (1200, 1200),
    "99.5": (99.5, 99.5),
    "1.5万": (15_000, 15_000),
    "3千": (3000, 3000),
    "5k": (5000, 5000),
    "1k5": (1500, 1500),
    "2w3": (23_000, 23_000),
    "6万8": (68_000, 68_000),
    "20个w": (200_000, 200_000),
    "一个w": (10_000, 10_000),
    "五k": (5000, 5000),
    "五十个w": (500_000, 500_000),
    "三百": (300, 300),
    "三百五": (350, 350),
    "三百零五": (305, 305),
    "两千五": (2500, 2500),
    "一万二": (12_000, 12_000),
    "一万零二": (10_002, 10_002),
    "三万五千": (35_000, 35_000),
    "壹仟": (1000, 1000),
    "伍佰贰拾": (520, 520),
    "十二": (12, 12),
    "二十": (20, 20),
    "一亿二千万": (120_000_000, 120_000_000),
    "二〇二六": (2026, 2026),
    "几百": (200, 900),
    "数千": (2000, 9000),
    "十几万": (120_000, 190_000),
    "十来万": (100_000, 100_000),
    "三四百": (300, 400),
    "七八": (7, 8),
    "六十六点七": (66.7, 66.7),
    "零点五": (0.5, 0.5),
    "3位数": (100, 999),
    "四位数": (1000, 9999),
}


@pytest.mark.parametrize("text", VALUES)
def test_a_numeral_has_its_value(text: str) -> None:
    (number,) = numbers(text)
    assert (number.low, number.high) == pytest.approx(VALUES[text])
    assert (number.start, number.end) == (0, len(text))


def written(number: int) -> str:
    """A number below 10^8 in numerals."""
    if number >= 10_000:
        rest = number % 10_000
        between = "零" if 0 < rest < 1000 else ""
        return written(number // 10_000) + "万" + between + (written(rest) if rest else "")
    text, zero = "", False
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // scale % 10
        if digit:
            text += ("零" if zero and text else "") + "零一二三四五六七八九"[digit] + name
        zero = not digit
    return text


@given(st.integers(1, 10**8 - 1))
def test_every_number_written_out_is_read_back(number: int) -> None:
    (found,) = numbers(written(number))
    assert (found.low, found.high) == (number, number)


@given(st.integers(1, 10**12))
def test_numerals_mean_what_another_library_writes(number: int) -> None:
    cn2an = pytest.importorskip("cn2an")
    (found,) = numbers(cn2an.an2cn(number))
    assert found.low == number


@given(st.text("0123456789,.十百千万亿一二三几个kw点来位数 ", max_size=12))
def test_numbers_stand_apart_and_in_order(text: str) -> None:
    end = 0
    for number in numbers(text):
        assert end <= number.start < number.end <= len(text)
        assert number.low <= number.high
        end = number.end
