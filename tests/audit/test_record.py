"""What a record holds, and what it does not."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, strategies as st

from modengine.audit.records.commitments import (
    Keyed,
    commitment_to_content,
    commitment_to_details,
    decision_id,
    pseudonym,
)
from modengine.audit.records.context import Context, context_of, used_fields, values
from modengine.audit.records.record import decode, encode, message_content, message_from, moment, plain, stamp
from modengine.audit.records.sealing import Sealed, Sealer, details_from
from modengine.engine.engine import Engine
from modengine.errors import MessageError
from modengine.model import (
    ACTIONS,
    PART_KINDS,
    CategoryScore,
    Cause,
    Decision,
    Match,
    Message,
    Part,
    Raised,
    ReliefHit,
    RuleHit,
    Undetermined,
)
from modengine.policy.fields import parse_time
from tests.audit.logs import IN, MESSAGES, Pairs

KEY, SALT = b"k" * 32, b"s" * 32


def seal(engine: Engine, *pairs: tuple[Message, Decision]) -> Sealed:
    count = len(pairs)
    return Sealer(context_of(engine), KEY).seal(pairs, 3, ["t"] * count, [False] * count, [SALT] * count)


def sealed(engine: Engine, message: Message, decision: Decision) -> tuple[dict[str, object], dict[str, object]]:
    made = seal(engine, (message, decision))
    return decode(made.lines[0]), details_from(made.details[0])


def test_only_fields_that_the_policy_asks_about_are_used(engine: Engine) -> None:
    assert used_fields(engine.policy) == {"channel", "reposts", "ratio", "pinned", "app", "time"}


def test_free_text_fields_go_to_the_details(engine: Engine, pairs: Pairs) -> None:
    record, details = sealed(engine, *pairs[0])
    assert record["fields"] == {"channel": "group", "reposts": 3, "time": "2014-06-01T08:00:00+08:00"}
    assert details["fields"] == {"app": "messenger"}


def test_fields_that_nobody_asks_about_are_nowhere(engine: Engine) -> None:
    message = Message("明天见", "x", fields={**IN, "unused": "secret", "other": "secret", "deep": {"a": "secret"}})  # type: ignore[dict-item]
    made = seal(engine, (message, engine.decide(message)))
    assert b"secret" not in made.lines[0] + made.details[0]
    assert b"secret" in message_content(message)


def test_numbers_that_json_cannot_hold_are_written_as_texts(engine: Engine) -> None:
    message = Message("明天见", "x", fields={**IN, "reposts": 2**80})
    record, _ = sealed(engine, message, engine.decide(message))
    assert record["fields"]["reposts"] == str(2**80)  # type: ignore[index]


def test_places_are_in_the_details_and_their_characters_nowhere(engine: Engine, pairs: Pairs) -> None:
    record, details = sealed(engine, *pairs[0])
    assert [match["pattern"] for match in details["hits"][0]["matches"]] == ["parcel", "fee"]  # type: ignore[index]
    assert '"fee"' not in json.dumps(record)  # without the marks digits of a digest may say it
    assert "付款" not in json.dumps(details, ensure_ascii=False)


@pytest.mark.parametrize("cause", Cause)
def test_of_a_reason_its_cause_is_told_alone(engine: Engine, pairs: Pairs, cause: Cause) -> None:
    message, decision = pairs[0]
    unsure = msgspec.structs.replace(decision, undetermined=(Undetermined("r", "p", "25 characters", cause),))
    record, details = sealed(engine, message, unsure)
    assert record["undetermined"] == [{"rule": "r", "reason": cause.value}]
    assert details["undetermined"] == [{"rule": "r", "pattern": "p", "reason": "25 characters"}]


def test_lone_surrogates_are_kept_and_committed_to(engine: Engine) -> None:
    message = Message("快\ud800递", "\udfff", (Part("ocr", "\ud800"),), IN)
    made = seal(engine, (message, engine.decide(message)))
    assert decode(made.lines[0])["kind"] == "decision"
    assert message_from(message_content(message)) == message


def test_a_field_with_a_lone_surrogate_is_kept_beside_the_places_of_a_hit() -> None:
    place = ("parcel", "text", 0, 1, 3, ("words",), msgspec.Raw(b"1.0"))
    whole = plain({"fields": {"room": "r"}, "hits": [place]})
    broken = plain({"fields": {"room": "\ud800"}, "hits": [place]})
    assert broken == whole.replace(b'"r"', b'"\\ud800"')
    assert json.loads(broken)["hits"][0][-1] == 1.0


MATCH = Match("parcel", "text", 0, 1, 3, "快递", "快递", ("words", "gaps"), 0.5)
OTHER = Match("number", "ocr", 1, 0, 3, "“二”", "二", ("regex",))
FULL = Decision(
    None, "review", "label", True, True,
    {"rumour": CategoryScore(0, "allow", False, ("scope",)), "fraud": CategoryScore(55, "review", True)},
    (RuleHit("r.parcel", "F1", "fraud", 60, 55, (MATCH, OTHER)),), (RuleHit("r.new", None, "rumour", 9, 9, (MATCH,)),),
    (ReliefHit("r.joke", "fraud", -5, (MATCH,)),), (Raised("fraud", "review", ("r.parcel",)),), None,
    (Undetermined("r.slow", "p", "the regex took longer than 0.1 s", Cause.TIMEOUT),),
    ("lone surrogates",), True, "sha256:0",
)  # fmt: skip
QUIET = Decision(None, "allow", "allow", False, False, {"fraud": CategoryScore(0, "allow", False)}, revision="sha256:0")


def test_the_bytes_of_records_are_those_of_format_1(golden: Callable[[Path, str], None]) -> None:
    """Logs of before must be verified and replayed: the file may change with the format's number alone."""
    context = Context("small", "sha256:0", "0.1.0", "none", {}, {})
    pairs = [(Message("我的快递", "m-1", (Part("ocr", "“二”"),)), FULL), (Message("明天见"), QUIET)]
    made = Sealer(context, KEY).seal(pairs, 7, ["2026-01-01T00:00:00.000000Z"] * 2, [True, False], [SALT] * 2)
    text = b"".join(line + b"\n" for both in zip(made.lines, made.details, strict=True) for line in both)
    golden(Path(__file__).parent / "goldens" / "format-1.jsonl", text.decode())


