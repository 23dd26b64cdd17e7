"""What `modengine format` does to a text: keys, comments, long conditions; and that it says the same."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import Phase, given, settings, strategies as st

import modengine
from modengine.policy.grammar import MAX_LENGTH
from modengine.policy.layout import format as layout
from modengine.policy.layout.format import format_file, formatted, says_the_same
from modengine.policy.layout.wrap import WIDTH, broken
from modengine.policy.model import Examples
from modengine.policy.nodes.record import Record
from modengine.policy.schema import OVERRIDE, PATTERN, POLICY, RULE, RULESET
from tests.paths import ROOT

HEAD = "ruleset: r\ntitle: T\ncategory: c\nrules:\n"
LONG = " or ".join(f"near(pattern_{n}, other_{n}, 12)" for n in range(6))


def ruleset(text: str) -> str:
    """A ruleset formatted; the same when it is formatted again."""
    once = formatted(text, RULESET)
    assert formatted(once, RULESET) == once
    assert says_the_same(text, once)
    return once


# ----------------------------------------------------------------------- keys


def test_keys_come_into_order_with_the_comments_above_behind_and_below_them() -> None:
    text = (
        "# about the file\n# of two lines\n\nrules:\n"
        "  # about the rule\n"
        "  - title: A rule # shown\n"
        "    when: a\n"
        "\n"
        "    # why ten\n"
        "    score: 10\n"
        "    # the id\n"
        "    id: c.a\n"
        "    patterns:\n"
        "      a: {gaps: 2, words: [x, y]}\n"
        "      # of the patterns\n"
        "    # the end of the rule\n"
        "  # the next one\n"
        "  - {id: c.b, when: b, title: B, score: 1, patterns: {b: {words: [z]}}}\n"
        "category: c\ntitle: T\nruleset: r"
    )
    assert ruleset(text) == (
        "# about the file\n# of two lines\n\nruleset: r\ntitle: T\ncategory: c\nrules:\n"
        "  # about the rule\n"
        "  # the id\n"
        "  - id: c.a\n"
        "    title: A rule # shown\n"
        "\n"
        "    # why ten\n"
        "    score: 10\n"
        "    patterns:\n"
        "      a: {words: [x, y], gaps: 2}\n"
        "      # of the patterns\n"
        "    when: a\n"
        "    # the end of the rule\n"
        "  # the next one\n"
        "  - {id: c.b, title: B, score: 1, patterns: {b: {words: [z]}}, when: b}\n"
    )


def test_names_that_authors_choose_and_messages_keep_their_order() -> None:
    text = (
        HEAD + "  - id: c.a\n    title: A\n    score: 1\n    patterns:\n      b: {words: [x]}\n      a: {words: [y]}\n"
        "    when: a or b\n    examples:\n      match:\n        - {reposts: 3, text: x}\n"
    )
    assert ruleset(text) == text


@pytest.mark.parametrize(
    "rule",
    [
        "  - {title: A, # c\n    id: c.a}\n",
        "  - ? title\n    : A\n    ? id\n    : c.a\n",
        "  - unknown: 1\n    other: 2\n",
        "  - {}\n",
        "  []\n",
    ],
)
def test_what_it_cannot_move_stays(rule: str) -> None:
    assert ruleset(HEAD + rule) == HEAD + rule


def test_keys_that_nobody_knows_stand_last() -> None:
    assert ruleset(HEAD + "  - scores: 1\n    id: c.a\n") == HEAD + "  - id: c.a\n    scores: 1\n"


def test_a_waiver_goes_with_the_line_that_it_covers() -> None:
    waiver = "    # modengine: allow ME807 because nobody sent one\n"
    text = HEAD + "  - title: A\n    when: a\n" + waiver + "    score: 1\n    id: c.a\n"
    assert waiver + "    score: 1\n    when: a\n" in ruleset(text)


@pytest.mark.parametrize(
    ("first", "record"),
    [
        ("| `ruleset` | required", RULESET), ("| `id` | required", RULE), ("| `policy` | required", POLICY),
        ("| `gaps: N` | up", PATTERN), ("| `score: N` | gives", OVERRIDE),
    ],
)  # fmt: skip
def test_the_tables_of_the_reference_have_the_order_of_the_schema(first: str, record: Record) -> None:
    lines = (ROOT / "docs" / "rule-language.md").read_text("utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(first))
    while lines[at - 1].startswith("| `"):
        at -= 1
    keys = list(record.keys)
    told = []
    while lines[at].startswith("|"):
        told.append(re.match(r"\| `(\w+)", lines[at])[1])  # type: ignore[index]
        at += 1
    assert told == sorted(told, key=keys.index)


# ------------------------------------------------------------------ conditions


@pytest.mark.parametrize("quoted", [LONG, f'"{LONG}"', f"'{LONG}'", f">-\n      {LONG}", f">\n      {LONG}"])
def test_a_long_condition_is_broken_before_or(quoted: str) -> None:
    made = ruleset(HEAD + f"  - id: c.a\n    when: {quoted}\n")
    wanted = "".join(f"      {line}\n" for line in broken(LONG, WIDTH - 6))
    assert made == HEAD + f"  - id: c.a\n    when: >-\n{wanted}"
    assert all(len(line) <= WIDTH for line in made.splitlines())


def test_the_comment_behind_a_condition_stays_behind_its_key() -> None:
    assert f"    when: >- # why\n      {LONG[:20]}" in ruleset(HEAD + f"  - id: c.a\n    when: {LONG} # why\n")


@pytest.mark.parametrize(
    "rule",
    [
        f"  - id: c.a\n    when: {LONG} # modengine: allow ME807 because nobody sent one\n",
        f"  - id: c.a\n    # modengine: allow ME807 because nobody sent one\n    when: {LONG}\n",
        f"  - {{id: c.a, when: '{LONG}'}}\n",
        f"  - id: c.a\n    when: {'a' * 200}\n",
        f"  - id: c.a\n    when: |\n      a\n      or {LONG}\n",
        "  - id: c.a\n    when: >-\n      a\n      or b\n",
    ],
)
def test_a_condition_that_is_waived_in_braces_unbreakable_or_short_stays(rule: str) -> None:
    assert ruleset(HEAD + rule) == HEAD + rule


def test_no_line_of_a_condition_breaks_in_a_text() -> None:
    text = '"' + "x and y or z " * 12 + '"'
    assert broken(f"message.a == {text} or b", 60) == [f"message.a == {text}", "or b"]
    assert " ".join(broken(LONG, 60)) == LONG


@pytest.mark.parametrize(("over", "breaks"), [(0, True), (1, False)])
def test_a_condition_that_is_too_long_to_be_read_is_left_as_it_stands(over: int, breaks: bool) -> None:
    condition = "a and " * 500
    condition += "a" * (MAX_LENGTH + over - len(condition))
    text = f"{HEAD}  - id: x\n    when: {condition}\n"
    assert ("when: >-" in ruleset(text)) == breaks
    assert breaks or ruleset(text) == text


# ------------------------------------------------------------------- the rest


def test_blanks_at_ends_of_lines_go_and_those_of_texts_stay() -> None:
    text = "ruleset: r  \ntitle: T\t\ncategory: c   # why  \n\n\n\ndescription: |\n  a  \n\n\n  b\nrules: [] \n\n\n"
    assert ruleset(text) == (
        "ruleset: r\ntitle: T\ncategory: c   # why\n\ndescription: |\n  a  \n\n\n  b\nrules: []\n"
    )  # fmt: skip


def test_a_text_whose_last_line_end_counts_is_left_alone() -> None:
    text = "title: T\nruleset: r\nrules: []\ndescription: |\n  a"
    assert formatted(text, RULESET) == text


def test_windows_line_ends_stay() -> None:
    text = (HEAD + f"  - title: A\n    id: c.a\n    when: {LONG}\n").replace("\n", "\r\n")
    made = ruleset(text)
    assert made.count("\n") == made.count("\r\n") > text.count("\n")


# ---------------------------------------------------------- what must not change


def test_the_shipped_policies_decide_the_same(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    for file in sorted(rules.glob("*.yaml")):
        done = format_file(file)
        assert not done.problems
        assert comments(done.before) == comments(done.after)
        assert formatted(done.after, POLICY if "policy:" in done.after[:200] else RULESET) == done.after
        file.write_bytes(done.data)
    for name in ("campaign-2014.yaml", "campaign-2014-reposts.yaml"):
        before, after = modengine.load(ROOT / "rules" / name), modengine.load(rules / name)
        assert after.revision == before.revision
        assert contents(after) == contents(before)


def contents(engine: modengine.Engine) -> list[object]:
    """Terms and examples."""
    return [
        [(rule.id, messages(rule.examples), [(pattern.name, pattern.terms) for pattern in rule.patterns])
         for rule in ruleset.rules] + [(terms.name, terms.terms) for terms in ruleset.lists]
        for ruleset in engine.policy.rulesets
    ]  # fmt: skip


def messages(examples: Examples) -> list[object]:
    kinds = (examples.match, examples.passes, examples.known_miss, examples.known_false_alarm)
    return [[example.message for example in kind] for kind in kinds]


def comments(text: str) -> list[str]:
    """Comments that begin a line or stand behind a blank."""
    return sorted(re.findall(r"(?:^|(?<=\s))#[^\n]*", text, re.MULTILINE))


names = st.sampled_from(["a", "b", "c"])
condition_texts = st.lists(names, min_size=1, max_size=60).map(lambda used: " or ".join([*used, "a", "b", "c"]))
patterns = st.fixed_dictionaries(
    {"words": st.lists(st.sampled_from(["微信", "兼职", "a b"]), min_size=1, max_size=3, unique=True)},
    optional={"gaps": st.integers(0, 3), "near_miss": st.just(False), "repeats": st.booleans()},
)
rules = st.fixed_dictionaries(
    {
        "id": names.map("d.{}".format), "title": st.sampled_from(["T", "t: #"]), "score": st.integers(1, 9),
        "patterns": st.fixed_dictionaries({"a": patterns, "b": patterns, "c": patterns}), "when": condition_texts,
    },
    optional={
        "description": st.sampled_from(["x", "two\nlines\n", "x " * 90]), "status": st.sampled_from(["stable", "test"]),
        "examples": st.fixed_dictionaries({}, optional={"pass": st.just(["今天"]), "match": st.just(["微信 # 兼职"])}),
    },
)  # fmt: skip
rulesets = st.fixed_dictionaries(
    {
        "ruleset": st.just("r"), "title": st.just("T"), "category": st.just("d"),
        "rules": st.lists(rules, min_size=1, max_size=3, unique_by=lambda rule: rule["id"]),
    },
    optional={"description": st.just("about"), "clauses": st.just({"F": "x"})},
)  # fmt: skip


class Hand:
    """An author who writes a value as YAML: keys in any order, in braces or not, comments anywhere."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.number = 0

    def comment(self) -> str:
        self.number += 1
        return f"# c{self.number}"

    def lines(self, value: object, depth: int) -> list[str]:
        draw, pad = self.draw, " " * depth
        made: list[str] = []
        keyed = draw(st.permutations(list(value.items()))) if isinstance(value, dict) else []  # type: ignore[arg-type]
        assert isinstance(value, dict | list)
        for key, inner in keyed or [(None, item) for item in value]:
            if draw(st.booleans()):
                made += [*draw(st.sampled_from([[], [""]])), pad + self.comment()]
            lead = f"{pad}- " if key is None else f"{pad}{key}: "
            behind = draw(st.sampled_from(["", "", "", "  "])) or (" " + self.comment() if draw(st.booleans()) else "")
            if isinstance(inner, dict | list) and inner and draw(st.booleans()):
                below = self.lines(inner, depth + 2)
                if key is None and below[0].lstrip()[:1] not in ("#", ""):
                    made += [lead + below[0].lstrip(), *below[1:]]
                else:
                    made += [lead.rstrip() + behind, *below]
            elif isinstance(inner, dict):
                pairs = [f"{name}: {self.flow(part)}" for name, part in draw(st.permutations(list(inner.items())))]
                made.append(f"{lead}{{{', '.join(pairs)}}}{behind}")
            else:
                made.append(lead + self.flow(inner) + behind)
            if draw(st.integers(0, 5)) == 0:
                made.append(f"{pad}    {self.comment()}")
        return made

    def flow(self, value: object) -> str:
        if isinstance(value, str) and re.fullmatch(r"[a-c](?: or [a-c])*", value) and self.draw(st.booleans()):
            return value
        return json.dumps(value, ensure_ascii=False)


@settings(max_examples=40, phases=[Phase.explicit, Phase.generate])  # shrinking such texts takes minutes
@given(st.data())
def test_a_generated_ruleset_decides_the_same_and_keeps_its_comments(data: st.DataObject) -> None:
    value = data.draw(rulesets)
    lines = Hand(data.draw).lines(value, 0)
    text = "\n".join(lines) + data.draw(st.sampled_from(["", "\n"]))
    assert yaml.safe_load(text) == value
    before = modengine.load(text=text)
    made = ruleset(text)
    assert yaml.safe_load(made) == value
    assert sorted(re.findall(r"# c\d+", made)) == sorted(re.findall(r"# c\d+", text))
    assert list(yaml.safe_load(made)) == [key for key in RULESET.keys if key in value]
    for rule in yaml.safe_load(made)["rules"]:
        assert list(rule) == [key for key in RULE.keys if key in rule]
    after = modengine.load(text=made)
    assert (after.revision, contents(after)) == (before.revision, contents(before))


def test_what_would_say_something_else_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "edited", lambda text, _edits: text.replace("T", "U"))
    assert formatted(HEAD + "  []\n", RULESET) == HEAD + "  []\n"
