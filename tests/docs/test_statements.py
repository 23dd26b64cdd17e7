"""What the pages state in tables and numbers, beyond their runnable examples, is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import modengine
from modengine import Engine, Message
from modengine.engine.budget import BUDGET
from modengine.engine.match.expression import MOST_NODES
from modengine.engine.match.regex import TIMEOUT
from modengine.loading import compile_engine
from modengine.policy import files, grammar, patterns, policy
from modengine.policy.load import policy_of, read
from modengine.policy.nodes import diagnostics, yaml
from modengine.text.normalize import MARKS, plain
from modengine.text.sounds import LONGEST_RUN
from tests.docs.examples import blocks
from tests.paths import DOCS

RULES = (DOCS / "rule-language.md").read_text("utf-8")
TEXT = (DOCS / "text.md").read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files of rule-language.md."""
    for block in blocks(DOCS / "rule-language.md"):
        if block.file is not None:
            (tmp_path / block.file).write_text(block.body, "utf-8")
    return tmp_path


def alone(path: Path) -> Engine:
    """The engine of a ruleset without a policy."""
    loaded = read(path)
    assert loaded.ruleset is not None
    return compile_engine(policy_of(loaded.ruleset))


def ruleset(tmp_path: Path, pattern: str) -> Engine:
    path = tmp_path / "one.yaml"
    path.write_text(
        f"ruleset: one\ntitle: One\ncategory: demo\nrules:\n  - {{id: demo.a, title: A, score: 10, when: a,"
        f" patterns: {{a: {pattern}}}}}\n", "utf-8",
    )  # fmt: skip
    return alone(path)


def score(engine: Engine, text: str, **fields: Any) -> int:
    return engine.decide(Message(text, fields=fields), ignore_scope=True).categories["demo"].score


# --------------------------------------------------------------------------- rule-language.md


@pytest.mark.parametrize(("text", "points"), [("加微信", 15), ("加薇信", 7), ("加薇信或微信", 15)])
def test_weights(folder: Path, text: str, points: int) -> None:
    assert score(alone(folder / "weights.yaml"), text) == points


def test_caps(folder: Path) -> None:
    decision = alone(folder / "caps.yaml").decide("加微信 http://example.com")
    assert decision.categories["demo"].score == 60
    assert [(hit.rule, hit.points, hit.counted) for hit in decision.hits] == [
        ("demo.link", 40, 40),
        ("demo.app", 35, 20),
    ]


def test_relief(folder: Path) -> None:
    assert score(alone(folder / "relief.yaml"), "要验证码、要转账的都是骗子") == 10


@pytest.mark.parametrize(("full", "ascii_"), list(zip("，：！？（）", ",:!?()", strict=True)))
def test_full_width_punctuation_is_not_in_the_plain_form(full: str, ascii_: str) -> None:
    assert plain(full) == ascii_


@pytest.mark.parametrize("mark", "。、…“”「」《》")
def test_punctuation_that_stays(mark: str) -> None:
    assert f"`{mark}`" in RULES
    assert plain(mark) == mark


def test_five_digits_are_a_handle_even_before_a_unit(tmp_path: Path) -> None:
    money = ruleset(tmp_path, "{tokens: [{like: money}]}")
    assert score(money, "共1234元") == 10
    assert score(money, "共12345元") == 0


@pytest.mark.parametrize("line", re.findall(r"^\| `(url|handle|money|number|han|latin)` \| (.*) \|$", RULES, re.M))
def test_examples_of_like(line: tuple[str, str], tmp_path: Path) -> None:
    kind, said = line
    for text in re.findall(r"`([^`]+)`", said) if kind in ("money", "number") else ():
        found = ruleset(tmp_path, f"{{tokens: [{{like: {kind}}}]}}").decide(text)
        assert found.hits[0].matches[0].text == text


def decide(engine: Engine, text: str, **fields: Any) -> dict[str, tuple[int, str, tuple[str, ...]]]:
    decision = engine.decide(Message(text, fields=fields))
    return {name: (c.score, c.action, c.shadow) for name, c in decision.categories.items()}


def test_the_policy_of_the_page(folder: Path) -> None:
    school = modengine.load(folder / "school.yaml")
    during = {"channel": "group", "time": "2014-06-28T23:59:59+08:00"}
    assert decide(school, "速转", reposts=500, **during)["rumour"] == (30, "allow", ())
    assert decide(school, "速转", reposts=501, **during)["rumour"] == (30, "label", ())
    assert decide(school, "速转", **during)["rumour"] == (30, "allow", ())
    prize = "中奖，点链接"
    assert decide(school, prize, **during)["fraud"] == (60, "review", ())
    assert decide(school, prize, channel="group", time="2014-06-29")["fraud"][2] == ("period",)
    assert decide(school, prize, channel="group", time="2014-05-27T15:59:59Z")["fraud"][2] == ("period",)
    assert decide(school, prize, channel="group", time="2014-05-27T16:00:00Z")["fraud"][2] == ()
    assert decide(school, prize, channel="group")["fraud"][2] == ("period: unknown",)
    private = decide(school, prize, channel="private", time="2014-06-01")
    assert (private["fraud"][2], private["rumour"][2]) == ((), ("scope",))
    assert decide(school, prize, time="2014-06-01")["rumour"][2] == ("scope: unknown",)
    ours = decide(school, prize, channel="public_account", time="2014-06-01", reposts=3)
    assert ours["fraud"][2] == ("exception: class account",)


