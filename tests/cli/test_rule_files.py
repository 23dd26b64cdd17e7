"""`modengine check`, `test`, `rules` and `schema`."""

from __future__ import annotations

import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from modengine.checks.corpus import unsupported
from modengine.cli.rules.forms.findings import as_github
from modengine.errors import Diagnostic, Location
from modengine.loading import load
from modengine.run.read.files import MessageFiles
from modengine.run.schemas import SCHEMAS
from tests.commands import POLICY, Command
from tests.paths import DATA

HERE = Path(__file__).parent
RULESET = """\
ruleset: lost
title: Lost
category: lost
clauses: {L1: Things that are lost.}
rules:
  - id: lost.key
    title: A lost key
    clause: L1
    score: 50
    patterns:
      key: {words: [钥匙]}
      lost: {words: [丢, 丢了]}
    when: near(key, lost, 3)
    examples:
      match:
        - MATCH
      pass: [钥匙在桌上]
      known_miss: MISS
      known_false_alarm: ALARM
"""


@pytest.fixture
def ruleset(tmp_path: Path) -> Callable[..., Path]:
    def write(match: str = "钥匙丢了", miss: str = "[]", alarm: str = "[]") -> Path:
        path = tmp_path / "lost.yaml"
        path.write_text(RULESET.replace("MATCH", match).replace("MISS", miss).replace("ALARM", alarm), encoding="utf-8")
        return path

    return write


# ------------------------------------------------------------------------ check


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
@pytest.mark.parametrize("asked", ["check {}", "test {}", "explain -p {} x", "rules -p {}", "play --no-browser {}"])
@pytest.mark.parametrize("kind", ["a pipe", "/dev/zero"])
def test_what_is_no_regular_file_is_refused_without_reading_it(
    command: Command, tmp_path: Path, asked: str, kind: str
) -> None:
    pipe = tmp_path / "rules.yaml"
    os.mkfifo(pipe)
    ran = command(*asked.format(pipe if kind == "a pipe" else kind).split())
    assert ran.code == (1 if asked.startswith("check") else 2)
    assert "is not a regular file" in ran.out + ran.err


@pytest.mark.parametrize(("asked", "said"), [("check", "1 warning"), ("test", "1 fail")])
def test_without_a_path_a_folder_of_rules_is_meant_before_what_is_shipped(
    command: Command, ruleset: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, asked: str, said: str
) -> None:
    path = ruleset("钱包丢了")
    path.write_text(path.read_text("utf-8").replace("    clause: L1\n", "").replace("clauses: {L1", "#"), "utf-8")
    monkeypatch.chdir(path.parent)
    assert "lost" not in command(asked).out
    Path("modengine.toml").touch()
    ran = command(asked)
    assert "lost.yaml" in ran.out
    assert said in ran.out


def test_a_part_of_no_kind_in_an_example_has_its_place(command: Command, ruleset: Callable[..., Path]) -> None:
    ran = command("check", ruleset("{text: 钥匙丢了, parts: [{text: 丢, kind: title}]}"))
    assert ran.code == 1
    assert "lost.yaml:16:48: error[ME205" in ran.out


def test_a_clean_file(command: Command, ruleset: Callable[..., Path]) -> None:
    ran = command("check", ruleset())
    assert (ran.code, ran.out) == (0, "0 errors, 0 warnings\n")


def test_what_straddles_words_in_a_corpus_is_listed_once(command: Command, tmp_path: Path) -> None:
    rules, corpus = tmp_path / "lost.yaml", tmp_path / "corpus.jsonl"
    patterns = "{key: {regex: '个残|包赢'}, lost: {text: [和服]}, found: {text: [和服], boundary: words}}"
    text = (
        RULESET.replace("MATCH", "和服")
        .replace("MISS", "[]")
        .replace("ALARM", "[]")
        .replace("near(key, lost, 3)", "any of them")
    )
    begin, end = text.index("    patterns:"), text.index("    when:")
    rules.write_text(f"{text[:begin]}    patterns: {patterns}\n{text[end:]}", encoding="utf-8")
    texts = ("上一个残疾人", "残疾", "她穿和服，产品和服务")
    corpus.write_text("".join(f'{{"id": "m-{n}", "text": "{t}"}}\n' for n, t in enumerate(texts)), encoding="utf-8")
    ran = command("check", rules, rules, "--corpus", corpus, "--format", "json")
    assert ran.code == 0
    first, second = (problem["message"] for problem in json.loads(ran.out) if problem["code"] == "ME829")
    assert first.startswith("1 of 1 matches of the regex pattern `key` ")
    assert first.endswith("message m-0, part 0, character 2: 上一[个残]疾人")
    assert second.startswith("1 of 2 matches of the text pattern `lost` ")


