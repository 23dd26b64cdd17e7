"""What is told of a thing, in the Markdown of an editor."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from modengine.editor.completion import Completion
from modengine.editor.hover import Told


def as_markdown(told: Iterable[Told]) -> str:
    """Several things, one below the other; empty for none."""
    return "\n\n".join(paragraph for one in told for paragraph in _paragraphs(one))


def detail(found: Completion) -> str:
    """What stands beside a word that may be written."""
    if found.kind in ("key", "value"):
        return found.doc
    if found.kind == "word":
        return "a word of conditions"
    if found.kind == "field":
        return f"a message field, {os.path.basename(found.file)}"
    return f"{found.kind}, line {found.line}"


def _paragraphs(one: Told) -> Iterator[str]:
    yield _first(one)
    if one.kind == "rule":
        yield f"{'a relief' if one.points is None else f'{one.points} points'}, {one.form}"
    if one.clause:
        yield f"clause `{one.clause}`: {_plain(one.clause_says)}"
    if one.kind == "field":
        yield _absent(one.default)
    if one.parts:
        yield f"looks in {', '.join(f'`{part}`' for part in one.parts)} alone"
    if one.users:
        yield f"used by {', '.join(f'`{rule}`' for rule in one.users)}"
    if one.found is not None:
        yield f"found in {one.found[0]} of {one.found[1]} {'example' if one.found[1] == 1 else 'examples'}"
    for kind, texts in (("matches", one.matches), ("does not match", one.passes)):
        if texts:
            yield "\n".join([f"{kind}:", "", *(f"- {_plain(text)}" for text in texts)])


def _first(one: Told) -> str:
    match one.kind:
        case "key":
            return f"`{one.name}`: {one.says}"
        case "clause" | "rule":
            return f"{one.kind} `{one.name}`: {_plain(one.says)}"
        case "group":
            return f"group `{one.name}`: at most {one.points} points"
        case "list":
            return f"list `{one.name}`, {_terms(one)}"
        case "field":
            return f"message field `{one.name}`, {one.form}" + (f": {_listed(one.values)}" if one.values else "")
    evidence = f"`` {one.regex} ``" if one.regex else one.says if one.terms is None else _terms(one)
    return f"pattern `{one.name}`, {one.form}: {evidence}"


def _absent(default: str | None) -> str:
    if default is None:
        return "unknown where a message lacks it"
    return f"`{default}` where a message lacks it" if default else "empty where a message lacks it"


def _terms(one: Told) -> str:
    terms = one.terms or ()
    more = ", ..." if one.size > len(terms) else ""
    return f"{one.size} {'term' if one.size == 1 else 'terms'}: {_listed(terms)}{more}"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(map(_plain, texts))


def _plain(text: str) -> str:
    """A text as it is: what a rule says gives an editor no Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~&-])", r"\\\1", text)
