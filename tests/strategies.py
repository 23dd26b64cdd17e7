"""Hypothesis strategies for policies and messages that collide as often as possible.

A small alphabet (a dozen characters with their traditional, full-width, homophone, look-alike and
split forms), policies built as `policy.model` objects, conditions written in the grammar itself
and resolved here as the loader would.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import strategies as st

from modengine.entities.model import ENTITY_KINDS, OPTIONS, SUBKINDS, Entity
from modengine.model import Message, Part
from modengine.policy import condition as cond
from modengine.policy.model import (
    MANY,
    Field,
    Longer,
    Override,
    Pattern,
    Period,
    PointsWhere,
    Policy,
    PolicyException,
    Relief,
    Rule,
    Token,
)
from modengine.text.normalize import plain
from modengine.text.sounds import initials
from modengine.text.spelled import spelling
from modengine.text.tables import lookalikes, splits, syllable
from tests import build

CHINA = timezone(timedelta(hours=8))

# --------------------------------------------------------------------------- the alphabet


def several(text: str) -> tuple[str, ...]:
    """The pieces of a text between its spaces."""
    return tuple(text.split(" "))


TERMS = several(
    "微信 薇信 加微 加 张 弓长 强 林 木木 林木 好 女子 钱 金钱 骗 哈哈 哈 笑哈哈 大麻 麻烦 和服 服务 产品 刷单 "
    "vx Vx v VX k kg 2 1⁄2 ss ß i İ 薇❤️ 薇❤ 加v jia weixin wei 加薇信 信加信 ガ é e 張 錢 產品 刷單 ㎏ ½ "
    "g 1 ⁄2 v.x … 微·信 hao wéi 俾 it’s x-ray 号 1 100 l o0 陆 六 6 银行 行长 行 长 啊 a 産 乂木 杀 沙 产 产生"
)
SEPARATED = ("信。加", "微\n信", "好!", "a b", "「微", "．")
"""Strings that only the kind `text` can sensibly have."""
ALPHABET = "微薇信加张弓长张林木钱金好女子哈产品和服务麻烦大v x k❤.2"
NOISE = (
    *several("· - * . ❤ ❤️ ❤\u200d🔥 \u200b \u200d \ufe0f \u0301 \u0307 \u0323 ， 、 。 ! ！ ? … …… ‼ ． | ×"),
    *several("\u20e3 [em]e163[/em] [em]"),
    *several('“ ” ‘ ’ 「 」 『 』 ﹁ ﹂ " ＂'),
    *several("’ ' ‑ − ʼ . é ñ v\u0338 a’b"),
    *(". ", ".\t", "u.s. ", ".) ", ")."),
    *(" ", "  ", "\n", "\r\n", "\u2028", "\t"),
)
FORMS = several(
    "微 薇 信 加 张 張 弓 长 長 弓长 强 弓虽 林 木 木木 好 女 子 女子 钱 錢 金 戋 金戋 骗 马扁 哈 哈哈 笑 号 大 麻 烦 "
    "大麻烦 和 服 务 務 和服务 产品 產品 产生 产 生 麻烦 刷 单 單 刷单 架 驾 浅 湖 沙 杀 乂木 乂木殳 微信 威信 薇❤ "
    "加v 加微信 银行 行长 陆 六 啊 阿 v V ｖ Ｖ ⓥ x X ｘ ν х vx VX k K ㎏ kg ½ ① 1 2 ２ 12 l o 0 ß ẞ s ss İ i I ı "
    "ｶﾞ ガ ｶ か é e e\u0301 ﬃ 가 \u1100\u1161 \u1161 ﷺ jia wei xin weixin jiawei WeiXin hao xian xi an a n zhang "
    "qian xjia @ab @微信 abc12 wx_88 www.a.com http://a.cn/x?b=1 HTTPS://A.CN a.com 100元 ¥8.5 3万 1,000 13800 "
    "➊ 1\ufe0f\u20e3 🅥 🅇 "
    "力口 ➕ 亻言 💰 4oo l38 13800138000 2oi5 半小时 6张 300块 一天 日结 三百 30% 百分之三 加我薇信 "
    "vx88888 qq12345 看头像 扫码进群 "
    "www.a.com/x1 www.ехаmрle.top a.top t.cn/x 【建设银行】 ccb.com 我是银行客服 "
    "不要 别 请 吗 ？ 谁 你们 他 24小时内 马上 尾号1234 验证码123456 说：好 "
    "\ud800 \U00020000 〇 服务员 银行家 产品化 大麻类 木林森 女子组 金钱草 微信号 yinhang hangzhang 航 引航 行掌 "
    "俾 畀 wéixìn"
)
REGEXES = (
    "微+信", r"\d+", "[a-z]{2,}", "加.{0,2}微", "錢|钱", "(?:微信){e<=1}", r"\b好\b", "v[ .]?x", "(?<=加)微",
    "弓(?!长)", "[^\\n]。", "(?m)^加", "(?:大麻|麻烦){s<=1}", "[錢張]", r"\u9322", r"(.)\1", "ss", "kg|½", "K",
    r"https?://|www\.", "(?:哈){2,}", "[微薇].*信", r"\p{Han}{3}", "(?i:vx)", "微(?:信)?", "，|．",
    "[^，。！]{3}", "（.）", "[！-～]", "Ｖ",
)  # fmt: skip
CASED_REGEXES = ("V", "Vx|微", "[A-Z]+", "ß", "İ")

terms = st.one_of(st.sampled_from(TERMS), st.sampled_from(TERMS), st.text(ALPHABET, min_size=1, max_size=4)).filter(
    lambda term: plain(term).strip() != ""
)
strings = st.one_of(terms, st.sampled_from(SEPARATED))

# --------------------------------------------------------------------------- patterns

LIKES = ("handle", "number", "han", "latin", "url", "money")


@st.composite
def tokens(draw: st.DrawFn) -> Token:
    kind = draw(st.sampled_from(("text", "among", "like", "like", "text", "pos", "like+")))
    low, high = draw(st.sampled_from(((1, 1), (1, 1), (1, 1), (0, 1), (0, MANY), (1, MANY), (0, 2), (2, 3), (1, 2))))
    test: dict[str, Any] = {}
    if kind == "text":
        test["text"] = draw(st.one_of(terms, st.sampled_from(("。", "，", "❤", ".", "“"))))
    if kind == "among":
        test["among"] = tuple(draw(st.lists(terms, min_size=1, max_size=3)))
    if kind.startswith("like"):
        test["like"] = draw(st.sampled_from(LIKES))
    if kind == "pos":
        test["pos"] = draw(st.sampled_from(("v", "n", "m", "nr")))
    if kind == "like+":
        test["among"] = tuple(draw(st.lists(terms, min_size=1, max_size=3)))
    return Token(low=low, high=min(high, MANY), **test)


@st.composite
def entities(draw: st.DrawFn) -> Entity:
    """What an entity pattern may ask for."""
    kind = draw(st.sampled_from(ENTITY_KINDS))
    asked: dict[str, Any] = {}
    if "at_least" in OPTIONS[kind] and draw(st.booleans()):
        low, high = sorted((draw(st.integers(0, 2000)), draw(st.integers(0, 2000))))
        asked["at_least"] = draw(st.sampled_from((None, float(low))))
        asked["at_most"] = draw(st.sampled_from((None, float(high))))
    if "currency" in OPTIONS[kind]:
        asked["currencies"] = draw(st.sampled_from(((), (), ("CNY",), ("USD",))))
    if "per" in OPTIONS[kind]:
        asked["per"] = draw(st.sampled_from(((), ("hour",), ("day", "hour"), ("piece",))))
    if kind in SUBKINDS:
        asked["kinds"] = draw(st.sampled_from(((), (SUBKINDS[kind][0],), SUBKINDS[kind][:2])))
    if kind == "contact":
        asked["disguised"] = draw(st.booleans())
    if kind == "link":
        asked |= draw(st.sampled_from(({}, {"own": True}, {"own": False}, {"suffixes": ("com",)}, {"shortened": True})))
    if kind == "deadline":
        asked["within"] = draw(st.sampled_from((None, 1.0, 48.0)))
    if kind == "sender":
        asked["names"] = draw(st.sampled_from(((), ("银行",))))
    if kind == "person":
        asked["who"] = draw(st.sampled_from(((), ("first",), ("second", "third"))))
        asked["number"] = draw(st.sampled_from(((), ("plural",))))
    return Entity(kind, **asked)


@st.composite
def patterns(draw: st.DrawFn, name: str) -> Pattern:
    kind = draw(st.sampled_from(("words", "words", "text", "text", "regex", "tokens", "entity")))
    options: dict[str, Any] = {}
    if kind in ("words", "text"):
        pool = terms if kind == "words" else strings
        options["terms"] = tuple(draw(st.lists(pool, min_size=1, max_size=3)))
        options["gaps"] = draw(st.sampled_from((0, 0, 1, 2)))
        options["repeats"] = draw(st.sampled_from((False, False, True)))
        fuzzy = draw(st.sampled_from(("", "s", "l", "sl")))
        options["sounds_like"], options["looks_like"] = "s" in fuzzy, "l" in fuzzy
        options["initials"] = draw(st.sampled_from((False, False, True)))
        options["spelled"] = draw(st.sampled_from((False, False, True)))
        options["weight"] = draw(st.sampled_from((0.5, 0.5, 0.3, 0.7, 1.0)))
        # With gaps, repeats, sounds or looks the exact case of a slice has no agreed meaning.
        plainly = not (options["gaps"] or options["repeats"] or options["initials"] or options["spelled"] or fuzzy)
        options["exact_case"] = plainly and draw(st.sampled_from((False, False, True)))
    elif kind == "regex":
        options["exact_case"] = draw(st.sampled_from((False, False, False, True)))
        options["regex"] = draw(st.sampled_from(CASED_REGEXES if options["exact_case"] else REGEXES))
    elif kind == "entity":
        options["entity"] = draw(entities())
    else:
        steps = draw(st.lists(tokens(), min_size=1, max_size=3))
        if not any(step.low for step in steps):
            steps.append(Token(like="han"))
        options["tokens"] = tuple(steps)
    if kind in ("text", "regex") and draw(st.integers(0, 2)) == 2:
        options["boundary"] = "words"
    if draw(st.integers(0, 2)) == 2:
        options["outside"] = tuple(
            draw(st.lists(st.sampled_from(("quotes", "urls", "mentions")), min_size=1, max_size=2, unique=True))
        )
    if draw(st.integers(0, 4)) == 4:
        options["parts"] = draw(st.sampled_from(_PLACES))
    options["undisguised"] = kind == "entity" or (
        kind != "tokens" and not options.get("exact_case") and draw(st.integers(0, 3)) == 3
    )
    options["near_miss"] = draw(st.booleans())
    return build.pattern(name, kind, **options)


_PLACES = (
    ("text",), ("ocr",), ("text", "caption"), ("ocr", "transcript"), ("message.title",), ("text", "message.title"),
    ("message.tags", "ocr"),
)  # fmt: skip

# --------------------------------------------------------------------------- conditions

FIELDS = {
    "channel": Field("channel", "enum", ("private", "group", "public_account")),
    "reposts": Field("reposts", "integer"),
    "ratio": Field("ratio", "number"),
    "hot": Field("hot", "boolean"),
    "note": Field("note", "string"),
    "time": Field("time", "datetime"),
    "level": Field("level", "integer", default=3),
    "tags": Field("tags", "string", is_list=True),
    "title": Field("title", "string"),
}
COMPARISONS = (
    'message.channel == "public_account"', 'message.channel in ("private", "group")', 'message.channel != "group"',
    "message.reposts >= 500", "message.reposts < 500", "message.reposts in (0, 500)", "message.ratio > 0.5",
    "message.ratio <= 1", "message.hot == true", "message.hot != true", 'message.note == "x"',
    'message.time >= "2014-06-01"', 'message.time < "2014-05-28T16:00:00+00:00"',
    'message.time == "2014-05-28T00:00:00+08:00"', "message.level > 2", "message.level == 2", "has(message.level)",
    "has(message.title)", "not has(message.note)", 'message.tags has "x"', 'message.tags has any of ("x", "y")',
    'message.tags has all of ("x", "y")', "count(message.tags) >= 2", "count(message.tags) == 0",
)  # fmt: skip
_VALUES: dict[str, Sequence[Any]] = {
    "channel": ("private", "group", "public_account"),
    "reposts": (0, 499, 500, 501),
    "ratio": (0.5, 0.75, 1.0),
    "hot": (False, True),
    "note": ("x", "y"),
    "time": (
        datetime(2014, 5, 27, 23, 59, 59, tzinfo=CHINA),
        datetime(2014, 5, 28, tzinfo=CHINA),
        datetime(2014, 5, 28, 16, tzinfo=UTC),
        datetime(2014, 6, 28, 23, 59, 59, tzinfo=CHINA),
        datetime(2014, 6, 29, tzinfo=CHINA),
    ),
    "level": (2, 3),
    "tags": ((), ("x",), ("y", "x"), ["x", "加微", "y"], '["刷单", "x"]'),
    "title": ("加微信", "刷单，日结", ""),
}
_FIELD_VALUES = {name: st.sampled_from(values) for name, values in _VALUES.items()}
message_fields = st.one_of(
    st.fixed_dictionaries(_FIELD_VALUES), st.fixed_dictionaries({}, optional=_FIELD_VALUES), st.just({})
)
OPERATORS = ("==", "!=", "<", "<=", ">", ">=")


@st.composite
def conditions(
    draw: st.DrawFn, names: Sequence[str] = (), globs: Sequence[str] = (), fields: bool = True, depth: int = 2
) -> str:
    """A condition as text, over these patterns and (globs of) rules."""
    kinds = ["field"] if fields else []
    if names:
        kinds += ["has", "has", "has", "of", "count", "near", "near", "inside", "together", "length"]
    if globs:
        kinds += ["rule"]
    if depth:
        kinds += ["and", "or", "not"] * 2
    kind = draw(st.sampled_from(kinds or ["any"]))

    def inner() -> str:
        return draw(conditions(names, globs, fields, depth - 1))

    if kind in ("and", "or"):
        return f"({inner()} {kind} {inner()})"
    if kind == "not":
        return f"not {inner()}"
    if kind == "field":
        return draw(st.sampled_from(COMPARISONS))
    if kind == "rule":
        return f"rule({draw(st.sampled_from(globs))})"
    if kind == "any":
        return "any"
    if kind == "length":
        return f"length {draw(st.sampled_from(OPERATORS))} {draw(st.integers(0, 30))}"
    selector = st.sampled_from((*names, *names, "p*"))
    if kind == "has":
        return draw(selector)
    if kind == "of":
        number = draw(st.sampled_from(("any", "all", "1", "2", "3")))
        if draw(st.booleans()):
            return f"{number} of them"
        return f"{number} of ({', '.join(draw(st.lists(selector, min_size=1, max_size=3)))})"
    if kind == "count":
        return f"count({draw(selector)}) {draw(st.sampled_from(OPERATORS))} {draw(st.integers(0, 4))}"
    first, second = draw(st.lists(st.sampled_from((*names, "p*")), min_size=2, max_size=2, unique=True))
    if kind == "inside":
        return f"inside({first}, {second})"
    if kind == "together":
        return f"together({first}, {second})"
    unit = draw(st.sampled_from(("", "", " words")))
    word = draw(st.sampled_from(("near", "before")))
    return f"{word}({first}, {second}, {draw(st.integers(0, 4))}{unit})"


# --------------------------------------------------------------------------- rules and policies

SCORES = (10, 15, 20, 33, 60, 100)


@st.composite
def rules(
    draw: st.DrawFn, id_: str, category: str | None, globs: Sequence[str], ids: Sequence[str], categories: Sequence[str]
) -> Rule:
    names = [f"p{n}" for n in range(draw(st.integers(1, 3)))]
    made = [draw(patterns(name)) for name in names]
    rest: dict[str, Any] = {"category": category, "ruleset": category or "relief", "score": 0}
    rest["status"] = draw(st.sampled_from(("stable",) * 6 + ("test", "draft")))
    if category is None:
        victim = draw(st.sampled_from(categories))
        covered = [rule_id for rule_id in ids if rule_id.startswith(victim + ".")]
        by_rules = bool(covered) and draw(st.booleans())
        named = (draw(st.sampled_from((covered[0], covered[-1], victim + ".*"))),) if by_rules else ()
        amount = draw(st.sampled_from((None, 5, 20, 45)))
        rest["relief"] = Relief(victim, named, amount)
    else:
        rest["score"] = draw(st.sampled_from(SCORES))
        rest["group"] = draw(st.sampled_from((None, None, "g", "h")))
    when = draw(conditions(names, globs))
    unless = draw(conditions(names, globs, depth=1)) if draw(st.integers(0, 2)) == 0 else None
    return build.rule(id_, when, *made, unless=unless, rules=ids, **rest)


ladders = st.dictionaries(
    st.sampled_from(("label", "review", "block")), st.sampled_from((1, 10, 15, 30, 50, 90)), min_size=1, max_size=3
).map(
    lambda steps: dict(
        zip([a for a in ("label", "review", "block") if a in steps], sorted(steps.values()), strict=True)
    )
)


def rising(ladder: dict[str, int]) -> bool:
    return all(a < b for a, b in pairwise(ladder.values()))


periods = st.sampled_from(
    (
        None,
        None,
        None,
        None,
        Period(datetime(2014, 5, 28, tzinfo=CHINA), datetime(2014, 6, 29, tzinfo=CHINA)),
        Period(None, datetime(2014, 6, 29, tzinfo=CHINA)),
        Period(datetime(2014, 5, 28, tzinfo=CHINA), None),
    )
)


longer = st.sampled_from(
    ((), (), (Longer(6, 10),), (Longer(3, 5), Longer(12, 40)), (Longer(0, 0), Longer(8, 1), Longer(20, 60)))
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    shape = draw(st.sampled_from(((1, 0, 0), (2, 0, 1), (1, 1, 1), (2, 1, 0), (1, 2, 2), (3, 1, 2))))
    ids = [f"{head}.r{n}" for head, count in zip(("a", "b", "relief"), shape, strict=True) for n in range(count)]
    categories = [head for head in ("a", "b") if f"{head}.r0" in ids]
    # Rules may refer to those before them in some order of their own, so never in a circle.
    order = draw(st.permutations(ids))
    made: dict[str, Rule] = {}
    for at, id_ in enumerate(order):
        before = order[:at]
        globs = [
            *before,
            *(g for g in ("a.*", "b.*", "relief.*", "*.r0", "a.r?") if set(cond.matching(g, ids)) <= {*before}),
        ]
        globs = [glob for glob in globs if cond.matching(glob, ids)]
        head = id_.split(".", maxsplit=1)[0]
        made[id_] = draw(rules(id_, head if head in categories else None, globs, ids, categories))
    rulesets = []
    for head in ("a", "b", "relief"):
        mine = [made[id_] for id_ in ids if id_.startswith(head + ".")]
        caps = draw(st.sampled_from(({"g": 25, "h": 60}, {"g": 10, "h": 1})))
        if mine:
            rulesets.append(build.ruleset(head, head if head in categories else None, mine, caps=caps))
    scoring = [id_ for id_ in ids if not id_.startswith("relief")]
    wanted = [*scoring, *(f"{category}.*" for category in categories), "*.r0"]
    rest: dict[str, Any] = {"study": draw(st.integers(0, 9)) == 9, "period": draw(periods)}
    rest["actions"] = {category: draw(ladders.filter(rising)) for category in categories if draw(st.integers(0, 5))}
    rest["longer"] = draw(longer)
    rest["points"] = tuple(draw(st.lists(other_points(scoring), max_size=2)))
    rest["scope"] = {
        key: build.condition(draw(st.one_of(st.just("any"), conditions())))
        for key in (*categories, "default")
        if draw(st.integers(0, 3)) == 3
    }
    rest["overrides"] = tuple(draw(st.lists(overrides(wanted, ids), max_size=2)))
    rest["exceptions"] = tuple(
        PolicyException(f"e{n}", build.condition(draw(conditions(globs=wanted)), rules=ids), "because", build.HERE)
        for n in range(draw(st.sampled_from((0, 0, 0, 0, 1, 2))))
    )
    return build.policy_of(*rulesets, fields=FIELDS, **rest)


@st.composite
def other_points(draw: st.DrawFn, scoring: Sequence[str]) -> PointsWhere:
    when = draw(st.one_of(st.sampled_from(COMPARISONS), conditions(depth=1), st.just("any")))
    scores = draw(st.dictionaries(st.sampled_from(scoring), st.sampled_from((0, 0, 5, 12, *SCORES))))
    return PointsWhere(build.condition(when), scores, build.HERE)


@st.composite
def overrides(draw: st.DrawFn, wanted: Sequence[str], ids: Sequence[str]) -> Override:
    listed = tuple(draw(st.lists(st.sampled_from(wanted), min_size=1, max_size=2, unique=True)))
    if draw(st.integers(0, 5)) == 0:
        return Override(listed, build.HERE, score=40)  # applied by the loader, and kept in the list
    when = draw(st.one_of(st.none(), conditions(globs=wanted)))
    action = draw(st.sampled_from(("label", "review", "block")))
    return Override(listed, build.HERE, action=action, when=None if when is None else build.condition(when, rules=ids))


# --------------------------------------------------------------------------- messages


def vocabulary(policy: Policy) -> list[str]:
    """Every term of the policy, to be found now and then."""
    found: list[str] = []
    for pattern in (pattern for rule in policy.rules for pattern in rule.patterns):
        found += pattern.terms
        for token in pattern.tokens:
            found += [*(token.among or ()), *([token.text] if token.text is not None else [])]
    return list(dict.fromkeys(found))


def disguises(term: str) -> list[str]:
    """The term as evaders write it: by sound, by look, split, stretched, spaced, in other forms."""
    found = [".".join(term), "  ".join(term), term + term[-1], "".join(c * 2 for c in term), term.upper()]
    if initials(plain(term)):
        found += [
            f"{before}{initials(plain(term))}{after}" for before in ("", "k", "加") for after in ("", "2", "号", " ")
        ]
    ways = spelling(plain(term))
    found += [plain(term).replace(char, way) for char, its in zip(plain(term), ways, strict=False) for way in its]
    found += [f"“{term}”", f"{term[0]}“{term[1:]}”", f"{term}员", f"@{term}"]
    for at, char in enumerate(plain(term)):
        head, tail = plain(term)[:at], plain(term)[at + 1 :]
        others = [
            *splits(char)[:2],
            *sorted(lookalikes(char))[:2],
            *(c for c in HOMOPHONES if syllable(c) == syllable(char)),
        ]
        found += [head + other + tail for other in (*others[:5], syllable(char) or char)]
    return [*found, "".join(syllable(char) or char for char in plain(term))]


HOMOPHONES = "为维薇新心佳家张章长常枪前好号女努子字木目林临沙傻加嘉行航银引大打"


def pieces(own: Sequence[str] = ()) -> list[Sequence[str]]:
    """What texts are put together from: forms of the alphabet, noise, and the own words, also disguised."""
    disguised = [form for term in own for form in disguises(term)]
    return [FORMS, NOISE, *([list(own), disguised, "".join(own)] if own else [])]


def texts(own: Sequence[str] = (), min_size: int = 3, max_size: int = 14) -> st.SearchStrategy[str]:
    choices = [st.sampled_from(pool) for pool in pieces(own)]
    return st.lists(st.one_of(choices), min_size=min_size, max_size=max_size).map("".join)


KINDS = ("text", "caption", "ocr", "transcript")


def messages(policy: Policy) -> st.SearchStrategy[Message]:
    text = texts(vocabulary(policy))
    part = st.builds(Part, st.sampled_from(KINDS), text)
    more = st.one_of(st.just(()), st.just(()), st.lists(part, min_size=1, max_size=2).map(tuple))
    return st.builds(Message, text=text, parts=more, fields=message_fields)


@st.composite
def cases(draw: st.DrawFn, count: int = 10) -> tuple[Policy, list[Message]]:
    """A policy and messages for it."""
    policy = draw(policies())
    return policy, draw(st.lists(messages(policy), min_size=count, max_size=count))


def written(policy: Policy, count: int, chance: Random) -> list[Message]:
    """Messages as `messages` draws them, at a hundredth of the price; none is made simpler where one fails."""
    pools = pieces(vocabulary(policy))

    def text() -> str:
        return "".join(chance.choice(chance.choice(pools)) for _ in range(chance.randint(3, 14)))

    def message() -> Message:
        parts = [Part(chance.choice(KINDS), text()) for _ in range(chance.choice((0, 0, 0, 0, 1, 2)))]
        given = chance.choice((_VALUES, [name for name in _VALUES if chance.random() < 0.5], ()))
        fields = {name: chance.choice(_VALUES[name]) for name in given}
        if "title" in fields and chance.random() < 0.5:
            fields["title"] = text()
        return Message(text(), parts=tuple(parts), fields=fields)

    return [message() for _ in range(count)]
