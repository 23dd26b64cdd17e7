"""A researcher's labels beside the decisions: joined to the pseudonyms of the log by its id map."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modengine.audit.files import disk
from modengine.audit.files.layout import LogPaths
from modengine.audit.records.commitments import pseudonym
from modengine.audit.records.vault import Vault
from modengine.errors import AuditError
from modengine.run.write.tidy import unsafe

if TYPE_CHECKING:
    import duckdb

READERS = {
    ".csv": "read_csv(?)",
    ".jsonl": "read_json(?, format = 'newline_delimited')",
    ".json": "read_json(?)",
    ".parquet": "read_parquet(?)",
}
"""How DuckDB reads a file, by how its name ends."""
_HINT = "make it, which the log records: modengine audit export --id-map"


@dataclass(frozen=True, slots=True)
class Labels:
    """A table of labels, and its column that has the ids of messages."""

    path: Path
    column: str = "id"


def load_labels(connection: duckdb.DuckDBPyConnection, layout: LogPaths, labels: Labels, folder: Path) -> None:
    """Makes the view `labels`: the columns of the file, and `message`, null where the id map has no such id.

    `folder` is a temporary one.  Raises AuditError (ME960, ME963), duckdb.Error.
    """
    reader = READERS.get(labels.path.suffix.lower())
    if reader is None:
        raise AuditError("ME963", f"`{labels.path}` is no table of labels", f"end its name with {', '.join(READERS)}")
    if not labels.path.is_file():
        raise AuditError("ME963", f"there is no file `{labels.path}`", "check the path")
    pairs = folder / "ids.csv"
    with pairs.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(_pairs(layout))
    quoted = "'" + labels.column.replace("'", "''") + "'"
    column = '"' + labels.column.replace('"', '""') + '"'
    described = connection.execute(f"DESCRIBE SELECT * FROM {reader}", [str(labels.path)])  # noqa: S608  (a literal)
    names = [row[0] for row in described.fetchall()]
    if labels.column not in names:
        listed = ", ".join(f"`{name}`" for name in names[:20])
        raise AuditError(
            "ME963", f"`{labels.path}` has no column `{labels.column}`", f"--labels-id names one of {listed}"
        )
    if "message" in (name.lower() for name in names):
        raise AuditError("ME963", f"`{labels.path}` has a column `message`, as the log has", "give it another name")
    # 007 is no number.
    source = f"read_csv(?, types = {{{quoted}: 'VARCHAR'}})" if reader == READERS[".csv"] else reader
    connection.execute(
        "CREATE TABLE pairs AS SELECT * FROM read_csv(?, header = false, quote = '\"', escape = '\"', "
        "columns = {'id': 'VARCHAR', 'message': 'VARCHAR'})",
        [str(pairs)],
    )
    connection.execute(
        f"CREATE TABLE labels AS SELECT pairs.message, given.* FROM {source} AS given "  # noqa: S608  (quoted)
        f"LEFT JOIN pairs ON pairs.id = CAST(given.{column} AS VARCHAR)",
        [str(labels.path)],
    )
    connection.execute("DROP TABLE pairs")
    pairs.unlink()


def _pairs(layout: LogPaths) -> Iterator[tuple[str, str]]:
    """Ids and pseudonyms of the id map, each pair checked with the key of the log."""
    vault = Vault.needed(layout, "an id map proves nothing")
    vault.close()
    try:
        with disk.reading(layout.ids) as file:
            rows = csv.reader(io.TextIOWrapper(file, "utf-8", "surrogateescape", newline=""))
            next(rows, None)
            for row in rows:
                if len(row) != 2 or pseudonym(vault.key, unsafe(row[0])) != row[1]:
                    hint = "take it away and make it anew: modengine audit export --id-map"
                    raise AuditError("ME963", f"`{layout.ids}` is not what the key of the log makes", hint)
                yield unsafe(row[0]), row[1]
    except FileNotFoundError:
        raise AuditError("ME963", f"the log has no id map `{layout.ids}`", _HINT) from None
    except (OSError, csv.Error) as error:
        raise AuditError(
            "ME963", f"`{layout.ids}` cannot be read: {error}", "is it the log's own, and whole?"
        ) from None
