"""The API: the same answers as the command line, from the real engine, lab and log."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from modengine.cli.main import COMMANDS, run
from modengine.model import Decision, Message, Part
from modengine.play.jobs.functions import FUNCTIONS
from modengine.play.jobs.jobs import row_of
from modengine.play.jobs.workspace import make
from modengine.play.lessons import shipped_lessons
from modengine.play.registry import ENDPOINTS, openapi
from tests.engines import campaign
from tests.paths import ROOT
from tests.play.pages import FILES, POLICY, RULES, Api
from tests.play.parity import decided_as_on_the_command_line, mixed_as_on_the_command_line, plain, samples

SCAM = "【青桥银行】您的网银将于今晚失效，请点击 www.example.top 重新认证"
LOG = "0123456789abcdef" * 2


def test_a_message_is_decided_as_the_engine_decides_it(api: Api) -> None:
    assert api("decide", text=SCAM) == plain(campaign().decide(SCAM))


@pytest.mark.parametrize(("ignore_scope", "first"), [(True, 2), (False, 7)])
def test_samples_are_decided_as_on_the_command_line(api: Api, ignore_scope: bool, first: int) -> None:
    decided_as_on_the_command_line(api, samples()[first::12], ignore_scope=ignore_scope)


def test_mixed_messages_are_decided_as_on_the_command_line(tmp_path: Path) -> None:
    assert mixed_as_on_the_command_line(tmp_path, 200) >= {"allow", "review", "block"}


def test_the_trace_is_that_of_explain(api: Api) -> None:
    found = api("explain", text=SCAM)
    assert found["trace"] == plain(campaign().trace(SCAM))
    view = found["views"][0]
    assert len(view["plain"]) == len(view["starts"]) == len(view["ends"])
    assert view["text"][view["starts"][0] : view["ends"][0]] == SCAM[0]
    assert [0, 1] in view["words"] or view["words"]


def test_a_match_in_a_field_has_its_text_beside_it(api: Api) -> None:
    rules = RULES.replace("words: [中奖]", "words: [中奖], field: title")
    policy = POLICY + "fields: {title: string}\n"
    found = api(
        "explain", rules=api.rules({"policy.yaml": policy, "rules.yaml": rules}), text="x", fields={"title": "您中奖了"}
    )
    assert [view["kind"] for view in found["views"]] == ["text", "message.title"]
    assert {mark["part"] for mark in found["marks"]} == {1}


def test_lone_surrogates_are_decided_and_noted(client: Any) -> None:
    answer = client.post("/api/decide", content=b'{"text": "\\ud800x"}', headers={"content-type": "application/json"})
    assert answer.status_code == 200
    assert "surrogates" in answer.json()["notes"][0]


def test_rules_of_a_student_decide(api: Api) -> None:
    rules = api.rules(FILES)
    assert api("decide", text="恭喜您中奖", rules=rules)["action"] == "review"
    assert api("decide", text="晚上吃什么", rules=rules)["action"] == "allow"


def test_a_lone_ruleset_gets_the_usual_thresholds(api: Api) -> None:
    rules = api.rules({"rules.yaml": RULES}, "rules.yaml")
    assert api("decide", text="恭喜您中奖", rules=rules)["action"] == "review"


def test_errors_of_a_student_are_those_of_check(api: Api) -> None:
    broken = {**FILES, "rules.yaml": RULES.replace("score: 50", "scores: 50")}
    found = api("rules", files=broken, main="policy.yaml")
    assert not found["ok"]
    places = [(problem["code"], problem["file"], problem["line"]) for problem in found["problems"]]
    assert ("ME201", "rules.yaml", 7) in places
    assert api("check", files=broken, main="policy.yaml") == found["problems"]
    assert "errors" in api("decide", 422, text="x", rules=found["rules"])["error"]


def test_examples_in_the_rules_are_run(api: Api) -> None:
    outcomes = api("test", rules=api.rules(FILES))
    assert [(outcome["kind"], outcome["verdict"]) for outcome in outcomes] == [
        ("match", "holds"),
        ("pass", "holds"),
        ("pass", "fails"),
    ]
    assert {outcome["file"] for outcome in outcomes} == {"rules.yaml"}


def test_the_grid_counts_every_message_once_a_row_and_has_intervals(api: Api) -> None:
    found = api("eval")
    assert [cell["function"] for cell in found["grid"]] == list(FUNCTIONS)
    for cell in found["grid"]:
        assert cell["n"] == len(cell["rows"]) > 0
        assert cell["k"] == sum(row["holds"] for row in cell["rows"])
        assert cell["low"] <= cell["share"] <= cell["high"]


def test_thresholds_tried_on_the_page_give_what_the_engine_gives(api: Api) -> None:
    """The page holds the ladder against the points; the engine with such a policy must agree."""
    changed = POLICY.replace("review: 50", "review: 51").replace("rules.yaml", "shipped/messages.yaml")
    changed += "longer: [{above: 15, add: 20}]\n"
    scored = api("scores", rules=api.rules({"policy.yaml": changed.replace("51", "50")}))
    engine = make({"policy.yaml": changed}, "policy.yaml").engine
    assert engine is not None
    steps = {"label": 30, "review": 51, "block": 90}
    for given, row in zip(samples(), scored["rows"], strict=False):
        reached = [name for name, points in steps.items() if row["scores"]["fraud"] - row["longer"] >= points]
        decision = engine.decide(row_of(given).message, ignore_scope=True)
        assert (reached[-1] if reached else "allow") == decision.action
        assert row["raised"] == {}
    assert {row["longer"] for row in scored["rows"]} == {0, 20}


def test_rules_can_be_left_out(api: Api) -> None:
    rules = api.rules(FILES)
    rows = [{"text": "恭喜您中奖", "label": "fraud"}]
    assert api("scores", rules=rules, rows=rows)["rows"][0]["scores"] == {"fraud": 50}
    assert api("scores", rules=rules, rows=rows, off=["fraud.prize"])["rows"][0]["scores"] == {"fraud": 0}
    assert "no rule" in api("scores", 422, rules=rules, off=["fraud.nothing"])["error"]


def test_two_rule_sets_are_compared(api: Api) -> None:
    a = api.rules(FILES)
    b = api.rules({**FILES, "rules.yaml": RULES.replace("score: 50", "score: 20")})
    rows = [{"text": "恭喜您中奖"}, {"text": "晚上吃什么"}]
    changed = api("diff", a=a, b=b, rows=rows)["changed"]
    assert [(row["text"], row["before"], row["after"]) for row in changed] == [("恭喜您中奖", "review", "allow")]


def test_disguises_come_from_the_lab_and_are_decided(api: Api) -> None:
    rules = api.rules(FILES)
    found = api("evade", rules=rules, text="恭喜您中奖")
    assert found["action"] == "review"
    kinds = {disguise["kind"]: disguise for disguise in found["disguises"]}
    assert {"homophone", "pinyin", "punctuation", "width"} - kinds.keys() <= {"width"}
    for disguise in found["disguises"]:
        for variant in disguise["variants"]:
            assert api("decide", rules=rules, text=variant["text"])["action"] == variant["action"]


def test_the_smallest_edit_does_what_it_says(api: Api) -> None:
    rules = api.rules(FILES)
    found = api("flip", rules=rules, text="恭喜您中奖了")
    assert found["removals"]
    for removal in found["removals"]:
        assert api("decide", rules=rules, text=removal["text"])["action"] == removal["after"] != found["action"]


def test_the_log_of_a_window_proves_its_records_until_a_byte_is_changed(api: Api) -> None:
    api("audit/reset", log=LOG)
    rules = api.rules(FILES)
    for text in ("恭喜您中奖", "晚上吃什么", "明天见"):
        receipt = api("audit/append", log=LOG, rules=rules, text=text)
    kept = receipt["checkpoint"]
    shown = api("audit/show", log=LOG)
    assert [record["record"]["kind"] for record in shown["records"]] == ["revision", "decision", "decision", "decision"]
    assert len(shown["levels"]) == 3
    assert api("audit/verify", log=LOG, checkpoint=kept)["ok"]
    record = api("audit/record", log=LOG, seq=1, checkpoint=kept)
    assert record["text"] == "恭喜您中奖"
    assert record["statement"]["decision_visibility_other"]
    assert record["proof"]["index"] == 1
    assert "恭喜" not in shown["records"][1]["raw"]

    raw = shown["records"][1]["raw"]
    at = len(raw[: raw.index('"score":') + len('"score":')].encode())
    api("audit/tamper", log=LOG, seq=1, at=at)
    report = api("audit/verify", log=LOG, checkpoint=kept)
    assert not report["ok"]
    assert {fault["record"] for fault in report["faults"]} >= {1}
    assert api("audit/record", log=LOG, seq=2, checkpoint=kept)["wrong"]
    after = api("audit/show", log=LOG)["levels"]
    assert after[0][1] != shown["levels"][0][1]
    assert after[0][2] == shown["levels"][0][2]
    assert after[-1] != shown["levels"][-1]
    # A writer goes on where it was; whoever verifies still sees what was changed.
    later = api("audit/append", log=LOG, rules=rules, text="again")["checkpoint"]
    assert not api("audit/verify", log=LOG, checkpoint=later)["ok"]
    api("audit/reset", log=LOG)
    assert "no audit log" in api("audit/show", 422, log=LOG)["error"]


def test_every_endpoint_is_in_the_openapi_document_with_types_that_are_there() -> None:
    document = json.loads(msgspec.json.encode(openapi()))
    assert set(document["paths"]) == set(ENDPOINTS)
    text = json.dumps(document)
    for name in set(__import__("re").findall(r"#/components/schemas/(\w+)", text)):
        assert name in document["components"]["schemas"], name


def test_a_decision_is_what_the_openapi_document_says(api: Api, client: Any) -> None:
    document = client.get("/api/openapi.json").json()
    schema = {"$ref": "#/components/schemas/Decision", "components": document["components"]}
    jsonschema.validate(api("decide", text=SCAM), schema)
    assert msgspec.convert(api("decide", text=SCAM), Decision).action == "review"


def test_the_command_is_listed() -> None:
    assert "play" in COMMANDS


@pytest.mark.parametrize("lesson", shipped_lessons(), ids=lambda lesson: lesson.lesson)
def test_the_rules_of_a_lesson_have_no_error(lesson: Any) -> None:
    made = make(lesson.files, lesson.main)
    assert made.engine is not None, [diagnostic.render() for diagnostic in made.diagnostics]
    assert len({case.id for case in lesson.cases}) == len(lesson.cases)
    for case in lesson.cases:
        assert case.label == "none" or case.label in made.engine.policy.categories
        made.engine.decide(Message(case.text, parts=(Part("ocr", ""),)))


def test_the_table_of_endpoints_is_not_stale() -> None:
    import subprocess
    import sys

    tool = ROOT / "tools" / "play_docs.py"
    assert subprocess.run([sys.executable, str(tool), "--check"], check=False).returncode == 0


def test_every_word_of_the_interface_is_there_in_both_languages() -> None:
    from modengine.play.app import STATIC

    strings = "".join(path.read_text("utf-8") for path in sorted(STATIC.glob("strings*.js")))
    found = re.findall(r'(?ms)^  "?([\w-]+)"?: \[\s*("(?:[^"\\]|\\.)*"),\s*("(?:[^"\\]|\\.)*"),?\s*\],$', strings)
    assert len(found) == len(re.findall(r'(?m)^  "?[\w-]+"?: \[', strings)) > 200
    names = {name for name, _, _ in found}
    for name, english, chinese in found:
        assert set(re.findall(r"\{\d\}", english)) == set(re.findall(r"\{\d\}", chinese)), name
        assert len(english) > 2, name
        assert len(chinese) > 2, name
    for file in STATIC.rglob("*"):
        if file.suffix in (".js", ".html") and "vendor" not in file.parts:
            used = set(re.findall(r'\bt\("([\w-]+)"|data-t="([\w-]+)"', file.read_text("utf-8")))
            assert {called or marked for called, marked in used} <= names, file.name


def test_every_name_that_the_engine_gives_has_words_on_the_page() -> None:
    from modengine.lab.data.perturb_tables import DISGUISES, ENGLISH_DISGUISES
    from modengine.model import ACTIONS
    from modengine.play.app import STATIC

    text = "".join(path.read_text("utf-8") for path in sorted(STATIC.glob("strings*.js")))
    names = [
        *ACTIONS,
        *(f"f_{function}" for function in FUNCTIONS),
        *(f"d_{disguise}" for disguise in (*DISGUISES, *ENGLISH_DISGUISES)),
    ]
    for name in [*names, *(f"says_{action}" for action in ACTIONS), *(f"notice_{action}" for action in ACTIONS)]:
        assert f"\n  {name}: [" in text or f'\n  "{name}": [' in text, name


@pytest.mark.parametrize(
    ("lesson", "line", "holds"),
    [
        ("word-boundaries", 9, "text: [和服]"),
        ("warning-and-scam", 26, "[骗子, 诈骗]"),
        ("evasion", 10, "contact: {words: [加微信]}"),
        ("whom-does-it-hit", 22, "[砍, 捅]"),
        ("scam-in-english", 5, "prize: [prize, won]"),
        ("scam-in-english", 6, "act: [tap, link, claim]"),
        ("evasion-in-english", 7, "contact: {words: [text me, message me]}"),
        ("a-list-that-others-made", 13, "entry: {text: {list: entries}}"),
    ],
)
def test_the_line_that_a_teachers_page_names_is_that_line(lesson: str, line: int, holds: str) -> None:
    shipped = next(shipped for shipped in shipped_lessons() if shipped.lesson == lesson)
    assert holds in shipped.files[rules_of(shipped)].split("\n")[line - 1]
    page = (ROOT / "docs" / "lessons" / f"{lesson}.md").read_text("utf-8")
    assert re.search(rf"\blines? (\d+ and )?{line}\b", page, re.IGNORECASE)


def rules_of(lesson: Any) -> str:
    """The file that the page shows first."""
    files: dict[str, str] = lesson.files
    return next(name for name, text in files.items() if text.startswith("ruleset:"))


@pytest.mark.parametrize("lesson", shipped_lessons(), ids=lambda lesson: lesson.lesson)
def test_a_lesson_has_a_teachers_page_with_minutes_topics_and_surprises(lesson: Any) -> None:
    page = (ROOT / "docs" / "lessons" / f"{lesson.lesson}.md").read_text("utf-8")
    assert f"\n{lesson.minutes} minutes." in page
    for wanted in ("Topics:", "What usually surprises", "what to ask"):
        assert wanted in page


@pytest.mark.parametrize("lesson", shipped_lessons(), ids=lambda lesson: lesson.lesson)
def test_an_exported_lesson_has_every_decision_and_no_script(lesson: Any, tmp_path: Path) -> None:
    file = tmp_path / "lesson.html"
    assert run(["play", "--lesson", lesson.lesson, "--export", str(file)]) == 0
    text = file.read_text("utf-8")
    assert text.count('class="case"') == len(lesson.cases)
    assert text.count("Explanation of a decision") == len(lesson.cases)
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert "http://" not in text.replace("http://example", "").replace("https?://", "")


@pytest.mark.parametrize(
    ("lesson", "before", "after", "decided"),
    [
        (
            "word-boundaries",
            "text: [和服]",
            "words: [和服]",
            {"kimono": "review", "service": "allow", "hidden": "allow"},
        ),
        ("warning-and-scam", "诈骗]", "诈骗, 假的]", {"granny": "allow", "scam": "review", "swindler": "allow"}),
        (
            "evasion",
            "{words: [加微信]}",
            "{words: [加微信], gaps: 2, sounds_like: true}",
            {"gaps": "review", "homophone": "label", "innocent": "review", "hidden": "allow"},
        ),
        (
            "whom-does-it-hit",
            "[砍, 捅]",
            "[捅]",
            {"threat": "block", "news": "allow", "bargain": "allow", "debt": "allow"},
        ),
    ],
)
def test_what_a_teachers_page_lets_a_class_change_does_what_it_says(
    api: Api, lesson: str, before: str, after: str, decided: dict[str, str]
) -> None:
    shipped = next(shipped for shipped in shipped_lessons() if shipped.lesson == lesson)
    name = rules_of(shipped)
    assert before in shipped.files[name]
    rules = api.rules({**shipped.files, name: shipped.files[name].replace(before, after)}, shipped.main)
    texts = {case.id: case.text for case in shipped.cases}
    assert {name: api("decide", text=texts[name], rules=rules)["action"] for name in decided} == decided
