"""How easily a policy is evaded: what is still caught when caught messages are disguised.

Only rows that the policy catches as they stand are disguised, so that every share is relative to the
clean recall.  A row that a kind cannot change is in no figure of that kind, and counted.  The rows
at one strength are the rows at every other.  Which characters are changed, and by what, is drawn several
times, and the spread of the draws stands beside their mean.  What resisting costs is in `price`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np

from modengine.engine.budget import BUDGET
from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.outcomes import DecidedCorpus, Progress, decide, decision_of
from modengine.lab.data.perturb import SHARES, Disguised, disguise
from modengine.lab.data.perturb_tables import DISGUISES
from modengine.lab.data.rule_examples import of_rules
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.stats.intervals import Estimate
from modengine.lab.stats.metrics import ALL, rate
from modengine.lab.studies.caught import Caught, Clean, Disguisable, matched, of_corpus, of_examples
from modengine.lab.studies.price import ENDS, OPTIONS, STEPS, Gain, Price, PricePoint, Prices, Wanted, prices
from modengine.loading import collector_off
from modengine.model import Action, Message
from modengine.run.work.beside import Beside, beside

Where = Literal["anywhere", "matched"]
WHERE: tuple[Where, ...] = ("anywhere", "matched")
MOST = 200
"""Caught rows of a category that are disguised; of more, a random sample."""
SHOWN = 3
"""Texts of an invented corpus whose variants are shown."""
SHOWN_STRENGTHS = (1, 3, 5)
DRAWS = 3
"""Times that each row is disguised in each way."""
_APART = 1_000_003
"""Between the seeds of two draws."""


class StillCaught(msgspec.Struct, frozen=True):
    """What is still caught of the caught rows, disguised in one way at one strength."""

    corpus: str
    category: str
    kind: str
    strength: int
    kept: Estimate
    """1 for a policy that the disguise does not touch.  n counts every draw of every row; rows are clusters."""
    lowest: float | None
    """The share in the draw in which least is kept; null where no row can be changed."""
    highest: float | None
    changed: float
    """Mean share of the characters looked at (Han, letters, digits) that were changed."""
    unchangeable: int
    """Rows that the kind cannot change (or only beyond the length that is read): not in `kept`."""


class Variant(msgspec.Struct, frozen=True):
    """A text of an invented corpus, disguised."""

    corpus: str
    row: str
    kind: str
    strength: int
    text: str
    variant: str
    caught: bool


class Evasion(msgspec.Struct, frozen=True):
    """All that `evade` measures.  Scope and period are taken as met."""

    stamp: Stamp
    where: Where
    """`anywhere`: any character of the text; `matched`: only those that the rules matched."""
    shares: dict[str, float]
    """Strength to the share of the changeable characters that are changed."""
    draws: int
    """Times that each row was disguised in each way; prices and variants are of the first."""
    clean: tuple[Clean, ...]
    kept: tuple[StillCaught, ...]
    prices: tuple[Price, ...]
    """What the matching options cost harmless rows."""
    gains: tuple[Gain, ...]
    """What they bring against disguises."""
    costs: tuple[PricePoint, ...]
    """The one against the other, all corpora together: a curve for each option."""
    variants: tuple[Variant, ...]


def evade(
    engine: Engine,
    corpora: Sequence[Corpus] = (),
    seed: int = 1,
    *,
    examples: bool = False,
    where: Where = "anywhere",
    action: Action = "review",
    kinds: Sequence[str] = (),
    most: int = MOST,
    draws: int = DRAWS,
    price: bool = True,
    steps: bool = False,
    outcomes: Sequence[DecidedCorpus] | None = None,
    command: str = "",
    progress: Progress | None = None,
    jobs: int = 1,
) -> Evasion:
    """Measures evasion on labelled corpora, and with `examples` on the match examples of the rules.

    `action` is the action from which a row counts as caught; for a category that cannot reach it, the
    strictest that it can.  `kinds` are names of DISGUISES, all without it.  `most` caps the rows of a
    category that are disguised, each `draws` times.  `price` measures what the matching options cost and
    bring, in no pattern and in all, and with `steps` in some.  `progress` is told the per cent done; `jobs` processes
    share the work.  Raises InputError (ME911) where nothing is caught.
    """
    chosen = _kinds(kinds)
    decided = [decide(engine, corpus) for corpus in corpora] if outcomes is None else list(outcomes)
    told = [*corpora]
    found: list[tuple[Clean, Caught]] = []
    for corpus, its in zip(corpora, decided, strict=True):
        found += of_corpus(engine, corpus, its, action, most, seed)
    if examples:
        told.append(of_rules(engine.policy))
        found += of_examples(engine, told[-1], most, seed)
    clean, caught = tuple(before for before, _ in found), [group for _, group in found if group.rows]
    if not caught:
        raise InputError("ME911", "nothing is caught, so nothing can evade", _why(corpora))
    spans = tuple(matched(engine, group) if where == "matched" else None for group in caught)
    for corpus in told:
        _ = corpus.clusters  # worked out once, for all processes
    made_from = Disguisable(engine, tuple(corpora), tuple(decided), tuple(caught), spans)
    with beside(made_from, jobs) as processes, collector_off():
        kept, variants, made = _drawn(processes, chosen, seed, draws, progress, 60 if price else 100)
        cost = Prices()
        if price and not engine.policy.specimens:  # a list has no matching options
            states = STEPS if steps else ENDS
            reach = _Reach(progress, len(OPTIONS) * len(states))
            cost = prices(processes, _disguised(made_from, made, seed), states, lambda _: reach.step(60, 100))
    result_stamp = stamp("evade", engine, told, seed, command)
    shares = {str(strength): share for strength, share in SHARES.items()}
    return Evasion(
        result_stamp,
        where,
        shares,
        draws,
        clean,
        _sorted(kept, chosen),
        cost.prices,
        cost.gains,
        cost.costs,
        tuple(variants),
    )


def _drawn(
    processes: Beside[Disguisable],
    chosen: Sequence[str],
    seed: int,
    draws: int,
    progress: Progress | None,
    most: int,
) -> tuple[list[StillCaught], list[Variant], dict[tuple[int, str], list[_Row]]]:
    """What is kept, by category and of all; variants to be shown; and the first draw of each group and kind."""
    made_from = processes.material
    caught = made_from.caught
    kept: list[StillCaught] = []
    variants: list[Variant] = []
    shown: dict[str, int] = {}
    cells: dict[tuple[str, str], list[list[_Row]]] = {}
    made: dict[tuple[int, str], list[_Row]] = {}
    reach = _Reach(progress, len(caught) * len(chosen) * draws)
    keys = [(number, name) for number in range(len(caught)) for name in chosen]
    results = processes.each([_Draw(*key, seed + draw * _APART, draw == 0) for key in keys for draw in range(draws)])
    for number, name in keys:
        group, drawn = caught[number], []
        for draw in range(draws):
            drawn.append(next(results))
            reach.step(0, most)
            if group.corpus.columns.invented and draw == 0:
                _show(variants, shown, made_from, number, name, drawn[0], seed)
        kept += _kept(group.corpus, group.category, name, drawn)
        made[number, name] = drawn[0]
        pooled = cells.setdefault((group.corpus.name, name), [[] for _ in range(draws)])
        for all_rows, rows in zip(pooled, drawn, strict=True):
            all_rows += rows
    by_name = {group.corpus.name: group.corpus for group in caught}
    for (corpus_name, name), together in cells.items():
        kept += _kept(by_name[corpus_name], ALL, name, together)
    return kept, variants, made


class _Reach:
    """Tells progress in per cent, each per cent once."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.done, self.told = progress, max(1, total), 0, -1

    def step(self, low: int, high: int) -> None:
        self.done += 1
        now = low + (high - low) * min(self.done, self.total) // self.total
        if self.progress is not None and now > self.told:
            self.told = now
            self.progress(now)


