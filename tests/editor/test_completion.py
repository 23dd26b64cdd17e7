"""What an editor offers while a word is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.editor.client import EditorClient
from tests.editor.rules import POLICY, RULESET

RULE = RULESET.replace("    examples:", "    |\n    examples:")


@pytest.mark.parametrize(
    ("text", "offered", "not_offered"),
    [
        (RULE.replace("    |\n", "    un|\n"), {"unless", "status", "patterns"}, {"when", "id", "ruleset"}),
        (RULE.replace("    |\n", "    status: |\n"), {"draft", "test", "stable"}, {"when"}),
        (RULE.replace("    |\n", "    unless: of|\n"), {"offer", "rule", "not"}, {"offers", "work"}),
        (RULE.replace("    |\n", "    unless: 1 of (offer) or rule(|\n"), {"offers"}, {"offer"}),
        (RULE.replace("    |\n", "").replace("clause: C1", "clause: |"), {"C1"}, {"work"}),
        (RULE.replace("    |\n", "").replace("{list: work}", "{list: w|"), {"work"}, {"offer"}),
        (
            RULE.replace("    |\n", "").replace("{words: [😀😀, {list: work}]}", "{text: [😀], ne|"),
            {"near_miss", "gaps"},
            {"text"},
        ),
        (RULE.replace("    |\n", "").replace("category: fraud", "|"), {"category", "description"}, {"policy", "title"}),
        ("policy: a\ntitle: b\nstudy: |\n", {"true", "false"}, set()),
        ("policy: a\nsegm|\n", {"segmenter", "rulesets"}, {"policy", "patterns"}),
        ("|", set(), {"when"}),
        ("ruleset: a\ntitle: \ud83d\n|", {"category"}, {"title"}),
        ("ruleset: [|", set(), {"when"}),
    ],
)
def test_what_could_stand_there_is_offered(
    text: str, offered: set[str], not_offered: set[str], tmp_path: Path, client: EditorClient
) -> None:
    path = tmp_path / "trade.yaml"
    client.put(path, text.replace("|", ""))
    found = client.ask("textDocument/completion", client.at(path, text, "|"))
    labels = {item["label"] for item in found}
    assert offered <= labels
    assert not not_offered & labels


@pytest.mark.parametrize(
    ("name", "text", "offered"),
    [
        (
            "trade.yaml",
            RULESET.replace("when: offer", "when: offer and mes|"),
            {"message.title", "message.tags", "has"},
        ),
        ("trade.yaml", RULESET.replace("{words: [😀😀, {list: work}]}", "{text: [a], field: |}"), {"title", "tags"}),
        ("policy.yaml", POLICY + "scope: |", {"message.title"}),
        ("policy.yaml", POLICY + "scope:\n  fraud: |", {"message.title"}),
        ("policy.yaml", POLICY.replace("list: true, default: [none]", "l|"), {"list", "default"}),
        ("policy.yaml", POLICY.replace("type: string", "type: |"), {"integer", "string"}),
    ],
)
def test_the_fields_that_the_policy_declares_are_offered(
    name: str, text: str, offered: set[str], tmp_path: Path, client: EditorClient
) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    (tmp_path / "trade.yaml").write_text(RULESET, "utf-8")
    client.put(tmp_path / name, text.replace("|", ""))
    found = client.ask("textDocument/completion", client.at(tmp_path / name, text, "|"))
    assert offered <= {item["label"] for item in found}


def test_the_word_before_the_place_is_found_in_one_walk(tmp_path: Path, client: EditorClient) -> None:
    """It was sought from each of its characters: 40,000 took 13 s, a file of 5 MB days."""
    path, text = tmp_path / "trade.yaml", RULESET.replace("clause: C1", f"clause: {'k' * 500_000} |")
    client.put(path, text.replace("|", ""))
    assert client.ask("textDocument/completion", client.at(path, text, "|")) == []
