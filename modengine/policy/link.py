"""Rules among rules: references, circles, reliefs, overrides, and the fields that conditions ask for.

Works on the rules of a whole policy.  On those of a lone ruleset (`fields` is None) it leaves alone
what only a policy can tell: message fields, and rules of other files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping as Dict
from dataclasses import dataclass, replace
from typing import cast

from modengine.errors import Location, MessageError
from modengine.policy.compare import field_mistakes, mistakes
from modengine.policy.condition import Compare, Condition, Length, Or, RuleRef, is_glob, matching, resolve, walk
from modengine.policy.fields import read_fields
from modengine.policy.model import Examples, Field, PolicyException, Rule, Ruleset, Status
from modengine.policy.nodes.diagnostics import Diagnostics, meant, shown
from modengine.policy.nodes.yaml import Mapping, Node, Scalar, Sequence
from modengine.policy.packs.manifest import Pack
from modengine.policy.rules import Draft, RulesetDraft, Written


@dataclass(frozen=True, slots=True)
class Names:
    """What rules and conditions may name."""

    rules: Collection[str]
    """The ids of all rules, also of those that could not be built."""
    built: frozenset[str]
    categories: tuple[str, ...]
    fields: Dict[str, Field] | None
    """The declared message fields; None where the policy is not known."""
    unclear: frozenset[str]
    """Fields whose kind is none: already reported."""
    whole: bool
    """Whether every file could be read: if not, what is missing may well exist."""

    def rules_of(self, glob: str, place: Location, report: Diagnostics) -> tuple[str, ...]:
        """The rules that a name or glob stands for."""
        report.spend("compared", len(self.rules) if is_glob(glob) else 0, place)
        found = matching(glob, self.rules)
        report.spend("nodes", len(found), place)
        return found


def fixed(written: Written, names: Names, report: Diagnostics) -> Condition:
    """The condition with its references to rules filled in; its mistakes are reported."""

    def rule(ref: RuleRef) -> RuleRef:
        found = names.rules_of(ref.glob, written.scalar.place, report)
        if not found and names.whole:
            no_rule(ref.glob, names, written.scalar, report, ref.offset)
        return replace(ref, rules=tuple(name for name in found if name in names.built))

    if names.fields is not None:
        for node in walk(written.condition):
            if isinstance(node, Compare) and node.field not in names.unclear:
                for code, message, hint in mistakes(node, names.fields):
                    report.add(code, message, written.scalar.at(node.offset), hint)
    return resolve(written.condition, rule=rule, compare=lambda asked: _with_default(asked, names.fields or {}))


def _with_default(compare: Compare, fields: Dict[str, Field]) -> Compare:
    field = fields.get(compare.field)
    return compare if field is None or field.default is None else replace(compare, default=field.default)


def no_rule(glob: str, names: Names, scalar: Scalar, report: Diagnostics, offset: int = 0) -> None:
    """Report that a name or glob meets no rule."""
    what = "no rule matches" if {"*", "?"} & set(glob) else "there is no rule"
    hint = meant(glob, names.rules, "check the identifiers of the rules")
    report.add("ME303", f"{what} `{shown(glob)}`", scalar.at(offset) if offset else scalar.place, hint)


def confine(written: Written, rules: bool, where: str, report: Diagnostics) -> None:
    """Report what a condition outside of rules may not use: patterns, and unless `rules` other rules."""
    takes = "message fields and `rule(...)`" if rules else "message fields"
    for node in walk(written.condition):
        match node:
            case Compare():
                continue
            case RuleRef() if rules:
                continue
            case RuleRef() | Length():
                what, offset = f"`{node}`", node.offset
            case _ if (selects := _selects_of(node)) is not None:
                what, offset = f"`{shown(str(node))}`", selects
            case _:
                continue
        report.add("ME503", f"{what} has no meaning in {where}", written.scalar.at(offset), f"use {takes} alone")


def _selects_of(node: Condition) -> int | None:
    """Where the first pattern of a node stands; None for a node without patterns of its own."""
    for name in ("select", "left"):
        if hasattr(node, name):
            return cast(int, getattr(node, name).offset)
    if hasattr(node, "selects"):
        return cast(int, node.selects[0].offset)
    return None


Linked = dict[str, tuple[Draft, Rule]]


def link(
    rulesets: tuple[RulesetDraft, ...], overrides: tuple[Mapping, ...], names: Names, report: Diagnostics
) -> tuple[Ruleset, ...]:
    """The rulesets with their rules: linked, checked against each other, overridden."""
    categories = {d.rule.id: d.rule.category for ruleset_draft in rulesets for d in ruleset_draft.drafts}
    linked: Linked = {}
    for draft in (draft for ruleset_draft in rulesets for draft in ruleset_draft.drafts):
        rule = _linked(draft, names, categories, report)
        if rule.id:
            linked.setdefault(rule.id, (draft, rule))
    _circles(linked, report)
    for node in overrides:
        _override(node, linked, names, report)
    return tuple(
        replace(
            ruleset_draft.ruleset,
            rules=tuple(
                linked[draft.rule.id][1]
                for draft in ruleset_draft.drafts
                if not draft.broken and linked[draft.rule.id][0] is draft
            ),
        )
        for ruleset_draft in rulesets
    )


def _linked(draft: Draft, names: Names, categories: Dict[str, str | None], report: Diagnostics) -> Rule:
    rule = replace(
        draft.rule,
        when=fixed(draft.when, names, report),
        unless=None if draft.unless is None else fixed(draft.unless, names, report),
    )
    relief = rule.relief
    if relief is not None and relief.rules:
        rule = replace(rule, relief=replace(relief, category=_relieved(draft, names, categories, report)))
    if names.fields is not None:
        _check_examples(rule.examples, names.fields, report)
        for pattern in rule.patterns:
            for code, message, place, hint in field_mistakes(pattern, names.fields):
                if pattern.fields and not names.unclear.intersection(pattern.fields):
                    report.add(code, message, place, hint)
    return rule


def check_category(scalar: Scalar, names: Names, report: Diagnostics, more: tuple[str, ...] = ()) -> None:
    """Report a category that no ruleset has."""
    known = (*names.categories, *more)
    if scalar.value not in known and names.whole:
        hint = meant(scalar.value, known, "check the `category` of the rulesets")
        report.add("ME307", f"no ruleset has the category `{shown(scalar.value)}`", scalar.place, hint)


def _relieved(draft: Draft, names: Names, categories: Dict[str, str | None], report: Diagnostics) -> str | None:
    """The one category of the rules that a relief takes from."""
    node = cast(Mapping, draft.node.get("relieve")).get("rules")
    found: dict[str, None] = {}
    for item in node.items if isinstance(node, Sequence) else ():
        assert isinstance(item, Scalar)
        rules = names.rules_of(item.value, item.place, report)
        if not rules and names.whole:
            no_rule(item.value, names, item, report)
        scored = [name for name in rules if categories[name] is not None]
        if rules and not scored and names.whole:
            message = f"`{shown(item.value)}` names no rule with a score"
            report.add("ME307", message, item.place, "a relief takes from rules that give points")
        found |= dict.fromkeys(c for name in scored if (c := categories[name]) is not None)
    if len(found) > 1:
        message = f"the relief takes from rules of several categories: {', '.join(f'`{name}`' for name in found)}"
        report.add("ME307", message, cast(Node, node).place, "write a relief for each category")
    return next(iter(found), None)


def _check_examples(examples: Examples, fields: Dict[str, Field], report: Diagnostics) -> None:
    """Report examples whose fields are of other types than the policy declares."""
    for _, example in examples:
        try:
            read_fields(fields, example.message.fields)
        except MessageError as error:
            report.add("ME502", f"in an example, {error.message}", example.place, error.hint)


def _circles(linked: Linked, report: Diagnostics) -> None:
    """Report the references that close a circle: depth first, each rule once."""
    done: set[str] = set()
    for start in linked:
        path = {} if start in done else {start: iter(linked[start][1].asked_rules)}
        while path:
            name = next(reversed(path))
            following = next(path[name], None)
            if following is None:
                done.add(name)
                del path[name]
            elif following in path:
                names = list(path)
                _circle([*names[names.index(following) :], following], linked, report)
            elif following not in done and following in linked:
                path[following] = iter(linked[following][1].asked_rules)


def _circle(names: list[str], linked: Linked, report: Diagnostics) -> None:
    draft, rule = linked[names[-2]]
    for written, condition in ((draft.when, rule.when), (draft.unless, rule.unless)):
        for node in walk(condition) if written and condition else ():
            if isinstance(node, RuleRef) and names[-1] in node.rules and written:
                chain = " -> ".join(f"`{name}`" for name in names)
                message = (
                    f"a circle of rules: {chain}"
                    if len(names) > 2
                    else f"the rule {chain[: len(names[0]) + 2]} asks about itself"
                )
                hint = "name the other rules one by one" if node.glob != names[-1] else "remove one of the references"
                report.add("ME310", message, written.scalar.at(node.offset), hint)
                return


def scored(named: Scalar, names: Names, rules: Dict[str, Rule], report: Diagnostics) -> list[str]:
    """The rules with a score that a name or glob stands for; what it may not stand for is reported."""
    found = names.rules_of(named.value, named.place, report)
    reliefs = [name for name in found if name in rules and rules[name].relief is not None]
    if not found and names.whole:
        no_rule(named.value, names, named, report)
    elif found and len(reliefs) == len(found):
        what = "names reliefs alone, which have" if is_glob(named.value) else "is a relief and has"
        message = f"`{shown(named.value)}` {what} no score"
        report.add("ME604", message, named.place, "name rules that give points")
    return [name for name in found if name not in reliefs]


def _override(node: Mapping, linked: Linked, names: Names, report: Diagnostics) -> None:
    """Apply `score` and `status` to the rules that an override names."""
    score, status = node.get("score"), node.get("status")
    rules = {name: rule for name, (_, rule) in linked.items()}
    for item, found in chosen(node, rules, names, report):
        reliefs = [name for name in found if linked[name][1].relief is not None]
        if reliefs and score is not None:
            message = f"`{shown(reliefs[0])}` is a relief and has no score"
            report.add("ME604", message, item.place, "name rules that give points")
            found = tuple(name for name in found if name not in reliefs)
        elif found and len(reliefs) == len(found) and node.get("action") is not None:
            message = f"`{shown(item.value)}` names reliefs alone, which have no action"
            report.add("ME604", message, item.place, "name rules that give points")
        for name in found:
            draft, rule = linked[name]
            rule = replace(rule, score=int(score.value)) if isinstance(score, Scalar) else rule
            rule = replace(rule, status=cast(Status, status.value)) if isinstance(status, Scalar) else rule
            linked[name] = (draft, rule)


def chosen(
    node: Mapping, rules: Dict[str, Rule], names: Names, report: Diagnostics
) -> Iterator[tuple[Scalar, tuple[str, ...]]]:
    """What `rules` and `tags` of an override or an exception name, each with its rules; what names none is reported."""
    globs, tags = node.get("rules"), node.get("tags")
    for item in globs.items if isinstance(globs, Sequence) else ():
        assert isinstance(item, Scalar)
        found = tuple(name for name in names.rules_of(item.value, item.place, report) if name in rules)
        if not found and names.whole:
            if is_glob(item.value):
                hint = meant(item.value, names.rules, "check the identifiers of the rules")
                report.add("ME604", f"no rule matches `{shown(item.value)}`: nothing is changed", item.place, hint)
            else:
                no_rule(item.value, names, item, report)
        yield item, found
    for item in tags.items if isinstance(tags, Sequence) else ():
        assert isinstance(item, Scalar)
        found = tuple(name for name, rule in rules.items() if item.value in rule.tags)
        if not found and names.whole:
            known = dict.fromkeys(tag for rule in rules.values() for tag in rule.tags)
            hint = meant(item.value, known, "check the `tags` of the rules")
            report.add("ME604", f"no rule has the tag `{shown(item.value)}`: nothing is changed", item.place, hint)
        yield item, found


def cancelled(rulesets: tuple[Ruleset, ...], exceptions: Iterable[PolicyException]) -> tuple[Ruleset, ...]:
    """The rulesets, the condition of each exception for some rules in the `unless` of these."""
    excused: dict[str, list[Condition]] = {}
    for exception in exceptions:
        for name in exception.rules:
            excused.setdefault(name, []).append(exception.when)

    def with_excuses(rule: Rule) -> Rule:
        more = excused.get(rule.id, [])
        conditions = [*more] if rule.unless is None else [rule.unless, *more]
        return replace(rule, unless=conditions[0] if len(conditions) == 1 else Or(tuple(conditions)))

    return tuple(
        replace(ruleset, rules=tuple(with_excuses(rule) if rule.id in excused else rule for rule in ruleset.rules))
        for ruleset in rulesets
    )


def in_namespace(draft: RulesetDraft, pack: Pack | None, report: Diagnostics) -> None:
    """Rules of a pack bear its namespace, so that they meet no others; report those that do not."""
    owned = [("ruleset", draft.ruleset.id, draft.ruleset.place)]
    owned += [("rule", rule_draft.rule.id, rule_draft.rule.place) for rule_draft in draft.drafts]
    for what, name, place in owned if pack is not None else ():
        if pack is not None and name and not pack.owns(name):
            hint = f"begin it with the namespace of the pack, `{pack.namespace}.`"
            message = f"the {what} `{shown(name)}` is outside the namespace of the pack `{pack.name}`"
            report.add("ME312", message, place, hint)
