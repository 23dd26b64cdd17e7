"""The smallest edit: against trying every removal there is, and on texts whose answer is plain."""

from __future__ import annotations

import json
from itertools import combinations

import jsonschema
import pytest
from hypothesis import given, settings, strategies as st

from modengine.engine.budget import BUDGET
from modengine.engine.engine import Engine
from modengine.lab.report.render import as_html, as_json, as_text
from modengine.lab.report.schemas import schema
from modengine.lab.report.views.smallest import view
from modengine.lab.studies.smallest import Points, Removal, Smallest, cut, smallest
from modengine.model import RANK, Message, Part
from modengine.policy.model import Longer
from tests.build import engine, override, relief, rule, text, words
from tests.lab.corpora import blocks_everything

A = rule("fraud.a", "a", text("a", "骗钱"))
B = rule("fraud.b", "b", text("b", "转账"), score=40)
WARN = relief("relief.warn", "w", text("w", "警惕"), by=60)


def lower(result: Smallest) -> list[Removal]:
    return [removal for removal in result.removals if removal.direction == "lower"]


def test_one_character_of_the_one_match_is_enough() -> None:
    found = smallest(engine(A), "他骗钱了")
    assert found.action == "review"
    assert [(removal.characters, removal.cuts[0].text, removal.after, removal.text) for removal in found.removals] == [
        (1, "骗", "allow", "他钱了"),
        (1, "钱", "allow", "他骗了"),
    ]
    assert all(removal.least and removal.gone == ("fraud.a",) for removal in found.removals)


def test_a_match_that_stands_twice_must_go_twice() -> None:
    found = smallest(engine(A), "骗钱又骗钱")
    best = lower(found)[0]
    assert (best.characters, best.matches, best.least) == (2, 2, True)


def test_the_action_falls_by_a_step_where_another_rule_stays() -> None:
    found = smallest(engine(A, B), "骗钱转账")  # 100 points: block
    assert found.action == "block"
    assert {(removal.after, removal.gone) for removal in lower(found)} == {
        ("label", ("fraud.a",)),
        ("review", ("fraud.b",)),
    }


def test_a_rule_that_only_has_other_points_is_neither_gone_nor_new() -> None:
    pair = (rule("fraud.a", "a", text("a", "骗钱"), group="g"), rule("fraud.b", "b", text("b", "转账"), group="g"))
    found = smallest(engine(*pair, caps={"g": 90}), "骗钱转账")
    assert {(removal.gone, removal.new, removal.points) for removal in lower(found)} == {
        (("fraud.a",), (), (Points("fraud.b", 30, 60),)),
        (("fraud.b",), (), ()),
    }
    assert "fraud.b 30 → 60" in as_text(view(found), 100)


def test_what_comes_together_is_decided_again() -> None:
    """Without 钱 the two halves of 转账 meet: that is no way out."""
    found = smallest(engine(A, rule("fraud.b", "b", text("b", "骗子"))), "骗钱子")
    assert [removal.cuts[0].text for removal in lower(found)] == ["骗"]


def test_a_removal_can_raise_the_action_too() -> None:
    found = smallest(engine(A, WARN), "警惕骗钱")
    assert found.action == "allow"
    (first, second) = found.removals
    assert {first.direction, second.direction} == {"higher"}
    assert (first.after, first.characters, first.gone) == ("review", 1, ("relief.warn",))


def test_every_part_of_a_message_is_looked_at() -> None:
    message = Message("看图", parts=(Part("ocr", "骗钱"),))
    (removal, *_) = smallest(engine(A), message).removals
    assert (removal.cuts[0].part_index, removal.cuts[0].start, removal.cuts[0].end) == (1, 0, 1)
    assert removal.text == "看图\n钱"


def test_fields_stay_as_they_are() -> None:
    raised = engine(A, overrides=(override("fraud.a", action="block", when="message.reposts > 500"),))
    found = smallest(raised, Message("骗钱", fields={"reposts": "620"}))
    assert (found.action, found.removals[0].after) == ("block", "allow")
    assert found.margins[0].to_fall is None


def test_margins_are_in_points() -> None:
    (margin,) = smallest(engine(A), "骗钱").margins
    assert (margin.score, margin.to_fall, margin.to_rise) == (60, 11, 30)
    (margin,) = smallest(engine(A), "好").margins
    assert (margin.score, margin.to_fall, margin.to_rise) == (0, None, 30)


def test_the_nearest_misses_say_what_they_would_make() -> None:
    near = rule("fraud.pair", "a and b", text("a", "骗"), text("b", "钱"), score=95)
    (miss,) = smallest(engine(near), "骗").near_misses
    assert (miss.rule, miss.missing, miss.would_be) == ("fraud.pair", "b", "block")


def test_nothing_matched_and_nothing_to_remove() -> None:
    found = smallest(engine(A), "你好")
    assert (found.removals, found.places, found.complete) == ((), 0, True)
    assert "no removal of what was matched" in as_text(view(found), 100)
    assert smallest(engine(A), "").action == "allow"


