"""Signed notes and checkpoints, as specified by C2SP (signed-note, tlog-checkpoint).

A note is a text, a blank line, and a line for each signature; a checkpoint is a note whose text is
the origin of a log, its size, and the base64 root of its tree.  Keys are Ed25519, written as Go's
`sumdb/note` writes them, so that other tools of the field can check them.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from hashlib import sha256

from modengine.audit.tree.merkle import Hash

_ED25519 = b"\x01"
_SIGNATURE = re.compile(r"^— (\S+) ([A-Za-z0-9+/]+={0,2})$")


class NoteError(ValueError):
    """A note, checkpoint or key that is malformed, or a signature that does not hold."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its name, how many records, the root of their tree."""

    origin: str
    size: int
    root: Hash

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    key_id: bytes
    """4 bytes."""
    signature: bytes


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a key: `NAME+KEYID+BASE64`."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    @staticmethod
    def parse(text: str) -> VerifierKey:
        """Raises NoteError."""
        name, key_id, data = _key_parts(text.strip())
        key = VerifierKey(name, data)
        if key.key_id.hex() != key_id:
            raise NoteError("the key's identifier does not belong to its name and bytes")
        return key

    def verify(self, text: str, signature: Signature) -> bool:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  (heavy; only signed logs need it)
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature.signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SignerKey:
    """The private half of a key: `PRIVATE+KEY+NAME+KEYID+BASE64`."""

    name: str
    seed: bytes

    @property
    def verifier(self) -> VerifierKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

        return VerifierKey(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def __str__(self) -> str:
        return f"PRIVATE+KEY+{self.name}+{self.verifier.key_id.hex()}+{base64.b64encode(_ED25519 + self.seed).decode()}"

    def __repr__(self) -> str:
        return f"SignerKey({self.name!r}, ...)"

    @staticmethod
    def parse(text: str) -> SignerKey:
        """Raises NoteError."""
        text = text.strip()
        if not text.startswith("PRIVATE+KEY+"):
            raise NoteError("this is no private key: it does not begin with PRIVATE+KEY+")
        name, key_id, data = _key_parts(text.removeprefix("PRIVATE+KEY+"))
        key = SignerKey(name, data)
        if key.verifier.key_id.hex() != key_id:
            raise NoteError("the key's identifier does not belong to its name and bytes")
        return key

    def sign(self, text: str) -> str:
        """The note of a text that ends with a newline."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{text}\n— {self.name} {base64.b64encode(self.verifier.key_id + signature).decode()}\n"


def _key_parts(text: str) -> tuple[str, str, bytes]:
    # The base64 of a key may hold `+` itself: only the first two separate.
    parts = text.split("+", 2)
    if len(parts) != 3 or not parts[0] or re.search(r"\s", parts[0]):
        raise NoteError("this is no key: NAME+KEYID+BASE64 is expected")
    try:
        data = base64.b64decode(parts[2], validate=True)
    except ValueError:
        raise NoteError("this is no key: its last part is not base64") from None
    if len(data) != 33 or data[:1] != _ED25519:
        raise NoteError("this is no Ed25519 key")
    return parts[0], parts[1], data[1:]


def unsigned(text: str) -> str:
    """The note of a text without a signature."""
    return text + "\n"


def split(note: str) -> tuple[str, tuple[Signature, ...]]:
    """The text and the signatures of a note; empty lines at its end do not count.  Raises NoteError."""
    text, blank, tail = note.rstrip("\n").rpartition("\n\n")
    if not blank:
        text, tail = tail, ""
    signatures = []
    for line in tail.splitlines():
        found = _SIGNATURE.match(line)
        try:
            data = base64.b64decode(found.group(2), validate=True) if found else b""
        except ValueError:
            data = b""
        if found is None or len(data) < 5:
            raise NoteError("what stands after its empty line is no signature")
        signatures.append(Signature(found.group(1), data[:4], data[4:]))
    return text + "\n", tuple(signatures)


def parse_checkpoint(note: str) -> tuple[Checkpoint, tuple[Signature, ...]]:
    """The checkpoint in a note, and its signatures, unverified.  Raises NoteError."""
    text, signatures = split(note)
    lines = text.split("\n")
    if len(lines) != 4 or not lines[0]:
        raise NoteError("this is no checkpoint: origin, size and root are expected, and nothing more")
    if not re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1]):
        raise NoteError("this is no checkpoint: its second line is no size")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except ValueError:
        root = b""
    if len(root) != 32:
        raise NoteError("this is no checkpoint: its third line is no hash")
    return Checkpoint(lines[0], int(lines[1]), root), signatures


def signed_by(note: str, key: VerifierKey) -> bool:
    """Whether a signature of the note is by the key and holds.  Raises NoteError."""
    text, signatures = split(note)
    return any(s.name == key.name and s.key_id == key.key_id and key.verify(text, s) for s in signatures)
