"""The files of a sample: a blinded sheet for each coder as CSV and XLSX, a guide, and the key apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from modengine.explain.json import as_json
from modengine.lab.coding.codes import SETTLED, UNCLEAR, choices
from modengine.lab.coding.key import KEY, SampleKey
from modengine.lab.coding.sample import DrawnSheets
from modengine.lab.coding.workbook import written
from modengine.lab.data.corpus import HARMLESS
from modengine.policy.model import Policy
from modengine.run.write.replace import said, write_bytes
from modengine.run.write.tidy import Cell, encode

COLUMNS = ("id", "text", "code", "note")
SETTLED_COLUMNS = ("id", "text", SETTLED, "code", "note")


def files(drawn: DrawnSheets, policy: Policy) -> Iterator[tuple[str, bytes]]:
    """The name of each file in the folder of the sample, and its content."""
    text = guide(policy)
    for number, rows in enumerate(drawn.sheets, 1):
        yield f"sheets/coder-{number}.csv", sheet_csv(COLUMNS, [(*row, "", "") for row in rows])
        yield (
            f"sheets/coder-{number}.xlsx",
            written(
                [COLUMNS, *((*row, "", "") for row in rows)], text, choices(drawn.key.categories), COLUMNS.index("code")
            ),
        )
    yield "sheets/guide.md", text.encode("utf-8", "replace")
    yield KEY, as_json(drawn.key, indent=1).encode("utf-8") + b"\n"
    yield "key.csv", encode(key_rows(drawn.key))


def write_sheets(drawn: DrawnSheets, policy: Policy, folder: str | Path) -> None:
    """Writes the files of a sample into a folder, which is made: all of them or none.  Raises OutputError (ME909)."""
    made: list[Path] = []
    try:
        for name, content in files(drawn, policy):
            path = Path(folder) / name
            for parent in reversed(path.parents):
                if not parent.exists():
                    with said(parent):
                        parent.mkdir()
                    made.append(parent)
            write_bytes(path, content)
            made.append(path)
    except BaseException:
        # Sheets without a key are of no use, and a folder that holds some is refused the next time.
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def sheet_csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """With a mark of UTF-8, which spreadsheets need."""
    return b"\xef\xbb\xbf" + encode([header, *rows])


def key_rows(key: SampleKey) -> Iterator[Sequence[Cell]]:
    """The key as a table, for R's `survey`: strata, their sizes, probabilities and weights."""
    yield (
        *("id", "row", "message", "stratum", "stratum_rows", "probability", "weight", "cluster", "value", "sheets"),
        *key.categories,
    )
    sizes: dict[str, int] = {}
    for cell in key.cells:
        sizes[cell.stratum] = sizes.get(cell.stratum, 0) + cell.rows
    for row in key.rows:
        cell = key.cells[row.cell]
        yield (
            *(row.id, row.row, row.message, cell.stratum, sizes[cell.stratum]),
            *(repr(row.probability), repr(1 / row.probability), row.cluster, cell.value),
            *(" ".join(map(str, row.sheets)), *cell.actions),
        )


def guide(policy: Policy) -> str:
    """How to code, from the written clauses of a policy; nothing of its rules."""
    names = ", ".join(f"`{name}`" for name in policy.categories)
    lines = [
        f"# How to code: {policy.title or policy.id}",
        "",
        "Read each text by itself and say which clause below it is against. Judge by the clauses, not by what a",
        "filter might do: you are not told what it did. Do not talk about rows with the other coders.",
        "",
        f"Write in the column `code` the category ({names}), or several with `;` between them, or",
        f"`{HARMLESS}` where no clause speaks of the text, or `{UNCLEAR}` where it cannot be told from the text.",
        "Leave no row blank, and `id` as it is. `note` is yours.",
        "",
    ]
    excused = clauses_of(policy, excused=True)
    for category, clauses in clauses_of(policy).items():
        lines += [f"## {category}", "", *_listed(clauses)]
        if not clauses:
            lines.append("(The policy has no written clause for this category: agree on one before you begin.)")
        if excused[category]:
            lines += ["", "Not against it:", "", *_listed(excused[category])]
        lines.append("")
    lines += [f"## {HARMLESS}", "", "- Every text that is against no clause.", ""]
    return "\n".join(lines)


def _listed(clauses: Mapping[str, str]) -> list[str]:
    return [f"- {name}: {' '.join(said.split())}" for name, said in clauses.items()]


def clauses_of(policy: Policy, excused: bool = False) -> Mapping[str, Mapping[str, str]]:
    """What each category forbids: the clauses that its rules cite, and those of its rulesets that no rule cites.

    Or what is `excused` of it: the clauses that only reliefs of its rulesets cite.
    """
    found: dict[str, dict[str, str]] = {category: {} for category in policy.categories}
    for ruleset in policy.rulesets:
        cited: dict[str, set[str | None]] = {}
        for rule in ruleset.rules:
            if rule.clause is not None:
                cited.setdefault(rule.clause, set()).add(rule.category)
        for category in dict.fromkeys(rule.category for rule in ruleset.rules if rule.category is not None):
            for name, words in ruleset.clauses.items():
                by = cited.get(name, {ruleset.category})
                if by == {None} if excused else category in by:
                    found[category][name] = words
    return found
