"""Every example in the documentation runs, and prints what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.docs.examples import Block, agrees, blocks, comparable, doctests, elided, pages, rewritten, run, steps
from tests.paths import DOCS

PAGES = [page for page in pages() if any(True for _ in blocks(page))]


@pytest.mark.parametrize("page", PAGES)
def test_examples_of_a_page_run_in_their_order(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rewrite: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    bodies: dict[tuple[int, int], str] = {}
    names: dict[str, Any] = {"__name__": "example"}
    printed = ""
    for block in blocks(page):
        if block.file is not None:
            _write(block, tmp_path)
        if block.language == "yaml" and block.file is not None and "wrong" not in block.options:
            _rules_hold(block, tmp_path)
        elif block.language == "console":
            bodies[block.span], printed = _console(block, tmp_path, rewrite)
        elif block.language == "json" and "same" in block.options:
            assert json.loads(elided(block.body)) == json.loads(elided(printed)), block.where
        elif block.language == "python" and "norun" not in block.options:
            _python(block, names)
    if rewrite:
        rewritten(page, bodies)


def _write(block: Block, folder: Path) -> None:
    assert block.file is not None
    path = folder / block.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.body, "utf-8")


def _rules_hold(block: Block, folder: Path) -> None:
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


def _console(block: Block, folder: Path, rewrite: bool) -> tuple[str, str]:
    """Runs the commands; the block as it should be, and what the last command printed."""
    done, lines, printed = steps(block), list[str](), ""
    wanted = next((int(o.removeprefix("exit=")) for o in block.options if o.startswith("exit=")), 0)
    for number, step in enumerate(done, 1):
        code, printed = run(step.command, folder)
        assert code == (wanted if number == len(done) else 0), f"{block.where}: `{step.command}`\n{printed}"
        shown, real = comparable("\n".join(step.output)), comparable(printed)
        agree = not shown or agrees(shown, real)
        assert agree or (rewrite and not step.shortened), f"{block.where}: `{step.command}` prints\n{printed}"
        lines += [f"$ {step.command}", *(step.output if agree else real)]
    return "".join(f"{line}\n" for line in lines), printed


def _python(block: Block, names: dict[str, Any]) -> None:
    if ">>> " in block.body:
        failed = doctests(block, names)
        assert not failed, f"{block.where}\n{failed}"
    else:
        exec(compile(block.body, block.where, "exec"), names)


@pytest.mark.parametrize("page", pages())
def test_links_between_pages_lead_somewhere(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    for target, anchor in re.findall(r"\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)", text):
        path = (DOCS / page).parent / target if target else DOCS / page
        assert path.exists(), f"{page}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
            assert anchor in map(_anchor, headings), f"{page}: {target}#{anchor}"


def _anchor(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", pages())
def test_pages_are_in_the_index(page: str) -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    assert page == "README.md" or f"]({page})" in index