def test_the_study_of_the_page(folder: Path) -> None:
    study = modengine.load(folder / "school-study.yaml")
    decision = study.decide("中奖，点链接", ignore_scope=True)
    assert (decision.categories["fraud"].score, decision.action, decision.taken) == (40, "label", "allow")
    assert decision.categories["fraud"].shadow == ("study",)


def test_later_overrides_win(folder: Path) -> None:
    path = folder / "twice.yaml"
    path.write_text(
        "policy: twice\ntitle: Twice\nbase: school-study.yaml\noverrides: [{rules: ['fraud.*'], score: 35}]\n", "utf-8"
    )
    assert modengine.load(path).decide("中奖，点链接", ignore_scope=True).categories["fraud"].score == 35


@pytest.mark.parametrize(
    ("limit", "number"),
    [
        ("a rule file", yaml.MAX_VALUES),
        ("a rule file", yaml.MAX_DEPTH),
        ("a rule file", files.MAX_BYTES // 1_000_000),
        ("a condition", grammar.MAX_LENGTH),
        ("a condition", grammar.MAX_DEPTH),
        ("terms in a list file", patterns.MAX_TERMS),
        ("a regex, with its lists put in", patterns.MAX_REGEX),
        ("a regex, with its lists put in", MOST_NODES),
        ("a token's `op`", patterns.MAX_REPEAT),
        ("problems shown of one file", diagnostics.MOST),
    ],
)
def test_limits_of_rule_files(limit: str, number: int) -> None:
    row = re.search(rf"^\| {re.escape(limit)} \| (.*) \|$", RULES, re.M)
    assert row is not None
    assert f"{number:,}" in row[1].split() or f"{number:,}" in row[1]


def test_limit_of_bases() -> None:
    assert policy.MAX_BASES == 10
    assert "up to ten deep" in RULES


# --------------------------------------------------------------------------- text.md


@pytest.mark.parametrize(("original", "view"), re.findall(r"^\| `([^`|]+)` \| `([^`|]+)` \|$", TEXT, re.M))
def test_table_of_plain_forms(original: str, view: str) -> None:
    assert plain(original) == view


OPTIONS = {
    "gaps": ", gaps: 1",
    "repeats": ", repeats: true",
    "sounds_like": ", sounds_like: true",
    "looks_like": ", looks_like: true",
    "initials": ", initials: true",
    "spelled": ", spelled: true",
}


@pytest.mark.parametrize(("step", "term", "text"), re.findall(r"^\| `(\w+)` \|[^|]*\| (\S+) → (\S+) \|$", TEXT, re.M))
def test_table_of_steps(step: str, term: str, text: str, tmp_path: Path) -> None:
    engine = ruleset(tmp_path, f"{{words: [{term}]{OPTIONS.get(step, '')}}}")
    (match,) = engine.decide(text).hits[0].matches
    assert (match.text, match.found_as) == (text, term)
    assert match.how[-1] == step


@pytest.mark.parametrize(
    ("term", "text", "reason"),
    [
        ("和服", "产品和服务", "word boundary"),
        ("杀", "秒杀", "word boundary"),
        ("vx", "devxyz", "word boundary"),
        ("大麻", "大麻烦", "word boundary"),
        ("拍卖", "拍卖会", None),
        ("微信", "加微信号", None),
    ],
)
def test_word_boundaries(term: str, text: str, reason: str | None, tmp_path: Path) -> None:
    trace = ruleset(tmp_path, f"{{words: [{term}]}}").trace(text)
    (rule,) = trace.rules
    assert (rule.outcome, [s.reason for s in rule.suppressed]) == (("no", [reason]) if reason else ("hit", []))


def test_a_hit_in_a_cluster_grows(tmp_path: Path) -> None:
    assert ruleset(tmp_path, "{text: [k]}").decide("5㎏").hits[0].matches[0].text == "㎏"


@pytest.mark.parametrize(
    ("limit", "number"),
    [
        ("characters of a message", BUDGET.characters),
        ("combining marks", MARKS),
        ("one regex", TIMEOUT),
        ("parts of a message", BUDGET.parts),
        ("one regex that no automaton can express", BUDGET.opaque_length),
        ("one `tokens` pattern", BUDGET.token_steps),
        ("candidates of one `words` or `text` pattern", BUDGET.candidates),
        ("a run of Latin letters", LONGEST_RUN),
    ],
)
def test_limits_of_messages(limit: str, number: float) -> None:
    row = re.search(rf"^\| {re.escape(limit)}[^|]*\|([^|]*)\|", TEXT, re.M)
    assert row is not None
    assert f"{number:,}" in row[1].split()
