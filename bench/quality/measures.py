"""What is measured: rows of which files, which decision counts, on which half, and the aim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Row = Mapping[str, object]
Half = Literal["all", "checking"]
"""The rows that an aim is held against: all where nobody who wrote rules read any, or all were read."""

OWN: Mapping[str, str] = {
    "messages": "messages.jsonl",
    "harmless": "measure/harmless.jsonl",
    "plain": "measure/plain.jsonl",
    "hinted": "measure/hinted.jsonl",
    "typed": "measure/typed.jsonl",
    "voices": "measure/voices.jsonl",
    "everyday": "measure/everyday.jsonl",
    "strangers": "measure/strangers.jsonl",
    "grievance": "measure/grievance.jsonl",
    "unseen": "unseen/messages.jsonl",
    "grievance-opened": "measure/grievance-opened.jsonl",
    "reports": "measure/reports.jsonl",
    "words": "measure/words.jsonl",
    "unseen-grievance": "unseen/grievance.jsonl",
    "unseen-grievance-hard": "unseen/grievance-hard.jsonl",
    "unseen-words": "unseen/words.jsonl",
}
"""Files in samples/: no data folder is needed."""
READ = ("grievance-opened", "grievance", "messages", "harmless", "reports", "words")
"""Files that the writers of the rules read whole."""
UNREAD = ("unseen", "unseen-grievance", "unseen-grievance-hard", "unseen-words")
"""Files of which they read nothing."""
WITHOUT_HALVES: frozenset[str] = frozenset((*READ, *UNREAD))
GRIEVANCES = ("unseen-grievance", "unseen-grievance-hard", "grievance-opened")
"""Files of people who are wronged, and of threats in the same settings, with their authors."""
THREATS = ("threat_dir_h", "threat_norm_h")
VIOLENT_THOUGH_NOT_HATEFUL = ("target_indiv_nh", "target_group_nh")
"""Functions of Multilingual HateCheck whose rows abuse or threaten people who are no protected group."""
TOLD = ("warn", "debunk", "court", "ruling", "law", "news", "report", "police", "rumor_question")
"""What the kinds of rows are called in which somebody warns, debunks, rules or reports."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A share of rows that reach an action."""

    name: str
    files: tuple[str, ...]
    takes: Callable[[Row], bool]
    categories: tuple[str, ...]
    """Any of them; none for any at all."""
    aim: float
    harm: bool
    """Whether the rows do harm: then the share is to be at least the aim, else at most."""
    rank: int = 2
    """1 label, 2 review, 3 block."""
    half: Half = "checking"


def _is(key: str, *values: str) -> Callable[[Row], bool]:
    return lambda row: row.get(key) in values


def _all(_: Row) -> bool:
    return True


def _harmless_hatecheck(row: Row) -> bool:
    return row.get("cat") != "abuse"


def _told(row: Row) -> bool:
    kind = str(row.get("kind"))
    return row.get("label") == "none" and any(word in kind for word in TOLD)


def _harm_first() -> Iterator[Measure]:
    """Part one: what must not be hit, and the threats beside it."""
    half: Half = "all"
    for file in (*GRIEVANCES, "grievance"):
        name = file.replace("-", " ")
        harmless, threat = _is("label", "none"), _is("label", "violence", "terrorism")
        yield Measure(f"{name} → any", (file,), harmless, (), 0.005, False, half=half)
        yield Measure(f"{name} → terrorism, label", (file,), harmless, ("terrorism",), 0.0, False, 1, half)
        yield Measure(f"{name}, threats", (file,), threat, ("violence", "terrorism"), 0.70, True, half=half)
    notices = _is("cat", "benign_notice")
    yield Measure("notices and adverts → terrorism", ("telecom_dev",), notices, ("terrorism",), 0.0005, False)
    told = ("harmless", "reports", "plain", "hinted", "typed", "unseen")
    yield Measure("warnings, debunks, rulings, reports → any", told, _told, (), 0.02, False, half="all")
    for name, file in (("everyday sentences", "words"), ("unseen everyday sentences", "unseen-words")):
        yield Measure(f"{name} with words of the lists → any", (file,), _all, (), 0.02, False, half="all")
    yield Measure("own harmless samples → any", ("messages",), _is("label", "none"), (), 0.0, False, half="all")


