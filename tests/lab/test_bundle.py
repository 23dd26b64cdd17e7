"""A report as a folder: numbered tables and figures that need no page, methods and references."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest

from modengine.lab.data.corpus import Columns, load
from modengine.lab.report.charts import Grid, Intervals, Line, Lines, Point
from modengine.lab.report.page import labels_of
from modengine.lab.report.paper.bundle import write_bundle
from modengine.lab.report.paper.figures import can_make_pdf, pdf, standalone
from modengine.lab.report.paper.methods import CLUSTERS, COLUMNS, INTERVALS, SECTIONS, cited, methods
from modengine.lab.report.paper.outline import BODY, in_body
from modengine.lab.report.paper.references import REFERENCES, bibtex
from modengine.lab.report.report import SECTIONS as REPORT_SECTIONS, Report, make_report
from modengine.lab.stats.intervals import FORBIDDEN, Estimate, Method
from tests.commands import POLICY, Command
from tests.lab.corpora import MakeCorpus, rows, sound, write

SHARE = Estimate(0.5, 0.3, 0.7, 5, 10, 10.0, "clopper-pearson", True)
POINTS = (Point(0, 0.1, 0, 0.2), Point(1, 0.9, 0.8, 1))
CHARTS = (
    Intervals("i", "Shares <of> rows", (("a & b", SHARE), ("c", FORBIDDEN)), "t"),
    Lines("l", "Lines", "x", "y & z", tuple(Line(f"line {i}", POINTS) for i in range(8)), "t"),
    Grid("g", "Grid", ("a",), ("b",), ((0.7,),), "t"),
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Report:
    file = write(tmp_path_factory.mktemp("made") / "rows.jsonl", rows(("骗", "fraud", 30), ("好", "none", 30)))
    rowed = load([file], Columns(label="label", stratum="label"), ("fraud", "violence"))
    return make_report(sound(), [rowed], sections=("eval", "fairness"), title="T", authors=("A. Name", "B. <Name>"))


def test_a_lone_surrogate_in_a_name_or_a_value_is_an_escape(tmp_path: Path) -> None:
    made = [{**row, "part": "\ud800"} for row in rows(("骗", "fraud", 30), ("好", "none", 30))]
    columns = Columns(label="label", stratum="part")
    corpora = [load([write(tmp_path / f"{name}.jsonl", made)], columns, ("fraud", "violence")) for name in "ab"]
    corpora[0] = replace(corpora[0], name="\udcff")
    write_bundle(make_report(sound(), corpora, sections=("eval",)), tmp_path / "bundle")
    assert "\\udcff" in (tmp_path / "bundle" / "report.html").read_text("utf-8")
    assert "\\ud800" in (tmp_path / "bundle" / "report.json").read_text("utf-8")


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_a_figure_stands_alone(chart: Intervals | Lines | Grid) -> None:
    drawn = standalone(chart)
    root = ElementTree.fromstring(drawn)
    style = next(root.iter("{http://www.w3.org/2000/svg}style")).text or ""
    assert "var(" not in drawn
    assert "currentColor" not in drawn
    styled = set(re.findall(r"\.([\w-]+)", style))
    used = {name for element in root.iter() for name in (element.get("class") or "").split()}
    assert used
    assert used <= styled | {"figure"}


def test_the_legend_of_lines_is_in_the_figure() -> None:
    texts = [
        element.text
        for element in ElementTree.fromstring(standalone(CHARTS[1])).iter("{http://www.w3.org/2000/svg}text")
    ]
    assert {f"line {i}" for i in range(8)} | {"x", "y & z"} <= set(texts)


def test_figures_as_pdf() -> None:
    if not can_make_pdf():
        pytest.skip("the extra `paper` is not installed")
    assert pdf(standalone(CHARTS[0])).startswith(b"%PDF-")


def test_a_bundle_has_every_table_and_figure_under_its_number(made: Report, tmp_path: Path) -> None:
    count = write_bundle(made, tmp_path / "b")
    found = {path.relative_to(tmp_path / "b").as_posix() for path in (tmp_path / "b").rglob("*") if path.is_file()}
    assert count == len(found)
    assert {"report.html", "report.json", "methods.txt", "references.bib", "tables/datapackage.json"} <= found
    labels = labels_of(made.views)
    tables, figures = (sum(figure is wanted for *_, figure in labels) for wanted in (False, True))
    assert sum(name.endswith(".csv") for name in found) == tables
    assert sum(name.endswith(".svg") for name in found) == figures
    html = (tmp_path / "b" / "report.html").read_text("utf-8")
    assert "A. Name, B. &lt;Name&gt;" in html
    assert all(f"{label}. " in html for label in labels.values())


def test_what_the_body_names_is_there(made: Report) -> None:
    assert set(BODY) >= set(REPORT_SECTIONS)
    for view in made.views:
        assert any(in_body(view.name, table.name, False) for table in view.tables)
        assert any(in_body(view.name, chart.name, True) for chart in view.charts)


def test_every_way_of_making_an_interval_has_its_sentence() -> None:
    assert set(INTERVALS) == set(get_args(Method))
    assert set(SECTIONS) >= set(REPORT_SECTIONS)


def test_methods_tell_what_was_done_and_no_more(made: Report, corpus: MakeCorpus) -> None:
    told = [sentence.text for sentence in methods(made.views)]
    assert SECTIONS["eval"].text in told
    assert SECTIONS["evade"].text not in told
    alone = make_report(sound(), [corpus(rows(("骗", "fraud", 30)), label="label")], sections=("eval",))
    assert COLUMNS["p (permutation)"].text not in [sentence.text for sentence in methods(alone.views)]


def test_what_is_cited_is_known_and_what_is_known_is_cited(made: Report) -> None:
    everything = (*INTERVALS.values(), *SECTIONS.values(), *COLUMNS.values(), CLUSTERS, *methods(made.views))
    assert set(cited(everything)) == set(REFERENCES)
    assert list(REFERENCES) == sorted(REFERENCES)
    entries = bibtex(REFERENCES)
    assert entries.count("@") == len(REFERENCES)
    assert entries.count("{") == entries.count("}")


def test_the_command_writes_a_bundle(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("text,label\n" + "恭喜您中奖,fraud\n你好,none\n" * 6, "utf-8")
    ran = command(
        "report", POLICY, file, "--label", "label", "--none", "none", "--section", "eval",
        "--title", "Mine", "--author", "A", "--bundle", tmp_path / "out",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "Mine" in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert (ran.out, "files in" in ran.err) == ("", True)
