"""The stages `scan` and `resume` of kill9.py."""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from bench.faults.kit import (
    KEY,
    POLICY,
    RULES,
    TELL,
    Row,
    Spread,
    key_of,
    killed,
    messages,
    names,
    scratch,
    small_engine,
)
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.tree.keys import write_key
from modengine.audit.write.apart import Half
from modengine.audit.write.log import AuditLog
from modengine.cli.main import run as command
from modengine.cli.scan.scan import command as _warm  # noqa: F401  (children find it imported)
from modengine.run.read import blocks
from modengine.run.work import commit, local
from modengine.run.work.worker import serve

_SAME = "what was acknowledged is in the log, in order; gone on with to the output of a scan that nobody disturbed"


class Scans:
    """Scans of the same messages."""

    COUNT = 120
    FORMS: tuple[tuple[str, ...], ...] = (("out.jsonl",), ("decisions.csv", "hits.csv", "datapackage.json"), ())
    """The files of each form of output; none for standard output."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.found = folder, Counter[str]()
        self._first, self._again, self._spawned = Spread(chance), Spread(chance), Spread(chance)
        self.chance = chance
        # What a child, and a worker, would load first is there.
        pickle.loads(pickle.dumps(small_engine())).decide("快递")
        (folder / "policy.yaml").write_text(POLICY, "utf-8")
        (folder / "rules.yaml").write_text(RULES, "utf-8")
        write_key(folder / "key", KEY)
        with (folder / "messages.jsonl").open("w", encoding="utf-8") as file:
            for number in range(self.COUNT):
                text = f"第{number}个快递到了" if number % 3 == 0 else f"第{number}天，明天见"
                row = {"id": f"m-{number}", "text": text, "channel": "group"}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._wanted = []
        for form in self.FORMS:
            place = folder / f"whole-{len(form)}"
            place.mkdir()
            killed(partial(self._scan, place, form, [], False), None)
            self._wanted.append([(place / name).read_bytes() for name in form or ("shown",)])

    def one(self, place: Path, number: int, resuming: bool) -> int:
        """Kills a scan, or those that go on with it, and ends it; how many were killed."""
        form = self.FORMS[number % 2 if resuming else number % 3]
        more = ["--audit-key", str(self.folder / "key")] * (number // 3 % 2) + ["--keep-text"] * (number // 6 % 2)
        place.mkdir()
        spawn = not resuming and number % 40 == 4
        spread = self._spawned if spawn else self._first
        hit, known = self._killed(place, form, more, spread, spawn, [])
        count = 0 if resuming else int(hit)
        for _ in range(self.chance.randint(1, 3) if resuming and hit else 0):
            if _finished(place, form):
                break
            hit, known = self._killed(place, form, [*more, "--resume"], self._again, False, known)
            count += hit
            if not hit:
                break
        if hit:
            self._end(place, form, more, known)
        self.found["whole"] += not hit
        if (place / "log" / "log.json").exists():
            self._good(place, form)
        return count

    def _killed(
        self, place: Path, form: Sequence[str], more: list[str], spread: Spread, spawn: bool, known: list[str]
    ) -> tuple[bool, list[str]]:
        """Whether it was killed, and the decisions that the log has then."""
        hit, told = spread.kill(partial(self._scan, place, form, more, spawn))
        done = sum(count for _, _, count in told)
        self.found["acknowledged"] += done
        log = place / "log"
        if not (log / "log.json").exists():
            self.found["lost"] += bool(done)
            return hit, []
        now, all_of_them = messages(log), names(key_of(log), 0, self.COUNT)
        must = len(known) + done
        if not form:
            shown = (place / "shown").read_bytes()
            must = max(must, shown.count(b"\n"))
            self.found["other"] += not self._wanted[2][0].startswith(shown)
        self.found["lost"] += len(now) < must
        self.found["order"] += now != all_of_them[: len(now)]
        return hit, now

    def _end(self, place: Path, form: Sequence[str], more: list[str], known: list[str]) -> None:
        """Goes on, as whoever scans would: to files where they are not finished, else the next writer."""
        log = place / "log"
        try:
            if not _finished(place, form):
                self.found["resumed"] += 1
                killed(partial(self._scan, place, form, [*more, "--resume"], False), None)
            elif (log / "log.json").exists():
                AuditLog.open(log, KEY if "--audit-key" in more else None, time=datetime.now(UTC)).close()
                self.found["bad"] += messages(log) != known
        except Exception as error:
            self.found["refused"] += 1
            print(f"{place}: {error}", file=sys.stderr)

    def _good(self, place: Path, form: tuple[str, ...]) -> None:
        report = verify(LogPaths(place / "log"), key=None)
        self.found["bad"] += not report.ok
        if form:
            before = self.found["other"]
            wanted = self._wanted[self.FORMS.index(form)]
            there = [(place / name).read_bytes() if (place / name).exists() else b"" for name in form]
            self.found["other"] += there != wanted or sorted(os.listdir(place)) != sorted(("log", "said", *form))
            all_of_them = names(key_of(place / "log"), 0, self.COUNT)
            self.found["other"] += messages(place / "log") != all_of_them
            if self.found["other"] != before:
                print(place, (place / "said").read_text("utf-8"), file=sys.stderr)

    def _scan(self, place: Path, form: Sequence[str], more: list[str], spawn: bool, pipe: int) -> None:
        """In a child: blocks of a few lines, each put away by itself, and told of when the log has it."""
        blocks.BYTES, blocks.ROWS, commit.MOST = 600, 10, 1
        if not spawn:
            vars(local).update(get_context=lambda _: get_context("fork"), serve=partial(_apart, pipe))
        append = AuditLog.append_sealed

        def telling(log: AuditLog, sealed: Sequence[Half], at: datetime) -> int:
            count = append(log, sealed, at)
            os.write(pipe, TELL.pack(b"!", 0, count))
            return count

        AuditLog.append_sealed = telling  # type: ignore[method-assign]
        for descriptor, name in ((1, "said" if form else "shown"), (2, "said")):
            os.dup2(os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND), descriptor)
        sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))  # noqa: SIM115
        output = {0: [], 1: ["-o", str(place / "out.jsonl")], 3: ["-o", str(place), "--format", "csv"]}[len(form)]
        given = ["scan", str(self.folder / "messages.jsonl"), "-p", str(self.folder / "policy.yaml"), "-q", "-j", "2"]
        if code := command([*given, "-a", str(place / "log"), *output, *more]):
            raise OSError(f"exit code {code}: {(place / 'said').read_text('utf-8')}")


def _finished(place: Path, form: Sequence[str]) -> bool:
    """Whether the outputs are in their places, and no note of a scan to go on with is left."""
    return all((place / name).exists() for name in form) and not list(place.glob("*.resume"))


def _apart(tell: int, pipe: Connection) -> None:
    """A worker that holds nothing of its scan, as one that was started anew."""
    for entry in os.listdir("/proc/self/fd"):
        if int(entry) not in (0, 1, 2, tell, pipe.fileno()):
            with suppress(OSError):
                os.close(int(entry))
    serve(pipe)


def scanning(n: int, chance: random.Random, stage: str) -> Row:
    resuming = stage == "resume"
    count = number = 0
    with scratch() as disk, scratch(memory=True) as memory:
        scans = Scans(memory, chance)
        while count < n:
            place = (disk if number % 20 == 19 else memory) / str(number)
            count += scans.one(place, number, resuming)
            shutil.rmtree(place)
            number += 1
    found = scans.found
    result = (
        f"{found['acknowledged']:,} decisions acknowledged, lost in {found['lost']} runs, order broken in"
        f" {found['order']}; gone on with {found['resumed']:,}; ended before the kill {found['whole']};"
        f" refused to go on {found['refused']}; other output {found['other']}; not good afterwards {found['bad']}"
    )
    held = not any(found[name] for name in ("lost", "order", "refused", "other", "bad"))
    what = "a scan that goes on (--resume)" if resuming else "a scan with two jobs"
    return f"kill -9 of {what}", f"{count:,}", _SAME, result, held
