"""docs/rules/: a page a rule of the shipped policy, and a list of them.

What a rule looks for is said in words, from its condition and its patterns, and shown by what the patterns find in the
examples of the rules and in samples/messages.jsonl.  What it hits stands in bench/quality/rules.tsv, and which points a
fit would give it in bench/quality/fit.json, both written by measuring.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

import modengine
from bench.quality.decisions import message, rows_of
from bench.quality.rules import HITS, Hits, read_hits
from modengine.entities.model import Entity
from modengine.lab.stats.intervals import proportion
from modengine.policy.condition import (
    Always,
    And,
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
    is_glob,
    selects,
)
from modengine.policy.model import Examples, Pattern, Policy, Rule, Ruleset

ROOT = Path(__file__).parents[1]
FIT = ROOT / "bench" / "quality" / "fit.json"
MESSAGES = ROOT / "samples" / "messages.jsonl"
MADE = "<!-- Made by tools/make_docs.py; change the rules, not this. -->"
SHOWN = 12
"""Terms of a list that a page shows."""
FOUND = 6
"""As many of the texts that a pattern found does a page show."""
READING = (
    "In disguise: by characters that sound or look alike, partly in letters, by an emoji for a word, with marks, "
    "blanks or pictures between. What is found is of the examples on these pages and of the sample messages."
)
Found = Mapping[tuple[str, str], Counter[str]]
"""Ruleset and pattern to the texts that it found, and how often."""
SIGNS = {"<=": "at most", ">=": "at least", "<": "fewer than", ">": "more than", "==": "exactly", "!=": "not"}
ENTITIES = {
    "amount": "a sum of money", "rate": "a sum of money for each unit", "percent": "a share in per cent",
    "contact": "a way to be reached that is given or asked for", "link": "a web address", "phone": "a phone number",
    "account_number": "an account number", "code": "a code", "deadline": "a time that runs out",
    "sender": "a sender that the message claims", "person": "a person by pronoun",
    "negation": "a stretch that is negated",
    "quotation": "a stretch in quotation marks", "question": "a question", "imperative": "an order to the reader",
}  # fmt: skip


def pages(engine: modengine.Engine) -> Mapping[str, str]:
    """Name below docs/ to text."""
    policy = engine.policy
    measured = read_hits() if HITS.exists() else {}
    fitted = json.loads(FIT.read_text("utf-8")) if FIT.exists() else {}
    texts = _found(engine)
    pages = {"rules/README.md": "\n".join(_index(policy)) + "\n"}
    for ruleset in policy.rulesets:
        for rule in ruleset.rules:
            lines = _page(ruleset, rule, texts, measured.get(rule.id, ()), fitted.get(rule.id))
            pages[f"rules/{rule.id}.md"] = "\n".join(lines) + "\n"
    return pages


def _found(engine: modengine.Engine) -> Found:
    """What the patterns of rules that hit found in what is invented for these rules and for everybody to read."""
    ruleset_of = {rule.id: ruleset.id for ruleset in engine.policy.rulesets for rule in ruleset.rules}
    examples = [
        example.message for rule in engine.policy.rules for example in (*rule.examples.match, *rule.examples.passes)
    ]
    found: dict[tuple[str, str], Counter[str]] = {}
    for decision in engine.decide_batch([*examples, *map(message, rows_of(MESSAGES))], ignore_scope=True):
        seen = {(ruleset_of[hit.rule], match) for hit in (*decision.hits, *decision.relief) for match in hit.matches}
        for ruleset, match in seen:
            found.setdefault((ruleset, match.pattern), Counter())[match.text] += 1
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


def _page(
    ruleset: Ruleset, rule: Rule, found: Found, measured: Sequence[Hits], fitted: Mapping[str, int] | None
) -> Iterator[str]:
    yield from (MADE, "", f"# {rule.id}", "", f"**{rule.title}.**", "")
    if rule.description:
        yield from (rule.description, "")
    if rule.relief is not None:
        yield f"Takes up to {rule.relief.by} points."
    else:
        sure = "" if fitted is None or fitted["kept"] else f"; by data alone: {fitted['low']} to {fitted['high']}"
        yield f"{rule.score} points for {rule.category}{sure}."
    clause = ruleset.clauses.get(rule.clause or "", "")
    yield f"Stands for {rule.clause} of [{ruleset.id}](../policy/{ruleset.id}.md): {clause}"
    yield from ("", "## What it looks for", "", *_said("It hits where", rule.when))
    if rule.unless is not None:
        yield from ("", *_said("It does not hit where", rule.unless))
    yield from ("", *_naming(rule), READING, "", "| name | what is looked for | found, for example |", "|---|---|---|")
    for pattern in rule.patterns:
        counts = found.get((ruleset.id, pattern.name), Counter())
        texts = sorted(counts, key=lambda text: (-counts[text], text))[:FOUND]
        yield f"| `{pattern.name}` | {_cell(_pattern(pattern))} | {_cell(' · '.join(texts))} |"
    yield from ("", "## Examples", "", *_examples(rule.examples))
    if rule.falsepositives:
        yield from ("", "May be mistaken about: " + "; ".join(rule.falsepositives) + ".")
    yield from ("", "## What it hits", "", *_measured(measured))


def _naming(rule: Rule) -> Iterator[str]:
    """What a name with a star says, where the rule has one."""
    conditions = (rule.when, *(() if rule.unless is None else (rule.unless,)))
    globs = {select.text for condition in conditions for select in selects(condition) if is_glob(select.text)}
    if globs:
        glob = min(globs, key=lambda glob: (glob.index("*") < len(glob) - 1, glob))
        begins = f" (`{glob}`: every name that begins with `{glob[:-1]}`)" if glob.index("*") == len(glob) - 1 else ""
        yield f"A star stands for any letters{begins}; of several names each counts once."


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


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
    first, *rest = _outline(condition)
    yield f"{begin} {first}"
    yield from ("", *rest) if rest else ()
    yield from ("", "In the rule language:", "", "```text", str(condition), "```")


def _outline(node: Condition) -> Iterator[str]:
    """A condition as a list whose first line stands before it: what is joined stands a step in."""
    match node:
        case And(items):
            yield "**all** of these are so:"
        case Or(items):
            yield "**one** of these is so:"
        case Not(Or(items)):
            yield "**none** of these is so:"
        case Not(And(items)):
            yield "**not all** of these are so:"
        case Not(item):
            yield f"**not**: {_leaf(item)}"
            return
        case _:
            yield _leaf(node)
            return
    for item in items:
        first, *rest = _outline(item)
        yield f"- {first}"
        yield from (f"  {line}" for line in rest)


def _leaf(node: Condition) -> str:
    """What asks for no other condition, as a clause."""
    match node:
        case Always():
            return "always"
        case Has(select):
            return f"`{select}` is found"
        case Of(None, selects):
            return f"all of {_names(selects)} are found"
        case Of(n, selects):
            return f"{'one' if n == 1 else f'at least {n}'} of {_names(selects)} {'is' if n == 1 else 'are'} found"
        case Count(select, operator, n):
            return f"`{select}` is found {SIGNS[operator]} {n} times"
        case Near(left, right, distance, unit, ordered):
            how = "stands before" if ordered else "stands before or after"
            return f"`{left}` {how} `{right}` (at most {distance} {unit} between)"
        case Inside(inner, outer_select):
            return f"`{inner}` lies within `{outer_select}`"
        case Together(selects):
            return f"one sentence holds {_names(selects)}"
        case RuleRef(rules=rules):
            return f"{'the rule' if len(rules) == 1 else 'one of'} {', '.join(f'[{it}]({it}.md)' for it in rules)} hits"
        case Length(operator, n):
            return f"the message has {SIGNS[operator]} {n} letters, digits and Han characters"
        case _:
            return f"`{node}`"


def _names(selects: tuple[object, ...]) -> str:
    return ", ".join(f"`{select}`" for select in selects)


def _pattern(pattern: Pattern) -> str:
    if pattern.entity is not None:
        return _entity(pattern.entity)
    if pattern.regex is not None:
        said = _remark(pattern)
        return f"{said}{': ' if said else ''}`{pattern.regex}`{_options(pattern)}"
    if pattern.tokens:
        return f"a sequence of {len(pattern.tokens)} tokens"
    terms = " ".join(pattern.terms[:SHOWN])
    left = len(pattern.terms) - SHOWN
    more = f" and {left} more in {_files(pattern)}" if left > 0 else ""
    return f"{_meaning(pattern)}{terms}{more}{_options(pattern)}"


def _remark(pattern: Pattern) -> str:
    """The comment above a pattern: what its regular expression is for."""
    lines = Path(pattern.place.file).read_text("utf-8").splitlines()[: (pattern.place.line or 1) - 1]
    remark: list[str] = []
    while lines and (line := lines.pop().strip()).startswith("#"):
        remark.insert(0, line.lstrip("# "))
    return " ".join(remark)


def _files(pattern: Pattern) -> str:
    """Links to where its terms are written."""
    files = dict.fromkeys(Path(place.file).resolve() for place in pattern.term_places)
    return ", ".join(f"[{file.stem}](../../{file.relative_to(ROOT).as_posix()})" for file in files)


def _meaning(pattern: Pattern) -> str:
    """What the words of a list file mean: its first comment."""
    files = dict.fromkeys(place.file for place in pattern.term_places if place.file.endswith(".txt"))
    heads = [Path(file).read_text("utf-8").splitlines()[0] for file in files]
    said = "; ".join(head.lstrip("# ").rstrip(".") for head in heads if head.startswith("#"))
    return f"{said}: " if said else ""


def _options(pattern: Pattern) -> str:
    disguise = bool(pattern.gaps) and pattern.sounds_like and pattern.looks_like and pattern.spelled
    said = [
        text
        for on, text in (
            (disguise, "also in disguise"),
            (pattern.gaps and not disguise, "also with marks between"),
            (pattern.sounds_like and not disguise, "also by sound"),
            (pattern.looks_like and not disguise, "also by look"),
            (pattern.spelled and not disguise, "also partly in letters"),
            (pattern.initials, "also by first letters"),
            (pattern.repeats, "also with repeated characters"),
            (pattern.undisguised, "also where digits and letters stand for Han characters"),
            (pattern.boundary or pattern.kind == "words", "as whole words"),
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
