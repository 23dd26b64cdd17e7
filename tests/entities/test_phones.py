"""Phone numbers against the numbering plans of another library."""

from __future__ import annotations

import pytest

from modengine.entities.model import Entity
from tests.entities.reading import found

phonenumbers = pytest.importorskip("phonenumbers")


@pytest.mark.parametrize("region", ["HK", "TW", "US", "GB", "JP", "KR", "MY", "SG", "TH", "PH", "AU"])
def test_foreign_numbers_are_read_whole(region: str) -> None:
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    assert found(Entity("phone", kinds=("foreign",)), f"打 {shown} 找我") == [shown]


def test_mobile_numbers_are_read_whole() -> None:
    number = phonenumbers.example_number_for_type("CN", phonenumbers.PhoneNumberType.MOBILE)
    for form in (phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.E164):
        shown = phonenumbers.format_number(number, form)
        assert found(Entity("phone", kinds=("mobile",)), f"打 {shown} 找我") == [shown]
