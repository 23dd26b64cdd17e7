"""What the benchmark reads: messages, terms, and the policies made of them."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path

from modengine import Engine, Message
from modengine.engine.compile.program import Program
from modengine.errors import Location
from modengine.loading import load
from modengine.policy.condition import Has, Select
from modengine.policy.model import Pattern, Policy, Rule, Ruleset

ROOT = Path(__file__).parents[1]
SHORT = ("chineseharm_dev", "cold_dev", "mhc_zh_dev", "ud_gsdsimp_dev")
"""The files of the development data that hold short messages."""
KINDS = {
    "headlines": (("thucnews_dev",), None),
    "reviews": (("fewclue_dev",), "benign_review"),
    "posts": (("chineseharm_dev",), None),
    "SMS": (("telecom_dev", "nus_sms_dev"), None),
    "calls": (("teleantifraud_dev",), None),
}
"""Sets of one kind of text each: the files, and the category of their rows where it is but one."""
HIT = "。尊敬的用户，您的网银将于次日失效，请登录 www.example.top 升级"
"""Makes any message hit a rule of the shipped policy."""
ASCII = "see the notes of meeting 42 at https://www.example.org/notes?id=7 and answer ok by friday noon, thank you. "
NOWHERE = Location("bench", 1, 1)


def data() -> Path:
    """Where the development data are, if they are there."""
    return Path(os.environ.get("MODENGINE_DATA", ROOT.parent / "shared" / "data"))


def rows(names: Iterable[str], most: int) -> list[dict[str, str]]:
    """Rows of files of the development data with texts of at most `most` characters, in a fixed random order."""
    files = [data() / f"{name}.jsonl" for name in names]
    if not all(file.is_file() for file in files):
        return []
    found = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    found = [row for row in found if 0 < len(row["text"]) <= most]
    random.Random(1).shuffle(found)
    return found


def real(most: int) -> tuple[str, list[str]]:
    """Real short messages of the development data in a fixed random order; generated ones without it."""
    texts = [row["text"] for row in rows(SHORT, 500)]
    if texts:
        return "development data", list(islice(cycle(texts), most))
    chance = random.Random(1)
    common = [word for word, frequency in dictionary() if frequency > 100]
    made = ["，".join("".join(chance.choices(common, k=chance.randint(2, 6))) for _ in range(4)) for _ in range(most)]
    return "generated", made


def kinds(most: int) -> dict[str, list[str]]:
    """The sets of one kind of text each, where the development data are; and the samples."""
    found = {}
    for label, (names, category) in KINDS.items():
        texts = [row["text"] for row in rows(names, 5000) if category in (None, row["cat"])]
        if texts:
            found[label] = texts[:most]
    lines = (ROOT / "samples" / "messages.jsonl").read_text("utf-8").splitlines()
    samples = [json.loads(line) for line in lines]
    return found | {"samples": [row["text"] or row["parts"][0]["text"] for row in samples]}


@cache
def dictionary() -> list[tuple[str, int]]:
    """The words of jieba's dictionary with their frequencies."""
    spec = find_spec("jieba")
    assert spec is not None
    assert spec.origin is not None
    lines = Path(spec.origin).with_name("dict.txt").read_text("utf-8").splitlines()
    return [(word, int(frequency)) for word, frequency, _ in (line.split(" ") for line in lines)]


def extra_terms(number: int) -> list[str]:
    """Rare words of three characters or more, in a fixed random order."""
    words = [word for word, frequency in dictionary() if frequency < 50 and len(word) >= 3] if number else []
    random.Random(2).shuffle(words)
    return words[:number]


def with_terms(policy: Policy, terms: list[str]) -> Policy:
    """A policy with one rule more, which hits where one of the terms stands; itself without terms."""
    if not terms:
        return policy
    pattern = Pattern("extra", "text", NOWHERE, terms=tuple(terms))
    when = Has(Select("extra", names=("extra",)))
    rule = Rule("bench.extra", "An extra term", "fraud", NOWHERE, when, score=1, patterns=(pattern,), ruleset="bench")
    more = Ruleset("bench", "Extra terms", "fraud", "bench", NOWHERE, (rule,))
    return replace(policy, rulesets=(*policy.rulesets, more))


def asked_policy() -> Policy:
    """The policy that is measured: the shipped one, or what `BENCH_POLICY` names."""
    return load(os.environ.get("BENCH_POLICY")).policy


def engine_with(terms: list[str]) -> Engine:
    """The policy with extra terms, compiled."""
    return Engine(Program(with_terms(asked_policy(), terms)))


def sets(texts: list[str], engine: Engine) -> dict[str, list[str]]:
    """The messages as they are (mixed), those without a hit (clean), all with one, and two mixtures of scripts."""
    clean = [text for text in texts if not engine.decide(Message(text), ignore_scope=True).hits]
    size = len(texts)
    return {
        "mixed": texts,
        "clean": list(islice(cycle(clean), size)),
        "all hit": [text + HIT for text in texts],
        "Han": ["".join(re.findall(r"[\u4e00-\u9fff，。！？]", text)) or text for text in texts],
        "ASCII": [text[:9] + ASCII[:100] + text[9:20] for text in texts],
    }


def regexes(policy: Policy, number: int = 21) -> list[re.Pattern[str]]:
    """The first regexes of a policy that `re` takes as well: what the peers look for besides the terms."""
    found = []
    for source in dict.fromkeys(p.regex for rule in policy.rules for p in rule.patterns if p.regex is not None):
        with suppress(re.error):
            found.append(re.compile(source, re.IGNORECASE))
    return found[:number]


def policy_terms(policy: Policy) -> list[str]:
    """Every term of the words and text patterns of a policy."""
    return list(dict.fromkeys(term for rule in policy.rules for p in rule.patterns for term in p.terms))
