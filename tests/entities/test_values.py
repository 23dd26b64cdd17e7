"""The value of an entity's text."""

from __future__ import annotations

import pytest

from modengine.entities import values


@pytest.mark.parametrize(
    ("text", "low", "high", "currency"),
    [
        ("300元", 300, 300, "CNY"),
        ("三块五", 3.5, 3.5, "CNY"),
        ("3块5毛", 3.5, 3.5, "CNY"),
        ("九块九", 9.9, 9.9, "CNY"),
        ("五毛", 0.5, 0.5, "CNY"),
        ("六张", 600, 600, "CNY"),
        ("10个毛爷爷", 1000, 1000, "CNY"),
        ("2 0 0 元", 200, 200, "CNY"),
        ("300-500", 300, 500, "CNY"),
        ("6k-8k", 6000, 8000, "CNY"),
        ("5-8k", 5000, 8000, "CNY"),
        ("三百到五百", 300, 500, "CNY"),
        ("¥99.9", 99.9, 99.9, "CNY"),
        ("100美元", 100, 100, "USD"),
        ("500u", 500, 500, "USDT"),
        ("六千日元", 6000, 6000, "JPY"),
    ],
)
def test_a_sum(text: str, low: float, high: float, currency: str) -> None:
    read = values.amount(text)
    assert (read.low, read.high) == pytest.approx((low, high))
    assert read.currency == currency


def test_a_masked_sum_has_no_value() -> None:
    assert values.amount("xxx元") == values.EntityValue(None, None, "CNY")


@pytest.mark.parametrize(
    ("text", "value", "per"),
    [
        ("300/天", 300, "day"),
        ("300一天", 300, "day"),
        ("一天300", 300, "day"),
        ("半小时6张", 1200, "hour"),
        ("两小时500", 250, "hour"),
        ("一个半小时300", 200, "hour"),
        ("半个月2000元", 4000, "month"),
        ("198/60分钟", 198, "hour"),
        ("一分钟2块", 120, "hour"),
        ("日结600", 600, "day"),
        ("月薪8k", 8000, "month"),
        ("年入百万", 1_000_000, "year"),
        ("3000日元一晚", 3000, "day"),
        ("时薪1100日元", 1100, "hour"),
        ("三百五十一次", 350, "piece"),
        ("三块五一斤", 3.5, "piece"),
        ("8元一单", 8, "piece"),
        ("1块5一个", 1.5, "piece"),
        ("一件两块五", 2.5, "piece"),
        ("5万一年", 50_000, "year"),
        ("10块钱三斤", 10 / 3, "piece"),
        ("每万返300", 300, "sum"),
        ("一万返200", 200, "sum"),
        ("每充100返20", 20, "sum"),
        ("每百元返3元", 3, "sum"),
    ],
)
def test_a_rate(text: str, value: float, per: str) -> None:
    read = values.rate(text)
    assert (read.low, read.high) == pytest.approx((value, value))
    assert read.per == per


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("30%", 30, 30),
        ("5%-8%", 5, 8),
        ("5-8%", 5, 8),
        ("百分之六十六点七", 66.7, 66.7),
        ("千分之五", 0.5, 0.5),
        ("三成", 30, 30),
        ("九成五", 95, 95),
        ("七八成", 70, 80),
        ("三到五成", 30, 50),
        ("0.25个百分点", 0.25, 0.25),
        ("3个点", 3, 3),
    ],
)
def test_a_percentage(text: str, low: float, high: float) -> None:
    read = values.percent(text)
    assert (read.low, read.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("24小时内", 24),
        ("三天之内", 72),
        ("两个工作日内", 48),
        ("30分钟内", 0.5),
        ("半小时内", 0.5),
        ("一周内", 168),
        ("今天内", 24),
        ("明天前", 48),
        ("今晚12点前", 24),
        ("月底前", 744),
        ("周五前", 168),
        ("20日前", 744),
        ("立即", 0),
        ("马上转账", 0),
        ("逾期", 0),
    ],
)
def test_a_deadline(text: str, hours: float) -> None:
    assert values.deadline(text).high == pytest.approx(hours)
