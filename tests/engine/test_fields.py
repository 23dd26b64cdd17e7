"""Fields of a message: patterns that look in them, lists, what is given and what stands for what is not."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import modengine
from modengine.audit.write.log import AuditLog
from modengine.engine import core
from modengine.engine.engine import Engine
from modengine.errors import MessageError
from modengine.explain.text import as_text
from modengine.lab.data.perturb import disguise
from modengine.lab.data.perturb_tables import DISGUISES
from modengine.lab.studies.smallest import smallest
from modengine.model import Message, Part, Trace
from modengine.run.read.jsonl import message_from
from modengine.run.work.batch import decide_frame
from tests.audit.logs import NOW, replayed
from tests.docs.examples import run

POLICY = """\
policy: board
title: A board
fields:
  title: string
  karma: {type: integer, default: 0}
  flair: {enum: [shop, talk], default: talk}
  tags: {type: string, list: true}
  sizes: {type: integer, list: true, default: []}
  kinds: {enum: [a, b], list: true}
  since: {type: datetime, default: 2014-05-28}
rulesets: [rules.yaml]
actions: {spam: {label: 10, review: 40}}
"""
RULES = """\
ruleset: board
title: Posts
category: spam
rules:
  - id: spam.r
    title: One rule
    score: 40
    patterns: {PATTERNS}
    when: 'WHEN'
