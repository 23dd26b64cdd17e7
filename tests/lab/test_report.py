"""The report, its sections and the schemas."""

from __future__ import annotations

import json

import jsonschema
import pytest

from modengine.errors import InputError
from modengine.lab.report import report as lab_report
from modengine.lab.report.render import as_json
from modengine.lab.report.report import SECTIONS, Materials, report
from modengine.lab.report.schemas import schema
from modengine.lab.report.views.evaluate import view
from modengine.lab.studies.evaluate import evaluate
from tests.lab.corpora import MakeCorpus, rows, sound

ROWS = (("骗", "fraud", 30), ("好", "none", 30))


def test_a_section_that_the_corpora_cannot_give_is_named(corpus: MakeCorpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_materials: Materials) -> tuple[()]:
        raise InputError("ME911", "no row has the column `time`")

    monkeypatch.setattr(lab_report, "SECTIONS", {"eval": SECTIONS["eval"], "timeline": fails})
    made = report(sound(), [corpus(rows(*ROWS), label="label")], sections=("eval", "timeline"))
    assert [section.name for section in made.views] == ["eval"]
    assert made.left_out[0][0] == "timeline"
    assert "no row has the column `time`" in made.as_html()


def test_the_same_command_gives_the_same_page(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), label="label")
    pages = [report(sound(), [made], sections=("eval",), seed=5).as_html() for _ in range(2)]
    assert pages[0] == pages[1]


def test_progress_counts_all_rows(corpus: MakeCorpus) -> None:
    told: list[int] = []
    made = corpus(rows(*ROWS), label="label")
    report(sound(), [made, made], sections=(), progress=told.append)
    assert told == [60, 120]
    told.clear()
    evaluate(sound(), [made, made], progress=told.append)
    assert (told[0], told[-1]) == (1, 120)


def test_an_evaluation_is_as_its_schema_says(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), label="label", forbidden=("precision",))
    result = evaluate(sound(), [made], prevalence=0.1, declare=["fraud.recall@label>=0.2"])
    jsonschema.validate(json.loads(as_json(view(result))), schema("eval"), jsonschema.Draft202012Validator)
