"""What the page writes into rule files: an example, a rule from words, a file more."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest
import yaml

from modengine.play.jobs.workspace import make, names_are_good
from tests.paths import ROOT
from tests.play.pages import RULES


def in_node(module: str, function: str, *given: Any) -> Any:
    """What a function of the page gives, by Node, where there is one."""
    import shutil

    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here")
    path = ROOT / "modengine" / "play" / "static" / module
    code = (
        f"import({json.dumps(path.as_uri())}).then((m) => console.log(JSON.stringify("
        f"m.{function}(...{json.dumps(given)}) ?? null)))"
    )
    done = subprocess.run([node, "--input-type=module", "-e", code], capture_output=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("rules:\n  - id: a.b\n    title: T\n    examples:\n      match: [x]\n      pass:\n        - y\n", "match"),
        ("rules:\n  - id: a.b\n    title: T\n    examples:\n      match: [x]\n      pass:\n        - y\n", "pass"),
        ("rules:\n  - id: a.b\n    title: T\n", "known_miss"),
        ("rules:\n  - id: a.b\n    title: T\n    examples:\n      match: []\n  - id: a.c\n    title: U\n", "match"),
    ],
)
def test_examples_are_put_where_they_belong(text: str, kind: str) -> None:
    """The page adds them to the text of a rule file by lines."""
    said = '他说："不" # no: [x]'
    found = in_node("yaml_examples.js", "withExample", text, "a.b", kind, said)
    before, after = yaml.safe_load(text), yaml.safe_load(found["text"])
    assert said in after["rules"][0]["examples"][kind]
    after["rules"][0]["examples"][kind].remove(said)
    assert after["rules"][1:] == before["rules"][1:]
    assert said.split('"', maxsplit=1)[0] in found["text"].split("\n")[found["line"] - 1]
    kept = before["rules"][0].get("examples", {})
    left = after["rules"][0]["examples"]
    assert {name: texts for name, texts in left.items() if texts} == {
        name: texts for name, texts in kept.items() if texts
    }


NASTY = ["中奖", '他说："不" # no: [x]', "a: b", "- c", "\\d", "'", "110", "no"]


@pytest.mark.parametrize(
    "text",
    [
        RULES,
        RULES.replace("rules:\n  - id", "rules:   # ours\n\n  - id").rstrip("\n"),
        re.sub(r"(?m)^  (?= *[-\w])", "", RULES),
        f"{RULES}description: the last key\n",
        "ruleset: r\ntitle: R\ncategory: fraud\nrules: []\n",
        "ruleset: r\ntitle: R\ncategory: fraud\nrules:\n",
    ],
    ids=["block", "comment", "no-indent", "key-after", "empty", "nothing"],
)
def test_a_rule_from_words_is_put_at_the_end_of_the_rules(text: str) -> None:
    found = in_node("yaml_rules.js", "withRule", text, NASTY, 70, ["fraud.mine-1"], NASTY[0])
    before, after = yaml.safe_load(text), yaml.safe_load(found["text"])
    *others, mine = after["rules"]
    assert others == (before["rules"] or [])
    assert {**after, "rules": 0} == {**before, "rules": 0}
    assert (mine["id"], mine["score"], mine["patterns"]["mine"]["words"]) == ("fraud.mine-2", 70, NASTY)
    assert mine["title"] == NASTY[0]
    assert f"- id: {found['id']}" in found["text"].split("\n")[found["line"] - 1]
    made = make({"rules.yaml": found["text"]}, "rules.yaml")
    assert [diagnostic.message for diagnostic in made.diagnostics if diagnostic.severity == "error"] == []


@pytest.mark.parametrize(
    "text", ["policy: c\n", "ruleset: r\nrules: [{id: a.b}]\ncategory: c\n", "rules:\n  - id: x\n"]
)
def test_what_is_no_list_of_rules_is_left_alone(text: str) -> None:
    assert in_node("yaml_rules.js", "withRule", text, ["x"], 5, [], "X") is None


@pytest.mark.parametrize(
    "rulesets",
    ["[rules.yaml]", "[]", "[rules.yaml, 'other.yaml']  # ours", "\n  - rules.yaml\n  - other.yaml", "\n- rules.yaml"],
)
def test_a_file_is_named_in_the_policy_and_taken_out_again(rulesets: str) -> None:
    text = f"policy: c\ntitle: C\nrulesets: {rulesets}\nactions:\n  fraud: {{label: 30}}\n"
    before = yaml.safe_load(text)
    after = in_node("yaml_rules.js", "withRuleset", text, "我们的.yaml")
    assert yaml.safe_load(after) == {**before, "rulesets": [*before["rulesets"], "我们的.yaml"]}
    again = yaml.safe_load(in_node("yaml_rules.js", "withoutFile", after, "我们的.yaml"))
    assert again == before


@pytest.mark.parametrize("kind", ["rules", "list"])
@pytest.mark.parametrize(
    "given", ["ours", "我们的", "a-b_1", "ours.yaml", "../x", "a/b", "shipped", "con", "", " ", ".x", "a" * 41]
)
def test_a_name_that_the_page_takes_the_server_takes(given: str, kind: str) -> None:
    name = in_node("yaml_rules.js", "nameOf", given, kind)
    good = given in ("ours", "我们的", "a-b_1") or (given == "ours.yaml" and kind == "rules")
    assert bool(name) == good
    if name:
        assert names_are_good({"policy.yaml": "", name: ""}, "policy.yaml") == ""