@pytest.fixture
def doubtful(tmp_path: Path, ruleset: Callable[..., Path]) -> Path:
    path = ruleset()
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("clauses:", "lists: {left: [x]}\nclauses:").replace("score: 50", "score: many"), encoding="utf-8"
    )
    return path


def test_findings_are_exit_code_1(command: Command, doubtful: Path) -> None:
    ran = command("check", doubtful)
    assert ran.code == 1
    assert f"{doubtful}:" in ran.out
    assert "hint:" in ran.out
    assert ran.out.rstrip().splitlines()[-1].startswith("1 error, ")


def test_warnings_fail_where_they_are_asked_to(command: Command, tmp_path: Path, ruleset: Callable[..., Path]) -> None:
    path = ruleset()
    path.write_text(path.read_text("utf-8").replace("clauses:", "lists: {left: [x]}\nclauses:"), "utf-8")
    assert command("check", path).out.endswith("0 errors, 1 warning\n")
    assert [command("check", path).code, command("check", path, "--strict").code] == [0, 1]


def test_folders_are_walked_and_what_is_hidden_is_not(command: Command, tmp_path: Path) -> None:
    for name in ("b/c/two.yml", "a.yaml", ".git/no.yaml", "b/.no.yaml", "b/readme.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("ruleset: [", "utf-8")
    found = json.loads(command("check", tmp_path, "--format", "json").out)
    assert {Path(problem["file"]).name for problem in found} == {"a.yaml", "two.yml"}


def test_notes_are_exit_code_0(command: Command, ruleset: Callable[..., Path]) -> None:
    path = ruleset()
    path.write_text(path.read_text("utf-8").replace("near(key, lost, 3)", "lost and key"), "utf-8")
    ran = command("check", path)
    assert ran.code == 0
    assert ": note[ME820 one-character-word]: " in ran.out
    assert ran.out.endswith("0 errors, 0 warnings, 1 note\n")


def test_terms_are_held_against_a_corpus(command: Command, ruleset: Callable[..., Path], tmp_path: Path) -> None:
    path = ruleset()
    path.write_text(path.read_text("utf-8").replace("[钥匙]", "[钥匙, 门卡, 锁 匙]"), "utf-8")
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text('{"text": "没有"}\n{"parts": [{"kind": "ocr", "text": "鎖匙"}]}\nno message\n', "utf-8")
    assert command("check", path).out == "0 errors, 0 warnings\n"
    ran = command("check", path, "--corpus", corpus)
    assert ran.code == 0
    assert [line for line in ran.out.splitlines() if "ME826" in line] == [
        f"{path}:11:25: note[ME826 unsupported-term]: `门卡` of `key` stands in no example and in no text of the corpus"
    ]
    ran = command("check", path, "--corpus", tmp_path / "nowhere.jsonl")
    assert (ran.code, ran.out) == (2, "")
    assert "ME905" in ran.err


def test_findings_as_json(command: Command, doubtful: Path) -> None:
    ran = command("check", doubtful, "--format", "json")
    found = json.loads(ran.out)
    assert {"code", "name", "severity", "message", "hint", "file", "line", "column"} == set(found[0])
    assert found[0]["file"] == str(doubtful)


def test_findings_for_github() -> None:
    problem = Diagnostic("ME801", "50% of `a`\nnobody\x1b[2J uses", Location("a,b:c.yaml", 3, 4), "drop it")
    assert as_github([problem]) == (
        "::warning file=a%2Cb%3Ac.yaml,line=3,col=4,title=ME801 unused-list"
        "::50%25 of `a`%0Anobody\ufffd[2J uses. hint: drop it\n"
    )


def test_notes_are_notices_for_github() -> None:
    note = Diagnostic("ME820", "short", Location("a.yaml", 3, 4), "mend it")
    assert as_github([note]).startswith("::notice file=a.yaml")


def test_paths_that_are_not_there(command: Command) -> None:
    for name in ("check", "test"):
        ran = command(name, "nowhere.yaml")
        assert (ran.code, ran.out) == (2, "")
        assert "nowhere.yaml" in ran.err


# ------------------------------------------------------------------------ test


def test_examples_that_hold(command: Command, ruleset: Callable[..., Path]) -> None:
    path = ruleset(miss="[锁匙唔见咗]")
    ran = command("test", path)
    assert (ran.code, ran.out) == (0, f"{path}: 3 of 3 examples hold, known misses: 1\n")


def test_an_example_that_fails_is_explained(
    command: Command, ruleset: Callable[..., Path], golden: Callable[[Path, str], None]
) -> None:
    path = ruleset("钥匙昨天上午在公园里不知道怎么就丢了")
    ran = command("test", path)
    assert ran.code == 1
    golden(HERE / "goldens" / "test-fails.txt", ran.out.replace(str(path), "lost.yaml"))


def test_an_example_of_which_nothing_is_found(command: Command, ruleset: Callable[..., Path]) -> None:
    ran = command("test", ruleset("雨伞不见了"))
    assert ran.code == 1
    assert "nothing that the rule asks for was found\n    when    " in ran.out


def test_good_news_is_no_failure(command: Command, ruleset: Callable[..., Path]) -> None:
    path = ruleset(miss="[钥匙丢了]", alarm="[钥匙在桌上]")
    ran = command("test", path)
    assert ran.code == 0
    assert "is a known miss, and matches now: move it to `match`" in ran.out
    assert "is a known false alarm, and passes now: move it to `pass`" in ran.out
    assert ran.out.splitlines()[-1] == f"{path}: 2 of 4 examples hold, 2 good news"


def test_examples_of_drafts_are_told_of(command: Command, ruleset: Callable[..., Path]) -> None:
    path = ruleset()
    path.write_text(path.read_text("utf-8").replace("    when:", "    status: draft\n    when:"), "utf-8")
    ran = command("test", path)
    assert (ran.code, ran.out) == (0, f"{path}: 0 of 0 examples hold, not tried, of drafts: 2\n")


def test_the_rules_of_a_policy_are_tried_together(command: Command) -> None:
    ran = command("test", POLICY)
    assert ran.code == 0, ran.out
    alone = command("test", POLICY.with_name("fraud.yaml"))
    assert alone.code == 0, alone.out


def test_rules_that_name_rules_of_other_files_are_left_to_a_policy(command: Command) -> None:
    path = POLICY.with_name("relief.yaml")
    ran = command("test", path)
    assert (ran.code, ran.out) == (0, f"{path}: 2 of 2 examples hold, left to a whole policy: 2\n")
    assert command("test", POLICY.parent).code == 0


def test_outcomes_as_json(command: Command, ruleset: Callable[..., Path]) -> None:
    path = ruleset("雨伞不见了")
    ran = command("test", path, "--format", "json")
    assert ran.code == 1
    assert json.loads(ran.out)[0] == {
        "tested": str(path),
        "rule": "lost.key",
        "kind": "match",
        "hit": False,
        "verdict": "fails",
        "undetermined": "",
        "text": "雨伞不见了",
        "file": str(path),
        "line": 16,
    }


def test_a_file_with_errors_is_exit_code_2(command: Command, doubtful: Path) -> None:
    ran = command("test", doubtful)
    assert (ran.code, ran.out) == (2, "")
    assert "score" in ran.err


def test_a_folder_without_rule_files(command: Command, tmp_path: Path) -> None:
    ran = command("test", tmp_path)
    assert ran.code == 2
    assert "holds no rule file" in ran.err


# ------------------------------------------------------------------------ rules


def test_all_rules_are_listed(command: Command, golden: Callable[[Path, str], None]) -> None:
    golden(HERE / "goldens" / "rules.txt", command("rules", "-p", POLICY).out)


@pytest.mark.parametrize(
    ("query", "rules"),
    [
        ("fraud.expiry", {"fraud.expiry", "relief.expiry-reported"} - {"relief.expiry-reported"}),
        ("網銀", {"fraud.expiry"}),
        ("ＰＩＥＣＥＳ", {"fraud.split"}),
        ("C1", {"chain.urgent", "chain.weak", "chain.bulletin"}),
        ("nothing of the kind", set()),
    ],
)
def test_a_search(query: str, rules: set[str], command: Command) -> None:
    ran = command("rules", query, "-p", POLICY, "--format", "json")
    assert ran.code == 0
    assert {rule["id"] for rule in json.loads(ran.out)} == rules


def test_points_by_condition_are_listed_with_their_rule(command: Command) -> None:
    ran = command("rules", "poses as a bank", "-p", DATA / "policies" / "points.yaml")
    assert (
        '  points 35 where message.channel == "private"; 20 where message.channel in ("group", "private")\n' in ran.out
    )


def test_a_search_says_which_terms_it_found(command: Command) -> None:
    assert "found in 网银" in command("rules", "网银", "-p", POLICY).out


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("courier", "found in “The sender introduces himself as customer service, a bank, a courier,"),
        ("conditions", "found in “not loans of banks with their conditions.”"),
        ("posts that offer loans", "found in “P5 Posts that offer loans without questions"),
    ],
)
def test_a_search_shows_the_sentence_that_it_found_a_word_in(query: str, found: str, command: Command) -> None:
    assert found in command("rules", query).out


