"""Runs the blocks of a page in their order, each as its kind asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from tests.docs.examples import Block, agrees, blocks, comparable, doctests, elided, rewritten, run, steps

State = Callable[[], AbstractContextManager[object]]


def run_page(page: Path, folder: Path, rewrite: bool, state: State = nullcontext) -> str:
    """Everything that the commands print.  `state` is what blocks marked so run in.

    With `rewrite`, what they print is written into the page.
    """
    bodies: dict[tuple[int, int], str] = {}
    names: dict[str, Any] = {"__name__": "example"}
    printed: list[str] = [""]
    for block in blocks(page):
        if block.file is not None:
            _write(block, folder)
        if block.language == "yaml" and block.file is not None and "wrong" not in block.options:
            _rules_hold(block)
        elif block.language == "console":
            with state() if "state" in block.options else nullcontext():
                bodies[block.span], said = _console(block, folder, rewrite)
            printed += said
        elif block.language == "json" and "same" in block.options:
            assert json.loads(elided(block.body)) == json.loads(elided(printed[-1])), block.where
        elif block.language == "python" and "norun" not in block.options:
            _python(block, names)
    if rewrite:
        rewritten(page, bodies)
    return "".join(printed)


def _write(block: Block, folder: Path) -> None:
    assert block.file is not None
    path = folder / block.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_put_in(path.read_text("utf-8"), block) if "part" in block.options else block.body, "utf-8")


def _put_in(text: str, block: Block) -> str:
    """A file with a part of it put in the place of what began and ended with the same lines."""
    lines, part = text.splitlines(), block.body.splitlines()[1:]
    assert lines.count(part[0]) == 1, f"{block.where}: where does it begin?"
    first = lines.index(part[0])
    last = lines.index(part[-1], first)
    return "\n".join([*lines[:first], *part, *lines[last + 1 :], ""])


def _rules_hold(block: Block) -> None:
    """The file has no errors, and every example in it holds."""
    from modengine import check
    from modengine.loading import compile_engine
    from modengine.policy.load import policy_of, read
    from modengine.run.work.examples import run_examples

    assert block.file is not None
    errors = [problem.render() for problem in check(block.file) if problem.severity == "error"]
    assert not errors, f"{block.where}\n" + "\n".join(errors)
    loaded = read(block.file)
    policy = loaded.policy if loaded.ruleset is None else policy_of(loaded.ruleset)
    assert policy is not None
    wrong = [
        f"{outcome.rule.id}: {outcome.kind}: {outcome.example.message.text}"
        for outcome in run_examples(compile_engine(policy), policy.rules)
        if outcome.verdict != "holds"
    ]
    assert not wrong, f"{block.where}\n" + "\n".join(wrong)


def _console(block: Block, folder: Path, rewrite: bool) -> tuple[str, list[str]]:
    """Runs the commands; the block as it should be, and what each command printed."""
    done, lines, said = steps(block), list[str](), list[str]()
    wanted = next((int(o.removeprefix("exit=")) for o in block.options if o.startswith("exit=")), 0)
    for number, step in enumerate(done, 1):
        code, printed = run(step.command, folder)
        said.append(printed)
        assert code == (wanted if number == len(done) else 0), f"{block.where}: `{step.command}`\n{printed}"
        shown, real = comparable("\n".join(step.output)), comparable(printed)
        agree = not shown or agrees(shown, real)
        assert agree or (rewrite and not step.shortened), f"{block.where}: `{step.command}` prints\n{printed}"
        lines += [f"$ {step.command}", *(step.output if agree else real)]
    return "".join(f"{line}\n" for line in lines), said


def _python(block: Block, names: dict[str, Any]) -> None:
    if ">>> " in block.body:
        failed = doctests(block, names)
        assert not failed, f"{block.where}\n{failed}"
    else:
        exec(compile(block.body, block.where, "exec"), names)
