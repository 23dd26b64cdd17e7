"""A policy without some of its rules, or with earlier versions of them, and the rows on which that can matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from modengine.engine.compile.revision import content_of
from modengine.engine.match.literals import Automaton
from modengine.errors import InputError
from modengine.policy.compare import mistakes
from modengine.policy.condition import Compare, RuleRef, walk
from modengine.policy.model import Policy, Rule, texts_of
from modengine.text.normalize import plain
from modengine.text.segment import Entries, added

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from modengine.lab.data.corpus import Corpus
    from modengine.lab.data.outcomes import DecidedCorpus


def counting(policy: Policy) -> tuple[Rule, ...]:
    """The rules that give or take points: neither drafts nor rules on test."""
    return tuple(rule for rule in policy.rules if rule.status == "stable")


def without(policy: Policy, *rules: str) -> Policy:
    """The policy with some rules made drafts."""
    return changed(policy, (replace(rule, status="draft") for rule in policy.rules if rule.id in rules))


def promoted(policy: Policy, *rules: str) -> Policy:
    """The policy with some rules on test made stable."""
    return changed(policy, (replace(rule, status="stable") for rule in policy.rules if rule.id in rules))


def rescored(policy: Policy, points: Mapping[str, int]) -> Policy:
    """The policy with other points for some of its rules."""
    return changed(policy, (replace(rule, score=points[rule.id]) for rule in policy.rules if rule.id in points))


def changed(policy: Policy, rules: Iterable[Rule]) -> Policy:
    """The policy with these rules in the place of those of their names."""
    new = {rule.id: rule for rule in rules}
    return replace(
        policy,
        rulesets=tuple(
            replace(ruleset, rules=tuple(new.get(rule.id, rule) for rule in ruleset.rules))
            for ruleset in policy.rulesets
        ),
    )


def on_test(policy: Policy) -> tuple[str, ...]:
    """The rules on test."""
    return tuple(rule.id for rule in policy.rules if rule.status == "test")


def differing(old: Policy, new: Policy) -> tuple[str, ...]:
    """The rules of `new`, drafts apart, that `old` lacks or has otherwise: in what can change a decision.

    A rule is another too where a field that it asks about is declared otherwise.
    """
    was, now = content_of(old), content_of(new)
    before, after = ({rule["id"]: rule | {"clause": None} for rule in of["rules"]} for of in (was, now))
    other = {name for name, field in now["fields"].items() if was["fields"].get(name) != field}
    asking = {rule.id for rule in new.rules if other & _fields_of(rule)}
    return tuple(name for name, rule in after.items() if name in asking or before.get(name) != rule)


def _fields_of(rule: Rule) -> set[str]:
    compared = {node.field for node in rule.nodes if isinstance(node, Compare)}
    return compared.union(*(pattern.fields for pattern in rule.patterns))


def as_before(policy: Policy, tried: Sequence[Rule], old: Policy | None) -> Policy:
    """The policy in which the rules do not count yet, or as `old` has them.  Raises InputError (ME911)."""
    if old is None:
        return without(policy, *(rule.id for rule in tried if rule.status != "test"))
    known = {rule.id: rule for rule in old.rules}
    merged = replace(policy, fields={**old.fields, **policy.fields})
    for rule in tried:
        if rule.id in known:
            _fits(known[rule.id], merged, old)
    missing = [rule.id for rule in tried if rule.id not in known]
    return without(changed(merged, (known[rule.id] for rule in tried if rule.id in known)), *missing)


def _fits(rule: Rule, policy: Policy, old: Policy) -> None:
    """Raises InputError (ME911) where an old version asks for what the policy does not have, or has as another type."""
    known = {other.id for other in policy.rules}
    lacks = [] if rule.about in (None, *policy.categories) else [f"the category `{rule.about}`"]
    lacks += [f"the rule `{name}`" for name in rule.asked_rules if name not in known]
    wrong = {node.field for node in rule.nodes if isinstance(node, Compare) and [*mistakes(node, policy.fields)]}
    wrong |= {name for p in rule.patterns for name in p.fields if policy.fields[name].kind not in ("string", "enum")}
    lacks += [f"the field `{name}` as {old.fields[name].type}" for name in sorted(wrong)]
    if lacks:
        raise InputError(
            "ME911", f"`{rule.id}` of {old.id} needs {lacks[0]}, which {policy.id} does not have",
            "compare the policies as wholes: modengine diff",
        )  # fmt: skip


class Reach:
    """For each rule, the rows that may be decided otherwise without it.

    These are the rows that it hits, those in which something failed, and those that hold a word which
    it alone gave the segmenter (so that other rules' words may fall otherwise).  A relief that others ask
    for by name may matter anywhere, for it stands in decisions only where its category has points.
    """

    def __init__(self, policy: Policy, corpus: Corpus, outcomes: DecidedCorpus, known: Entries = {}) -> None:  # noqa: B006
        """With what is `known` of words already (`Learnt.words`)."""
        self._rows = len(corpus)
        scoring = {rule.id for rule in counting(policy) if rule.category is not None}
        self._named = _named(policy) - scoring
        self._hits: dict[str, list[int]] = {}
        for i, hits in enumerate(outcomes.rules):
            for rule, _ in hits:
                self._hits.setdefault(rule, []).append(i)
        self._failed = [i for i, failed in enumerate(outcomes.undetermined) if failed]
        live = [rule for rule in policy.rules if rule.status != "draft"]
        self._own = dict(_own_words(live, known))
        self._holders = _holders(corpus, sorted({word for words in self._own.values() for word in words}))

    def hits(self, rule_id: str) -> NDArray[np.bool_]:
        """(n,): the rows in whose decision the rule stands."""
        return self._flags(self._hits.get(rule_id, ()))

    def rows(self, rule_id: str) -> NDArray[np.bool_]:
        """(n,): the rows to decide again."""
        if rule_id in self._named:
            return self._flags(range(self._rows))
        found = self._flags((*self._hits.get(rule_id, ()), *self._failed))
        for word in self._own.get(rule_id, ()):
            found |= self._flags(self._holders.get(word, ()))
        return found

    def _flags(self, rows: Sequence[int]) -> NDArray[np.bool_]:
        import numpy as np  # noqa: PLC0415  (a policy is made without)

        found = np.zeros(self._rows, np.bool_)
        found[list(rows)] = True
        return found


def _named(policy: Policy) -> set[str]:
    """The rules that a condition asks for by `rule(...)`."""
    others = [*(override.when for override in policy.overrides), *(one.when for one in policy.exceptions)]
    nodes = chain(*(rule.nodes for rule in policy.rules), *(walk(when) for when in others if when is not None))
    return {name for node in nodes if isinstance(node, RuleRef) for name in node.rules}


def _words(rule: Rule) -> set[str]:
    """The terms of a rule that the segmenter is told of."""
    return {plain(text) for p in rule.patterns if p.adds_words for text, _ in texts_of(p)}


def _own_words(rules: Sequence[Rule], known: Entries) -> Iterator[tuple[str, set[str]]]:
    """For each rule the words that no other rule adds."""
    told = {rule.id: _words(rule) for rule in rules}
    new = added((word for found in told.values() for word in found), known)
    words = {rule: found & new for rule, found in told.items()}
    count = Counter(chain.from_iterable(words.values()))
    for rule, found in words.items():
        yield rule, {word for word in found if count[word] == 1}


def _holders(corpus: Corpus, words: list[str]) -> dict[str, list[int]]:
    """The rows whose plain text holds a word."""
    automaton = Automaton(words)
    found: dict[str, list[int]] = {}
    for i in range(len(corpus)):
        for number in _numbers(automaton, corpus, i):
            found.setdefault(words[number], []).append(i)
    return found


def _numbers(automaton: Automaton, corpus: Corpus, i: int) -> Iterable[int]:
    return {number for part in corpus.messages[i].all_parts() for *_, number in automaton.find(plain(part.text))}
