"""Terms that nothing speaks for: no example, and no text of the corpora that are named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from modengine.checks.coverage import examples_by_key
from modengine.checks.terms import WrittenTerms, written_terms
from modengine.engine.match.literals import Automaton
from modengine.engine.match.part import reduce
from modengine.engine.match.terms import plain_term
from modengine.errors import Diagnostic
from modengine.model import Message
from modengine.policy.model import Policy
from modengine.text.normalize import plain

Corpus = tuple[Message, ...]


def _texts(messages: Iterable[Message]) -> frozenset[str]:
    """All parts of messages as they are compared: plain, without what may stand between characters."""
    return frozenset(reduce(plain(part.text)) for message in messages for part in message.all_parts())


def unsupported(policy: Policy, corpus: Corpus) -> Iterator[Diagnostic]:
    """ME826: terms that stand, blanks and marks aside, in no example and no text of the corpus."""
    written = list(written_terms(policy))
    wanted = {reduce(plain_term(term)) for each in written for term, _ in each.terms} - {""}
    examples = (example.message for rule in policy.rules for _, example in examples_by_key(rule))
    missing = _missing(wanted, (_texts(examples), _texts(corpus)))
    for each in written:
        yield from _of(each, missing)


def _of(written: WrittenTerms, missing: set[str]) -> Iterator[Diagnostic]:
    for term, place in written.terms:
        if reduce(plain_term(term)) in missing:
            yield Diagnostic(
                "ME826", f"`{term}` of `{written.name}` stands in no example and in no text of the corpus", place,
                "show it in an example, or remove it",
            )  # fmt: skip


def _missing(wanted: set[str], corpora: Iterable[frozenset[str]]) -> set[str]:
    """The terms that stand in none of the texts."""
    terms = sorted(wanted)
    find = Automaton(terms).find
    met = {number for texts in corpora for text in texts for _, _, number in find(text)}
    return {term for number, term in enumerate(terms) if number not in met}
