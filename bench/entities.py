"""Texts made to be slow to read entities in: the time of a decision must grow as the text does.

    python bench/entities.py                     # the engine that is at work
    MODENGINE_CORE=0 python bench/entities.py    # the Python engine

A policy asks for every kind of entity, its value compared where it has one.  Each time is the median of three
decisions.
"""

from __future__ import annotations

from itertools import islice
from statistics import median
from time import perf_counter

import modengine
from modengine.entities.model import ENTITY_KINDS, OPTIONS

SIZES = (5_000, 10_000, 20_000)
HOSTILE = {
    "digits": "1",
    "digits and commas": "1,111",
    "ranges": "1-",
    "numerals": "一千万",
    "rates": "每天一",
    "dots": "a.",
    "addresses": "@a",
    "brackets": "[(【",
    "quotation marks": "“",
    "calls": "加微",
    "masks": "x*",
    "negations": "不",
    "of all": "加我vx1不要【银行】每天300元www.a.com？",
}
"""What each text repeats."""


def policy() -> dict[str, object]:
    def pattern(kind: str) -> dict[str, object]:
        return {"entity": kind, **({"at_least": 5} if "at_least" in OPTIONS[kind] else {})}  # type: ignore[index]

    rules = [
        {"id": f"every.{kind}", "title": kind, "score": 1, "patterns": {"found": pattern(kind)}, "when": "found"}
        for kind in ENTITY_KINDS
    ]
    return {"ruleset": "every", "title": "Every kind of entity", "category": "demo", "rules": rules}


def seconds(engine: modengine.Engine, text: str) -> float:
    times = []
    for _ in range(3):
        begin = perf_counter()
        engine.decide(text)
        times.append(perf_counter() - begin)
    return median(times)


def main() -> None:
    engine = modengine.load(mapping=policy())
    print(f"{'compiled core' if engine.compiled else 'Python engine'}; milliseconds a message of so many characters")
    print(f"{'':20}" + "".join(f"{size:>10,}" for size in SIZES))
    for name, piece in HOSTILE.items():
        texts = ["".join(islice(piece * (size // len(piece) + 1), size)) for size in SIZES]
        engine.decide(texts[0])
        print(f"{name:20}" + "".join(f"{seconds(engine, text) * 1000:10.1f}" for text in texts))


if __name__ == "__main__":
    main()
