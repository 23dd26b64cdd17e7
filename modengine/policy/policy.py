"""Nodes to a policy: the chain of bases, and what a policy says around its rules."""

from __future__ import annotations

import os
from collections.abc import Mapping as Dict
from datetime import date, datetime, time, timedelta
from typing import cast

from modengine.errors import Location
from modengine.model import ACTIONS, Action
from modengine.policy.compare import declared, is_day, moment
from modengine.policy.condition import Condition, is_glob, walk
from modengine.policy.fields import CHINA
from modengine.policy.files import Files, without_plus
from modengine.policy.link import Names, cancelled, check_category, chosen, confine, fixed, in_namespace, link, scored
from modengine.policy.model import (
    Longer,
    Override,
    Period,
    PointsWhere,
    Policy,
    PolicyException,
    Rule,
    Segmenter,
    Status,
)
from modengine.policy.nodes.diagnostics import Diagnostics, shown
from modengine.policy.nodes.yaml import Lost, Mapping, Node, Scalar, Sequence
from modengine.policy.patterns import entries, flag, text, texts
from modengine.policy.rules import RulesetDraft, Written, condition, read_ruleset
from modengine.policy.schema import POLICY

MAX_BASES = 10


class PolicyReader:
    """Reads one policy with all that it names.  Used once."""

    def __init__(self, files: Files, report: Diagnostics) -> None:
        self.files, self.report = files, report
        self.whole = True
        """No file was missing or malformed, so that what is not there is really not there."""

    def policy(self, root: Mapping) -> Policy:
        chain = self._chain(root)
        merged = Mapping(
            tuple({k.value: (k, v) for node in reversed(chain) for k, v in node.entries}.values()), root.place
        )
        fields = declared(merged.get("fields"), self.report)
        rulesets = self._rulesets(chain)
        drafts = [draft for ruleset_draft in rulesets for draft in ruleset_draft.drafts]
        names = Names(
            rules=dict.fromkeys(draft.rule.id for draft in drafts if draft.rule.id),
            built=frozenset(draft.rule.id for draft in drafts if not draft.broken),
            categories=tuple(
                dict.fromkeys(
                    ruleset_draft.ruleset.category for ruleset_draft in rulesets if ruleset_draft.ruleset.category
                )
            ),
            fields=fields,
            unclear=frozenset(key.value for key, kind in entries(merged.get("fields")) if isinstance(kind, Lost)),
            whole=self.whole,
        )
        overrides = tuple(item for node in reversed(chain) for item in _records(node.get("overrides")))
        exceptions = tuple(item for node in reversed(chain) for item in _records(node.get("exceptions")))
        linked = link(rulesets, overrides, names, self.report)
        rules = {rule.id: rule for ruleset in linked for rule in ruleset.rules}
        excused = [found for node in exceptions if (found := self._exception(node, names, rules)) is not None]
        linked = cancelled(linked, excused)
        policy = Policy(
            id=text(merged, "policy"),
            title=text(merged, "title"),
            path=root.place.file,
            place=(root.key("policy") or root).place,
            rulesets=linked,
            study=any(flag(node, "study") for node in chain),
            period=self._period(merged.get("period"), names),
            scope=self._scope(merged.get("scope"), names),
            fields=fields,
            actions=self._actions(merged.get("actions"), names),
            longer=self._longer(merged.get("longer")),
            points=self._points(merged.get("points"), names, rules),
            overrides=tuple(self._override(node, names, rules) for node in overrides),
            exceptions=tuple(found for found in excused if not found.rules),
            rule_exceptions=tuple(found for found in excused if found.rules),
            specimens=self._specimens(merged.get("specimens"), any(flag(node, "study") for node in chain)),
            segmenter=cast(Segmenter, text(merged, "segmenter", "rjieba")),
            description=text(merged, "description"),
            files=self.files.read,
            places=_places(merged),
        )
        counting = any(draft.rule.relief is None and draft.rule.status != "draft" for draft in drafts)
        if self.whole and not counting and not any(rule.status != "draft" and not rule.relief for rule in policy.rules):
            hint = "add a rule with a `score` whose status is not draft"
            self.report.add("ME605", "the policy has no rule that could count", policy.place, hint)
        return policy

    def _chain(self, root: Mapping) -> list[Mapping]:
        """The policy, its base, the base of that ..., each checked against its shape."""
        chain: list[Mapping] = []
        seen = {os.path.realpath(root.place.file): root.place.file}
        node: Mapping | None = root
        while node is not None:
            checked = POLICY.check(node, "the policy", self.report)
            assert checked is not None  # a mapping keeps at least its place
            chain.append(checked)
            node = self._base(checked, node, seen, len(chain))
        self._study(chain)
        top = chain[-1]
        if self.whole and root.get("rulesets") is None and not any(node.get("rulesets") for node in chain):
            hint = "add `rulesets`: the files of rules, relative to this one"
            self.report.add("ME202", "the policy has no `rulesets`", top.place, hint)
            self.whole = False
        return chain

    def _base(self, node: Mapping, raw: Mapping, seen: dict[str, str], depth: int) -> Mapping | None:
        named = node.get("base")
        if not isinstance(named, Scalar):
            self.whole = self.whole and raw.get("base") is None
            return None
        path = self.files.rules(named)
        if path is not None and os.path.realpath(path) in seen:
            circle = " -> ".join(f"`{shown(file)}`" for file in (*seen.values(), seen[os.path.realpath(path)]))
            hint = "a base may not lead back to a policy that is based on it; remove one `base`"
            self.report.add("ME310", f"a circle of bases: {circle}", named.place, hint)
        elif path is not None and depth > MAX_BASES:
            hint = "write the policy out at some point"
            self.report.add("ME205", f"a chain of more than {MAX_BASES} bases", named.place, hint)
        elif path is not None:
            seen[os.path.realpath(path)] = path
            root = self.files.nodes(path, named)
            if isinstance(root, Mapping) and root.get("policy") is not None:
                return root
            if root is not None:
                what = "a ruleset" if isinstance(root, Mapping) and root.get("ruleset") else "no policy"
                hint = "name a policy as `base`, and rulesets under `rulesets`"
                self.report.add("ME206", f"`{shown(named.value)}` is {what}", named.place, hint)
        self.whole = False
        return None

    def _study(self, chain: list[Mapping]) -> None:
        """A policy over a study cannot say that it is none."""
        for at, node in enumerate(chain):
            said = node.get("study")
            if (
                isinstance(said, Scalar)
                and said.value == "false"
                and any(flag(base, "study") for base in chain[at + 1 :])
            ):
                hint = "remove `study: false`, or copy what you need into a policy without this base"
                self.report.add("ME603", "the base is a study, and so is this policy", said.place, hint)

    def _named_rulesets(self, chain: list[Mapping]) -> list[Scalar]:
        """What the policies name under `rulesets`: each list replaces that of the base, or adds `+ FILE` to it."""
        found: list[Scalar] = []
        for at, node in enumerate(reversed(chain)):
            named = node.get("rulesets")
            items = [item for item in named.items if isinstance(item, Scalar)] if isinstance(named, Sequence) else []
            added = [item for item in items if item.value.startswith("+ ")]
            if added and at == 0 and node.get("base") is None:
                hint = "remove the `+`, or name a `base`"
                self.report.add("ME205", "there is no base to add rulesets to", added[0].place, hint)
            elif added and len(added) < len(items):
                other = next(item for item in items if item not in added)
                hint = "write `+` before all of them, which adds them to those of the base, or before none"
                self.report.add("ME205", f"`{shown(other.value)}` has no `+`, and others have", other.place, hint)
            plain = [without_plus(item) for item in items]
            found = found + plain if added or named is None else plain
        return found

    def _rulesets(self, chain: list[Mapping]) -> tuple[RulesetDraft, ...]:
        found: dict[str, RulesetDraft] = {}
        ids: dict[str, Scalar] = {}
        rules: dict[str, RulesetDraft] = {}
        for item in self._named_rulesets(chain):
            path = self.files.rules(item)
            if path is not None and os.path.realpath(path) in found:
                self.report.add("ME308", f"`{shown(item.value)}` is named twice", item.place, "remove one of the two")
                continue
            root = None if path is None else self.files.nodes(path, item)
            if not isinstance(root, Mapping) or root.get("ruleset") is None:
                self.whole = False
                if root is not None:
                    what, hint = _no_ruleset(root)
                    self.report.add("ME206", f"`{shown(item.value)}` is {what}", item.place, hint)
                continue
            draft = read_ruleset(root, self.files, self.report)
            found[os.path.realpath(cast(str, path))] = draft
            name = draft.ruleset.id
            in_namespace(draft, self.files.pack_of(draft.ruleset.path), self.report)
            if name and ids.setdefault(name, item) is not item:
                hint = f"`{shown(ids[name].value)}` has this name already; rename one of the two"
                self.report.add("ME308", f"there are two rulesets `{name}`", draft.ruleset.place, hint)
            for rule_draft in draft.drafts:
                other = rules.setdefault(rule_draft.rule.id, draft)
                if rule_draft.rule.id and other is not draft:
                    hint = f"the other stands in `{other.ruleset.path}`; rename one of the two"
                    self.report.add("ME308", f"there are two rules `{rule_draft.rule.id}`", rule_draft.rule.place, hint)
        return tuple(found.values())

    def _specimens(self, node: Node | None, study: bool) -> tuple[str, ...]:
        """The cards of lists that others made.  Nothing of them is read here: no decision is theirs."""
        found: dict[str, str] = {}
        for item in node.items if isinstance(node, Sequence) else ():
            assert isinstance(item, Scalar)
            if not study:
                hint = "add `study: true`, by which every decision is shadow, or leave the list out"
                self.report.add("ME607", "only a study may name a specimen", item.place, hint)
                continue
            path = self.files.relative(item, inside=False)
            root = None if path is None else self.files.nodes(path, item)
            if root is not None and not (isinstance(root, Mapping) and root.get("specimen") is not None):
                hint = "the card of a specimen begins with `specimen: NAME`"
                self.report.add("ME206", f"`{shown(item.value)}` is no specimen", item.place, hint)
            elif path is not None and root is not None:
                found[os.path.realpath(path)] = path
        return tuple(found.values())

    def _period(self, node: Node | None, names: Names) -> Period | None:
        if not isinstance(node, Mapping) or not node.entries:
            return None
        start, end = self._moment(node.get("from")), self._moment(node.get("until"), last=True)
        if start and end and end <= start:
            until = cast(Node, node.get("until"))
            self.report.add("ME601", "the period ends before it begins", until.place, "let `until` follow `from`")
            return None
        fields = names.fields or {}
        if "time" in names.unclear:
            return None
        if "time" not in fields:
            hint = "add `time: datetime` under `fields`"
            self.report.add("ME304", "a period needs the message field `time`, which is not declared", node.place, hint)
            return None
        if fields["time"].kind != "datetime":
            hint = "declare it as `time: datetime`"
            self.report.add(
                "ME502", f"a period needs `time` to be a datetime, not {fields['time'].type}", node.place, hint
            )
            return None
        return Period(start, end)

    def _moment(self, node: Node | None, last: bool = False) -> datetime | None:
        """The moment that a scalar writes; with `last`, a date counts to its end."""
        if not isinstance(node, Scalar):
            return None
        try:
            if last and is_day(node.value):
                return datetime.combine(date.fromisoformat(node.value) + timedelta(days=1), time(), CHINA)
            return moment(node.value)
        except (ValueError, OverflowError):
            hint = "write a date such as 2014-05-28, or 2014-05-28T08:00:00+08:00"
            self.report.add("ME601", f"there is no date `{shown(node.value)}`", node.place, hint)
            return None

    def _condition(self, node: Node | None, names: Names, where: str, rules: bool) -> Condition | None:
        parsed = condition(node, self.report) if isinstance(node, Scalar) else None
        if parsed is None or not isinstance(node, Scalar):
            return None
        written = Written(parsed, node)
        self.report.spend("nodes", sum(1 for _ in walk(parsed)), node.place)
        confine(written, rules, where, self.report)
        return fixed(written, names, self.report)

    def _scope(self, node: Node | None, names: Names) -> dict[str, Condition]:
        if isinstance(node, Scalar):
            only = self._condition(node, names, "a scope", rules=False)
            return {} if only is None else {"default": only}
        found = {}
        for key, value in entries(node):
            check_category(key, names, self.report, ("default",))
            parsed = self._condition(value, names, "a scope", rules=False)
            if parsed is not None:
                found[key.value] = parsed
        return found

    def _actions(self, node: Node | None, names: Names) -> dict[str, Dict[Action, int]]:
        found: dict[str, Dict[Action, int]] = {}
        for key, value in entries(node):
            check_category(key, names, self.report)
            assert isinstance(value, Mapping)
            ladder: dict[Action, int] = {}
            for action in ACTIONS:
                step = value.get(action)
                if not isinstance(step, Scalar):
                    continue
                if ladder and int(step.value) <= max(ladder.values()):
                    below = max(ladder, key=lambda a: ladder[a])
                    message = f"`{action}` at {step.value} is not above `{below}` at {ladder[below]}"
                    self.report.add("ME602", message, step.place, "let the points rise from label to review to block")
                ladder[action] = int(step.value)
            found[key.value] = ladder
        return found

    def _longer(self, node: Node | None) -> tuple[Longer, ...]:
        found: list[Longer] = []
        for item in _records(node):
            above, add = item.get("above"), item.get("add")
            if not isinstance(above, Scalar) or not isinstance(add, Scalar):
                continue
            entry = Longer(int(above.value), int(add.value))
            before = found[-1] if found else Longer(-1, -1)
            for name, scalar, low in (("above", above, before.above), ("add", add, before.add)):
                if int(scalar.value) <= low:
                    message = f"`{name}: {scalar.value}` is not more than the {low} before it"
                    hint = "let `above` and `add` both rise from entry to entry"
                    self.report.add("ME602", message, scalar.place, hint)
            found.append(entry)
        return tuple(found)

    def _points(self, node: Node | None, names: Names, rules: Dict[str, Rule]) -> tuple[PointsWhere, ...]:
        found = []
        for item in _records(node):
            when = self._condition(item.get("when"), names, "`points`", rules=False)
            written = sorted(entries(item.get("scores")), key=lambda pair: is_glob(pair[0].value))  # names before globs
            scores: dict[str, int] = {}
            for key, score in written:
                assert isinstance(score, Scalar)
                for rule in scored(key, names, rules, self.report):
                    scores.setdefault(rule, int(score.value))
            if when is not None:
                found.append(PointsWhere(when, scores, item.place))
        return tuple(found)

    def _override(self, node: Mapping, names: Names, rules: Dict[str, Rule]) -> Override:
        score, tags = node.get("score"), set(texts(node.get("tags")))
        if node.get("rules") is None and node.get("tags") is None:
            hint = "add `rules`: their identifiers, or `tags`"
            self.report.add("ME202", "an override has neither `rules` nor `tags`", node.place, hint)
        return Override(
            rules=(*texts(node.get("rules")), *(rule.id for rule in rules.values() if tags & set(rule.tags))),
            place=node.place,
            score=int(score.value) if isinstance(score, Scalar) else None,
            status=cast(Status, text(node, "status") or None),
            action=cast(Action, text(node, "action") or None),
            when=self._condition(node.get("when"), names, "an override", rules=True),
        )

    def _exception(self, node: Mapping, names: Names, rules: Dict[str, Rule]) -> PolicyException | None:
        some = node.get("rules") is not None or node.get("tags") is not None
        found = dict.fromkeys(name for _, names_ in chosen(node, rules, names, self.report) for name in names_)
        # A rule that asked whether another hit, to be cancelled by what that one asks, would go round in a circle.
        where = "an exception for some rules" if some else "an exception"
        when = self._condition(node.get("when"), names, where, rules=not some)
        until = self._moment(node.get("until"))
        if when is None or (some and not found):
            return None
        return PolicyException(
            text(node, "name"), when, text(node, "reason"), node.place, tuple(found),
            "" if until is None else until.date().isoformat(),
        )  # fmt: skip


def _no_ruleset(root: Node) -> tuple[str, str]:
    """What stands in the place of a ruleset, and how to mend that."""
    if isinstance(root, Mapping) and root.get("specimen") is not None:
        return "a specimen", "a study names it under `specimens`; its entries are no rules"
    hint = "a file of rules begins with `ruleset: NAME`"
    return ("a policy" if isinstance(root, Mapping) and root.get("policy") else "no ruleset"), hint


def _places(root: Mapping) -> dict[str, Location]:
    """The places of conditions of the scope and of the steps of the ladders, by what leads to them."""
    found: dict[str, Location] = {}
    scope = root.get("scope")
    if isinstance(scope, Scalar):
        found["scope.default"] = scope.place
    found |= {f"scope.{key.value}": value.place for key, value in entries(scope)}
    for category, ladder in entries(root.get("actions")):
        found |= {f"actions.{category.value}.{key.value}": key.place for key, _ in entries(ladder)}
    return found


def _records(node: Node | None) -> tuple[Mapping, ...]:
    return tuple(item for item in (node.items if isinstance(node, Sequence) else ()) if isinstance(item, Mapping))
