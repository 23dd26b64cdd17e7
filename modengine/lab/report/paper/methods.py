"""What was done, in the sentences of a paper, from the results themselves: nothing is said that was not done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from modengine import __version__
from modengine.explain.visible import many
from modengine.lab.report.view import ResultView, corpora_of
from modengine.lab.stats.intervals import LEAST, Estimate, Method


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something that was done, and where the method is from."""

    text: str
    cites: tuple[str, ...] = ()
    """Keys of `REFERENCES`."""


INTERVALS: Mapping[Method, Sentence] = {
    "clopper-pearson": Sentence(
        "Shares of independent rows have the exact interval of Clopper and Pearson.", ("clopper1934",)
    ),
    "korn-graubard": Sentence(
        "Shares of rows in clusters have the interval of Korn and Graubard, with a design effect of the sizes of the"
        " clusters and of how alike their rows are.",
        ("korn1998", "rao1992", "fleiss1979"),
    ),
    "mover": Sentence(
        "Corpora are pooled as strata, each with its own clusters: a weighted mean of their shares, whose bounds are"
        " recovered from those of the corpora and are never nearer than those of Korn and Graubard with the stratified"
        " variance.",
        ("zou2009", "korn1998"),
    ),
    "permutation": Sentence(
        "A difference is in percentage points; its interval is recovered from those of the rows gained and lost, and"
        " agrees with the exact permutation test over clusters.",
        ("zou2008", "ernst2004"),
    ),
    "beta, by design": Sentence(
        "Shares of a sample have the interval of a Beta distribution with the effective n of their design.",
        ("korn1998",),
    ),
    "cluster bootstrap": Sentence(
        "Shares of entries that last have the percentile interval of a bootstrap over the snapshots they came in.",
        ("davison1997",),
    ),
    "none": Sentence("A figure without rows is not given."),
    "forbidden": Sentence("A figure that a corpus cannot give, as its card says, is not given."),
}
"""How the interval of a figure was made."""

SECTIONS: Mapping[str, Sentence] = {
    "eval": Sentence(
        "A row is hit where its category reaches an action or a stricter one; recall is the share of the rows of a"
        " category that are hit, over-blocking the share of harmless rows on which any action is taken."
    ),
    "fairness": Sentence(
        "Sentences that differ in one term for a group of people, and in nothing else, are decided and compared.",
        ("garg2019", "rottger2021"),
    ),
    "evade": Sentence(
        "Rows that are caught are disguised in each way at rising strength, characters drawn by chance, and decided"
        " again; a figure is the share that is still caught."
    ),
    "ablate": Sentence("Each rule is left out in turn, and all rows are decided again."),
    "fit": Sentence(
        "Points are fitted as the whole numbers of a sparse risk score, under a limit on false alarms for each kind of"
        " ordinary speech, and judged on folds that they were not fitted on.",
        ("ustun2019",),
    ),
    "suggest": Sentence(
        "The policy is compared with a logistic regression over character n-grams that was fitted to one half of the"
        " corpora; on the other half it has no more false alarms than the policy. Nothing of it enters a decision.",
        ("fan2008",),
    ),
    "timeline": Sentence("Messages are decided at their own time, by the scope and the period of the policy."),
    "together": Sentence("All policies decide the same rows, and their figures stand side by side."),
    "diff": Sentence("Both policies decide the same rows; a flip is a row on which their actions differ."),
    "agree": Sentence("Agreement of coders is Krippendorff's alpha.", ("krippendorff2004",)),
    "estimate": Sentence(
        "Figures of the whole corpus are weighted by the inverse of the probability with which a row was drawn, and"
        " their intervals carry the disagreement of the coders.",
        ("horvitz1952",),
    ),
    "specimen": Sentence(
        "A list that others made is matched as its card says, anywhere in a text or at words; nothing of it acts."
    ),
    "flip": Sentence("Spans of the text are left out, the fewest characters first, until the action changes."),
}
"""What a section did, by the name of its command."""

