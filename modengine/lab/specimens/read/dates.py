"""The dates that lists give their entries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2\d{4}")
_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%Y-%m", "%Y")


def month_first(texts: Iterable[str]) -> bool | None:
    """Whether dates such as 3/25/2014 name the month first; None where there are none of that form.

    They do where a second number is above 12 and no first one is.
    """
    found = [match for text in texts if (match := _SLASHED.fullmatch(text.strip()))]
    if not found:
        return None
    return any(int(m[3]) > 12 for m in found) and not any(int(m[1]) > 12 for m in found)


@lru_cache(10_000)
def iso_moment(text: str, month: bool = False) -> str:
    """A date or moment as ISO 8601; empty for what is none.  With `month`, 3/2/2014 is in March."""
    text = text.strip()
    if not text:
        return ""
    if match := _SLASHED.fullmatch(text):
        text = text.replace(match[2], "/")
    for form in (*_FORMS, "%m/%d/%Y" if month else "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None).isoformat(timespec="minutes")
    except ValueError:
        return ""
