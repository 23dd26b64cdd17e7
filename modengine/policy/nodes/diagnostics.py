"""The problems found while reading a tree of files, each with the line that its caret points into."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping as Dict

from modengine.errors import Diagnostic, Location
from modengine.policy.limits import POLICY_BUDGET, PolicyBudget, Quantity, Spending

MOST = 500
"""Problems kept of one file; a hostile file could hold a million."""


MOST_NAMES = 200
"""A name that does not exist is compared with so many that do."""


class ReadingEnds(Exception):
    """Ends the reading of all files.  What was found until then is reported."""


_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML 1.1, section 4.2."""


class Diagnostics:
    """Collects problems, and knows when to give up.  One is made for each call of `read` and thrown away with it."""

    def __init__(self, budget: PolicyBudget = POLICY_BUDGET) -> None:
        self._found: dict[Diagnostic, None] = {}
        self._texts: dict[str, str] = {}
        self._lines: dict[str, list[str]] = {}
        self._spending = Spending(budget)
        self._count: Counter[str] = Counter()

    def know(self, file: str, text: str) -> None:
        """Remember the text of a file, for carets."""
        self._texts[file] = text

    def line(self, place: Location) -> str:
        """The line of the file at a place; empty where the file or the line is not known."""
        if place.file not in self._lines:
            self._lines[place.file] = _LINE_END.split(self._texts.get(place.file, ""))
        lines = self._lines[place.file]
        return lines[place.line - 1] if 0 < place.line <= len(lines) else ""

    def add(self, code: str, message: str, place: Location, hint: str) -> None:
        """Add a problem.  Raises ReadingEnds where its file has more than enough."""
        self._count[place.file] += 1
        if self._count[place.file] > MOST:
            message, hint = f"more than {MOST:,} problems in this file", "mend those above, then check again"
            self._found[Diagnostic("ME113", message, place, hint, self.line(place))] = None
            raise ReadingEnds
        self._found[Diagnostic(code, message, place, hint, self.line(place))] = None

    @property
    def spent(self) -> Dict[Quantity, int]:
        """What was spent of the budget."""
        return self._spending.spent

    def spends(self, amounts: Dict[Quantity, int], place: Location) -> bool:
        """Spends what some earlier reading took; False where that is more than is left, and nothing is spent."""
        if fits := self._spending.has(amounts):
            for what, amount in amounts.items():
                self.spend(what, amount, place)
        return fits

    def spend(self, what: Quantity, amount: int, place: Location) -> None:
        """Spend some of the policy's budget.  Raises ReadingEnds, the problem added, where that was all."""
        if problem := self._spending.spend(what, amount):
            message, hint = problem
            self._found[Diagnostic("ME606", message, place, hint, self.line(place))] = None
            raise ReadingEnds

    @property
    def count(self) -> int:
        """How many problems were reported so far; two readings tell whether a step found any."""
        return self._count.total()

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        """All problems, sorted by place."""
        return tuple(sorted(self._found, key=lambda p: (p.location, p.code, p.message)))


def closest(name: str, names: Iterable[str]) -> str:
    """The one of `names` that `name` was probably meant to be; empty for none."""
    near = [candidate for candidate in names if abs(len(candidate) - len(name)) <= 3][:MOST_NAMES]
    return next(iter(difflib.get_close_matches(name, near, n=1, cutoff=0.6)), "") if len(name) <= 100 else ""


def meant(name: str, names: Iterable[str], otherwise: str) -> str:
    """A hint: the closest name, else all of few names, and `otherwise`: what to do if none of them is meant."""
    names = list(names)
    near = closest(name, names)
    if near:
        return f"did you mean `{near}`?"
    return f"choose {listed(names, 'or')}, or {otherwise}" if 0 < len(names) <= 8 else otherwise


def listed(names: Iterable[str], word: str = "and") -> str:
    """`a`, `b` and `c`."""
    quoted = [f"`{name}`" for name in names]
    return f" {word} ".join(filter(None, (", ".join(quoted[:-1]), *quoted[-1:])))


def shown(text: str, most: int = 40) -> str:
    """A text of the user's, short and on one line, for a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


FULL_WIDTH = {"，": ",", "、": ",", "：": ":", "［": "[", "］": "]", "｛": "{", "｝": "}"}
"""What YAML takes for characters of a text, though it looks like a mark of its own."""
NO_SPACE = "\u00a0\u1680\u180e\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff"
"""The inside of a character set: what looks like a space, or like nothing, and is a character of a text too."""


def full_width(text: str) -> str:
    """A hint on the first full-width mark or foreign space of an unquoted text; empty for none."""
    if space := re.search(f"[{NO_SPACE}]", text):
        return f"U+{ord(space[0]):04X} only looks like a space: write one of ASCII"
    found = next((char for char in text if char in FULL_WIDTH), "")
    return f"`{found}` is a full-width mark, which YAML does not know: write `{FULL_WIDTH[found]}`" if found else ""
