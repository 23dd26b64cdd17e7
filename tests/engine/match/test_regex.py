"""The kind `regex`: on the plain view, ignoring case, and never silent about running out of time."""

from __future__ import annotations

from typing import Any

import pytest

import modengine.engine.budget
import modengine.engine.match.regex
from modengine.engine.engine import Engine
from modengine.engine.match.regex import compiled, source_of
from modengine.errors import PolicyError
from modengine.model import Cause, Decision, Message, Part
from tests import build
from tests.build import compile_policy, found, regex, spans

REGULAR = regex("slow", "(?:哈|哈哈)+啊")
"""Tries every way to cut a run of 哈 in ones and twos before it gives up."""
CATASTROPHE = regex("slow", "(?:哈|哈哈)+(?>啊)")
"""The same, and no automaton can say it."""
REGULAR_2 = regex("p", "啊哈+")
ENDLESS = "啊" + "哈" * 60


@pytest.mark.parametrize(
    ("source", "body", "expected"),
    [
        (r"\d{3,}", "加12或１２３４", ["１２３４"]),
        ("vx", "VX ｖｘ", ["VX", "ｖｘ"]),
        ("VX", "vx", ["vx"]),
        (r"www\.", "ＷＷＷ．a", ["ＷＷＷ．"]),
        ("kg", "5㎏", ["㎏"]),
        ("k", "5㎏", ["㎏"]),
        ("哈哈", "哈哈哈", ["哈哈"]),
        ("a|ab", "ab", ["a"]),
        ("加.{0,2}信", "加微信 加  信", ["加微信", "加  信"]),
        ("(?<=加)微信", "加微信", ["微信"]),
        (r"加\K微信", "加微信", ["微信"]),
        (r"\bvx\b", "vx: devxy", ["vx"]),
        ("(?:微信){e<=1}", "徽信", ["徽信"]),
        (r"\p{Han}{2}", "ab汉字", ["汉字"]),
        ("(?m)^加", "加a\n加b", ["加", "加"]),
        ("微信", "", []),
    ],
)
def test_the_syntax_of_the_regex_package_on_the_plain_view(source: str, body: str, expected: list[str]) -> None:
    assert found(regex("r", source), body) == expected


@pytest.mark.parametrize(
    ("source", "body", "expected"),
    [(r"(?=加)|微信", "加微信", [(1, 3)]), (r"\b|微", "加微", [(1, 2)])],
)
def test_empty_matches_do_not_count(source: str, body: str, expected: list[tuple[int, int]]) -> None:
    # Such an expression is refused (ME407) where it matches the empty text; these need some text.
    assert spans(regex("r", source), body) == expected


@pytest.mark.parametrize("source", ["a*", "", "(?:微信)?", "^", "$", "x{0}", "(?=)"])
def test_an_expression_that_matches_the_empty_text_is_an_error(source: str) -> None:
    with pytest.raises(PolicyError) as caught:
        compile_policy(build.policy(build.rule("r", "p", regex("p", source))))
    assert [problem.code for problem in caught.value.diagnostics] == ["ME407"]


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("转?", "leave the `?` out"),
        ("(?:转账)??", "leave the `?` out"),
        ("a*", "`+` in place of `*`"),
        ("a*b*+", "`+` in place of `*`"),
        ("(?i:x{0,3})", "`{1,3}` in place of `{0,3}`"),
        ("x{0}", "`{0}` takes nothing"),
        ("转账|", "take the empty alternative out"),
        ("转账|b?|c", "leave the `?` out"),
        ("^转?$", "leave the `?` out"),
        ("a?b*", "all of it may be absent"),
        ("", "asks only for a place"),
        ("^", "asks only for a place"),
        ("(?=)", "asks only for a place"),
    ],
)
def test_the_hint_names_what_lets_an_expression_be_empty(source: str, hint: str) -> None:
    with pytest.raises(PolicyError) as caught:
        compile_policy(build.policy(build.rule("r", "p", regex("p", source))))
    assert hint in caught.value.diagnostics[0].hint


@pytest.mark.parametrize("source", ["(", "a{2,1}", "[z-a]", r"\p{Nothing}", "(?P<a>x)(?P=b)", "*a", "(?<=a", "a)"])
def test_an_expression_that_does_not_compile_is_an_error(source: str) -> None:
    with pytest.raises(PolicyError) as caught:
        compile_policy(build.policy(build.rule("r", "p", regex("p", source))))
    assert [problem.code for problem in caught.value.diagnostics] == ["ME401"]


