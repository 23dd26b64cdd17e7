"""What a corpus tells of a policy: terms that nothing in it speaks for, and patterns that cut its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from modengine.checks.terms import WrittenTerms, written_terms
from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.engine.match.literals import Automaton
from modengine.engine.match.matcher import Found
from modengine.engine.match.part import PartText, reduce
from modengine.engine.match.terms import plain_term
from modengine.errors import Diagnostic
from modengine.model import Message
from modengine.policy.fields import fields_looked_in, with_field_parts
from modengine.policy.model import Pattern, Policy
from modengine.text.normalize import plain

Corpus = Iterable[Message]
"""Messages that are gone through more than once; they need not be held."""


def _texts(messages: Iterable[Message], policy: Policy) -> Iterator[str]:
    """All texts of messages as they are compared: plain, without what may stand between characters."""
    looked_in = fields_looked_in((pattern for rule in policy.rules for pattern in rule.patterns), policy.fields)
    read = messages if not looked_in else (with_field_parts(message, looked_in) for message in messages)
    return (reduce(plain(part.text)) for message in read for part in message.all_parts())


def unsupported(policy: Policy, corpus: Corpus) -> Iterator[Diagnostic]:
    """ME826: terms that stand, blanks and marks aside, in no example and no text of the corpus."""
    written = list(written_terms(policy))
    wanted = {reduce(plain_term(term)) for each in written for term, _ in each.terms} - {""}
    examples = (example.message for rule in policy.rules for _, example in rule.examples)
    missing = _missing(wanted, (_texts(examples, policy), _texts(corpus, policy)))
    for each in written:
        yield from _of(each, missing)


def _of(written: WrittenTerms, missing: set[str]) -> Iterator[Diagnostic]:
    for term, place in written.terms:
        if reduce(plain_term(term)) in missing:
            yield Diagnostic(
                "ME826", f"`{term}` of `{written.name}` stands in no example and in no text of the corpus", place,
                "show it in an example, or remove it",
            )  # fmt: skip


def _missing(wanted: set[str], corpora: Iterable[Iterable[str]]) -> set[str]:
    """The terms that stand in none of the texts."""
    terms = sorted(wanted)
    find = Automaton(terms).find
    met = {number for texts in corpora for text in texts for _, _, number in find(text)}
    return {term for number, term in enumerate(terms) if number not in met}


AROUND = 8
"""So many characters are shown on either side of an example."""


@dataclass(slots=True)
class _Tally:
    matches: int = 0
    straddling: int = 0
    example: str = ""


def straddling(policy: Policy, messages: Iterable[Message]) -> Iterator[Diagnostic]:
    """ME829 for each `regex` or `text` pattern without `boundary: words` of which a match straddles words, with an
    example and its place in the corpus.  Scope and conditions play no part."""
    engine = Engine(Program(policy))
    asked = {
        number: pattern
        for number, pattern in enumerate(engine.program.patterns)
        if pattern.kind in ("regex", "text") and pattern.boundary is None
    }
    tallies = {number: _Tally() for number in asked}
    for row, message in enumerate(messages, 1):
        context = engine.context(message)
        name = f"message {message.id or row}"
        for number in asked.keys() & context.possible:
            for part, finding in zip(context.parts, context.evidence(number).findings, strict=False):
                for found in finding.found:
                    _count(tallies[number], part, found, name)
    for number, pattern in asked.items():
        if tallies[number].straddling:
            yield _diagnostic(pattern, tallies[number])


def _count(tally: _Tally, part: PartText, found: Found, name: str) -> None:
    tally.matches += 1
    if not part.words.cut_by(found.start, found.end):
        return
    tally.straddling += 1
    if not tally.example:
        before, after = part.original[: found.first][-AROUND:], part.original[found.last :][:AROUND]
        shown = " ".join(f"{before}[{part.original[found.first : found.last]}]{after}".split())
        tally.example = f"{name}, part {part.index}, character {found.first}: {shown}"


def _diagnostic(pattern: Pattern, tally: _Tally) -> Diagnostic:
    return Diagnostic(
        "ME829",
        f"{tally.straddling:,} of {tally.matches:,} matches of the {pattern.kind} pattern `{pattern.name}` "
        f"straddle words; {tally.example}",
        pattern.first_place,
        "add `boundary: words`, and such matches no longer count",
    )
