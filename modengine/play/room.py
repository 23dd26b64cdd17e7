"""What a teacher asks a class, who predicted what, and what is opened for all.  In memory alone, and kept nowhere."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any

from modengine.model import ACTIONS

MOST_VOTERS = 500


@dataclass(frozen=True, slots=True)
class Question:
    """A message that a class is asked about."""

    text: str = ""
    """Empty where nothing is asked."""
    gloss: str = ""
    covered: bool = False
    """Whether devices show it only to those who ask for it."""
    shared: bool = False
    """Each window has a vote, for a class behind one address; else each address has."""


class Room:
    """One question at a time, and one lesson for all.  Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._question, self._number = Question(), 0
        self._shown, self._right = False, ""
        self._votes: dict[str, str] = {}
        self._windows: set[str] = set()
        self._lesson, self._pushed = "", 0
        self._unlocked = False

    def ask(self, question: Question) -> None:
        """Asks about a message, or with an empty one ends asking.  All votes are forgotten."""
        with self._lock:
            self._votes.clear()
            self._windows.clear()
            self._number += 1
            self._question, self._shown, self._right = question, False, ""

    def show(self, right: str) -> None:
        """Shows the answers, and what the filter decided: nothing here knew it before."""
        with self._lock:
            self._shown, self._right = bool(self._question.text), right

    def push(self, lesson: str) -> None:
        """Opens a lesson and its message on all devices, as a link keeps them."""
        with self._lock:
            self._lesson, self._pushed = lesson, self._pushed + 1

    def pushed(self) -> dict[str, Any]:
        """The lesson that was opened last, and how many were so far."""
        with self._lock:
            return {"pushed": self._pushed, "kept": self._lesson}

    def lock(self, unlocked: bool) -> None:
        """Lets the class see the samples behind the lock, or no more."""
        with self._lock:
            self._unlocked = unlocked

    @property
    def unlocked(self) -> bool:
        """Whether the class may see the samples behind the lock."""
        return self._unlocked

    def asks(self, text: str) -> bool:
        """Whether the class has yet to predict this message."""
        with self._lock:
            return bool(text) and text == self._question.text and not self._shown

    def vote(self, address: str, window: str, choice: str) -> None:
        """A prediction, or a changed one.  Raises ValueError where nothing is asked."""
        with self._lock:
            if not self._question.text or self._shown:
                raise ValueError("nothing is asked at the moment")
            voter = self._voter(address, window)
            if voter not in self._votes and len(self._votes) >= MOST_VOTERS:
                raise ValueError("that is more voters than a class has")
            self._votes[voter] = choice
            if len(self._windows) < MOST_VOTERS:
                self._windows.add(window)

    def _voter(self, address: str, window: str) -> str:
        return window if self._question.shared else address

    def state(self, teacher: bool, address: str = "", window: str = "") -> dict[str, Any]:
        """What a window may see: tally and decision only once they are shown; its own answer always."""
        with self._lock:
            counts = Counter(self._votes.values())
            tally = {action: counts[action] for action in ACTIONS} if self._shown or teacher else None
            asked = self._question
            mine = "" if teacher else self._votes.get(self._voter(address, window), "")
            return {
                "number": self._number, "text": asked.text, "gloss": asked.gloss, "covered": asked.covered,
                "shown": self._shown, "right": self._right, "mine": mine,
                "votes": len(self._votes), "tally": tally, "windows": len(self._windows) if teacher else None,
                "pushed": self._pushed, "unlocked": self._unlocked,
            }  # fmt: skip
