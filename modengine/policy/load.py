"""From files to a policy or a ruleset, with every problem of every file at once.

read(path)         a policy or a ruleset, whichever the file is, as far as it can be built
read_text(text)    the same of a text
read_given(files)  the same of texts by the names of files
read_copied(path)  the same of copies, with the packs among them
load_policy(path)  a policy, or PolicyError with all that is wrong
policy_of(ruleset) the smallest policy around a lone ruleset, to check and to test it
"""

from __future__ import annotations

import os
from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from modengine.errors import Diagnostic, Location, PolicyError
from modengine.policy.compare import guessed
from modengine.policy.condition import Condition, matching, resolve
from modengine.policy.files import Files
from modengine.policy.limits import POLICY_BUDGET, PolicyBudget
from modengine.policy.link import Names, in_namespace, link
from modengine.policy.model import Policy, Rule, Ruleset, SourceFile
from modengine.policy.nodes.diagnostics import Diagnostics, ReadingEnds, closest, full_width
from modengine.policy.nodes.yaml import Mapping, Node
from modengine.policy.policy import PolicyReader
from modengine.policy.rules import read_ruleset


@dataclass(frozen=True, slots=True)
class Loaded:
    """What could be made of a file, and all that is wrong with it and the files that it names."""

    policy: Policy | None
    ruleset: Ruleset | None
    diagnostics: tuple[Diagnostic, ...]
    """Sorted by place.  Where there are any, rules that are wrong are left out of the above."""
    files: tuple[SourceFile, ...] = ()

    @property
    def any_policy(self) -> Policy | None:
        """The policy, or the smallest one around a lone ruleset."""
        if self.policy is None and self.ruleset is not None:
            return replace(policy_of(self.ruleset), files=self.files)
        return self.policy


def read(
    path: str | Path, budget: PolicyBudget = POLICY_BUDGET, unsaved: Dict[str, bytes] = MappingProxyType({})
) -> Loaded:
    """The policy or ruleset of a file, told apart by its first-level key.

    `unsaved` are contents, by path, that stand for what the disk has: the texts of an editor.
    """
    report = Diagnostics(budget)
    file = os.path.normpath(path)
    return _read(file, Files(file, report, unsaved=unsaved), report)


def read_given(files: Dict[str, bytes], main: str) -> Loaded:
    """The policy or ruleset `main` among the contents of files by their paths, which are relative; no other is read."""
    report = Diagnostics()
    return _read(os.path.normpath(main), Files(main, report, files), report)


def read_text(text: str, name: str) -> Loaded:
    """The policy or ruleset of a text, as of a file of that name in the current folder."""
    report = Diagnostics()
    files = Files(name, report)
    files.give(name, text.encode("utf-8", "surrogatepass"))
    return _read(name, files, report)


def read_copied(path: str | Path, homes: Dict[str, str]) -> Loaded:
    """The policy of copies of all its files; `homes` are the folders of packs and shipped rules among them."""
    report, file = Diagnostics(), os.path.normpath(path)
    return _read(file, Files(file, report, homes=homes), report)


def _read(file: str, files: Files, report: Diagnostics) -> Loaded:
    policy, ruleset = None, None
    try:
        root = files.nodes(file, None)
        if root is not None:
            policy, ruleset = _made(root, files, report)
    except ReadingEnds:
        pass
    return Loaded(policy, ruleset, report.found, files.read)


def _made(root: Node, files: Files, report: Diagnostics) -> tuple[Policy | None, Ruleset | None]:
    keys = {key.value for key, _ in root.entries} if isinstance(root, Mapping) else set()
    if not isinstance(root, Mapping) or ("policy" in keys) == ("ruleset" in keys):
        report.add("ME206", *neither(keys, root.place))
        return None, None
    if "policy" in keys:
        return PolicyReader(files, report).policy(root), None
    return None, _lone(root, files, report)


def neither(keys: set[str], place: Location) -> tuple[str, Location, str]:
    hint = "a policy begins with `policy: NAME`, a ruleset with `ruleset: NAME`"
    if {"policy", "ruleset"} <= keys:
        return "the file has both `policy` and `ruleset`", place, "split it into two files"
    if "specimen" in keys:
        hint = "a specimen is measured and never acts: modengine specimen measure, or the commands of the lab"
        return "the file is a specimen, a list that others made, and decides nothing", place, hint
    if "corpus" in keys:
        hint = "a command that takes both takes the policy first: modengine eval POLICY CARD"
        return "the file is a card, which says what messages mean, and decides nothing", place, hint
    near = next(
        (
            f"`{key}` should probably be `{meant}`"
            for key in sorted(keys - {"rules", "rulesets"})
            if (meant := closest(key, ("policy", "ruleset")))
        ),
        "",
    )
    foreign = next(filter(None, map(full_width, sorted(keys))), "")
    return "the file is neither a policy nor a ruleset", place, foreign or near or hint


def _lone(root: Mapping, files: Files, report: Diagnostics) -> Ruleset:
    """A ruleset alone: what only a policy knows is left for later."""
    draft = read_ruleset(root, files, report)
    in_namespace(draft, files.pack_of(draft.ruleset.path), report)
    names = Names(
        rules=dict.fromkeys(rule_draft.rule.id for rule_draft in draft.drafts if rule_draft.rule.id),
        built=frozenset(rule_draft.rule.id for rule_draft in draft.drafts if not rule_draft.broken),
        categories=(),
        fields=None,
        unclear=frozenset(),
        whole=False,
    )
    return link((draft,), (), names, report)[0]


def load_policy(path: str | Path) -> Policy:
    """The policy of a file.  Raises PolicyError with every problem of every file."""
    loaded = read(path)
    errors = [problem for problem in loaded.diagnostics if problem.severity == "error"]
    if loaded.ruleset is not None:
        errors.append(not_a_policy(loaded.ruleset))
    if errors or loaded.policy is None:
        raise PolicyError(errors)
    return loaded.policy


def not_a_policy(ruleset: Ruleset) -> Diagnostic:
    """What is wrong where a policy is asked for and the file is a ruleset."""
    hint = "name it under `rulesets` of a policy; `modengine check` and `modengine test` take it as it is"
    return Diagnostic("ME206", "the file is a ruleset, not a policy", ruleset.place, hint)


def is_lone(policy: Policy) -> bool:
    """Whether it is the policy around a lone ruleset."""
    return any(ruleset.path == policy.path for ruleset in policy.rulesets)


def policy_of(ruleset: Ruleset) -> Policy:
    """The smallest policy around a lone ruleset: no scope, no actions, fields as they are used.

    References to rules of other files hold of no rule.
    """
    own = {rule.id: None for rule in ruleset.rules}

    def local(condition: Condition) -> Condition:
        return resolve(condition, rule=lambda ref: replace(ref, rules=matching(ref.glob, own)))

    fields = guessed(ruleset.rules)

    def alone(rule: Rule) -> Rule:
        return replace(
            rule,
            when=local(rule.when),
            unless=None if rule.unless is None else local(rule.unless),
        )

    return Policy(
        id=ruleset.id,
        title=ruleset.title,
        path=ruleset.path,
        place=ruleset.place,
        rulesets=(replace(ruleset, rules=tuple(map(alone, ruleset.rules))),),
        fields=fields,
    )
