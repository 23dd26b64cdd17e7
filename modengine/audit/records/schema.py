"""What may stand in a record, and in a row of the vault: whoever can write a log can write anything there.

What passes here has every key that its readers ask for, of the type that they expect.  Names of other
keys are refused: a version that adds one raises the format.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

import msgspec

from modengine.model import Action, AnyPartKind, CategoryScore, Raised

_Count = Annotated[int, msgspec.Meta(ge=-(1 << 53), le=1 << 53)]
_Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Hash = Annotated[str, msgspec.Meta(min_length=64, max_length=64)]
_Seq = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]
_Scalar = str | int | float | bool | None
_Value = _Scalar | list[_Scalar]


class _Numbered(msgspec.Struct, forbid_unknown_fields=True, tag_field="kind"):
    seq: _Seq
    time: str


class _RuleHit(msgspec.Struct, forbid_unknown_fields=True):
    category: str
    clause: str | None
    counted: _Count
    points: _Count
    rule: str


class _ReliefHit(msgspec.Struct, forbid_unknown_fields=True):
    category: str
    points: _Count
    rule: str


class _Undecided(msgspec.Struct, forbid_unknown_fields=True):
    reason: str
    rule: str | None


class DecisionRecord(_Numbered, tag="decision"):
    action: Action
    categories: dict[str, CategoryScore]
    decision_id: str
    details: _Hash
    engine: str
    fields: dict[str, _Value]
    hits: list[_RuleHit]
    ignore_scope: bool
    in_scope: bool
    message: _Hash | None
    policy: str
    raised: list[Raised]
    relief: list[_ReliefHit]
    revision: str
    segmenter: str
    shadow_hits: list[_RuleHit]
    study: bool
    taken: Action
    text: _Hash
    undetermined: list[_Undecided]


class _RuleFile(msgspec.Struct, forbid_unknown_fields=True):
    path: Annotated[str, msgspec.Meta(max_length=1000)]
    sha256: _Digest
    bytes: Annotated[int, msgspec.Meta(ge=0, le=1 << 28)]


class RevisionRecord(_Numbered, tag="revision"):
    revision: str
    policy: str
    title: str
    study: bool
    engine: str
    environment: dict[str, str | int]
    files: list[_RuleFile]


class ErasureRecord(_Numbered, tag="erasure"):
    erased: Annotated[list[_Seq], msgspec.Meta(max_length=1000)]


class RecoveryRecord(_Numbered, tag="recovery"):
    bytes: _Count | None = None
    """Of half a record, which went to quarantine; with it `sha256` and `file`."""
    sha256: _Digest | None = None
    file: str | None = None
    rows: _Count | None = None
    """Of the vault, whose records were not in the log; with it `leaves`, the SHA-256 of theirs one after another."""
    leaves: _Digest | None = None
    unproven: tuple[_Seq, _Seq] | None = None
    """The first and the last record that a signer found after the last checkpoint of its key."""


class StudyRecord(_Numbered, tag="study"):
    title: Annotated[str, msgspec.Meta(max_length=200)]
    """The name of a study that was pinned."""
    sha256: _Digest
    """Of its pin."""


class DisclosureRecord(_Numbered, tag="disclosure"):
    ids: _Count
    """So many ids of messages were put beside their pseudonyms, in the id map."""


_RECORD = msgspec.json.Decoder(
    DecisionRecord | RevisionRecord | ErasureRecord | RecoveryRecord | DisclosureRecord | StudyRecord
)


def check_record(data: bytes) -> None:
    """Raises ValueError where a record, in canonical JSON, has not the form of its kind."""
    try:
        _RECORD.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"of a content that no writer would give it ({error})") from None


class Head(msgspec.Struct):
    """What a writer asks of a record that it goes past."""

    kind: str
    seq: int
    time: str


read_head = msgspec.json.Decoder(Head).decode


# --------------------------------------------------------------------------- the vault


class _Found(msgspec.Struct, forbid_unknown_fields=True):
    rule: str
    matches: list[tuple[str, AnyPartKind, int, int, int, list[str], float]]
    """Pattern, part, its index, start, end, how, weight."""


class _Reason(msgspec.Struct, forbid_unknown_fields=True):
    rule: str | None
    pattern: str | None
    reason: str


class KeptDetails(msgspec.Struct, forbid_unknown_fields=True):
    hits: list[_Found] = []
    shadow_hits: list[_Found] = []
    relief: list[_Found] = []
    undetermined: list[_Reason] = []
    notes: list[str] = []
    fields: dict[str, _Value] = {}


class KeptMessage(msgspec.Struct, forbid_unknown_fields=True):
    id: str | None
    text: str
    parts: list[tuple[AnyPartKind, str]]
    fields: dict[str, Any]


def read_kept(content: bytes, form: type[KeptDetails | KeptMessage]) -> dict[str, Any]:
    """What a cell of the vault says.  Raises ValueError for what no writer would put there."""
    try:
        value = json.loads(content)
        msgspec.convert(value, form)
    except (RecursionError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"not what a vault has there ({error})") from None
    assert isinstance(value, dict)
    return value
