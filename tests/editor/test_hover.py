"""What an editor shows of the name or the key under the pointer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.editor.client import EditorClient
from tests.editor.rules import POLICY, RULESET


@pytest.mark.parametrize(
    ("before", "within", "expected"),
    [
        ("list: work", 7, ["list `work`, 2 terms: 兼职, 日结"]),
        (
            "when: offer",
            7,
            ["pattern `offer`, words: 3 terms: 😀😀, 兼职, 日结", "used by `offers`", "- 我们招兼职", "- 你好"],
        ),
        ("id: offers", 5, ["rule `offers`: Offers of work", "10 points, stable", "clause `C1`", "- 我们招兼职"]),
        ("clause: C1", 8, ["clause `C1`: No \\*offers\\*."]),
        ("score: 10", 1, ["`score`: the points it gives, once"]),
        ("words: [", 1, ["`words`: any of these terms, as words"]),
        ("category", 1, ["`category`: the category that its rules score in"]),
    ],
)
def test_what_stands_there_is_said(
    before: str, within: int, expected: list[str], tmp_path: Path, client: EditorClient
) -> None:
    path = tmp_path / "trade.yaml"
    client.put(path, RULESET)
    told = client.ask("textDocument/hover", client.at(path, RULESET, before, within))["contents"]["value"]
    assert [piece for piece in expected if piece not in told] == [], told


def test_it_is_counted_in_how_many_examples_a_pattern_is_found(tmp_path: Path, client: EditorClient) -> None:
    """As `modengine test` would count, of the text that is open; nothing while that has errors."""
    path = tmp_path / "trade.yaml"
    more = RULESET.replace("pass: [你好]", "pass: [你好, 早安], known_miss: [招人]")
    needs = RULESET.replace("when: offer", "when: offer and rule(other.one)")
    fails = RULESET.replace("match: [我们招兼职]", "match: [我们招兼职, 找人]")
    wrong = RULESET.replace("score: 10", "score: ten")
    texts = {
        RULESET: ["found in 1 of 2 examples"],
        more: ["found in 1 of 4 examples"],
        fails: ["found in 1 of 2 examples"],
        needs: [],
        wrong: [],
    }
    client.put(path, "")
    for text, expected in texts.items():
        client.type(path, text)
        told = client.ask("textDocument/hover", client.at(path, text, "offer: {", 1))["contents"]["value"]
        assert "pattern `offer`" in told
        assert [line for line in told.split("\n") if line.startswith("found in")] == expected, text


@pytest.mark.parametrize("text", ["", "ruleset: [", "a", "rules: [{id: a, when: b}]", "ruleset: \ud800"])
def test_nothing_is_said_of_half_a_file(text: str, tmp_path: Path, client: EditorClient) -> None:
    client.put(tmp_path / "trade.yaml", text)
    asked = {"textDocument": {"uri": (tmp_path / "trade.yaml").as_uri()}, "position": {"line": 70, "character": 3}}
    assert client.ask("textDocument/hover", asked) is None


@pytest.mark.parametrize(
    ("before", "within", "expected"),
    [
        ("message.title", 9, "message field `title`, string\n\nunknown where a message lacks it"),
        ("message.tags", 9, "message field `tags`, list of strings\n\n`none` where a message lacks it"),
        ("field: title", 8, "message field `title`, string"),
        ("by: {", 1, "looks in `message.title` alone"),
        ("field: title", 1, "`field`: the fields of a message to look in"),
    ],
)
def test_a_field_is_described_as_the_policy_declares_it(
    before: str, within: int, expected: str, tmp_path: Path, client: EditorClient
) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    rules = RULESET.replace("patterns:\n", "patterns:\n  by: {text: [a], field: title}\n")
    rules = rules.replace("when: offer", 'when: by and offer and has(message.title) and message.tags has "a"')
    client.put(tmp_path / "trade.yaml", rules)
    told = client.ask("textDocument/hover", client.at(tmp_path / "trade.yaml", rules, before, within))
    assert expected in told["contents"]["value"]


def test_a_field_leads_to_its_declaration_and_back(tmp_path: Path, client: EditorClient) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY, "utf-8")
    rules = RULESET.replace("when: offer", "when: offer and has(message.title)")
    client.put(tmp_path / "trade.yaml", rules)
    place = client.at(tmp_path / "trade.yaml", rules, "message.title", 9)
    [found] = client.ask("textDocument/definition", place)
    assert (found["uri"], found["range"]["start"]) == (policy.as_uri(), {"line": 3, "character": 2})
    asked = client.ask("textDocument/references", {**place, "context": {"includeDeclaration": True}})
    assert len(asked) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_nothing_waits_for_the_writer_of_a_pipe(tmp_path: Path, client: EditorClient) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    place = {"textDocument": {"uri": pipe.as_uri()}, "position": {"line": 0, "character": 0}}
    assert client.ask("textDocument/hover", place) is None
