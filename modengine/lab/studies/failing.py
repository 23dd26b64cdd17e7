"""The changes of decisions that a build may refuse, by the names of `--fail-on`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

FAILURES: Mapping[str, str] = {
    "new-false-alarms": "new_false_alarms",
    "lost-catches": "lost_catches",
    "any-flip": "flipped",
}
"""What `--fail-on` can name, and the count of a result that it stands for."""


class Failable(msgspec.Struct, frozen=True):
    """A result with these counts."""

    def failure(self, name: str) -> int:
        """The count that a name of FAILURES stands for."""
        return int(getattr(self, FAILURES[name]))
