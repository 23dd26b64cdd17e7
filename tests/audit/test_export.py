"""Statements of reasons, Parquet, CSV: what they say, and that they say what was decided."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from modengine.audit.files.layout import LogPaths
from modengine.audit.read import codebook
from modengine.audit.read.dsa import AUTOMATED, CATEGORIES, SYNTHETIC, VISIBILITY, statement
from modengine.audit.read.export import DECISIONS, HITS, arrow, parquet, records, statements, tables
from modengine.audit.records.record import Record
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine
from modengine.model import Message
from tests.audit.logs import IN, NOW, MakeLog, Pairs
from tests.build import engine as built, rule, words

ENUM = {
    "decision_visibility": ["CONTENT_REMOVED", "CONTENT_DISABLED", "CONTENT_DEMOTED", "CONTENT_AGE_RESTRICTED",
                            "CONTENT_INTERACTION_RESTRICTED", "CONTENT_LABELLED", "OTHER"],
    "content_type": ["APP", "AUDIO", "IMAGE", "PRODUCT", "SYNTHETIC_MEDIA", "TEXT", "VIDEO", "OTHER"],
    "automated_decision": ["FULLY", "PARTIALLY", "NOT_AUTOMATED"],
    "category": ["NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS", "VIOLENCE", "RISK_FOR_PUBLIC_SECURITY",
                 "SCAMS_AND_FRAUD", "OTHER_VIOLATION_TC"],
    "category_specification": ["MISINFORMATION_DISINFORMATION", "TERRORIST_CONTENT", "ADULT_SEXUAL_MATERIAL"],
}  # fmt: skip
PREFIX = {
    "decision_visibility": "DECISION_VISIBILITY_", "content_type": "CONTENT_TYPE_", "category": "STATEMENT_CATEGORY_",
    "automated_decision": "AUTOMATED_DECISION_", "category_specification": "KEYWORD_",
}  # fmt: skip


def enum(name: str) -> dict[str, Any]:
    return {"enum": [PREFIX[name] + value for value in ENUM[name]]}


def many(name: str) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "uniqueItems": True, "items": enum(name)}


DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["decision_ground", "content_type", "category", "content_date", "application_date", "decision_facts",
                 "source_type", "automated_detection", "automated_decision", "puid", "decision_visibility",
                 "incompatible_content_ground", "incompatible_content_explanation"],
    "properties": {
        "puid": {"type": "string", "pattern": "^[a-zA-Z0-9-_]+$", "maxLength": 500},
        "decision_visibility": many("decision_visibility"),
        "decision_visibility_other": {"type": "string", "maxLength": 500},
        "decision_ground": {"enum": ["DECISION_GROUND_ILLEGAL_CONTENT", "DECISION_GROUND_INCOMPATIBLE_CONTENT"]},
        "incompatible_content_ground": {"type": "string", "maxLength": 500},
        "incompatible_content_explanation": {"type": "string", "maxLength": 2000},
        "incompatible_content_illegal": {"enum": ["Yes", "No"]},
        "category": enum("category"),
        "category_addition": {"type": "array", "items": enum("category")},
        "category_specification": many("category_specification"),
        "content_type": many("content_type"),
        "content_date": DAY,
        "application_date": DAY,
        "decision_facts": {"type": "string", "maxLength": 5000},
        "source_type": {"enum": ["SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_VOLUNTARY"]},
        "automated_detection": {"enum": ["Yes", "No"]},
        "automated_decision": enum("automated_decision"),
    },
    "if": {"properties": {"decision_visibility": {"contains": {"const": "DECISION_VISIBILITY_OTHER"}}}},
    "then": {"required": ["decision_visibility_other"]},
}  # fmt: skip
"""The statement as the database takes it (July 2025), with the enumerations that we use or might."""


def exported(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in statements(LogPaths(folder), records(LogPaths(folder))[1])]


def test_statements_have_the_form_of_the_database(make: MakeLog) -> None:
    found = exported(make())
    assert found
    for submitted in found:
        jsonschema.validate(submitted, SCHEMA)


def test_there_is_a_statement_for_what_was_taken_and_for_nothing_else(make: MakeLog, pairs: Pairs) -> None:
    found = exported(make())
    assert [decision.taken for _, decision in pairs] == ["review", "allow", "review", "allow", "block", "allow"]
    assert [submitted["automated_decision"] for submitted in found] == [
        "AUTOMATED_DECISION_PARTIALLY", "AUTOMATED_DECISION_PARTIALLY", "AUTOMATED_DECISION_FULLY",
    ]  # fmt: skip
    assert [submitted["decision_visibility"] for submitted in found] == [
        ["DECISION_VISIBILITY_OTHER"], ["DECISION_VISIBILITY_OTHER"], ["DECISION_VISIBILITY_CONTENT_REMOVED"],
    ]  # fmt: skip
    assert len({submitted["puid"] for submitted in found}) == 3


def test_every_statement_says_that_it_is_synthetic(make: MakeLog) -> None:
    for submitted in exported(make()):
        assert submitted["decision_facts"].startswith(SYNTHETIC)
        assert submitted["incompatible_content_explanation"].startswith(SYNTHETIC)
        assert submitted["puid"].startswith("synthetic-")


def test_the_days_are_those_of_the_message_and_of_the_decision(make: MakeLog) -> None:
    submitted = exported(make())[0]
    assert (submitted["content_date"], submitted["application_date"]) == ("2014-06-01", "2026-01-01")


def test_a_category_that_something_was_found_in_a_picture_of_is_an_image(make: MakeLog) -> None:
    assert [submitted["content_type"] for submitted in exported(make())] == [
        ["CONTENT_TYPE_TEXT"], ["CONTENT_TYPE_IMAGE", "CONTENT_TYPE_TEXT"], ["CONTENT_TYPE_TEXT"],
    ]  # fmt: skip


def test_the_strictest_category_comes_first_and_the_others_are_added(make: MakeLog) -> None:
    second = exported(make())[1]
    assert second["category"] == "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
    assert second["category_addition"] == ["STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS"]
    assert second["category_specification"] == ["KEYWORD_MISINFORMATION_DISINFORMATION"]


def test_no_text_of_a_message_is_in_a_statement(make: MakeLog) -> None:
    everything = json.dumps(exported(make(keep_text=True)), ensure_ascii=False)
    assert not any(word in everything for word in ("快递", "付款", "紧急", "a-1"))


@pytest.fixture(scope="session")
def ladder() -> dict[str, Engine]:
    """For each category an engine that decides 轻 label, 中 review, 重 block."""

    def engine_of(category: str, **rest: Any) -> Engine:
        rules = [
            rule(f"r{score}", f"p{score}", words(f"p{score}", word), category=category, score=score)
            for word, score in (("轻轻", 30), ("中间", 50), ("重大", 90))
        ]
        return built(*rules, **rest)

    return {category: engine_of(category) for category in CATEGORIES} | {"study": engine_of("fraud", study=True)}


def record_of(folder: Path, engine: Engine, text: str) -> Record:
    message = Message(text, "x", fields=IN)
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        log.append(message, engine.decide(message), NOW)
    return list(records(LogPaths(folder))[1])[-1]


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize(
    ("text", "action", "visibility", "automated"),
    [
        ("轻轻", "label", "DECISION_VISIBILITY_CONTENT_LABELLED", "AUTOMATED_DECISION_FULLY"),
        ("中间", "review", "DECISION_VISIBILITY_OTHER", "AUTOMATED_DECISION_PARTIALLY"),
        ("重大", "block", "DECISION_VISIBILITY_CONTENT_REMOVED", "AUTOMATED_DECISION_FULLY"),
    ],
)
def test_what_each_action_means(ladder: dict[str, Engine], tmp_path: Path, category: str, text: str, action: str,
                                visibility: str, automated: str) -> None:  # fmt: skip
    record = record_of(tmp_path / "audit", ladder[category], text)
    found = statement(record, None, "Title")
    assert record["taken"] == action
    assert found is not None
    jsonschema.validate(found, SCHEMA)
    assert (found["decision_visibility"], found["automated_decision"]) == ([visibility], automated)
    assert found["category"] == CATEGORIES[category].category
    assert found.get("category_specification", [None]) == [CATEGORIES[category].keyword]
    assert found["decision_ground"] == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    assert found["automated_detection"] == "Yes"
    assert ("decision_visibility_other" in found) == (action == "review")


def test_a_study_restricts_nothing(ladder: dict[str, Engine], tmp_path: Path) -> None:
    record = record_of(tmp_path / "audit", ladder["study"], "重大")
    assert record["action"] == "block"
    assert statement(record, None, "Title") is None


def test_an_allow_has_no_statement(ladder: dict[str, Engine], tmp_path: Path) -> None:
    assert statement(record_of(tmp_path / "audit", ladder["fraud"], "明天见"), None, "Title") is None


def test_only_a_person_can_end_a_review() -> None:
    assert {action for action, how in AUTOMATED.items() if how != "AUTOMATED_DECISION_FULLY"} == {"review"}
    assert "allow" not in VISIBILITY


# --------------------------------------------------------------------------- tables


def test_csv_comes_back(make: MakeLog, pairs: Pairs) -> None:
    decisions, hits = io.BytesIO(), io.BytesIO()
    tables(records(LogPaths(make()))[1], decisions, hits)
    read = list(csv.DictReader(io.StringIO(decisions.getvalue().decode("utf-8"), newline="")))
    assert tuple(read[0]) == DECISIONS
    assert [(r["seq"], r["category"], r["score"], r["action"], r["in_scope"]) for r in read] == [
        (str(seq), name, str(category.score), category.action, str(int(category.in_scope)))
        for seq, (_, decision) in enumerate(pairs, 1)
        for name, category in sorted(decision.categories.items())
    ]
    found = list(csv.DictReader(io.StringIO(hits.getvalue().decode("utf-8"), newline="")))
    assert tuple(found[0]) == HITS
    assert [(r["seq"], r["rule"]) for r in found] == [
        (str(seq), hit.rule) for seq, (_, decision) in enumerate(pairs, 1) for hit in decision.hits
    ]
    names = {row["seq"]: row["message"] for row in read}
    assert all(names[row["seq"]] == row["message"] for row in found)


def test_the_codebook_has_the_columns_of_the_tables() -> None:
    resources = json.loads(codebook.package())["resources"]
    names = [[field["name"] for field in resource["schema"]["fields"]] for resource in resources]
    assert names == [list(DECISIONS), list(HITS)]


def test_arrow_holds_what_parquet_holds(make: MakeLog, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet

    folder = make()
    assert parquet(LogPaths(folder), tmp_path / "x.parquet").ok
    assert arrow(LogPaths(folder), tmp_path / "x.arrow").ok
    with pa.ipc.open_file(str(tmp_path / "x.arrow")) as file:
        assert file.read_all().equals(pyarrow.parquet.read_table(tmp_path / "x.parquet"))


def test_cells_run_nothing_in_a_spreadsheet(make: MakeLog) -> None:
    hostile = [{**record, "policy": "=cmd|' /C calc'!A0"} for record in records(LogPaths(make()))[1]]
    decisions, hits = io.BytesIO(), io.BytesIO()
    tables(hostile, decisions, hits)
    rows = list(csv.DictReader(io.StringIO(decisions.getvalue().decode("utf-8"), newline="")))
    assert {row["policy"] for row in rows} == {"'=cmd|' /C calc'!A0"}


def test_parquet_comes_back(make: MakeLog, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    folder = make()
    report = parquet(LogPaths(folder), tmp_path / "x.parquet")
    assert report.ok
    with duckdb.connect() as connection:
        path = str(tmp_path / "x.parquet")
        sql = "SELECT seq, kind, action, fields, hits, categories FROM read_parquet(?)"
        read = connection.execute(sql, [path]).fetchall()
    for (seq, kind, action, fields, hits, categories), record in zip(read, records(LogPaths(folder))[1], strict=True):
        assert (seq, kind, action) == (record["seq"], record["kind"], record.get("action"))
        if kind == "decision":
            assert json.loads(fields) == record["fields"]
            assert hits == record["hits"]
            assert categories == record["categories"]
