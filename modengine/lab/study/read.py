"""Reading `study.yaml`.

study: shop-talk
questions: {Q1: Does it catch the lures?}
policies: {small: small.yaml}        # a file beside this one, or the name of a shipped policy
corpora: {shop: shop.yaml}           # a card
split: halves
outcomes:
  caught: {question: Q1, figure: recall, policy: small, corpus: shop, category: fraud, action: label, at-least: 0.5}
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modengine.errors import Diagnostic, Location, PolicyError
from modengine.lab.data.outcomes import LEVELS
from modengine.lab.data.perturb import SHARES
from modengine.lab.data.perturb_tables import DISGUISES
from modengine.lab.study.model import FIGURES, WITHIN, CorpusRef, Direction, Study, StudyOutcome
from modengine.paths import shipped_rules
from modengine.policy.files import Files
from modengine.policy.nodes import yaml
from modengine.policy.nodes.diagnostics import Diagnostics, ReadingEnds, listed, meant
from modengine.policy.nodes.record import Either, Entries, Items, Key, Record
from modengine.policy.nodes.shape import Choice, Name, Share, Text, Whole

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
        "corpus": Key(Text(), "the corpus, by its name in this study"),
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
        "split": Key(Choice(("none", "halves")), "`halves`: outcomes are tested on the checking half alone"),
        "seed": Key(Whole(0, SEEDS), "the seed of everything drawn by chance; 1 without it"),
        "correction": Key(Choice(("holm", "holm-by-question")), "how declared outcomes are corrected"),
        "explore": Key(Items(Choice(EXPLORE)), "what is measured besides"),
        "outcomes": Key(
            Entries(OUTCOME, key=_NAME, noun="the name of an outcome", least=1), "what is declared", required=True
        ),
    },
)  # fmt: skip


def read_study(path: str | Path) -> Study:
    """Reads a study.  Raises PolicyError with all that is wrong in the file; what it names is read later."""
    file = os.path.normpath(path)
    report = Diagnostics()
    files = Files(file, report)
    root: yaml.Node | None = None
    try:
        root = files.nodes(file, None)
        if isinstance(root, yaml.Mapping) and root.get("study") is None:
            report.add("ME202", "this is no study", root.place, "a study begins with `study: NAME`")
            raise PolicyError(report.found)
        checked = STUDY.check(root, "a study", report) if root is not None else None
    except ReadingEnds:
        checked = None
    if report.found or checked is None:
        raise PolicyError(report.found)
    study = _made(Path(file), checked, (files.text(file, None) or "").splitlines())
    wrong = tuple(_problems(study))
    if wrong:
        raise PolicyError(wrong)
    return study


def _made(path: Path, node: yaml.Mapping, lines: list[str]) -> Study:
    def text(key: str, otherwise: str = "") -> Any:
        found = node.get(key)
        return found.value if isinstance(found, yaml.Scalar) else otherwise

    def texts(key: str) -> tuple[str, ...]:
        found = node.get(key)
        return (
            tuple(i.value for i in found.items if isinstance(i, yaml.Scalar))
            if isinstance(found, yaml.Sequence)
            else ()
        )

    return Study(
        path,
        text("study"),
        text("title"),
        texts("authors"),
        text("licence"),
        text("note"),
        {key: value.value for key, value in _entries(node, "questions") if isinstance(value, yaml.Scalar)},
        {
            key: _policy(path, value.value)
            for key, value in _entries(node, "policies")
            if isinstance(value, yaml.Scalar)
        },
        {key: _corpus(path, value) for key, value in _entries(node, "corpora")},
        text("split", "none"),
        int(text("seed", "1")),
        text("correction", "holm"),
        texts("explore"),
        {key: _outcome(value) for key, value in _entries(node, "outcomes") if isinstance(value, yaml.Mapping)},
        dict(_places(node)),
        tuple(lines),
    )


def _entries(node: yaml.Mapping, key: str) -> Iterator[tuple[str, yaml.Node]]:
    found = node.get(key)
    if isinstance(found, yaml.Mapping):
        yield from ((name.value, value) for name, value in found.entries)


def _places(node: yaml.Mapping, around: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Location]]:
    for key, value in node.entries:
        here = (*around, key.value)
        yield here, value.place if isinstance(value, yaml.Scalar) else key.place
        if isinstance(value, yaml.Mapping):
            yield from _places(value, here)


def _policy(study: Path, named: str) -> Path:
    """A file beside the study, else the shipped policy of that name."""
    beside = study.parent / named
    shipped = shipped_rules() / f"{named.removesuffix('.yaml')}.yaml"
    return shipped if not beside.exists() and Path(named).name == named and shipped.exists() else beside


def _corpus(study: Path, node: yaml.Node) -> CorpusRef:
    if isinstance(node, yaml.Scalar):
        return CorpusRef(study.parent / node.value)
    assert isinstance(node, yaml.Mapping)
    texts = {key.value: value.value for key, value in node.entries if isinstance(value, yaml.Scalar)}
    return CorpusRef(study.parent / texts["card"], int(texts["sample"]) if "sample" in texts else None)


def _outcome(node: yaml.Mapping) -> StudyOutcome:
    texts: dict[str, Any] = {key.value: value.value for key, value in node.entries if isinstance(value, yaml.Scalar)}
    bounds: dict[str, Direction] = {"at-least": "at least", "at-most": "at most"}
    for key, direction in bounds.items():
        if key in texts:
            texts |= {"direction": direction, "bound": float(texts.pop(key))}
    if "margin" in texts:
        texts["bound"] = float(texts.pop("margin"))
    if "direction" in texts:
        texts["direction"] = texts["direction"].replace("-", " ")
    if "strength" in texts:
        texts["strength"] = int(texts["strength"])
    return StudyOutcome(**{**dict(FIGURES[texts["figure"]].otherwise), **texts})


def _problems(study: Study) -> Iterator[Diagnostic]:
    """What one key says against another."""
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
        for key, names in (("policy", study.policies), ("than", study.policies), ("corpus", study.corpora)):
            named = getattr(outcome, key)
            if named is not None and named not in names:
                yield study.problem(
                    f"there is no {'corpus' if key == 'corpus' else 'policy'} `{named}` in this study",
                    meant(named, names, f"add it under `{'corpora' if key == 'corpus' else 'policies'}`"), *at, key,
                )  # fmt: skip
        if outcome.than == outcome.policy:
            yield study.problem(f"`{name}` compares `{outcome.policy}` with itself", "name another policy", *at, "than")
        if outcome.question is not None and outcome.question not in study.questions:
            hint = meant(outcome.question, study.questions, "add it under `questions`")
            yield study.problem(f"there is no question `{outcome.question}` in this study", hint, *at, "question")
        if outcome.question is None and study.correction == "holm-by-question":
            yield study.problem(f"`{name}` has no `question` to be corrected with", "add `question`", *at)
    yield from _twice(study)


def _twice(study: Study) -> Iterator[Diagnostic]:
    seen: dict[tuple[object, ...], str] = {}
    for name, outcome in study.outcomes.items():
        first = seen.setdefault((*outcome.known, outcome.direction), name)
        if first != name:
            yield study.problem(
                f"`{name}` and `{first}` claim the same of one figure", "keep one of them", "outcomes", name
            )


__all__ = ["read_study"]
