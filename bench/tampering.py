"""Random tamperings of ten kinds with an audit log, by who is in rows 1 to 4 of the table in docs/audit-log.md.

    python bench/tampering.py --count 2000 --seed 1

Row 1 is an accident: files are damaged, nothing is made to agree. Row 2 makes everything agree but the vault, row 3 the
vault too, held against a checkpoint kept elsewhere; row 4 is row 3 with a signed log and without its key, held against
the public one. After each of rows 2 and 4 the next writer opens the log, if it will, and `verify` is asked again.

*Found*: `verify` has a fault, or refuses the log. *Nothing changed*: what `verify` calls proven is what was written (a
log was cut back to a checkpoint that is left, or what was changed does not count). *Not found* is a broken promise.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench.faults.kit import NOW, pairs, restore, scratch, small_engine, snapshot
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.report import Verification
from modengine.audit.read.verify import verify
from modengine.audit.records.commitments import decision_id
from modengine.audit.records.record import decode, encode
from modengine.audit.records.segments import lines, name_of
from modengine.audit.records.vault import Cells, Vault, VaultRow
from modengine.audit.tree.checkpoints import all_notes, make_note
from modengine.audit.tree.keys import make_key
from modengine.audit.tree.merkle import Frontier, leaf_hash
from modengine.audit.tree.note import Checkpoint, SignerKey
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine
from modengine.errors import AuditError

KEY = make_key("bench/audit", lambda n: b"\x01" * n)
OWN = make_key("bench/attacker", lambda n: b"\x02" * n)
SEGMENT = f"segments/{name_of(0)}"
RUNS, EACH = 3, 12
"""Runs of a log, with a checkpoint after each, and decisions of a run."""
ROWS = (1, 2, 3, 4)
Item = tuple[bytes, Cells]
"""A record, and its row in the vault."""


@dataclass(frozen=True, slots=True)
class Original:
    """A log as it was written."""

    files: dict[str, bytes]
    items: list[Item]
    origin: str
    key: bytes
    """Of the vault."""
    notes: list[str]
    signer: SignerKey | None


def cells(row: VaultRow) -> Cells:
    return row.leaf, row.salt, row.details, row.message


def original(folder: Path, engine: Engine, signer: SignerKey | None) -> Original:
    for run in range(RUNS):
        with AuditLog.open(folder, signer, time=NOW) as log:
            log.use(engine, NOW)
            log.append_many(pairs(engine, run * EACH, EACH), NOW)
    layout = LogPaths(folder)
    vault = Vault.read(layout.vault, log.origin)
    assert vault is not None
    items = [(line.data, cells(row)) for line, row in zip(lines(layout.segments), vault.rows(), strict=True)]
    vault.close()
    return Original(snapshot(folder), items, log.origin, vault.key, list(all_notes(layout)), signer)


# --------------------------------------------------------------------------- the ten kinds


def change(items: list[Item], _: list[Item], chance: random.Random) -> list[Item]:
    at = chance.randrange(len(items))
    record = decode(items[at][0])
    changes: list[dict[str, Any]] = [{"time": "2026-01-01T00:00:00.000001Z"}, {"policy": "another"}, {"study": True}]
    if record["kind"] == "decision":
        changes += [{"taken": "block"}, {"hits": []}, {"message": "0" * 64}, {"text": "0" * 64}, {"details": "0" * 64}]
    changed = encode({**record, **chance.choice(changes)})
    return [*items[:at], (changed, items[at][1]), *items[at + 1 :]]


def delete(items: list[Item], _: list[Item], chance: random.Random) -> list[Item]:
    at = chance.randrange(1, len(items) - 1)
    return items[:at] + items[at + chance.randint(1, 5) :]


def insert(items: list[Item], _: list[Item], chance: random.Random) -> list[Item]:
    at, (line, row) = chance.randrange(1, len(items)), chance.choice(items[1:])
    forged = encode({**decode(line), "message": f"{chance.getrandbits(256):064x}", "taken": "allow"})
    return [*items[:at], (forged, row), *items[at:]]


def swap(items: list[Item], _: list[Item], chance: random.Random) -> list[Item]:
    a, b = chance.sample(range(1, len(items)), 2)
    new = list(items)
    new[a], new[b] = new[b], new[a]
    return new


def duplicate(items: list[Item], _: list[Item], chance: random.Random) -> list[Item]:
    at = chance.randrange(1, len(items) - 1)
    return items[: at + 1] + items[at:]


def splice(items: list[Item], other: list[Item], chance: random.Random) -> list[Item]:
    at, start, count = chance.randrange(1, len(items)), chance.randrange(1, len(other) - 5), chance.randint(1, 5)
    return items[:at] + other[start : start + count] + items[at + chance.choice((0, count)) :]


def cut(items: list[Item], _: list[Item], chance: random.Random) -> list[Item]:
    return items[: chance.randrange(len(items))]


RECORDS: dict[str, Callable[[list[Item], list[Item], random.Random], list[Item]]] = {
    "change": change,
    "delete": delete,
    "insert": insert,
    "swap": swap,
    "duplicate": duplicate,
    "splice": splice,
    "cut": cut,
}
KINDS = (*RECORDS, "flip a bit", "checkpoints", "rule copies")


def tamper(folder: Path, kind: str, row: int, log: Original, other: Original, chance: random.Random) -> None:
    """Leaves a log as somebody of a row does."""
    restore(folder, log.files)
    if kind in RECORDS:
        items = log.items
        while items == log.items:
            items = RECORDS[kind](log.items, other.items, chance)
        if row == 1:
            (folder / SEGMENT).write_bytes(b"".join(line + b"\n" for line, _ in items))
        else:
            agree(folder, log, renumbered(items, log.key), row, chance)
    elif kind == "flip a bit":
        names = [name for name, data in log.files.items() if data and (row != 2 or name != "vault.sqlite")]
        flip(folder / chance.choice(names), chance)
    elif kind == "checkpoints":
        checkpoints(folder, log, other, chance)
        if row > 1 and chance.random() < 0.5:
            (folder / "frontier.json").unlink()
    else:
        copies(folder, log, row, chance)


def flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def checkpoints(folder: Path, log: Original, other: Original, chance: random.Random) -> None:
    """Another newest checkpoint and another history: older, of another log, with another root or size, none."""
    size = chance.randrange(2 * len(log.items))
    forged = make_note(Checkpoint(log.origin, size, chance.randbytes(32)), chance.choice((None, OWN)))
    new = chance.choice([*log.notes[:-1], other.notes[-1], forged, "", "x\ny\nz\n\n"])
    history = [note for note in log.notes if chance.random() < 0.5] + chance.choice([[], [new]])
    (folder / "checkpoint").write_text(new if chance.random() < 0.8 else log.notes[-1], "utf-8")
    (folder / "checkpoints").write_text("".join(f"{note}\n" for note in history), "utf-8")


def copies(folder: Path, log: Original, row: int, chance: random.Random) -> None:
    """A copy of a rule file is changed, gone, or another's; who makes things agree changes the record too."""
    copy = folder / chance.choice([name for name in log.files if name.startswith("rules/")])
    if row > 2 or (row == 2 and chance.random() < 0.5):
        data = copy.read_bytes() + b"# changed\n"
        named = leaf_hash(data).hex()
        copy.unlink()
        copy.with_name(named).write_bytes(data)
        first = decode(log.items[0][0])
        files = [{**file, "sha256": named} if file["sha256"] == copy.name else file for file in first["files"]]
        changed = (encode({**first, "files": files}), log.items[0][1])
        agree(folder, log, [changed, *log.items[1:]], row, chance)
    elif chance.random() < 0.5:
        flip(copy, chance)
    else:
        copy.unlink()


