"""A component for spaCy: `doc._.moderation` is the decision, `doc.spans["moderation"]` what the rules found.

nlp = spacy.blank("zh")
nlp.add_pipe("modengine", config={"policy": "rules/policy.yaml"})
doc = nlp("招刷单员，加微信 abc123")
"""

from __future__ import annotations

from collections.abc import Callable

from spacy.language import Language
from spacy.tokens import Doc

import modengine

Doc.set_extension("moderation", default=None, force=True)


@Language.factory("modengine", default_config={"policy": None})
def moderation(nlp: Language, name: str, policy: str | None) -> Callable[[Doc], Doc]:
    """Decides the text of each document; without a policy by the shipped one.

    A span is a match, labelled with its rule; one that does not begin and end with tokens is widened to those that it
    touches.
    """
    engine = modengine.load(policy)

    def decide(doc: Doc) -> Doc:
        decision = engine.decide(doc.text, ignore_scope=True)
        doc._.moderation = decision
        doc.spans["moderation"] = [
            span
            for hit in (*decision.hits, *decision.relief)
            for match in hit.matches
            if (span := doc.char_span(match.start, match.end, hit.rule, alignment_mode="expand")) is not None
        ]
        return doc

    return decide
