"""`modengine test`: run the examples inside rule files."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from modengine.checks.run import rule_files
from modengine.cli.options import format_option, nearby
from modengine.cli.streams import console
from modengine.errors import InputError
from modengine.explain.text import print_rule
from modengine.explain.visible import inline
from modengine.loading import load_any
from modengine.paths import shipped_policy
from modengine.run.work.examples import ExampleResult, examples_of, needs_others, run_examples

_WANTED = {
    "match": "should match, and does not",
    "pass": "should not match, and does",
    "known_miss": "is a known miss, and matches now: move it to `match`",
    "known_false_alarm": "is a known false alarm, and passes now: move it to `pass`",
}


@click.command("test")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(exists=True, path_type=Path))
@format_option("text", "json")
def command(paths: tuple[Path, ...], form: str) -> int:
    """Run the examples of policies and rulesets (match, pass, known_miss, known_false_alarm).

    The rules of a policy are tried together, those of a ruleset alone, except for rules that name
    rules of other files.  PATH may be a folder; without one, the shipped policy.  A known weakness
    that is none any more is good news, no failure.
    Exit code 0: every example holds; 1: some fail.
    """
    tested = paths or (nearby(shipped_policy()),)
    files = [file for path in tested for file in (rule_files(path) if path.is_dir() else [path])]
    if not files:
        raise InputError("ME905", f"`{paths[0]}` holds no rule file", "name a folder with *.yaml files")
    tried = [_try(file) for file in files]
    if form == "json":
        found = [_record(result.file, outcome) for result in tried for outcome in result.outcomes]
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        to = console(sys.stdout)
        for result in tried:
            _show(result, to)
    return 1 if any(outcome.verdict == "fails" for result in tried for outcome in result.outcomes) else 0


@dataclass(frozen=True, slots=True)
class _Tried:
    """What became of the examples of one file."""

    file: Path
    outcomes: tuple[ExampleResult, ...]
    left: int
    """Examples of rules that mean nothing without the rules of other files."""


def _try(file: Path) -> _Tried:
    """Raises PolicyError where the file has errors."""
    engine, ruleset = load_any(file)
    rules = engine.policy.rules
    if ruleset is None:
        return _Tried(file, tuple(run_examples(engine, rules)), 0)
    own = [rule.id for rule in rules]
    # The conditions as they are written: those of the policy have lost what they cannot name.
    others = {rule.id for rule in ruleset.rules if needs_others(rule, own)}
    left = sum(1 for rule in rules if rule.id in others for _ in examples_of(rule))
    tried = run_examples(engine, (rule for rule in rules if rule.id not in others))
    return _Tried(file, tuple(tried), left)


def _show(result: _Tried, to: Console) -> None:
    outcomes = result.outcomes
    verdicts = Counter(outcome.verdict for outcome in outcomes)
    known = Counter(outcome.kind for outcome in outcomes if outcome.verdict == "holds")
    for outcome in outcomes:
        if outcome.verdict == "fails":
            _failure(outcome, to)
    for outcome in outcomes:
        if outcome.verdict == "news":
            to.print(Text(f"good news: {_place(outcome)}: {outcome.rule.id}", "green"), soft_wrap=True)
            to.print(Text(f"  {_text(outcome)}\n  {_WANTED[outcome.kind]}"), soft_wrap=True)
    parts = [f"{verdicts['holds']} of {len(outcomes)} examples hold"]
    parts += [f"{verdicts['fails']} fail"] if verdicts["fails"] else []
    parts += [f"{verdicts['news']} good news"] if verdicts["news"] else []
    parts += [f"known misses: {known['known_miss']}"] if known["known_miss"] else []
    parts += [f"known false alarms: {known['known_false_alarm']}"] if known["known_false_alarm"] else []
    parts += [f"left to a whole policy: {result.left}"] if result.left else []
    to.print(Text(f"{result.file}: {', '.join(parts)}", "bold red" if verdicts["fails"] else "bold"), soft_wrap=True)


def _failure(outcome: ExampleResult, to: Console) -> None:
    to.print(Text(f"fails: {_place(outcome)}: {outcome.rule.id}", "bold red"), soft_wrap=True)
    what = f"cannot be decided: {outcome.undetermined}" if outcome.undetermined else _WANTED[outcome.kind]
    to.print(Text(f"  {_text(outcome)}\n  {what}"), soft_wrap=True)
    if outcome.trace is not None:
        print_rule(outcome.trace, to)
    elif not outcome.undetermined:
        to.print(Text("  nothing that the rule asks for was found"))
        to.print(Text(f"    when    {inline(str(outcome.rule.when), 400)}"), soft_wrap=True)
    to.print()


def _text(outcome: ExampleResult) -> str:
    return inline(" / ".join(part.text for part in outcome.example.message.all_parts() if part.text), 400)


def _place(outcome: ExampleResult) -> str:
    return str(outcome.example.place)


def _record(file: Path, outcome: ExampleResult) -> dict[str, object]:
    place = outcome.example.place
    return {
        "tested": str(file),
        "rule": outcome.rule.id,
        "kind": outcome.kind,
        "hit": outcome.hit,
        "verdict": outcome.verdict,
        "undetermined": outcome.undetermined,
        "text": outcome.example.message.text,
        "file": place.file,
        "line": place.line,
    }
