"""What the page does not let anybody do."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import Event, create_task_group, wait_all_tasks_blocked
from starlette.testclient import TestClient

from modengine.errors import InputError
from modengine.play import turns
from modengine.play.app import Arrived, Shares, Start, make_app
from modengine.play.guard import LOOPBACK, Door
from modengine.play.jobs.workspace import make, names_are_good
from modengine.play.limits import MOST_ARRIVED_OF_ADDRESS, MOST_BODY
from modengine.play.pool import Pool
from modengine.play.registry import ENDPOINTS
from modengine.play.room import Question, Room
from modengine.play.serve import bind, door_of
from tests.commands import wait_for
from tests.play.pages import FILES, POLICY, RULES, Api

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "", "[::2]"])
def test_a_strange_host_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 403
    assert client.post("/api/decide", json={"text": "x"}, headers={"host": host}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_page_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/api/decide", json={"text": "x"}, headers=headers).status_code == 403


def test_the_page_itself_is_not_refused(client: TestClient) -> None:
    headers = {"origin": "http://127.0.0.1:8321", "sec-fetch-site": "same-origin"}
    assert client.post("/api/decide", json={"text": "x"}, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/", "/static/nothing.js", "/api/openapi.json", "/nowhere"])
def test_every_answer_has_the_policy(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static//etc/passwd"]
)
def test_no_other_file_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_form_of_another_page_cannot_post(client: TestClient) -> None:
    assert (
        client.post("/api/decide", content=b'{"text":"x"}', headers={"content-type": "text/plain"}).status_code == 400
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"text": 1}', b'{"txet": "x"}', b"[" * 100_000, b'{"rules": "../../etc/passwd"}',
     b'{"text": "' + b"x" * 20_001 + b'"}', b"\xff\xfe"],
)  # fmt: skip
def test_what_is_no_request_is_refused(client: TestClient, body: bytes) -> None:
    if body == b"":
        assert client.post("/api/decide", content=body, headers=JSON).status_code == 200
        return
    assert client.post("/api/decide", content=body, headers=JSON).status_code == 400


def test_a_body_that_is_too_large_is_refused(client: TestClient) -> None:
    assert client.post("/api/decide", content=b"x" * (MOST_BODY + 1), headers=JSON).status_code == 413


@pytest.mark.parametrize(
    "name",
    ["../x.yaml", "/etc/passwd", "a/../../x.yaml", "C:x.yaml", "a\\b.yaml", ".hidden.yaml", "x.py", "x",
     "shipped/a.yaml", "con.yaml", "a/b/c/d/e.yaml", "x.yaml\0", ""],
)  # fmt: skip
def test_names_of_files_that_lead_elsewhere_are_refused(api: Api, name: str) -> None:
    assert names_are_good({name: "x"}, name)
    assert "error" in api("rules", 422, files={name: POLICY}, main=name)


@pytest.mark.parametrize(
    "text",
    [
        "policy: c\ntitle: C\nrulesets: [../secret.yaml]\n",
        "policy: c\ntitle: C\nbase: ../../../../../../../../etc/passwd\n",
        "policy: c\ntitle: C\nrulesets: [/etc/passwd]\n",
        "policy: c\ntitle: C\nrulesets: [shipped/../../secret.yaml]\n",
        RULES.replace("rules:", "lists:\n  l: {file: ../secret.txt}\nrules:"),
        RULES.replace("rules:", "lists:\n  l: {file: /proc/self/environ}\nrules:"),
    ],
)
def test_no_file_of_the_machine_is_read(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("secret.yaml", "secret.txt"):
        (tmp_path / name).write_text("a-secret: of the machine\n", "utf-8")
    made = make({"policy.yaml": text}, "policy.yaml")
    assert made.engine is None
    said = "\n".join(problem.render() for problem in made.diagnostics)
    assert "ME205" in said
    assert "a-secret" not in said
    assert str(tmp_path) not in said
    assert "root:" not in said


def test_shipped_rules_can_be_named() -> None:
    made = make({"policy.yaml": POLICY.replace("rules.yaml", "shipped/messages.yaml")}, "policy.yaml")
    assert made.engine is not None


HANGING = RULES.replace("{words: [中奖]}", "{regex: '(?:(?:a|b|ab)*)*c'}")
HANGS = "ab" * 900 + "!c"
"""A text on which the regex of these rules takes all the time it gets; without the c it is not even begun."""


def test_rules_that_hang_end_within_their_time_and_others_go_on(api: Api, pool: Pool) -> None:
    rules = api.rules({**FILES, "rules.yaml": HANGING})
    answer = api.client.post("/api/decide", json={"text": HANGS, "rules": rules})
    if answer.status_code == 200:
        assert answer.json()["action"] == "review"
    else:
        assert answer.status_code == 503
    assert api("decide", text="x")["action"] == "allow"


def test_an_address_waits_behind_its_own_jobs_and_nobody_elses() -> None:
    shares = Shares()
    begun: list[str] = []

    async def job(address: str, done: Event) -> None:
        async with shares.of(address):
            begun.append(address)
            await done.wait()

    async def run() -> None:
        done = Event()
        async with create_task_group() as tasks:
            for address in ["a"] * 8 + ["b"]:
                tasks.start_soon(job, address, done)
            await wait_all_tasks_blocked()
            assert sorted(begun) == ["a", "a", "b"]
            done.set()
        assert begun.count("a") == 8

    with ThreadPoolExecutor(1) as thread:  # this one may have a loop of the browser's
        thread.submit(anyio.run, run).result()


def test_a_worker_that_takes_too_long_is_replaced(pool: Pool) -> None:
    name = pool.remember({**FILES, "rules.yaml": HANGING}, "policy.yaml")
    # The regex is given up after a quarter of a second at the earliest.
    status, body = pool.ask({"job": "decide", "rules": name, "text": HANGS}, 0.01)
    assert (status, b"slow" in body) == (503, True)
    status, _ = pool.ask({"job": "decide", "rules": name, "text": "x"}, 30)
    assert status == 200


def test_a_rule_set_that_is_forgotten_is_asked_for(api: Api) -> None:
    assert api("decide", 410, text="x", rules="0" * 32)["code"] == "rules"


def test_what_is_remembered_has_a_bound_in_bytes(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    from modengine.play import pool as module

    monkeypatch.setattr(pool, "_sets", OrderedDict())
    monkeypatch.setattr(pool, "_pinned", set())
    monkeypatch.setattr(module, "MOST_REMEMBERED", 1_000_000)
    mine = pool.remember(FILES, "policy.yaml", pin=True)
    names = [pool.remember({"a.yaml": f"{number}" + "字" * 100_000}, "a.yaml") for number in range(10)]
    assert [name for name in names if pool.files_of(name)] == names[-3:]
    assert pool.files_of(mine) == {"files": FILES, "main": "policy.yaml"}
    huge = pool.remember({"a.yaml": "字" * 400_000}, "a.yaml")
    assert [name for name in (mine, *names, huge) if pool.files_of(name)] == [mine, huge]


def test_questions_take_no_more_room_than_their_answers(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_kept", OrderedDict())
    monkeypatch.setattr(pool, "_asked_once", lambda *_: (200, b"{}"))
    for number in range(10):
        pool.ask({"job": "explain", "text": f"{number}" + "x" * 20_000}, 1, "reasons")
    assert sum(map(len, pool._kept)) < 1000


def test_requests_that_wait_for_an_answer_have_a_bound_of_all_and_of_one_address() -> None:
    arrived = Arrived()
    with ExitStack() as stack:
        mine, again, other = (stack.enter_context(arrived.of(f"10.0.0.{number}")) for number in (1, 1, 2))
        mine(MOST_ARRIVED_OF_ADDRESS)
        other(MOST_ARRIVED_OF_ADDRESS)
        with pytest.raises(Exception, match="too many large requests"):
            again(1)
        third, fourth = (stack.enter_context(arrived.of(f"10.0.0.{number}")) for number in (3, 4))
        third(MOST_ARRIVED_OF_ADDRESS)
        fourth(MOST_ARRIVED_OF_ADDRESS)
        with pytest.raises(Exception, match="too many large requests"):
            stack.enter_context(arrived.of("10.0.0.5"))(1)
    with arrived.of("10.0.0.1") as mine:
        mine(MOST_ARRIVED_OF_ADDRESS)


def test_others_need_the_token(pool: Pool) -> None:
    door = Door(hosts=LOOPBACK | {"10.0.0.7"}, open=True)
    with TestClient(make_app(Start(FILES, "policy.yaml"), pool, door), base_url="http://10.0.0.7:8321") as client:

        def post(path: str, token: str = "") -> Any:
            return client.post(path, json={}, headers={"x-modengine-token": token})

        assert client.get("/").status_code == 200
        for path in ENDPOINTS:
            assert post(path).status_code == 403
            assert post(path, "wrong").status_code == 403
        assert post("/api/start", door.student).json()["teacher"] is False
        assert post("/api/start", door.student).json()["student"] == ""
        assert post("/api/start", door.teacher).json()["teacher"] is True
        assert post("/api/room/ask", door.student).status_code == 403
        assert post("/api/room/ask", door.teacher).status_code == 200


def test_only_this_machine_reaches_the_page_by_default() -> None:
    door = door_of("127.0.0.1")
    assert (door.open, door.hosts) == (False, LOOPBACK)
    with bind("127.0.0.1", None) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        listener.listen()
        with pytest.raises(InputError, match="cannot be served"):
            bind("127.0.0.1", listener.getsockname()[1])


def test_two_runs_have_different_tokens() -> None:
    assert len({Door().student, Door().teacher, Door().student, Door().teacher}) == 4


def test_a_tally_is_shown_to_the_class_only_when_the_teacher_shows_it() -> None:
    room = Room()
    room.ask(Question("恭喜您中奖"))
    room.vote("10.0.0.1", "a" * 32, "block")
    room.vote("10.0.0.1", "a" * 32, "review")
    room.vote("10.0.0.2", "b" * 32, "review")
    assert room.state(False)["tally"] is None
    assert room.state(False)["votes"] == 2
    assert room.state(True)["tally"]["review"] == 2
    room.show("review")
    assert room.state(False)["tally"] == {"allow": 0, "label": 0, "review": 2, "block": 0}
    with pytest.raises(ValueError, match="nothing is asked"):
        room.vote("10.0.0.3", "c" * 32, "allow")
    room.ask(Question("另一条"))
    assert room.state(True)["votes"] == 0


@pytest.mark.parametrize(("shared", "votes"), [(False, 1), (True, 20)])
def test_a_device_has_one_vote_unless_the_class_shares_an_address(pool: Pool, shared: bool, votes: int) -> None:
    door = Door(hosts=LOOPBACK | {"10.0.0.7"}, open=True)
    app = make_app(Start(FILES, "policy.yaml"), pool, door)

    def window(address: str, token: str) -> TestClient:
        headers = {"x-modengine-token": token}
        return TestClient(app, base_url="http://10.0.0.7:8321", client=(address, 5000), headers=headers)

    teacher = window("10.0.0.7", door.teacher)
    student, other = (window(f"10.0.0.{number}", door.student) for number in (8, 9))
    assert teacher.post("/api/room/ask", json={"text": "x", "shared": shared}).status_code == 200
    for number in range(20):
        assert student.post("/api/room/vote", json={"voter": f"{number:032x}", "choice": "block"}).status_code == 200
    assert teacher.post("/api/room", json={}).json()["votes"] == votes
    assert student.post("/api/room", json={}).json()["windows"] is None
    room = other.post("/api/room/vote", json={"voter": f"{20:032x}", "choice": "allow"}).json()
    assert room["votes"] == votes + 1
    room = teacher.post("/api/room", json={}).json()
    assert (room["tally"]["block"], room["tally"]["allow"], room["windows"]) == (votes, 1, 21)


def test_who_only_types_does_not_wait_for_those_who_measure(
    api: Api, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten studies of ten different rule sets that wait for one another, and a verdict that comes after them."""
    names = [
        api.rules({**FILES, "rules.yaml": RULES.replace("score: 50", f"score: {score}")}) for score in range(51, 61)
    ]
    begun: list[str] = []
    begin = turns._begin

    def noted(seat: Any, name: str, lane: Any) -> None:
        begun.append(lane)
        begin(seat, name, lane)

    def waiting() -> Counter[str]:
        """Beside what a test before this one may still have compiled."""
        return Counter(waiter.lane for waiter in list(pool._turns._waiting))

    with ThreadPoolExecutor(11) as threads:
        with ExitStack() as busy:
            for _ in pool._turns.seats:
                busy.enter_context(pool._turns.turn("", "verdict", lambda: None))
            studies = [threads.submit(api, "eval", rules=name) for name in names]
            wait_for(lambda: waiting()["study"] == len(names))
            verdict = threads.submit(api, "decide", text="恭喜您中奖", rules=names[0])
            wait_for(lambda: waiting()["verdict"] == 1)
            monkeypatch.setattr(turns, "_begin", noted)
        assert verdict.result()["action"] == "review"
        assert all(len(study.result()["grid"]) for study in studies)
    assert "verdict" in begun[: len(pool._turns.seats)]


