"""Messages to scan, in scope and out of it, and what a scan writes of them."""

from __future__ import annotations

import json

from tests.commands import EXPIRY

IN_SCOPE = {"channel": "public_account", "time": "2014-06-01T08:00:00+08:00"}
MESSAGES = [
    {"id": "1", "text": EXPIRY, **IN_SCOPE},
    {"id": "2", "text": "明天见", **IN_SCOPE},
    {"id": "3", "text": "紧急转发", "channel": "private", "time": "2014-06-01"},
    {"id": "4", "text": "紧急转发", **IN_SCOPE, "time": "2015-01-01"},
    {"id": "5", "text": EXPIRY},
]


def records(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]
