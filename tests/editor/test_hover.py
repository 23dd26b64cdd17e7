"""What an editor shows of the name or the key under the pointer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.editor.client import EditorClient
from tests.editor.rules import RULESET


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


@pytest.mark.parametrize("text", ["", "ruleset: [", "a", "rules: [{id: a, when: b}]", "ruleset: \ud800"])
def test_nothing_is_said_of_half_a_file(text: str, tmp_path: Path, client: EditorClient) -> None:
    client.put(tmp_path / "trade.yaml", text)
    asked = {"textDocument": {"uri": (tmp_path / "trade.yaml").as_uri()}, "position": {"line": 70, "character": 3}}
    assert client.ask("textDocument/hover", asked) is None
