"""A scan from its sources to its output and its log, from the beginning or from where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from modengine.cli.audit.options import layout_of, signer_of
from modengine.cli.scan.progress import OnProgress
from modengine.cli.streams import results
from modengine.engine.engine import Engine
from modengine.errors import InputError, ModengineError, OutputError
from modengine.explain.visible import many
from modengine.run.read import parquet
from modengine.run.read.blocks import Position, blocks
from modengine.run.read.files import Form, Source
from modengine.run.read.media.readers import Readers
from modengine.run.work.commit import Commits, utc_now
from modengine.run.work.journal import Journal, Note, State, What, compare
from modengine.run.work.local import deciding
from modengine.run.work.summary import Summary, Tally
from modengine.run.work.work import OutputForm, Work
from modengine.run.write import codebook, output as outputs, records, tidy
from modengine.run.write.output import Make, Nothing, Output, Parts, Stream
from modengine.run.write.replace import make_folder, refuse_inputs, said

if TYPE_CHECKING:
    from modengine.audit.write.log import AuditLog

WAIT = 30.0
"""Seconds to wait for another run that writes the same log."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    engine: Engine
    sources: Sequence[Source]
    form: OutputForm
    output: Path | None
    ignore_scope: bool = False
    jobs: int = 1
    resume: bool = False
    input_format: Form | None = None
    audit: Path | None = None
    """None records nothing."""
    keep_text: bool = False
    audit_key: Path | None = None
    readers: Readers | None = None

    @property
    def names(self) -> list[str]:
        return [source.name for source in self.sources]


class ScanRun:
    """One run.  What is known of it can be asked for after it, however it ended."""

    def __init__(self, asked: Asked, note: Callable[[str], object]) -> None:
        self._asked, self._note = asked, note
        self.decisions = 0
        """Recorded by this run."""
        self.recorded: list[str] = []
        """What to say of the log."""
        self._reached: State | None = None
        self.kept: str | None = None
        """What to say of an unfinished output that can be gone on with."""

    def run(self, on: OnProgress) -> Summary:
        """Raises ModengineError, OSError."""
        asked = self._asked
        if asked.output is None:
            with _log(asked, None) as log:
                return self._decide(_shown(asked.form), log, self._start(()), None, on).summary()
        paths = _places(asked)
        journal = _journal_of(asked, paths)
        if journal is None and asked.resume:
            what = "a scan can be gone on with only where its input and its output are files"
            raise InputError("ME912", what, "save a copy of the input, and scan that")
        if not _is_file(paths[0]):
            with said(paths[0]), paths[0].open("wb", buffering=0) as device, _log(asked, None) as log:
                return self._decide(_headed(device, asked.form), log, self._start(()), None, on).summary()
        made = _made(asked, paths)
        old = journal.read() if journal is not None else None
        if journal is not None and old is not None and old.finished and asked.resume:
            # Stopped between the last record and the last name.
            compare(old.what, _what(asked, old.what.log if asked.audit is not None else None))
            outputs.finish(paths, made)
            journal.remove()
            return old.after.summary()
        with outputs.parts(paths, made) as parts:
            return self._to_files(parts, journal, old, on)

    def _to_files(self, parts: Parts, journal: Journal | None, old: Note | None, on: OnProgress) -> Summary:
        asked = self._asked
        if old is not None and not asked.resume:
            self._note(f"an unfinished scan to `{asked.output}` is begun anew; --resume would have gone on with it")
        if old is None and asked.resume:
            self._note("there is no unfinished scan to go on with: this one begins at the beginning")
        note = old if asked.resume else None
        if note is not None:
            compare(note.what, _what(asked, note.what.log if asked.audit is not None else None))
        begun = note is not None
        try:
            with _log(asked, note) as log:
                if note is None:
                    if journal is not None:
                        journal.remove()
                    state = self._start(parts.begin(_heads(asked.form, asked.output)))
                else:
                    state = _state(note, log)
                    parts.cut(state.sizes)
                what = _what(asked, None if log is None else log.origin)
                if journal is not None and note is None:
                    journal.write(Note(what, state, state))
                begun = True
                final = self._decide(parts, log, state, None if journal is None else (journal, what), on)
        except BaseException:
            self._stopped(parts, journal, begun)
            raise
        try:
            parts.place()
        except BaseException:
            if journal is not None:
                self._keep(final, parts)
            raise
        if journal is not None:
            journal.remove()
        return final.summary()

    def _stopped(self, parts: Parts, journal: Journal | None, begun: bool) -> None:
        """Keeps what can be gone on with; leaves nothing else behind."""
        with suppress(ModengineError, OSError):
            note = None if journal is None else journal.read()
            if note is not None and (note.after.position.sha256 or not begun):
                self._keep(self._reached or note.before, parts)
                return
            if journal is not None:
                journal.remove()
            parts.drop()

    def _keep(self, state: State, parts: Parts) -> None:
        rows = Tally.of(state.tally).rows
        self.kept = f"{many(rows, 'line')} decided, kept in `{outputs.part_of(parts.paths[0])}`"

    @staticmethod
    def _start(sizes: tuple[int, ...]) -> State:
        return State(Position(), sizes, Tally().data())

    def _decide(
        self, output: Output, log: AuditLog | None, state: State, journal: tuple[Journal, What] | None, on: OnProgress
    ) -> State:
        """Decides all that comes after `state`; the state at the end."""
        asked = self._asked
        seal = None if log is None else log.sealer(asked.ignore_scope)
        commits = Commits(output, log, state, journal)
        try:
            on(_size_before(asked.sources, state.position), 0)
            work = Work(asked.engine, asked.ignore_scope, asked.form, seal, asked.readers)
            with deciding(work, asked.jobs) as decide:
                for done in decide(blocks(asked.sources, state.position)):
                    commits.add(done)
                    on(done.size, done.tally.rows)
            commits.finish()
        except BaseException:
            # What was decided may already have been shown: it is recorded, whatever stopped the run.
            with suppress(ModengineError, OSError):
                commits.flush()
            raise
        finally:
            commits.close()
            self.decisions, self._reached = commits.decisions, commits.state
            if log is not None:
                self.recorded = _said(log, commits.decisions)
        return commits.state


