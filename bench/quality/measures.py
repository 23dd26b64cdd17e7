"""What is measured: rows of which file, which decision counts, and the aim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Row = Mapping[str, object]
THREATS = ("threat_dir_h", "threat_norm_h")
VIOLENT_THOUGH_NOT_HATEFUL = ("target_indiv_nh", "target_group_nh")
"""Functions of Multilingual HateCheck whose rows abuse or threaten people who are no protected group."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A share of rows that reach an action."""

    name: str
    file: str
    takes: Callable[[Row], bool]
    category: str | None
    """None for any category."""
    aim: float
    harm: bool
    """Whether the rows do harm: then the share is to be at least the aim, else at most."""
    rank: int = 2
    """1 label, 2 review, 3 block."""


def _is(key: str, *values: str) -> Callable[[Row], bool]:
    return lambda row: row.get(key) in values


def _all(_: Row) -> bool:
    return True


def _harmless_hatecheck(row: Row) -> bool:
    return row.get("cat") != "abuse"


def _invented(file: str) -> Iterator[Measure]:
    """The measures of a file of invented messages of every category."""
    for category, aim in (("fraud", 0.70), ("pornography", 0.65), ("violence", 0.85), ("terrorism", 0.85)):
        yield Measure(f"{file} {category} → {category}", file, _is("label", category), category, aim, True)
    yield Measure(f"{file} rumour → rumour, label", file, _is("label", "rumour"), "rumour", 0.70, True, 1)
    yield Measure(f"{file} harmless → any", file, _is("label", "none"), None, 0.005, False)


MEASURES: tuple[Measure, ...] = (
    Measure("own warnings and writings, review", "warnings", _is("label", "none"), None, 0.0, False),
    Measure("own warnings and writings, label", "warnings", _is("label", "none"), None, 0.05, False, 1),
    Measure("own harmless samples, review", "messages", _is("label", "none"), None, 0.0, False),
    *_invented("independent"),
    *_invented("oblique"),
    *_invented("street"),
    *_invented("unseen"),
    Measure("chineseharm fraud → fraud", "chineseharm_dev", _is("cat", "fraud"), "fraud", 0.70, True),
    Measure("chineseharm porn → pornography", "chineseharm_dev", _is("cat", "porn"), "pornography", 0.65, True),
    Measure("fraud calls → fraud", "teleantifraud_dev", _is("cat", "fraud"), "fraud", 0.85, True),
    Measure("normal calls → fraud", "teleantifraud_dev", _is("cat", "benign_call"), "fraud", 0.02, False),
    Measure("threat functions → violence", "mhc_zh_dev", _is("func", *THREATS), "violence", 0.85, True),
    Measure("HateCheck, not hateful → any", "mhc_zh_dev", _harmless_hatecheck, None, 0.005, False),
    Measure(
        "the same without abuse and threats of other people", "mhc_zh_dev",
        lambda row: _harmless_hatecheck(row) and row.get("func") not in VIOLENT_THOUGH_NOT_HATEFUL, None, 0.005, False,
    ),
    Measure("COLD identity discussion → any", "cold_dev", _is("cat", "identity_discussion"), None, 0.003, False),
    Measure("chinese-poetry → any", "chinese_poetry", _all, None, 0.001, False),
    Measure("UD wiki text → any", "ud_gsdsimp_dev", _all, None, 0.001, False),
    Measure("chineseharm harmless → any", "chineseharm_dev", _is("cat", "benign_hard"), None, 0.005, False),
)  # fmt: skip
FILES: tuple[str, ...] = tuple(dict.fromkeys(measure.file for measure in MEASURES))
OWN: tuple[str, ...] = ("warnings", "messages", "independent", "oblique", "street", "unseen")
"""Files of samples/: no data folder is needed."""
WITHOUT_HALVES: tuple[str, ...] = ("warnings", "messages", "unseen")
"""Files that the writers of the rules read whole, or not at all (`unseen`)."""
