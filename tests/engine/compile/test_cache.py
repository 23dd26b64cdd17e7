"""The compile cache: used only where it can be trusted, and never to another decision."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from modengine import Message, load, loading
from modengine.audit.records.code import DECIDING, sources
from modengine.engine.compile import cache as kept, code, patterns, program
from modengine.engine.compile.plain import MOST_FIELDS
from modengine.engine.match.matcher import PatternInfo
from modengine.engine.match.matchers import info_of
from modengine.engine.match.nfa import automaton
from modengine.errors import PolicyError
from modengine.policy.model import Pattern

POLICY = """
policy: shop
title: A shop
rulesets: [rules.yaml]
actions: {fraud: {label: 30, review: 60, block: 90}}
"""
RULES = """
ruleset: rules
title: Prizes
category: fraud
rules:
  - id: prize
    title: A prize for a fee
    score: 70
    patterns:
      won: {text: [中奖, 领奖], looks_like: true, gaps: 2}
      fee: {regex: '手续费\\d{2,5}元'}
    when: won and fee
"""
MESSAGE = "恭喜中 奖，请先付手续费300元"


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODENGINE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "shop.yaml").write_text(POLICY, "utf-8")
    return tmp_path / "shop.yaml"


def file_of(policy: Path) -> Path:
    (file,) = (policy.parent / "cache").glob("*.kept")
    return file


def no_learning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "learn", lambda patterns: pytest.fail("worked out again"))


def test_what_was_kept_is_used_and_decides_alike(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(policy)
    assert file_of(policy).stat().st_mode & 0o777 == 0o600
    assert file_of(policy).parent.stat().st_mode & 0o777 == 0o700
    no_learning(monkeypatch)
    again = load(policy)
    assert (again.revision, again.decide(MESSAGE)) == (first.revision, first.decide(MESSAGE))
    assert again.decide(MESSAGE).action == "review"


def test_a_policy_that_did_not_change_is_not_read_again(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(policy)
    with monkeypatch.context() as patch:
        patch.setattr(loading, "read", lambda file: pytest.fail("read again"))
        again = load(policy)
    assert again.policy == first.policy
    assert [again.trace(text) for text in (MESSAGE, "")] == [first.trace(text) for text in (MESSAGE, "")]
    (policy.parent / "rules.yaml").write_text(RULES.replace("score: 70", "score: 95"), "utf-8")
    assert load(policy).decide(MESSAGE).action == "block"
    (policy.parent / "rules.yaml").unlink()
    with pytest.raises(PolicyError) as error:
        load(policy)
    assert [problem.code for problem in error.value.diagnostics] == ["ME101"]


def test_of_rules_that_changed_no_more_is_worked_out_than_what_did(
    policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(policy)
    learnt: list[str] = []

    def learning(pattern: Pattern) -> PatternInfo:
        learnt.append(pattern.name)
        return info_of(pattern)

    def making(source: str, exact_case: bool) -> object:
        learnt.append(source)
        return automaton(source, exact_case)

    monkeypatch.setattr(program, "info_of", learning)
    monkeypatch.setattr(patterns, "automaton", making)
    patterns.expression.cache_clear()
    changed = RULES.replace("won and fee", "won and fee or new")
    changed = changed.replace("    when:", "      new: {regex: 新奖}\n    when:")
    (policy.parent / "rules.yaml").write_text(changed, "utf-8")
    after = load(policy)
    assert learnt == ["new", *(["新奖"] if after.compiled else [])]
    monkeypatch.setenv("MODENGINE_CACHE", "")
    anew = load(policy)
    for text in (MESSAGE, "新奖", "手续费300元"):
        assert after.decide(text) == anew.decide(text)
        assert after.trace(text) == anew.trace(text)


def test_rules_that_come_to_look_in_more_fields_than_the_core_takes_are_decided_without_it(policy: Path) -> None:
    load(policy)
    names = [f"f{number}" for number in range(MOST_FIELDS + 1)]
    rules = RULES.replace("looks_like: true", f"looks_like: true, field: [{', '.join(names)}]")
    policy.write_text(POLICY + f"fields: {{{', '.join(f'{name}: string' for name in names)}}}\n", "utf-8")
    (policy.parent / "rules.yaml").write_text(rules.replace("won and fee", "won or fee"), "utf-8")
    for _ in range(2):
        after = load(policy)
        assert after.decide(Message("", fields={"f60": "中奖"})).action == "review"
        assert not after.compiled


def test_what_cannot_be_packed_is_compiled_each_time(policy: Path) -> None:
    huge = RULES.replace("when: won and fee", f"when: won and fee and message.sum != {10**30}")
    (policy.parent / "rules.yaml").write_text(huge, "utf-8")
    policy.write_text(POLICY + "fields: {sum: integer}\n", "utf-8")
    for _ in range(2):
        assert load(policy).decide(Message(MESSAGE, fields={"sum": 1})).action == "review"
    assert kept.recall(policy) is None


def test_places_name_the_files_as_they_were_given(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(policy)
    monkeypatch.chdir(policy.parent)
    for _ in range(2):
        assert load("shop.yaml").policy.rules[0].place.file == "rules.yaml"
    assert load(policy).policy.rules[0].place.file == str(policy.parent / "rules.yaml")


def test_a_policy_with_errors_is_not_kept(policy: Path) -> None:
    (policy.parent / "rules.yaml").write_text(RULES.replace("手续费", "维族"), "utf-8")
    for _ in range(2):
        with pytest.raises(PolicyError) as error:
            load(policy)
        assert [problem.code for problem in error.value.diagnostics] == ["ME701"]


def test_a_pattern_that_became_wrong_is_told(policy: Path) -> None:
    load(policy)
    (policy.parent / "rules.yaml").write_text(RULES.replace("元'", "元('"), "utf-8")
    with pytest.raises(PolicyError) as error:
        load(policy)
    assert [problem.code for problem in error.value.diagnostics] == ["ME401"]


def spoil(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


def other_code(file: Path) -> None:
    file.write_bytes(b"\0" * 32 + file.read_bytes()[32:])


def shorten(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:50])


def open_to_others(file: Path) -> None:
    file.chmod(0o666)


def open_folder(file: Path) -> None:
    file.parent.chmod(0o777)


def link(file: Path) -> None:
    other = file.with_name("other")
    file.rename(other)
    file.symlink_to(other)


def folder_in_its_place(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("harm", [spoil, other_code, shorten, open_to_others, open_folder, link, folder_in_its_place])
def test_a_file_that_cannot_be_trusted_is_not_read(policy: Path, harm: Callable[[Path], None]) -> None:
    first = load(policy)
    harm(file_of(policy))
    assert kept.recall(policy) is None
    assert load(policy).decide(MESSAGE) == first.decide(MESSAGE)


def test_nothing_is_kept_where_that_is_asked_or_nothing_can_be_written(
    policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODENGINE_CACHE", "")
    load(policy)
    monkeypatch.setenv("MODENGINE_CACHE", str(policy / "no-folder"))
    assert load(policy).decide(MESSAGE).action == "review"
    assert not (policy.parent / "cache").exists()


def test_a_full_disk_leaves_no_piece(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert load(policy).decide(MESSAGE).action == "review"
    assert list((policy.parent / "cache").iterdir()) == []


def test_the_oldest_files_go(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_FILES", 2)
    for number in range(4):
        path = policy.with_name(f"shop{number}.yaml")
        path.write_text(POLICY, "utf-8")
        load(path)
        os.utime(kept._file_of(path) or "", (number, number))
    left = {file.name for file in (policy.parent / "cache").iterdir()}
    assert left == {kept._file_of(policy.with_name(f"shop{number}.yaml")).name for number in (2, 3)}  # type: ignore[union-attr]


def test_another_process_takes_it_up(policy: Path) -> None:
    script = (
        "import sys, modengine\n"
        "from modengine.engine.compile import program\n"
        "if sys.argv[2] == 'kept': program.learn = None\n"
        "print(modengine.load(sys.argv[1]).decide(sys.argv[3]).action)\n"
    )
    for how in ("new", "kept"):
        ran = subprocess.run(
            [sys.executable, "-c", script, str(policy), how, MESSAGE], capture_output=True, text=True, check=False
        )
        assert (ran.stdout.strip(), ran.stderr) == ("review", "")


def test_an_engine_takes_what_it_learnt_to_another_process(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = load(policy)
    travelling = pickle.dumps(engine)
    no_learning(monkeypatch)
    assert pickle.loads(travelling).decide(MESSAGE) == engine.decide(MESSAGE)


def test_what_other_code_learnt_is_worked_out_again(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = load(policy)
    monkeypatch.setattr(code, "digest", lambda: b"\0" * 32)
    travelling = pickle.dumps(engine)
    monkeypatch.undo()
    asked = []
    learn = program.learn
    monkeypatch.setattr(program, "learn", lambda patterns, like: asked.append(1) or learn(patterns, like))
    assert pickle.loads(travelling).decide(MESSAGE) == engine.decide(MESSAGE)
    assert asked == [1]


def test_how_terms_are_spelled_is_kept_and_no_pinyin_is_loaded_for_a_trace(
    policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = policy.with_name("rules.yaml")
    rules.write_text(RULES.replace("looks_like: true, gaps: 2", "spelled: true"), "utf-8")
    first = load(policy)
    decision = first.trace("恭喜zhong奖，付手续费300元").decision
    assert decision.action == "label"
    monkeypatch.setattr("modengine.text.spelled.syllables_of", lambda term: pytest.fail(f"{term} was read again"))
    assert load(policy).trace("恭喜zhong奖，付手续费300元").decision == decision


def test_a_lone_ruleset_is_read_each_time_and_compiled_once(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = policy.with_name("rules.yaml")
    first, ruleset = loading.load_any(rules)
    with monkeypatch.context() as patch:
        patch.setattr(program, "info_of", lambda pattern: pytest.fail(f"{pattern} was worked out again"))
        again, same = loading.load_any(rules)
    assert same == ruleset is not None
    assert (again.revision, again.decide(MESSAGE)) == (first.revision, first.decide(MESSAGE))
    rules.write_text(RULES.replace("won and fee", "won and fees"), "utf-8")
    with pytest.raises(PolicyError):
        loading.load_any(rules)


def test_what_is_kept_depends_on_all_code_that_decides() -> None:
    package = Path(code.__file__).parents[2]
    covered = {path for pattern in code.FILES for path in package.glob(pattern)}
    deciding = {package / name for name in DECIDING}
    assert {path for path in sources(package) if path not in covered} == set()
    assert {path for at in deciding for path in at.glob("data/*") if path.is_file() and path not in covered} == set()
