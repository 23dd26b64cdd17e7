"""Write the generated pages of the documentation: docs/errors.md, docs/cli.md, docs/schemas/ and docs/rules/,
the example in README.md, the measured figures in docs/performance.md and docs/lab.md, the columns in
docs/codebook.md and the scripts in docs/rows.md.

    python tools/make_docs.py            write them
    python tools/make_docs.py --check    exit code 1 if they are stale

errors.md comes from `modengine.codes.CODES` and its examples in tests/data: those of codes/, and for the
other codes one of the golden error texts.  cli.md comes from the help of every command.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import modengine  # noqa: E402
import tools.rule_pages  # noqa: E402
from modengine.audit.read import codebook as audit_codebook  # noqa: E402
from modengine.cli.main import COMMANDS, cli  # noqa: E402
from modengine.codes import CODES  # noqa: E402
from modengine.explain.details import details_of  # noqa: E402
from modengine.explain.text import as_text  # noqa: E402
from modengine.lab.data.corpus import Columns, Corpus  # noqa: E402
from modengine.lab.data.outcomes import decide_all  # noqa: E402
from modengine.lab.report import columns as lab_columns  # noqa: E402
from modengine.lab.report.rows import message_rows  # noqa: E402
from modengine.lab.report.schemas import NAMES, schema  # noqa: E402
from modengine.run.write import codebook as scan_codebook  # noqa: E402

DOCS = ROOT / "docs"
GOLDENS = ROOT / "tests" / "data"
WIDTH = 80
MADE = "<!-- Made by tools/make_docs.py; change that, not this. -->"

FAMILIES: Mapping[str, str] = {  # how their codes begin, separated by spaces
    "ME1": "Files and YAML",
    "ME2": "Keys and values",
    "ME3": "Names",
    "ME4": "Patterns",
    "ME5": "Conditions",
    "ME6": "Policies",
    "ME7": "The line we keep",
    "ME8": "Findings of a careful reader",
    "ME90 ME91 ME92 ME93 ME94": "Messages and their files",
    "ME95 ME96 ME97": "The audit log",
}


def errors_page() -> str:
    """docs/errors.md."""
    written = {path.stem: path.read_text("utf-8").rstrip() for path in (GOLDENS / "codes").glob("*.md")}
    examples = {code: f"```text\n{text}\n```" for code, text in golden_examples().items()} | written
    lines = [
        MADE,
        "# Errors and findings",
        "",
        "Every problem has a code, which is stable: a script may rely on it. An **error** keeps a policy",
        "from loading, or a message from being read. A **warning** does not; `modengine check` shows it and fails.",
        "A **note** is shown and fails nothing. Findings of a careful reader can be allowed on their line, selected,",
        "and given another severity: see [findings](rule-language.md#findings).",
        "All problems of all files are shown at once, each with its place, the line, and a hint.",
        "",
        *(f"- [{title}](#{anchor(title)})" for title in FAMILIES.values()),
        "",
        "Each code has an example, which the tests hold the program to: a file and what a command says of it, or,",
        "where the text shows what is wrong, the text alone.",
    ]
    for family, title in FAMILIES.items():
        members = {code: kind for code, kind in CODES.items() if code.startswith(tuple(family.split()))}
        assert members, family
        lines += ["", f"## {title}", "", "| code | name | | means |", "|---|---|---|---|"]
        lines += [f"| {code} | `{c.name}` | {c.severity} | {cell(c.meaning)} |" for code, c in members.items()]
        for code, kind in members.items():
            lines += ["", f"### {code} {kind.name}", "", examples[code]]
    return "\n".join(lines) + "\n"


def golden_examples() -> dict[str, str]:
    """For each code one of the golden texts that show it: short, and with the line of the file."""
    found: dict[str, str] = {}
    for path in sorted(GOLDENS.rglob("expected*.txt")):
        for text in path.read_text("utf-8").strip().split("\n\n"):
            shown = re.match(r"\S+:\d+:\d+: (?:error|warning|note)\[(ME\d+) ", text)
            if shown and (shown[1] not in found or _longer(found[shown[1]]) > _longer(text)):
                found[shown[1]] = text
    return {code: "\n".join(map(str.rstrip, text.splitlines())) for code, text in found.items()}


def _longer(text: str) -> tuple[bool, bool, int, str]:
    return "\N{REPLACEMENT CHARACTER}" in text, " | " not in text, len(text), text


def cli_page() -> str:
    """docs/cli.md."""
    lines = [
        MADE,
        "# The command line",
        "",
        "What each command says of itself with `--help`. [first-rule.md](first-rule.md) shows them at work.",
        "",
        "| command | |",
        "|---|---|",
        *(f"| [`modengine {name}`](#modengine-{name}) | {cell(command.line)} |" for name, command in COMMANDS.items()),
        "",
        "| exit code | means |",
        "|---|---|",
        "| 0 | clean: nothing found, every line decided, every example holds |",
        "| 1 | findings: a warning or error in `check`, a line that `scan` could not read, an example that fails |",
        "| 2 | wrong usage, a policy that does not load, a file that cannot be read or written |",
        "| 3 | a bug in modengine; please report it |",
        "| 130 | stopped by the keyboard |",
        "| 141 | the program that read the output has gone |",
        "| 143 | stopped by another program (SIGTERM) |",
        "",
        "A message that is flagged is no failure: `scan` says 0.",
        "",
        "Output is UTF-8 on every system. `NO_COLOR=1` turns colours off. Progress is shown only on a",
        "terminal, and on standard error. `MODENGINE_TRACEBACK=1` shows where an unexpected error happened.",
        "A policy that was compiled is kept in `~/.cache/modengine`, or where `MODENGINE_CACHE` says (empty: nowhere).",
        "",
        "## modengine",
        "",
        "```text",
        *help_of(cli, "modengine"),
        "```",
    ]
    for name, command in commands(cli, "modengine"):
        lines += ["", f"## {name}", "", "```text", *help_of(command, name), "```"]
    return "\n".join(lines) + "\n"


def commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    """Every command of a group by its whole name, each followed by its own."""
    context = click.Context(group, info_name=name)
    for command_name in group.list_commands(context):
        command = group.get_command(context, command_name)
        assert command is not None, command_name
        yield f"{name} {command_name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {command_name}")


def help_of(command: click.Command, name: str) -> list[str]:
    context = click.Context(
        command,
        info_name=name,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        help_option_names=["-h", "--help"],
    )
    return [line.rstrip() for line in command.get_help(context).splitlines()]


def cell(text: str) -> str:
    """A text as a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


