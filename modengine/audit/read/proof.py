"""Proofs that stand alone: a record is in the tree of a checkpoint; one tree is the beginning of another."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Literal

from modengine.audit.files.layout import LogPaths, read_origin
from modengine.audit.records import segments
from modengine.audit.tree.checkpoints import check_signature, checkpoint_of
from modengine.audit.tree.merkle import (
    Frontier,
    Hash,
    Range,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from modengine.audit.tree.note import Checkpoint, VerifierKey, parse_checkpoint
from modengine.errors import AuditError
from modengine.explain.visible import many

Kind = Literal["inclusion", "consistency"]
Proof = dict[str, Any]
"""As it is printed in JSON; hashes are base64, as in a checkpoint."""


def prove_inclusion(layout: LogPaths, seq: int, note: str) -> Proof:
    """That record `seq` is in the tree of a checkpoint.  Raises AuditError (ME953, ME954, ME955, ME961)."""
    checkpoint = checkpoint_of(note, "the checkpoint", read_origin(layout))
    if not 0 <= seq < checkpoint.size:
        hint = "make a checkpoint first: modengine audit checkpoint" if seq >= checkpoint.size else ""
        raise AuditError("ME961", f"record {seq} is not among the {checkpoint.size} of the checkpoint", hint)
    roots, found = _roots(layout, checkpoint, inclusion_ranges(seq, checkpoint.size), seq)
    return {
        "proof": "inclusion",
        "record": found.decode(),
        "index": seq,
        "size": checkpoint.size,
        "hashes": [_text(root) for root in roots],
        "checkpoint": note,
    }


def prove_consistency(layout: LogPaths, old: str, new: str) -> Proof:
    """That the tree of one checkpoint is the beginning of another's.  Raises AuditError as above."""
    origin = read_origin(layout)
    first, second = checkpoint_of(old, "the old checkpoint", origin), checkpoint_of(new, "the new checkpoint", origin)
    if first.size > second.size:
        raise AuditError(
            "ME954",
            f"the old checkpoint is of {first.size} records, the log's own of {second.size}: it was rolled back or cut",
        )
    roots, _ = _roots(layout, second, consistency_ranges(first.size, second.size), None)
    proof = {"proof": "consistency", "hashes": [_text(root) for root in roots], "old": old, "new": new}
    if not verify_consistency(first.size, second.size, first.root, second.root, roots):
        raise AuditError("ME953", f"the log does not begin with the {many(first.size, 'record')} of the old checkpoint",
                         "they were changed after it was made, or it is forged")  # fmt: skip
    return proof


def _roots(
    layout: LogPaths, checkpoint: Checkpoint, ranges: Sequence[Range], seq: int | None
) -> tuple[list[Hash], bytes]:
    """The roots of ranges, and the record `seq`, of a log that must agree with the checkpoint."""
    whole, found = Frontier(), b""
    parts = {bounds: Frontier() for bounds in ranges}
    for line in segments.lines(layout.segments):
        if line.seq >= checkpoint.size or not line.whole:
            break
        leaf = leaf_hash(line.data)
        whole.add(leaf)
        for (low, high), frontier in parts.items():
            if low <= line.seq < high:
                frontier.add(leaf)
        if line.seq == seq:
            found = line.data
    if whole.size < checkpoint.size:
        raise AuditError("ME954", f"the log ends at record {whole.size}, the checkpoint says {checkpoint.size}")
    if whole.root() != checkpoint.root:
        raise AuditError("ME953", "the records are not those of the checkpoint", "run `modengine audit verify`")
    return [parts[bounds].root() for bounds in ranges], found


def check(
    proof: Proof, kind: Kind, key: VerifierKey | None = None, note: str | None = None, old: str | None = None
) -> Checkpoint:
    """Verifies a proof of a kind without the log; the checkpoint that it ends at.

    `note` and `old` are checkpoints kept elsewhere that must be the proof's own, its newer and its older one.
    Raises AuditError: ME955 where the proof does not hold, ME956 for the signature.
    """
    try:
        if proof["proof"] != kind:
            raise ValueError(f"not one of {kind}")
        hashes = [base64.b64decode(encoded, validate=True) for encoded in proof["hashes"]]
        last = proof["checkpoint"] if kind == "inclusion" else proof["new"]
        start = end = parse_checkpoint(last)[0]
        if kind == "inclusion":
            leaf = leaf_hash(proof["record"].encode())
            good = proof["size"] == end.size and verify_inclusion(leaf, proof["index"], end.size, hashes, end.root)
        else:
            start, _ = parse_checkpoint(proof["old"])
            good = start.origin == end.origin and verify_consistency(start.size, end.size, start.root, end.root, hashes)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        lacks = f"it has no `{error.args[0]}`" if isinstance(error, KeyError) else "a part of it is of another type"
        why = str(error) if isinstance(error, ValueError) else lacks
        raise AuditError("ME955", f"this is no proof: {why}", "a proof is what `prove` or `consistency` print")\
            from None  # fmt: skip
    if not good:
        raise AuditError(
            "ME955", f"the {kind} proof does not hold", "the record, the proof or the checkpoint was changed"
        )
    if key is not None:
        check_signature(last, "the checkpoint of the proof", key)
    for given, own in ((note, end), (old, start)):
        if given is not None and checkpoint_of(given, "the checkpoint that was given", end.origin) != own:
            raise AuditError("ME955", "the proof is about another checkpoint than the one that was given")
    return end


def _text(digest: Hash) -> str:
    return base64.b64encode(digest).decode()