# --------------------------------------------------------------------------- simplified literals


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("網銀", "网银"),
        ("網(?:銀|路)", "网(?:银|路)"),
        ("[網銀]", "[网银]"),
        ("[^網]", "[^网]"),
        ("[一-龜]", "[一-龜]"),
        ("[龍-龜網]", "[龍-龜网]"),
        ("[網一-龜]", "[网一-龜]"),
        (r"\網", "网"),
        (r"\[網-銀\]", r"\[网-银\]"),
        ("網-銀", "网-银"),
        (r"[\]網-銀]", r"[\]網-銀]"),
        ("ＶＸ，（", r"vx,\("),
        (r"\p{Han}", r"\p{Han}"),
        (r"錢{2,3}", "钱{2,3}"),
    ],
)
def test_literal_characters_are_simplified_and_the_ends_of_ranges_are_not(source: str, expected: str) -> None:
    assert source_of(regex("r", source)) == expected


@pytest.mark.parametrize("source", ["[-網]", "[網-]", r"[\-網]", r"[網\-]", "[^-網]"])
def test_a_dash_that_is_no_range_does_not_keep_a_literal_traditional(source: str) -> None:
    assert source_of(regex("r", source)) == source.replace("網", "网")


@pytest.mark.parametrize("body", ["網銀", "网银", "網银"])
def test_a_traditional_expression_finds_both_scripts(body: str) -> None:
    assert found(regex("r", "網銀"), f"看{body}") == [body]


def test_a_range_of_characters_stays_what_it_was() -> None:
    assert found(regex("r", "[一-龜]x"), "网x") == ["网x"]


# --------------------------------------------------------------------------- case: exact


@pytest.mark.parametrize(
    ("source", "body", "expected"),
    [
        ("VX", "VX vx ＶＸ", ["VX", "ＶＸ"]),
        ("[A-Z]{2,}", "ABc网Ｄ", ["AB"]),
        ("網[A-Z]", "網A网b", ["網A"]),
        ("ß", "ßss", ["ß"]),
        ("(?i)vx", "VX", ["VX"]),
    ],
)
def test_exact_case_looks_at_the_text_before_folding(source: str, body: str, expected: list[str]) -> None:
    assert found(regex("r", source, exact_case=True), body) == expected


def test_exact_case_finds_its_place_after_a_character_that_folds_longer() -> None:
    assert spans(regex("r", "VX", exact_case=True), "ßİVX") == [(2, 4)]


# --------------------------------------------------------------------------- outside, part


@pytest.mark.parametrize(
    ("outside", "body", "expected"),
    [
        (("quotes",), "“微信”微信", [(4, 6)]),
        (("urls",), "http://a.cn/微信 微信", [(12, 14), (15, 17)]),
        (("urls",), "www.wx.cn wx", [(10, 12)]),
        (("mentions",), "@微信 微信", [(4, 6)]),
    ],
)
def test_outside_drops_what_is_wholly_inside(outside: Any, body: str, expected: list[tuple[int, int]]) -> None:
    assert spans(regex("r", "微信|wx", outside=outside), body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("‘it’s vx’ vx", ["vx"]),
        ("‘弄vx’我vx", ["vx"]),
        ("‘don’t vx, it’s vx’ vx", ["vx"]),
        ("it’s vx, isn’t it’", ["vx"]),
        ("‘ＶＸ' vx", ["vx"]),
    ],
)
def test_an_apostrophe_within_a_word_closes_no_quotation(body: str, expected: list[str]) -> None:
    assert found(regex("r", "vx", outside=("quotes",)), body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("上一个残疾人", []),
        ("个残", ["个残"]),
        ("礼包赢大奖", []),
        ("大赢家", ["赢"]),
        ("赢了", ["赢"]),
        ("“礼包赢”", []),
        ("DEVXYZ", ["VX"]),
        ("dev xyz", []),
    ],
)
def test_with_a_boundary_what_straddles_words_does_not_count(body: str, expected: list[str]) -> None:
    """A match within one word does."""
    for exact_case in (False, True):
        pattern = regex("r", "个残|包赢|赢|VX|v x", boundary="words", exact_case=exact_case)
        assert found(pattern, body) == expected


def test_a_regex_looks_in_its_parts() -> None:
    message = Message("微信", parts=(Part("ocr", "加微信"),))
    assert [(m.part_index, m.start) for m in build.matches(regex("r", "微信", parts=("ocr",)), message)] == [(1, 1)]


def test_a_match_shows_the_normalised_text() -> None:
    [match] = build.matches(regex("r", "網銀.x"), "網銀 Ｘ")
    assert (match.found_as, match.how) == ("网银 x", ("regex", "width", "case", "traditional"))


