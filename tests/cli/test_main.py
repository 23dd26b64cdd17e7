"""The command line as a whole."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import click
import pytest

from modengine.cli import main
from modengine.cli.main import COMMANDS, cli
from modengine.cli.options import PolicyFirst
from tests.commands import EXPIRY, POLICY, Command, finish, started

HERE = Path(__file__).parent


def test_help(command: Command, golden: Callable[[Path, str], None]) -> None:
    ran = command("--help")
    assert (ran.code, ran.err) == (0, "")
    golden(HERE / "goldens" / "help.txt", ran.out)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command(name: str, command: Command, golden: Callable[[Path, str], None]) -> None:
    ran = command(name, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert " RANGE" not in ran.out  # an option says what it takes
    golden(HERE / "goldens" / f"help-{name}.txt", ran.out)


def helps(group: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """Every command with subcommands, as it is called."""
    yield path
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            yield from helps(cast("click.Command", group.get_command(context, name)), *path, name)


def test_no_line_of_a_help_is_wider_than_a_terminal(command: Command) -> None:
    shown = {path: command(*path, "--help").out for path in helps(cli)}
    wide = [line for path, text in shown.items() for line in text.splitlines() if len(line) > 80]
    assert wide == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_named_as_it_is_listed(name: str) -> None:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    assert found.name == name


def test_no_command_shows_the_help(command: Command) -> None:
    ran = command()
    assert ran.code == 2
    assert "Commands:" in ran.err


@pytest.mark.parametrize("args", [("sacn",), ("--nothing",), ("scan", "--nothing", "-")])
def test_wrong_usage(args: tuple[str, ...], command: Command) -> None:
    ran = command(*args)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: modengine" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        "sacn scan",
        "evaluate eval",
        "audit verfy verify",
        "pack biuld build",
        "specimen imprt import",
        "study verfy verify",
    ],
)
def test_a_command_that_is_misspelt_is_guessed(words: str, command: Command) -> None:
    *group, misspelt, meant = words.split()
    ran = command(*group, misspelt)
    assert (ran.code, ran.out) == (2, "")
    assert f"no such command `{misspelt}`; did you mean `{meant}`?" in ran.err
    assert "did you mean" not in command(*group, "qqqq").err


def test_a_shell_that_completes_words_is_told_of_no_misspelling() -> None:
    assert cli.resolve_command(click.Context(cli, resilient_parsing=True), ["sacn"]) == (None, None, [])


def test_help_of_a_group_imports_none_of_its_commands() -> None:
    code = (
        "import sys; from modengine.cli.main import run\n"
        "for group in [], ['audit'], ['pack'], ['specimen'], ['study']: run([*group, '--help'])\n"
        "print(*(name for name in sys.modules if name.startswith('modengine.cli.')), file=sys.stderr)"
    )
    code_of, _, imported = finish(started([sys.executable, "-c", code]))
    packages = {"audit", "packs", "specimen", "study"}
    modules = {"group", "main", "streams", *packages, *(f"{package}.group" for package in packages)}
    assert (code_of, set(imported.split())) == (0, {f"modengine.cli.{name}" for name in modules})


def test_a_bug_is_told_in_words(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODENGINE_TRACEBACK", raising=False)

    def broken(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("modengine.run.schemas.SCHEMAS", {})
    monkeypatch.setattr("modengine.cli.rules.schema.SCHEMAS", {"ruleset": broken, "policy": broken})
    ran = command("schema", "ruleset")
    assert ran.code == main.BUG
    assert ran.err.startswith("modengine: an unexpected error, and so a bug: KeyError: 'x' (test_main.py:")
    assert "please report it" in ran.err
    assert "Traceback" not in ran.err
    monkeypatch.setenv("MODENGINE_TRACEBACK", "1")
    with pytest.raises(KeyError):
        command("schema", "ruleset")


def test_an_interrupt_is_told_in_words(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("modengine.cli.rules.schema.SCHEMAS", {"ruleset": stop})
    ran = command("schema", "ruleset")
    assert ran.code == main.STOPPED
    assert ran.err.strip() == "modengine: stopped"


def test_a_command_whose_first_argument_is_the_policy_takes_it_as_an_option_too(command: Command) -> None:
    first = command("flip", POLICY, EXPIRY)
    assert first.code == 0
    for named in (("-p", POLICY), (f"--policy={POLICY}",)):
        assert command("flip", EXPIRY, *named) == first
    twice = command("flip", "-p", POLICY, POLICY, "您的网银")
    assert (twice.code, "unexpected extra argument" in twice.err) == (2, True)
    for name, subcommand in COMMANDS.items():
        made = cli.get_command(click.Context(cli), name)
        assert made is not None
        if any(isinstance(param, click.Argument) and param.name == "policy" for param in made.params):
            assert isinstance(made, PolicyFirst), subcommand.module