def renumbered(items: list[Item], key: bytes) -> list[Item]:
    found = []
    for seq, (line, row) in enumerate(items):
        record = {**decode(line), "seq": seq}
        if record["kind"] == "decision":
            record["decision_id"] = decision_id(key, seq)
        found.append((encode(record), row))
    return found


def agree(folder: Path, log: Original, items: list[Item], row: int, chance: random.Random) -> None:
    """Records, checkpoints and frontier that agree, and from row 3 on the vault; in row 4 without the key."""
    (folder / SEGMENT).write_bytes(b"".join(line + b"\n" for line, _ in items))
    frontier, sizes = Frontier(), {1 + EACH, 1 + 2 * EACH, len(items)}
    signer = chance.choice((None, OWN)) if row == 4 else None
    notes = []
    for line, _ in items:
        frontier.add(leaf_hash(line))
        if frontier.size in sizes:
            notes.append(make_note(Checkpoint(log.origin, frontier.size, frontier.root()), signer))
    notes = notes or [make_note(Checkpoint(log.origin, 0, frontier.root()), signer)]
    newest = notes[-1]
    if row == 4 and chance.random() < 0.5:  # a signed one that is left, as the newest, or in the history
        kept = chance.randrange(len(log.notes))
        notes = log.notes[: kept + 1] + chance.choice([[], notes[-1:]])
        newest = chance.choice((log.notes[kept], newest))
    (folder / "checkpoint").write_text(newest, "utf-8")
    (folder / "checkpoints").write_text("".join(f"{note}\n" for note in notes), "utf-8")
    nodes = [base64.b64encode(node).decode() for node in frontier.nodes]
    (folder / "frontier.json").write_text(json.dumps({"size": frontier.size, "nodes": nodes}), "utf-8")
    if row < 3:
        return
    pin = chance.choice(("", str(OWN.verifier), str(KEY.verifier))) if row == 4 else ""
    identity = {"format": 1, "origin": log.origin, **({"key": pin} if pin else {})}
    (folder / "log.json").write_bytes(encode(identity) + b"\n")
    pieces = [(seq, msgspec.msgpack.encode([(leaf_hash(line), *kept[1:])])) for seq, (line, kept) in enumerate(items)]
    vault = sqlite3.connect(folder / "vault.sqlite", isolation_level=None)
    vault.execute("BEGIN")
    vault.execute("DELETE FROM pieces")
    vault.executemany("INSERT INTO pieces VALUES (?, ?)", pieces)
    for name, value in (("batch", b"%d" % len(items)), ("checkpoint", newest.encode()), ("signer", pin.encode())):
        vault.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
    vault.execute("COMMIT")
    vault.close()


