"""Where lists, patterns, clauses, groups and rules are defined, and where they are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from modengine.editor import names as editor_names
from modengine.editor.names import names_around, names_in, references
from modengine.editor.sources import Sources
from modengine.policy.nodes.yaml import Scalar
from tests.editor.client import EditorClient, Record

RULESET = """\
ruleset: trade
title: Offers
category: fraud
clauses:
  C1: No offers.
groups:
  signs: {cap: 30}
lists:
  work: [兼职]
patterns:
  offer: {words: [😀😀, {list: work}]}
  told: {regex: '招{list:work}'}
rules:
  - id: offers
    title: Offers
    clause: C1
    group: signs
    score: 10
    patterns:
      pay: {tokens: [{in: work}]}
    when: offer and pay
  - id: both
    title: Both
    score: 10
    patterns:
      told: {text: [日结]}
    when: >-
      "兼" == "told" or
      told or rule(offers) or 1 of (off*)
"""
POLICY = """\
policy: class
title: A class
rulesets: [trade.yaml]
overrides:
  - {rules: [offers], score: 20}
"""


@pytest.fixture
def ruleset(tmp_path: Path) -> Path:
    (tmp_path / "class.yaml").write_text(POLICY, "utf-8")
    path = tmp_path / "trade.yaml"
    path.write_text(RULESET, "utf-8")
    return path


def pieces(found: list[Record], texts: dict[str, str]) -> list[tuple[str, int, str]]:
    """The file, the line and the words of each place."""
    told = []
    for place in found:
        name = place["uri"].rpartition("/")[2]
        start, end = place["range"]["start"], place["range"]["end"]
        line = texts[name].split("\n")[start["line"]].encode("utf-16-le")
        told.append((name, start["line"], line[2 * start["character"] : 2 * end["character"]].decode("utf-16-le")))
    return told


TEXTS = {"trade.yaml": RULESET, "class.yaml": POLICY}


@pytest.mark.parametrize(
    ("before", "within", "line", "name"),
    [
        ("{list: work}]}", 8, 8, "work"),
        ("招{list:work}", 9, 8, "work"),
        ("{in: work}", 6, 8, "work"),
        ("clause: C1", 9, 4, "C1"),
        ("group: signs", 9, 6, "signs"),
        ("when: offer and", 7, 10, "offer"),
        ("and pay", 5, 19, "pay"),
        ("told or rule", 1, 25, "told"),
        ("rule(offers)", 6, 13, "offers"),
        ("off*", 2, 10, "offer"),
    ],
)
def test_a_name_leads_to_its_definition(
    before: str, within: int, line: int, name: str, ruleset: Path, client: EditorClient
) -> None:
    client.put(ruleset)
    found = client.ask("textDocument/definition", client.at(ruleset, RULESET, before, within))
    assert pieces(found, TEXTS) == [("trade.yaml", line, name)]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("work: [", {8, 10, 11, 19}),
        ("C1: No", {4, 15}),
        ("offers\n    title", {13, 28}),
        ("offer: {", {10, 20, 28}),
    ],
)
def test_references_are_all_that_name_it(before: str, expected: set[int], ruleset: Path, client: EditorClient) -> None:
    client.put(ruleset)
    asked = client.at(ruleset, RULESET, before, 1) | {"context": {"includeDeclaration": True}}
    found = pieces(client.ask("textDocument/references", asked), TEXTS)
    assert {line for name, line, _ in found if name == "trade.yaml"} == expected
    assert [line for name, line, _ in found if name == "class.yaml"] == ([4] if before.startswith("offers") else [])


def test_a_policy_leads_to_the_rule_as_it_is_open_elsewhere(ruleset: Path, client: EditorClient) -> None:
    client.put(ruleset, "# moved\n" + RULESET)
    client.put(ruleset.with_name("class.yaml"))
    found = client.ask("textDocument/definition", client.at(ruleset.with_name("class.yaml"), POLICY, "offers]", 1))
    assert [place["range"]["start"]["line"] for place in found] == [14]


@pytest.mark.parametrize("text", ["ruleset: [", "", "rules: 3\nlists: [a]", "ruleset: a\nrules: [{when: {a: b}}]"])
def test_nothing_is_named_in_half_a_file(text: str, ruleset: Path, client: EditorClient) -> None:
    client.put(ruleset, text)
    asked = {"textDocument": {"uri": ruleset.as_uri()}, "position": {"line": 900, "character": 3}}
    assert client.ask("textDocument/definition", asked) == []


def test_a_ruleset_that_is_added_to_those_of_the_base_is_read(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "added.yaml").write_text("ruleset: more\nrules:\n  - id: more.added\n", "utf-8")
    policy = tmp_path / "policy.yaml"
    policy.write_text("policy: p\nbase: other.yaml\nrulesets: ['+ more/added.yaml']\n", "utf-8")
    names = names_around(str(policy), Sources({}))
    assert [name.name for name in names if name.defines and name.kind == "rule"] == ["more.added"]


REPEATED = """\
ruleset: many
title: T
category: fraud
lists:
  work: [兼职]
patterns:
  told: {regex: '%s'}
rules:
  - id: a
    title: T
    score: 50
    patterns: {a: {text: [x]}}
    when: "%s"
"""


def test_a_text_of_many_names_is_walked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "many.yaml"
    path.write_text(REPEATED % ("|".join(["{list:work}"] * 30), " and ".join(["a"] * 30)), "utf-8")
    walked: list[str] = []
    walk = Scalar._units

    def counted(scalar: Scalar) -> object:
        walked.append(scalar.value)
        return walk(scalar)

    monkeypatch.setattr(Scalar, "_units", counted)
    names = names_in(str(path), Sources({}))
    used = [name.place for name in names if name.name == "a" and name.kind == "pattern" and not name.defines]
    assert [place.column for place in used] == [12 + 6 * n for n in range(30)]
    lists = [name.place.column for name in names if name.kind == "list" and not name.defines]
    assert lists == [24 + 12 * n for n in range(30)]
    assert len(walked) == 2


def test_what_a_name_means_is_looked_up_once_for_all_its_uses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "many.yaml"
    path.write_text(REPEATED % ("{list:work}", " and ".join(["a"] * 30)), "utf-8")
    names = names_in(str(path), Sources({}))
    at = next(name for name in names if name.kind == "pattern" and name.name == "a" and name.defines)
    asked: list[object] = []
    look = editor_names.definitions

    def counted(of: editor_names.Named, known: tuple[editor_names.Named, ...]) -> tuple[editor_names.Named, ...]:
        asked.append(of)
        return look(of, known)

    monkeypatch.setattr(editor_names, "definitions", counted)
    assert len(references(at, names)) == 31
    assert len(asked) == 4  # what is asked for, and `told`, `a` and the word `and`


def test_what_stands_behind_an_open_quotation_mark_is_no_name(tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    path.write_text(REPEATED % ("{list:work}", "a and 'b or c"), "utf-8")
    used = [name.name for name in names_in(str(path), Sources({})) if name.kind == "pattern" and not name.defines]
    assert used == ["a", "and"]


def test_a_file_of_many_uses_is_split_into_lines_once(tmp_path: Path, client: EditorClient) -> None:
    """Its lines were looked for at each use, and each use counted from the beginning of its line: minutes."""
    path, uses = tmp_path / "trade.yaml", "offer or " * 20_000
    text = RULESET.replace("when: offer and pay", f"when: {uses}pay")
    client.put(path, text)
    asked = client.at(path, text, "offer:", 1) | {"context": {"includeDeclaration": False}}
    assert len(client.ask("textDocument/references", asked)) >= 20_000
