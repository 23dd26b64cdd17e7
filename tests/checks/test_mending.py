"""`modengine check --fix`: what it mends, and what it leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import Command

RULES = """\
ruleset: r
title: T
category: c
clauses: {F: A clause.}
lists:
  l: {file: l.txt}
rules:
  - id: c.a
    title: A
    clause: F
    score: 5
    patterns:
      a: {words: [兼职, 刷单]}
      b: {words: {list: l}}
    when: near(a, b, 3)
    examples:
      match: [兼职微信]
      pass: [今天]
"""


@pytest.fixture
def fix(tmp_path: Path, command: Command):  # type: ignore[no-untyped-def]
    """The ruleset with something in the place of something else, after `--fix`; what was said, and the exit code."""

    def run(old: str, new: str, terms: str = "微信\n") -> tuple[str, str, str, int]:
        assert old in RULES
        path = tmp_path / "r.yaml"
        path.write_bytes(RULES.replace(old, new, 1).encode())
        (tmp_path / "l.txt").write_bytes(terms.encode())
        ran = command("check", "--fix", path)
        return path.read_bytes().decode(), (tmp_path / "l.txt").read_bytes().decode(), ran.err, ran.code

    return run


@pytest.mark.parametrize(
    ("old", "new", "mended", "code"),
    [
        ("pass: [今天]", "pass: [no]", 'pass: ["no"]', "ME204"),
        ("[兼职, 刷单]", "[兼职, 110]", '[兼职, "110"]', "ME204"),
        ("score: 5", "score： 5", "score: 5", "ME105"),
        ("score: 5", "score：5", "score: 5", "ME105"),
        ("near(a, b, 3)", "near（a， b， 3）", "near(a, b, 3)", "ME501"),
        (
            "when: near(a, b, 3)",
            "when: near（a， b， 3） and message.x == “（，”",
            'when: near(a, b, 3) and message.x == "（，"',
            "ME501",
        ),
        ("[兼职, 刷单]", '[兼职, " 刷单 "]', '[兼职, "刷单"]', "ME821"),
        ("[兼职, 刷单]", "[兼职, 刷单, 兼职]", "[兼职, 刷单]", "ME810"),
        ("[兼职, 刷单]}", "[兼职, 刷单,\n          兼職]}", None, "ME810"),
    ],
)
def test_what_has_one_right_mend(fix, old: str, new: str, mended: str | None, code: str) -> None:  # type: ignore[no-untyped-def]
    text, _, said, exit_code = fix(old, new)
    if mended is None:  # on a line of its own, the comma before stays where it is
        assert text == RULES.replace(old, new, 1)
        assert said == "0 mended\n"
        return
    assert text == RULES.replace(old, mended, 1)
    assert f"mended {code} " in said
    assert said.endswith("\n1 mended\n")
    assert exit_code == 0


def test_several_mends_of_one_file_and_those_that_only_come_to_light_later(fix) -> None:  # type: ignore[no-untyped-def]
    text, terms, said, code = fix(
        "    score: 5\n    patterns:\n      a: {words: [兼职, 刷单]}",
        "    score： 5\n    patterns：\n      a: {words: [兼职, 110, 兼职]}",
        "微信\r\n电话\r\n微信\r\n",
    )
    assert text == RULES.replace("[兼职, 刷单]", '[兼职, "110"]')
    assert terms == "微信\r\n电话\r\n"
    assert said.endswith("\n5 mended\n")
    assert code == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: A\n", "title： A\n    nothing: [\n"),
        ("title: A\n", "&a title: A\n"),
        ("[兼职, 刷单]", "[兼职，刷单]"),
        ("[兼职, 刷单]", '[兼职, " 兼职"]'),
        ("words: [兼职, 刷单]", 'text: [兼职, " he "]'),  # without blanks it would stand in `the`
        ("[兼职, 刷单]", "[兼职, 刷单, 兼职] # modengine: allow ME810 because they were counted so"),
        ("score: 5", "\tscore: 5"),
    ],
)
def test_what_has_no_one_mend_stays(fix, old: str, new: str) -> None:  # type: ignore[no-untyped-def]
    text, _, said, _ = fix(old, new)
    assert text == RULES.replace(old, new, 1)
    assert said == "0 mended\n"


def test_a_doubled_term_with_a_comment_stays(fix) -> None:  # type: ignore[no-untyped-def]
    terms = "微信\n微信 # seen again in May\n"
    assert fix("A", "A", terms)[1:3] == (terms, "0 mended\n")


def test_a_file_of_two_lists_keeps_what_one_of_them_tells_apart(fix) -> None:  # type: ignore[no-untyped-def]
    _, terms, said, _ = fix(
        "  l: {file: l.txt}\nrules:\n",
        "  l: {file: l.txt}\n  cased: {file: l.txt}\nrules:\n"
        "  - {id: c.b, title: B, score: 5, clause: F, patterns: {a: {words: {list: cased}, case: exact}}, when: a}\n",
        "VX\nvx\nVX\n",
    )
    assert terms == "VX\nvx\n"
    assert "`vx` stands" not in said


def test_what_a_file_of_settings_ignores_is_not_mended(fix, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "modengine.toml").write_text('[check]\nignore = ["ME810"]\n', encoding="utf-8")
    assert fix("A", "A", "微信\n微信\n")[1:3] == ("微信\n微信\n", "0 mended\n")


def test_a_byte_order_mark_stays(fix) -> None:  # type: ignore[no-untyped-def]
    text = fix("ruleset: r\n", "\ufeffruleset: r\n", "\ufeff微信\n微信\n")
    assert text[:2] == ("\ufeff" + RULES, "\ufeff微信\n")


def test_a_file_that_may_only_be_read_is_said(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(RULES.replace("5", "110", 1).replace("[今天]", "[no]"), encoding="utf-8")
    (tmp_path / "l.txt").write_text("微信\n", encoding="utf-8")
    path.chmod(0o444)
    before = path.read_bytes()
    ran = command("check", "--fix", path)
    assert (ran.code, path.read_bytes()) == (2, before)
    assert "ME909" in ran.err


def test_a_list_of_many_doubled_terms_is_mended_at_once(fix) -> None:  # type: ignore[no-untyped-def]
    once = "".join(f"词语{number}号\n" for number in range(2_000))
    _, terms, said, _ = fix("A", "A", "微信\n" + once * 2)
    assert terms == "微信\n" + once
    assert said.endswith("\n2000 mended\n")


def test_it_wants_a_path(command: Command) -> None:
    ran = command("check", "--fix")
    assert ran.code == 2
    assert "--fix wants the files" in ran.err