# --------------------------------------------------------------------------- what is found


def outcome(folder: Path, row: int, log: Original) -> str:
    """`found`, `nothing changed` or `not found`."""
    first = asked(folder, row, log)
    if row not in (2, 4):
        return first
    try:
        AuditLog.open(folder, log.signer, time=NOW).close()
    except AuditError:
        return first
    second = asked(folder, row, log)
    return second if first == "nothing changed" else first if second != "not found" else second


def asked(folder: Path, row: int, log: Original) -> str:
    layout = LogPaths(folder)
    outside = (("kept", log.notes[-1]),) if row == 3 else ()
    try:
        report = verify(layout, outside, KEY.verifier if row == 4 else None)
    except AuditError:
        return "found"
    if not report.ok:
        return "found"
    return "nothing changed" if same(layout, report, row, log) else "not found"


def same(layout: LogPaths, report: Verification, row: int, log: Original) -> bool:
    """Whether what is proven is what was written; but for row 4, nothing of it may be gone."""
    there = [line.data for line in lines(layout.segments)][: report.proven]
    written = [line for line, _ in log.items]
    unproven = [decode(line).get("unproven") for line in there if decode(line)["kind"] == "recovery"]
    told = min((first for first, _ in filter(None, unproven)), default=len(there))
    if there[:told] != written[: min(told, len(there))] or (row < 4 and there[: len(written)] != written):
        return False
    if row > 2:
        return True
    vault = Vault.read(layout.vault, log.origin)
    assert vault is not None
    rows = [cells(row) for row in vault.rows()]
    vault.close()
    return rows[: len(written)] == [row for _, row in log.items] and vault.key == log.key


def run(count: int, seed: int) -> dict[tuple[str, int], Counter[str]]:
    engine = small_engine()
    found: dict[tuple[str, int], Counter[str]] = {}
    with scratch(memory=True) as place:
        logs = {signer: original(place / str(signer is None), engine, signer) for signer in (None, KEY)}
        other = original(place / "other", engine, None)
        for kind in KINDS:
            for row in ROWS:
                chance = random.Random(f"{seed} {kind} {row}")
                log = logs[KEY if row == 4 else None]
                counts = found[kind, row] = Counter()
                for number in range(count):
                    tamper(place / "harmed", kind, row, log, other, chance)
                    came = outcome(place / "harmed", row, log)
                    counts[came] += 1
                    if came == "not found":
                        print(f"not found: {kind}, row {row}, number {number}", file=sys.stderr)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="tamperings of each kind by each row [default: 100]")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    start = time.perf_counter()
    found = run(arguments.count, arguments.seed)
    print("| kind | row | tried | found | nothing changed | not found |\n|---|---:|---:|---:|---:|---:|")
    for (kind, row), counts in found.items():
        figures = (counts.total(), counts["found"], counts["nothing changed"], counts["not found"])
        print(f"| {kind} | {row} | " + " | ".join(f"{figure:,}" for figure in figures) + " |")
    print(f"seed {arguments.seed}, {time.perf_counter() - start:.0f} s", file=sys.stderr)
    return 1 if any(counts["not found"] for counts in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
