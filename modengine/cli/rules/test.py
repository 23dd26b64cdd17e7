"""`modengine test`: run the examples inside rule files."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from modengine.checks.run import rule_files
from modengine.cli.options import RulePath, format_option, rules_here, tag_option, with_tags
from modengine.cli.rules.forms.coverage import FORMS as COVERAGE_FORMS, as_text
from modengine.cli.rules.forms.examples import FORMS, WANTED, Tried, example_text, what
from modengine.cli.streams import console
from modengine.errors import InputError
from modengine.explain.text import print_rule
from modengine.explain.visible import inline
from modengine.loading import load_any
from modengine.paths import shipped_policy
from modengine.policy.model import Rule
from modengine.run.work.coverage import measure_coverage
from modengine.run.work.examples import ExampleResult, needs_others, run_examples
from modengine.run.write.replace import write_text


@click.command("test")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=RulePath())
@tag_option
@format_option("text", *FORMS)
@click.option("--coverage", is_flag=True, help="Also say which rules, patterns and branches no example tries.")
@click.option(
    "--coverage-report", "reports", metavar="FILE", multiple=True, type=click.Path(dir_okay=False, path_type=Path),
    help="Write that to a file: .json, .html, or .info (LCOV, which editors and CI servers read).",
)  # fmt: skip
@click.option(
    "--fail-under", metavar="PERCENT", type=click.FloatRange(0, 100),
    help="Fail where the examples try fewer of the branches.",
)  # fmt: skip
def command(
    paths: tuple[Path, ...],
    tags: tuple[str, ...],
    form: str,
    coverage: bool,
    reports: tuple[Path, ...],
    fail_under: float | None,
) -> int:
    """Run the examples of policies and rulesets (match, pass, known_miss, known_false_alarm).

    The rules of a policy are tried together, those of a ruleset alone, except for rules that name
    rules of other files.  PATH may be a folder or PACK:POLICY; without one, it is the current folder if
    it has a `modengine.toml`, else the shipped policy.
    A known weakness that is none any more is good news, no failure.
    Exit code 0: every example holds; 1: some fail, or --fail-under is not reached.
    """
    for report in reports:
        if report.suffix.lower() not in COVERAGE_FORMS:
            raise click.UsageError(f"--coverage-report: `{report}` must end in {', '.join(COVERAGE_FORMS)}")
    tested = paths or (rules_here(shipped_policy()),)
    files = [file for path in tested for file in (rule_files(path) if path.is_dir() else [path])]
    if not files:
        raise InputError("ME905", f"`{tested[0]}` holds no rule file", "name a folder with *.yaml files")
    measured = coverage or bool(reports) or fail_under is not None
    tried, rules = zip(*(_try(file, tags, measured) for file in files), strict=True)
    if form != "text":
        click.echo(FORMS[form](tried), nl=False)
    else:
        to = console(sys.stdout)
        for result, some in zip(tried, rules, strict=True):
            _show(result, sum(1 for rule in some if rule.status == "draft" for _ in rule.examples), to)
    failed = any(outcome.verdict == "fails" for result in tried for outcome in result.outcomes)
    if measured:
        found = measure_coverage(
            (outcome for result in tried for outcome in result.outcomes), (rule for some in rules for rule in some)
        )
        if form == "text":
            click.echo(f"\n{as_text(found)}", nl=False)
        for report in reports:
            write_text(report, COVERAGE_FORMS[report.suffix.lower()](found))
        if fail_under is not None and found.percent("branch") < fail_under:
            click.echo(
                f"the examples try {found.percent('branch'):.1f} % of the branches, under {fail_under:g} %", err=True
            )
            return 1
    return 1 if failed else 0


def _try(file: Path, tags: tuple[str, ...], traced: bool) -> tuple[Tried, tuple[Rule, ...]]:
    """What became of the examples of a file, and the rules that were tried.

    Raises PolicyError where the file has errors.
    """
    engine, ruleset = load_any(file)
    rules = tuple(with_tags(engine.policy.rules, tags))
    if ruleset is None:
        return Tried(file, tuple(run_examples(engine, rules, traced=traced)), 0), rules
    own = [rule.id for rule in engine.policy.rules]
    # The conditions as they are written: those of the policy have lost what they cannot name.
    others = {rule.id for rule in ruleset.rules if needs_others(rule, own)}
    left = sum(1 for rule in rules if rule.id in others for _ in rule.examples)
    alone = tuple(rule for rule in rules if rule.id not in others)
    return Tried(file, tuple(run_examples(engine, alone, traced=traced)), left), alone


def _show(result: Tried, of_drafts: int, to: Console) -> None:
    outcomes = result.outcomes
    verdicts = Counter(outcome.verdict for outcome in outcomes)
    known = Counter(outcome.kind for outcome in outcomes if outcome.verdict == "holds")
    for outcome in outcomes:
        if outcome.verdict == "fails":
            _failure(outcome, to)
    for outcome in outcomes:
        if outcome.verdict == "news":
            to.print(Text(f"good news: {outcome.example.place}: {outcome.rule.id}", "green"), soft_wrap=True)
            to.print(Text(f"  {example_text(outcome)}\n  {WANTED[outcome.kind]}"), soft_wrap=True)
    parts = [f"{verdicts['holds']} of {len(outcomes)} examples hold"]
    parts += [f"{verdicts['fails']} fail"] if verdicts["fails"] else []
    parts += [f"{verdicts['news']} good news"] if verdicts["news"] else []
    parts += [f"known misses: {known['known_miss']}"] if known["known_miss"] else []
    parts += [f"known false alarms: {known['known_false_alarm']}"] if known["known_false_alarm"] else []
    parts += [f"left to a whole policy: {result.left}"] if result.left else []
    parts += [f"not tried, of drafts: {of_drafts}"] if of_drafts else []
    to.print(Text(f"{result.file}: {', '.join(parts)}", "bold red" if verdicts["fails"] else "bold"), soft_wrap=True)


def _failure(outcome: ExampleResult, to: Console) -> None:
    to.print(Text(f"fails: {outcome.example.place}: {outcome.rule.id}", "bold red"), soft_wrap=True)
    to.print(Text(f"  {example_text(outcome)}\n  {what(outcome)}"), soft_wrap=True)
    found = outcome.trace
    if found is not None and (found.matches or found.suppressed or outcome.hit):
        print_rule(found, to)
    elif not outcome.undetermined:
        to.print(Text("  nothing that the rule asks for was found"))
        to.print(Text(f"    when    {inline(str(outcome.rule.when), 400)}"), soft_wrap=True)
    to.print()
