"""What the columns of a table mean, for people and for machines.

The descriptor of a table is a Table Schema in a Data Package (datapackage.org, version 2), which frictionless,
R's `frictionless` and others read.  docs/codebook.md is written from here too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
FieldType = Literal["string", "integer", "number", "boolean", "datetime", "list", "object", "array", "any"]
"""As Table Schema has them (`object` and `array` are JSON in a cell).

`any` is for a column in which every cell of this table is empty.
"""
BETWEEN = "; "
"""Between the values of one cell."""
BOOLEANS: Mapping[bool, str] = {True: "1", False: "0"}
"""Every program reads these; R's and Stata's as numbers."""


@dataclass(frozen=True, slots=True)
class TableField:
    """A column of a table."""

    name: str
    """`^[a-z][a-z0-9_]{0,31}$`: a name that R, SQL and Stata take as it is."""
    type: FieldType
    says: str
    title: str = ""
    """As a person reads it, where that is another than the name."""

    def described(self) -> dict[str, Any]:
        """The field descriptor of Table Schema."""
        found: dict[str, Any] = {"name": self.name, "type": self.type}
        if self.title and self.title != self.name:
            found["title"] = self.title
        found["description"] = self.says
        if self.type == "boolean":
            found |= {"trueValues": [BOOLEANS[True]], "falseValues": [BOOLEANS[False]]}
        elif self.type == "list":
            found |= {"delimiter": BETWEEN, "itemType": "string"}
        return found


@dataclass(frozen=True, slots=True)
class TableCodebook:
    """A table as its descriptor has it."""

    name: str
    title: str
    path: str
    """Of the file, beside the descriptor."""
    fields: tuple[TableField, ...]
    note: str = ""

    def described(self) -> dict[str, Any]:
        """The resource descriptor."""
        form = Path(self.path).suffix.lower().removeprefix(".")
        found: dict[str, Any] = {"name": self.name, "type": "table", "title": self.title, "path": self.path}
        if self.note:
            found["description"] = self.note
        if form == "csv":
            found |= {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
            found["dialect"] = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\r\n"}
        else:
            found |= {"format": form, "mediatype": _MEDIA[form]}
        found["schema"] = {"fields": [field.described() for field in self.fields], "missingValues": [""]}
        return found


_MEDIA = {"parquet": "application/vnd.apache.parquet", "arrow": "application/vnd.apache.arrow.file"}


def datapackage(name: str, title: str, tables: Sequence[TableCodebook], about: Mapping[str, Any] | None = None) -> str:
    """The descriptor of some tables, as JSON.  `about` is what is known of how they came about."""
    package: dict[str, Any] = {"$schema": PROFILE, "name": name, "title": title, "description": _QUOTED}
    if about:
        package["modengine"] = about
    package["resources"] = [table.described() for table in tables]
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def beside(path: Path) -> Path:
    """Where the codebook of a single table lies: `rows.csv` has `rows.csv.datapackage.json`."""
    return path.with_name(f"{path.name}.{PACKAGE}")


_QUOTED = (
    "In CSV a text that begins with = + - @ ' or a tab has one ' before it, so that no spreadsheet runs it: "
    "take one ' off the front to have the original back."
)
PACKAGE = "datapackage.json"
"""The codebook of the tables of a folder."""
_AS_IN_DECISIONS = "As in `decisions.csv`."
DECISIONS: tuple[TableField, ...] = (
    TableField("source", "string", "The file as it was named on the command line; `-` for standard input."),
    TableField("line", "integer", "The line on which the message begins, from 1."),
    TableField("id", "string", "The message's own `id`; empty where it has none."),
    TableField("category", "string", "The category that the row is about."),
    TableField("score", "integer", "Points of the category, after caps and relief."),
    TableField("action", "string", "`allow`, `label`, `review` or `block`: what the policy asks for in this category."),
    TableField("taken", "string", "The same, but `allow` where the category is shadow: what really follows."),
    TableField("in_scope", "boolean", "Whether the action would be taken; 0 means shadow."),
    TableField(
        "shadow",
        "string",
        "Why not: `scope`, `scope: unknown`, `period`, `period: unknown`, `study`, `exception: NAME`.",
    ),
    TableField("hits", "integer", "How many rules hit in the category."),
    TableField("points", "integer", "Points of those rules, after caps and before relief."),
    TableField("relief", "integer", "Points that relief took away: 0 or below."),
    TableField("raised", "string", "The action to which an override raised the category; empty if none did."),
    TableField("longer", "integer", "So many points more than written every step asked for, since the text is long."),
    TableField("undetermined", "string", "What could not be decided about the message, in any category."),
    TableField("message_action", "string", "The highest `action` of all categories of the message."),
    TableField("message_taken", "string", "The highest `taken` of all categories of the message."),
    TableField("study", "boolean", "Whether the policy is a study: then nothing is ever taken."),
    TableField("notes", "string", "What had to be done to the text before it was read."),
    TableField("revision", "string", "The digest of everything that can change a decision."),
    TableField("error_code", "string", "For a line that could not be read: the code of the error (`docs/errors.md`)."),
    TableField("error", "string", "The same in words."),
)
HITS: tuple[TableField, ...] = (
    TableField("source", "string", _AS_IN_DECISIONS),
    TableField("line", "integer", _AS_IN_DECISIONS),
    TableField("id", "string", _AS_IN_DECISIONS),
    TableField(
        "kind",
        "string",
        "`hit`; `test` for a rule with `status: test`, which gives no points; `relief` for one that takes points away.",
    ),
    TableField("category", "string", "The category that it gives points to, or takes them from."),
    TableField("rule", "string", "The id of the rule."),
    TableField("title", "string", "Its title."),
    TableField("clause", "string", "The clause of the written policy that it stands for; empty for relief."),
    TableField(
        "points",
        "integer",
        "Its points: less than its score where it needs matches not written as their terms; 0 or below for relief.",
    ),
    TableField("counted", "integer", "Of these, what the cap of its group left."),
    TableField(
        "match",
        "integer",
        "The number of the match within the rule, from 1; 0 in the one row of a rule without matches.",
    ),
    TableField("pattern", "string", "The pattern that was found."),
    TableField("part", "string", "Where: `text`, `caption`, `ocr`, `transcript`, or `message.NAME` for a field."),
    TableField("part_index", "integer", "The number of that part; the text itself is 0, and fields follow the parts."),
    TableField("start", "integer", "The first code point of the match in the original part, from 0."),
    TableField("end", "integer", "The code point after its last."),
    TableField("text", "string", "The original characters."),
    TableField(
        "found_as", "string", "What was sought: the term as the rule has it; for regex and tokens, the normalised text."
    ),
    TableField(
        "how",
        "string",
        "The kind of pattern, then each step between term and text, joined by spaces: `width`, "
        "`case`, `marks`, `traditional`, `gaps`, `repeats`, `sounds_like`, `looks_like`, `initials`, `spelled`.",
    ),
    TableField("weight", "number", "What the match is worth: 1, or less where it is not written as its term."),
)


MESSAGES: tuple[TableField, ...] = (
    TableField("line", "integer", "The line on which the message begins, from 1; of Parquet the row."),
    TableField("source", "string", "The file as it was named on the command line; `-` for standard input."),
    TableField("id", "string", "The message's own `id`; empty where it has none."),
    TableField("action", "string", "The highest action of all categories: `allow`, `label`, `review` or `block`."),
    TableField("taken", "string", "The highest action of the categories in scope: what really follows."),
    TableField("in_scope", "boolean", "Whether a category that has `action` is in scope."),
    TableField("flagged", "boolean", "Whether it is in scope and not `allow`."),
    TableField("categories", "object", "The score, action, scope and shadow of each category, by its name."),
    TableField("hits", "array", "The rules that hit, each with its points and matches."),
    TableField("shadow_hits", "array", "The same of rules with `status: test`, which give no points."),
    TableField("relief", "array", "The rules that took points away."),
    TableField("raised", "array", "The overrides that raised the action of a category."),
    TableField("longer", "object", "Where the text is long: how many points more every step asked for."),
    TableField("undetermined", "array", "What could not be decided, and why."),
    TableField("notes", "array", "What had to be done to the text before it was read."),
    TableField("study", "boolean", "Whether the policy is a study: then nothing is ever taken."),
    TableField("revision", "string", "The digest of everything that can change a decision."),
    TableField(
        "error", "object", "For a line that could not be read: code, message and hint; all else but its place is empty."
    ),
)


def messages_package(path: str) -> str:
    """The descriptor of the one table that `scan --output FILE.csv` or `FILE.parquet` writes."""
    note = "A list or an object is JSON in a cell of CSV, and nested in Parquet."
    table = TableCodebook("decisions", "A row for each message", path, MESSAGES, note)
    return datapackage("modengine-scan", "Decisions of modengine scan", [table])


def scan_package() -> str:
    """The descriptor of what `scan --format csv` writes."""
    tables = (
        TableCodebook("decisions", "A row for each message and category", "decisions.csv", DECISIONS),
        TableCodebook("hits", "A row for each match of each rule that hit", "hits.csv", HITS),
    )
    return datapackage("modengine-scan", "Decisions of modengine scan", tables)
