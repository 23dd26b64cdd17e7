"""What the columns of `audit export --format csv` mean."""

from __future__ import annotations

from modengine.run.write.codebook import TableCodebook, TableField, datapackage

_MESSAGE = "What stands for the message's id: joins to `ids.csv`, the id map; empty where it has none."
DECISIONS: tuple[TableField, ...] = (
    TableField("seq", "integer", "The number of the record in the log, from 0."),
    TableField("time", "datetime", "When it was recorded, in UTC."),
    TableField("decision_id", "string", "The name of the decision."),
    TableField("message", "string", _MESSAGE),
    TableField("policy", "string", "The policy, by its id."),
    TableField("category", "string", "The category that the row is about."),
    TableField("score", "integer", "Points of the category, after caps and relief."),
    TableField("action", "string", "`allow`, `label`, `review` or `block`: what the policy asks for in this category."),
    TableField("taken", "string", "The same, but `allow` where the category is shadow: what really follows."),
    TableField("in_scope", "boolean", "Whether the action would be taken; 0 means shadow."),
    TableField("shadow", "list", "Why not."),
    TableField("message_action", "string", "The highest `action` of all categories of the message."),
    TableField("message_taken", "string", "The highest `taken` of all categories of the message."),
    TableField("study", "boolean", "Whether the policy is a study: then nothing is ever taken."),
    TableField("undetermined", "list", "What could not be decided about the message, in any category."),
    TableField("revision", "string", "The digest of everything that can change a decision."),
)
HITS: tuple[TableField, ...] = (
    TableField("seq", "integer", "The number of the record in the log: joins to `decisions.csv`."),
    TableField("decision_id", "string", "The name of the decision."),
    TableField("message", "string", _MESSAGE),
    TableField(
        "kind", "string", "`hit`; `test` for a rule with `status: test`; `relief` for one that takes points away."
    ),
    TableField("category", "string", "The category that it gives points to, or takes them from."),
    TableField("rule", "string", "The id of the rule."),
    TableField("clause", "string", "The clause of the written policy that it stands for; empty for relief."),
    TableField("points", "integer", "Its points; 0 or below for relief."),
    TableField("counted", "integer", "Of these, what the cap of its group left."),
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
