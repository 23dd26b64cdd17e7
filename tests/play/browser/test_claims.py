"""Every sentence of a lesson, a teacher's page and the scripts that says what will be seen is run in a browser."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
import yaml

from modengine.cli.main import run
from modengine.model import ACTIONS
from modengine.play.app import STATIC
from modengine.play.jobs.workspace import make
from modengine.play.lessons import Lesson, shipped_lessons
from modengine.run.work.examples import run_examples
from tests.paths import DOCS, ROOT
from tests.play.browser.claims.claims import OTHERS, Player, read_claims
from tests.play.browser.claims.sentences import bare, sentences
from tests.play.browser.window import Opened

CLAIMS = read_claims()
PAGES = sorted(page for page in (DOCS / "lessons").glob("*.md") if page.name != "README.md")
"""The README is the overview: what it says of the page itself is held by the tests of the page."""
LESSONS = {lesson.lesson: lesson for lesson in shipped_lessons()}


def test_what_a_lesson_says_will_be_seen_is_seen(opened: Opened) -> None:
    """One lesson in one language; tests/nightly has all of them in both."""
    lesson = LESSONS["warning-and-scam"]
    claims = next(claims for claims in CLAIMS if claims.lesson == lesson.lesson)
    Player(opened(lesson.lesson, lesson.panel)).play_all(claims)


def test_a_worksheet_prints_no_message_that_is_covered_or_comes_later() -> None:
    for lesson in LESSONS.values():
        for language in ("en", "zh"):
            text = unescape((STATIC / "worksheets" / f"{lesson.lesson}-{language}.html").read_text("utf-8"))
            for case in lesson.cases:
                assert (case.text in text) != (case.hidden or case.blur)


def test_worksheets_and_answers_follow_from_the_lessons() -> None:
    tool = ROOT / "tools" / "lesson_docs.py"
    assert subprocess.run([sys.executable, str(tool), "--check"], check=False).returncode == 0


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.lesson)
def test_a_page_begins_with_what_its_lesson_is(lesson: Lesson) -> None:
    head = sentences(DOCS / "lessons" / f"{lesson.lesson}.md")[:2]
    assert head[0] == f"{lesson.minutes} minutes."
    panel = {"why": "Why", "whatif": "What if", "tests": "Tests", "audit": "Audit log"}.get(lesson.panel)
    assert head[1] == (f"Panel {panel}." if panel else "The panel in which one tries to get past the filter.")
    overview = (DOCS / "lessons" / "README.md").read_text("utf-8")
    assert f"| [{lesson.title.en}]({lesson.lesson}.md) | {lesson.minutes} |" in overview


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.lesson)
def test_a_page_of_the_essentials_shows_every_panel_that_the_teacher_is_sent_to(lesson: Lesson) -> None:
    text = (DOCS / "lessons" / f"{lesson.lesson}.md").read_text("utf-8")
    names = {"Steps": "steps", "What if": "whatif", "Tests": "tests", "Audit log": "audit"}
    sent = {panel for name, panel in names.items() if f"*{name}*" in text}
    assert sent <= {lesson.panel, *lesson.also}


def test_guessing_is_open_each_action_occurs_four_times_and_no_lesson_has_one_alone() -> None:
    decided = {name: Counter(action_of(lesson, case.text) for case in lesson.cases) for name, lesson in LESSONS.items()}
    first_six = sum(list(decided.values())[:6], Counter())
    assert set(first_six) == set(ACTIONS)
    assert min(first_six.values()) >= 4
    assert [name for name, counts in decided.items() if len(counts) < 2] == []


def action_of(lesson: Lesson, text: str) -> str:
    engine = make(lesson.files, lesson.main).engine
    assert engine is not None
    return engine.decide(text, ignore_scope=True).action


@pytest.mark.parametrize("lesson", [one for one in LESSONS.values() if one.messages], ids=lambda one: one.lesson)
def test_the_messages_that_are_measured_hold_those_of_the_list(lesson: Lesson) -> None:
    rows = {one.text: one for one in lesson.messages}
    assert len(rows) == len({one.id for one in lesson.messages}) == len(lesson.messages)
    assert {one.kind for one in lesson.messages} == set(lesson.groups)
    for case in lesson.cases:
        assert case.text in rows
        assert (rows[case.text].gloss, rows[case.text].label) == (case.gloss, case.label)
        assert rows[case.text].blur >= case.blur


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.lesson)
def test_every_chinese_example_of_a_lesson_has_its_meaning(lesson: Lesson) -> None:
    known = {*(one.text for one in lesson.cases), *(one.text for one in lesson.messages), *lesson.glosses}
    for filter_main in [one.main for one in lesson.filters] or [lesson.main]:
        engine = make(lesson.files, filter_main).engine
        assert engine is not None
        if lesson.language == "zh" and "shipped/" not in "".join(lesson.files.values()):
            texts = {outcome.example.message.all_text() for outcome in run_examples(engine, engine.policy.rules)}
            assert texts - known == set()


def test_a_specimen_of_the_same_list_would_match_as_many(tmp_path: Path) -> None:
    """Lesson 9 says that the command line says the same."""
    lesson = LESSONS["a-list-that-others-made"]
    (tmp_path / "found.txt").write_text(lesson.files["found.txt"] + "香蕉+牛奶\n", "utf-8")
    rows = "".join(json.dumps({"id": one.id, "text": one.text}, ensure_ascii=False) + "\n" for one in lesson.messages)
    (tmp_path / "talk.jsonl").write_text(rows, "utf-8")
    folder = str(tmp_path / "lists")
    assert run(["specimen", "import", str(tmp_path / "found.txt"), "--into", folder, "--source", "invented"]) == 0
    out = tmp_path / "measured.json"
    command = [
        "specimen",
        "measure",
        f"{folder}/found.yaml",
        str(tmp_path / "talk.jsonl"),
        "--format",
        "json",
        "-o",
        str(out),
    ]
    assert run(command) == 0
    shares = json.loads(out.read_text("utf-8"))["shares"]
    found = next(one["share"] for one in shares if one["reading"] == "as written")
    engine = make(lesson.files, lesson.main).engine
    assert engine is not None
    flagged = sum(engine.decide(one.text, ignore_scope=True).action != "allow" for one in lesson.messages)
    assert (found["k"], found["n"]) == (flagged, len(lesson.messages)) == (14, 24)


def quoted() -> dict[str, list[str]]:
    """What the claims and the list of what says nothing to be seen quote, by page."""
    found: dict[str, list[str]] = {page.name: [] for page in PAGES}
    for claims in CLAIMS:
        for scene in claims.scenes:
            for one in scene.says:
                name, _, sentence = one.partition(": ")
                found[name].append(sentence)
    for name, some in yaml.safe_load(OTHERS.read_text("utf-8")).items():
        found[name] += [*some.get("nothing", ()), *some.get("elsewhere", {})]
    return found


def test_what_is_held_elsewhere_names_a_test() -> None:
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for some in yaml.safe_load(OTHERS.read_text("utf-8")).values():
        for name in some.get("elsewhere", {}).values():
            assert f"def {name}(" in tests, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_sentence_of_a_page_is_claimed_or_says_nothing_to_be_seen(page: Path) -> None:
    some = quoted()[page.name]
    assert [one for one in sentences(page) if not any(one in quote for quote in some)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_sentence_that_is_quoted_stands_in_its_page(page: Path) -> None:
    text = bare(page.read_text("utf-8").replace("\n- ", "\n"))
    assert [one for one in quoted()[page.name] if one not in text] == []


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.lesson)
def test_every_sentence_of_a_lesson_is_shown_by_a_scene(lesson: Lesson) -> None:
    scenes = next(claims.scenes for claims in CLAIMS if claims.lesson == lesson.lesson)
    told = {name for scene in scenes for name in scene.tells}
    asked = {name for scene in scenes for name in scene.asks}
    assert told == {case.id for case in lesson.cases if case.tell}
    assert {case.id for case in lesson.cases if case.ask and not case.ask.en.endswith("?")} <= asked
    assert asked <= {case.id for case in lesson.cases}
    assert any(scene.intro for scene in scenes)
