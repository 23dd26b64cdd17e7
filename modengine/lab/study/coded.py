"""A coded sample of a study: which rows a policy drew, and what people said of them; no text of either.

A sheet is known by its codes alone, as the table `id,code` in the order of the ids: whoever saves it from another
spreadsheet, sorts it or writes a note changes nothing, and the same table lies in the package.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from modengine.errors import InputError
from modengine.lab.coding.codes import CodedSheet, CoderCounts, read_sheet, read_sheets, settles_nothing
from modengine.lab.coding.estimate import CodedEstimates, Part, estimate, p_of_claim
from modengine.lab.coding.key import SampleKey, key_path, read_key
from modengine.lab.data.corpus import HARMLESS
from modengine.lab.data.outcomes import DecidedCorpus
from modengine.lab.stats.metrics import ALL, ANY
from modengine.lab.study.model import ANYTHING, CodedRef, StudyOutcome
from modengine.model import ACTIONS
from modengine.run.write.tidy import encode

_PARTS: Mapping[str, Part] = {
    "recall": "recall", "precision": "precision", "prevalence": "prevalence", "over-blocking": "others_hit",
}  # fmt: skip
"""The part of an estimate that a figure is."""
SETTLED_TABLE = "settled.csv"
"""The table of what was settled, in a package."""


def sheet_table(coder: str) -> str:
    """The table of what a coder said, in a package."""
    return f"sheets/{coder}.csv"


class StudyCoded(msgspec.Struct, frozen=True):
    """A coded sample as it went into a result."""

    name: str
    policy: str
    corpus: str
    sample: str
    coders: tuple[CoderCounts, ...]
    drawn: int
    coded: int
    disagreed: int
    settled: int
    beyond: bool
    after_pin: bool
    """Whether the claims were pinned before the sheets were there."""
    otherwise: int
    """Rows of the corpus of which the policy decides otherwise than the key says: 0, or the figures are of no use."""


@dataclass(frozen=True, slots=True)
class CodedSample:
    """A coded sample, read."""

    ref: CodedRef
    key: SampleKey
    key_file: bytes
    sheets: tuple[CodedSheet, ...]
    """Empty where the coders are not done."""
    settled: CodedSheet | None

    @property
    def tables(self) -> dict[str, bytes]:
        """What each coder said, and what was settled, by the name of its table in a package."""
        said = {sheet_table(sheet.coder): codes_csv(sheet) for sheet in self.sheets}
        return said if self.settled is None else {**said, SETTLED_TABLE: codes_csv(self.settled)}

    @property
    def digests(self) -> dict[str, str | None]:
        """The SHA-256 of each table; None for one that is still to come."""
        there = {name: hashlib.sha256(table).hexdigest() for name, table in self.tables.items()}
        names = [sheet_table(path.stem) for path in self.ref.sheets]
        return {name: there.get(name) for name in (*names, *([] if self.ref.settled is None else [SETTLED_TABLE]))}

    def estimates(self, seed: int) -> CodedEstimates:
        return estimate(self.key, self.sheets, seed=seed, settled=self.settled, beyond=self.ref.beyond)

    def p(self, outcome: StudyOutcome, at_least: bool, seed: int) -> float | None:
        """One-sided p of a claim, or of its contrary, against the bound of an outcome."""
        category = ANY if outcome.category in (None, ANYTHING) else str(outcome.category)
        return p_of_claim(
            self.key, self.sheets, _PARTS[outcome.figure], outcome.stratum or ALL, category,
            outcome.level, at_least, outcome.bound, seed, settled=self.settled, beyond=self.ref.beyond,
        )  # fmt: skip

    def otherwise(self, decided: DecidedCorpus) -> int:
        """How many rows are decided otherwise than when the sample was drawn, by how many each decision has."""
        here = Counter(map(bytes, decided.ranks))
        there: Counter[bytes] = Counter()
        for cell in self.key.cells:
            there[bytes(ACTIONS.index(action) for action in cell.actions)] += cell.rows
        return max((here - there).total(), (there - here).total())


def read_coded(ref: CodedRef) -> CodedSample:
    """The key, and the sheets if the coders are done.

    Raises InputError: ME905 where a sheet is missing and another is not, ME911 for one that is not of the sample.
    """
    key = read_key(ref.key)
    paths = (*ref.sheets, *(() if ref.settled is None else (ref.settled,)))
    data = key_path(ref.key).read_bytes()
    if not any(path.exists() for path in paths):
        return CodedSample(ref, key, data, (), None)
    if ref.settled in ref.sheets:
        raise settles_nothing(ref.settled)
    settled = None if ref.settled is None else read_sheet(ref.settled, key)
    return CodedSample(ref, key, data, read_sheets(ref.sheets, key), settled)


def codes_csv(sheet: CodedSheet) -> bytes:
    """What a coder said, without texts and notes."""
    said = sorted((row, ";".join(sorted(code)) or HARMLESS) for row, code in sheet.codes.items())
    return encode([("id", "code"), *said])


def about_coded(name: str, sample: CodedSample, found: CodedEstimates, after_pin: bool, otherwise: int) -> StudyCoded:
    """What a result says of a coded sample."""
    return StudyCoded(
        name, sample.ref.policy, sample.ref.corpus, found.sample, found.coders, found.drawn, found.coded,
        found.disagreed, found.settled, found.beyond, after_pin, otherwise,
    )  # fmt: skip


def uncoded(name: str, sample: CodedSample) -> InputError:
    """That the coders are not done."""
    what = f"no sheet of the coded sample `{name}` is there yet: `{sample.ref.sheets[0]}`"
    return InputError("ME905", what, "put the sheets there that the coders filled in; until then it can only be pinned")
