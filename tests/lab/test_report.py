"""The report, its sections and the schemas."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.report import report as lab_report
from modengine.lab.report.render import as_json
from modengine.lab.report.report import SECTIONS, Materials, make_report
from modengine.lab.report.schemas import schema
from modengine.lab.report.views.compare import view as comparison
from modengine.lab.report.views.evaluate import view
from modengine.lab.studies.compare import compare
from modengine.lab.studies.evaluate import evaluate
from tests.lab.corpora import MakeCorpus, blocks_everything, never_acts, rows, sound

ROWS = (("骗", "fraud", 30), ("好", "none", 30))


def test_a_section_that_the_corpora_cannot_give_is_named(corpus: MakeCorpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_materials: Materials) -> tuple[()]:
        raise InputError("ME911", "no row has the column `time`")

    monkeypatch.setattr(lab_report, "SECTIONS", {"eval": SECTIONS["eval"], "timeline": fails})
    made = make_report(sound(), [corpus(rows(*ROWS), label="label")], sections=("eval", "timeline"))
    assert [section.name for section in made.views] == ["eval"]
    assert made.left_out[0][0] == "timeline"
    assert "no row has the column `time`" in made.as_html()


def test_any_number_of_policies_is_compared_on_each_corpus(corpus: MakeCorpus) -> None:
    one, two = corpus(rows(*ROWS), label="label"), corpus(rows(*ROWS), label="label")
    others = [named(blocks_everything(), "all"), named(never_acts(), "none")]
    made = make_report(sound(), [one, two], sections=("diff",), against=others)
    names = [f"diff-{policy}-{data.name}" for policy in ("all", "none") for data in (one, two)]
    assert [view.name for view in made.views] == names
    alone = compare(sound(), others[0], one)
    assert json.loads(made.as_json())[names[0]]["tests"] == json.loads(as_json(comparison(alone)))["tests"]
    jsonschema.validate(json.loads(made.as_json()), schema("report"), jsonschema.Draft202012Validator)
    assert made.as_html().count("<h2") >= 4


def test_a_lone_surrogate_in_an_id_is_an_escape(corpus: MakeCorpus) -> None:
    made = [{**row, "id": f"{row['id']}\ud800"} for row in rows(*ROWS)]
    report = make_report(
        sound(), [corpus(made, label="label")], sections=("diff",), against=[named(never_acts(), "none")]
    )
    (found,) = report.views
    for result in (json.loads(as_json(found)), json.loads(report.as_json())[found.name]):
        assert {flip["row"][-1] for flip in result["flips"]} == {"\ud800"}


def test_a_comparison_needs_another_policy(corpus: MakeCorpus) -> None:
    made = make_report(sound(), [corpus(rows(*ROWS), label="label")], sections=("eval", "diff"))
    assert [name for name, _ in made.left_out] == ["diff"]
    assert "no other policy was named" in made.as_html()


def test_a_report_without_any_section_is_an_error(corpus: MakeCorpus) -> None:
    with pytest.raises(InputError, match=r"no section of the report can be given: diff: .*no other policy was named"):
        make_report(sound(), [corpus(rows(*ROWS), label="label")], sections=("diff",))


def named(engine: Engine, name: str) -> Engine:
    return Engine(Program(replace(engine.policy, id=name)))


def test_the_same_command_gives_the_same_page(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), label="label")
    pages = [make_report(sound(), [made], sections=("eval",), seed=5).as_html() for _ in range(2)]
    assert pages[0] == pages[1]


def test_progress_counts_all_rows(corpus: MakeCorpus) -> None:
    told: list[int] = []
    made = corpus(rows(*ROWS), label="label")
    make_report(sound(), [made, made], sections=(), progress=told.append)
    assert told == list(range(1, 121))
    told.clear()
    evaluate(sound(), [made, made], progress=told.append)
    assert told == list(range(1, 121))


def test_an_evaluation_is_as_its_schema_says(corpus: MakeCorpus) -> None:
    made = corpus(rows(*ROWS), label="label", forbidden=("precision",))
    result = evaluate(sound(), [made], prevalence=0.1, declare=["fraud.recall@label>=0.2"])
    jsonschema.validate(json.loads(as_json(view(result))), schema("eval"), jsonschema.Draft202012Validator)
