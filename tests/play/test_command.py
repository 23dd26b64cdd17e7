"""`modengine play` as it is started: the page, the links, the export, the errors."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import msgspec
import pytest

from modengine.cli.main import run
from modengine.paths import shipped_rules
from modengine.play.lessons import Case, Lesson
from modengine.play.serve import bind, start_of
from tests.paths import DOCS, ROOT
from tests.play.pages import FILES
from tests.play.serving import playing, post


def test_a_policy_is_served_on_the_loopback_address(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    words: list[str] = []
    with playing(str(tmp_path / "policy.yaml"), said=words):
        said = words[0]
        port = int(re.findall(r"http://127\.0\.0\.1:(\d+)/\n", said)[0])
        assert "WARNING" not in said
        assert post(port, "/api/decide", {"text": "恭喜您中奖", "ignore_scope": True})[1]["action"] == "review"
        status, start = post(port, "/api/start", {})
        assert (status, set(start["files"]), start["first"]) == (200, set(FILES), "")
        assert str(tmp_path) not in json.dumps(start)


def test_a_class_is_let_in_after_a_warning_and_with_a_token() -> None:
    words: list[str] = []
    with playing("--host", "0.0.0.0", said=words):
        said = words[0]
        assert said.startswith("WARNING")
        links = re.findall(r"http://\S+:(\d+)/#token=(\S+)", said)
        assert len({token for _, token in links}) == 2
        port = int(links[0][0])
        assert post(port, "/api/start", {})[0] == 403
        assert post(port, "/api/start", {}, links[0][1])[1]["teacher"] is True
        assert post(port, "/api/start", {}, links[1][1])[1]["teacher"] is False
        assert post(port, "/api/room/ask", {"text": "恭喜您中奖"}, links[0][1])[0] == 200
        for number in range(5):  # from five addresses, as it says
            vote = {"voter": f"{number}" * 32, "choice": "block"}
            status, room = post(port, "/api/room/vote", vote, links[1][1], {"X-Forwarded-For": f"10.0.0.{number}"})
            assert (status, room["votes"]) == (200, 1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--lesson", "nothing"], "there is no lesson `nothing`"),
        (["--export", "x.html"], "--export needs --lesson"),
        (["nowhere.yaml"], "ME101"),
        (["--host", "203.0.113.77"], "`203.0.113.77` is no address of this machine"),
        (["--host", "nonsense.invalid"], "--host is an address of this machine"),
        (["--host", ""], "`` is no address of this machine"),
        (["--host", "\udcff"], "--host is an address of this machine"),
        ([str(ROOT / "samples" / "lessons" / "3-evasion.yaml")], "is a lesson: modengine play --lesson"),
        (["--prot", "9000"], "--port"),
    ],
)
def test_what_cannot_be_served_is_said(options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["play", "--no-browser", *options]) == 2
    assert words in capsys.readouterr().err


def test_a_port_that_is_taken_is_said_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        assert run(["play", "--no-browser", "--port", str(taken.getsockname()[1])]) == 2
        said = capsys.readouterr().err
        assert "cannot be served" in said
        assert "perhaps another `modengine play`" in said
        assert "WARNING" not in said


def test_an_address_that_is_not_served_is_said_before_the_warning(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["play", "--no-browser", "--host", "203.0.113.77"]) == 2
    assert "WARNING" not in capsys.readouterr().err


def test_a_policy_with_errors_is_said_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text.replace("score:", "scores:"), "utf-8")
    assert run(["play", "--no-browser", str(tmp_path / "policy.yaml")]) == 2
    said = capsys.readouterr().err
    assert "rules.yaml:" in said
    assert "did you mean `score`?" in said


@pytest.mark.parametrize("text", ["lesson: x\n", "lesson: !!timestamp a\n", "lesson: !!bool a\n"])
def test_a_file_that_is_no_lesson_is_named(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, "utf-8")
    assert run(["play", "--no-browser", "--lesson", str(file)]) == 2
    assert "is no lesson" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("base", "added", "given"),
    [
        ("modengine:campaign-2014", "", False),
        ("{folder}/campaign-2014.yaml", "# as modengine:campaign-2014\n", True),
    ],
)
def test_shipped_files_are_given_where_no_file_names_them_as_shipped(
    tmp_path: Path, base: str, added: str, given: bool
) -> None:
    folder = os.path.relpath(shipped_rules(), tmp_path)
    file = tmp_path / "own.yaml"
    file.write_text(f"policy: own\ntitle: Own\nbase: {base.format(folder=folder)}\n{added}", "utf-8")
    assert any(name.endswith("campaign-2014.yaml") for name in start_of(file, ()).files) is given


def test_the_docs_name_what_a_lesson_needs() -> None:
    said = " ".join((DOCS / "play.md").read_text("utf-8").split())
    of_lesson, of_case = (
        [f"`{field.encode_name}`" for field in msgspec.structs.fields(struct) if field.required]
        for struct in (Lesson, Case)
    )
    told = said.partition("samples/lessons`. It needs ")[2].partition("; all else")[0]
    assert re.findall("`[a-z]+`", told) == [*of_lesson, *of_case]
