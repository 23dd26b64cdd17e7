"""`modengine.toml` and waivers: which findings are told, how grave they are, and which are allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from modengine.checks.run import check, check_paths
from modengine.checks.settings import read_settings, settings_of

RULES = """\
ruleset: demo
title: A demonstration
category: demo
lists: {apps: {file: apps.txt}}
rules:
  - id: demo.a
    title: A rule
    score: 20
    patterns:
      a: {words: {list: apps}}
    when: a
"""
POLICY = """\
policy: demo
title: A demonstration
rulesets: [rules/demo.yaml]
actions: {demo: {label: 20, block: 90}}
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A repository with a policy, its ruleset in a folder below: ME804, ME807, ME818, ME820."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "demo.yaml").write_text(RULES, "utf-8")
    (tmp_path / "rules" / "apps.txt").write_text("加微信\n骗\n", "utf-8")
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    return tmp_path


def codes(*paths: Path) -> list[str]:
    return [problem.code for problem in check_paths(paths)]


def settle(folder: Path, text: str) -> None:
    (folder / "modengine.toml").write_text(f"[check]\n{text}\n", "utf-8")


def mark(file: Path, line: str, comment: str) -> None:
    """Put a comment at the end of a line."""
    text = file.read_text("utf-8")
    assert line in text
    file.write_text(text.replace(line, f"{line} # modengine: {comment}"), "utf-8")


def test_what_is_found_without_settings(here: Path) -> None:
    assert codes(here / "policy.yaml") == ["ME818", "ME820", "ME804", "ME807"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('select = ["ME82"]', ["ME820"]),
        ('ignore = ["ME80", "ME818"]', ["ME820"]),
        ('select = ["ME8"]\nignore = ["ME82"]', ["ME818", "ME804", "ME807"]),
        ("select = []", []),
    ],
)
def test_findings_are_selected_and_ignored(here: Path, text: str, left: list[str]) -> None:
    settle(here, text)
    assert codes(here / "policy.yaml") == left


def test_a_finding_is_given_a_severity(here: Path) -> None:
    settle(here, 'severity = {ME804 = "error", ME820 = "warning", ME807 = "note"}')
    found = {problem.code: problem.severity for problem in check(here / "policy.yaml")}
    assert found == {"ME804": "error", "ME807": "note", "ME818": "note", "ME820": "warning"}


def test_settings_are_looked_for_above_a_file_up_to_its_repository(here: Path) -> None:
    settle(here, 'select = ["ME804"]')
    assert codes(here / "rules" / "demo.yaml") == ["ME804"]
    settle(here / "rules", 'select = ["ME807"]')
    assert codes(here / "rules" / "demo.yaml") == ["ME807"]
    assert codes(here / "policy.yaml") == ["ME804"]


def test_settings_above_the_repository_are_not_read(here: Path) -> None:
    settle(here, 'select = ["ME804"]')
    (here / "rules" / ".git").mkdir()
    assert settings_of(str(here / "rules" / "demo.yaml")).select == ("ME8",)


def test_outside_of_a_repository_settings_beside_the_file_are_read_alone(here: Path) -> None:
    (here / ".git").rmdir()
    settle(here, 'select = ["ME804"]')
    assert codes(here / "policy.yaml") == ["ME804"]
    assert codes(here / "rules" / "demo.yaml") == ["ME820", "ME804", "ME807"]


def test_settings_are_read_from_the_current_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(here, 'select = "ME804"')
    monkeypatch.chdir(here / "rules")
    assert [str(problem.location) for problem in settings_of("demo.yaml").problems] == ["../modengine.toml:2:1"]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"[check", "ME114"),
        (b"\xff\xfe", "ME104"),
        (b"#" * 100_001, "ME103"),
        (b"check = 1", "ME203"),
        (b"[checks]", "ME201"),
        (b'[check]\nselect = ["E"]', "ME205"),
        (b'[check]\nignore = [""]', "ME205"),
        (b'[check]\nignore = ["ME809"]', "ME205"),
        (b'[check]\nignore = ["ME7"]', "ME205"),
        (b"x = " + b"[" * 5000, "ME114"),
        (b"x = " + b"9" * 5000, "ME114"),
    ],
)
def test_wrong_settings_are_errors(data: bytes, found: str) -> None:
    assert [problem.code for problem in read_settings(data, "modengine.toml").problems] == [found]