EXAMPLE = "【青桥银行】您的网银将于今晚失效，请点击 www.example.top 重新认证"
"""Shown at the top of the README: a bank that is none says that an account expires tonight."""


def readme() -> str:
    """README.md with what `explain` says of the example, down to the first condition."""
    engine = modengine.load()
    shown = as_text(engine.trace(EXAMPLE), width=WIDTH, details=details_of(engine.policy)).rstrip().splitlines()
    until = next(i for i, line in enumerate(shown) if line.strip() == "when")
    block = "\n".join([f"$ modengine explain '{EXAMPLE}'", *(line.rstrip() for line in shown[:until])])
    head, _, rest = (ROOT / "README.md").read_text("utf-8").partition("<!-- example -->\n")
    tail = rest.partition("<!-- /example -->\n")[2]
    block += "\n    ... and the condition, near misses, revision"
    return f"{head}<!-- example -->\n```text\n{block}\n```\n<!-- /example -->\n{tail}"


def with_results(page: str, name: str) -> str:
    """A page of docs/ with the table of the last run of a bench that was kept."""
    start, end = f"<!-- results: bench/results/{name} -->\n", "<!-- /results -->\n"
    head, _, rest = (DOCS / page).read_text("utf-8").partition(start)
    table = (ROOT / "bench" / "results" / name).read_text("utf-8")
    return f"{head}{start}{table.rstrip()}\n{end}{rest.partition(end)[2]}"


_MADE = re.compile(
    r"(<!-- (?P<what>columns|script): (?P<name>[\w.]+) ?(?P<rest>[^\n]*?) ?-->\n).*?(<!-- /(?P=what) -->)", re.S
)


def with_tables(page: str) -> str:
    """A page of docs/ with its lists of columns, and with the scripts that it shows."""

    def made(found: re.Match[str]) -> str:
        if found["what"] == "script":
            body = (DOCS / "vignettes" / found["name"]).read_text("utf-8")
            return f"{found[1]}```{found['rest']}\n{body}```\n{found[5]}"
        return f"{found[1]}{columns_of(found['name'])}\n{found[5]}"

    return _MADE.sub(made, (DOCS / page).read_text("utf-8"))