# --------------------------------------------------------------------------- running out of time


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less time than any expression needs that tries so many ways."""
    monkeypatch.setattr(modengine.engine.match.regex, "TIMEOUT", 0.02)


def slow(body: str) -> Decision:
    return build.engine(build.rule("r", "slow", CATASTROPHE)).decide(body)


@pytest.mark.usefixtures("impatient")
def test_a_regex_that_times_out_is_undetermined_and_not_no_match() -> None:
    [entry] = slow(ENDLESS).undetermined
    assert (entry.rule, entry.pattern, entry.reason) == ("r", "slow", "the regex took longer than 0.02 s")


@pytest.mark.usefixtures("impatient")
def test_a_regex_that_times_out_goes_to_review() -> None:
    assert slow(ENDLESS).action == "review"


@pytest.mark.usefixtures("impatient")
def test_what_was_found_before_the_time_ran_out_is_left_out() -> None:
    """How much it is depends on the machine."""
    assert slow("哈啊" + ENDLESS).hits == ()


@pytest.mark.usefixtures("impatient")
def test_the_same_regex_decides_what_it_can() -> None:
    assert slow("哈哈啊").undetermined == ()


@pytest.mark.usefixtures("impatient")
def test_such_regexes_share_the_time_of_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five of them over four parts: two run to their own limit, the other eighteen are not asked."""
    monkeypatch.setattr(modengine.engine.budget, "PATIENCE", 0.03)
    asked: list[object] = []
    spans_of = modengine.engine.match.regex.spans_of

    def counted(*given: Any) -> Any:
        asked.append(given)
        return spans_of(*given)

    monkeypatch.setattr(modengine.engine.match.regex, "spans_of", counted)
    many = [regex(f"p{n}", f"(?:哈|哈哈)+(?>啊|{n})") for n in range(5)]
    engine = build.engine(
        build.rule("r", " or ".join(p.name for p in many), *many), build.rule("other", "p", REGULAR_2)
    )
    decision = engine.decide(Message(ENDLESS, parts=(Part("ocr", ENDLESS),) * 3))
    assert {(entry.rule, entry.cause) for entry in decision.undetermined} == {("r", Cause.TIMEOUT)}
    assert [entry.reason for entry in decision.undetermined[1:]] == [
        "such regexes took longer than 0.03 s in the message"
    ] * 4
    assert decision.action == "review"
    assert len(asked) - 4 in (1, 2)
    assert [hit.rule for hit in decision.hits] == ["other"]
    assert engine.decide("哈哈啊").undetermined == ()


@pytest.mark.usefixtures("impatient")
def test_an_automaton_goes_on_where_the_time_ran_out() -> None:
    with pytest.raises(TimeoutError):
        list(compiled(source_of(REGULAR), False).finditer(ENDLESS, timeout=0.02))
    assert found(REGULAR, "哈啊" + ENDLESS + "啊") == ["哈啊", "哈" * 60 + "啊"]
    decision = build.engine(build.rule("r", "slow", REGULAR)).decide("哈啊" + ENDLESS)
    assert ([hit.rule for hit in decision.hits], decision.undetermined) == (["r"], ())


@pytest.mark.parametrize("source", [r"(微)信.*\1", "(?:微信){e<=1}", "(?:(微)|信)(?(1)信|微)"])
def test_a_regex_that_no_automaton_can_say_is_not_asked_of_a_long_part(source: str) -> None:
    engine = build.engine(build.rule("r", "p", regex("p", source)))
    assert engine.decide("微信微" + "好" * 1_997).hits
    decision = engine.decide("微信微" + "好" * 1_998)
    assert (decision.hits, decision.action) == ((), "review")
    [entry] = decision.undetermined
    assert (entry.pattern, entry.reason, entry.cause) == (
        "p",
        "the regex is not asked of more than 2,000 characters",
        Cause.OPAQUE,
    )


def test_a_regex_whose_literals_are_not_there_is_not_asked_at_all() -> None:
    engine = build.engine(build.rule("r", "p", regex("p", r"(微)信\1")))
    assert engine.decide("好" * 3_000).undetermined == ()


def test_any_other_regex_is_asked_of_parts_of_any_length() -> None:
    engine = build.engine(build.rule("r", "p", regex("p", "微.{0,5}(?=信)")))
    assert engine.decide("好" * 10_000 + "微信").hits


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_a_regex_that_fails_otherwise_is_undetermined_too(error: type[Exception], monkeypatch: Any) -> None:
    class Failing:
        def finditer(self, *_: Any, **__: Any) -> None:
            raise error

        search = finditer

    program = build.compile_policy(build.policy(build.rule("r", "p", regex("p", "微信"))))
    monkeypatch.setattr(modengine.engine.match.regex, "compiled", lambda *_: Failing())
    [entry] = Engine(program, matchers=program.matchers()).decide("微信").undetermined
    assert entry.reason == f"the regex failed: {error.__name__}"


def test_compiling_is_not_of_the_time_of_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, known = [0.0], set[str]()

    def slow(source: str, exact_case: bool) -> Any:
        if source not in known:
            known.add(source)
            clock[0] += 9
        return compiled(source, exact_case)

    monkeypatch.setattr(modengine.engine.match.regex, "compiled", slow)
    monkeypatch.setattr(modengine.engine.match.regex, "thread_time", lambda: clock[0])
    patterns = [regex("a", r"(微)\1"), regex("b", r"(信)\1")]
    program = compile_policy(build.policy(build.rule("r", "a and b", *patterns)))
    decision = Engine(program, program.segmenter()).decide("微微信信")
    assert (decision.undetermined, len(decision.hits)) == ((), 1)