def test_a_message_that_is_too_long_has_no_removal() -> None:
    found = smallest(engine(A), "好" * (BUDGET.characters + 1))
    assert (found.action, found.removals) == ("review", ())


def test_a_search_that_ends_at_its_limit_says_so() -> None:
    many = engine(rule("fraud.many", "count(w) >= 1", text("w", *"甲乙丙丁戊己庚辛壬癸")))
    found = smallest(many, "甲乙丙丁戊己庚辛壬癸", tries=200)
    assert not found.complete
    (removal,) = lower(found)
    assert (removal.characters, removal.after) == (10, "allow")
    assert "a smaller removal may exist" in as_text(view(found), 100)


def test_canary_what_blocks_everything_falls_only_with_everything() -> None:
    found = smallest(blocks_everything(), "天气好")
    (removal,) = lower(found)
    assert (removal.characters, removal.text) == (3, "")


def tricky() -> Engine:
    return engine(
        A,
        B,
        WARN,
        rule("fraud.gap", "g", words("g", "微信", gaps=1), score=35),
        rule("fraud.not", "x and not y", text("x", "钱"), text("y", "还"), score=30),
    )


TRICKY = tricky()


@settings(max_examples=40, deadline=None)
@given(st.text("骗钱转账警惕微信还.", min_size=1, max_size=7))
def test_no_single_character_is_overlooked(body: str) -> None:
    """Against every removal of one matched character, and every answer decided again."""
    found = smallest(TRICKY, body)
    before = TRICKY.decide(body).action
    for removal in found.removals:
        gone = {(c.part_index, at) for c in removal.cuts for at in range(c.start, c.end)}
        after = TRICKY.decide(cut(Message(body), gone)).action
        assert (after, len(gone)) == (removal.after, removal.characters)
        assert (RANK[after] < RANK[before]) is (removal.direction == "lower")
    places = {at for r in TRICKY.trace(body).rules for m in r.matches for at in range(m.start, m.end)}
    single = [at for at in places if RANK[TRICKY.decide(body[:at] + body[at + 1 :]).action] < RANK[before]]
    if single and lower(found) and lower(found)[0].matches == 1:
        assert lower(found)[0].characters == 1
    assert found.complete


@settings(max_examples=15, deadline=None)
@given(st.text("骗钱转账警", min_size=2, max_size=6))
def test_a_set_that_is_called_least_is_least(body: str) -> None:
    before = TRICKY.decide(body).action
    for removal in lower(smallest(TRICKY, body)):
        if removal.least:
            own = [at for c in removal.cuts for at in range(c.start, c.end)]
            for size in range(1, len(own)):
                for fewer in combinations(own, size):
                    rest = "".join(char for at, char in enumerate(body) if at not in fewer)
                    assert RANK[TRICKY.decide(rest).action] >= RANK[before]


def test_the_result_is_as_its_schema_says_and_is_escaped() -> None:
    found = smallest(TRICKY, "<b>骗钱</b>转账", command="modengine flip x")
    jsonschema.validate(json.loads(as_json(view(found))), schema("flip"), jsonschema.Draft202012Validator)
    assert "<b>钱" not in as_html(view(found))
    assert found == smallest(TRICKY, "<b>骗钱</b>转账", command="modengine flip x")


def test_a_field_of_another_type_is_an_error() -> None:
    from modengine.errors import MessageError

    with pytest.raises(MessageError, match="reposts"):
        smallest(engine(A), Message("骗钱", fields={"reposts": "many"}))


def test_steps_are_those_that_hold_for_the_length_of_the_text() -> None:
    """60 points: review from 50, in this text from 60; without the last character from 50 again."""
    made = engine(A, rule("fraud.c", "a and c", text("a", "骗钱"), text("c", "转"), score=15), longer=(Longer(4, 10),))
    found = smallest(made, "骗钱一二三")
    assert found.action == "review"
    assert [(margin.to_fall, margin.to_rise) for margin in found.margins] == [(1, 40)]
    assert [(miss.points, miss.would_be) for miss in found.near_misses] == [(15, "review")]
    assert smallest(made, "骗钱一二").margins[0].to_rise == 30


def test_a_text_may_rise_when_it_gets_shorter() -> None:
    made = engine(A, rule("fraud.b", "b", text("b", "好"), score=0), longer=(Longer(3, 11),))
    found = smallest(made, "骗钱一好")
    assert found.action == "label"
    assert [(removal.direction, removal.after, removal.cuts[0].text) for removal in found.removals][-1] == (
        "higher", "review", "好",
    )  # fmt: skip


def test_a_rule_on_test_would_give_nothing() -> None:
    a, b = text("a", "骗钱"), text("b", "转账")
    found = smallest(engine(A, rule("fraud.t", "a and b", a, b, status="test", score=40)), "骗钱")
    assert [(miss.points, miss.would_be, miss.on_test) for miss in found.near_misses] == [(0, "review", True)]
    assert "none: on test" in as_text(view(found), 200)
