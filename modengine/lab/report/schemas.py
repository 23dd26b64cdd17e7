"""The JSON Schema of every result, by the name of its command.  `docs/schemas/` is written from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from modengine.lab.advice.suggest import Suggestion
from modengine.lab.coding.agreement import Agreement
from modengine.lab.coding.estimate import CodedEstimates
from modengine.lab.coding.power import Power
from modengine.lab.coding.sample import Sample
from modengine.lab.report.report import SECTIONS
from modengine.lab.specimens.describe import Description
from modengine.lab.specimens.history import History
from modengine.lab.specimens.likeness import Likeness
from modengine.lab.specimens.measure import SpecimenMeasurement
from modengine.lab.specimens.read.imports import Import
from modengine.lab.studies.ablate import Ablation
from modengine.lab.studies.compare import Comparison
from modengine.lab.studies.evade import Evasion
from modengine.lab.studies.evaluate import Evaluation
from modengine.lab.studies.fairness import Fairness
from modengine.lab.studies.fit import Fit
from modengine.lab.studies.smallest import Smallest
from modengine.lab.studies.timeline import Timeline
from modengine.lab.studies.together import SideBySide
from modengine.lab.studies.trial import Trial
from modengine.lab.study.repeated import StudyVerification
from modengine.lab.study.run import StudyResult

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
RESULTS: Mapping[str, type[msgspec.Struct]] = {
    "eval": Evaluation,
    "fairness": Fairness,
    "evade": Evasion,
    "diff": Comparison,
    "try": Trial,
    "ablate": Ablation,
    "flip": Smallest,
    "fit": Fit,
    "suggest": Suggestion,
    "timeline": Timeline,
    "power": Power,
    "sample": Sample,
    "agree": Agreement,
    "estimate": CodedEstimates,
    "study": StudyResult,
    "study-verify": StudyVerification,
    "specimen-import": Import,
    "specimen-measure": SpecimenMeasurement,
    "specimen-describe": Description,
    "specimen-compare": Likeness,
    "specimen-history": History,
}
"""What each command gives, but for `report`, which joins several."""
WITHIN: Mapping[str, type[msgspec.Struct]] = {"together": SideBySide}
"""Sections of `report` that have no command of their own."""
REPORT = "report"
NAMES = (*RESULTS, REPORT)


def schema(name: str) -> dict[str, Any]:
    """The schema of what `modengine NAME --format json` prints."""
    found = _report() if name == REPORT else {"$schema": _DRAFT, **msgspec.json.schema(RESULTS[name])}
    return msgspec.json.decode(msgspec.json.encode(found), type=dict[str, Any])  # defaults as JSON has them


def _report() -> dict[str, Any]:
    """An object with the result of each view: under the name of its command, or `COMMAND-CORPUS`."""
    kinds = {name: kind for name, kind in {**RESULTS, **WITHIN}.items() if name in SECTIONS}
    (*found,), shared = msgspec.json.schema_components(kinds.values(), ref_template="#/$defs/{name}")
    named = zip(kinds, found, strict=True)
    return {
        "$schema": _DRAFT,
        "title": "Report",
        "description": "The result of each section, under its name; of each corpus, where there are several.",
        "type": "object",
        "patternProperties": {f"^{name}(-.+)?$": reference for name, reference in named},
        "additionalProperties": False,
        "$defs": shared,
    }
