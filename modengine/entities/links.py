"""How links are found, and what their host is."""

from __future__ import annotations

from functools import cache

from modengine.entities.tables import any_of, rows, words

_SCHEME = "(?:h(?:tt|xx)ps?|ftp)://"
_LABEL = r"[a-z0-9](?:[a-z0-9\-]{0,40}[a-z0-9])?"
_PATH = r"(?:[/?#:](?:[a-z0-9./?=&%#:_~+@!,;*\-]*[a-z0-9/=&%#_\-])?)?"
_BEGINS = r"(?<![a-z0-9@.\-_/])"
_ENDS = r"(?![a-z0-9\-(]|\.[a-z0-9])"
_WWW = r"w\s?w\s?w"
_WEB = (
    "com|cn|net|org|top|xyz|vip|cc|club|site|info|me|io|tv|co|icu|shop|online|work|live|fun|ltd|pro|app|link|win"
    "|tk|pw|hk|tw|ru|bet|sbs|cfd|buzz|space|website|store|asia|mobi|wang|ren"
)
_APART = r"\s?(?:[\[({【]\s?(?:\.|dot|点|。)\s?[\])}】]|点|丶|·|。|(?<=\s)dot(?=\s))\s?"
"""A dot that is written as something else."""
MASKS = ("[url]", "<url>", "url", "[链接]", "<链接>", "【链接】", "[link]", "网页链接", "{url}")
DOTS = (
    "[.]",
    "(.)",
    "{.}",
    "【.】",
    "[dot]",
    "(dot)",
    "{dot}",
    "[点]",
    "(点)",
    "【点】",
    "dot",
    "点",
    "丶",
    "·",
    "。",
)
"""What stands for a dot in a host, the longer first."""


@cache
def _suffixes(form: str) -> tuple[str, ...]:
    """Top-level domains of a form: `file` and `word` where they are also ends of file names or words, else empty."""
    return tuple(row[0] for row in rows("suffixes.txt") if "." not in row[0] and "".join(row[1:]) == form)


def link(suffixes: tuple[str, ...], shortened: bool) -> tuple[str, ...]:
    """A web address; with `suffixes` or `shortened`, such alone."""
    if shortened:
        hosts = any_of(words("shorteners.txt"))
        return (rf"(?:{_SCHEME})?(?<![a-z0-9@.\-])(?:www\.)?{hosts}(?![a-z0-9\-]|\.[a-z]){_PATH}",)
    apart = (
        rf"(?<![a-z0-9@.\-])(?!(?:ok|hi|yes|no|bye|hello|lol)[。·])(?=[0-9.\-]*[a-z])(?:{_LABEL}\.)"
        rf"{{0,2}}(?:{_LABEL}{_APART}){{1,3}}"
    )
    if suffixes:
        ends = any_of(suffixes)
        return (
            rf"(?:{_SCHEME})?(?<![a-z0-9@.\-])(?:{_LABEL}\.){{1,6}}{ends}{_ENDS}{_PATH}",
            rf"{apart}{ends}(?![a-z0-9])(?:/[a-z0-9/]+)?",
        )
    no_name = (
        r"(?!co\.ltd(?![a-z/])|(?:main|utils?|tests?|server|client|common|base)\.cc|(?:asp|ado|vb|socket|node)\.(?:net|io)(?![a-z/])|(?:mrs?|ms|dr|st|no|vs|fig)\."
        r"|[0-9]{3,6}\.(?:hk|sh|sz|us|ss)(?![a-z/]))"
    )
    masks = r"(?<![a-z0-9])url(?![a-z0-9])|" + any_of(mask for mask in MASKS if mask != "url")
    return (
        rf"{_SCHEME}(?:[a-z0-9\-_~%@]+(?:\.|{_APART}))*[a-z0-9\-_~%]+(?::[0-9]{{2,5}})?{_PATH}",
        rf"(?<![a-z0-9@.\-]){_WWW}(?:\.|{_APART})(?:{_LABEL}(?:\.|{_APART})){{0,4}}[a-z0-9\-]+{_PATH}",
        rf"{_BEGINS}{no_name}(?:{_LABEL}\.){{1,6}}{any_of(_suffixes(''))}{_ENDS}{_PATH}",
        rf"{_BEGINS}(?:{_LABEL}\.){{1,6}}{any_of((*_suffixes('file'), *_suffixes('word')))}/[a-z0-9./?=&%#:_~+@!,;*-]*",
        rf"{_BEGINS}(?:(?=[a-z]*[0-9\-]){_LABEL}|{_LABEL}\.{_LABEL})\.{any_of(_suffixes('word'))}{_ENDS}{_PATH}",
        rf"{apart}(?:{_WEB})(?![a-z0-9])(?:/[a-z0-9/]+)?",
        r"(?<![a-z0-9@.\-])(?:[a-z0-9\-]{1,40}\s?\.\s){1,2}(?:com|cn|net|top|xyz|vip|cc)(?![a-z0-9])",
        masks,
    )


def host_of(text: str) -> str:
    """The host of a link as it was found; empty where it is masked."""
    scheme = text.find("://")
    if 0 < scheme <= 5:
        text = text[scheme + 3 :]
    if text in MASKS:
        return ""
    host: list[str] = []
    place = 0
    while place < len(text) and text[place] not in "/?#:":
        dots = next((dots for dots in DOTS if text.startswith(dots, place)), "")
        if dots == "dot" and not (text[:place].endswith(" ") and text.startswith(" ", place + 3)):
            dots = ""
        if dots:
            host.append(".")
            place += len(dots)
            continue
        if text[place] == "@":
            host = []
        elif text[place] != " ":
            host.append(text[place])
        place += 1
    return "".join(host)


@cache
def _two_labels() -> frozenset[str]:
    return frozenset(row[0] for row in rows("suffixes.txt") if "." in row[0])


def domain_of(host: str) -> str:
    """The registered domain of a host: `b.com.cn` of `a.b.com.cn`."""
    labels = host.split(".")
    return ".".join(labels[-3:] if ".".join(labels[-2:]) in _two_labels() else labels[-2:])


def is_of(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)
