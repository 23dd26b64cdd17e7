"""docs/rules/: a page a rule of the shipped policy, and a list of them.

What a rule looks for is said in words, from its condition and its patterns; what it hits stands in
bench/quality/rules.tsv, and how sure its points are in bench/quality/fit.json, both written by measuring.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.quality.rules import HITS, Hits, read_hits
from modengine.entities.model import Entity
from modengine.lab.stats.intervals import proportion
from modengine.policy.condition import (
    Always,
    And,
    Compare,
    Condition,
    Count,
    Has,
    Inside,
    Length,
    Near,
    Not,
    Of,
    Or,
    RuleRef,
    Together,
)
from modengine.policy.model import Examples, Pattern, Policy, Rule, Ruleset

ROOT = Path(__file__).parents[1]
FIT = ROOT / "bench" / "quality" / "fit.json"
MADE = "<!-- Made by tools/make_docs.py; change the rules, not this. -->"
SHOWN = 12
READING = (
    "`harm_*` stands for every name that begins with `harm_`; of several, names are counted, not places. By sound, by "
    "look: characters that sound or look alike count as the same. Signs between: marks, blanks or pictures put between "
    "the characters of a word."
)
"""Terms of a list that a page shows."""
SIGNS = {"<=": "at most", ">=": "at least", "<": "below", ">": "above", "==": "exactly", "!=": "not"}
ENTITIES = {
    "amount": "a sum of money", "rate": "a sum of money for each unit", "percent": "a share in per cent",
    "contact": "a way to be reached that is given or asked for", "link": "a web address", "phone": "a phone number",
    "account_number": "an account number", "code": "a code", "deadline": "a time that runs out",
    "sender": "a sender that the message claims", "person": "a person by pronoun",
    "negation": "a stretch that is negated",
    "quotation": "a stretch in quotation marks", "question": "a question", "imperative": "an order to the reader",
}  # fmt: skip


def pages(policy: Policy) -> Mapping[str, str]:
    """Name below docs/ to text."""
    measured = read_hits() if HITS.exists() else {}
    points = _fitted() if FIT.exists() else {}
    found = {"rules/README.md": "\n".join(_index(policy)) + "\n"}
    for ruleset in policy.rulesets:
        for rule in ruleset.rules:
            lines = _page(ruleset, rule, measured.get(rule.id, ()), points.get(rule.id, ""))
            found[f"rules/{rule.id}.md"] = "\n".join(lines) + "\n"
    return found


def _index(policy: Policy) -> Iterator[str]:
    yield from (MADE, "", "# The shipped rules", "")
    yield f"{len(policy.rules)} rules of `{policy.id}`, a page each: what it looks for in words, examples on both"
    yield "sides, its points, and what it hits of every kind of text. [quality.md](../quality.md) has the sum."
    for ruleset in policy.rulesets:
        yield from ("", f"## {ruleset.title}", "", "| rule | points | clause | |", "|---|---|---|---|")
        for rule in ruleset.rules:
            points = rule.score if rule.relief is None else f"−{rule.relief.by}"
            yield f"| [{rule.id}]({rule.id}.md) | {points} | {rule.clause} | {rule.title} |"


def _page(ruleset: Ruleset, rule: Rule, measured: Sequence[Hits], fitted: str) -> Iterator[str]:
    yield from (MADE, "", f"# {rule.id}", "", f"**{rule.title}.**", "")
    if rule.description:
        yield from (rule.description, "")
    if rule.relief is None:
        yield f"{rule.score} points for {rule.category}{fitted}."
    else:
        yield f"Takes up to {rule.relief.by} points."
    clause = ruleset.clauses.get(rule.clause or "", "")
    yield f"Stands for {rule.clause} of [{ruleset.id}](../policy/{ruleset.id}.md): {clause}"
    yield from ("", "## What it looks for", "", *_said("It hits where", rule.when))
    if rule.unless is not None:
        yield from ("", *_said("It does not hit where", rule.unless))
    yield from ("", READING, "", "| name | what is found |", "|---|---|")
    yield from (f"| `{pattern.name}` | {_pattern(pattern)} |" for pattern in rule.patterns)
    yield from ("", "## Examples", "", *_examples(rule.examples))
    if rule.falsepositives:
        yield from ("", "May be mistaken about: " + "; ".join(rule.falsepositives) + ".")
    yield from ("", "## What it hits", "", *_measured(measured))


def _examples(examples: Examples) -> Iterator[str]:
    for mark, group in (
        ("✗", examples.match),
        ("✓", examples.passes),
        ("✓ (missed)", examples.known_miss),
        ("✗ (a mistake)", examples.known_false_alarm),
    ):
        for example in group:
            parts = (part.text for part in example.message.all_parts() if part.text)
            yield f"- {mark} {' ⏎ '.join(line for text in parts for line in text.splitlines())}"


def _measured(measured: Sequence[Hits]) -> Iterator[str]:
    if not any(this.hits for this in measured):
        yield "Nothing of what is measured."
        return
    yield from ("| kind of text | hits | share, with its interval of 95 % |", "|---|---|---|")
    for this in sorted(measured, key=lambda this: not this.harm):
        if this.hits:
            flags = np.repeat([1, 0], [this.hits, this.rows - this.hits])
            share = proportion(flags, np.ones(this.rows, dtype=int))
            kind = f"{this.kind} ({'does harm' if this.harm else 'ordinary'})"
            between = f"{share.low:.2%} to {share.high:.2%}"
            yield f"| {kind} | {this.hits:,} of {this.rows:,} | {share.value:.2%} ({between}) |"
    quiet = [this.kind for this in measured if not this.hits and not this.harm]
    if quiet:
        yield from ("", "No hit in: " + ", ".join(quiet) + ".")


def _said(begin: str, condition: Condition) -> Iterator[str]:
    yield f"{begin} {_words(condition)}."
    yield from ("", f"    {condition}")


def _words(node: Condition, outer: type | None = None) -> str:
    """A condition as a sentence; brackets where `and` and `or` mix."""
    match node:
        case Always():
            return "always"
        case Has(select):
            return f"`{select}` is found"
        case Of(None, selects):
            return f"all of {_names(selects)} are found"
        case Of(n, selects):
            return f"at least {n} of {_names(selects)} are found"
        case Count(select, operator, n):
            return f"`{select}` is found {SIGNS[operator]} {n} times"
        case Near(left, right, distance, unit, ordered):
            how = "stands before" if ordered else "stands near"
            return f"`{left}` {how} `{right}` (at most {distance} {unit} between)"
        case Inside(inner, outer_select):
            return f"`{inner}` lies within `{outer_select}`"
        case Together(selects):
            return f"one sentence holds {_names(selects)}"
        case RuleRef(glob):
            return f"the rule `{glob}` hits"
        case Length(operator, n):
            return f"the message has {SIGNS[operator]} {n} characters"
        case Compare():
            return f"`{node}`"
        case Not(item):
            return f"it is not so that {_words(item, Not)}"
        case And(items) | Or(items):
            joined = (" and " if isinstance(node, And) else " or ").join(_words(item, type(node)) for item in items)
            return f"({joined})" if outer is not None and outer is not type(node) else joined


def _names(selects: tuple[object, ...]) -> str:
    return ", ".join(f"`{select}`" for select in selects)


def _pattern(pattern: Pattern) -> str:
    if pattern.entity is not None:
        return _entity(pattern.entity)
    if pattern.regex is not None:
        written = pattern.regex.replace("|", "\\|").replace("\n", "\\n")
        return f"the regular expression `{written}`"
    if pattern.tokens:
        return f"a sequence of {len(pattern.tokens)} tokens"
    meaning = _meaning(pattern)
    terms = " ".join(pattern.terms[:SHOWN]) + (f" … (all: {_files(pattern)})" if len(pattern.terms) > SHOWN else "")
    unit = "words" if pattern.kind == "words" else "strings"
    return f"{meaning}{len(pattern.terms)} {unit}: {terms}{_options(pattern)}".replace("|", "\\|")


def _files(pattern: Pattern) -> str:
    """Links to where its terms are written."""
    files = dict.fromkeys(Path(place.file).resolve() for place in pattern.term_places)
    return ", ".join(f"[{file.stem}](../../{file.relative_to(ROOT).as_posix()})" for file in files)


def _meaning(pattern: Pattern) -> str:
    """What the words of a list file mean: its first comment."""
    files = dict.fromkeys(place.file for place in pattern.term_places if place.file.endswith(".txt"))
    heads = [Path(file).read_text("utf-8").splitlines()[0] for file in files]
    return "; ".join(head.lstrip("# ") for head in heads if head.startswith("#")) + ("; " if heads else "")


def _options(pattern: Pattern) -> str:
    said = [
        text
        for on, text in (
            (pattern.gaps, f"with up to {pattern.gaps} signs between the characters"),
            (pattern.repeats, "with repeated characters"),
            (pattern.sounds_like, "by sound too"),
            (pattern.looks_like, "by look too"),
            (pattern.initials, "by first letters too"),
            (pattern.spelled, "in part in letters too"),
            (pattern.undisguised, "in disguise too"),
            (pattern.outside, f"not in {' or '.join(pattern.outside)}"),
        )
        if on
    ]
    return f" ({', '.join(said)})" if said else ""


def _entity(entity: Entity) -> str:
    said = [ENTITIES[entity.kind]]
    said += [f"of the kind {' or '.join(entity.kinds)}"] if entity.kinds else []
    said += [f"for each {' or '.join(entity.per)}"] if entity.per else []
    said += [f"of at least {entity.at_least:g}"] if entity.at_least is not None else []
    said += [f"of at most {entity.at_most:g}"] if entity.at_most is not None else []
    said += [f"within {entity.within:g} hours"] if entity.within is not None else []
    said += [f"ending in {' or '.join(entity.suffixes)}"] if entity.suffixes else []
    said += ["of a service that shortens"] if entity.shortened else []
    said += [] if entity.own is None else ["of the sender" if entity.own else "that is not the claimed sender's"]
    said += ["written in disguise"] if entity.disguised else []
    said += [f"whose name holds one of {len(entity.names)} words"] if entity.names else []
    said += [f"in the {' or '.join(entity.who)} person"] if entity.who else []
    said += [", ".join(entity.number)] if entity.number else []
    return " ".join(said)


def _fitted() -> Mapping[str, str]:
    """Rule to how sure its points are."""
    report = json.loads(FIT.read_text("utf-8"))
    return {
        this["rule"]: f" (95 % of draws fit {this['low']} to {this['high']})"
        for fit in report["fits"]
        if fit["value"] is None
        for this in fit["points"]
        if not this["kept"]
    }
