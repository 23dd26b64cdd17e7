"""What is compared: modengine, an automaton alone, and what a user would write otherwise.

A contender is made of terms and gives a function that reads a list of messages.  A peer is imported
where it is made, in a process that has no other.
"""

from __future__ import annotations

import atexit
import logging
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from equal import Part, hyperscan_takes, part, scanned, yara, yara_takes
from reading import BATCH, Read, batches, evidence, result, rules
from texts import asked_policy, engine_with, policy_terms, regexes, with_terms

from modengine import Message
from modengine.audit.write.log import AuditLog


def bare(terms: list[str]) -> Read:
    """An automaton alone, message by message."""
    from daachorse import CharwiseDoubleArrayAhoCorasick  # noqa: PLC0415

    find = CharwiseDoubleArrayAhoCorasick(_all(terms)).find_overlapping
    return lambda texts: [find(text) for text in texts]


def jieba_and_set(terms: list[str]) -> Read:
    """Words by `jieba.lcut`, a set of terms, and the regexes one after the other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba  # noqa: PLC0415

    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    wanted, shapes = set(_all(terms)), regexes(asked_policy())
    return lambda texts: [
        (wanted.intersection(jieba.lcut(text)), [shape for shape in shapes if shape.search(text)]) for text in texts
    ]


def spacy_matcher(terms: list[str]) -> Read:
    """A blank Chinese pipeline that segments with jieba, and its PhraseMatcher."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import spacy  # noqa: PLC0415
        from spacy.matcher import PhraseMatcher  # noqa: PLC0415

        language = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
        matcher = PhraseMatcher(language.vocab)
        matcher.add("term", [language.make_doc(term) for term in _all(terms)])
    return lambda texts: [matcher(language.make_doc(text)) for text in texts]


def alternation(terms: list[str]) -> Read:
    """One `re` alternation of all terms, and the regexes."""
    every = re.compile("|".join(map(re.escape, sorted(_all(terms), key=len, reverse=True))))
    shapes = regexes(asked_policy())
    return lambda texts: [(every.findall(text), [shape for shape in shapes if shape.search(text)]) for text in texts]


def pyahocorasick(terms: list[str]) -> Read:
    """pyahocorasick, and the regexes."""
    import ahocorasick  # noqa: PLC0415

    automaton = ahocorasick.Automaton()
    for number, term in enumerate(_all(terms)):
        automaton.add_word(term, number)
    automaton.make_automaton()
    shapes = regexes(asked_policy())
    return lambda texts: [
        (list(automaton.iter(text)), [shape for shape in shapes if shape.search(text)]) for text in texts
    ]


def flashtext(terms: list[str]) -> Read:
    """flashtext, which takes no regexes."""
    from flashtext import KeywordProcessor  # noqa: PLC0415

    processor = KeywordProcessor()
    processor.add_keywords_from_list(_all(terms))
    return lambda texts: [processor.extract_keywords(text) for text in texts]


def decide(terms: list[str]) -> Read:
    """modengine, message by message."""
    engine = engine_with(terms)
    return lambda texts: [result(engine.decide(text, ignore_scope=True)) for text in texts]


def decide_batch(terms: list[str]) -> Read:
    """modengine, 256 messages at once, every action and score read."""
    return batches(engine_with(terms), result)


def decide_with_evidence(terms: list[str]) -> Read:
    """The same, and all fields of all matches of every hit read."""
    return batches(engine_with(terms), evidence)


def decide_and_audit(terms: list[str]) -> Read:
    """modengine, 256 messages at once, every decision appended to an audit log that is synced to the disk."""
    engine = engine_with(terms)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    log = AuditLog.open(Path(folder) / "log", time=now, batch=BATCH)
    atexit.register(log.close)
    log.use(engine, now)

    def read(texts: list[str]) -> None:
        for at in range(0, len(texts), BATCH):
            batch = list(map(Message, texts[at : at + BATCH]))
            decided = engine.decide_batch(batch, ignore_scope=True)
            log.append_many(zip(batch, decided, strict=True), now, ignore_scope=True)  # type: ignore[arg-type]

    return read


def explain(terms: list[str]) -> Read:
    """modengine, every message with its whole explanation."""
    engine = engine_with(terms)
    return lambda texts: [engine.trace(text) for text in texts]


def _all(terms: list[str]) -> list[str]:
    """The terms of the shipped policy and the extra ones, each once."""
    return list(dict.fromkeys([*policy_terms(asked_policy()), *terms]))


@dataclass
class Equal:
    """A contender at equal work: the part of the policy that an engine whose regexes `takes` knows can say."""

    takes: Callable[[str], bool]
    make: Callable[[Part], Read]
    asked: Part | None = None

    def __call__(self, terms: list[str]) -> Read:
        self.asked = part(with_terms(asked_policy(), terms), self.takes)
        return self.make(self.asked)

    def share(self) -> Mapping[str, int]:
        assert self.asked is not None
        return self.asked.share


def _ours(asked: Part) -> Read:
    return batches(asked.engine(), rules)


EQUAL: Mapping[str, Equal] = {
    "YARA-X": Equal(yara_takes, yara),
    "modengine, the part of YARA-X": Equal(yara_takes, _ours),
    "Hyperscan": Equal(hyperscan_takes, scanned),
    "modengine, the part of Hyperscan": Equal(hyperscan_takes, _ours),
}
CONTENDERS: Mapping[str, Callable[[list[str]], Read]] = {
    "automaton alone": bare,
    "jieba + set + 21 regexes": jieba_and_set,
    "spaCy PhraseMatcher": spacy_matcher,
    "re alternation + 21 regexes": alternation,
    "pyahocorasick + 21 regexes": pyahocorasick,
    "flashtext": flashtext,
    "modengine, batches": decide_batch,
    "modengine, batches with evidence": decide_with_evidence,
    "modengine, one by one": decide,
    "modengine, batches + audit": decide_and_audit,
    "modengine, Python engine": decide,
    "modengine trace": explain,
    **EQUAL,
}
