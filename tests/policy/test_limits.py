"""The budget of a policy: what is too much is refused with a place, however little text asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from modengine.checks.compiling import too_large
from modengine.engine.compile.program import Program
from modengine.engine.match.matchers import size_of
from modengine.paths import shipped_policy
from modengine.policy.limits import POLICY_BUDGET, PolicyBudget
from modengine.policy.load import policy_of, read
from tests.policy.loading import HEAD, POLICY, codes

Write = Callable[..., Path]


def rule(name: str, patterns: str, when: str) -> str:
    return f"  - {{id: demo.{name}, title: A, score: 10, patterns: {{{patterns}}}, when: '{when}'}}\n"


PLAIN = "a: {words: [加微信]}"
TEN_RULES = HEAD + "rules:\n" + "".join(rule(f"r{n}", PLAIN, "a") for n in range(10))
SHARED = HEAD + "patterns:\n" + "".join(f"  p{n}: {{text: [词{n}]}}\n" for n in range(10)) + "rules:\n"
LIST = HEAD + "lists: {l: [一二, 三四, 五六, 七八]}\nrules:\n"
HOSTILE: dict[str, tuple[PolicyBudget, str, int]] = {
    "rules": (PolicyBudget(rules=9), TEN_RULES, 1),
    "patterns": (PolicyBudget(patterns=5), TEN_RULES, 10),
    "terms of a list used often": (
        PolicyBudget(terms=13),
        LIST + "".join(rule(f"r{n}", "a: {words: {list: l}}", "a") for n in range(3)),
        8,
    ),
    "terms of a list in regexes": (
        PolicyBudget(terms=13),
        LIST + "".join(rule(f"r{n}", f"a: {{regex: 'x{n}{{list:l}}'}}".replace("'", '"'), "a") for n in range(3)),
        8,
    ),
    "terms of a list among tokens": (
        PolicyBudget(terms=13),
        LIST + "".join(rule(f"r{n}", "a: {tokens: [{in: l}, {in: l}]}", "a") for n in range(3)),
        7,
    ),
    "a rule that asks for all": (
        PolicyBudget(nodes=35),
        TEN_RULES + "".join(f"  - {{id: s.r{n}, title: B, score: 1, when: rule(demo.*)}}\n" for n in range(9)),
        15,
    ),
    "any of all shared patterns": (
        PolicyBudget(nodes=30),
        SHARED + "".join(f"  - {{id: s.r{n}, title: B, score: 1, when: 1 of (p*)}}\n" for n in range(9)),
        18,
    ),
    "any of them": (
        PolicyBudget(nodes=20),
        HEAD + "rules:\n" + rule("a", ", ".join(f"p{n}: {{text: [词{n}]}}" for n in range(30)), "any of them"),
        5,
    ),
    "reliefs from all rules": (
        PolicyBudget(nodes=35),
        TEN_RULES
        + "".join(f"  - {{id: s.r{n}, title: B, relieve: {{rules: ['*'], by: 1}}, when: any}}\n" for n in range(9)),
        15,
    ),
    "globs that take nothing but time": (
        PolicyBudget(compared=25),
        TEN_RULES + "".join(f"  - {{id: s.r{n}, title: B, score: 1, when: rule(demo.r{n}*)}}\n" for n in range(9)),
        16,
    ),
    "a shared pattern in every rule": (
        PolicyBudget(used=50),
        HEAD + f"patterns: {{a: {{text: [{'长' * 20}]}}}}\nrules:\n"
        + "".join(f"  - {{id: s.r{n}, title: B, score: 1, when: a}}\n" for n in range(9)),
        8,
    ),
    "values": (PolicyBudget(values=30), TEN_RULES, 1),
    "characters": (PolicyBudget(characters=100), TEN_RULES, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_ruleset_above_the_budget_is_refused_with_a_place(name: str, write: Any) -> None:
    budget, text, line = HOSTILE[name]
    path = write(r=text)
    loaded = read(path, budget=budget)
    assert codes(loaded) == ["ME606"]
    assert loaded.policy is loaded.ruleset is None
    assert (loaded.diagnostics[0].location.file, loaded.diagnostics[0].location.line) == (str(path), line)
    assert loaded.diagnostics[0].hint
    assert codes(read(path)) == []


def test_files_are_counted(write: Any) -> None:
    texts = {f"r{n}": HEAD.replace("demo", f"demo{n}") + "rules:\n" + rule(f"r{n}", PLAIN, "a") for n in range(5)}
    path = write(p=POLICY + f"actions: {{fraud: {{label: 5}}}}\nrulesets: [{', '.join(f'{n}.yaml' for n in texts)}]\n",
                 **texts)  # fmt: skip
    loaded = read(path, budget=PolicyBudget(files=4))
    assert codes(loaded) == ["ME606"]
    assert loaded.diagnostics[0].location.line == 4
    assert codes(read(path, budget=PolicyBudget(files=6))) == []


def test_a_list_file_is_paid_by_each_list_that_names_it(write: Any) -> None:
    lists = "".join(f"  l{n}: {{file: list.txt}}\n" for n in range(5))
    uses = ", ".join(f"{{list: l{n}}}" for n in range(5))
    path = write(
        r=f"{HEAD}lists:\n{lists}rules:\n{rule('a', f'a: {{words: [{uses}]}}', 'a')}",
        list="# note\n" * 100 + "加微信\n",
    )
    size = len(path.read_text("utf-8"))
    assert codes(read(path, budget=PolicyBudget(characters=size + 5 * 704))) == []
    loaded = read(path, budget=PolicyBudget(characters=size + 5 * 704 - 1))
    assert codes(loaded) == ["ME606"]
    assert loaded.diagnostics[0].location.line == 9


@pytest.mark.parametrize(
    ("pattern", "most", "cost"),
    [
        ("{text: [加微信, 加QQ]}", "literals", 2),
        ("{text: [加微信, 加QQ], sounds_like: true}", "literals", 8),
        ("{regex: 'ab{10}'}", "steps", None),
        ("{regex: 'a|b|c|d|e|f|g'}", "steps", None),
    ],
)
def test_literals_and_steps_of_regexes_are_counted(pattern: str, most: str, cost: int | None, write: Any) -> None:
    text = HEAD + "rules:\n" + rule("a", f"a: {pattern}".replace("'", '"'), "a")
    ruleset = read(write(r=text)).ruleset
    assert ruleset is not None
    policy = policy_of(ruleset)
    enough = next(n for n in range(1000) if not too_large(policy, replace(POLICY_BUDGET, **{most: n})))
    assert cost is None or enough == cost
    assert enough > 1
    problem = too_large(policy, replace(POLICY_BUDGET, **{most: enough - 1}))
    assert problem is not None
    assert (problem.code, problem.location.line) == ("ME606", 5)


def test_a_term_with_many_beginnings_is_counted_and_not_written_out(write: Any) -> None:
    text = HEAD + "rules:\n" + rule("a", f"a: {{text: [{'oil0' * 200}], looks_like: true, repeats: true}}", "a")
    ruleset = read(write(r=text)).ruleset
    assert ruleset is not None
    problem = too_large(policy_of(ruleset), PolicyBudget(literals=5))
    assert problem is not None
    assert problem.code == "ME606"


@pytest.mark.parametrize("pattern", ["{text: [加微信]}", "{regex: 'a|b'}"])
def test_what_is_known_of_a_pattern_is_its_size(pattern: str, write: Any) -> None:
    ruleset = read(write(r=HEAD + "rules:\n" + rule("a", f"a: {pattern}".replace("'", '"'), "a"))).ruleset
    assert ruleset is not None
    policy = policy_of(ruleset)
    program = Program(policy)
    (key, info), *_ = program.known.items()
    assert info.size == size_of(program.patterns[0]) > 0
    assert too_large(policy, known=program.known) is None
    assert too_large(policy, known={key: replace(info, size=10**9)}) is not None


def test_the_shipped_policy_takes_less_than_a_fifth_of_each() -> None:
    fifth = PolicyBudget(**{f.name: getattr(POLICY_BUDGET, f.name) // 5 for f in fields(PolicyBudget)})
    loaded = read(shipped_policy(), budget=fifth)
    assert codes(loaded) == []
    assert loaded.policy is not None
    assert too_large(loaded.policy, fifth) is None
