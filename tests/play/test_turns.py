"""Which worker is asked next."""

from __future__ import annotations

import threading
import time

from modengine.play.pool import Pool
from modengine.play.turns import Seat, Turns
from tests.play.pages import FILES


def nobody() -> None:
    raise AssertionError("nothing is crowded here")


def used(turns: Turns[str], name: str, lane: str) -> str:
    """The worker that a request got, which has compiled the rule set then."""
    with turns.turn(name, lane, lambda: None) as seat:  # type: ignore[arg-type]
        seat.knows([name])
        return seat.worker


def test_a_verdict_comes_from_the_worker_that_knows_the_rules() -> None:
    turns = Turns(["a", "b", "c"])
    first = used(turns, "rules", "verdict")
    assert {used(turns, "rules", "verdict") for _ in range(5)} == {first}


def test_other_rules_are_compiled_away_from_the_latest_verdict() -> None:
    turns = Turns(["a", "b", "c"])
    first = used(turns, "old", "verdict")
    assert used(turns, "new", "reasons") != first


def test_a_study_keeps_away_from_the_latest_verdict_even_if_it_must_compile() -> None:
    turns = Turns(["a", "b", "c"])
    first = used(turns, "rules", "verdict")
    assert used(turns, "rules", "study") != first
    with turns.turn("x", "study", nobody) as earlier, turns.turn("y", "study", nobody) as later:
        assert first not in (earlier.worker, later.worker)
        assert used(turns, "rules", "verdict") == first
    assert used(Turns(["only"]), "rules", "study") == "only"


def test_a_request_waits_for_the_worker_that_knows_its_rules_and_says_so_once() -> None:
    turns = Turns(["a", "b"])
    first = used(turns, "rules", "verdict")
    turns.compiled("rules", 1000.0)
    crowded, told, got = threading.Event(), [], []

    def tell() -> None:
        told.append(1)
        crowded.set()

    def ask() -> None:
        with turns.turn("rules", "verdict", tell) as seat:
            got.append(seat.worker)

    with turns.turn("rules", "verdict", nobody):
        waiting = threading.Thread(target=ask)
        waiting.start()
        assert crowded.wait(30)
        assert got == []
    waiting.join(30)
    assert (got, told) == ([first], [1])


def test_rules_that_compile_at_once_are_compiled_by_another() -> None:
    turns = Turns(["a", "b"])
    first = used(turns, "rules", "verdict")
    turns.compiled("rules", 0.0)
    with turns.turn("rules", "verdict", nobody):
        assert used(turns, "rules", "verdict") != first


def test_one_worker_stays_idle_when_rules_are_compiled_in_advance() -> None:
    turns = Turns(["a", "b", "c"])
    first = used(turns, "rules", "verdict")
    with turns.another("rules") as earlier, turns.another("rules") as later:
        assert earlier is not None
        assert earlier.worker != first
        assert later is not None
        with turns.another("rules") as third:
            assert third is None


def test_a_seat_remembers_as_many_rule_sets_as_a_worker_keeps() -> None:
    seat = Seat("a")
    seat.knows(["first"])
    seat.knows(f"r{at}" for at in range(11))
    assert "first" in seat.known
    seat.knows(["last"])
    assert "first" not in seat.known


def test_rules_that_many_ask_about_are_compiled_by_a_second_worker() -> None:
    """While one worker is busy with it, and others are idle."""
    with Pool(3) as many:
        name = many.remember(FILES, "policy.yaml")
        assert many.ask({"job": "decide", "rules": name, "text": "中奖"}, 60)[0] == 200
        assert sum(name in seat.known for seat in many._turns.seats) == 1
        many._turns.compiled(name, 1000.0)
        with many._turns.turn(name, "verdict", nobody):
            asked = threading.Thread(target=many.ask, args=({"job": "decide", "rules": name, "text": "中"}, 60))
            asked.start()
            end = time.monotonic() + 60
            while asked.is_alive() and time.monotonic() < end:
                asked.join(0.05)
            assert not asked.is_alive(), "nobody else answered"
        assert sum(name in seat.known for seat in many._turns.seats) == 2