def _said(log: AuditLog, decisions: int) -> list[str]:
    from modengine.audit.write.recorder import Recorded  # noqa: PLC0415

    recorded = Recorded(log.path, decisions, log.size, log.signed_by, log.notices)
    return [str(recorded), *recorded.notices]


# --------------------------------------------------------------------------- the log


@contextmanager
def _log(asked: Asked, note: Note | None) -> Iterator[AuditLog | None]:
    """The log, open and told of the rules; that of the note, where there is one."""
    if asked.audit is None:
        yield None
        return
    from modengine.audit.files.layout import read_origin  # noqa: PLC0415
    from modengine.audit.write.log import AuditLog  # noqa: PLC0415

    if note is not None:
        # Before it is opened: nothing is to be made, or added to, in the place of another.
        compare(note.what, _what(asked, read_origin(layout_of(asked.audit))))
    key = signer_of(asked.audit_key)
    with AuditLog.open(asked.audit, key, asked.keep_text, time=utc_now(), wait=WAIT) as log:
        log.use(asked.engine, utc_now())
        yield log


def _state(note: Note, log: AuditLog | None) -> State:
    """Where to go on: after the unit that was begun last, if the log has all of it, or before it."""
    if note.unit is None or log is None:
        return note.after
    from modengine.audit.write.resumed import recorded  # noqa: PLC0415

    found = recorded(layout_of(log.path), note.unit.seq, note.unit.count, note.unit.time)
    if found == note.unit.count:
        return note.after
    return msgspec.structs.replace(note.before, recorded=note.before.recorded + found)


# --------------------------------------------------------------------------- what and where


def _what(asked: Asked, log: str | None) -> What:
    return What(
        tuple(asked.names),
        asked.input_format,
        asked.form,
        asked.ignore_scope,
        asked.engine.policy.id,
        asked.engine.revision,
        log,
        asked.keep_text,
        () if asked.readers is None else asked.readers.written,
    )


def _shown(form: OutputForm) -> Output:
    return Nothing() if form == "summary" else _headed(results(), form)


def _headed(stream: BinaryIO, form: OutputForm) -> Stream:
    """Raises OutputError (ME909) for Parquet."""
    if form == "parquet":
        raise OutputError("ME909", "Parquet is made at the end of a scan, in a file", "give --output NAME.parquet")
    stream.write(_heads(form)[0])
    return Stream(stream)


def _made(asked: Asked, paths: Sequence[Path]) -> dict[Path, Make]:
    """How the output is made of what is kept, where it cannot grow."""
    if asked.form != "parquet":
        return {}
    parquet.require(str(asked.output))  # before anything is decided
    return {paths[0]: partial(records.to_parquet, categories=asked.engine.policy.categories, name=str(asked.output))}


def _places(asked: Asked) -> list[Path]:
    """The files that are to be written.  Raises OutputError (ME909)."""
    assert asked.output is not None
    if asked.form == "csv":
        paths = [asked.output / name for name in ("decisions.csv", "hits.csv", codebook.PACKAGE)]
    else:
        paths = [asked.output, *([codebook.beside(asked.output)] if asked.form in _TABLE else [])]
    paths = [path.resolve() if path.is_symlink() else path for path in paths]
    for path in (*paths, *map(outputs.part_of, paths), _note_of(asked, paths)):
        refuse_inputs(path, asked.names)
    if asked.form == "csv":
        make_folder(asked.output, "name a folder, for two tables, or a file that ends in .csv")
    return paths


_TABLE: frozenset[OutputForm] = frozenset({"rows", "parquet"})
"""Forms of one table, with a codebook beside it."""


def _is_file(path: Path) -> bool:
    """Whether a path is, or may become, a regular file.  A folder is refused later."""
    return path.is_file() or path.is_dir() or not path.exists()


def _journal_of(asked: Asked, paths: Sequence[Path]) -> Journal | None:
    """None where the input or the output is a pipe or a device."""
    if not paths[0].name or not _is_file(paths[0]) or any(source.size is None for source in asked.sources):
        return None
    return Journal(_note_of(asked, paths))


def _note_of(asked: Asked, paths: Sequence[Path]) -> Path:
    """The file beside the output that tells how far a scan came."""
    return paths[0].parent / f"{'scan' if asked.form == 'csv' else paths[0].name}.resume"


def _heads(form: OutputForm, output: Path | None = None) -> list[bytes]:
    """What the files begin with; all of the codebook, to which nothing is added."""
    match form:
        case "csv":
            return [tidy.encode([tidy.DECISIONS]), tidy.encode([tidy.HITS]), codebook.scan_package().encode()]
        case "rows" | "parquet":
            head = tidy.encode([records.COLUMNS]) if form == "rows" else b""
            return [head] if output is None else [head, codebook.messages_package(output.name).encode()]
        case _:
            return [b""]


def _size_before(sources: Sequence[Source], position: Position) -> int:
    """Bytes of the input before a place, about."""
    return sum(source.size or 0 for source in sources[: position.source]) + position.at
