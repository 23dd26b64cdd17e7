"""The class: what is asked, what a student's window is told of it and when, one answer a device, a lesson for all."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from modengine.paths import shipped_policy
from modengine.play.app import make_app
from modengine.play.guard import LOOPBACK, Door
from modengine.play.lessons import shipped_lessons
from modengine.play.pool import Pool
from modengine.play.room import Question, Room
from modengine.play.serve import start_of
from tests.play.parity import samples

SCAM = "恭喜您中奖，请点击链接领取"
LOCKED = ("pornography", "terrorism")
Ask = Callable[..., Any]


@pytest.fixture
def windows(pool: Pool) -> tuple[Ask, Callable[[str], Ask]]:
    """The teacher's window, and one of a student at an address."""
    door = Door(hosts=LOOPBACK | {"10.0.0.7"}, open=True)
    app = make_app(start_of(shipped_policy(), shipped_lessons()), pool, door)

    def window(address: str, token: str) -> Ask:
        client = TestClient(app, base_url="http://10.0.0.7:8321", client=(address, 5000))

        def ask(path: str, status: int = 200, **body: Any) -> Any:
            answer = client.post(f"/api/{path}", json=body, headers={"x-modengine-token": token})
            assert answer.status_code == status, answer.text[:300]
            return answer.json()

        return ask

    return window("10.0.0.7", door.teacher), lambda address: window(address, door.student)


def test_a_student_is_told_nothing_of_the_decision_before_it_is_shown(windows: Any) -> None:
    teacher, at = windows
    student = at("10.0.0.8")
    teacher("room/ask", text=SCAM, gloss="Congratulations")
    student("room/vote", voter="a" * 32, choice="block")
    before = student("room", voter="a" * 32)
    assert (before["shown"], before["right"], before["tally"], before["mine"]) == (False, "", None, "block")
    lessons = student("start")["lessons"]
    assert [case["id"] for lesson in lessons for case in lesson["cases"] if case["tell"]] == []
    assert "yet to predict" in student("tell", 409, lesson="warning-and-scam", case="scam")["error"]
    student("room/show", 403, right="allow")
    teacher("room/show", right="review")
    after = student("room", voter="a" * 32)
    assert (after["shown"], after["right"], after["tally"]["block"]) == (True, "review", 1)
    assert student("tell", lesson="warning-and-scam", case="scam")["tell"]["en"].startswith("Fifty points")
    # The next question forgets what was right.
    teacher("room/ask", text="另一条")
    assert (student("room")["right"], student("room")["votes"], student("room", voter="a" * 32)["mine"]) == ("", 0, "")


def test_what_is_worth_saying_is_told_to_the_teacher_at_once_and_to_others_by_name(windows: Any) -> None:
    teacher, at = windows
    assert all(case["tell"] for lesson in teacher("start")["lessons"] for case in lesson["cases"])
    teacher("room/ask", text=SCAM)
    assert teacher("tell", lesson="warning-and-scam", case="scam")["tell"]
    assert at("10.0.0.8")("tell", lesson="warning-and-scam", case="bank")["tell"]
    assert at("10.0.0.8")("tell", lesson="warning-and-scam", case="nothing") == {"tell": None}


def test_a_student_s_page_begins_without_labels_and_measures_without_saying_of_what(windows: Any) -> None:
    teacher, at = windows
    student = at("10.0.0.8")
    lesson = next(one for one in shipped_lessons() if one.lesson == "threshold-and-cost")
    rules = teacher("rules", files=lesson.files, main=lesson.main)["rules"]
    began = {one["lesson"]: one for one in student("start")["lessons"]}
    assert {row["label"] for one in began.values() for row in [*one["cases"], *one["messages"]]} == {""}
    assert {row["kind"] for one in began.values() for row in one["messages"]} == {""}
    assert {case["label"] for one in teacher("start")["lessons"] for case in one["cases"]} > {"none", "fraud"}

    def read(path: str, secret: list[str]) -> tuple[list[Any], str]:
        by = {"by": "kind"} if path == "eval" else {}
        found = student(path, rules=rules, lesson=lesson.lesson, secret=secret, **by)
        rows = [row for one in found["grid"] for row in one["rows"]] if path == "eval" else found["rows"]
        return rows, json.dumps(found, ensure_ascii=False)

    secret = [case.text for case in lesson.cases]
    for path in ("eval", "scores"):
        open_, said = read(path, [])
        assert all(text in said for text in secret)
        rows, said = read(path, secret)
        assert not any(text in said for text in secret)
        assert sum(row.get("secret", False) for row in rows) == sum(row["text"] in secret for row in open_)
        assert {row["id"] for row in rows if row.get("secret")} == {""}
        assert sorted(row["label"] for row in rows) == sorted(row["label"] for row in open_)
    assert student("eval", 422, lesson="nothing")["error"] == "there is no such lesson here"