def test_sealing_many_is_sealing_each(engine: Engine, pairs: Pairs) -> None:
    many = seal(engine, *pairs)
    assert len(many.lines) == len(pairs)
    sealer = Sealer(context_of(engine), KEY)
    for at, pair in enumerate(pairs):
        alone = sealer.seal([pair], 3 + at, ["t"], [False], [SALT])
        assert alone == ([many.lines[at]], [many.details[at]], [many.decision_ids[at]])


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
INTEGERS = st.integers(-(2**40), 2**40)
MATCHES = st.lists(
    st.builds(
        Match, TEXTS, st.sampled_from(PART_KINDS), INTEGERS, INTEGERS, INTEGERS, TEXTS, TEXTS,
        st.lists(TEXTS, max_size=2).map(tuple), st.floats(allow_nan=False, allow_infinity=False),
    ),
    max_size=2,
).map(tuple)  # fmt: skip
HITS = st.lists(
    st.builds(RuleHit, TEXTS, st.none() | TEXTS, TEXTS, INTEGERS, INTEGERS, MATCHES), max_size=2
).map(tuple)  # fmt: skip
SOME = st.lists(TEXTS, max_size=2).map(tuple)
UNDETERMINED = st.builds(Undetermined, st.none() | TEXTS, st.none() | TEXTS, TEXTS, st.sampled_from(Cause))
DECISIONS = st.builds(
    Decision,
    id=st.none(),
    action=st.sampled_from(ACTIONS),
    taken=st.sampled_from(ACTIONS),
    in_scope=st.booleans(),
    flagged=st.booleans(),
    categories=st.dictionaries(
        TEXTS, st.builds(CategoryScore, INTEGERS, st.sampled_from(ACTIONS), st.booleans(), SOME), max_size=3
    ),
    hits=HITS,
    shadow_hits=HITS,
    relief=st.lists(st.builds(ReliefHit, TEXTS, TEXTS, INTEGERS, MATCHES), max_size=2).map(tuple),
    raised=st.lists(st.builds(Raised, TEXTS, st.sampled_from(ACTIONS), SOME), max_size=2).map(tuple),
    undetermined=st.lists(UNDETERMINED, max_size=2).map(tuple),
    notes=SOME,
    study=st.booleans(),
    revision=st.just("r"),
)


@given(DECISIONS)
def test_a_record_is_canonical_and_says_what_was_decided(engine: Engine, decision: Decision) -> None:
    made = seal(engine, (MESSAGES[0], decision), (MESSAGES[3], decision))
    for line, kept in zip(made.lines, made.details, strict=True):
        record = decode(line)
        assert encode(record) == line
        assert encode(json.loads(kept)) == kept
        said = json.loads(msgspec.json.encode(decision))
        for name in ("action", "taken", "in_scope", "categories", "raised", "study"):
            assert record[name] == said[name]
        for name in ("hits", "shadow_hits", "relief"):
            assert record[name] == [{k: v for k, v in entry.items() if k != "matches"} for entry in said[name]]
            found = details_from(kept).get(name, [])
            apart = ("text", "found_as")
            assert [entry["matches"] for entry in found] == [
                [{k: v for k, v in match.items() if k not in apart} for match in entry["matches"]]
                for entry in said[name]
            ]
        assert [entry["rule"] for entry in record["undetermined"]] == [entry["rule"] for entry in said["undetermined"]]
        assert details_from(kept).get("undetermined", []) == [
            {k: v for k, v in entry.items() if k != "cause"} for entry in said["undetermined"]
        ]
        assert details_from(kept).get("notes", []) == said["notes"]


