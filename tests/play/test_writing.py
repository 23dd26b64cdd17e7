"""What the page offers while rules are written, and says of what stands there: as `modengine lsp` does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from modengine.play.app import STATIC
from modengine.play.jobs.editing import complete, hover
from modengine.play.jobs.jobs import Bench
from modengine.policy.nodes.record import Either, Entries, Items, Kind, Record
from modengine.policy.nodes.shape import Shape
from modengine.policy.schema import POLICY, RULESET
from tests.paths import ROOT
from tests.play.pages import FILES, RULES, Api


def at(text: str) -> dict[str, Any]:
    """A file with its place, which `|` marks."""
    head, _, tail = text.partition("|")
    line = head.rpartition("\n")[2]
    place = {"line": head.count("\n"), "character": len(line.encode("utf-16-le")) // 2}
    return {"file": "rules.yaml", "text": head + tail, **place}


@pytest.mark.parametrize(
    ("text", "kind", "offered"),
    [
        (RULES.replace("    when: prize\n", "    un|\n"), "key", {"unless", "status"}),
        (RULES.replace("when: prize", "status: |"), "value", {"draft", "test"}),
        (RULES.replace("when: prize", "when: 中奖 or pri|"), "pattern", {"prize"}),
        (RULES.replace("when: prize", "when: pri|\n    broken: ["), "word", {"near", "not"}),
    ],
)
def test_what_could_stand_there_is_offered(text: str, kind: str, offered: set[str], api: Api) -> None:
    rules = api.rules(FILES)
    found = api("complete", rules=rules, **at(text))["found"]
    assert offered <= {one["label"] for one in found if one["kind"] == kind}
    assert "category" not in {one["label"] for one in found}


def test_what_stands_there_is_said_of_the_text_as_it_is_now(api: Api) -> None:
    rules = api.rules(FILES)
    text = RULES.replace("when: prize", "when: pr|ize")
    [told] = api("hover", rules=rules, **at(text))["told"]
    assert (told["kind"], told["name"], told["form"], told["terms"]) == ("pattern", "prize", "words", ["中奖"])
    assert told["found"] == [1, 2]  # the third fails
    assert (told["matches"], told["passes"]) == (["恭喜您中奖"], ["今天天气很好", "我中奖了"])
    [told] = api("hover", rules=rules, **at(text.replace("我中奖了", "早安").replace("[中奖]", "[中奖, 早]")))["told"]
    assert (told["found"], told["size"]) == ([1, 3], 2)
    [told] = api("hover", rules=rules, **at(text.replace("category: fraud", "category: fraud\nlists: 5")))["told"]
    assert (told["name"], told["found"]) == ("prize", None)
    [told] = api("hover", rules=rules, **at(RULES.replace("score", "sco|re")))["told"]
    assert (told["kind"], told["says"]) == ("key", "the points it gives, once")


@pytest.mark.parametrize("text", ["|", "ruleset: [|", "a|", "\x00|", "- - -|", "rules: [{id: a, when: b|}]"])
def test_of_half_a_file_nothing_is_said(text: str, api: Api) -> None:
    rules = api.rules(FILES)
    assert api("hover", rules=rules, **at(text))["told"] == []
    api("complete", rules=rules, **at(text))


def test_what_makes_no_sense_is_refused(api: Api) -> None:
    rules = api.rules(FILES)
    place = at("a|")
    assert "no file `other.yaml`" in api("hover", 422, rules=rules, **{**place, "file": "other.yaml"})["error"]
    assert api("hover", 410, rules="0" * 32, **place)["code"] == "rules"
    api("complete", 400, rules=rules, **{**place, "line": -1})
    assert api("hover", rules=rules, **{**place, "line": 10**9, "character": 10**9})["told"] == []


def test_no_file_of_the_machine_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one beside it by chance, nor one that is named."""
    (tmp_path / "beside.yaml").write_text(RULES.replace("fraud.prize", "fraud.beside"), "utf-8")
    (tmp_path / "words.txt").write_text("密\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    policy = FILES["policy.yaml"].replace("[rules.yaml]", f"[rules.yaml, {tmp_path}/beside.yaml]")
    text = RULES.replace(
        "rules:\n", f"lists: {{l: {{file: {tmp_path}/words.txt}}, m: {{file: words.txt}}}}\nrules:\n", 1
    )
    sets = {"r": {"files": {"policy.yaml": policy, "rules.yaml": text}, "main": "policy.yaml"}}
    request = {"rules": "r", "sets": sets, **at(text.replace("when: prize", "when: rule(|"))}
    assert [one.label for one in complete(Bench(), request)["found"]] == ["fraud.prize"]
    for name in "lm":
        told = hover(Bench(), {"rules": "r", "sets": sets, **at(text.replace(f"{name}: {{file", f"{name}|: {{file"))})
        assert "密" not in str(told)


def _docs(shape: Shape | None, seen: set[int]) -> set[str]:
    """What is said of the keys of a shape."""
    if shape is None or id(shape) in seen:
        return set()
    seen.add(id(shape))
    inner: list[Shape | None] = []
    found: set[str] = set()
    match shape:
        case Either():
            inner = [shape.mapping, shape.items, shape.scalar]
        case Kind():
            inner = [shape.more, shape.word]
        case Items():
            inner = [shape.item]
        case Entries():
            inner = [shape.value]
        case Record():
            found = {key.doc for key in shape.keys.values()}
            inner = [key.shape for key in shape.keys.values()]
    return found.union(*(_docs(one, seen) for one in inner))


def test_every_key_is_explained_in_chinese_too() -> None:
    text = (STATIC / "key_words.js").read_text("utf-8")
    known = re.findall(r"""^  (?:"(.+)"|'(.+)'|(\w+)): "[^"]*[\u4e00-\u9fff][^"]*",$""", text, re.MULTILINE)
    assert {"".join(one) for one in known} == _docs(POLICY, set()) | _docs(RULESET, set())


def test_no_language_server_is_needed() -> None:
    code = "import sys, modengine.play.jobs.editing; print({'pygls', 'lsprotocol'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