def _kinds(names: Sequence[str]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in DISGUISES]
    if unknown:
        raise InputError("ME911", f"there is no perturbation `{unknown[0]}`", f"choose from {', '.join(DISGUISES)}")
    return tuple(name for name in DISGUISES if not names or name in names)


def _why(corpora: Sequence[Corpus]) -> str:
    if any(not corpus.labelled for corpus in corpora):
        return "no row breaks a rule until --label names the column that says so"
    return "the corpus needs rows of a category that the policy catches as they are: try --action label"


@dataclass(frozen=True, slots=True)
class _Cell:
    """A row at one strength."""

    strength: int
    caught: bool
    share: float


@dataclass(frozen=True, slots=True)
class _Row:
    """A row disguised in one way; no cells where it cannot be."""

    row: int
    cells: tuple[_Cell, ...]
    first: Message | None
    """At strength 1, of the first draw."""


@dataclass(frozen=True, slots=True)
class _Draw:
    """The rows of a group, disguised in one way and decided: a task."""

    group: int
    kind: str
    seed: int
    is_first: bool
    strengths: tuple[int, ...] = tuple(SHARES)

    def __call__(self, made_from: Disguisable) -> list[_Row]:
        group = made_from.caught[self.group]
        return [self._row(made_from, group, i) for i in group.rows]

    def _row(self, made_from: Disguisable, group: Caught, i: int) -> _Row:
        """Decides a row at each strength; strengths that change as many characters are one decision."""
        places = made_from.places(self.group, i)
        message = made_from.engine.read(group.corpus.messages[i])
        disguised = disguise(message, DISGUISES[self.kind], self.seed, places)
        if not disguised.changes or too_long(disguised):
            return _Row(i, (), None)
        before, caught = 0, True
        cells: list[_Cell] = []
        for strength in self.strengths:
            count = disguised.count(strength)
            if count != before:
                decision = decision_of(made_from.engine, disguised.at(strength))
                before, caught = count, group.is_caught(i, decision)
            cells.append(_Cell(strength, caught, count / disguised.characters))
        return _Row(i, tuple(cells), disguised.at(1) if self.is_first else None)


