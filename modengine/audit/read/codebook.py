"""What the columns of `audit export --format csv` mean."""

from __future__ import annotations

from modengine.run.write import codebook as scan
from modengine.run.write.codebook import TableCodebook, TableField, datapackage

_MESSAGE = "What stands for the message's id: joins to `ids.csv`, the id map; empty where it has none."
_DECISION = {field.name: field for field in scan.DECISIONS}
_HIT = {field.name: field for field in scan.HITS}
"""Columns that say the same of a scan."""
DECISIONS: tuple[TableField, ...] = (
    TableField("seq", "integer", "The number of the record in the log, from 0."),
    TableField("time", "datetime", "When it was recorded, in UTC."),
    TableField("decision_id", "string", "The name of the decision."),
    TableField("message", "string", _MESSAGE),
    TableField("policy", "string", "The policy, by its id."),
    *(_DECISION[name] for name in ("category", "score", "action", "taken", "in_scope")),
    TableField("shadow", "list", "Why not."),
    *(_DECISION[name] for name in ("message_action", "message_taken", "study")),
    TableField("undetermined", "list", _DECISION["undetermined"].says),
    _DECISION["revision"],
)
HITS: tuple[TableField, ...] = (
    TableField("seq", "integer", "The number of the record in the log: joins to `decisions.csv`."),
    TableField("decision_id", "string", "The name of the decision."),
    TableField("message", "string", _MESSAGE),
    TableField(
        "kind", "string", "`hit`; `test` for a rule with `status: test`; `relief` for one that takes points away."
    ),
    *(_HIT[name] for name in ("category", "rule", "clause")),
    TableField("points", "integer", "Its points; 0 or below for relief."),
    _HIT["counted"],
)
IDS: tuple[TableField, ...] = (
    TableField("id", "string", "The message's own `id`."),
    TableField("message", "string", "What stands for it in the log."),
)
"""Of the id map, which lies in the folder of the log and is never exported."""


def package() -> str:
    """The descriptor of what `audit export --format csv` writes."""
    tables = (
        TableCodebook("decisions", "A row for each decision and category", "decisions.csv", DECISIONS),
        TableCodebook("hits", "A row for each rule that hit", "hits.csv", HITS),
    )
    return datapackage("modengine-audit", "Decisions of an audit log", tables)
