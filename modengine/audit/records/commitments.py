"""Hashes that nobody can guess back: pseudonyms, decision ids, commitments.  Pure functions.

A pseudonym and a decision id are HMAC-SHA-256 with the key of the log.  A commitment is
SHA-256(domain ‖ salt ‖ content) with a salt of 32 random bytes that only the vault knows.

Each begins with bytes that are always the same.  What SHA-256 makes of them is kept and copied: to
begin anew costs more than the hash of a short text.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

from modengine.audit.records.record import plain
from modengine.model import Part

SALT = 32
"""Bytes."""
TEXT, DETAILS = b"modengine.audit/text\0", b"modengine.audit/details\0"
"""The domains of commitments."""
_BEGUN = {domain: sha256(domain) for domain in (TEXT, DETAILS)}
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


class Keyed:
    """HMAC-SHA-256 (RFC 2104) with one key, of 64 bytes or less."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = key.ljust(_BLOCK, b"\0")
        if len(block) > _BLOCK:
            raise ValueError(f"a key of {len(key)} bytes is longer than {_BLOCK}")
        self._inner, self._outer = sha256(block.translate(_INNER)), sha256(block.translate(_OUTER))

    def of(self, contents: Iterable[bytes]) -> list[str]:
        """The keyed hash of each content, hexadecimal."""
        inner, outer = self._inner.copy, self._outer.copy
        found = []
        for content in contents:
            first, second = inner(), outer()
            first.update(content)
            second.update(first.digest())
            found.append(second.hexdigest())
        return found

    def pseudonyms(self, ids: Iterable[str]) -> list[str]:
        """What stands for the ids of messages."""
        return self.of([b"id\0" + identifier.encode("utf-8", "surrogatepass") for identifier in ids])

    def decision_ids(self, seqs: Iterable[int]) -> list[str]:
        """Identifiers that nobody without the key of the log can guess."""
        return ["d-" + digest[:32] for digest in self.of([b"decision\0%d" % seq for seq in seqs])]


_keyed = lru_cache(8)(Keyed)


def pseudonym(key: bytes, message_id: str) -> str:
    """What stands for a message's id: HMAC-SHA-256 with the key of the log."""
    return _keyed(key).pseudonyms((message_id,))[0]


def decision_id(key: bytes, seq: int) -> str:
    """An identifier that nobody without the key of the log can guess."""
    return _keyed(key).decision_ids((seq,))[0]


def commitments(domain: bytes, salts: Iterable[bytes], contents: Iterable[bytes]) -> list[str]:
    """A commitment to each content with its salt, hexadecimal."""
    begun = _BEGUN[domain].copy
    found = []
    for salt, content in zip(salts, contents, strict=True):
        digest = begun()
        digest.update(salt + content)
        found.append(digest.hexdigest())
    return found


def commitment_to_text(salt: bytes, parts: tuple[Part, ...]) -> str:
    return commitment_to_content(salt, text_content(parts))


def commitment_to_content(salt: bytes, content: bytes) -> str:
    """The same, of the `text_content` of a message."""
    return commitments(TEXT, (salt,), (content,))[0]


def commitment_to_details(salt: bytes, details: bytes) -> str:
    return commitments(DETAILS, (salt,), (details,))[0]


def text_content(parts: tuple[Part, ...]) -> bytes:
    """What a commitment to a text commits to: `[["text","..."],["ocr","..."]]`."""
    return plain([[part.kind, part.text] for part in parts])
