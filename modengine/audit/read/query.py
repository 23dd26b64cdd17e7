"""SQL over the records that a checkpoint proves, by DuckDB.

The records are copied, while they are verified, into a database of their own that is thrown away
afterwards; the question sees nothing else and can change nothing.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modengine.audit.files.layout import LogPaths
from modengine.audit.read.labels import Labels, load_labels
from modengine.audit.read.report import Verification
from modengine.audit.read.verify import verify
from modengine.audit.records.record import MOST_BYTES, Record
from modengine.audit.records.segments import RecordLine
from modengine.audit.tree.note import VerifierKey
from modengine.errors import AuditError

if TYPE_CHECKING:
    import duckdb

_HIT = "STRUCT(rule VARCHAR, clause VARCHAR, category VARCHAR, points BIGINT, counted BIGINT)[]"
COLUMNS: dict[str, str] = {
    "seq": "BIGINT",
    "kind": "VARCHAR",
    "time": "TIMESTAMP",
    "decision_id": "VARCHAR",
    "message": "VARCHAR",
    "policy": "VARCHAR",
    "revision": "VARCHAR",
    "study": "BOOLEAN",
    "action": "VARCHAR",
    "taken": "VARCHAR",
    "in_scope": "BOOLEAN",
    "ignore_scope": "BOOLEAN",
    "fields": "JSON",
    "categories": "MAP(VARCHAR, STRUCT(score BIGINT, action VARCHAR, in_scope BOOLEAN, shadow VARCHAR[]))",
    "hits": _HIT,
    "shadow_hits": _HIT,
    "relief": "STRUCT(rule VARCHAR, category VARCHAR, points BIGINT)[]",
    "raised": 'STRUCT(category VARCHAR, "action" VARCHAR, rules VARCHAR[])[]',
    "undetermined": "STRUCT(rule VARCHAR, reason VARCHAR)[]",
    "text": "VARCHAR",
    "details": "VARCHAR",
    "engine": "VARCHAR",
    "segmenter": "VARCHAR",
    "title": "VARCHAR",
    "environment": "JSON",
    "files": 'STRUCT(path VARCHAR, sha256 VARCHAR, "bytes" BIGINT)[]',
    "erased": "BIGINT[]",
    "bytes": "BIGINT",
    "sha256": "VARCHAR",
    "file": "VARCHAR",
    "rows": "BIGINT",
    "leaves": "VARCHAR",
    "unproven": "BIGINT[]",
    "ids": "BIGINT",
}
"""The columns of `records`: those of every kind of record, null where a kind has them not."""
VIEWS: dict[str, str] = {
    "records": "SELECT * FROM stored ORDER BY seq",
    "decisions": "SELECT * FROM stored WHERE kind = 'decision' ORDER BY seq",
    "categories": """
        SELECT seq, time, decision_id, message, policy, entry.key AS category, entry.value.score AS score,
            entry.value.action AS action, entry.value.in_scope AS in_scope, entry.value.shadow AS shadow
        FROM (SELECT *, unnest(map_entries(categories)) AS entry FROM stored WHERE kind = 'decision')
        ORDER BY seq, category""",
    "hits": "SELECT seq, time, decision_id, message, policy, unnest(hits, recursive := true) FROM stored ORDER BY seq",
}
"""`categories` has a row for each decision and category, `hits` one for each rule that hit; all join by `message`."""


COPYING, ASKING = "128MB", "256MB"
"""What DuckDB may take while records are copied, and for a question.  What needs more lies in files meanwhile, in the
folder that is thrown away; each thread would have buffers of its own."""
SECONDS = 60.0
"""What a question may take, the copying and verifying before it apart."""
MOST_ROWS = 1_000_000
"""Of an answer, which is held in memory."""


@dataclass(frozen=True, slots=True)
class Answer:
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def duck() -> Any:
    """The package.  Raises AuditError (ME964)."""
    try:
        import duckdb  # noqa: PLC0415  (an extra)
    except ImportError:
        hint = "pip install 'modengine[audit]'"
        raise AuditError("ME964", "`duckdb` is not installed, which queries and Parquet need", hint) from None
    return duckdb


@contextmanager
def proven(
    layout: LogPaths,
    key: VerifierKey | None = None,
    to_file: tuple[str, Path] | None = None,
    labels: Labels | None = None,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Verification]]:
    """A connection that sees the views, over the records that the log's checkpoint proves.

    It can write nothing and reads no other file.  `to_file` names a view, and a Parquet file to write
    it to before the connection is closed to files; `labels` a file that becomes the view `labels`.
    """
    duckdb = duck()
    with tempfile.TemporaryDirectory(prefix="modengine-") as folder:
        lines, stored = Path(folder) / "records.jsonl", Path(folder) / "records.duckdb"
        with lines.open("wb") as file:

            def keep(line: RecordLine, _: Record) -> None:
                file.write(line.data + b"\n")

            report = verify(layout, key=key, on_record=keep)
        with duckdb.connect(str(stored), config={"memory_limit": COPYING, "threads": "1"}) as connection:
            # The order is that of the views; to keep it here too would take memory with every record.
            connection.execute("SET preserve_insertion_order = false")
            fields = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
            source = f"read_json(?, format = 'newline_delimited', columns = {{{fields}}}, "
            connection.execute(
                f"CREATE TABLE stored AS SELECT * FROM {source}maximum_object_size = ?) WHERE seq < ?",  # noqa: S608
                [str(lines), 2 * MOST_BYTES, report.proven],
            )
            for name, query in VIEWS.items():
                connection.execute(f"CREATE VIEW {name} AS {query}")
            if labels is not None:
                load_labels(connection, layout, labels, Path(folder))
            if to_file is not None:
                copy = f"COPY (FROM {to_file[0]}) TO ? (FORMAT parquet, COMPRESSION zstd)"
                connection.execute(copy, [str(to_file[1])])
        lines.unlink()
        settings = {
            "memory_limit": ASKING,
            "threads": "1",
            "enable_external_access": "false",
            "autoload_known_extensions": "false",
            "autoinstall_known_extensions": "false",
        }
        with duckdb.connect(str(stored), read_only=True, config=settings) as connection:
            connection.execute("SET lock_configuration = true")
            yield connection, report


def query(
    layout: LogPaths,
    sql: str,
    key: VerifierKey | None = None,
    labels: Labels | None = None,
    seconds: float = SECONDS,
) -> tuple[Answer, Verification]:
    """The answer to one question.

    Raises AuditError (ME963) for one that fails, does more than ask, or takes too long or too many rows.
    """
    duckdb = duck()
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise AuditError("ME963", f"not a query: {_first(error)}", _HINT) from None
    allowed = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
    if len(statements) != 1 or statements[0].type not in allowed:
        raise AuditError("ME963", "one SELECT is taken, and nothing else", _HINT)
    try:
        with proven(layout, key, labels=labels) as (connection, report), _ended(connection, seconds):
            cursor = connection.execute(sql)
            columns = tuple(column[0] for column in cursor.description or ())
            rows = cursor.fetchmany(MOST_ROWS + 1)
    except duckdb.InterruptException:
        raise AuditError("ME963", f"the query is ended after {seconds:g} s", _LONGER) from None
    except (duckdb.Error, OverflowError, ValueError) as error:  # times that Python has not
        raise AuditError("ME963", f"the query fails: {_first(error)}", _HINT) from None
    if len(rows) > MOST_ROWS:
        raise AuditError("ME963", f"the answer has more than {MOST_ROWS:,} rows", _FEWER)
    return Answer(columns, rows), report


@contextmanager
def _ended(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupts what the connection is asked once the time is over."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # the connection is still open


_LONGER = "ask for less, or allow more with --seconds"
_FEWER = "count them, or take fewer with LIMIT; `modengine audit export` writes all records to a file"
_VIEWS = ", ".join(VIEWS)
_HINT = f"ask about the views {_VIEWS}, such as: SELECT action, count(*) FROM decisions GROUP BY 1"  # noqa: S608


def _first(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
