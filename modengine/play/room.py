"""What a teacher asks a class, and how many predicted what.  Held in memory alone, and kept nowhere."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from modengine.model import ACTIONS

MOST_VOTERS = 500


class Room:
    """One question at a time.  Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._text, self._gloss, self._shown, self._number = "", "", False, 0
        self._shared = False
        self._votes: dict[str, str] = {}
        self._windows: set[str] = set()

    def ask(self, text: str, gloss: str, shown: bool, fresh: bool, shared: bool = False) -> None:
        """Asks about a message; with `fresh` all votes are forgotten.

        An address has one vote; with `shared`, for a class behind one address, each window has.
        """
        with self._lock:
            if fresh or text != self._text:
                self._votes.clear()
                self._windows.clear()
                self._number += 1
                self._shared = shared
            self._text, self._gloss, self._shown = text, gloss, shown

    def vote(self, address: str, window: str, choice: str) -> None:
        """A prediction, or a changed one.  Raises ValueError where nothing is asked."""
        with self._lock:
            if not self._text or self._shown:
                raise ValueError("nothing is asked at the moment")
            voter = window if self._shared else address
            if voter not in self._votes and len(self._votes) >= MOST_VOTERS:
                raise ValueError("that is more voters than a class has")
            self._votes[voter] = choice
            if len(self._windows) < MOST_VOTERS:
                self._windows.add(window)

    def state(self, teacher: bool) -> dict[str, Any]:
        """What a window may see: the tally only once it is shown, or for the teacher."""
        with self._lock:
            counts = Counter(self._votes.values())
            tally = {action: counts[action] for action in ACTIONS} if self._shown or teacher else None
            return {
                "number": self._number, "text": self._text, "gloss": self._gloss, "shown": self._shown,
                "votes": len(self._votes), "tally": tally, "windows": len(self._windows) if teacher else None,
            }  # fmt: skip
