"""The decision: points to actions, overrides, scope, and what could not be determined."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import modengine
from modengine.engine.budget import BUDGET, Budget
from modengine.model import Decision, LongText, Message, Part
from modengine.policy.fields import CHINA
from modengine.policy.model import Field, Longer, Period
from tests import build
from tests.build import BROKEN, engine, exception, failing, fraud, message, override, regex, relief, rule, text

A, B = text("a", "甲"), text("b", "乙")
ACTIONS = ("allow", "label", "review", "block")


# --------------------------------------------------------------------------- the ladder


@pytest.mark.parametrize(
    ("score", "action"),
    [
        (0, "allow"),
        (29, "allow"),
        (30, "label"),
        (49, "label"),
        (50, "review"),
        (89, "review"),
        (90, "block"),
        (500, "block"),
    ],
)
def test_an_action_is_taken_at_or_above_its_points(score: int, action: str) -> None:
    assert fraud(engine(rule("r", "a", A, score=score)).decide("甲")).action == action


@pytest.mark.parametrize(
    ("ladder", "score", "action"),
    [
        ({"label": 40}, 1000, "label"),
        ({"block": 10}, 10, "block"),
        ({"label": 10, "block": 20}, 15, "label"),
        ({"label": 20, "review": 20}, 20, "review"),
        ({"label": 0}, 0, "label"),
        ({}, 1000, "allow"),
    ],
)
def test_a_ladder_may_leave_out_steps(ladder: Any, score: int, action: str) -> None:
    decision = engine(rule("r", "a", A, score=score), actions={"fraud": ladder}).decide("甲")
    assert decision.action == action


def test_a_category_without_actions_is_allowed() -> None:
    assert engine(rule("r", "a", A, score=100), actions={}).decide("甲").action == "allow"


def test_the_action_is_the_highest_of_the_categories() -> None:
    rules = (rule("r", "a", A, score=30), rule("s", "a", A, score=60, category="rumour"))
    decision = engine(*rules).decide("甲")
    assert (decision.action, decision.taken, decision.flagged, decision.in_scope) == ("review", "review", True, True)


def test_nothing_found_is_allowed_and_not_flagged() -> None:
    decision = engine(rule("r", "a", A)).decide("好")
    assert (decision.action, decision.flagged, decision.in_scope, decision.hits) == ("allow", False, True, ())


def test_hits_are_in_the_order_of_categories_then_points_then_ids() -> None:
    rules = [
        rule("z", "a", A, category="rumour", score=5), rule("c", "a", A, score=10), rule("b", "a", A, score=10),
        rule("a", "a", A, score=5), rule("d", "a", A, score=20), rule("y", "a", A, category="rumour", score=9),
    ]  # fmt: skip
    assert [hit.rule for hit in engine(*rules).decide("甲").hits] == ["y", "z", "d", "b", "c", "a"]


def test_a_hit_names_rule_clause_category_points_and_matches() -> None:
    [hit] = engine(rule("r", "a and b", A, B, clause="F1", score=7)).decide("乙甲").hits
    assert (hit.rule, hit.clause, hit.category, hit.points) == ("r", "F1", "fraud", 7)
    assert [(m.pattern, m.start, m.end, m.text) for m in hit.matches] == [("b", 0, 1, "乙"), ("a", 1, 2, "甲")]


def test_a_decision_carries_the_id_and_the_revision() -> None:
    made = engine(rule("r", "a", A))
    decision = made.decide(Message("甲", id="42"))
    assert (decision.id, decision.revision, decision.study) == ("42", made.revision, False)


def test_a_string_is_a_message_without_fields() -> None:
    made = engine(rule("r", "a", A))
    assert made.decide("甲") == made.decide(Message("甲"))


def test_many_messages_are_decided_in_their_order() -> None:
    made = engine(rule("r", "a", A))
    decided = made.decide_many(iter(["甲", Message("好", id="7"), "甲甲"]))
    assert [(decision.id, len(decision.hits)) for decision in decided] == [(None, 1), ("7", 0), (None, 1)]


@pytest.mark.parametrize("one", ["甲", Message("甲"), {"text": "甲"}])
def test_one_message_is_not_taken_for_many(one: Any) -> None:
    made = engine(rule("r", "a", A))
    for decide in (made.decide_many, made.decide_batch):
        with pytest.raises(TypeError, match="several messages"):
            decide(one)


# --------------------------------------------------------------------------- status


def test_a_rule_on_test_is_shown_apart_and_gives_no_points() -> None:
    decision = engine(rule("r", "a", A, score=90, status="test")).decide("甲")
    assert ([(hit.rule, hit.points, hit.counted) for hit in decision.shadow_hits], decision.hits) == (
        [("r", 90, 0)],
        (),
    )
    assert (fraud(decision).score, decision.action) == (0, "allow")


def test_a_relief_on_test_is_shown_apart_and_takes_nothing() -> None:
    decision = engine(rule("r", "a", A), relief("x", "b", B, by=40, status="test")).decide("甲乙")
    assert [(hit.rule, hit.points, hit.category) for hit in decision.shadow_hits] == [("x", -40, "fraud")]
    assert (fraud(decision).score, decision.relief) == (60, ())


def test_a_draft_is_not_evaluated() -> None:
    decision = engine(rule("r", "a", A, status="draft"), rule("s", "b", B)).decide("甲")
    assert (decision.hits, decision.shadow_hits, decision.action) == ((), (), "allow")


# --------------------------------------------------------------------------- overrides that raise


@pytest.mark.parametrize(
    ("made", "body", "fields", "action", "raised"),
    [
        (override("r", action="review"), "甲", {}, "review", ["r"]),
        (override("r*", action="review"), "甲", {}, "review", ["r"]),
        (override("s", action="review"), "甲", {}, "allow", []),
        (override("r", action="review"), "好", {}, "allow", []),
        (override("r", action="block", when="message.reposts > 500"), "甲", {"reposts": 501}, "block", ["r"]),
        (override("r", action="block", when="message.reposts > 500"), "甲", {"reposts": 500}, "allow", []),
        (override("r", action="block", when="message.reposts > 500"), "甲", {}, "allow", []),
        (override("r", action="block", when="rule(s)"), "甲乙", {}, "block", ["r"]),
        (override("r", action="block", when="rule(s)"), "甲", {}, "allow", []),
        (override("shown", action="block"), "甲", {}, "allow", []),
        (override("drafted", action="block"), "甲", {}, "allow", []),
    ],
)
def test_an_override_raises_where_a_listed_rule_hit(
    made: Any, body: str, fields: Any, action: str, raised: list[str]
) -> None:
    rules = [
        rule("r", "a", A, score=5), rule("s", "b", B, score=5), rule("shown", "a", A, status="test"),
        rule("drafted", "a", A, status="draft"),
    ]  # fmt: skip
    decision = engine(*rules, overrides=(made,)).decide(message(body, **fields))
    assert (decision.action, [name for escalation in decision.raised for name in escalation.rules]) == (action, raised)


def test_an_override_never_lowers() -> None:
    assert (
        engine(rule("r", "a", A, score=95), overrides=(override("r", action="label"),)).decide("甲").action == "block"
    )


def test_an_override_raises_only_the_categories_of_its_rules() -> None:
    rules = [
        rule("r", "a", A, score=5),
        rule("s", "a", A, score=5, category="rumour"),
        rule("t", "b", B, category="porn"),
    ]
    decision = engine(*rules, overrides=(override("*", action="review"),)).decide("甲")
    assert {name: category.action for name, category in decision.categories.items()} == {
        "fraud": "review",
        "rumour": "review",
        "porn": "allow",
    }
    assert [(raised.category, raised.rules) for raised in decision.raised] == [("fraud", ("r",)), ("rumour", ("s",))]


def test_an_override_does_not_change_the_points() -> None:
    assert fraud(engine(rule("r", "a", A, score=5), overrides=(override("r", action="block"),)).decide("甲")).score == 5


# --------------------------------------------------------------------------- scope

BOTH = (rule("r", "a", A, score=60), rule("s", "a", A, score=90, category="rumour"))
PUBLIC = 'message.channel == "public_account"'


@pytest.mark.parametrize(
    ("scope", "fields", "shadow"),
    [
        ({}, {}, {"fraud": (), "rumour": ()}),
        ({"default": "any"}, {}, {"fraud": (), "rumour": ()}),
        ({"default": PUBLIC}, {"channel": "public_account"}, {"fraud": (), "rumour": ()}),
        ({"default": PUBLIC}, {"channel": "group"}, {"fraud": ("scope",), "rumour": ("scope",)}),
        ({"default": PUBLIC}, {}, {"fraud": ("scope: unknown",), "rumour": ("scope: unknown",)}),
        ({"default": PUBLIC, "fraud": "any"}, {"channel": "group"}, {"fraud": (), "rumour": ("scope",)}),
        ({"rumour": PUBLIC}, {"channel": "group"}, {"fraud": (), "rumour": ("scope",)}),
        ({"default": "not rule(r)"}, {}, {"fraud": ("scope",), "rumour": ("scope",)}),
    ],
)
def test_a_category_is_shadow_outside_its_scope(scope: Any, fields: Any, shadow: Any) -> None:
    decision = engine(*BOTH, scope=scope).decide(message("甲", **fields))
    assert {name: category.shadow for name, category in decision.categories.items()} == shadow


@pytest.mark.parametrize(
    ("outside", "action", "in_scope", "taken", "flagged"),
    [
        ((), "block", True, "block", True),
        (("rumour",), "block", False, "review", True),
        (("fraud",), "block", True, "block", True),
        (("fraud", "rumour"), "block", False, "allow", False),
    ],
)
def test_what_would_be_taken_and_what_is(outside: Any, action: str, in_scope: bool, taken: str, flagged: bool) -> None:
    decision = engine(*BOTH, scope=dict.fromkeys(outside, PUBLIC)).decide(message("甲", channel="group"))
    assert (decision.action, decision.in_scope, decision.taken, decision.flagged) == (action, in_scope, taken, flagged)


def test_a_shadow_decision_is_scored_like_any_other() -> None:
    inside = engine(*BOTH).decide("甲")
    outside = engine(*BOTH, scope={"default": PUBLIC}).decide("甲")
    assert (outside.action, outside.hits) == (inside.action, inside.hits)


def test_both_engines_show_a_decision_in_the_same_words() -> None:
    made = engine(
        *BOTH, scope={"default": PUBLIC}, period=Period(None, datetime(2014, 6, 29, tzinfo=CHINA)), study=True
    )
    for fields in ({}, {"channel": "group", "time": "2015-01-01"}):
        asked = message("甲", **fields)
        decided = made._run(asked, ignore_scope=False)[0]
        assert {repr(category.shadow) for category in decided.categories.values()} == {
            repr(tuple(map(str, category.shadow))) for category in made.decide(asked).categories.values()
        }


# --------------------------------------------------------------------------- period

MAY, JUNE = datetime(2014, 5, 28, tzinfo=CHINA), datetime(2014, 6, 29, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("period", "time", "shadow"),
    [
        (Period(MAY, JUNE), "2014-05-28T00:00:00+08:00", ()),
        (Period(MAY, JUNE), "2014-05-27T23:59:59+08:00", ("period",)),
        (Period(MAY, JUNE), "2014-06-28T23:59:59.999+08:00", ()),
        (Period(MAY, JUNE), "2014-06-29T00:00:00+08:00", ("period",)),
        (Period(MAY, JUNE), "2014-05-27T16:00:00Z", ()),
        (Period(MAY, JUNE), "2014-05-28", ()),
        (Period(MAY, JUNE), None, ("period: unknown",)),
        (Period(MAY, None), "2099-01-01", ()),
        (Period(None, JUNE), "1999-01-01", ()),
        (Period(None, JUNE), "2014-06-29", ("period",)),
    ],
)
def test_a_message_is_shadow_outside_the_period(period: Period, time: str | None, shadow: Any) -> None:
    assert fraud(engine(rule("r", "a", A), period=period).decide(message("甲", time=time))).shadow == shadow


def test_the_period_asks_for_its_own_field() -> None:
    fields = {"sent": Field("sent", "datetime"), "time": Field("time", "datetime")}
    made = engine(rule("r", "a", A), period=Period(MAY, JUNE, "sent"), fields=fields)
    asked = [{"sent": "2014-06-01"}, {"sent": "2013-06-01", "time": "2014-06-01"}, {"time": "2014-06-01"}]
    assert [fraud(made.decide(message("甲", **given))).shadow for given in asked] == [
        (),
        ("period",),
        ("period: unknown",),
    ]


# --------------------------------------------------------------------------- what a policy file says

POLICY = """\
policy: small
title: Small
fields: {time: datetime, reposts: integer}
period: {from: 2014-05-28, until: 2014-06-28}
rulesets: [small.yaml]
actions: {fraud: {label: 30, review: 50, block: 90}}
"""
RULESET = """\
ruleset: small
title: Small
category: fraud
rules:
  - {id: small.one, title: One, status: stable, score: 60, patterns: {a: {text: [甲]}}, when: a}