COLUMNS: Mapping[str, Sentence] = {
    "p of the contrary (Holm)": Sentence(
        "An outcome declared beforehand is tested by the exact binomial test on effective counts, and so is its"
        " contrary."
    ),
    "p against (Holm)": Sentence(
        "A declared share is tested by the level at which its interval ends at the bound, which is the exact binomial"
        " test on effective counts where it is of one corpus; a declared difference by the exact permutation test. So"
        " are the contrary claims.",
        ("ernst2004",),
    ),
    "limits at 5 %": Sentence(
        "A difference is held against a margin by Tango's score test for paired shares, one-sided, on effective"
        " counts; policies are alike where both sides hold.",
        ("tango1998", "schuirmann1987"),
    ),
    "p (Holm)": Sentence("Outcomes declared beforehand are corrected by Holm's method.", ("holm1979",)),
    "p (false discovery rate)": Sentence(
        "Whatever was explored is corrected for the false discovery rate.", ("benjamini1995",)
    ),
    "p (permutation)": Sentence(
        "Paired decisions are compared by the exact permutation test of their difference; a change that can only go one"
        " way has no p.",
        ("ernst2004",),
    ),
    "p (Fisher)": Sentence(
        "Slices are compared with the other rows by Fisher's exact test on effective counts.", ("fisher1922",)
    ),
    "outside is all but": Sentence(
        "A stratum is compared with the other harmless rows of its corpus by Fisher's exact test on effective counts;"
        " strata far from all others are set aside first.",
        ("fisher1922",),
    ),
    "against all but": Sentence(
        "A group is compared with the others by an exact permutation test of terms that fit the same templates; groups"
        " far from all others are set aside first.",
        ("ernst2004",),
    ),
}
"""What a column of a table tells of how it was made."""


CLUSTERS = Sentence(
    "Rows of one template, source or set of near-duplicates are one cluster, and the effective n says how many"
    " independent rows would tell as much. Near-duplicates have a Jaccard similarity of their shingles of four"
    " characters of at least 0.7.",
    ("broder1997",),
)


def methods(views: Sequence[ResultView]) -> tuple[Sentence, ...]:
    """The sentences of a report, in the order of a paper."""
    return tuple(_told(views))


def _told(views: Sequence[ResultView]) -> Iterator[Sentence]:
    stamps = [view.result.stamp for view in views]
    corpora = corpora_of(stamps)
    rows = sum(corpus.rows for corpus in corpora)
    of = "one corpus" if len(corpora) == 1 else f"{len(corpora)} corpora"
    were = f"{many(rows, 'message')} of {of} {'was' if rows == 1 else 'were'}" if corpora else "Invented messages were"
    names = {view.name.partition("-")[0] for view in views}
    policies = sorted({stamp.policy for stamp in stamps})
    yield Sentence(
        f"{were} decided by the policy {' and the policy '.join(policies)} with modengine {__version__}"
        + ("" if names == {"timeline"} else "; scope and period are taken as met")
        + f". Whatever is drawn by chance has the seed {stamps[0].seed}."
    )
    if any(corpus.clusters < corpus.rows for corpus in corpora):
        yield CLUSTERS
    used = {cell.method for cell in _cells(views) if isinstance(cell, Estimate)}
    done = names | ({"estimate"} if "study" in names and "beta, by design" in used else set())
    yield from (sentence for name, sentence in SECTIONS.items() if name in done)
    yield from (sentence for method, sentence in INTERVALS.items() if method in used)
    yield Sentence(
        f"Intervals are at 95 %; with fewer than {LEAST} effective rows a figure is marked as unsupported. Precision"
        " belongs to the base rate of its corpus; recall and over-blocking are free of it."
    )
    columns = {name for view in views for table in view.tables for name in table.columns}
    yield from (sentence for column, sentence in COLUMNS.items() if column in columns)


def _cells(views: Sequence[ResultView]) -> Iterator[object]:
    return (cell for view in views for table in view.tables for row in table.rows for cell in row)


def cited(sentences: Sequence[Sentence]) -> tuple[str, ...]:
    """The keys of the references in the order in which they are first cited."""
    return tuple(dict.fromkeys(key for sentence in sentences for key in sentence.cites))
