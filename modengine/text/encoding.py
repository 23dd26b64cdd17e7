"""Which encoding bytes are likely in, where they are not UTF-8."""

from __future__ import annotations

import codecs
from shlex import quote

UTF8_BOM = codecs.BOM_UTF8
_BOMS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_VAGUE = "GB18030"
"""Almost all bytes decode so: too little to refuse a whole file for."""
_COMMON = 0.6
"""In text in GBK at least so much is of GB2312; of UTF-8 read as GBK by mistake, far less."""
_ICONV = {"GBK": "GB18030", "UTF-16 little-endian": "UTF-16LE", "UTF-16 big-endian": "UTF-16BE"}


def is_utf8(data: bytes, whole: bool = True) -> bool:
    """Whether bytes are UTF-8; unless `whole`, the last character may be cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(data, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def file_encoding(head: bytes, whole: bool) -> str | None:
    """The encoding of a file that is not UTF-8, from its first bytes; None where it is, or may be.

    A file most of whose lines are UTF-8 is UTF-8 with bad lines, whatever the bad lines look like.
    """
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    wide = _wide(head)
    if wide is not None:
        return wide
    if is_utf8(head, whole):
        return None
    *lines, last = head.split(b"\n")
    judged = [is_utf8(line) for line in lines if not line.isascii()]
    if not last.isascii():
        judged.append(is_utf8(last, whole))
    if 2 * sum(judged) >= len(judged):
        return None
    guess = likely(head, whole)
    return guess if guess != _VAGUE else None


def _wide(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of its Latin letters is nought."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    least = max(2, len(head) // 20)
    if odd >= least and odd > 8 * even:
        return "UTF-16 little-endian"
    if even >= least and even > 8 * odd:
        return "UTF-16 big-endian"
    return None


def likely(data: bytes, whole: bool = True) -> str | None:
    """`GBK`, `Big5` or `GB18030` where the bytes decode so; None where nothing can be told.

    In GBK the second byte of a common character is A1 or above; in Big5 it is below in every other.
    """
    text = _decoded(data, "gb18030", whole)
    if text is not None:
        wide = [c for c in text if ord(c) > 0x7F]
        common = sum(len(c.encode("gb2312", "ignore")) == 2 for c in wide)
        if wide and common >= _COMMON * len(wide):
            return "GBK"
    if _decoded(data, "big5", whole) is not None:
        return "Big5"
    return None if text is None else _VAGUE


def _decoded(data: bytes, encoding: str, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(data, final=whole)
    except UnicodeDecodeError:
        return None


def iconv(encoding: str, path: str) -> str:
    """How to make a file UTF-8."""
    name = _ICONV.get(encoding, encoding)
    source = "" if path == "-" else f" {quote(path)}"
    return f"make it UTF-8 first: iconv -f {name} -t UTF-8{source} > NEW (or save it as UTF-8 in an editor)"