def _kinds() -> Iterator[Measure]:
    """Part two: ordinary speech of every kind."""
    for name, file, cat in (
        ("short messages", "nus_sms_dev", "benign_sms"), ("microblog talk", "cdial_dev", "benign_talk"),
        ("dialogues", "kdconv_dev", "benign_talk"), ("notices and adverts", "telecom_dev", "benign_notice"),
        ("what apps say", "fewclue_dev", "benign_app"), ("headlines", "fewclue_dev", "benign_headline"),
        ("headlines of ten topics", "thucnews_dev", "benign_headline"),
        ("shop reviews", "fewclue_dev", "benign_review"), ("abstracts of papers", "fewclue_dev", "benign_abstract"),
        ("true news", "checked_real_dev", "news_real"), ("talk about groups", "cold_dev", "identity_discussion"),
        ("encyclopaedia", "ud_gsdsimp_dev", "benign_wiki_seg"),
        ("poetry", "chinese_poetry", "benign_literature"), ("answers of assistants", "chineseharm_dev", "benign_hard"),
    ):  # fmt: skip
        yield Measure(f"{name} → any", (file,), _is("cat", cat), (), 0.003, False)


KINDS: tuple[Measure, ...] = tuple(_kinds())
"""Of ordinary speech, each on its own."""
CALLS = Measure("normal calls → any", ("teleantifraud_dev",), _is("cat", "benign_call"), (), 0.01, False)


def _ordinary() -> Iterator[Measure]:
    talk = ("nus_sms_dev", "cdial_dev", "kdconv_dev")
    yield Measure("own messages and talk → any", talk, _all, (), 0.001, False)
    yield from KINDS
    yield CALLS
    yield Measure("HateCheck, not hateful → any", ("mhc_zh_dev",), _harmless_hatecheck, (), 0.005, False)
    yield Measure(
        "– without abuse and threats of other people", ("mhc_zh_dev",),
        lambda row: _harmless_hatecheck(row) and row.get("func") not in VIOLENT_THOUGH_NOT_HATEFUL, (), 0.005, False,
    )  # fmt: skip


def _harm() -> Iterator[Measure]:
    """Part five: what is caught."""
    for name, file, takes, category, aim in (
        ("fraud posts", "chineseharm_dev", _is("cat", "fraud"), "fraud", 0.67),
        ("fraud calls", "teleantifraud_dev", _is("cat", "fraud"), "fraud", 0.92),
        ("fraud notices and texts", "telecom_dev", _is("cat", "fraud"), "fraud", 0.75),
        ("pornographic posts", "chineseharm_dev", _is("cat", "porn"), "pornography", 0.60),
        ("threat functions", "mhc_zh_dev", _is("func", *THREATS), "violence", 0.90),
    ):
        yield Measure(f"{name} → {category}", (file,), takes, (category,), aim, True)


_AIMS = (("fraud", 0.65), ("pornography", 0.65), ("violence", 0.65), ("terrorism", 0.60), ("rumour", 0.75))


def _own() -> Iterator[Measure]:
    """The project's own messages: first those that no writer of rules has read."""
    for file in ("unseen", "strangers", "everyday", "voices", "plain", "hinted", "typed"):
        half: Half = "all" if file == "unseen" else "checking"
        for category, aim in _AIMS:
            if file == "strangers" and category not in ("terrorism", "rumour"):
                continue
            least = 1 if category == "rumour" else 2
            name = f"{file} {category}" + (", label" if least == 1 else "")
            yield Measure(name, (file,), _is("label", category), (category,), aim, True, least, half)
        yield Measure(f"{file} harmless → any", (file,), _is("label", "none"), (), 0.02, False, half=half)
    yield Measure("harmless → any", ("harmless",), _all, (), 0.0, False, half="all")


SECTIONS: Mapping[str, tuple[Measure, ...]] = {
    "Harm first": tuple(_harm_first()),
    "Ordinary speech": tuple(_ordinary()),
    "What is caught": tuple(_harm()),
    "Own messages": tuple(_own()),
}
MEASURES: tuple[Measure, ...] = tuple(measure for section in SECTIONS.values() for measure in section)
FILES: tuple[str, ...] = tuple(dict.fromkeys(file for measure in MEASURES for file in measure.files))
