"""All checks over any number of files."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from modengine.checks.corpus import Corpus, straddling, unsupported
from modengine.checks.coverage import Actions, ContradictingExamples, MissingExamples
from modengine.checks.errors import policy_problems, with_source
from modengine.checks.ladders import ExpiredExceptions, IdleReliefs, Ladders, UndoneOverrides
from modengine.checks.meaning.rules import ConditionMeaning
from modengine.checks.names import Clauses, UnusedLists, UnusedSharedPatterns
from modengine.checks.patterns import CatastrophicRegex, DuplicateTerms, RegexWithoutGate, ShortFuzzyTerms
from modengine.checks.settings import Settings, settings_of
from modengine.checks.terms import OddTerms, OneCharacterWords, SplitTerms, TermsThatCountTwice
from modengine.checks.waivers import Waiver, unused, waived, waivers
from modengine.errors import Diagnostic, Location
from modengine.paths import shipped_rules
from modengine.policy.load import Loaded, read
from modengine.policy.model import Policy, Ruleset
from modengine.policy.packs.manifest import NAME as MANIFEST


class Check(Protocol):
    """A check: an object with nothing in it but `find`."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]: ...


CHECKS: dict[str, Check] = {
    "unused-lists": UnusedLists(),
    "unused-shared-patterns": UnusedSharedPatterns(),
    "clauses": Clauses(),
    "regex-without-gate": RegexWithoutGate(),
    "catastrophic-regex": CatastrophicRegex(),
    "short-fuzzy-terms": ShortFuzzyTerms(),
    "duplicate-terms": DuplicateTerms(),
    "examples": MissingExamples(),
    "actions": Actions(),
    "meaning": ConditionMeaning(),
    "ladders": Ladders(),
    "overrides": UndoneOverrides(),
    "exceptions": ExpiredExceptions(),
    "idle-reliefs": IdleReliefs(),
    "one-character-words": OneCharacterWords(),
    "odd-terms": OddTerms(),
    "split-terms": SplitTerms(),
    "terms-that-count-twice": TermsThatCountTwice(),
    "contradicting-examples": ContradictingExamples(),
}


OF_A_POLICY = frozenset({"ME806", "ME812", "ME815", "ME816", "ME817", "ME818", "ME819", "ME830", "ME831"})
"""What may be found where a ruleset is checked with its policy, and not where it is checked alone."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, and the waivers that were needed."""

    found: tuple[Diagnostic, ...]
    used: frozenset[Waiver] = frozenset()
    files: frozenset[str] = frozenset()
    """What was read for it, by the names that places have."""


def check(path: str | Path) -> tuple[Diagnostic, ...]:
    """Every error, warning and note in a policy or ruleset and in all files that it names, by place.

    `modengine.toml` beside it, or above it in its repository, says which are wanted.
    """
    return together([check_file(path)])


def check_loaded(loaded: Loaded) -> tuple[Diagnostic, ...]:
    """The same of what was already read, without any `modengine.toml`."""
    return together([_checked(loaded, Settings(), None, [])])


def check_paths(paths: Iterable[str | Path], corpus: Corpus | None = None) -> tuple[Diagnostic, ...]:
    """The findings in files and in the rule files (`*.yaml`, `*.yml`) of folders, each once.

    With a `corpus`, terms that neither it nor an example has are among them, and patterns that cut words in it.
    """
    checked: list[Checked] = []
    sound: list[Ruleset] = []
    for path in map(Path, paths):
        files = rule_files(path) if path.is_dir() else [path]
        if not files:
            place = Location(str(path))
            nothing = Diagnostic("ME101", f"`{path}` holds no rule file", place, "name a folder with *.yaml files")
            checked.append(Checked((nothing,)))
        checked += [check_file(file, corpus, sound=sound) for file in files]
    return together(checked)


def check_file(
    file: str | Path,
    corpus: Corpus | None = None,
    unsaved: Mapping[str, bytes] = MappingProxyType({}),
    sound: list[Ruleset] | None = None,
) -> Checked:
    """What is found from one file; `unsaved` are contents, by path, that stand for what the disk has.

    Of files that others keep (in packs, and the shipped rules) it tells errors alone: nobody can mend the rest here.
    To `sound` rulesets are added in whose patterns there is nothing wrong; those in it are taken for such.
    """
    loaded = read(file, unsaved=unsaved)
    folder = os.path.dirname(os.path.normpath(file))
    files = frozenset(os.path.normpath(os.path.join(folder, source.path)) for source in loaded.files)
    checked = _checked(loaded, settings_of(str(file)), corpus, [] if sound is None else sound)
    others = _homes_of_others(folder, files)
    found = tuple(each for each in checked.found if each.severity == "error" or not _is_in(each.location.file, others))
    return replace(checked, found=found, files=files)


def _homes_of_others(folder: str, files: Collection[str]) -> tuple[str, ...]:
    """The folders of the shipped rules and of packs among the files, if they do not hold the folder."""
    packs = (os.path.dirname(file) for file in files if os.path.basename(file) == MANIFEST)
    return tuple(home for home in (str(shipped_rules()), *packs) if not _is_in(folder, (home,)))


def _is_in(path: str, homes: Iterable[str]) -> bool:
    return any(Path(os.path.abspath(path)).is_relative_to(os.path.abspath(home)) for home in homes)


def _checked(loaded: Loaded, settings: Settings, corpus: Corpus | None, known: list[Ruleset]) -> Checked:
    policy = loaded.any_policy
    found = list(loaded.diagnostics)
    if policy is None:
        return Checked((*found, *settings.problems))
    wrong = policy_problems(policy, known)
    known += policy.rulesets if not (wrong or policy.study) else ()
    found += wrong
    # What has an error is left out of the policy, so that only a sound one can be read with care.
    sound = not any(problem.severity == "error" for problem in found)
    if sound:
        for policy_check in CHECKS.values():
            found += policy_check.find(policy)
        if corpus is not None:
            found += (*unsupported(policy, corpus), *straddling(policy, corpus))
    allowed, malformed = waivers(policy)
    kept, used = waived(settings.applied(found), allowed)
    not_asked = OF_A_POLICY if loaded.ruleset is not None else frozenset()
    not_asked |= frozenset() if corpus is not None else {"ME826", "ME829"}
    unneeded = {
        waiver
        for waiver in allowed
        if sound and waiver not in used and waiver.code not in not_asked and settings.wants(waiver.code)
    }
    told = [*kept, *settings.applied([*malformed, *map(unused, unneeded)]), *settings.problems]
    return Checked(tuple(with_source(told, policy)), frozenset(used))


def together(checked: Iterable[Checked]) -> tuple[Diagnostic, ...]:
    """What was found, each thing once, by place; a waiver that one check needed is needed."""
    every = list(checked)
    needed = {unused(waiver) for each in every for waiver in each.used}
    places = {(finding.message, finding.location) for finding in needed}
    found = dict.fromkeys(
        finding
        for each in every
        for finding in each.found
        if finding.code != "ME828" or (finding.message, finding.location) not in places
    )
    return tuple(sorted(found, key=lambda p: (p.location, p.code, p.message)))


def rule_files(folder: Path) -> list[Path]:
    """The rule files in a folder and in those below it, by path; nothing whose name begins with a dot."""
    found = (file for suffix in ("yaml", "yml") for file in folder.rglob(f"*.{suffix}"))
    return sorted(
        file for file in found
        if not any(part.startswith(".") for part in file.relative_to(folder).parts) and file.is_file()
    )  # fmt: skip