def test_an_answer_is_found_again_by_the_device_that_gave_it(windows: Any) -> None:
    teacher, at = windows
    teacher("room/ask", text=SCAM)
    at("10.0.0.8")("room/vote", voter="a" * 32, choice="review")
    assert at("10.0.0.8")("room", voter="b" * 32)["mine"] == "review"  # loaded anew, another browser
    assert at("10.0.0.9")("room", voter="a" * 32)["mine"] == ""
    teacher("room/ask", text=SCAM, shared=True)
    at("10.0.0.8")("room/vote", voter="a" * 32, choice="label")
    assert at("10.0.0.8")("room", voter="b" * 32)["mine"] == ""
    assert at("10.0.0.8")("room", voter="a" * 32)["mine"] == "label"


def test_a_lesson_is_opened_for_all_by_the_teacher_alone(windows: Any) -> None:
    teacher, at = windows
    student = at("10.0.0.8")
    assert student("room/lesson") == {"pushed": 0, "kept": ""}
    student("room/push", 403, kept="abc")
    teacher("room/push", 400, kept="<script>")
    assert teacher("room/push", kept="abc-_0")["pushed"] == 1
    assert student("room")["pushed"] == 1
    assert "kept" not in student("room")  # thirty windows look every two seconds
    assert student("room/lesson") == {"pushed": 1, "kept": "abc-_0"}


def test_nobody_is_asked_when_asking_ended(windows: Any) -> None:
    teacher, at = windows
    teacher("room/ask", text=SCAM)
    teacher("room/ask")
    assert at("10.0.0.8")("room")["text"] == ""
    at("10.0.0.8")("room/vote", 409, voter="a" * 32, choice="allow")
    assert teacher("room/show", right="review")["shown"] is False


def test_samples_behind_the_lock_are_counted_and_not_read(windows: Any) -> None:
    teacher, at = windows
    student = at("10.0.0.8")
    secret = [sample["text"] for sample in samples() if sample["label"] in LOCKED and len(sample["text"]) > 3]
    glosses = [sample["gloss"] for sample in samples() if sample["label"] in LOCKED]
    assert len(secret) > 40

    def read(ask: Ask, unlocked: bool) -> str:
        found = [ask(path, unlocked=unlocked) for path in ("eval", "scores", "test")]
        return json.dumps(found, ensure_ascii=False)

    def shown(said: str) -> int:
        return sum(json.dumps(text, ensure_ascii=False)[1:-1] in said for text in [*secret, *glosses])

    open_, closed = read(teacher, True), read(teacher, False)
    assert shown(open_) > 80
    assert shown(closed) == 0
    assert [row["n"] for row in teacher("eval")["grid"]] == [row["n"] for row in teacher("eval", unlocked=True)["grid"]]
    assert shown(read(student, True)) == 0
    student("room/lock", 403, unlocked=True)
    teacher("room/lock", unlocked=True)
    assert shown(read(student, True)) == shown(open_)
    rows = [row for row in student("scores", unlocked=True)["rows"] if row["label"] in LOCKED]
    assert all(row["sensitive"] for row in rows)
    teacher("room/lock", unlocked=False)
    assert shown(read(student, True)) == 0


def test_examples_of_locked_categories_are_locked_too(windows: Any) -> None:
    teacher, _ = windows
    locked = [one for one in teacher("test") if one.get("locked")]
    assert len(locked) > 10
    assert all(one["text"] == "" and one["rule"].split(".")[0] in LOCKED for one in locked)


def test_a_right_answer_that_was_shown_does_not_outlive_the_question() -> None:
    room = Room()
    room.show("block")  # nothing is asked
    assert room.state(False)["shown"] is False
    room.ask(Question(SCAM))
    assert room.asks(SCAM)
    room.show("review")
    assert not room.asks(SCAM)
    room.ask(Question(SCAM))
    assert room.state(True)["right"] == ""
    assert not room.asks("")
