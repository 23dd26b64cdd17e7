"""A covered message on pictures of the page, and on the devices of a class."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modengine.play.lessons import shipped_lessons
from tests.play.browser.hiding import EVERYTHING, stands
from tests.play.browser.looks import PANELS
from tests.play.browser.window import Opened

LESSON = next(lesson for lesson in shipped_lessons() if lesson.lesson == "whom-does-it-hit")
CASE = next(case for case in LESSON.cases if case.id == "victim")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_of_a_covered_message_does_not_depend_on_its_text(
    opened: Opened, scheme: str, tmp_path: Path
) -> None:
    """The same panels are photographed with another text under the cover: not one pixel differs."""
    other = CASE.text + "。" + CASE.text[::-1]
    pictures: list[list[bytes]] = []
    for text in (CASE.text, other):
        page = opened(scheme=scheme)
        page.route("**/api/start", replaced(text))
        page.reload()
        page.wait_for_selector("html[data-ready]")
        page.select_option("#lesson", LESSON.lesson)
        page.wait_for_selector("#cases .badge")
        page.click(f"#case-{CASE.id}")
        page.wait_for_selector(f"#seen-{CASE.id} .badge")
        page.wait_for_selector("#verdict .badge.large")
        found = []
        for panel in PANELS:
            page.click(f"#tab-{panel}")
            page.mouse.move(0, 0)
            found.append(page.screenshot(path=tmp_path / f"{len(pictures)}-{panel}.png", full_page=True))
        pictures.append(found)
    assert pictures[0] == pictures[1]


def replaced(text: str) -> Callable[[Any], None]:
    """The lessons, with another text under the cover."""

    def route_of(route: Any) -> None:
        answer = route.fetch()
        start = answer.json()
        for lesson in start["lessons"]:
            for case in lesson["cases"]:
                if case["text"] == CASE.text:
                    case["text"] = text
        route.fulfill(response=answer, json=start)

    return route_of


def test_a_message_that_the_teacher_asks_is_covered_on_devices_too(opened: Opened, pool: Any) -> None:
    from modengine.play.guard import Door
    from tests.play.browser.window import served

    door = Door(open=True)
    with served(pool, door) as base:
        teacher = opened(LESSON.lesson, hash_=f"#token={door.teacher}", base=base)
        student = opened(hash_=f"#token={door.student}", base=base)
        teacher.click("#teacher")
        teacher.check("#blur")
        teacher.click("#case-game")
        teacher.click("#ask-class")
        student.wait_for_selector("#question .vote")
        assert stands(student, LESSON.cases[1].text) == []
        assert LESSON.cases[1].gloss not in student.evaluate(EVERYTHING)
        student.click("#show-asked")
        assert LESSON.cases[1].text in student.inner_text("#question")
        teacher.close()
        student.close()
