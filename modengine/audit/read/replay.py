"""Making every recorded decision again, and sorting what differs by its cause.

The rules come from the copies in the log, the messages from the vault or from their source; a
message from elsewhere counts only if it is the one that the record commits to.
"""

from __future__ import annotations

import hashlib
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from modengine.audit.files import disk
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.source import MessageSource
from modengine.audit.records.context import context_of
from modengine.audit.records.record import Record, decode, encode, message_from
from modengine.audit.records.revisions import environment
from modengine.audit.records.sealing import OUTCOME, Sealer
from modengine.audit.records.segments import RecordLine
from modengine.audit.records.vault import Vault, VaultRow
from modengine.engine.engine import Engine
from modengine.errors import MessageError, PolicyError
from modengine.loading import load_copied
from modengine.model import Cause, Message
from modengine.policy.files import MAX_BYTES, shipped_in
from modengine.policy.packs.find import OURS
from modengine.policy.packs.manifest import NAME as MANIFEST

CAUSES: Mapping[str, str] = {
    "text erased": "the text was erased on request",
    "text absent": "the text was not kept, and no file that --from names has it",
    "text changed": "the source has another text under that id than the record commits to",
    "reading changed": "a file was read anew, and has another text now than the record commits to",
    "file unread": "the source names a file whose text is not there: nobody read it, or it cannot be read",
    "rules": "other rules than those in force then, or their copies in the log are missing, changed or do not load",
    "engine": "the same rules, but another version of modengine or of its compiled core, or code that was changed",
    "dictionary": "the same rules, but another segmenter or dictionary",
    "tables": "the same rules, but other character tables, or another version of Unicode, `regex` or `pypinyin`",
    "timeout": "a pattern ran out of time, then or now",
    "fields": "the source has other fields than the message had then",
    "unexplained": "nothing above: the record is not what these rules decide",
}
UNFOUND = ("text changed", "reading changed", "text absent", "file unread")
UNMADE = (*UNFOUND, "text erased")
"""Causes for which a decision could not be made again at all; of the last the log itself tells."""
_TIMED_OUT = (Cause.TIMEOUT, "not-run")
"""What a record says of a pattern that the clock stopped; the second in logs of older versions alone."""
_ENVIRONMENT = {"deciding_code": "engine", "core": "engine", "segmenter": "dictionary"}
_CALLED = {
    "deciding_code": "the code that decides", "core": "compiled core", "pinyin": "pypinyin", "unicode": "Unicode",
}  # fmt: skip
_WIDEST = 80
MOST = 100
"""Differences that are listed; all are counted."""
MOST_AS_BEFORE = 3
"""Of those by another engine that was asked for, the ones whose action is as before: something always differs."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """A decision that did not come out the same, or could not be made."""

    record: int
    decision_id: str
    cause: str
    what: tuple[str, ...] = ()
    """The parts of the record that differ."""
    message_id: str | None = None
    then: str | None = None
    now: str | None = None
    """The action of the record, and that of the decision that was made again, if one was."""

    @property
    def as_before(self) -> bool:
        return self.then is not None and self.then == self.now


@dataclass(slots=True)
class Replay:
    """What became of replaying."""

    decisions: int = 0
    same: int = 0
    causes: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    """Decisions by where their texts were from: `vault`, or an `Origin`."""
    actions: dict[tuple[str, str], int] = field(default_factory=dict)
    """Decisions that came out otherwise, by their action then and now."""
    since: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Causes of decisions that came out otherwise, and what each was then and is now."""
    differences: list[Divergence] = field(default_factory=list)

    @property
    def different(self) -> int:
        """Decisions that were made again and came out otherwise."""
        return sum(count for cause, count in self.causes.items() if cause not in UNMADE)

    @property
    def unfound(self) -> int:
        """Decisions whose text is changed or missing, without an erasure in the log."""
        return sum(self.causes.get(cause, 0) for cause in UNFOUND)