def test_a_search_in_what_is_listed_anyway_shows_nothing_more(command: Command) -> None:
    assert "found in" not in command("rules", "Claims to be a service").out


def test_a_word_that_is_nearly_an_id_is_told(command: Command) -> None:
    assert command("rules", "fraud.prive-channel").out == (
        "0 of 70 rules of campaign-2014\ndid you mean `fraud.private-channel`?\n"
    )
    assert command("rules", "nothing of the kind").out == "0 of 70 rules of campaign-2014\n"


@pytest.mark.parametrize("policy", ["campaign-2014-reposts", POLICY])
def test_a_policy_in_place_of_a_word_is_told(policy: object, command: Command) -> None:
    hint = f"for the rules of that policy: modengine rules --policy {policy}\n"
    assert command("rules", policy).out == f"0 of 70 rules of campaign-2014\n{hint}"


def test_rules_of_a_category(command: Command) -> None:
    found = json.loads(command("rules", "-p", POLICY, "-c", "chain", "--format", "json").out)
    assert {rule["category"] for rule in found} == {"chain"}
    ran = command("rules", "-p", POLICY, "-c", "chian")
    assert ran.code == 2
    assert "there is no category `chian`; there are fraud, chain" in ran.err


@pytest.mark.parametrize("arguments", [("rules",), ("scan", "-"), ("explain", "好")])
def test_a_name_that_is_no_shipped_policy_is_told_which_there_are(arguments: tuple[str, ...], command: Command) -> None:
    ran = command(*arguments, "-p", "campaign-2041")
    assert (ran.code, ran.out) == (2, "")
    assert "`campaign-2014`, `campaign-2014-reposts`" in ran.err
    assert "`fraud`" not in ran.err


def test_a_shipped_policy_is_found_by_name(command: Command) -> None:
    assert command("rules", "-p", "campaign-2014-reposts").code == 0


# ------------------------------------------------------------------------ schema


@pytest.mark.parametrize("kind", SCHEMAS)
def test_schemas_are_printed(kind: str, command: Command) -> None:
    ran = command("schema", kind)
    assert ran.code == 0
    assert json.loads(ran.out) == json.loads(json.dumps(SCHEMAS[kind]()))


def test_a_corpus_is_gone_through_without_being_held(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("".join(f'{{"text": "{"长" * 1000}{n}"}}\n' for n in range(3_000)), encoding="utf-8")
    messages, policy = MessageFiles([corpus]), load(POLICY).policy
    assert len(list(messages)) == len(list(messages)) == 3_000
    tracemalloc.start()
    try:
        found = list(unsupported(policy, messages))
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
    assert found