def columns_of(name: str) -> str:
    """The columns of some tables as a table of Markdown."""
    if name == "lab":
        said = {c.name: c for c in lab_columns.COLUMNS.values()}
        heads: dict[str, list[str]] = {}
        for heading, c in lab_columns.COLUMNS.items():
            heads.setdefault(c.name, []).append(heading.rpartition("/")[2])
        rows = [
            f"| `{key}` | {cell(', '.join(dict.fromkeys(heads[key])))} | {cell(' '.join(meanings(key)))} |"
            for key in sorted(said)
        ]
        return "\n".join(["| column | heading | meaning |", "|---|---|---|", *rows])
    fields = {
        "scan.decisions": scan_codebook.DECISIONS, "scan.hits": scan_codebook.HITS,
        "scan.messages": scan_codebook.MESSAGES,
        "audit.decisions": audit_codebook.DECISIONS, "audit.hits": audit_codebook.HITS, "audit.ids": audit_codebook.IDS,
    }.get(name) or row_fields()  # fmt: skip
    rows = [f"| `{f.name}` | {KIND.get(f.type, f.type)} | {cell(f.says)} |" for f in fields]
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *rows])


KIND = {"string": "text"}


def meanings(name: str) -> list[str]:
    """What the columns of a name mean, each once, with the parts of their cells."""
    found: dict[str, None] = {}
    for c in lab_columns.COLUMNS.values():
        if c.name == name:
            found |= dict.fromkeys([c.says, *(f"`{name}_{part}`: {says}" for part, says in c.parts.items() if part)])
    return list(found)


def row_fields() -> list[scan_codebook.TableField]:
    """The columns of rows, of a policy with one category and a corpus with one column of each kind."""
    engine = modengine.load()
    columns = Columns(label="label", stratum="COLUMN", cluster="COLUMN")
    empty = Corpus("corpus", "sha256:", columns, (), (), (), {}, 0, ())
    first, *others = engine.policy.categories
    fields = message_rows(engine, [empty], decide_all(engine, [empty])).fields
    named = {"stratum_column": "stratum_COLUMN", "cluster_column": "cluster_COLUMN"}
    named |= {f"{what}_{first}": f"{what}_CATEGORY" for what in ("score", "action")}
    return [
        replace(field, name=named.get(field.name, field.name), says=field.says.replace(f"`{first}`", "`CATEGORY`"))
        for field in fields
        if field.title not in others
    ]


def schema_page(name: str) -> str:
    """docs/schemas/NAME.json: what a command of the lab prints as JSON."""
    return json.dumps(schema(name), ensure_ascii=False, indent=2) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "errors.md": errors_page,
    "cli.md": cli_page,
    "../README.md": readme,
    "performance.md": partial(with_results, "performance.md", "table.md"),
    "lab.md": partial(with_results, "lab.md", "lab.md"),
    "codebook.md": partial(with_tables, "codebook.md"),
    "rows.md": partial(with_tables, "rows.md"),
    **{f"schemas/{name}.json": partial(schema_page, name) for name in NAMES},
}


def made() -> dict[str, str]:
    """Every generated page, by its path below docs/."""
    return {name: make() for name, make in PAGES.items()} | tools.rule_pages.pages(modengine.load())


def left_over(pages: Iterable[str]) -> set[str]:
    """Pages of rules that there are no longer."""
    return {f"rules/{path.name}" for path in (DOCS / "rules").glob("*.md")} - set(pages)


def stale() -> list[str]:
    """The generated pages that are not what they should be, or should not be.

    White space does not count: versions of click break lines in different places.
    """
    pages = made()
    old = [
        name
        for name, text in pages.items()
        if not (DOCS / name).exists() or (DOCS / name).read_text("utf-8").split() != text.split()
    ]
    return old + sorted(left_over(pages))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a page is stale")
    if parser.parse_args().check:
        old = stale()
        for name in old:
            print(f"docs/{name} is stale: run python tools/make_docs.py", file=sys.stderr)
        return 1 if old else 0
    pages = made()
    for name, text in pages.items():
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(text, "utf-8", newline="\n")
    for name in left_over(pages):
        (DOCS / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
