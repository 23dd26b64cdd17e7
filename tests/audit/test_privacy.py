"""Nothing of a message stands in a log; an erased one stands nowhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from ahocorasick_rs import AhoCorasick

from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.write.log import AuditLog
from modengine.model import Decision, Message
from modengine.run.read.files import read_paths
from tests.audit.logs import NOW, segment, vault_rows
from tests.engines import campaign
from tests.paths import MESSAGES

PROBE = 8
"""Characters."""


@cache
def samples() -> tuple[tuple[Message, Decision], ...]:
    engine = campaign()
    messages = [row.message for row in read_paths([MESSAGES]) if row.message is not None]
    return tuple((message, engine.decide(message, ignore_scope=True)) for message in messages)


def make(folder: Path, keep_text: bool) -> Path:
    with AuditLog.open(folder, time=NOW, keep_text=keep_text, batch=50) as log:
        log.use(campaign(), NOW)
        log.append_many(samples(), NOW, ignore_scope=True)
    return folder


def texts(message: Message) -> list[str]:
    return [part.text for part in message.all_parts() if part.text]


@cache
def probes() -> dict[str, frozenset[str]]:
    """For each id, the pieces of its texts that stand in no rule file and in nothing of another message."""
    rules = frozenset(piece for file in campaign().policy.files for piece in pieces(file.data.decode("utf-8")))
    seen = Counter(
        piece
        for message, _ in samples()
        for piece in {p for t in (*texts(message), *map(str, message.fields.values())) for p in pieces(t)}
    )
    # The fields that the policy asks about stand in the log: h-020 repeats the date of its own.
    clear = {piece for message, _ in samples() for piece in pieces(str(message.fields.get("time")))}
    return {
        str(message.id): frozenset(
            p for t in texts(message) for p in pieces(t) if seen[p] == 1 and p not in rules and p not in clear
        )
        for message, _ in samples()
    }


def pieces(text: str) -> Iterator[str]:
    for start in range(len(text) - PROBE + 1):
        yield text[start : start + PROBE]


def readings(data: bytes) -> Iterator[str]:
    """What a file may say: as UTF-8, with its escapes undone, as UTF-16."""
    plain = data.decode("utf-8", "replace")
    yield plain
    yield re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), plain)
    for start in (0, 1):
        yield data[start:].decode("utf-16-le", "replace")


def digests(text: str) -> Iterator[bytes]:
    """Plain digests of a text, as bytes, hexadecimal and base64."""
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, text.encode("utf-8")).digest()
        yield from (digest, digest.hex().encode("ascii"), base64.b64encode(digest).rstrip(b"="))


def files(folder: Path, *apart: str) -> bytes:
    """Every file of a log, one after the other, and what the vault has: its file may cut a text in two."""
    cells = [] if apart else [cell for row in vault_rows(folder).values() for cell in row if cell]
    contents = (
        path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent.name != "rules" and not path.name.startswith(apart or ("\0",))
    )
    return b"\0\0".join([*contents, *cells])


@cache
def fingerprints() -> dict[str, str]:
    """Every digest of a text or an id, as Latin-1, with what it is of."""
    return {
        digest.decode("latin-1"): f"digest of {text[:20]}"
        for message, _ in samples()
        for text in (*texts(message), str(message.id))
        for digest in digests(text)
    }


@cache
def long_texts() -> frozenset[str]:
    return frozenset(text for message, _ in samples() for text in texts(message) if len(text) >= PROBE)


@cache
def seek_texts() -> AhoCorasick:
    return AhoCorasick(sorted(long_texts().union(*probes().values())))


@cache
def seek_digests() -> AhoCorasick:
    return AhoCorasick(sorted(fingerprints()))


def traces(messages: Iterable[Message], data: bytes) -> dict[str, list[str]]:
    """What of some messages stands in some bytes: an id, a text or a piece of one, a digest of either."""
    said = tuple(readings(data))
    windows = {piece for text in said for piece in seek_texts().find_matches_as_strings(text, overlapping=True)}
    digested = seek_digests().find_matches_as_strings(data.decode("latin-1"), overlapping=True)
    hashed = {fingerprints()[digest] for digest in digested}
    found: dict[str, list[str]] = {}
    for message in messages:
        name = str(message.id)
        here = [f"id {name}"] if any(f'"{name}"' in text or f" {name} " in text for text in said) else []
        here += [f"text {text}" for text in texts(message) if text in long_texts() & windows]
        here += [f"piece {piece}" for piece in probes()[name] & windows]
        here += [label for text in (*texts(message), name) if (label := f"digest of {text[:20]}") in hashed]
        if here:
            found[name] = here
    return found


def test_a_trace_would_be_found() -> None:
    message, _ = samples()[0]
    [text] = texts(message)
    for data in (text.encode(), text.encode("utf-16-le"), json.dumps(text).encode(), f'"{message.id}"'.encode()):
        assert list(traces([message], b"x " + data + b" x")) == [message.id]
    for digest in digests(text):
        assert traces([message], b"\xff" + digest + b"\0") == {message.id: [f"digest of {text[:20]}"]}


@pytest.mark.parametrize("keep_text", [False, True])
def test_no_text_no_id_and_no_digest_of_either_is_in_a_log(tmp_path: Path, keep_text: bool) -> None:
    folder = make(tmp_path / "audit", keep_text)
    data = files(folder, "vault.sqlite") if keep_text else files(folder)
    assert len(data) > 400_000
    assert sum(map(len, probes().values())) > 5000
    assert traces((message for message, _ in samples()), data) == {}


def test_no_pattern_and_no_place_is_in_the_records(tmp_path: Path) -> None:
    folder = make(tmp_path / "audit", keep_text=False)
    data = files(folder, "vault.sqlite")
    patterns = {match.pattern for _, decision in samples() for hit in decision.hits for match in hit.matches}
    assert len(patterns) > 50
    keys = {"time", "channel"}  # keys of every record, so a pattern of that name is no news
    assert [name for name in patterns - keys if f'"{name}"'.encode() in data] == []
    assert b'"start"' not in data
    assert b'"how"' not in data


@pytest.mark.parametrize("keep_text", [False, True])
def test_an_erased_message_is_nowhere(tmp_path: Path, keep_text: bool) -> None:
    folder = make(tmp_path / "audit", keep_text)
    erased = [message for message, decision in samples() if decision.hits][::8]
    assert len(erased) > 15
    secrets = [(seq, row[1], row[2]) for seq, row in vault_rows(folder).items() if row[1] and row[2]]
    if keep_text:  # they were there
        assert len(traces(erased, files(folder))) == len(erased)
    numbers: set[int] = set()
    with AuditLog.open(folder, time=NOW) as log:
        for message in erased:
            numbers |= set(log.erase(str(message.id), NOW))
        # While the writer is still there: what has the journal?
        assert traces(erased, files(folder)) == {}
    data = files(folder)
    assert traces(erased, data) == {}
    # In the file, a salt may lie across two pages; then one half of it lies in one.
    found = {seq for seq, salt, _ in secrets if salt[:16] in data or salt[16:] in data}
    assert found == {seq for seq, _, _ in secrets} - numbers
    unique = Counter(details for _, _, details in secrets)
    assert [seq for seq, _, details in secrets if seq in numbers and unique[details] == 1 and details in data] == []
    report = verify(LogPaths(folder))
    assert report.ok
    assert report.erased == len(erased)


def test_the_same_text_looks_different_each_time(tmp_path: Path) -> None:
    message, decision = samples()[0]
    with AuditLog.open(tmp_path / "audit", time=NOW) as log:
        log.use(campaign(), NOW)
        log.append_many([(message, decision)] * 2, NOW, ignore_scope=True)
    lines = [json.loads(line) for line in segment(tmp_path / "audit").read_bytes().splitlines()]
    assert lines[1]["text"] != lines[2]["text"]
    assert lines[1]["details"] != lines[2]["details"]
    assert lines[1]["message"] == lines[2]["message"]
