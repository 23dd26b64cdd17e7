"""What an editor is told while rules are typed: what `modengine check` would say were they saved."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from modengine.checks.run import check_paths
from modengine.policy.files import MAX_BYTES
from tests.commands import Command
from tests.editor.client import EditorClient

RULESET = """\
ruleset: trade
title: Offers of part-time work
category: fraud
lists:
  work: {file: work.txt}
patterns:
  offer: {words: {list: work}}
rules:
  - id: offers
    title: Offers of work
    score: 10
    when: offer
    examples: {match: [我们招兼职]}
"""
POLICY = """\
policy: class
title: A class
rulesets: [trade.yaml]
actions:
  fraud: {review: 10}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "trade.yaml").write_text(RULESET, "utf-8")
    (tmp_path / "class.yaml").write_text(POLICY, "utf-8")
    (tmp_path / "work.txt").write_text("兼职\n", "utf-8")
    return tmp_path


def codes(findings: list[dict[str, object]]) -> list[object]:
    return [finding["code"] for finding in findings]


@pytest.mark.parametrize(
    ("old", "new"), [("when: offer", "when: ofer"), ("score: 10", "scor: 10"), ("兼职]", "兼职"), ("", "")]
)
def test_it_says_of_the_text_what_check_says_of_the_file(
    old: str, new: str, folder: Path, client: EditorClient
) -> None:
    path = folder / "trade.yaml"
    text = RULESET.replace(old, new)
    client.put(path)
    client.type(path, text)
    told = client.findings(path)
    assert path.read_text("utf-8") == RULESET
    path.write_text(text, "utf-8")
    expected = check_paths([path])
    severity = {"error": 1, "warning": 2, "note": 3}
    assert [(found["code"], found["severity"], found["message"]) for found in told] == [
        (finding.code, severity[finding.severity], f"{finding.message}\nhint: {finding.hint}") for finding in expected
    ]
    assert {found["source"] for found in told} <= {"modengine"}


def test_positions_are_those_of_utf_16(folder: Path, client: EditorClient) -> None:
    path = folder / "trade.yaml"
    text = RULESET.replace("{list: work}", "[😀😀, 兼职, {list: wrok}]")
    start = client.at(path, text, "wrok")["position"]
    found = next(found for found in client.open(path, text) if found["code"] == "ME302")
    assert found["range"] == {"start": start, "end": {**start, "character": start["character"] + 4}}
    assert start["character"] == len("  offer: {words: [😀😀, 兼职, {list: ") + 2


def test_a_client_that_counts_characters_is_told_characters(folder: Path) -> None:
    client, path = EditorClient(), folder / "trade.yaml"
    with client.process:
        begun = client.begin(general={"positionEncodings": ["utf-32"]})
        assert begun["capabilities"]["positionEncoding"] == "utf-32"
        found = client.open(path, RULESET.replace("{list: work}", "[😀😀, {list: wrok}]"))
        assert found[0]["range"]["start"]["character"] == len("  offer: {words: [😀😀, {list: ")
        assert client.end() == 0


def test_open_texts_win_over_the_disk_wherever_they_are_named(folder: Path, client: EditorClient) -> None:
    assert "ME303" not in codes(client.open(folder / "class.yaml", POLICY))
    client.put(folder / "trade.yaml", RULESET.replace("when: offer", "when: ofer"))
    assert "ME301" in codes(client.findings(folder / "trade.yaml"))
    client.type(folder / "trade.yaml", RULESET)
    assert "ME301" not in codes(client.findings(folder / "trade.yaml"))


def test_what_is_typed_while_a_policy_is_checked_is_checked_too(folder: Path, client: EditorClient) -> None:
    client.put(folder / "class.yaml")
    client.put(folder / "trade.yaml")
    for number in range(12):
        client.type(folder / "trade.yaml", f"{RULESET}# {number}\n")
        client.findings(folder / "trade.yaml")
    client.type(folder / "trade.yaml", RULESET.replace("when: offer", "when: ofer"))
    assert "ME301" in codes(client.findings(folder / "trade.yaml"))


def test_a_list_that_is_typed_is_checked_with_the_ruleset_that_names_it(folder: Path, client: EditorClient) -> None:
    client.open(folder / "trade.yaml")
    client.put(folder / "work.txt", "兼职\n兼职\n")
    found = client.findings(folder / "work.txt")
    assert codes(found) == ["ME810"]
    assert found[0]["range"]["start"] == {"line": 1, "character": 0}
    client.type(folder / "work.txt", "兼职\n")
    assert client.findings(folder / "work.txt") == []


def test_a_closed_file_is_again_what_the_disk_has(folder: Path, client: EditorClient) -> None:
    path = folder / "trade.yaml"
    assert client.open(path, "ruleset: [") != []
    client.send("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})
    del client.versions[path.as_uri()]
    assert client.findings(path) == []


def test_a_file_that_is_renamed_in_the_middle_of_a_check_is_checked_by_its_new_name(
    folder: Path, client: EditorClient
) -> None:
    old, new = folder / "trade.yaml", folder / "renamed.yaml"
    client.put(old)
    client.type(old, RULESET.replace("when: offer", "when: ofer"))
    old.rename(new)
    client.send("textDocument/didClose", {"textDocument": {"uri": old.as_uri()}})
    assert "ME301" in codes(client.open(new, RULESET.replace("when: offer", "when: ofer")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["ME112"]),
        ("ruleset: trade\nrules:\n  - id: a\n    wh", ["ME"]),
        ("ruleset: \ud800", ["ME"]),
        ("ruleset: [[[[" * 100, ["ME"]),
        ("&a [*a, *a]", ["ME"]),
        ("policy: a\ntitle: b\nrulesets: [gone.yaml]", ["ME101"]),
        ("\x00\x01", ["ME"]),
        ("# " + "字" * (MAX_BYTES // 3 + 1), ["ME103"]),
    ],
)
def test_half_a_file_and_a_hostile_one_are_answered_and_the_next_one_too(
    text: str, expected: list[str], folder: Path, client: EditorClient
) -> None:
    path = folder / "trade.yaml"
    found = client.open(path, text)
    assert found
    assert all(str(code).startswith(tuple(expected)) for code in codes(found))
    client.type(path, RULESET)
    assert "ME301" not in codes(client.findings(path))


def test_what_is_no_message_does_not_end_the_server(folder: Path, client: EditorClient) -> None:
    client.write(b"{half a fra")
    client.send("textDocument/didChange", {"textDocument": {"uri": 3}})
    client.send("textDocument/didClose", {"textDocument": {"uri": "file:///never-opened.yaml"}})
    client.put(folder / "trade.yaml")
    assert "ME301" not in codes(client.findings(folder / "trade.yaml"))


def test_without_the_extra_its_name_is_said(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygls", None)
    monkeypatch.delitem(sys.modules, "modengine.editor.server", raising=False)
    ran = command("lsp")
    assert ran.code == 2
    assert "pip install 'modengine[editor]'" in ran.err
