"""Whatever a user can meet is described: commands, options, codes, names, keys, fields."""

from __future__ import annotations

import re
from functools import cache

import click
import msgspec
import pytest

import modengine
from modengine.cli.main import COMMANDS, cli
from modengine.model import (
    CategoryScore,
    Decision,
    Match,
    Message,
    Raised,
    ReliefHit,
    RuleHit,
    Trace,
    Undetermined,
)
from modengine.policy import schema
from modengine.policy.nodes.record import Record
from tests.docs.examples import pages
from tests.paths import DOCS


@cache
def text_of(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


@cache
def everything() -> str:
    return "\n".join(map(text_of, pages()))


def names(page: str) -> set[str]:
    """The words that stand in code on a page, in `backticks` or in a fenced block."""
    text = text_of(page)
    code = re.findall(r"`([^`\n]+)`", text) + re.findall(r"^```.*?^```", text, re.M | re.S)
    return {word for piece in code for word in re.findall(r"[\w.-]+", piece)}


@pytest.mark.parametrize("name", modengine.__all__)
def test_public_names_are_on_the_page_about_python(name: str) -> None:
    assert name in names("python.md")


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_are_described(name: str) -> None:
    assert f"## modengine {name}\n" in text_of("cli.md")
    assert f"modengine {name}" in everything().replace(text_of("cli.md"), "")


@pytest.mark.parametrize("name", COMMANDS)
def test_options_are_described(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    section = text_of("cli.md").split(f"## modengine {name}\n")[1].split("\n## ")[0]
    missing = [option for parameter in command.params for option in parameter.opts if option.startswith("-")
               and option not in section]  # fmt: skip
    assert missing == []


@pytest.mark.parametrize("struct", [Decision, CategoryScore, RuleHit, ReliefHit, Match, Raised, Undetermined])
def test_fields_of_a_decision_are_described(struct: type[msgspec.Struct]) -> None:
    assert set(struct.__struct_fields__) - names("decisions.md") == set()


@pytest.mark.parametrize("struct", [Message, Trace])
def test_fields_of_messages_and_traces_are_described(struct: type[msgspec.Struct]) -> None:
    assert set(struct.__struct_fields__) - names("python.md") == set()


@pytest.mark.parametrize("method", [name for name in vars(modengine.Engine) if not name.startswith("_")])
def test_methods_of_the_engine_are_described(method: str) -> None:
    assert method in names("python.md")


RECORDS = {name: value for name, value in vars(schema).items() if isinstance(value, Record)}


@pytest.mark.parametrize("record", RECORDS)
def test_keys_of_rule_files_are_described(record: str) -> None:
    page = names("rule-language.md")
    assert {key for key in RECORDS[record].keys if key not in page} == set()


def test_how_steps_are_described() -> None:
    from modengine.explain.words import STEPS

    assert set(STEPS) - names("text.md") == set()
