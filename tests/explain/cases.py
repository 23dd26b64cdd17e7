"""The messages whose explanations are kept as goldens, and the traces made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

import modengine
from modengine.engine.engine import Engine
from modengine.explain.details import Details, details_of
from modengine.model import Cause, Message, Part, Trace, Undetermined
from tests.paths import DATA

HERE = Path(__file__).parent
IN_SCOPE = {"channel": "public_account", "time": "2014-06-01T08:00:00+08:00", "reposts": 10}
EXPIRY = "尊敬的用户，您的网银即将失效，请登录 www.example.top 升级"


@dataclass(frozen=True)
class Case:
    """One explanation."""

    name: str
    text: str = ""
    fields: dict[str, Any] = field(default_factory=lambda: dict(IN_SCOPE))
    parts: tuple[Part, ...] = ()
    policy: str = "class"
    ignore_scope: bool = False
    everything: bool = False
    width: int = 80

    @property
    def message(self) -> Message:
        return Message(self.text, self.name, self.parts, self.fields)


CASES = (
    Case("hit-in-scope", EXPIRY),
    Case("nothing-found", "明天去图书馆还书，晚上一起吃饭"),
    Case("outside-the-period", EXPIRY, {**IN_SCOPE, "time": "2015-01-01T00:00:00+08:00"}),
    Case("outside-the-scope", "紧急！马上转发给家人", {**IN_SCOPE, "channel": "private"}),
    Case("scope-and-period-unknown", "紧急！马上转发给家人", {}),
    Case("scope-ignored", EXPIRY, {}, ignore_scope=True),
    Case("partly-in-scope", f"紧急！马上转发：{EXPIRY}", {**IN_SCOPE, "channel": "private", "reposts": 6000}),
    Case("study", EXPIRY, policy="study"),
    Case("excused-by-an-exception", "家长请注意停课，紧急转发", {**IN_SCOPE, "channel": "group"}),
    Case("raised-by-an-override", "请转告朋友", {**IN_SCOPE, "reposts": 620}),
    Case("an-override-that-changed-nothing", "紧急！马上转发给家人", {**IN_SCOPE, "reposts": 620}),
    Case("relief-takes-points", f"警惕骗局：{EXPIRY}"),
    Case("relief-of-one-rule", f"举报：{EXPIRY}，加.薇"),
    Case("relief-with-nothing-to-take", "提醒大家警惕诈骗"),
    Case("cancelled-by-unless", "银行提醒：网银不会过期，请勿登录 www.example.top"),
    Case("group-cap", "加.薇，强力"),
    Case("weaker-by-sound", "嘉薇信聊"),
    Case("weaker-by-look", "弓虽力"),
    Case("gaps-repeats-and-traditional", "您的網銀即將失失/效，請登．錄 www.example.top"),
    Case("word-boundary", "大麻烦了，私聊"),
    Case("outside-quotes", "他说“出售”大麻"),
    Case("unknown-field", "恭喜中奖", {"channel": "private", "time": "2014-06-01"}),
    Case("near-miss-by-distance", f"您的网银即将失效。{'请注意查收。' * 6}登录 www.example.top"),
    Case("rule-on-test", "一共 100 元"),
    Case("several-parts", "", parts=(Part("ocr", "您的网银即将失效"), Part("transcript", "请登录 www.example.top"))),
    Case("overlapping-matches", "手机银行过期，登录www.example.top升级"),
    Case(
        "invisible-characters",
        "您的\u200b网银\u202e即将失\u200b效\x1b[31m，请登录\twww.example.top\r\n第二行\u00ad\ud800",
    ),
    Case("combining-marks", "网银" + "\u0301" * 100_000 + "失效"),
    Case("a-million-ignorable-characters", "失" + "\u200b" * 1_000_000 + "效"),
    Case("too-long", "好" * 20_001),
    Case("long-and-excerpted", "开头。" + "无关的话。" * 800 + EXPIRY + "。结尾" * 400),
    Case("more-points-in-a-long-text", EXPIRY, policy="long"),
    Case("points-by-channel", f"紧急！马上转发：{EXPIRY}", {**IN_SCOPE, "channel": "private"}, policy="points"),
    Case("points-by-channel-that-are-weaker-by-sound", "嘉薇信聊", {**IN_SCOPE, "channel": "group"}, policy="points"),
    Case("narrow", EXPIRY, width=60),
    Case("wide", EXPIRY, width=120),
    Case("everything", f"{EXPIRY}，恭喜中奖，转发", everything=True),
    Case("hostile", "<script>alert(1)</script>网银过期&amp;\"'登录 www.example.top<img src=x onerror=alert(1)>"),
)
BY_NAME = {case.name: case for case in CASES}


@cache
def engine(policy: str) -> Engine:
    return modengine.load(DATA / "policies" / f"{policy}.yaml")


@cache
def trace_of(name: str) -> tuple[Trace, Details]:
    """The trace of a case as `modengine explain` makes it, without the revision, which any change would change."""
    case = BY_NAME[name]
    trace = engine(case.policy).trace(case.message, ignore_scope=case.ignore_scope)
    decision = msgspec.structs.replace(trace.decision, revision="sha256:golden")
    trace = msgspec.structs.replace(trace, decision=decision, policy=case.policy, scope_ignored=case.ignore_scope)
    return trace, details_of(engine(case.policy).policy, case.everything)


def undetermined(name: str = "hit-in-scope") -> Trace:
    """A trace in which a matcher ran out of time: no real regex can be relied on to do so."""
    trace, _ = trace_of(name)
    rule = trace.rules[0]
    unknown = msgspec.structs.replace(
        rule, outcome="unknown", when=msgspec.structs.replace(rule.when, value=None, note="the regex ran out of time")
    )
    decision = msgspec.structs.replace(
        trace.decision,
        undetermined=(Undetermined(rule.rule, "where", "the regex ran out of time (0.05 s)", Cause.TIMEOUT),),
        hits=(),
        relief=(),
    )
    return msgspec.structs.replace(trace, decision=decision, rules=(unknown, *trace.rules[1:]), waterfalls=())
