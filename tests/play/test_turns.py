"""Which worker is asked next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from modengine.play.pool import Pool
from modengine.play.turns import EndedError, Seat, Turns
from tests.commands import wait_for
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
    turns = Turns(["a", "b", "c", "d", "e"])
    first = used(turns, "rules", "verdict")
    assert used(turns, "rules", "study") != first
    with turns.turn("x", "study", nobody) as earlier, turns.turn("y", "study", nobody) as later:
        assert first not in (earlier.worker, later.worker)
        assert used(turns, "rules", "verdict") == first
    assert used(Turns(["only"]), "rules", "study") == "only"


def in_threads(turns: Turns[str], asked: Sequence[tuple[str, str]], told: Callable[[], None] = nobody) -> list[str]:
    """Has each ask for a turn in a thread of its own, one after the other; what they are given, as it comes."""
    got: list[str] = []

    def ask(name: str, lane: str) -> None:
        with turns.turn(name, lane, told) as seat:  # type: ignore[arg-type]
            seat.knows([name])
            got.append(f"{lane} {name}")

    for at, one in enumerate(asked, 1):
        threading.Thread(target=ask, args=one, daemon=True).start()
        wait_for(lambda at=at: len(turns._waiting) == at)  # type: ignore[misc]
    return got


def test_requests_wait_for_the_worker_that_knows_their_rules_and_a_crowd_says_so() -> None:
    turns = Turns(["a", "b"])
    first = used(turns, "rules", "verdict")
    turns.compiled("rules", 1000.0)
    told: list[int] = []
    with turns.turn("rules", "verdict", nobody) as seat:
        assert seat.worker == first
        got = in_threads(turns, [("rules", "verdict")] * 2)
        threading.Thread(target=lambda: turns._leave(turns._take("rules", "verdict", lambda: told.append(1)))).start()
        wait_for(lambda: told)
        assert got == []
    wait_for(lambda: len(got) == 2 and not turns._waiting)
    assert told == [1]


def test_verdicts_go_first_then_rules_to_read_then_the_first_that_came() -> None:
    turns = Turns(["only"])
    with turns.turn("x", "verdict", nobody):
        got = in_threads(
            turns,
            [("a", "study"), ("b", "reasons"), ("c", "rules"), ("d", "rules"), ("e", "verdict"), ("f", "verdict")],
        )
    wait_for(lambda: len(got) == 6)
    assert got == ["verdict e", "verdict f", "rules c", "rules d", "reasons b", "study a"]


def test_who_would_have_rules_compiled_again_goes_last_of_those_who_wait_for_the_same() -> None:
    turns = Turns(["a", "b"])
    used(turns, "known", "verdict")
    turns.compiled("known", 0.0)
    with turns.turn("known", "verdict", nobody):
        with turns.turn("x", "verdict", nobody):
            got = in_threads(turns, [("known", "verdict")])
            wait_for(lambda: not turns._waiting[0].patient)
            other = threading.Thread(target=lambda: got.append(used(turns, "new", "verdict")), daemon=True)
            other.start()
            wait_for(lambda: len(turns._waiting) == 2)
        other.join(30)
        wait_for(lambda: len(got) == 2)
    assert got[1] == "verdict known"


def test_rules_that_are_being_compiled_are_waited_for() -> None:
    turns = Turns(["a", "b"])
    turns.compiled("new", 1000.0)
    with turns.turn("new", "rules", nobody) as seat:
        got = in_threads(turns, [("new", "rules")])
        seat.knows(["new"])
        assert got == []
    wait_for(lambda: got)


def test_rules_of_many_are_spread_over_the_workers() -> None:
    turns = Turns(["a", "b", "c"])
    for number in range(30):
        used(turns, f"r{number}", "rules")
    assert [len(seat.known) for seat in turns.seats] == [10, 10, 10]


def test_who_waits_when_the_page_ends_is_sent_away() -> None:
    turns = Turns(["only"])
    sent: list[str] = []

    def ask() -> None:
        try:
            used(turns, "rules", "verdict")
        except EndedError:
            sent.append("away")

    with turns.turn("x", "verdict", nobody):
        waiting = threading.Thread(target=ask)
        waiting.start()
        wait_for(lambda: turns._waiting)
        turns.end()
        waiting.join(30)
    ask()
    assert sent == ["away", "away"]


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
            request = {"job": "decide", "rules": name, "text": "中"}
            asked = [threading.Thread(target=many.ask, args=(request, 60), daemon=True) for _ in range(3)]
            for one in asked:
                one.start()
            for one in asked:
                one.join(60)
                assert not one.is_alive(), "nobody else answered"
        assert sum(name in seat.known for seat in many._turns.seats) == 2


def test_every_worker_knows_what_all_rules_of_a_class_begin_with() -> None:
    with Pool(3) as many:
        name = many.remember(FILES, "policy.yaml")
        many.warm(name, everywhere=True)
        assert all(name in seat.known for seat in many._turns.seats)


def test_nobody_works_for_who_is_gone() -> None:
    with Pool(1) as one:
        name = one.remember(FILES, "policy.yaml")
        assert one.ask({"job": "rules", "rules": name}, 60, "rules", lambda: True)[0] == 499
        assert not one._turns.seats[0].known
