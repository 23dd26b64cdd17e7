"""What stands in a `study.yaml`: its keys, and what each takes."""

from __future__ import annotations

from modengine.lab.data.outcomes import LEVELS
from modengine.lab.data.perturb import SHARES
from modengine.lab.data.perturb_tables import DISGUISES
from modengine.lab.study.model import FIGURES
from modengine.policy.nodes.record import Either, Entries, Items, Key, Record
from modengine.policy.nodes.shape import Choice, Flag, Name, Share, Text, Whole

EXPLORE = ("fairness", "evasion")
"""What is measured only where an outcome, or `explore`, asks for it."""
SEEDS = 2**32 - 1
WITHIN_MARGIN = ("not-lower", "not-higher", "alike")
DIRECTIONS = ("higher", "lower", "different", *WITHIN_MARGIN)
_NAME = Name(reserved=())
OUTCOME = Record(
    "outcome",
    {
        "question": Key(Text(), "the question that it answers"),
        "figure": Key(Choice(tuple(FIGURES)), "what is measured", required=True),
        "policy": Key(Text(), "the policy, by its name in this study", required=True),
        "than": Key(Text(), "the policy that it is compared with"),
        "corpus": Key(Text(), "the corpus, pool or coded sample, by its name in this study"),
        "category": Key(Text(), "the category; `any` for whatever category"),
        "stratum": Key(Text(), "only the rows of this stratum"),
        "action": Key(Choice(LEVELS), "a row is hit from this action upwards"),
        "kind": Key(Choice(tuple(DISGUISES)), "the kind of disguise"),
        "strength": Key(Whole(min(SHARES), max(SHARES)), "how strongly it is disguised"),
        "change": Key(Choice(("action", "score")), "what may not change with the identity term"),
        "at-least": Key(Share(), "the figure is claimed to be at least so much"),
        "at-most": Key(Share(), "the figure is claimed to be at most so much"),
        "direction": Key(Choice(DIRECTIONS), "how the policies are claimed to differ, or not to"),
        "margin": Key(Share(), "so much is no difference that matters: the difference is claimed to stay within it"),
    },
    one_of=("at-least", "at-most", "direction"),
)
CORPUS = Record(
    "corpus of a study",
    {
        "card": Key(Text(), "its card, a path beside the study", required=True),
        "sample": Key(Whole(1, 500_000), "so many rows, drawn by chance"),
    },
)
POOL = Record(
    "pool",
    {
        "corpora": Key(Items(Text(), least=2), "the corpora, by their names in this study", required=True),
        "weigh": Key(Choice(("rows", "corpora")), "what counts alike: each row, or each corpus; `rows` without it"),
    },
)
CODED = Record(
    "coded sample",
    {
        "policy": Key(Text(), "the policy that it was drawn by", required=True),
        "corpus": Key(Text(), "the corpus that it was drawn from", required=True),
        "key": Key(Text(), "the key.json of the sample, a path beside the study", required=True),
        "sheets": Key(Items(Text(), least=1), "what the coders filled in, a file a coder", required=True),
        "settled": Key(Text(), "the sheet of what was settled"),
        "beyond": Key(Flag(), "intervals and tests of all that the corpus stands for"),
    },
)
STUDY = Record(
    "study",
    {
        "study": Key(_NAME, "its name", required=True),
        "title": Key(Text(), "one line on what it is"),
        "authors": Key(Items(Text()), "who answers for it"),
        "licence": Key(Text(), "the licence of the package"),
        "note": Key(Text(), "what a reader must know"),
        "questions": Key(Entries(Text(), key=_NAME, noun="the name of a question"), "what is asked"),
        "policies": Key(
            Entries(Text(), key=_NAME, noun="the name of a policy", least=1), "name to policy file", required=True
        ),
        "corpora": Key(
            Entries(Either(scalar=Text(), mapping=CORPUS), key=_NAME, noun="the name of a corpus", least=1),
            "name to card", required=True,
        ),
        "pools": Key(
            Entries(Either(items=Items(Text(), least=2), mapping=POOL), key=_NAME, noun="the name of a pool"),
            "name to corpora that outcomes are about together",
        ),
        "coded": Key(
            Entries(CODED, key=_NAME, noun="the name of a coded sample"), "name to a sample that people coded"
        ),
        "split": Key(Choice(("none", "halves")), "`halves`: outcomes are tested on the checking half alone"),
        "seed": Key(Whole(0, SEEDS), "the seed of everything drawn by chance; 1 without it"),
        "correction": Key(Choice(("holm", "holm-by-question")), "how declared outcomes are corrected"),
        "explore": Key(Items(Choice(EXPLORE)), "what is measured besides"),
        "outcomes": Key(
            Entries(OUTCOME, key=_NAME, noun="the name of an outcome", least=1), "what is declared", required=True
        ),
    },
)  # fmt: skip