class Replayer:
    """Takes the records of a log in their order: give `take` to `verify`.

    With `engine`, decisions are made by that one in place of the rules in the log.  `whole` lists every difference.
    """

    def __init__(
        self,
        layout: LogPaths,
        vault: Vault,
        source: MessageSource | None,
        engine: Engine | None = None,
        whole: bool = False,
    ) -> None:
        self._layout, self._source, self._other, self._whole = layout, source, engine, whole
        self._key = vault.key
        self._rows = vault.rows()
        self._row = next(self._rows, None)
        self._engine: Engine | None = engine
        self._sealer = self._sealer_of(engine)
        self._causes: Mapping[str, tuple[str, ...]] = {}
        self._loaded: dict[str, Engine | None] = {}
        self.result = Replay()

    def take(self, line: RecordLine, record: Record) -> None:
        if record["kind"] == "revision":
            self._rules(record)
        elif record["kind"] == "decision":
            self.result.decisions += 1
            try:
                difference = self._decision(line, record)
            except ValueError:  # a message that no writer would keep
                difference = Divergence(line.seq, str(record.get("decision_id")), "unexplained", ("form",))
            if difference is None:
                self.result.same += 1
                return
            causes = self.result.causes
            causes[difference.cause] = causes.get(difference.cause, 0) + 1
            if difference.then is not None and difference.now is not None:
                became = difference.then, difference.now
                self.result.actions[became] = self.result.actions.get(became, 0) + 1
                self.result.since |= self._causes
            if self._whole or self._is_listed(difference):
                self.result.differences.append(difference)

    def _is_listed(self, difference: Divergence) -> bool:
        listed = self.result.differences
        if self._other is not None and difference.as_before:
            return sum(other.as_before for other in listed) < MOST_AS_BEFORE
        return len(listed) < MOST

    # ----------------------------------------------------------------- rules

    def _rules(self, record: Record) -> None:
        if self._other is None:
            files = encode(record["files"]).decode()
            if files not in self._loaded:
                self._loaded = {files: load_copies(self._layout, record["files"])}
            self._engine = self._loaded[files]
            self._sealer = self._sealer_of(self._engine)
        self._causes = {} if self._engine is None else _causes(record, self._engine)

    def _sealer_of(self, engine: Engine | None) -> Sealer | None:
        return None if engine is None else Sealer(context_of(engine), self._key)

    # ----------------------------------------------------------------- decisions

    def _decision(self, line: RecordLine, record: Record) -> Divergence | None:
        def because(cause: str, *what: str) -> Divergence:
            return Divergence(line.seq, record["decision_id"], cause, what)

        while self._row is not None and self._row.seq < line.seq:
            self._row = next(self._rows, None)
        row = self._row if self._row is not None and self._row.seq == line.seq else None
        if row is None or row.salt is None:
            return because("text erased" if row is not None else "text absent")
        message, why = self._message(record, row)
        if message is None:
            return because(why)
        self.result.texts[why] = self.result.texts.get(why, 0) + 1
        if self._engine is None or self._sealer is None:
            return because("rules")
        try:
            ignore = record["ignore_scope"]
            decision = self._engine.decide(message, ignore_scope=ignore)
            sealed = self._sealer.seal([(message, decision)], line.seq, [record["time"]], [ignore], [row.salt])
        except MessageError:
            return because("fields")
        made = decode(sealed.lines[0])
        # Other rules may ask about other fields.
        apart = ("revision", "fields") if self._other is not None else ("revision",)
        what = [name for name in OUTCOME if name not in apart and made[name] != record.get(name)]
        if not what:
            return None
        cause = next(iter(self._causes), "fields" if "fields" in what else "unexplained")
        if any(entry["reason"] in _TIMED_OUT for entry in (*made["undetermined"], *record["undetermined"])):
            cause = "timeout"
        return Divergence(
            line.seq, record["decision_id"], cause, tuple(what), message.id, _outcome(record), _outcome(made)
        )

    def _message(self, record: Record, row: VaultRow) -> tuple[Message | None, str]:
        """The message and where it is from, or why there is none."""
        assert row.salt is not None
        if row.message is not None:
            return message_from(row.message), "vault"
        if self._source is None:
            return None, "text absent"
        asked = record["message"], row.salt, record["text"]
        return (
            self._source.find(*asked) if self._sealer is None else self._source.find(*asked, self._sealer.context.read)
        )


