"""Keys in files: the private one signs checkpoints, the public one checks them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from modengine.audit.files.disk import write_all
from modengine.audit.files.layout import reason
from modengine.audit.tree.note import NoteError, SignerKey, VerifierKey
from modengine.errors import AuditError
from modengine.run.write.durable import sync

_MOST = 10_000
"""Bytes of a key's file."""
_NAME = re.compile(r"[^\s+]{1,100}")


def make_key(name: str, random: Callable[[int], bytes]) -> SignerKey:
    """A new Ed25519 key.  Raises AuditError (ME956) for a name with a space or `+`, ME964."""
    if not _NAME.fullmatch(name):
        raise AuditError("ME956", f"`{name}` is no name of a key", "leave out spaces and `+`: example.org/audit")
    key = SignerKey(name, random(32))
    needs_cryptography(lambda: key.verifier)
    return key


def needs_cryptography(use: Callable[[], object]) -> None:
    """Calls something.  Raises AuditError (ME964) where `cryptography` is not installed."""
    try:
        use()
    except ImportError:
        hint = "pip install 'modengine[audit]'"
        raise AuditError("ME964", "`cryptography` is not installed, which signatures need", hint) from None


def write_key(path: Path, key: SignerKey) -> Path:
    """Writes the private key (mode 0600), and the public one beside it, which is given back.

    Raises AuditError (ME956) rather than overwrite a file.
    """
    public = path.with_name(path.name + ".pub")
    if public.exists():
        raise _there(public)
    for file, text, mode in ((path, f"{key}\n", 0o600), (public, f"{key.verifier}\n", 0o644)):
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        except FileExistsError:
            raise _there(file) from None
        except OSError as error:
            raise AuditError("ME956", f"`{file}` cannot be written: {reason(error)}") from None
        try:
            try:
                write_all(descriptor, text.encode())
                sync(descriptor)
            finally:
                os.close(descriptor)
        except OSError:
            file.unlink(missing_ok=True)
            raise
    return public


def _there(file: Path) -> AuditError:
    return AuditError("ME956", f"there is a file `{file}` already", "choose another name")


def read_signer(path: Path) -> SignerKey:
    """The private key of a file.  Raises AuditError (ME956, ME964)."""
    text = _text(path)
    try:
        key: list[SignerKey] = []
        needs_cryptography(lambda: key.append(SignerKey.parse(text)))
    except NoteError as error:
        raise AuditError("ME956", f"`{path}`: {error}", "make one: modengine audit keygen FILE") from None
    return key[0]


def read_verifier(path: Path) -> VerifierKey:
    """The public key of a file, or the public half of a private one.  Raises AuditError (ME956, ME964)."""
    text = _text(path)
    if text.lstrip().startswith("PRIVATE+KEY+"):
        return read_signer(path).verifier
    try:
        key = VerifierKey.parse(text)
    except NoteError as error:
        raise AuditError("ME956", f"`{path}`: {error}", "give the .pub file that keygen wrote") from None
    needs_cryptography(lambda: __import__("cryptography.hazmat.primitives.asymmetric.ed25519"))
    return key


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST).decode("utf-8")
    except FileNotFoundError:
        hint = "check the path, or make one: modengine audit keygen FILE"
        raise AuditError("ME956", f"there is no key file `{path}`", hint) from None
    except OSError as error:
        raise AuditError("ME956", f"the key file `{path}` cannot be read: {reason(error)}") from None
    except UnicodeDecodeError:
        raise AuditError("ME956", f"`{path}` is no key: it is not a text") from None
