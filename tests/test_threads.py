"""One engine, any number of threads; and engines that travel to other processes."""

from __future__ import annotations

import gc
import pickle
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from weakref import ref

import pytest

from modengine.engine.engine import Engine
from modengine.model import Message, Part
from modengine.policy.model import Token
from tests import build
from tests.build import compile_policy, exception, regex, relief, rule, text, tokens, words
from tests.engines import campaign

THREADS = 8
A = text("a", "微信", sounds_like=True, looks_like=True, gaps=2, repeats=True)
POLICY = build.policy(
    rule("r.words", "w and near(w, a, 9)", words("w", "刷单", "和服", gaps=1), A, score=40, group="g"),
    rule("r.shape", "d and a", regex("d", r"加\D{0,4}\d{3,}"), A, score=45, group="g"),
    rule("r.tokens", "k", tokens("k", Token(text="日赚"), Token(like="money")), score=35, category="rumour"),
    rule("test", "rule(r.*)", status="test"),
    relief("x", "v", words("v", "警方", "提醒"), by=30),
    caps={"g": 60},
    exceptions=(exception("quiet", 'message.app == "校讯"'),),
)
MESSAGES = [
    Message(f"{head}{body}{n}", parts=(Part("ocr", body),), fields={"app": ("校讯", "微讯")[n % 2]})
    for n in range(12)
    for head in ("", "警方提醒：", "產品和服務，")
    for body in ("刷單加微.信12345", "加薇芯 888", "日赚300元", "她穿和服加徽信", "今天天气不错")
]


def fresh() -> Engine:
    """An engine that has decided nothing yet: its segmenter is still to be made."""
    return Engine(compile_policy(POLICY))


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
def test_one_engine_decides_alike_in_many_threads() -> None:
    expected = [fresh().decide(message) for message in MESSAGES[:15]] * THREADS
    engine, start = fresh(), Barrier(THREADS)

    def work(_: int) -> list[object]:
        start.wait()
        return [engine.decide(message) for message in MESSAGES[:15]]

    with ThreadPoolExecutor(THREADS) as pool:
        assert [decision for each in pool.map(work, range(THREADS)) for decision in each] == expected


@pytest.mark.usefixtures("restless")
def test_threads_with_messages_of_their_own_do_not_mix_them() -> None:
    engine = fresh()
    expected = list(engine.decide_many(MESSAGES))
    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(engine.decide, MESSAGES)) == expected


@pytest.mark.usefixtures("restless")
def test_traces_and_decisions_go_side_by_side() -> None:
    engine = fresh()
    expected = [engine.decide(message, ignore_scope=True) for message in MESSAGES[:30]]
    with ThreadPoolExecutor(THREADS) as pool:
        traces = pool.map(engine.trace, MESSAGES[:30])
        assert [trace.decision for trace in traces] == expected


def test_the_messages_of_this_test_meet_every_rule() -> None:
    decisions = list(fresh().decide_many(MESSAGES))
    hit = {entry.rule for decision in decisions for entry in (*decision.hits, *decision.shadow_hits, *decision.relief)}
    assert hit == {rule.id for rule in POLICY.rules}


def test_an_engine_travels_and_decides_alike() -> None:
    engine = fresh()
    there = pickle.loads(pickle.dumps(engine))
    assert list(there.decide_many(MESSAGES)) == list(engine.decide_many(MESSAGES))


def test_an_engine_travels_after_it_has_decided() -> None:
    engine = fresh()
    engine.decide(MESSAGES[0])
    assert pickle.loads(pickle.dumps(engine)).revision == engine.revision


def test_the_shipped_engine_travels() -> None:
    engine = campaign()
    assert pickle.loads(pickle.dumps(engine)).revision == engine.revision


@pytest.mark.parametrize("message", [MESSAGES[0], Message("甲", id="1")])
def test_messages_decisions_and_traces_travel(message: Message) -> None:
    engine = fresh()
    for value in (message, engine.decide(message), engine.trace(message)):
        assert pickle.loads(pickle.dumps(value)) == value


@pytest.mark.parametrize("name", ["policy", "revision", "other"])
def test_an_engine_cannot_be_changed(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(fresh(), name, None)


def test_deciding_changes_nothing_that_decides() -> None:
    engine = fresh()
    before = [engine.decide(message) for message in MESSAGES[:10]]
    for message in reversed(MESSAGES):
        engine.trace(message)
    assert [engine.decide(message) for message in MESSAGES[:10]] == before


def test_an_engine_ends_with_its_last_user() -> None:
    """The compiled core must not hold the engine that holds it: neither would ever end."""
    engine = Engine(compile_policy(POLICY))
    engine.decide("加微信")
    program = ref(engine.program)
    del engine
    gc.collect()
    assert program() is None