def _outcome(record: Record) -> str:
    """The action of a record, and what was taken where that is another (scope, period, a study)."""
    action, taken = str(record["action"]), str(record["taken"])
    return action if action == taken else f"{action} (taken: {taken})"


def _causes(record: Record, engine: Engine) -> Mapping[str, tuple[str, ...]]:
    """Why an engine may decide otherwise than the one that a revision record tells of, the first reason first; with
    each what was another then."""
    found: dict[str, tuple[str, ...]] = {}
    now, then = environment(engine), record["environment"]
    for name, value in now.items():
        if then.get(name) != value:
            cause = _ENVIRONMENT.get(name, "tables")
            found[cause] = (*found.get(cause, ()), _since(_CALLED.get(name, name), then.get(name), value))
    # The revision tells of the environment too: where that is another, only the files say whether the rules are.
    files = sorted(hashlib.sha256(file.data).hexdigest() for file in engine.policy.files)
    if files != sorted(file["sha256"] for file in record["files"]) or (
        not found and engine.revision != record["revision"]
    ):
        same = engine.policy.id == record["policy"]
        found["rules"] = (
            f"the files of {engine.policy.id}" if same else _since("policy", record["policy"], engine.policy.id),
        )
    if (version := context_of(engine).engine) != record["engine"]:
        found["engine"] = (_since("modengine", record["engine"], version), *found.get("engine", ()))
    return {cause: found[cause] for cause in CAUSES if cause in found}


def _since(name: str, then: object, now: object) -> str:
    """What was another then, `policy: a then, b now`; of digests the name alone."""
    words = f"{name}: {then} then, {now} now"
    return words if len(words) <= _WIDEST else name


def load_copies(layout: LogPaths, files: list[dict[str, Any]]) -> Engine | None:
    """The engine of the rule files that a log keeps; None where they are missing, changed or do not load."""
    if not files:
        return None
    paths = [PurePosixPath(file["path"]) for file in files]
    if any(set(str(path)) & set("\\:\0") for path in paths):
        return None  # no path for every system: the loader refuses such names
    depth = max(path.parts.count("..") for path in paths)
    with tempfile.TemporaryDirectory(prefix="modengine-") as folder:
        root = Path(folder).resolve()
        base = root.joinpath(*["rules"] * (depth + 1))
        copies: dict[Path, bytes] = {}
        for file, path in zip(files, paths, strict=True):
            try:
                data = disk.read(layout.rules / file["sha256"], MAX_BYTES)
                if hashlib.sha256(data).hexdigest() != file["sha256"]:
                    return None
                target = root.joinpath(*_resolved(base.relative_to(root).parts, path))
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                copies[target] = data
            except (OSError, ValueError):  # a file that is missing, or a path that none can have
                return None
        try:
            return load_copied(base / paths[0], _homes(copies))
        except PolicyError:
            return None


def _homes(copies: Mapping[Path, bytes]) -> dict[str, str]:
    """Where packs and the shipped rules lie among copies, by the names that rule files have for them."""
    found: dict[str, str] = {}
    for path, data in copies.items():
        if path.name == MANIFEST:
            with suppress(ValueError, RecursionError):
                found[str(tomllib.loads(data.decode("utf-8-sig")).get("name"))] = str(path.parent)
        for name in shipped_in(data):
            file = f"{name.removesuffix('.yaml')}.yaml"
            others = [other.parent for other in copies if other.name == file and other.parent != path.parent]
            found |= {OURS: str(others[0])} if others else {}
    return found


def _resolved(base: tuple[str, ...], path: PurePosixPath) -> list[str]:
    """A relative path below a folder, `..` taken away.  Raises ValueError where it leads out of it."""
    found = list(base)
    for part in path.parts:
        if part == "..":
            if not found:
                raise ValueError(f"{path} leads out of the folder")
            found.pop()
        elif part not in (".", "/"):
            found.append(part)
    return found