def test_what_the_end_of_the_file_lacks_is_told_at_its_last_line() -> None:
    (problem,) = read_settings(b'[check]\nselect = [\n  "ME8",\n', "modengine.toml").problems
    assert str(problem.location) == "modengine.toml:3:1"
    assert problem.source == '  "ME8",'


def test_more_problems_than_anybody_reads_end_with_one_that_says_so() -> None:
    many = ", ".join(f'"E{number}"' for number in range(600))
    problems = read_settings(f"[check]\nselect = [{many}]".encode(), "modengine.toml").problems
    assert len(problems) == 501
    assert "ME113" in {problem.code for problem in problems}


def test_a_waiver_allows_a_finding_on_its_line_or_the_next(here: Path) -> None:
    mark(here / "rules" / "demo.yaml", "- id: demo.a", "allow ME804, ME807 because it is a demonstration")
    text = (here / "policy.yaml").read_text("utf-8")
    above = "# modengine: allow ME818 because more rules come\n\n# soon\nactions:"
    (here / "policy.yaml").write_text(text.replace("actions:", above), "utf-8")
    mark(here / "rules" / "apps.txt", "骗", "allow ME820 because it is a demonstration")
    assert codes(here / "policy.yaml") == []


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("modengine: alow ME804 because it is a demonstration", True),
        ("modengine allow ME804 because it is a demonstration", True),
        ("modengine：allow ME804 because it is a demonstration", True),
        ("modengine says ME8O4 here", False),
        ("modengine reads this line", False),
    ],
)
def test_a_comment_that_looks_like_a_waiver_is_named(here: Path, comment: str, found: bool) -> None:
    file = here / "rules" / "demo.yaml"
    file.write_text(file.read_text("utf-8").replace("- id: demo.a", f"- id: demo.a # {comment}"), "utf-8")
    assert codes(file) == ["ME820", "ME804", "ME807", *(["ME827"] if found else [])]


def test_a_waiver_is_not_read_in_a_text(here: Path) -> None:
    text = "title: 'A rule # modengine: allow ME804 because it is quoted'"
    file = here / "rules" / "demo.yaml"
    file.write_text(file.read_text("utf-8").replace("title: A rule", text), "utf-8")
    assert codes(file) == ["ME820", "ME804", "ME807"]


def test_a_waiver_of_nothing_is_found(here: Path) -> None:
    mark(here / "rules" / "demo.yaml", "score: 20", "allow ME810 because it was there once")
    assert codes(here / "policy.yaml") == ["ME818", "ME820", "ME804", "ME807", "ME828"]


@pytest.mark.parametrize("text", ['ignore = ["ME810"]', 'ignore = ["ME828"]'])
def test_a_waiver_of_what_is_not_asked_for_is_not_found(here: Path, text: str) -> None:
    mark(here / "rules" / "demo.yaml", "score: 20", "allow ME810 because it was there once")
    settle(here, text)
    assert "ME828" not in codes(here / "policy.yaml")


def test_a_waiver_is_not_found_where_what_it_allows_cannot_be_asked(here: Path) -> None:
    file = here / "rules" / "demo.yaml"
    mark(file, "when: a", "allow ME812 because the scope says otherwise")  # of a lone ruleset, nobody knows the scope
    mark(here / "rules" / "apps.txt", "加微信", "allow ME826 because there is no corpus yet")
    assert codes(file) == ["ME820", "ME804", "ME807"]
    assert "ME828" in codes(here / "policy.yaml")


def test_an_error_cannot_be_waived(here: Path) -> None:
    file = here / "rules" / "demo.yaml"
    mark(file, "score: 20", "allow ME701 because I say so")
    assert "ME827" in codes(file)
    file.write_text(RULES.replace("when: a", "when: b # modengine: allow ME301 because I say so"), "utf-8")
    assert "ME301" in codes(file)


def test_a_waiver_that_one_check_needs_is_needed(here: Path) -> None:
    """A clean example set for the ruleset in the policy, and for the ruleset alone."""
    mark(here / "rules" / "demo.yaml", "- id: demo.a", "allow ME804, ME807 because it is a demonstration")
    assert codes(here / "policy.yaml", here / "rules" / "demo.yaml") == ["ME818", "ME820"]
