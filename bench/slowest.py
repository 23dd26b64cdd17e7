"""The slowest message that can be built from what the shipped policy looks for.

    python bench/slowest.py [--engine core|python] [--count 3000] [--rounds 400] [--seed 1]

Messages of 20,000 characters, the most that is read: each literal of the policy, each text that a rule's examples and
the samples were found by, and each whole example, repeated; these interleaved, of one rule and of all; near-misses of
them (a sign put in, doubled, left out, moved); with and without ends of sentences. Then the slowest are changed and
mixed, and what is slower is kept. Processor time of one decision; of the slowest, the least of five.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from modengine import Engine, load
from modengine.run.read.files import look, read

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
"""Texts that are slow to read entities in: what each repeats."""
LENGTH = 20_000
BETWEEN = ("", "，", "。", "\n", " ", "·", "的", "a", "1")
KEPT = 24
"""So many of the slowest are changed further."""
Pieces = list[str]


def fill(pieces: Sequence[str], between: str) -> str:
    """The pieces over and over, cut where a message ends."""
    found: list[str] = []
    length = 0
    for piece in cycle(pieces):
        found += piece, between
        length += len(piece) + len(between)
        if length >= LENGTH:
            return "".join(found)[:LENGTH]
    raise AssertionError("there are no pieces")


def looked_for(engine: Engine) -> list[Pieces]:
    """What each rule looks for: literals of its patterns, its examples, and what was found in these."""
    infos = engine.program.infos
    found: list[Pieces] = []
    for made in engine.program.rules.values():
        literals = {lit.text for number in made.patterns.values() for lit in infos[number].literals or ()}
        examples = [example.message.text for example in (*made.rule.examples.match, *made.rule.examples.passes)]
        matched = {match.text for text in examples for hit in engine.decide(text).hits for match in hit.matches}
        found.append(sorted(piece for piece in {*literals, *examples, *matched} if piece))
    return found


def matched_in_samples(engine: Engine, samples: Path) -> Pieces:
    texts = [row.message.text for row in read([look(str(samples))]) if row.message is not None]
    return sorted({match.text for text in texts for hit in engine.decide(text).hits for match in hit.matches})


def near_miss(piece: str, chance: random.Random) -> str:
    at = chance.randrange(len(piece))
    return chance.choice((
        piece[:at] + piece[at + 1 :] or piece,
        piece[:at] + piece[at] * chance.choice((2, 5)) + piece[at + 1 :],
        piece[:at] + chance.choice("·　的1a。️") + piece[at:],
        piece[at:] + piece[:at],
        chance.choice("·. ").join(piece),
        piece[: at + 1],
    ))  # fmt: skip


def tried(rules: Sequence[Pieces], count: int, chance: random.Random) -> Iterator[tuple[str, Pieces, str]]:
    """What a message is called, its pieces, and what stands between them."""
    everything = sorted({piece for rule in rules for piece in rule})
    for piece in chance.sample(everything, min(count, len(everything))):
        yield "one repeated", [piece], ""
    for rule in rules:
        for between in chance.sample(BETWEEN, 3):
            yield "of one rule", chance.sample(rule, len(rule)), between
    for name, piece in HOSTILE.items():
        yield f"entities: {name}", [piece], ""
    for _ in range(count):
        pieces = chance.choices(everything, k=chance.choice((2, 3, 5, 20, 500)))
        yield "interleaved", pieces, chance.choice(BETWEEN)
        yield "near-misses", [near_miss(piece, chance) for piece in pieces], chance.choice(BETWEEN)


def changed(pieces: Pieces, other: Pieces, everything: Pieces, chance: random.Random) -> Pieces:
    pieces = list(pieces)
    at = chance.randrange(len(pieces))
    match chance.randrange(5):
        case 0:
            pieces[at] = near_miss(pieces[at], chance)
        case 1:
            pieces.insert(at, chance.choice(everything))
        case 2:
            pieces = pieces[: at + 1] + other[chance.randrange(len(other)) :]
        case 3 if len(pieces) > 1:
            del pieces[at]
        case _:
            pieces[at] = chance.choice(everything)
    return pieces


def milliseconds(engine: Engine, text: str, times: int = 1) -> float:
    found = []
    for _ in range(times):
        begin = time.process_time()
        engine.decide(text, ignore_scope=True)
        found.append((time.process_time() - begin) * 1000)
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--engine", choices=("core", "python"), default="core")
    parser.add_argument("--count", type=int, default=3000, help="so many at random of each kind")
    parser.add_argument("--rounds", type=int, default=400, help="so many changes of the slowest")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance, engine = random.Random(given.seed), load()
    if given.engine == "python":
        engine = Engine(engine.program, matchers=engine.program.matchers())
    elif not engine.compiled:
        sys.exit("there is no compiled core here")
    samples = Path(__file__).parents[1] / "samples" / "messages.jsonl"
    rules = [*looked_for(engine), matched_in_samples(engine, samples)]
    everything = sorted({piece for rule in rules for piece in rule})
    number = 0
    slowest: list[tuple[float, str, Pieces, str]] = []

    def one(name: str, pieces: Pieces, between: str) -> None:
        nonlocal number
        number += 1
        took = milliseconds(engine, fill(pieces, between))
        if len(slowest) == KEPT:
            if took <= slowest[-1][0] or (took := milliseconds(engine, fill(pieces, between), 2)) <= slowest[-1][0]:
                return
            slowest.pop()
        slowest.append((took, name, pieces, between))
        slowest.sort(key=lambda item: -item[0])

    for item in tried(rules, given.count, chance):
        one(*item)
    for _ in range(given.rounds):
        (_, name, pieces, between), (_, _, other, _) = chance.sample(slowest, 2)
        name = name if name.endswith("changed") else f"{name}, changed"
        one(name, changed(pieces, other, everything, chance), chance.choice((between, between, *BETWEEN)))
    again = [
        (milliseconds(engine, fill(pieces, between), 5), name, pieces, between) for _, name, pieces, between in slowest
    ]
    again.sort(key=lambda item: -item[0])
    print(f"{given.engine}: {number:,} messages of {LENGTH:,} characters from {len(everything):,} pieces")
    print(f"the slowest: {again[0][0]:.0f} ms of processor")
    for took, name, pieces, between in again[:10]:
        print(f"{took:8.1f} ms  {name}, {len(pieces)} pieces, {between!r} between: {fill(pieces, between)[:60]!r}")


if __name__ == "__main__":
    main()
