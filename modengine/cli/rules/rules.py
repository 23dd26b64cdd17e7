"""`modengine rules`: list rules, or search them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from modengine.cli.options import format_option, policy_option, policy_path, tag_option, with_tags
from modengine.cli.streams import console, escaped
from modengine.explain.visible import inline
from modengine.paths import shipped_policies, shipped_policy
from modengine.policy.load import load_policy
from modengine.policy.model import Pattern, Policy, Rule, Ruleset
from modengine.policy.nodes.diagnostics import closest
from modengine.text.normalize import plain

MOST_TERMS = 8


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule, its ruleset, and what the query is found in."""

    rule: Rule
    ruleset: Ruleset
    terms: tuple[str, ...] = ()
    prose: str = ""
    """The sentence of its clause or description, of a query that neither id nor title shows."""
    others: tuple[str, ...] = ()
    """Its points under the policy's `points`: `12 where message.channel == "sms"`."""

    @property
    def category(self) -> str:
        """What it scores in or takes from."""
        return self.rule.about or ""

    @property
    def points(self) -> str:
        return "-all" if self.rule.points is None else f"{self.rule.points:+}"


@click.command("rules")
@click.argument("query", metavar="[QUERY]", default="")
@policy_option
@click.option("-c", "--category", metavar="NAME", help="Only the rules of a category.")
@tag_option
@format_option("text", "json")
def command(query: str, policy: str | None, category: str | None, tags: tuple[str, ...], form: str) -> None:
    """List the rules of a policy, or those that QUERY is found in.

    QUERY is sought in ids, titles, descriptions, clauses, terms and regexes, whatever its width, case or script.
    """
    whole = load_policy(policy_path(policy) or shipped_policy())
    if category is not None and category not in whole.categories:
        raise click.UsageError(f"there is no category `{category}`; there are {', '.join(whole.categories)}")
    tagged = {rule.id for rule in with_tags(whole.rules, tags)}
    found = [
        listed for listed in search(whole, query)
        if category in (None, listed.category) and listed.rule.id in tagged
    ]  # fmt: skip
    if form == "json":
        click.echo(escaped(json.dumps([_record(listed) for listed in found], ensure_ascii=False, indent=2)))
        return
    to = console(sys.stdout)
    for listed in found:
        _show(listed, to)
    total = sum(len(ruleset.rules) for ruleset in whole.rulesets)
    to.print(Text(f"{len(found)} of {total} rules of {whole.id}", "bold"))
    if not found and (near := closest(query, (rule.id for rule in whole.rules))):
        to.print(Text(f"did you mean `{near}`?"))
    elif not found and (query in shipped_policies() or Path(query).is_file()):
        to.print(Text(f"for the rules of that policy: modengine rules --policy {query}"), soft_wrap=True)


def search(policy: Policy, query: str) -> Iterator[Listed]:
    """The rules that the query is found in, with what of them holds it; all for an empty query."""
    wanted = plain(query.strip())
    for ruleset in policy.rulesets:
        for rule in ruleset.rules:
            clause = f"{rule.clause} {ruleset.clauses.get(rule.clause, '')}" if rule.clause else ""
            texts_of = (term for pattern in rule.patterns for term in (*pattern.terms, pattern.regex or "") if term)
            terms = dict.fromkeys(term for term in texts_of if wanted in plain(term))
            shown = wanted in plain("\n".join((rule.id, rule.title, rule.clause or "")))
            prose = "" if shown else next((text for text in (clause, rule.description) if wanted in plain(text)), "")
            if shown or prose or terms:
                others = (f"{p.scores[rule.id]} where {p.when}" for p in policy.points if rule.id in p.scores)
                yield Listed(rule, ruleset, tuple(terms) if wanted else (), _sentence(prose, wanted), tuple(others))


def _sentence(prose: str, wanted: str) -> str:
    """The sentence that the query is found in; all of the prose where it runs over the end of one."""
    sentences = re.split(r"(?<=[.;。；])\s*", prose)
    return next((sentence for sentence in sentences if wanted in plain(sentence)), prose)


def _show(listed: Listed, to: Console) -> None:
    rule = listed.rule
    tags = " ".join(f"#{tag}" for tag in rule.tags)
    about = " · ".join(filter(None, (listed.points, listed.category, rule.clause, rule.status, tags)))
    to.print(Text(inline(rule.id), "bold").append(f"  {about}", "dim not bold"), soft_wrap=True)
    to.print(Text(f"  {inline(rule.title, 200)}"), soft_wrap=True)
    if listed.others:
        to.print(Text(f"  points {inline('; '.join(listed.others), 300)}", "dim"), soft_wrap=True)
    if listed.terms:
        more = f" and {len(listed.terms) - MOST_TERMS} more" if len(listed.terms) > MOST_TERMS else ""
        shown = ", ".join(inline(term, 40) for term in listed.terms[:MOST_TERMS])
        to.print(Text(f"  found in {shown}{more}", "dim"), soft_wrap=True)
    if listed.prose:
        to.print(Text(f"  found in “{inline(listed.prose.strip(), 200)}”", "dim"), soft_wrap=True)


def _record(listed: Listed) -> dict[str, object]:
    rule = listed.rule
    return {
        "id": rule.id,
        "title": rule.title,
        "ruleset": listed.ruleset.id,
        "category": listed.category,
        "kind": "score" if rule.relief is None else "relief",
        "points": listed.points,
        "points_where": listed.others,
        "status": rule.status,
        "tags": list(rule.tags),
        "clause": rule.clause,
        "clause_text": listed.ruleset.clauses.get(rule.clause) if rule.clause else None,
        "when": str(rule.when),
        "unless": None if rule.unless is None else str(rule.unless),
        "patterns": [_pattern(pattern) for pattern in rule.patterns],
        "file": rule.place.file,
        "line": rule.place.line,
    }


def _pattern(pattern: Pattern) -> dict[str, object]:
    asked = None if pattern.entity is None else {k: v for k, v in asdict(pattern.entity).items() if v not in (None, ())}
    return {
        "name": pattern.name,
        "kind": pattern.kind,
        "terms": list(pattern.terms),
        "regex": pattern.regex,
        "entity": asked,
    }
