"""SQL over the proven records."""

from __future__ import annotations

from pathlib import Path

import pytest

from modengine.audit.files.layout import LogPaths
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine
from modengine.errors import AuditError
from tests.audit.logs import NOW, MakeLog, Pairs, code_of, edit, segment
from tests.paths import ROOT

pytest.importorskip("duckdb")

import modengine.audit.read.query as module
from modengine.audit.read.query import COLUMNS, VIEWS, query


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    return query(LogPaths(folder), sql)[0].rows


def test_the_views_have_what_the_records_have(make: MakeLog, pairs: Pairs) -> None:
    folder = make()
    kinds = [("decision", 6), ("revision", 1)]
    kinds = [("decision", 6), ("revision", 1)]
    assert rows(folder, "SELECT kind, count(*) FROM records GROUP BY 1 ORDER BY 1") == kinds
    assert rows(folder, "SELECT action, taken FROM decisions") == [(d.action, d.taken) for _, d in pairs]
    found = rows(folder, "SELECT seq, category, score, shadow FROM categories")
    assert found == [
        (seq, name, category.score, list(category.shadow))
        for seq, (_, decision) in enumerate(pairs, 1)
        for name, category in sorted(decision.categories.items())
    ]
    hits = [(seq, hit.rule, hit.clause, hit.points) for seq, (_, d) in enumerate(pairs, 1) for hit in d.hits]
    assert rows(folder, "SELECT seq, rule, clause, points FROM hits") == hits
    assert rows(folder, "SELECT fields->>'channel' FROM decisions WHERE seq = 4") == [("private",)]
    assert rows(folder, "SELECT len(files), title FROM records WHERE kind = 'revision'") == [(4, "A small policy")]


def test_every_column_can_be_asked_for(make: MakeLog) -> None:
    answer, _ = query(LogPaths(make()), "SELECT * FROM records")
    assert answer.columns == tuple(COLUMNS)


def test_what_no_checkpoint_proves_is_not_seen(make: MakeLog, engine: Engine, pairs: Pairs) -> None:
    log = AuditLog.open(make(), time=NOW)
    log.use(engine, NOW)
    log.append_many(pairs, NOW)
    assert rows(log.path, "SELECT count(*) FROM decisions") == [(6,)]
    log.close()
    assert rows(log.path, "SELECT count(*) FROM decisions") == [(12,)]
    edit(log.path, 9, study=True)
    answer, report = query(LogPaths(log.path), "SELECT count(*) FROM decisions")
    assert not report.ok
    assert answer.rows == [(6,)]


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "SELEC 1",
        "SELECT 1; SELECT 2",
        "DROP VIEW records",
        "CREATE TABLE x AS SELECT 1",
        "COPY records TO 'x.csv'",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM nothing",
    ],
)
def test_more_than_a_question_is_refused(
    make: MakeLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    folder = make()
    before = segment(folder).read_bytes()
    assert code_of(lambda: query(LogPaths(folder), sql.format(secret=secret))) == "ME963"
    assert segment(folder).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audit", "secret.csv"]


def test_a_question_has_bounds_and_a_folder_of_its_own(make: MakeLog) -> None:
    sql = "SELECT current_setting('memory_limit'), current_setting('threads'), current_setting('temp_directory')"
    (limit, threads, place), *_ = query(LogPaths(make()), sql)[0].rows
    assert (limit, threads) == ("244.1 MiB", 1)
    assert Path(place).parent.name.startswith("modengine-")
    assert not Path(place).parent.exists()


ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT"


@pytest.mark.parametrize("what", ["count(*) FROM t", "n FROM t", "count(*) FROM range(1000000000), range(1000000000)"])
def test_a_question_without_end_is_ended(make: MakeLog, what: str) -> None:
    with pytest.raises(AuditError, match=r"ended after 0\.05 s") as caught:
        query(LogPaths(make()), f"{ENDLESS} {what}", seconds=0.05)
    assert caught.value.code == "ME963"
    assert "--seconds" in (caught.value.hint or "")


def test_an_answer_has_a_bound_of_rows(make: MakeLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    folder = make()
    assert len(rows(folder, "SELECT * FROM range(3)")) == 3
    with pytest.raises(AuditError, match="more than 3 rows"):
        rows(folder, "SELECT * FROM range(1000000000)")


def test_every_view_is_described() -> None:
    page = (ROOT / "docs" / "audit-log.md").read_text("utf-8")
    assert {name for name in (*VIEWS, *COLUMNS) if f"`{name}`" not in page} == set()