"""


def decided(folder: Path, body: Message, more: str = "") -> Decision:
    (folder / "small.yaml").write_text(RULESET, "utf-8")
    (folder / "policy.yaml").write_text(POLICY + more, "utf-8")
    return modengine.load(folder / "policy.yaml").decide(body)


@pytest.mark.parametrize(
    ("time", "flagged"),
    [
        ("2014-05-27T23:59:59", False),
        ("2014-05-28T00:00:00", True),
        ("2014-06-28T00:00:00", True),
        ("2014-06-28T23:59:59", True),
        ("2014-06-28T16:00:00+00:00", False),
        ("2014-06-29T00:00:00", False),
    ],
)
def test_until_is_inclusive_to_the_last_instant_of_its_day(time: str, flagged: bool, tmp_path: Path) -> None:
    assert decided(tmp_path, message("甲", time=time)).flagged is flagged


@pytest.mark.parametrize(
    ("more", "score", "action", "shown"),
    [
        ("", 60, "review", 0),
        ("overrides: [{rules: [small.one], score: 40}]\n", 40, "label", 0),
        ("overrides: [{rules: ['small.*'], score: 95}]\n", 95, "block", 0),
        ("overrides: [{rules: [small.one], status: test}]\n", 0, "allow", 1),
        ("overrides: [{rules: [small.one], status: draft}]\n", 0, "allow", 0),
        ("overrides: [{rules: [small.one], action: block, when: message.reposts > 500}]\n", 60, "block", 0),
    ],
)
def test_an_override_changes_score_status_or_action(
    more: str, score: int, action: str, shown: int, tmp_path: Path
) -> None:
    decision = decided(tmp_path, message("甲", reposts=501), more)
    assert (fraud(decision).score, decision.action, len(decision.shadow_hits)) == (score, action, shown)


# --------------------------------------------------------------------------- exceptions


@pytest.mark.parametrize(
    ("when", "fields", "shadow"),
    [
        ('message.app == "校讯"', {"app": "校讯"}, ("exception: school",)),
        ('message.app == "校讯"', {"app": "微讯"}, ()),
        ('message.app == "校讯"', {}, ()),
        ("rule(r)", {}, ("exception: school",)),
        ("rule(quiet)", {}, ()),
    ],
)
def test_an_exception_makes_every_category_shadow(when: str, fields: Any, shadow: Any) -> None:
    rules = (*BOTH, rule("quiet", "b", B))
    decision = engine(*rules, exceptions=(exception("school", when),)).decide(message("甲", **fields))
    assert {category.shadow for category in decision.categories.values()} == {shadow}


def test_every_reason_for_shadow_is_given() -> None:
    made = engine(
        rule("r", "a", A), study=True, period=Period(MAY, JUNE), scope={"default": PUBLIC},
        exceptions=(exception("one", "any"), exception("two", "any")),
    )  # fmt: skip
    assert set(fraud(made.decide(message("甲", time="2015-01-01", channel="group"))).shadow) == {
        "study", "period", "scope", "exception: one", "exception: two",
    }  # fmt: skip


# --------------------------------------------------------------------------- study, ignore_scope


def test_a_study_takes_no_action() -> None:
    decision = engine(rule("r", "a", A, score=100), study=True, overrides=(override("r", action="block"),)).decide("甲")
    assert (decision.action, decision.taken, decision.flagged, decision.in_scope) == ("block", "allow", False, False)
    assert (decision.study, fraud(decision).shadow) == (True, ("study",))


@pytest.mark.parametrize(
    ("options", "shadow"),
    [
        ({"scope": {"default": PUBLIC}}, ()),
        ({"scope": {"fraud": PUBLIC}}, ()),
        ({"period": Period(MAY, JUNE)}, ()),
        ({"study": True}, ("study",)),
        ({"exceptions": (exception("one", "any"),)}, ("exception: one",)),
    ],
)
def test_ignore_scope_drops_scope_and_period_and_nothing_else(options: Any, shadow: Any) -> None:
    decision = engine(rule("r", "a", A), **options).decide("甲", ignore_scope=True)
    assert fraud(decision).shadow == shadow


def test_ignore_scope_holds_for_many_messages_too() -> None:
    made = engine(rule("r", "a", A), scope={"default": PUBLIC})
    assert [decision.flagged for decision in made.decide_many(["甲", "甲"], ignore_scope=True)] == [True, True]


# --------------------------------------------------------------------------- undetermined


def test_a_failed_matcher_raises_its_category_to_review_and_is_named() -> None:
    with failing():
        decision = engine(rule("r", "broken", BROKEN), rule("s", "a", A, category="rumour")).decide("坏")
    assert {name: category.action for name, category in decision.categories.items()} == {
        "fraud": "review",
        "rumour": "allow",
    }
    assert [(entry.rule, entry.pattern) for entry in decision.undetermined] == [("r", "broken")]


def test_a_failed_matcher_lowers_nothing() -> None:
    with failing():
        decision = engine(rule("r", "broken", BROKEN), rule("s", "a", A, score=95)).decide("坏甲")
    assert decision.action == "block"


def test_a_failed_rule_on_test_is_listed_and_raises_nothing() -> None:
    with failing():
        decision = engine(rule("r", "broken", BROKEN, status="test"), rule("s", "a", A)).decide("坏")
    assert ([entry.rule for entry in decision.undetermined], decision.action) == (["r"], "allow")


def test_a_failed_relief_raises_the_category_that_it_takes_from() -> None:
    with failing():
        decision = engine(rule("r", "a", A, score=5), relief("x", "broken", BROKEN)).decide("甲坏")
    assert (fraud(decision).action, [entry.rule for entry in decision.undetermined]) == ("review", ["x"])


def test_an_unless_that_failed_does_not_cancel() -> None:
    with failing():
        decision = engine(rule("r", "a", A, BROKEN, unless="broken", score=95)).decide("甲坏")
    assert (decision.action, [entry.pattern for entry in decision.undetermined]) == ("block", ["broken"])


@pytest.mark.parametrize(
    "options",
    [
        {"exceptions": (exception("one", "rule(shown)"),)},
        {"scope": {"default": "rule(shown)"}},
    ],
)
def test_what_failed_for_scope_or_an_exception_is_named_too(options: Any) -> None:
    with failing():
        decision = engine(rule("r", "a", A), rule("shown", "broken", BROKEN, category="rumour"), **options).decide("坏")
    assert [entry.rule for entry in decision.undetermined] == ["shown"]


def test_a_failed_matcher_out_of_scope_acts_on_nothing() -> None:
    with failing():
        decision = engine(rule("r", "broken", BROKEN), scope={"default": PUBLIC}).decide(message("坏", channel="group"))
    assert (decision.action, decision.taken) == ("review", "allow")


@pytest.mark.parametrize(
    ("when", "unless", "body"),
    [
        ("broken or a", None, "坏甲"),
        ("a or broken", None, "坏甲"),
        ("broken and b", None, "坏甲"),
        ("2 of (broken, a, b)", None, "坏甲乙"),
        ("count(broken) < 5 or a", None, "坏甲"),
        ("a", "broken and b", "坏甲"),
        ("a", "b or broken", "坏甲乙"),
        ("b", "broken", "坏甲"),
    ],
)
def test_what_is_definite_in_spite_of_a_failure_is_not_undetermined(when: str, unless: str | None, body: str) -> None:
    with failing():
        decision = engine(rule("r", when, BROKEN, A, B, unless=unless, score=5)).decide(body)
    assert (decision.undetermined, decision.action) == ((), "allow")


def test_every_pattern_that_failed_of_an_undetermined_rule_is_named() -> None:
    other = build.tokens("other", build.Token(text="糟"))
    with failing():
        decision = engine(rule("r", "(broken or b) and (a or other)", BROKEN, A, B, other)).decide("坏甲糟")
    assert [(entry.rule, entry.pattern) for entry in decision.undetermined] == [("r", "broken"), ("r", "other")]


def test_a_weight_that_a_failure_leaves_open_is_undetermined() -> None:
    """The hit is worth 10 of 20 for certain, and 20 if 坏 stands there."""
    sound = text("sound", "微信", sounds_like=True, weight=0.5)
    with failing():
        made = engine(rule("r", "sound or broken", sound, BROKEN, score=20))
        decision, sure = made.decide("薇信坏"), made.decide("微信坏")
    assert (fraud(decision).score, decision.action, len(decision.undetermined)) == (10, "review", 1)
    assert (fraud(sure).score, sure.undetermined) == (20, ())


def test_a_rule_that_asks_for_an_undetermined_one_says_so() -> None:
    rules = (rule("r", "broken", BROKEN), rule("s", "rule(r)", category="rumour"), rule("t", "a or rule(r)", A))
    with failing():
        decision = engine(*rules).decide("坏甲")
    assert [(entry.rule, entry.pattern, entry.reason) for entry in decision.undetermined] == [
        ("r", "broken", "the tokens took more than 0 steps"),
        ("s", None, "it asks for a rule that is undetermined"),
    ]
    assert decision.categories["rumour"].action == "review"


def test_a_failed_relief_where_there_is_nothing_to_take_is_not_asked() -> None:
    with failing():
        decision = engine(rule("r", "a", A), relief("x", "broken", BROKEN)).decide("坏")
    assert (decision.action, decision.undetermined) == ("allow", ())


def test_a_missing_field_beside_a_failure_is_undetermined() -> None:
    with failing():
        decision = engine(rule("r", "broken and message.reposts > 5", BROKEN)).decide("坏")
    assert [entry.pattern for entry in decision.undetermined] == ["broken"]


# --------------------------------------------------------------------------- the budget


@pytest.mark.parametrize(
    ("pattern", "body", "within"),
    [
        (text("a", "甲"), "甲" * 5, True),
        (text("a", "甲"), "甲" * 6, False),
        (text("a", "甲甲", "甲"), "甲" * 3, True),  # 3 of one term, 2 of the other
        (text("a", "甲甲", "甲"), "甲" * 4, False),
        (text("a", "甲", gaps=1), "甲甲甲甲甲甲甲", True),  # as a reduced text they are one
        (text("a", "甲", parts=("text",)), message("甲" * 5, Part("ocr", "甲" * 5)), True),
        (text("a", "甲"), message("甲" * 5, Part("ocr", "甲")), False),
        (regex("a", "甲"), "甲" * 9, True),
    ],
)
def test_a_pattern_fails_that_has_more_candidates_than_its_budget(pattern: Any, body: Any, within: bool) -> None:
    decision = engine(rule("r", "a", pattern), budget=Budget(candidates=5)).decide(body)
    assert [entry.reason for entry in decision.undetermined] == ([] if within else ["more than 5 candidates"])
    assert bool(decision.hits) is within
    assert decision.action == "review"  # of the hit, or of what is undetermined


def test_a_message_of_more_parts_than_its_budget_goes_to_review_unread() -> None:
    made = engine(rule("r", "a", A))
    parts = tuple(Part("ocr", "甲") for _ in range(BUDGET.parts))
    assert made.decide(message("", *parts[1:])).hits
    decision = made.decide(message("", *parts))
    assert (decision.action, decision.hits) == ("review", ())
    assert [entry.reason for entry in decision.undetermined] == [
        "the message has 101 parts; more than 100 are not read"
    ]


def test_a_smaller_budget_has_a_revision_of_its_own() -> None:
    assert engine(rule("r", "a", A), budget=Budget(parts=3)).revision != engine(rule("r", "a", A)).revision


def test_a_missing_field_is_not_undetermined() -> None:
    decision = engine(rule("r", "a and message.reposts > 5", A)).decide("甲")
    assert (decision.undetermined, decision.action) == ((), "allow")


# --------------------------------------------------------------------------- too long


def test_a_message_of_the_greatest_length_is_decided() -> None:
    decision = engine(rule("r", "a", A)).decide("甲" + "好" * (BUDGET.characters - 1))
    assert (decision.undetermined, len(decision.hits)) == ((), 1)


@pytest.mark.parametrize(
    "body",
    ["甲" * (BUDGET.characters + 1), message("甲" * BUDGET.characters, Part("ocr", "甲"))],
    ids=["one part", "two parts"],
)
def test_a_longer_message_goes_to_review_unread(body: Any) -> None:
    decision = engine(*BOTH).decide(body)
    assert (decision.action, decision.hits) == ("review", ())
    [entry] = decision.undetermined
    assert (entry.rule, entry.pattern, entry.reason) == (
        None,
        None,
        "the message has 20,001 characters; more than 20,000 are not read",
    )


def test_the_length_is_that_of_the_original() -> None:
    assert engine(*BOTH).decide("ﷺ" * BUDGET.characters).undetermined == ()


@pytest.mark.parametrize(
    ("fields", "ignore_scope", "flagged"),
    [({"channel": "group"}, False, False), ({"channel": "public_account"}, False, True), ({}, True, True)],
)
def test_a_longer_message_keeps_its_scope(fields: Any, ignore_scope: bool, flagged: bool) -> None:
    made = engine(*BOTH, scope={"default": PUBLIC})
    decision = made.decide(message("好" * (BUDGET.characters + 1), **fields), ignore_scope=ignore_scope)
    assert decision.flagged is flagged


def test_a_longer_message_of_a_study_takes_no_action() -> None:
    assert engine(*BOTH, study=True).decide("好" * (BUDGET.characters + 1)).taken == "allow"


# --------------------------------------------------------------------------- odd texts


@pytest.mark.parametrize(
    ("body", "notes"),
    [
        (message("甲\ud800"), ("lone surrogates in part 0 (text) were replaced by U+FFFD",)),
        (message("甲", Part("ocr", "\udfff")), ("lone surrogates in part 1 (ocr) were replaced by U+FFFD",)),
        (message("甲\ufffd"), ()),
    ],
)
def test_lone_surrogates_are_noted(body: Message, notes: tuple[str, ...]) -> None:
    decision = engine(rule("r", "a", A)).decide(body)
    assert (decision.notes, len(decision.hits)) == (notes, 1)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\u200b" * 20_000,
        "e" + "\u0301" * 19_999,
        "e" + "\u0301\u0323" * 9_999,
        "中" * 20_000,
        "加." * 10_000,
        "“" * 20_000,
        "。" * 20_000,
    ],
    ids=["nothing", "ignorables", "marks", "alternating marks", "one character", "gaps", "quotes", "sentences"],
)
def test_a_message_of_one_thing_alone_is_decided(body: str) -> None:
    patterns = (
        text("t", "加微信", gaps=3, repeats=True, sounds_like=True, looks_like=True, outside=("quotes",)),
        build.words("w", "中文", outside=("quotes", "urls", "mentions")),
        regex("x", r"加\W{0,5}微"),
        build.tokens("k", build.Token(text="中"), build.Token(like="number")),
    )
    decision = engine(rule("r", "1 of them", *patterns)).decide(body)
    assert (decision.hits, decision.undetermined) == ((), ())


# --------------------------------------------------------------------------- long texts

LONGER = (Longer(2, 0), Longer(5, 10), Longer(8, 25))


@pytest.mark.parametrize(
    ("body", "points", "label"),
    [
        ("甲", 0, 30),
        ("甲一二三四", 0, 30),  # a first entry may add nothing
        ("甲 一！二，三四 ……", 0, 30),  # letters, digits and Han characters alone count
        ("甲一二三4x", 10, 40),
        ("甲一二三四五六七", 10, 40),
        ("甲一二三四五六七八", 25, 55),
    ],
)
def test_every_step_asks_for_more_points_in_a_long_text(body: str, points: int, label: int) -> None:
    at, below = (engine(rule("r", "a", A, score=score), longer=LONGER) for score in (label, label - 1))
    assert (at.decide(body).action, below.decide(body).action) == ("label", "allow")
    said = at.decide(body).longer
    assert (said.points if said else 0) == points
    assert at.trace(body).waterfalls[0].thresholds == {
        "label": 30 + points, "review": 50 + points, "block": 90 + points,
    }  # fmt: skip


def test_the_length_is_that_of_all_parts() -> None:
    found = engine(rule("r", "a", A), longer=LONGER).decide(Message("甲一二", parts=(Part("ocr", "三四五"),)))
    assert found.longer == LongText(6, 10)
    assert found.longer.sentence == "in a text of 6 characters every step asks for 10 points more"


def test_a_long_text_in_which_nothing_is_found_says_so_too() -> None:
    assert engine(rule("r", "a", A), longer=LONGER).decide("一二三四五六").longer == LongText(6, 10)


def test_an_override_raises_in_a_long_text_as_in_a_short_one() -> None:
    made = engine(rule("r", "a", A, score=30), longer=LONGER, overrides=(override("r", action="review"),))
    assert made.decide("甲一二三四五六七八").action == "review"
