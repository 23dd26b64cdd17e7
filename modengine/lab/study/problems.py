"""What is wrong in a study file though each key is as it should be: one key says otherwise than another."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.errors import Diagnostic
from modengine.lab.study.keys import OUTCOME, WITHIN_MARGIN
from modengine.lab.study.model import ANYTHING, FIGURES, WITHIN, Study, StudyOutcome
from modengine.policy.nodes.diagnostics import listed, meant


def problems(study: Study) -> Iterator[Diagnostic]:
    """What one key says against another."""
    yield from _sources(study)
    for name, outcome in study.outcomes.items():
        kind = FIGURES[outcome.figure]
        at = ("outcomes", name)
        given = {keys[2] for keys in study.places if keys[:2] == at and len(keys) == 3}
        for key in kind.needs:
            if key not in given:
                yield study.problem(
                    f"`{name}` has no `{key}`, which `{outcome.figure}` needs",
                    f"add `{key}`: {OUTCOME.keys[key].doc}",
                    *at,
                )
        takes = {"question", "figure", "policy", "at-least", "at-most", "direction", "margin", *kind.needs, *kind.may}
        for key in sorted(given - takes):
            hint = f"remove it; beside the policy it takes {listed((*kind.needs, *kind.may))}"
            yield study.problem(f"`{outcome.figure}` takes no `{key}`", hint, *at, key)
        if (outcome.direction in WITHIN) != ("margin" in given):
            least, *others = WITHIN_MARGIN
            yield study.problem(
                f"`{name}` has a margin and no direction that is held against one" if "margin" in given
                else f"`{name}` has no `margin`, which its direction is held against",
                f"write `direction: {least}` (or {listed(others, 'or')}) and `margin: 0.02` together", *at,
                "margin" if "margin" in given else "direction",
            )  # fmt: skip
        if kind.difference != ("direction" in given):
            wanted = "`direction`" if kind.difference else "`at-least` or `at-most`"
            key = next(key for key in ("at-least", "at-most", "direction") if key in given)
            yield study.problem(
                f"`{outcome.figure}` is claimed with {wanted}, not `{key}`", f"write {wanted}", *at, key
            )
        for key in ("policy", "than"):
            yield from _unnamed(study, "policy", getattr(outcome, key), *at, key)
        if outcome.corpus is not None:
            yield from _about(study, name, outcome)
        if outcome.than == outcome.policy:
            yield study.problem(f"`{name}` compares `{outcome.policy}` with itself", "name another policy", *at, "than")
        if outcome.question is not None and outcome.question not in study.questions:
            hint = meant(outcome.question, study.questions, "add it under `questions`")
            yield study.problem(f"there is no question `{outcome.question}` in this study", hint, *at, "question")
        if outcome.question is None and study.correction == "holm-by-question":
            yield study.problem(f"`{name}` has no `question` to be corrected with", "add `question`", *at)
    yield from _twice(study)


def _unnamed(study: Study, what: str, named: str | None, *at: str) -> Iterator[Diagnostic]:
    """What is said of a policy or corpus that the study does not have."""
    names, under = (study.policies, "policies") if what == "policy" else (study.corpora, "corpora")
    if named is not None and named not in names:
        hint = meant(named, names, f"add it under `{under}`")
        yield study.problem(f"there is no {what} `{named}` in this study", hint, *at)


def _sources(study: Study) -> Iterator[Diagnostic]:
    """Pools and coded samples: names that are taken, and what they name."""
    for under, names in (("pools", study.pools), ("coded", study.coded)):
        for name in names:
            if name in study.corpora or (under == "coded" and name in study.pools):
                yield study.problem(f"`{name}` is the name of something else, too", "name it otherwise", under, name)
    for name, pool in study.pools.items():
        for corpus in dict.fromkeys(pool.corpora):
            yield from _unnamed(study, "corpus", corpus, "pools", name)
            if pool.corpora.count(corpus) > 1:
                yield study.problem(f"the pool `{name}` has `{corpus}` twice", "name it once", "pools", name)
    for name, sample in study.coded.items():
        yield from _unnamed(study, "policy", sample.policy, "coded", name, "policy")
        yield from _unnamed(study, "corpus", sample.corpus, "coded", name, "corpus")
        stems = [path.stem for path in sample.sheets]
        if len({*stems}) < len(stems):
            what = f"two sheets of `{name}` have one name, and so one coder"
            yield study.problem(what, "name each file after its coder", "coded", name, "sheets")
        if study.split == "halves":
            what = f"the rows of `{name}` are of both halves of its corpus"
            yield study.problem(what, "write `split: none`, or leave coded samples out", "coded", name)


def _about(study: Study, name: str, outcome: StudyOutcome) -> Iterator[Diagnostic]:
    """What an outcome's `corpus` names, and whether its figure can be had of that."""
    of, at, kind = str(outcome.corpus), ("outcomes", name), FIGURES[outcome.figure]
    source = study.source(of)
    if source is None:
        hint = meant(of, (*study.corpora, *study.pools, *study.coded), "add it under `corpora`, `pools` or `coded`")
        yield study.problem(f"there is no corpus `{of}` in this study", hint, *at, "corpus")
    elif source not in kind.of:
        takes = [figure for figure, other in FIGURES.items() if source in other.of and "corpus" in other.needs]
        what = f"`{outcome.figure}` cannot be had of `{of}`, a {source}"
        yield study.problem(what, f"of a {source} there is {listed(takes, 'or')}", *at, "figure")
    elif source == "pool" and outcome.stratum is not None:
        what = f"`{of}` is a pool, which has no strata"
        yield study.problem(what, "ask it of a corpus", *at, "stratum")
    elif source == "pool" and kind.difference and study.pools[of].weigh == "corpora":
        what = f"a difference on a pool counts each row alike, and `{of}` each corpus"
        yield study.problem(what, "declare it of a pool without `weigh: corpora`", *at, "corpus")
    elif source == "coded sample" and outcome.policy != study.coded[of].policy:
        what = f"the sample `{of}` was drawn by `{study.coded[of].policy}`, and tells of no other policy"
        yield study.problem(what, f"write `policy: {study.coded[of].policy}`", *at, "policy")
    elif source == "coded sample" and outcome.figure == "over-blocking" and outcome.category != ANYTHING:
        what = "over-blocking of a coded sample is that of any category"
        yield study.problem(what, "leave `category` out", *at, "category")


def _twice(study: Study) -> Iterator[Diagnostic]:
    seen: dict[tuple[object, ...], str] = {}
    for name, outcome in study.outcomes.items():
        first = seen.setdefault((*outcome.known, outcome.direction), name)
        if first != name:
            yield study.problem(
                f"`{name}` and `{first}` claim the same of one figure", "keep one of them", "outcomes", name
            )
