"""What a record holds, and what it does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modengine.audit.context import context_of, used_fields
from modengine.audit.record import decode, encode, message_content, message_from, moment, stamp
from modengine.audit.sealing import Sealed, Sealer, details_from, reason_class
from modengine.engine import Engine
from modengine.model import PART_KINDS, Decision, Message, Part, Undetermined
from tests.audit.conftest import IN, MESSAGES
from tests.audit.test_log import Pairs

KEY, SALT = b"k" * 32, b"s" * 32


def seal(engine: Engine, *pairs: tuple[Message, Decision]) -> Sealed:
    count = len(pairs)
    return Sealer(context_of(engine), KEY).seal(pairs, 3, ["t"] * count, [False] * count, [SALT] * count)


def sealed(engine: Engine, message: Message, decision: Decision) -> tuple[dict[str, object], dict[str, object]]:
    made = seal(engine, (message, decision))
    return decode(made.data[:-1]), details_from(made.details[0])


def test_only_fields_that_the_policy_asks_about_are_used(engine: Engine) -> None:
    assert used_fields(engine.policy) == {"channel", "reposts", "ratio", "pinned", "app", "time"}


def test_free_text_fields_go_to_the_details(engine: Engine, pairs: Pairs) -> None:
    record, details = sealed(engine, *pairs[0])
    assert record["fields"] == {"channel": "group", "reposts": 3, "time": "2014-06-01T08:00:00+08:00"}
    assert details["fields"] == {"app": "messenger"}


def test_fields_that_nobody_asks_about_are_nowhere(engine: Engine) -> None:
    message = Message("明天见", "x", fields={**IN, "unused": "secret", "other": "secret", "deep": {"a": "secret"}})  # type: ignore[dict-item]
    made = seal(engine, (message, engine.decide(message)))
    assert b"secret" not in made.data + made.details[0]
    assert b"secret" in message_content(message)


def test_numbers_that_json_cannot_hold_are_written_as_texts(engine: Engine) -> None:
    message = Message("明天见", "x", fields={**IN, "reposts": 2**80})
    record, _ = sealed(engine, message, engine.decide(message))
    assert record["fields"]["reposts"] == str(2**80)  # type: ignore[index]


def test_places_are_in_the_details_and_their_characters_nowhere(engine: Engine, pairs: Pairs) -> None:
    record, details = sealed(engine, *pairs[0])
    assert [match["pattern"] for match in details["hits"][0]["matches"]] == ["parcel", "fee"]  # type: ignore[index]
    assert "fee" not in json.dumps(record)
    assert "付款" not in json.dumps(details, ensure_ascii=False)


@pytest.mark.parametrize(
    ("reason", "name"),
    [
        ("the regex took longer than 0.1 s", "timeout"),
        ("the tokens took more than 10,000 steps", "too-many-steps"),
        ("not run: 4 matchers had failed before it", "not-run"),
        ("the message has 25,000 characters; more than 20,000 are not read", "too-long"),
        ("the regex failed: MemoryError", "failed"),
        ("something new", "other"),
    ],
)
def test_reasons_are_named_by_their_kind(engine: Engine, pairs: Pairs, reason: str, name: str) -> None:
    assert reason_class(reason) == name
    message, decision = pairs[0]
    unsure = msgspec.structs.replace(decision, undetermined=(Undetermined("r", "p", reason),))
    record, details = sealed(engine, message, unsure)
    assert record["undetermined"] == [{"rule": "r", "reason": name}]
    assert details["undetermined"] == [{"rule": "r", "pattern": "p", "reason": reason}]


def test_lone_surrogates_are_kept_and_committed_to(engine: Engine) -> None:
    message = Message("快\ud800递", "\udfff", (Part("ocr", "\ud800"),), IN)
    made = seal(engine, (message, engine.decide(message)))
    assert decode(made.data[:-1])["kind"] == "decision"
    assert message_from(message_content(message)) == message


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
