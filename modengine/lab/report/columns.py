"""What the columns of the lab's tables are called in a file, and what they mean.

A column is found by its heading, or by `TABLE/HEADING` where a heading means several things.  A heading that
nobody wrote down here gets a name made of itself; a test finds it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST = 32
"""Characters of a name in Stata."""


@dataclass(frozen=True, slots=True)
class ColumnSays:
    """A column of a table in a file."""

    name: str
    """`^[a-z][a-z0-9_]{0,31}$`, with room for what is added to it."""
    says: str
    parts: Mapping[str, str] = field(default_factory=dict)
    """What is added to the name where a cell holds several values, and what that one means."""


_ACTION = "The figure counts rows on which it is this action or a stricter one."
_FDR = "The same, corrected by the false discovery rate (Benjamini and Hochberg) with the others of its table."
_FOUND = "The decision with that text."
_SAID = {
    "action": "The action of the category there.",
    "score": "The points of the category there.",
    "rules": "The rules that gave points there, with their points and, with --show-text, the words found.",
}
COLUMNS: Mapping[str, ColumnSays] = {
    # --- of several commands
    "corpus": ColumnSays("corpus", "The corpus, by its name."),
    "stratum": ColumnSays("stratum", "The stratum; `COLUMN: VALUE` where several columns part the corpus."),
    "category": ColumnSays("category", "The category; `(any)` for all together."),
    "action or more": ColumnSays("action_or_more", _ACTION),
    "rule": ColumnSays("rule", "The rule, by its id."),
    "points": ColumnSays(
        "points", "The points of the rule; empty where they do not apply.", {"note": "Why it has none."}
    ),
    "row": ColumnSays("row", "The row of the corpus, by its id, or by its line: `explain --id` takes both."),
    "label": ColumnSays("label", "What the row is: a category, or `none`."),
    "rows": ColumnSays("rows", "Rows of the corpus."),
    "text": ColumnSays("text", "The text of the row."),
    "recall": ColumnSays("recall", "The share of the rows of the category that are hit."),
    "over-blocking": ColumnSays("over_blocking", "The share of the harmless rows that are hit."),
    "p": ColumnSays("p", "The p-value of the test that the note of the table names."),
    "p (Holm)": ColumnSays("p_holm", "The p-value, corrected after Holm with the other declared outcomes."),
    "p (false discovery rate)": ColumnSays("p_fdr", _FDR),
    "p (permutation)": ColumnSays("p_permutation", "The p-value of the exact permutation test over clusters."),
    "p of the contrary (Holm)": ColumnSays("p_contrary", "The corrected p-value of the contrary of the outcome."),
    "outside is all but": ColumnSays("without", "Strata left out of `outside`, joined by commas."),
    "declared": ColumnSays("declared", "The outcome as it was declared."),
    "found": ColumnSays("found", "The figure that the outcome is about."),
    "limits at 5 %": ColumnSays(
        "limits", "Of a difference with a margin.", {"low": "Its lower limit, one-sided.", "high": "Its upper one."}
    ),
    "verdict": ColumnSays("verdict", "`shown`, `contradicted`, `open` or `unsupported`."),
    "over-blocking inside": ColumnSays("inside", "Over-blocking of the stratum."),
    "outside": ColumnSays("outside", "Over-blocking of the other harmless rows of the corpus."),
    "differs": ColumnSays("differs", "Whether the corrected p-value is below 0.05."),
    "kind": ColumnSays("kind", "The kind: of templates in `fairness`, of disguises in `evade`."),
    "figure": ColumnSays("figure", "`recall`, `over-blocking` or `false alarms`."),
    # --- eval
    "label or more": ColumnSays("label_or_more", "Over-blocking at label or more."),
    "review or more": ColumnSays("review_or_more", "Over-blocking at review or more."),
    "block": ColumnSays("block", "Over-blocking at block."),
    "worst-rules/review": ColumnSays("review", "Harmless rows among these that came to review."),
    "worst-rules/block": ColumnSays("block", "Harmless rows among these that were blocked."),
    "rows of it": ColumnSays("positives", "Rows of the category.", {"n": "Rows of the corpus or stratum."}),
    "hit among other rows": ColumnSays("others_hit", "Of all rows that are not of the category, the share hit."),
    "base rate": ColumnSays("base_rate", "The share of the rows that are of the category."),
    "precision": ColumnSays("precision", "The share of the hit rows that are of the category."),
    "precision at that rate": ColumnSays("precision", "The share of the hit rows that are of the category."),
    "F1 at that rate": ColumnSays("f1", "2 × precision × recall / (precision + recall)."),
    "precision at a base rate": ColumnSays(
        "projected", "Precision at the base rate that --prevalence asked for, by Bayes' rule."
    ),
    "harmless rows hit": ColumnSays("false_alarms", "The share of harmless rows to which the rule gave points."),
    "right hits": ColumnSays("right_hits", "Rows of its own category to which the rule gave points."),
    "worst-rules/rows": ColumnSays("rows", "Some of the harmless rows, by their ids, joined by commas."),
    "texts": ColumnSays("texts", "The texts of these rows."),
    "thresholds-judged/points": ColumnSays("threshold", "The threshold in points."),
    "why these": ColumnSays("origin", "Where the threshold comes from."),
    "points or more": ColumnSays("threshold", "The threshold in points."),
    # --- ablate
    "hits": ColumnSays("hits", "Rows that the rule hits."),
    "of its category": ColumnSays("own", "The share of the rows of its category that it hits."),
    "of harmless rows": ColumnSays("harmless", "The share of the harmless rows that it hits."),
    "catches alone": ColumnSays("unique_catches", "Rows of its category that are caught no more without it."),
    "false alarms alone": ColumnSays("unique_false_alarms", "Harmless rows that are hit no more without it."),
    "prevents catches": ColumnSays("catches_prevented", "Rows of its category that are caught without it alone."),
    "prevents false alarms": ColumnSays("alarms_prevented", "Harmless rows that are hit without it alone."),
    "actions that change": ColumnSays("changed", "Rows on which an action changes without it."),
    "recall without it minus with it": ColumnSays("recall_change", "Recall without the rule minus with it."),
    "over-blocking without it minus with it": ColumnSays(
        "over_blocking_change", "Over-blocking without the rule minus with it."
    ),
    "and": ColumnSays("other_rule", "The other rule."),
    "rows of both": ColumnSays("both", "Rows that both rules hit."),
    "rows of either": ColumnSays("either", "Rows that one of them hits, or both."),
    "share (Jaccard)": ColumnSays("jaccard", "Rows of both, of the rows of either."),
    "boundary": ColumnSays("boundary", "How words are bounded: not-straddling, token-equality, substring."),
    "share": ColumnSays("share", "The figure with that boundary."),
    "minus not-straddling": ColumnSays("change", "The figure minus that of not-straddling."),
    # --- try
    "held against": ColumnSays("held_against", "What the rule is held against: as it is, without it, or as it was."),
    "newly hit": ColumnSays("newly_hit", "Rows that the rule hits with it counting, and did not before."),
    "acted on already": ColumnSays("acted_on", "Of these, rows on which its category acts without it."),
    "newly missed": ColumnSays("newly_missed", "Rows that the rule hit before and does not now."),
    "still missed": ColumnSays("still_missed", "Rows of its category on which the category does not act."),
    "flips": ColumnSays("flips", "Rows on which the action of any category changes."),
    "hit before": ColumnSays("hit_before", "Rows that the rule hit before, and gave or took points."),
    "hit after": ColumnSays("hit_after", "Rows that it hits with it counting."),
    "action rises": ColumnSays("rises", "Rows whose highest action rises."),
    "action falls": ColumnSays("falls", "Rows whose highest action falls."),
    "what": ColumnSays("kind", "What the row shows: `newly hit`, `newly missed` or `still missed`."),
    "examples/message": ColumnSays("message", "The highest action.", {"before": "Before.", "after": "After."}),
    "words": ColumnSays("words", "What the rule finds, or found, there."),
    "before": ColumnSays("before", "The decision before.", _SAID),
    "after": ColumnSays("after", "The decision with the rules counting.", _SAID),
    # --- together
    "policy": ColumnSays("policy", "The policy, by its id."),
    "corpora": ColumnSays("corpora", "The corpora that are pooled, joined by commas."),
    "pooled/corpus": ColumnSays("pool", "`(pooled)`, or `(pooled, made up)` of corpora whose messages were made up."),
    "weights/corpus": ColumnSays("pool", "`(pooled)`, or `(pooled, made up)` of corpora whose messages were made up."),
    "pooled corpus": ColumnSays("corpus", "The corpus that is pooled."),
    "each row alike": ColumnSays("by_rows", "The pooled figure, every row counting alike."),
    "each corpus alike": ColumnSays("by_corpora", "The pooled figure, every corpus counting alike."),
    "least in a corpus": ColumnSays("least", "The least share in one of them.", {"corpus": "Which it is."}),
    "most in a corpus": ColumnSays("most", "The greatest share in one of them.", {"corpus": "Which it is."}),
    "weights/rows": ColumnSays("rows", "Rows that the figure is a share of."),
    "clusters": ColumnSays("clusters", "Clusters in which these rows lie."),
    "weight by rows": ColumnSays("weight_by_rows", "What the corpus counts for where every row counts alike."),
    "weight, corpora alike": ColumnSays("weight_alike", "What it counts for where every corpus counts alike."),
    "less that of": ColumnSays("than", "The policy whose figure is taken off."),
    "change": ColumnSays("change", "The figure of the policy less that of the other."),
    # --- diff
    "new false alarms": ColumnSays("new_false_alarms", "Harmless rows that B hits and A does not."),
    "false alarms gone": ColumnSays("false_alarms_gone", "Harmless rows that A hits and B does not."),
    "new catches": ColumnSays("new_catches", "Rows of the category that B hits and A does not."),
    "lost catches": ColumnSays("lost_catches", "Rows of the category that A hits and B does not."),
    "other rows gained": ColumnSays("others_gained", "Rows of other categories that B hits and A does not."),
    "other rows lost": ColumnSays("others_lost", "Rows of other categories that A hits and B does not."),
    "rows hit by A": ColumnSays("hit_a", "Rows that A hits."),
    "by B": ColumnSays("hit_b", "Rows that B hits."),
    "by A alone": ColumnSays("lost", "Rows that A hits and B does not."),
    "by B alone": ColumnSays("gained", "Rows that B hits and A does not."),
    "B minus A": ColumnSays("change", "The figure of B minus that of A."),
    "A": ColumnSays("before", "The action that A asks for."),
    "B": ColumnSays("after", "The action that B asks for."),
    "of these harmless": ColumnSays("harmless", "Of these, harmless rows."),
    "counts for more in": ColumnSays("side", "`A` or `B`: where the rule counts for more."),
    "action changes": ColumnSays("action_changes", "Rows, or the share of the templates, whose action changes."),
    "already caught by another rule": ColumnSays("already_caught", "Rows that other rules keep where they are."),
    "below all steps": ColumnSays("below", "Rows whose points stay below all steps."),
    "message": ColumnSays(
        "message",
        "The action on the message.",
        {
            "before": "Under A, or before.",
            "after": "Under B, or after.",
            "already_caught": "Whether another category or rule keeps it.",
        },
    ),
    "A says": ColumnSays("a", "What A says of the row.", _SAID),
    "B says": ColumnSays("b", "What B says of the row.", _SAID),
    # --- evade
    "caught by": ColumnSays("caught_by", "The action from which a row counts as caught."),
    "rows disguised": ColumnSays("disguised", "Caught rows, which were disguised."),
    "what is done to a character": ColumnSays("disguise", "What is done to a character."),
    "strength": ColumnSays("strength", "The strength: the share of the characters that can be changed, in steps."),
    "mean share of characters changed": ColumnSays("changed", "The mean share of characters that are changed."),
    "rows that it cannot change": ColumnSays("unchangeable", "Rows in which the kind can change nothing."),
    "least kept in a draw": ColumnSays("least_kept", "The least share that was kept in a draw."),
    "most kept in a draw": ColumnSays("most_kept", "The greatest share that was kept in a draw."),
    "option": ColumnSays("option", "The matching option."),
    "patterns that have it": ColumnSays("state", "Which patterns have the option."),
    "how many": ColumnSays("patterns", "How many patterns have the option."),
    "added": ColumnSays("added", "Over-blocking less that of the policy as it is; empty for the policy as it is."),
    "still caught": ColumnSays("kept", "The share of the caught rows that are still caught."),
    "still caught at strength 1": ColumnSays("kept", "The share that is still caught at strength 1."),
    "disguises it is meant against": ColumnSays("disguises", "The disguises that the option is meant against."),
    "variant": ColumnSays("variant", "The disguised text."),
    "variants/still caught": ColumnSays("caught", "Whether it is still caught."),
    # --- fairness
    "with any action": ColumnSays("acted_on", "The share of the templates on which the policy acts."),
    "of these, action changes": ColumnSays("action_changes", "Of these, the share whose action changes."),
    "with points, action or score changes": ColumnSays(
        "any_changes", "Of the templates with any points, the share whose action or score changes."
    ),
    "function": ColumnSays("function", "What the templates are to show: their kind, and category."),
    "expected": ColumnSays("expected", "`act` or `allow`: what a policy should do."),
    "templates": ColumnSays("templates", "How many templates."),
    "sentences decided so": ColumnSays("as_expected", "The share of the sentences that are decided as expected."),
    "decided so": ColumnSays("decided_so", "Sentences that are decided as expected."),
    "sentences": ColumnSays("sentences", "How many sentences."),
    "terms that differ": ColumnSays("terms_differ", "How many of the terms are decided otherwise anywhere."),
    "against all but": ColumnSays("without", "Groups left out of the comparison, joined by commas."),
    "template": ColumnSays("template", "The template, by its id."),
    "how": ColumnSays("how", "`exchange` for another term, `removal` for none."),
    "form": ColumnSays("form", "The form of the term."),
    "term": ColumnSays("term", "The identity term."),
    "group": ColumnSays("group", "The group of the term."),
    "instead": ColumnSays("other", "The term, or the words, that it is compared with."),
    "changes": ColumnSays("changes", "`action` or `score`."),
    "with it": ColumnSays("with", _FOUND, {"action": "The action with the term.", "score": "The points with it."}),
    "instead of it": ColumnSays(
        "instead", _FOUND, {"action": "The action with the other.", "score": "The points with the other."}
    ),
    "terms": ColumnSays("terms", "How many terms."),
    "action differs": ColumnSays("action_differs", "The share of sentences with another action than the commonest."),
    "action or score differs": ColumnSays("any_differs", "The share with another action or score."),
    "commonest action": ColumnSays("action", "The commonest action."),
    "forms that fit": ColumnSays("forms", "The forms of a term that fit, joined by commas."),
    "pairs": ColumnSays("pairs", "Pairs of terms."),
    "pairs: action": ColumnSays("pairs_action", "Pairs whose action differs."),
    "pairs: action or score": ColumnSays("pairs_any", "Pairs whose action or score differs."),
    "removal changes": ColumnSays("removal_changes", "What changes where the term is left out."),
    "share of harmless rows": ColumnSays("over_blocking", "The share of the harmless rows that are hit."),
    # --- fit
    "of": ColumnSays("fit", "What was fitted: a category, with its channel where there are several."),
    "among": ColumnSays("among", "The rows that the figure is of."),
    "as it is": ColumnSays("as_is", "With the points of the policy."),
    "as is": ColumnSays("as_is", "With the points of the policy."),
    "as fitted, in sample": ColumnSays("in_sample", "With the fitted points, on the rows that they were fitted to."),
    "fitted": ColumnSays("fitted", "With the fitted points."),
    "out of fold": ColumnSays("out_of_fold", "With points fitted to rows of other clusters."),
    "with its source left out": ColumnSays("source_left_out", "With points fitted to the other corpora."),
    "out of fold minus as it is": ColumnSays("change", "Out of fold minus as it is."),
    "allowed": ColumnSays("allowed", "Rows that the limit allows."),
    "95 %": ColumnSays(
        "drawn", "The fitted points over bootstrap draws.", {"low": "The 2.5 % quantile.", "high": "The 97.5 % one."}
    ),
    "used": ColumnSays(
        "used",
        "The share of the draws that give the rule points.",
        {"kept": "Whether it hits too few rows to be fitted."},
    ),
    "own": ColumnSays("own", "Rows of the category that it hits."),
    "ordinary": ColumnSays("ordinary", "Ordinary rows that it hits."),
    # --- flip
    "direction": ColumnSays("direction", "`lower` or `higher`."),
    "characters": ColumnSays("characters", "Characters that are removed."),
    "matches": ColumnSays("matches", "Matches that are removed."),
    "without": ColumnSays("without", "What is removed."),
    "then": ColumnSays("after", "The action after it."),
    "rules gone": ColumnSays("rules_gone", "Rules that hit no longer, joined by commas."),
    "rules new": ColumnSays("rules_new", "Rules that hit only then, joined by commas."),
    "points change": ColumnSays("points_change", "Rules that hit still, for other points, joined by commas."),
    "proven least": ColumnSays("least", "Whether no smaller removal does."),
    "text then": ColumnSays("text_then", "The text after it."),
    "score": ColumnSays("score", "The points of the category."),
    "action": ColumnSays("action", "The action of the category."),
    "points to fall": ColumnSays("to_fall", "Points to the next step below."),
    "points to rise": ColumnSays("to_rise", "Points to the next step above."),
    "missing": ColumnSays("missing", "What is missing for the rule to hit."),
    "the category would be at": ColumnSays("would_be", "The action, or points, that it would come to."),
    # --- timeline
    "phase": ColumnSays("phase", "`before`, `during` or `after` the period."),
    "asked": ColumnSays("asked", "The share of messages on which the action is asked for."),
    "taken": ColumnSays("taken", "The share on which it is taken, by scope and period."),
    "harmless asked": ColumnSays("harmless_asked", "The same of harmless messages: asked for."),
    "harmless taken": ColumnSays("harmless_taken", "The same of harmless messages: taken."),
    "channel": ColumnSays("channel", "The channel."),
    "reach": ColumnSays("reach", "The class of reposts."),
    "day": ColumnSays("day", "The day, in China's time."),
    "month": ColumnSays("month", "The month, in China's time."),
    "year": ColumnSays("year", "The year, in China's time."),
    "messages": ColumnSays("messages", "Messages."),
    "reason": ColumnSays("reason", "Why the action was not taken."),
    **{
        f"{what}: {level}": ColumnSays(f"{what}_{level}", f"Messages on which {level} or more is {says}.")
        for what, says in (("asked", "asked for"), ("taken", "taken"))
        for level in ("label", "review", "block")
    },
}
_NUMBERED: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"precision at a base rate of .+"), "projected", COLUMNS["precision at a base rate"].says),
    (re.compile(r"strength (\d+) \(.+\)"), r"strength_\1", "The share that is still caught at that strength."),
)
"""Headings with a number in them."""


def column(table: str, heading: str) -> ColumnSays:
    """The column of a table.  One that is not written down has a name made of its heading, and says the heading."""
    known = COLUMNS.get(f"{table}/{heading}") or COLUMNS.get(heading)
    if known is not None:
        return known
    for pattern, name, says in _NUMBERED:
        if found := pattern.fullmatch(heading):
            return ColumnSays(found.expand(name), says)
    return ColumnSays(named(heading), f"{heading}.")


def named(text: str, longest: int = LONGEST) -> str:
    """A name made of any text: small letters of ASCII, digits and `_`, beginning with a letter.

    Of a text without any such the name is `column`.
    """
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    if name and not name[0].isalpha():
        name = f"c_{name}"
    return name[:longest].rstrip("_") or "column"


def unlike(names: list[str]) -> list[str]:
    """The names, those that were there before with a number."""
    found: list[str] = []
    for name in names:
        number, made = 1, name
        while made in found:
            number += 1
            made = f"{name[: LONGEST - len(str(number)) - 1]}_{number}"
        found.append(made)
    return found