@given(st.binary(max_size=64), st.lists(st.binary()))
def test_a_keyed_hash_is_hmac(key: bytes, contents: list[bytes]) -> None:
    assert Keyed(key).of(contents) == [hmac.new(key, content, "sha256").hexdigest() for content in contents]


def test_a_key_that_hmac_would_hash_first_is_refused() -> None:
    with pytest.raises(ValueError, match="65 bytes"):
        Keyed(b"k" * 65)


def test_pseudonyms_ids_and_commitments_are_what_the_page_says() -> None:
    assert pseudonym(KEY, "a-1") == hmac.new(KEY, b"id\0a-1", "sha256").hexdigest()
    assert decision_id(KEY, 7) == "d-" + hmac.new(KEY, b"decision\0" + b"7", "sha256").hexdigest()[:32]
    text, details = b"modengine.audit/text\0", b"modengine.audit/details\0"
    assert commitment_to_content(SALT, b"x") == hashlib.sha256(text + SALT + b"x").hexdigest()
    assert commitment_to_details(SALT, b"x") == hashlib.sha256(details + SALT + b"x").hexdigest()


@pytest.mark.parametrize(
    "text",
    ["2014-06-01", "2014-06-01T08:00:00", "2014-06-01T08:00:00Z", "2014-06-01 08:00:00+08:00",
     "2014-W23-2T08:00:00+08:00", "20140601T080000+0800", "2014-06-01T08:00:00.5+08:00", "2014-06-01T08:00:00-00:00",
     "2014-06-01T08:00:00+08:00", "2016-02-29T08:00:00+08:00", "2014-01-31T23:59:59+23:59",
     "0001-12-31T00:00:00+00:00"],
)  # fmt: skip
def test_times_are_kept_as_the_engine_reads_them(engine: Engine, text: str) -> None:
    message = Message("明天见", "x", fields={**IN, "time": text})
    record, _ = sealed(engine, message, engine.decide(message))
    assert record["fields"]["time"] == parse_time(text).isoformat()  # type: ignore[index]


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-9.5))])))
def test_any_time_is_kept_as_the_engine_reads_it(engine: Engine, time: datetime) -> None:
    field = {"time": engine.policy.fields["time"]}
    for text in (time.isoformat(), time.replace(microsecond=0).isoformat()):
        assert values(field, Message(fields={"time": text})) == {"time": parse_time(text).isoformat()}


@pytest.mark.parametrize(
    "time",
    ["2014-02-30T08:00:00+08:00", "2014-02-29T08:00:00+08:00", "2014-04-31T08:00:00+08:00", "2014-06-00T08:00:00+08:00",
     "2014-13-01T08:00:00+08:00", "0000-06-01T08:00:00+08:00", "2014-06-01T25:00:00+08:00", "yesterday", 3],
)  # fmt: skip
def test_a_time_that_is_none_is_refused(engine: Engine, pairs: Pairs, time: object) -> None:
    message = Message("明天见", "x", fields={**IN, "time": time})  # type: ignore[dict-item]
    with pytest.raises(MessageError, match="ME903"):
        seal(engine, (message, pairs[0][1]))


PARTS = st.lists(st.builds(Part, st.sampled_from(PART_KINDS), st.text())).map(tuple)
FIELDS = st.dictionaries(st.text(), st.text() | st.booleans() | st.integers(-9, 9))


@given(st.builds(Message, st.text(), st.none() | st.text(), PARTS, FIELDS))
def test_kept_messages_come_back(message: Message) -> None:
    assert message_from(message_content(message)) == message


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-9.5))])))
def test_times_are_written_alike_and_sort_as_they_are(time: datetime) -> None:
    if datetime(2, 1, 1, tzinfo=UTC) < time < datetime(9998, 1, 1, tzinfo=UTC):
        assert moment(stamp(time)) == time
        assert len(stamp(time)) == 27
        later = time + timedelta(microseconds=1)
        assert stamp(time) < stamp(later)


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))  # fmt: skip
def test_canonical_json_is_one_line_and_comes_back(value: object) -> None:
    data = encode({"a": value})
    assert b"\n" not in data
    assert decode(data) == {"a": value}
    assert json.loads(data) == {"a": value}


@pytest.mark.parametrize(
    "data", [b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1,"a":1}', b'{"a":"\\u0041"}', b'{"a":1.0e1}', b"{}x"]
)
def test_other_spellings_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not"):
        decode(data)


def test_messages_of_a_sample_are_not_alike() -> None:
    assert len({message.text for message in MESSAGES}) == 6
