"""The files of a first folder of rules, and how they are written: all of them, or none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from modengine.errors import OutputError
from modengine.policy.nodes.diagnostics import listed
from modengine.run.write.replace import make_folder, replacing

_POLICY = """\
policy: NAME
title: What is looked at here, and what follows
description: What a policy may say is in docs/rule-language.md, "A policy".
rulesets: [prizes.yaml]
actions:
  fraud: {label: 30, review: 50}
"""
_RULESET = """\
ruleset: NAME.prizes
title: Prizes that nobody played for
category: fraud
clauses:
  F1: Messages that announce a prize in order to obtain money or data.
lists:
  prize: {file: lists/prizes.txt}
rules:
  - id: NAME.prize
    title: Announces a prize and asks for a fee
    clause: F1
    score: 50
    patterns:
      prize: {words: {list: prize}}
      fee: {words: [手续费, 公证费, 保证金]}
    when: prize and fee
    tags: [prize]
    examples:
      match:
        - 恭喜中奖，请先交手续费 # congratulations, you have won; first pay the fee
        - 您的奖金已到，公证费两百元 # your prize money is here, the notary costs 200 yuan
        - 领大奖要先付保证金 # to collect the grand prize, pay a deposit first
      pass:
        - 我中奖了，请大家喝奶茶 # I have won, milk tea for all
        - 转账要手续费吗 # does a transfer cost a fee?
"""
_LIST = """\
# One term a line. What stands behind a hash sign is a comment.
中奖 # to win a prize
大奖 # grand prize
奖金 # prize money
"""
_SETTINGS = """\
# Which findings `modengine check` tells, and how grave they are: docs/rule-language.md, "Settings".
[check]
select = ["ME8"]
ignore = []
"""
_HOOKS = """\
# pip install pre-commit && pre-commit install
repos:
  - repo: local
    hooks:
      - id: modengine-check
        name: modengine check
        entry: modengine check --strict .
        language: system
        pass_filenames: false
      - id: modengine-test
        name: modengine test
        entry: modengine test .
        language: system
        pass_filenames: false
"""
_WORKFLOW = """\
name: rules
on: [push, pull_request]
permissions: {contents: read}
jobs:
  rules:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: "3.13"}
      # No index has it before the first release: until then name a wheel, or git+ and the address of the repository.
      - run: pip install modengine
      - run: modengine check --strict --format github .
      - run: modengine test --format github .
"""


def first_files(name: str) -> dict[str, str]:
    """A policy, its ruleset with a list and examples, settings, hooks and a workflow, by their paths."""
    return {
        "policy.yaml": _POLICY.replace("NAME", name),
        "prizes.yaml": _RULESET.replace("NAME", name),
        "lists/prizes.txt": _LIST,
        "modengine.toml": _SETTINGS,
        ".pre-commit-config.yaml": _HOOKS,
        ".github/workflows/rules.yml": _WORKFLOW,
    }


def write_new(folder: Path, files: Mapping[str, str]) -> None:
    """Writes files that are not there yet.  Raises OutputError (ME909) where one is: then none was written."""
    there = [name for name in files if (folder / name).exists() or (folder / name).is_symlink()]
    if there:
        hint = "name another folder, or move what is there away; nothing was written"
        raise OutputError("ME909", f"`{folder}` has {listed(there)} already", hint)
    written: list[Path] = []
    try:
        for name, content in files.items():
            path = folder / name
            make_folder(path.parent)
            with replacing(path) as stream:
                stream.write(content.encode())
            written.append(path)
    except BaseException:
        for path in written:  # or it would be in the way of the next try
            path.unlink(missing_ok=True)
        raise
