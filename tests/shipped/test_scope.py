"""What docs/scope.md says of the shipped rules, claim by claim."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
import regex

from modengine import Engine, Message
from modengine.checks.identity.findings import guard
from modengine.checks.lexicon import lexicon
from modengine.lab.data.templates import MINORS
from modengine.model import Decision
from modengine.policy.condition import And, Condition, Not, Or, pattern_names
from modengine.policy.model import Pattern, Rule, texts_of
from modengine.text.normalize import plain
from tests.paths import ROOT, SAMPLES
from tests.shipped.samples import ACTS, message, rows

ROLES = ("记者", "律师", "医生", "警察", "民警", "残疾人", "老师", "护士", "农民工", "公务员", "专家", "教授")
"""Whoever tells of a harm: no relief and no excuse asks for one of them."""
GRIEVANCES = (
    "上访", "信访", "请愿", "申诉", "上告", "告状", "投诉", "举报", "维权", "抗议", "示威", "游行", "静坐", "绝食",
    "罢工", "罢课", "罢市", "罢运", "停工", "怠工", "堵门", "拉横幅", "喊冤", "讨说法", "讨薪", "欠薪", "血汗钱",
    "强拆", "拆迁", "征地", "联名信", "想死", "不想活", "活不下去", "活够了", "没活路", "没活头", "轻生", "自杀",
    "跳楼", "割腕", "自残", "抑郁", "绝望",
)  # fmt: skip
"""Signs of petition, strike, protest, complaint, despair and the search for help: evidence of nothing."""
FREE = ("被举报", "遭举报", "被投诉", "遭投诉", "自杀式")
"""What scam scripts claim of the reader, and a way to attack: no grievance."""
SHARED = "lists/shared/"
"""Lists of how people tell of harm: they relieve."""
FRAMES = (
    "昨天在市政府门口，很多人{word}，站了一上午。",
    "我们厂里的人明天{word}，大家互相照应，带好水。",
    "我真的累了，{word}，有没有人能陪我说说话。",
)
CHILDREN = ("幼女", "少女", "儿童", "小孩", "小学", "初中", "高中", "中学", "萝莉", "正太")
"""As `MINORS`, but for what a message says of adults (大学生) or to keep children away."""
SMALL_TALK = "聊天"
SENDERS = ("sender", "user", "author", "account", "uid", "phone", "name", "nick")
WARNINGS = (
    "刚才我在菜场看到井盖没了，快转给邻居，晚了怕有人掉下去，群里发的已经被删了一次。",
    "紧急提醒大家：三号楼下水管爆了，马上告诉家里老人别下楼，昨天发过，帖子没了，再发一次。",
    "我在医院上班，这几天发烧的人很多，大家戴口罩，赶快告诉亲戚朋友，上次说被删了。",
    "河水涨得很快，请立刻转告下游的亲戚，别等通知，之前的消息都看不到了。",
)
"""People who warn each other: they urge, they are in a hurry, and they say that they were silenced."""


# --------------------------------------------------------------------------- what counts for and against


def asserted(condition: Condition) -> Iterator[str]:
    """The patterns of a condition that must be found; not those that must not."""
    if isinstance(condition, And | Or):
        for item in condition.items:
            yield from asserted(item)
    elif not isinstance(condition, Not):
        yield from pattern_names(condition)


def evidence(engine: Engine) -> Iterator[tuple[Rule, Pattern]]:
    """The patterns that can add to a score."""
    for rule in engine.policy.rules:
        if rule.relief is None:
            names = set(asserted(rule.when))
            yield from ((rule, pattern) for pattern in rule.patterns if pattern.name in names)


def excuses(engine: Engine) -> Iterator[tuple[Rule, Pattern]]:
    """The patterns of reliefs and of `unless`."""
    for rule in engine.policy.rules:
        names = set(pattern_names(rule.when)) if rule.relief is not None else set()
        names |= set() if rule.unless is None else set(pattern_names(rule.unless))
        yield from ((rule, pattern) for pattern in rule.patterns if pattern.name in names)


def looked_for(pattern: Pattern) -> Iterator[str]:
    """The texts of a pattern, but those of the shared lists of how people tell of harm."""
    for text, place in texts_of(pattern):
        if SHARED not in place.file.replace("\\", "/"):
            yield plain(text)


def asks_for(pattern: Pattern, word: str) -> bool:
    """Whether a pattern looks for a word, or for a text that holds it and is not free."""
    if pattern.regex is not None:
        # An expression of no character of the word (a number, a link) finds it by no meaning.
        return bool(set(word) & set(pattern.regex)) and regex.search(pattern.regex, word, regex.I) is not None
    return any(word in text and not any(free in text for free in FREE) for text in looked_for(pattern))


def found(pairs: Iterator[tuple[Rule, Pattern]], words: tuple[str, ...]) -> list[tuple[str, str, str]]:
    return [(rule.id, pattern.name, word) for rule, pattern in pairs for word in words if asks_for(pattern, word)]


def points(decision: Decision) -> dict[str, int]:
    return {name: category.score for name, category in decision.categories.items()}


def decide(engine: Engine, text: str) -> Decision:
    return engine.decide(Message(text), ignore_scope=True)


# --------------------------------------------------------------------------- names


def test_no_identity_word_is_evidence_relief_or_excuse(engine: Engine) -> None:
    assert guard(engine.policy) == ()


@pytest.mark.parametrize("group", sorted({term.group for term in lexicon()}))
def test_a_name_alone_leads_to_nothing(group: str, engine: Engine) -> None:
    forms = [form for term in lexicon() if term.group == group for form in term.forms]
    assert [form for form in forms if decide(engine, f"今天聊到{form}。").action != "allow"] == []


# --------------------------------------------------------------------------- grievance and distress


@pytest.mark.parametrize("word", GRIEVANCES)
def test_no_sign_of_grievance_or_distress_is_looked_for(word: str, engine: Engine) -> None:
    assert found(evidence(engine), (word,)) == []


@pytest.mark.parametrize("word", GRIEVANCES)
def test_grievance_and_distress_score_nothing(word: str, engine: Engine) -> None:
    for frame in FRAMES:
        assert points(decide(engine, frame.format(word=word))) == points(decide(engine, frame.format(word=SMALL_TALK)))


@cache
def grievances() -> list[dict[str, object]]:
    return rows("measure/grievance.jsonl")


def test_no_grievance_is_terrorism(engine: Engine) -> None:
    harmless = [row for row in grievances() if row["label"] == "none"]
    acted = {row["id"]: engine.decide(message(row), ignore_scope=True) for row in harmless}
    assert [name for name, decision in acted.items() if decision.categories["terrorism"].action != "allow"] == []


def test_at_most_one_grievance_in_two_hundred_is_reviewed(engine: Engine) -> None:
    harmless = [row for row in grievances() if row["label"] == "none"]
    reviewed = [row["id"] for row in harmless if engine.decide(message(row), ignore_scope=True).action in ACTS]
    assert len(reviewed) <= 0.005 * len(harmless), reviewed


def test_seven_in_ten_threats_beside_a_grievance_are_caught(engine: Engine) -> None:
    threats = [row for row in grievances() if row["label"] != "none"]
    caught = [
        engine.decide(message(row), ignore_scope=True).categories[str(row["label"])].action in ACTS for row in threats
    ]
    assert threats
    assert sum(caught) >= 0.7 * len(caught)


# --------------------------------------------------------------------------- relief


@pytest.mark.parametrize("role", ROLES)
def test_no_relief_and_no_excuse_asks_for_an_office(role: str, engine: Engine) -> None:
    assert found(excuses(engine), (role,)) == []


@pytest.mark.parametrize("teller", ["", "警方说：", "我说：", "我邻居说：", "一位护士说：", "一位记者说："])
def test_a_warning_counts_alike_whoever_gives_it(teller: str, engine: Engine) -> None:
    for warning in ("刷单返利都是骗局，大家别信。", "有人冒充客服骗钱，验证码千万别给。"):
        assert decide(engine, teller + warning).action == decide(engine, "他们说：" + warning).action == "allow"


# --------------------------------------------------------------------------- rumour


def test_a_label_is_the_most_that_rumour_leads_to(engine: Engine) -> None:
    assert list(engine.policy.actions["rumour"]) == ["label"]


def test_no_rumour_rule_reaches_the_label_by_itself(engine: Engine) -> None:
    least = engine.policy.actions["rumour"]["label"]
    rules = [rule for rule in engine.policy.rules if rule.category == "rumour" and rule.relief is None]
    assert rules
    assert [rule.id for rule in rules if rule.score >= least] == []


@pytest.mark.parametrize("warning", WARNINGS)
def test_urging_hurry_and_being_silenced_together_do_not_reach_it(warning: str, engine: Engine) -> None:
    assert decide(engine, warning).action == "allow"


@pytest.mark.parametrize("text", ["没有官方通报，只是我自己看到的。", "这事官方还没说。", "网上传的，不知道真假。"])
def test_being_unofficial_scores_nothing(text: str, engine: Engine) -> None:
    assert points(decide(engine, text))["rumour"] == 0


# --------------------------------------------------------------------------- persons


def test_no_field_of_the_policy_tells_who_somebody_is(engine: Engine) -> None:
    assert [name for name in engine.policy.fields if any(part in name for part in SENDERS)] == []


def test_nothing_accumulates(engine: Engine) -> None:
    texts = [example.message.text for rule in engine.policy.rules[:40] for example in rule.examples.match]
    first = [decide(engine, text) for text in texts]
    assert [decide(engine, text) for text in reversed(texts)] == first[::-1]
    assert decide(engine, "早上好，今天开会吗？") == decide(engine, "早上好，今天开会吗？")


# --------------------------------------------------------------------------- minors


def test_nothing_sexual_about_minors_is_looked_for(engine: Engine) -> None:
    patterns = [pattern for rule, pattern in evidence(engine) if rule.category == "pornography"]
    assert patterns
    assert [
        (pattern.name, word, text)
        for pattern in patterns
        for text in (*looked_for(pattern), pattern.regex or "")
        for word in MINORS
        if word in text
    ] == []


@pytest.mark.parametrize("name", sorted(str(file.relative_to(SAMPLES)) for file in SAMPLES.rglob("*.jsonl")))
def test_no_sexual_sample_speaks_of_minors(name: str) -> None:
    sexual = [row for row in rows(name) if row.get("label") == "pornography"]
    assert [row["id"] for row in sexual if any(word in message(row).text for word in CHILDREN)] == []


# --------------------------------------------------------------------------- the page


def test_the_page_says_what_is_tested_here() -> None:
    page = " ".join((ROOT / "docs" / "scope.md").read_text("utf-8").split())
    for claim in (
        "No such names as evidence",
        "No sign of petition, strike, protest, complaint or despair is evidence",
        "no rumour rule reaches the label by itself",
        "Relief does not ask for an office",
        "nothing accumulates for a person",
        "Nothing sexual about minors",
    ):
        assert claim in page
