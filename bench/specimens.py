"""How fast lists that others made are compiled, matched and compared.

    python bench/specimens.py

Entries and texts are drawn by chance from 3,000 characters, the commoner the earlier; times are of the
processor, of one process.  Prints what was measured and the budget of each.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import accumulate

from modengine.lab.data.corpus import Columns, Corpus
from modengine.lab.specimens.card import Specimen
from modengine.lab.specimens.entries import Component, ListEntry
from modengine.lab.specimens.likeness import compare_specimens
from modengine.lab.specimens.matcher import SpecimenMatcher
from modengine.lab.specimens.measure import measure_specimens
from modengine.model import Message

CHARACTERS = [chr(0x4E00 + i) for i in range(3_000)]
WEIGHTS = list(accumulate(1 / (i + 1) ** 0.7 for i in range(len(CHARACTERS))))
LISTS, ENTRIES, TEXTS = 1_000, 200, 10_000


def words(random_: random.Random) -> Callable[[int], str]:
    """Makes words of so many characters."""
    pool = random_.choices(CHARACTERS, cum_weights=WEIGHTS, k=2_000_000)
    at = 0

    def word(size: int) -> str:
        nonlocal at
        at = (at + size) % (len(pool) - 1_000)
        return "".join(pool[at : at + size])

    return word


@contextmanager
def timed(what: str, budget: int) -> Iterator[None]:
    start = time.process_time()
    yield
    print(f"{what}: {time.process_time() - start:.1f} s of {budget} s")


def main() -> None:
    draw = random.Random(1)
    word = words(draw)
    sizes, several = (1, 2, 2, 2, 3, 3, 4, 5, 6), (1, 1, 1, 1, 1, 1, 1, 2, 3)
    entries = tuple(
        ListEntry(tuple({Component(word(draw.choice(sizes))) for _ in range(draw.choice(several))}))
        for _ in range(LISTS * ENTRIES)
    )
    with timed(f"compile {len(entries):,} entries", 5):
        SpecimenMatcher([Specimen("all", entries)])
    lists = [Specimen(f"list{n}", entries[n * ENTRIES : (n + 1) * ENTRIES]) for n in range(LISTS)]
    messages = tuple(Message(word(draw.randint(10, 200))) for _ in range(TEXTS))
    none = ("",) * TEXTS
    corpus = Corpus("texts", "", Columns(), messages, ("none",) * TEXTS, none, {}, 0, None)
    with timed(f"{LISTS:,} lists of {ENTRIES} entries over {TEXTS:,} texts, as written and as words", 60):
        result = measure_specimens(lists, [corpus])
    print("  median share", result.spread[0].quantiles["0.5"])
    common = entries[: 20 * LISTS]
    mixed = [
        Specimen(f"list{n}", (*draw.sample(common, ENTRIES // 2), *lists[n].entries[: ENTRIES // 2]))
        for n in range(LISTS)
    ]
    with timed(f"all {LISTS * (LISTS - 1) // 2:,} pairs of {LISTS:,} lists", 60):
        result_of_pairs = compare_specimens(mixed)
    print(f"  {len(result_of_pairs.sharing):,} pairs share an entry")


if __name__ == "__main__":
    main()
