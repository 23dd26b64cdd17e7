"""How links are found, and what their host is."""

from __future__ import annotations

from functools import cache

import regex

from modengine.entities.tables import any_of, rows, words

_SCHEME = r"(?:h(?:tt|xx)ps?|ftp)(?::|：)//"
_DOT = r"(?:\.|。|点|·|\[\.\]|\(\.\)|【\.】)"
_LABEL = r"[a-z0-9](?:[a-z0-9\-]{0,40}[a-z0-9])?"
_PATH = r"(?:[/?#:](?:[a-z0-9./?=&%#:_~+@!,;*\-]*[a-z0-9/=&%#_\-])?)?"
_WEB = "com|cn|net|org|top|xyz|vip|cc|club|site|info|me|io|tv|co|icu|shop|online|work|live|fun|ltd|pro|app|link|win|tk|pw|hk|tw|ru"
_MASKED = r"\[url\]|<url>|(?<![a-z0-9])url(?![a-z0-9])|\[链接\]|<链接>|【链接】|\[link\]|网页链接|\{url\}"


@cache
def _suffixes(is_file: bool) -> tuple[str, ...]:
    """Top-level domains: those that are also ends of file names, or the others."""
    return tuple(r[0] for r in rows("suffixes.txt") if "." not in r[0] and (len(r) > 1) == is_file)


def link(suffixes: tuple[str, ...], shortened: bool) -> tuple[str, ...]:
    """A web address; with `suffixes` or `shortened`, such alone."""
    if shortened:
        hosts = any_of(words("shorteners.txt"))
        return (rf"(?:{_SCHEME})?(?<![a-z0-9@.\-])(?:www\.)?{hosts}(?![a-z0-9\-]|\.[a-z]){_PATH}",)
    end = r"(?![a-z0-9\-]|\.[a-z0-9])"
    if suffixes:
        ends = any_of(suffixes)
        return (
            rf"(?:{_SCHEME})?(?<![a-z0-9@.\-])(?:{_LABEL}\.){{1,6}}{ends}{end}{_PATH}",
            rf"(?<![a-z0-9@.\-])(?:{_LABEL}{_DOT}){{1,4}}{ends}(?![a-z0-9])(?:/[a-z0-9/]+)?",
        )
    return (

            rf"{_SCHEME}(?:[a-z0-9\-_~%@]+{_DOT})*[a-z0-9\-_~%]+(?::[0-9]{{2,5}})?{_PATH}",
            rf"(?<![a-z0-9@.\-])www{_DOT}(?:{_LABEL}{_DOT}){{0,4}}[a-z0-9\-]+{_PATH}",
            rf"(?<![a-z0-9@.\-_/])(?:{_LABEL}\.){{1,6}}{any_of(_suffixes(False))}{end}{_PATH}",
            rf"(?<![a-z0-9@.\-_/])(?:{_LABEL}\.){{1,6}}{any_of(_suffixes(True))}/[a-z0-9./?=&%#:_~+@!,;*-]*",
            rf"(?<![a-z0-9@.\-])(?:{_LABEL}(?:点|。|·|\[\.\]|\(\.\)|【\.】)){{1,3}}(?:{_WEB})(?![a-z0-9])(?:/[a-z0-9/]+)?",
            rf"(?<![a-z0-9@.\-])(?:{_LABEL}\s?\.\s){{1,2}}(?:com|cn|net|top|xyz|vip|cc)(?![a-z0-9])",
            _MASKED,
    )


_SCHEME_AT = regex.compile(_SCHEME)
_DOTS = regex.compile(r"\s?(?:\[\.\]|\(\.\)|【\.】|。|点|·|\.)\s?")
_HOST_END = regex.compile(r"[/?#:]")


def host_of(text: str) -> str:
    """The host of a link as it was found; empty where it is masked."""
    text = _SCHEME_AT.sub("", text, count=1)
    if regex.fullmatch(_MASKED, text):
        return ""
    host = _HOST_END.split(text, maxsplit=1)[0].rpartition("@")[2]
    return _DOTS.sub(".", host)


@cache
def _two_labels() -> frozenset[str]:
    return frozenset(r[0] for r in rows("suffixes.txt") if "." in r[0])


def domain_of(host: str) -> str:
    """The registered domain of a host: `b.com.cn` of `a.b.com.cn`."""
    labels = host.split(".")
    return ".".join(labels[-3:] if ".".join(labels[-2:]) in _two_labels() else labels[-2:])


def is_of(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)