def test_the_same_question_is_answered_from_memory(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    name = pool.remember(FILES, "policy.yaml")
    first = pool.ask({"job": "eval", "rules": name}, 30, "study")
    assert first[0] == 200
    with monkeypatch.context() as patched:
        patched.setattr(pool, "_asked_once", lambda *_: pytest.fail("a worker was asked"))
        assert pool.ask({"job": "eval", "rules": name}, 30, "study") == first
    assert pool.ask({"job": "eval", "rules": name, "off": []}, 30, "study")[0] == 200


@pytest.mark.skipif(sys.platform == "win32", reason="the system cannot bound the memory of a process this way")
def test_a_worker_cannot_take_all_memory() -> None:
    code = "from modengine.play.jobs.worker import bound; bound(); bytearray(4_000_000_000)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"MemoryError" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the system cannot bound the memory of a process this way")
def test_the_server_cannot_take_all_memory_and_a_worker_has_its_own_bound() -> None:
    begin = "from modengine.play.serve import bound; bound(); "
    for more, ends in (("", 1), ("from modengine.play.jobs.worker import bound; bound(); ", 0)):
        code = f"{begin}{more}bytearray(1_500_000_000)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
        assert done.returncode == ends, done.stderr
        assert (b"MemoryError" in done.stderr) == bool(ends)


def test_a_worker_knows_little_of_the_environment(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    from modengine.play import pool as module

    monkeypatch.setenv("A_SECRET", "x")
    started: dict[str, Any] = {}
    monkeypatch.setattr(module.subprocess, "Popen", lambda *_, **how: started.update(how))
    module.Worker(pool.logs)
    assert "A_SECRET" not in started["env"]
    assert started["stderr"] == subprocess.DEVNULL
