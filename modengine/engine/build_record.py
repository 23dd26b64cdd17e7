"""What the build wrote down about the compiled core: why there is none, where there is none."""

from __future__ import annotations

import json
from pathlib import Path

RECORD = Path(__file__).parents[1] / "_core_build.json"


def why_not(record: Path = RECORD) -> str:
    """Why no core was built; empty where one was, or nothing is known.

    What it says holds even where a library lies there: an older one may have been in use and have stayed.
    """
    try:
        found = json.loads(record.read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    if not isinstance(found, dict) or found.get("status") in (None, "built"):
        return ""
    return str(found.get("reason") or found["status"])
