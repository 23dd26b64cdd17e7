"""The match examples of a policy's rules as a corpus, each held to its own rule."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from modengine.errors import InputError
from modengine.lab.data.corpus import About, Columns, Corpus
from modengine.model import Decision
from modengine.policy.model import Policy

EXAMPLES = "examples of the rules"


def of_rules(policy: Policy) -> Corpus:
    """The match examples of the rules that score and are evaluated, labelled with the category.

    The stratum and the cluster of an example is its rule.  Reliefs and drafts are left out.  Raises
    InputError (ME911) for a policy whose rules have no examples.
    """
    found = [
        (example.message, str(rule.category), rule.id)
        for rule in policy.rules
        if rule.category is not None and rule.status != "draft"
        for example in rule.examples.match
    ]
    if not found:
        raise InputError("ME911", "no rule that scores has a match example", "add `examples` to the rules")
    texts = "\x00".join(part.text for message, *_ in found for part in message.all_parts())
    rules = tuple(rule for *_, rule in found)
    return Corpus(
        name=EXAMPLES,
        digest="sha256:" + sha256(texts.encode("utf-8", "surrogatepass")).hexdigest(),
        columns=Columns(label="category", stratum="rule", cluster="rule"),
        messages=tuple(message for message, *_ in found),
        labels=tuple(category for _, category, _ in found),
        strata=rules,
        left_out={},
        unreadable=0,
        given_clusters=rules,
        about=About(title=f"match examples of the rules of {policy.id}", source=Path(policy.path).name),
    )


def hits_its_rule(corpus: Corpus, i: int, decision: Decision) -> bool:
    """Whether the rule that example i belongs to hit."""
    return any(hit.rule == corpus.strata[i] for hit in (*decision.hits, *decision.shadow_hits))