"""

MakeBoard = Callable[..., Engine]


@pytest.fixture(params=[True, False], ids=["core", "python"])
def board(request: pytest.FixtureRequest, tmp_path: Path) -> MakeBoard:
    """An engine of one rule with these patterns: as it comes, or the Python engine."""

    def make(when: str, patterns: str = "", policy: str = POLICY) -> Engine:
        (tmp_path / "policy.yaml").write_text(policy, "utf-8")
        text = RULES.replace("WHEN", when.replace("'", "''"))
        text = (
            text.replace("{PATTERNS}", "{" + patterns + "}")
            if patterns
            else text.replace("    patterns: {PATTERNS}\n", "")
        )
        (tmp_path / "rules.yaml").write_text(text, "utf-8")
        engine = modengine.load(tmp_path / "policy.yaml")
        return engine if request.param else Engine(engine.program, engine.segmenter)

    return make


def hits(engine: Engine, text: str = "", /, **fields: Any) -> bool:
    message = Message(text, fields=fields)
    decision = engine.decide(message)
    assert engine.decide_batch([message]) == [decision] == [engine.trace(message).decision]
    return bool(decision.hits)


def places(engine: Engine, message: Message) -> list[tuple[str, int, int, int, str]]:
    [hit] = engine.decide(message).hits
    return [(m.part, m.part_index, m.start, m.end, m.text) for m in hit.matches]


# ----------------------------------------------------------------------- patterns


def test_a_pattern_looks_in_its_field_alone(board: MakeBoard) -> None:
    engine = board("p", "p: {text: [prize], field: title}")
    assert hits(engine, "hello", title="A PRIZE")
    assert not hits(engine, "a prize", title="hello")
    assert not hits(engine, "a prize")
    assert not engine.decide("a prize").hits


def test_a_pattern_without_a_field_looks_in_none(board: MakeBoard) -> None:
    engine = board("p and not t", "p: {text: [prize]}, t: {text: [offer], field: title}")
    assert not hits(engine, "hello", title="a prize")
    assert hits(engine, "prize", title="a prize")


def test_part_and_field_together_are_looked_in(board: MakeBoard) -> None:
    engine = board("p", "p: {text: [prize], field: [title, tags], part: [text]}")
    assert hits(engine, "prize")
    assert hits(engine, "", title="prize")
    assert hits(engine, "", tags=["a", "prize"])
    assert not engine.decide(Message("", parts=(Part("ocr", "prize"),))).hits


def test_a_match_names_its_field_and_its_place_there(board: MakeBoard) -> None:
    engine = board("p", "p: {text: [prize], field: [tags, title], part: [text]}")
    message = Message("prize", parts=(Part("ocr", "x"),), fields={"tags": ["no", "a prize"], "title": "the prize"})
    assert places(engine, message) == [
        ("text", 0, 0, 5, "prize"), ("message.title", 2, 4, 9, "prize"), ("message.tags", 4, 2, 7, "prize")
    ]  # fmt: skip


def test_distances_are_within_one_field_or_item(board: MakeBoard) -> None:
    engine = board("near(a, b, 9)", "a: {text: [win], field: tags}, b: {text: [prize], field: tags}")
    assert hits(engine, tags=["win a prize"])
    assert not hits(engine, tags=["win", "prize"])


def test_fields_have_no_part_in_the_length(board: MakeBoard) -> None:
    engine = board("t and length <= 3", "t: {text: [prize], field: title}")
    assert hits(engine, "abc", title="a very long prize")
    assert not hits(engine, "abcd", title="prize")


@pytest.mark.parametrize("option", ["gaps: 2", "looks_like: true", "undisguised: true", "case: exact"])
def test_options_hold_in_fields(board: MakeBoard, option: str) -> None:
    assert hits(board("p", f"p: {{text: [加微信], field: title, {option}}}"), title="请加微信")


@pytest.mark.parametrize(
    "kind",
    ["words: [兼职]", "regex: 'https?://a'", "tokens: [{text: 加}, {like: handle}]", "entity: amount, at_least: 50"],
)
def test_every_kind_of_pattern_looks_in_fields(board: MakeBoard, kind: str) -> None:
    engine = board("p", f"p: {{{kind}, field: title}}")
    text = "兼职，加 abc_123，先交300元，http://a"
    assert hits(engine, "好", title=text)
    assert not hits(engine, text, title="好")


def test_a_title_may_be_asked_to_be_absent(board: MakeBoard) -> None:
    engine = board("not has(message.title)")
    assert hits(engine, "x")
    assert engine.decide("x").hits
    assert hits(engine, "x", title=None)
    assert not hits(engine, "x", title="")


# ----------------------------------------------------------------------- defaults


@pytest.mark.parametrize(
    ("when", "fields", "expected"),
    [
        ("message.karma < 10", {}, True),
        ("message.karma < 10", {"karma": 11}, False),
        ("message.karma < 10 and has(message.karma)", {}, False),
        ("not message.karma < 10", {}, False),
        ('message.flair == "talk"', {}, True),
        ('message.flair in ("shop", "talk")', {}, True),
        ('message.since < "2014-06-01"', {}, True),
        ('message.since < "2014-06-01"', {"since": "2015-01-01"}, False),
        ("count(message.sizes) == 0", {}, True),
        ("count(message.sizes) == 0", {"sizes": [1]}, False),
        ("count(message.tags) == 0", {}, False),
        ("not count(message.tags) == 0", {}, False),
        ("not has(message.tags)", {}, True),
        ('message.title != "a"', {}, False),
    ],
)
def test_a_default_stands_for_what_a_message_lacks(
    board: MakeBoard, when: str, fields: dict[str, Any], expected: bool
) -> None:
    assert hits(board(when), "x", **fields) == expected
    if not fields:
        assert bool(board(when).decide("x").hits) == expected


# ----------------------------------------------------------------------- lists


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ('message.tags has "b"', True),
        ('message.tags has "c"', False),
        ('message.tags has any of ("c", "a")', True),
        ('message.tags has all of ("c", "a")', False),
        ('message.tags has all of ("b", "a")', True),
        ("count(message.tags) == 2", True),
        ("count(message.tags) > 2", False),
        ("message.sizes has 3", True),
        ("message.sizes has any of (1, 2)", False),
        ('message.kinds has "a"', True),
    ],
)
@pytest.mark.parametrize("written", [list, tuple, json.dumps])
def test_a_list_is_asked_for_its_items(
    board: MakeBoard, when: str, expected: bool, written: Callable[[Any], Any]
) -> None:
    fields = {"tags": ["a", "b"], "sizes": [3, 4], "kinds": ["a"]}
    assert hits(board(when), "x", **{name: written(value) for name, value in fields.items()}) == expected


@pytest.mark.parametrize(
    "fields",
    [{"tags": "a"}, {"tags": 3}, {"tags": ["a", 3]}, {"tags": [["a"]]}, {"tags": {"a": 1}}, {"tags": "[" * 99_999},
     {"kinds": ["a", "c"]}, {"sizes": ["x"]}, {"title": ["a"]}, {"tags": '{"a": 1}'}],
)  # fmt: skip
@pytest.mark.parametrize("when", ['message.tags has "a" or has(message.kinds)', "p"])
def test_what_is_no_such_list_is_an_error(board: MakeBoard, when: str, fields: dict[str, Any]) -> None:
    engine = board(when, "p: {text: [a], field: [title, tags]}" if when == "p" else "")
    [name] = fields
    with pytest.raises(MessageError, match=f"`{name}` is .* no|`{name}` is .* does not list") as caught:
        engine.decide(Message("x", fields=fields))
    assert caught.value.code == "ME903"
    [other, decided] = engine.decide_batch([Message("x", fields=fields), "x"])
    assert isinstance(other, MessageError)
    assert not isinstance(decided, MessageError)


def test_items_that_are_null_are_none(board: MakeBoard) -> None:
    engine = board("count(message.tags) == 1")
    assert hits(engine, tags=["a", None, float("nan")])


# ----------------------------------------------------------------------- around the engine


TITLED = "p: {text: [prize], field: title}"


def test_a_trace_has_the_fields_that_were_looked_in_as_parts(board: MakeBoard) -> None:
    engine = board("p", TITLED)
    message = Message("hello", fields={"title": "a prize", "karma": 3})
    trace = engine.trace(message)
    assert trace.message.parts == (Part("message.title", "a prize"),)
    assert engine.trace(trace.message) == trace
    assert modengine.Engine(engine.program).read(trace.message) == trace.message
    shown = str(as_text(trace))
    assert "part 1, the field title" in shown
    assert "karma 3" in shown
    assert "title a prize" not in shown
    raw = msgspec.json.encode(trace, enc_hook=list)
    assert msgspec.json.decode(raw, type=Trace).message == trace.message


def test_a_condition_on_a_field_says_what_the_message_has(board: MakeBoard) -> None:
    engine = board('message.karma < 10 and message.tags has "a" and count(message.tags) > 3 and not has(message.title)')
    message = Message("x", fields={"tags": ["a", "b"]})
    [rule] = engine.trace(message, rules="spam.r").rules
    notes = {child.text: child.note for child in rule.when.children}
    assert notes == {
        "message.karma < 10": "the message has no karma, for which 0 stands",
        'message.tags has "a"': "tags is [a, b]",
        "count(message.tags) > 3": "tags has 2 items",
        "not": "",
    }


def test_what_a_message_has_is_said_as_rules_write_it(board: MakeBoard) -> None:
    policy = POLICY.replace("  karma:", "  new: {type: boolean, default: false}\n  karma:")
    [rule] = board("message.new == true", policy=policy).trace("x", rules="spam.r").rules
    assert rule.when.note == "the message has no new, for which false stands"


@pytest.mark.parametrize(("name", "example"), [("sizes", "[1, 2]"), ("tags", '["a", "b"]'), ("kinds", '["a", "b"]')])
def test_a_list_is_asked_for_in_its_type(board: MakeBoard, name: str, example: str) -> None:
    with pytest.raises(MessageError) as caught:
        hits(board(f"count(message.{name}) == 1"), **{name: 3})
    assert caught.value.hint == f"write a list: {example}"


def test_an_engine_with_fields_is_pickled_and_kept(board: MakeBoard, tmp_path: Path) -> None:
    engine = board("p and message.karma < 1 and not has(message.tags)", TITLED)
    again = pickle.loads(pickle.dumps(engine))
    assert hits(again, title="prize")
    assert modengine.load(tmp_path / "policy.yaml").revision == engine.revision


def test_a_default_and_a_list_are_part_of_the_revision(board: MakeBoard) -> None:
    plain = board("message.karma < 1").revision
    other = board("message.karma < 1", policy=POLICY.replace("default: 0", "default: 5")).revision
    assert plain != other


def test_the_smallest_edit_is_found_in_a_field(board: MakeBoard) -> None:
    found = smallest(board("p", TITLED), Message("hello", fields={"title": "prize"}))
    cuts = [(c.part_index, c.text) for removal in found.removals if removal.direction == "lower" for c in removal.cuts]
    assert (1, "p") in cuts


def test_an_evader_disguises_the_fields_that_are_looked_in(board: MakeBoard) -> None:
    engine = board("p", "p: {text: [加微信], field: title}")
    read = engine.read(Message("好", fields={"title": "加微信"}))
    disguised = disguise(read, DISGUISES["homophone"], 1, ((1, 0, 3),)).at(5)
    assert disguised.parts[0].text != "加微信"
    assert not engine.decide(disguised).hits


@pytest.mark.parametrize("keep_text", [True, False])
def test_an_audit_log_commits_to_the_fields_that_were_looked_in(
    board: MakeBoard, tmp_path: Path, keep_text: bool
) -> None:
    engine = board('p or message.kinds has "a"', TITLED)
    messages = [
        Message("x", "1", fields={"title": "a prize", "kinds": ["a"]}),
        Message("y", fields={"title": "prize"}),
        Message("z"),
    ]
    with AuditLog.open(tmp_path / "audit", time=NOW, keep_text=keep_text) as log:
        log.use(engine, NOW)
        log.append_many([(message, engine.decide(message)) for message in messages], NOW)
    assert replayed(tmp_path / "audit", None if keep_text else messages).same == 3
    if not keep_text:
        other = [Message("x", "1", fields={"title": "a PRIZE", "kinds": ["a"]}), *messages[1:]]
        assert replayed(tmp_path / "audit", other).causes == {"text changed": 1}


def test_a_data_frame_has_lists(board: MakeBoard) -> None:
    pandas, pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    engine = board('message.tags has "a" and p', TITLED)
    rows = {"text": ["x", "y", "z"], "title": ["prize", "prize", None], "tags": [["a", "b"], None, ["a"]]}
    table = pyarrow.table(rows)
    for frame in (pandas.DataFrame(rows), table, table.to_pandas()):
        actions = decide_frame(engine, frame)["action"]
        assert [str(action) for action in actions] == ["review", "allow", "allow"]


def test_a_message_of_a_file_has_no_part_of_a_field() -> None:
    with pytest.raises(MessageError, match=r"`parts\[0\].kind` is `message.title`"):
        message_from('{"text": "x", "parts": [{"kind": "message.title", "text": "prize"}]}')


def test_informed_evaders_change_what_matched_in_a_field(board: MakeBoard, tmp_path: Path) -> None:
    board("p", "p: {text: [加微信], field: title}")
    (tmp_path / "rows.csv").write_text("id,text,title,kind\n1,x,请加微信,bad\n2,加微信,x,ok\n", "utf-8")
    told = "modengine evade policy.yaml rows.csv --label kind --map bad=spam --none ok --where matched"
    code, printed = run(told, tmp_path)
    assert code == 0
    assert "disguised, being caught as they are: 1 row" in " ".join(printed.split())


@pytest.mark.parametrize(("fields", "compiled"), [(60, True), (61, False)])
def test_more_fields_than_the_core_has_bits_for_are_looked_in_by_the_python_engine(
    fields: int, compiled: bool, board: MakeBoard
) -> None:
    names = [f"f{number}" for number in range(fields)]
    policy = POLICY.replace("fields:\n", "fields:\n" + "".join(f"  {name}: string\n" for name in names))
    made = board("p", f"p: {{text: [prize], field: [{', '.join(names)}]}}", policy=policy)
    engine = Engine(made.program)
    assert engine.compiled == (compiled and core.module()[0] is not None)
    assert hits(engine, f59="prize")
    assert not hits(engine, "prize")


def test_a_field_that_is_too_long_is_not_read(board: MakeBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = board("p", "p: {text: [prize], field: title}")
    message = Message("x", fields={"title": "prize" * 5_000})
    monkeypatch.setattr("modengine.engine.engine.normalise", None)
    for decision in (engine.decide(message), engine.trace(message).decision):
        assert (decision.action, decision.hits, len(decision.undetermined)) == ("review", (), 1)
