"""The checkpoints that a log is held to, beside its own history: those that are given, its newest, its vault's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from modengine.audit.files.layout import LogPaths
from modengine.audit.read.report import Fault, Verification
from modengine.audit.records.vault import Vault
from modengine.audit.tree.checkpoints import (
    check_signature,
    checkpoint_of,
    is_signed,
    name_of_key,
    names_signer,
    pinned,
    read_note,
)
from modengine.audit.tree.note import Checkpoint, VerifierKey
from modengine.errors import AuditError


@dataclass(frozen=True, slots=True)
class WitnessedTree:
    """What somebody saw of the log."""

    name: str
    checkpoint: Checkpoint
    outside: bool
    """Whether it was given, and does not come from the log itself."""
    proves: bool = True
    """Whether it is signed, where a key asks for that."""


def witnesses(
    layout: LogPaths,
    report: Verification,
    vault: Vault | None,
    keys: tuple[str | None, VerifierKey | None],
    outside: Iterable[tuple[str, str]],
) -> list[WitnessedTree]:
    """The trees to hold a log to; `keys` are that of `log.json` and that which was given.

    Raises AuditError (ME955, ME956) for a checkpoint that was given, and where a signature does not hold.
    """
    own = f"the checkpoint `{layout.checkpoint}`"
    notes = [(f"the checkpoint `{name}`", note, True) for name, note in outside]
    try:
        notes.append((own, read_note(layout.checkpoint), False))
    except AuditError as error:
        report.add(Fault(error.code, error.message))
    pin, key = "", keys[1]
    try:
        if vault is not None and vault.checkpoint is not None:
            notes.append(("the checkpoint that the vault remembers", vault.checkpoint, False))
        pin = pinned(layout, keys[0], None if vault is None else vault.signer)
    except AuditError as error:
        report.add(Fault(error.code, error.message))
    except sqlite3.Error as error:
        report.add(Fault("ME960", f"the vault cannot be read: {error}"))
    found = []
    for where, note, given in notes:
        try:
            checkpoint = checkpoint_of(note, where, report.origin)
        except AuditError as error:
            if given:
                raise
            report.add(Fault(error.code, error.message))
            continue
        if key is not None:
            check_signature(note, where, key)
        elif pin and not names_signer(note, pin):
            report.add(Fault("ME956", f"{where} is not signed by `{name_of_key(pin)}`, and the log is"))
        if where == own and is_signed(note):
            report.signed = "signed, not checked" if key is None else f"signed by {key.name}"
        found.append(WitnessedTree(where, checkpoint, given))
    return found
