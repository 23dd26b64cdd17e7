"""The proven records for other programs: statements of reasons, Parquet, two tables in CSV."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from modengine.audit.files.layout import LogPaths, read_origin
from modengine.audit.read import codebook
from modengine.audit.read.dsa import statement
from modengine.audit.read.query import duck, proven
from modengine.audit.read.report import Verification
from modengine.audit.read.verify import verify
from modengine.audit.records.record import Record
from modengine.audit.records.sealing import details_from
from modengine.audit.records.segments import lines, record_of
from modengine.audit.records.vault import Vault, strange
from modengine.audit.tree.merkle import Frontier, leaf_hash
from modengine.audit.tree.note import VerifierKey
from modengine.errors import AuditError
from modengine.run.write.tidy import Cell, encode

DECISIONS = tuple(field.name for field in codebook.DECISIONS)
HITS = tuple(field.name for field in codebook.HITS)
_AT_ONCE = 10_000
"""Records of a batch of Arrow."""


def records(layout: LogPaths, key: VerifierKey | None = None) -> tuple[Verification, Iterator[Record]]:
    """What checking the log says, and then the records that its checkpoint proves."""
    report = verify(layout, key=key)
    return report, _first(layout, report)


def _first(layout: LogPaths, report: Verification) -> Iterator[Record]:
    # The log is read a second time: what is no longer as it was checked raises an error at the end.
    frontier = Frontier()
    for line in lines(layout.segments):
        if line.seq >= report.proven:
            break
        frontier.add(leaf_hash(line.data))
        try:
            record = record_of(line)
        except ValueError:
            break
        yield record
    if frontier.size < report.proven or frontier.root() != report.proven_root:
        raise AuditError("ME953", "the log was changed while it was being read", "run it again")


def statements(layout: LogPaths, proven_records: Iterable[Record]) -> Iterator[bytes]:
    """A statement of reasons a line, in JSON, for every decision that restricted something."""
    vault = Vault.read(layout.vault, read_origin(layout))
    try:
        title = ""
        for record in proven_records:
            if record["kind"] == "revision":
                title = record["title"]
            elif record["kind"] == "decision":
                row = None if vault is None else vault.row(record["seq"])
                try:
                    details = None if row is None or row.details is None else details_from(row.details)
                except ValueError as error:
                    raise strange(record["seq"], error) from None
                found = statement(record, details, title)
                if found is not None:
                    yield json.dumps(found, ensure_ascii=False).encode() + b"\n"
    finally:
        if vault is not None:
            vault.close()


def parquet(layout: LogPaths, path: Path, key: VerifierKey | None = None) -> Verification:
    """Writes all columns of `records` to a Parquet file.  Raises AuditError (ME963, ME964)."""
    duckdb = duck()
    try:
        with proven(layout, key, ("records", path)) as (_, report):
            return report
    except duckdb.Error as error:
        raise AuditError("ME963", f"`{path}` cannot be written: {str(error).splitlines()[0]}") from None


def arrow(layout: LogPaths, path: Path, key: VerifierKey | None = None) -> Verification:
    """Writes the same columns to a file of Arrow IPC.  Raises AuditError (ME963, ME964)."""
    try:
        import pyarrow  # noqa: PLC0415  (an extra)
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError:
        raise AuditError(
            "ME964", "`pyarrow` is not installed, which Arrow needs", "pip install 'modengine[audit]'"
        ) from None
    with tempfile.TemporaryDirectory(prefix="modengine-") as folder:
        between = Path(folder) / "records.parquet"
        report = parquet(layout, between, key)
        with (
            pyarrow.parquet.ParquetFile(between) as read,
            pyarrow.ipc.new_file(str(path), read.schema_arrow) as writer,
        ):
            for batch in read.iter_batches(_AT_ONCE):
                writer.write_batch(batch)
    return report


def tables(proven_records: Iterable[Record], decisions: BinaryIO, hits: BinaryIO) -> None:
    """Writes a row for each decision and category, and one for each hit.  Cells run nothing in a spreadsheet."""
    decisions.write(encode([DECISIONS]))
    hits.write(encode([HITS]))
    for record in proven_records:
        if record["kind"] == "decision":
            decisions.write(encode(_decision_rows(record)))
            hits.write(encode(_hit_rows(record)))


def _decision_rows(record: Record) -> Iterator[Sequence[Cell]]:
    unsure = "; ".join(entry["reason"] for entry in record["undetermined"])
    for name, score in record["categories"].items():
        yield (
            *(record["seq"], record["time"], record["decision_id"], record["message"], record["policy"], name),
            *(score["score"], score["action"], score["action"] if score["in_scope"] else "allow", score["in_scope"]),
            *("; ".join(score["shadow"]), record["action"], record["taken"], record["study"]),
            *(unsure, record["revision"]),
        )


def _hit_rows(record: Record) -> Iterator[Sequence[Cell]]:
    for kind, key in (("hit", "hits"), ("test", "shadow_hits"), ("relief", "relief")):
        for hit in record[key]:
            at = (record["seq"], record["decision_id"], record["message"], kind, hit["category"], hit["rule"])
            yield (*at, hit.get("clause"), hit["points"], hit.get("counted", hit["points"]))