def too_long(disguised: Disguised) -> bool:
    """Whether the strongest variant is longer than a message may be: it would be reviewed unread."""
    length = sum(len(part.text) for part in disguised.message.all_parts())
    return length + sum(len(change.new) - 1 for change in disguised.changes) > BUDGET.characters


def _kept(corpus: Corpus, category: str, kind: str, drawn: Sequence[Sequence[_Row]]) -> list[StillCaught]:
    """At each strength, over all draws of the same rows."""
    changed = [[row for row in rows if row.cells] for rows in drawn]
    together = [row for rows in changed for row in rows]
    codes = corpus.clusters[[row.row for row in together]] if together else np.zeros(0, np.int64)
    found = []
    for k, strength in enumerate(SHARES):
        caught = np.array([row.cells[k].caught for row in together], np.bool_)
        each = [float(np.mean([row.cells[k].caught for row in rows])) for rows in changed if rows]
        mean = float(np.mean([row.cells[k].share for row in together])) if together else 0.0
        estimate = rate(codes, caught, np.ones(len(together), np.bool_))
        left = len(drawn[0]) - len(changed[0])
        lowest, highest = (min(each), max(each)) if each else (None, None)
        found.append(StillCaught(corpus.name, category, kind, strength, estimate, lowest, highest, mean, left))
    return found


def _show(
    variants: list[Variant],
    shown: dict[str, int],
    made_from: Disguisable,
    number: int,
    kind: str,
    rows: Sequence[_Row],
    seed: int,
) -> None:
    """Variants of the first texts of an invented corpus; no other corpus is ever shown."""
    corpus = made_from.caught[number].corpus
    key = f"{corpus.name} {kind}"
    for row in rows:
        if not row.cells or shown.get(key, 0) >= SHOWN:
            continue
        shown[key] = shown.get(key, 0) + 1
        message = made_from.engine.read(corpus.messages[row.row])
        disguised = disguise(message, DISGUISES[kind], seed, made_from.places(number, row.row))
        for cell in row.cells:
            if cell.strength in SHOWN_STRENGTHS:
                name, text = corpus.row_name(row.row), disguised.at(cell.strength).all_text()
                variants.append(
                    Variant(corpus.name, name, kind, cell.strength, corpus.text(row.row), text, cell.caught)
                )


def _disguised(
    made_from: Disguisable, made: Mapping[tuple[int, str], Sequence[_Row]], seed: int
) -> Callable[[str], list[Wanted]]:
    """What `prices` asks: the caught rows disguised at strength 1 by every kind that an option counters.

    Those in `made` are decided already.
    """

    def of(option: str) -> list[Wanted]:
        found: list[Wanted] = []
        for number in range(len(made_from.caught)):
            for kind in DISGUISES.values():
                if kind.counters != option:
                    continue
                rows = made.get((number, kind.name))
                for row in _Draw(number, kind.name, seed, True, (1,))(made_from) if rows is None else rows:
                    if row.first is not None:
                        found.append(Wanted(row.first, number, row.row, row.cells[0].caught))
        return found

    return of


def _sorted(kept: list[StillCaught], kinds: Sequence[str]) -> tuple[StillCaught, ...]:
    """Corpus by corpus, all categories first, in the order of the kinds."""
    corpora = list(dict.fromkeys(caught.corpus for caught in kept))
    return tuple(
        sorted(
            kept,
            key=lambda k: (corpora.index(k.corpus), k.category != ALL, k.category, kinds.index(k.kind), k.strength),
        )
    )
