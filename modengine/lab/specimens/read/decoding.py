"""Bytes of a published list to text: which encoding it is in, and what cannot be a list at all."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from modengine.errors import InputError
from modengine.text.encoding import file_encoding, likely

LARGEST = 100_000_000
"""Bytes of one published file."""
_CODECS = {
    "UTF-16 little-endian": "utf-16-le",
    "UTF-16 big-endian": "utf-16-be",
    "UTF-16": "utf-16",
    "UTF-32": "utf-32",
    "GBK": "gb18030",
    "GB18030": "gb18030",
    "Big5": "big5hkscs",
}
_MOST_BAD = 0.05
"""Lines in a hundred that may be undecodable before an encoding counts as another's."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as text; bytes that mean nothing in its encoding are lone surrogates or replacement characters."""

    text: str
    encoding: str
    """As it is said to a reader: `GB18030, detected`."""


def decode(path: Path, encoding: str | None = None) -> Decoded:
    """The text of a file, in the encoding given or the one that it seems to be in.

    Raises InputError (ME904) where no encoding fits or the one given is not known, (ME906) for a binary file
    or one that is too large, (ME905) for one that cannot be read.
    """
    data = _read(path)
    if encoding is not None:
        return Decoded(_decoded(data, _known(encoding)), f"{encoding}, as given")
    if data.startswith(codecs.BOM_UTF8):
        return _checked(path, data.decode("utf-8-sig", "surrogateescape"), "UTF-8 with a mark, detected")
    name = file_encoding(data, True)
    if not (name or "").startswith("UTF") and b"\0" in data:
        raise _binary(path)
    if name is None:
        text = data.decode("utf-8", "surrogateescape")
        if _bad_share(text) <= _MOST_BAD:
            return _checked(path, text, "UTF-8" if _bad_share(text) == 0 else "UTF-8 with bad lines, detected")
        name = likely(data) or "GB18030"
    if name not in _CODECS:
        raise _unknown(path)
    text = _decoded(data, _CODECS[name])
    if _bad_share(text) > _MOST_BAD:
        raise _unknown(path)
    said = "GB18030" if name == "GBK" else name
    return _checked(path, text, f"{said}, detected")


def _read(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise InputError("ME905", f"`{path}` is no regular file", "save it as a file first")
        size = path.stat().st_size
        if size > LARGEST:
            raise InputError(
                "ME906", f"`{path}` has {size:,} bytes; a list has at most {LARGEST:,}",
                "part it into several files, if it is a list at all",
            )  # fmt: skip
        return path.read_bytes()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise InputError("ME905", f"`{path}` cannot be read: {why}", "check the path and its permissions") from None


def _known(encoding: str) -> str:
    try:
        info = codecs.lookup(encoding)
        if not info._is_text_encoding:
            raise LookupError
    except (LookupError, ValueError):
        raise InputError(
            "ME904", f"there is no encoding `{encoding}`", "write for instance utf-8, gb18030, big5 or utf-16"
        ) from None
    return info.name


def _decoded(data: bytes, codec: str) -> str:
    errors = "replace" if codec.startswith(("utf-16", "utf-32")) else "surrogateescape"
    return data.decode(codec, errors).removeprefix("\ufeff")


def _bad_share(text: str) -> float:
    lines = [line for line in text.splitlines() if line.strip()]
    bad = sum(any(c == "\N{REPLACEMENT CHARACTER}" or "\ud800" <= c <= "\udfff" for c in line)
              for line in lines if not line.isascii())  # fmt: skip
    return bad / len(lines) if lines else 0.0


def _checked(path: Path, text: str, encoding: str) -> Decoded:
    """A file with nought characters, or mostly control characters, is no text in any encoding."""
    head = text[:100_000]
    controls = sum(ord(char) < 32 and char not in "\t\r\n\f" for char in head)
    if "\0" in head or controls > len(head) / 20:
        raise _binary(path)
    return Decoded(text, encoding)


def _binary(path: Path) -> InputError:
    return InputError(
        "ME906", f"`{path}` is a binary file, or in an encoding that is not known", "unpack it, or give --encoding"
    )


def _unknown(path: Path) -> InputError:
    return InputError(
        "ME904", f"the encoding of `{path}` is not known: it is neither UTF-8, UTF-16, GB18030 nor Big5",
        "give it with --encoding",
    )  # fmt: skip
