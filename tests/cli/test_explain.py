"""`modengine explain`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import POLICY, Command
from tests.explain.cases import EXPIRY


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    path = tmp_path / "messages.jsonl"
    lines = [
        json.dumps({"id": "a", "text": EXPIRY, "channel": "private", "time": "2015-01-01", "gloss": "A bank."}),
        "not json",
        json.dumps({"text": "紧急转发"}),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_text_is_explained_whatever_the_scope(command: Command) -> None:
    ran = command("explain", EXPIRY, "-p", POLICY)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(" REVIEW   what the policy asks for; scope and period were not looked at\npolicy class\n")
    assert "F1: Messages that pose as a bank" in ran.out


def test_a_text_with_respect_to_scope(command: Command) -> None:
    ran = command("explain", EXPIRY, "-p", POLICY, "--respect-scope")
    assert ran.out.startswith(" REVIEW   shadow: no action is taken\n")
    assert "period unknown: the message has no time" in ran.out


def test_fields_are_given_by_name(command: Command) -> None:
    ran = command("explain", "中奖", "-p", POLICY, "--field", "reposts=620")
    assert "reposts is 620" in ran.out
    assert "fields: reposts 620" in ran.out


def test_a_message_by_its_id_respects_scope(command: Command, messages: Path) -> None:
    ran = command("explain", "--id", "a", messages, "-p", POLICY)
    assert ran.out.startswith(" REVIEW   shadow: no action is taken\npolicy class · message a\n")
    assert "gloss: A bank." in ran.out
    ran = command("explain", "--id", "a", messages, "-p", POLICY, "--ignore-scope")
    assert "scope and period were not looked at" in ran.out


def test_a_message_without_id_is_found_by_its_line(command: Command, messages: Path) -> None:
    ran = command("explain", "--id", "3", messages, "-p", POLICY)
    assert ran.code == 0
    assert "紧急转发" in ran.out


@pytest.mark.parametrize(("ids", "told"), [("aba", True), ("abc", False)])
def test_an_id_that_stands_twice_is_told(command: Command, tmp_path: Path, ids: str, told: bool) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(f'{{"id": "{name}", "text": "text {at}"}}\n' for at, name in enumerate(ids)), "utf-8")
    ran = command("explain", "--id", "a", path, "-p", POLICY)
    assert (ran.code, "text 0" in ran.out) == (0, True)
    said = f"modengine: more than one message is `a`; explained is the first, line 1 of {path}\n"
    assert ran.err == (said if told else "")


def test_a_file_is_not_taken_for_a_text(command: Command, messages: Path) -> None:
    ran = command("explain", messages, "-p", POLICY)
    assert (ran.code, ran.out) == (2, "")
    assert f"`{messages}` is a file: say which message of it" in ran.err
    assert command("explain", "report.csv", "-p", POLICY).code == 0, "no such file: a text"


def test_an_id_that_is_not_there(command: Command, messages: Path) -> None:
    ran = command("explain", "--id", "b", messages, "-p", POLICY)
    assert ran.code == 2
    assert f"no message `b` among the 3 of {messages}, 1 of them unreadable" in ran.err
    assert "give the number of the line" in ran.err
    assert "name the FILE that holds it" in command("explain", "--id", "b", "-p", POLICY).err


def test_the_samples_are_the_default_file(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "messages.jsonl").write_text('{"id": "mine", "text": "x"}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert command("explain", "--id", "mine", "-p", POLICY).code == 0


def test_standard_input_is_one_message(command: Command) -> None:
    ran = command("explain", "-", "-p", POLICY, stdin=f"\ufeff{EXPIRY}\n第二行\n".encode())
    assert ran.code == 0
    assert "⏎" in ran.out
    assert "第二行" in ran.out


def test_standard_input_that_is_not_utf8(command: Command) -> None:
    ran = command("explain", "-", "-p", POLICY, stdin=EXPIRY.encode("gbk"))
    assert ran.code == 2
    assert "it looks like GBK" in ran.err


@pytest.mark.parametrize(("form", "start"), [("json", "{\n"), ("html", "<!doctype html>"), ("text", " REVIEW")])
def test_forms_and_files(form: str, start: str, command: Command, tmp_path: Path) -> None:
    ran = command("explain", EXPIRY, "-p", POLICY, "--format", form)
    assert ran.out.startswith(start)
    ran = command("explain", EXPIRY, "-p", POLICY, "--format", form, "-o", tmp_path / "out")
    assert ran.out == ""
    assert (tmp_path / "out").read_text(encoding="utf-8").startswith(start)


def test_json_says_how_it_was_decided(command: Command) -> None:
    found = json.loads(command("explain", EXPIRY, "-p", POLICY, "--format", "json").out)
    assert (found["policy"], found["scope_ignored"]) == ("class", True)


def test_lone_surrogates_in_the_argument(command: Command) -> None:
    ran = command("explain", "网银\ud800", "-p", POLICY)
    assert ran.code == 0
    assert "‹U+D800›" in ran.out


def test_all_lists_what_came_nowhere_near(command: Command) -> None:
    short = command("explain", "提醒", "-p", POLICY).out
    long = command("explain", "提醒", "-p", POLICY, "--all").out
    assert "together(warner, scam)" not in short
    assert "together(warner, scam)" in long


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "give a TEXT to explain, or --id ID"),
        (("two", "words"), "give one TEXT, in quotation marks"),
        (("x", "--field", "reposts"), "--field takes NAME=VALUE"),
        (("x", "--field", "repost=5"), "--field: the policy has no message field `repost`; did you mean `reposts`?"),
    ],
)
def test_wrong_usage(args: tuple[str, ...], message: str, command: Command) -> None:
    ran = command("explain", *args, "-p", POLICY)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_a_field_of_the_wrong_type(command: Command) -> None:
    ran = command("explain", "x", "-p", POLICY, "--field", "reposts=many")
    assert ran.code == 2
    assert "ME903" in ran.err
