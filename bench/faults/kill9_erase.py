"""The stage `erase` of kill9.py."""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.faults.kit import (
    KEY,
    NOW,
    TELL,
    Row,
    Spread,
    messages,
    pairs,
    records,
    restore,
    scratch,
    small_engine,
    snapshot,
)
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.tree.keys import write_key
from modengine.audit.write.log import AuditLog
from modengine.cli.audit.erase import command as _warm  # noqa: F401  (children find it imported)
from modengine.cli.main import run as command

_GONE = "what was acknowledged as erased is in no byte of the log, all else is; the next writer ends what was begun"
IDS = 12
"""Messages of a log that is erased from; two decisions on each, 24 after 1."""


def kept(folder: Path) -> set[int]:
    """The messages whose text stands in some byte of a log."""
    data = b"\0".join(snapshot(folder).values())
    return {n for n in range(IDS) if f"第{n}{'天，' if n % 3 else '个快'}".encode() in data}


def erased(folder: Path) -> set[int]:
    """The records that the log says are erased."""
    return {seq for record in records(folder) if record["kind"] == "erasure" for seq in record["erased"]}


def eraser(folder: Path, key: Path | None, order: Sequence[int], by_command: bool, pipe: int) -> None:
    """Erases messages, and tells of each before and after."""
    for descriptor in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    signed = ["--audit-key", str(key)] if key else []
    log = None if by_command else AuditLog.open(folder, KEY if key else None, time=datetime.now(UTC), segment=6_000)
    for n in order:
        os.write(pipe, TELL.pack(b"?", n, 1))
        if log is not None:
            log.erase(f"m-{n}", datetime.now(UTC))
        elif command(["audit", "erase", "--id", f"m-{n}", "--yes", "-a", str(folder), *signed]):
            raise OSError("erasing failed")
        os.write(pipe, TELL.pack(b"!", n, 1))
    if log is not None:
        log.close()


def erasing(n: int, chance: random.Random, stage: str) -> Row:  # noqa: ARG001
    engine, found, count, number = small_engine(), Counter[str](), 0, 0
    spreads = Spread(chance), Spread(chance)
    with scratch() as disk, scratch(memory=True) as memory:
        write_key(memory / "key", KEY)
        whole: list[dict[str, bytes]] = []
        for key in (None, KEY):
            folder = memory / f"whole-{len(whole)}"
            with AuditLog.open(folder, key, keep_text=True, time=NOW, batch=5, segment=6_000) as log:
                log.use(engine, NOW)
                for _ in range(2):
                    log.append_many(pairs(engine, 0, IDS), NOW)
            assert kept(folder) == set(range(IDS))
            whole.append(snapshot(folder))
        while count < n:
            signed, by_command = number % 2, number // 2 % 2
            folder = (disk if number % 20 == 19 else memory) / "log"
            restore(folder, whole[signed])
            order = chance.sample(range(IDS), 5)
            work = partial(eraser, folder, memory / "key" if signed else None, order, bool(by_command))
            hit, told = spreads[by_command].kill(work)
            count, number = count + hit, number + 1
            found["whole"] += not hit
            gone = {at for sign, at, _ in told if sign == b"!"}
            begun = {at for sign, at, _ in told} - gone
            found["acknowledged"] += len(gone)
            found["back"] += bool(kept(folder) & gone)
            found["lost"] += not kept(folder) >= set(range(IDS)) - gone - begun
            decisions = messages(folder)
            try:
                with AuditLog.open(folder, KEY if signed else None, time=datetime.now(UTC)) as log:
                    now = kept(folder)
                    found["back"] += bool(now & gone)
                    found["lost"] += not now >= set(range(IDS)) - gone - begun
                    found["ended"] += bool(begun - now)
                    said = erased(folder)
                    found["bad"] += said != {row for at in set(range(IDS)) - now for row in (1 + at, 1 + IDS + at)}
                    for at in begun:
                        log.erase(f"m-{at}", datetime.now(UTC))
                        found["back"] += at in kept(folder)
            except Exception as error:
                found["refused"] += 1
                print(f"{number}: {error}", file=sys.stderr)
            found["bad"] += not verify(LogPaths(folder)).ok or messages(folder) != decisions
            found["back"] += kept(folder) != set(range(IDS)) - gone - begun
    result = (
        f"{found['acknowledged']:,} erasures acknowledged, texts still there in {found['back']} runs, others lost in"
        f" {found['lost']}; begun, and ended by the next writer {found['ended']}; ended before the kill"
        f" {found['whole']}; refused to open {found['refused']}; not good afterwards {found['bad']}"
    )
    held = not any(found[name] for name in ("back", "lost", "refused", "bad"))
    return "kill -9 while texts are erased", f"{count:,}", _GONE, result, held
