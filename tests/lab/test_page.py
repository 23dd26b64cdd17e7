"""The page: stands alone, is escaped, blurs texts, has a table behind each chart."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import ClassVar

import pytest

from modengine.lab.data.corpus import About
from modengine.lab.report.charts import Chart, Grid, Intervals, Line, Lines, Point
from modengine.lab.report.page import Front, page
from modengine.lab.report.report import make_report
from modengine.lab.report.svg import svg
from modengine.lab.report.view import ResultView, corpus_line
from modengine.lab.report.views.evaluate import view
from modengine.lab.stats.intervals import NOTHING, Estimate
from modengine.lab.studies.evaluate import evaluate
from tests.lab.corpora import MakeCorpus, rows, sound

EVIL = '<script>alert(1)</script>"><img src=x onerror=y>'


@pytest.fixture
def shown(corpus: MakeCorpus) -> ResultView:
    made = corpus([
        *({**row, "kind": "a<b"} for row in rows(("骗", "fraud", 30), ("好", "none", 30))),
        *({**row, "kind": EVIL, "id": f"{EVIL}{i}"} for i, row in enumerate(rows((f"骗{EVIL}", "none", 12)))),
    ], label="label", stratum="kind")  # fmt: skip
    return view(evaluate(sound(), [made], show_text=True, command=EVIL))


class Reader(HTMLParser):
    """Notes elements that are not closed in order, identifiers, links and whatever would load or run."""

    VOID: ClassVar = {"meta", "br", "input", "line", "circle", "polygon", "polyline", "rect"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
            if name in ("style", "src") or name.startswith("on"):
                self.bad.append(f"{tag} {name}={value}")
        if tag in ("script", "img", "link", "iframe"):
            self.bad.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


def test_the_page_stands_alone_and_nothing_of_a_corpus_is_markup(shown: ResultView) -> None:
    reader = read(page((shown,), Front(EVIL)))
    assert reader.bad == []
    assert all(link.startswith("#") for link in reader.links)


def test_every_link_leads_somewhere(shown: ResultView) -> None:
    reader = read(page((shown,), Front("T")))
    assert {link[1:] for link in reader.links} <= set(reader.ids)
    assert len(reader.ids) == len(set(reader.ids))


def test_every_chart_has_a_table_behind_it(shown: ResultView) -> None:
    assert shown.charts
    assert {chart.table for chart in shown.charts} <= {table.name for table in shown.tables}


def test_texts_are_blurred_until_the_box_is_ticked(shown: ResultView) -> None:
    html = page((shown,), Front("T"))
    assert 'id="show-texts"' in html
    assert '<span class="quote" ' in html
    assert "#show-texts:checked" in html


def test_texts_of_invented_corpora_are_not_blurred(corpus: MakeCorpus) -> None:
    made = corpus(rows(("骗", "none", 12)), label="label", invented=True)
    html = page((view(evaluate(sound(), [made]), frozenset({made.name})),), Front("T"))
    assert '<span class="quote open" ' in html
    assert 'id="show-texts"' not in html


def test_the_page_names_where_it_comes_from(shown: ResultView) -> None:
    html = page((shown,), Front("T"))
    stamp = shown.result.stamp
    assert stamp.revision in html
    assert stamp.corpora[0].digest in html
    assert "seed" in html


def test_made_up_messages_are_called_a_simulation(corpus: MakeCorpus) -> None:
    made = corpus(rows(("骗", "fraud", 3)), label="label", generated=True)
    assert "Simulation:" in page((view(evaluate(sound(), [made])),), Front("T"))


def test_sections_that_could_not_be_made_are_named(shown: ResultView) -> None:
    assert "timeline: no &lt;time&gt;" in page((shown,), Front("T"), (("timeline", "no <time>"),))


def test_large_tables_are_folded(corpus: MakeCorpus) -> None:
    many = [{**row, "kind": f"k{i % 50:02}"} for i, row in enumerate(rows(("好", "none", 250)))]
    html = page((view(evaluate(sound(), [corpus(many, label="label", stratum="kind")])),), Front("T"))
    assert '<details id="eval-strata-over-blocking">' in html


@pytest.mark.parametrize(("count", "said"), [(0, "no rows"), (1, "1 row"), (2, "2 rows")])
def test_the_list_of_the_supplement_counts_rows(shown: ResultView, count: int, said: str) -> None:
    table = replace(shown.tables[0], name="sweep", title="Made", rows=shown.tables[0].rows[:1] * count)
    html = page((replace(shown, tables=(table,), charts=()),), Front("T"))
    assert f"Made ({said})</li>" in html


@pytest.mark.parametrize(("count", "said"), [(1, "1 row in 1 cluster"), (2, "2 rows in 2 clusters")])
def test_rows_of_a_corpus_are_counted(corpus: MakeCorpus, count: int, said: str) -> None:
    made = [
        {"id": str(i), "text": text, "label": "none"} for i, text in enumerate(("好的明天见", "今天下雨了")[:count])
    ]
    found = evaluate(sound(), [corpus(made, label="label")])
    assert f": {said}" in corpus_line(found.stamp.corpora[0])


HALF = Estimate(0.5, 0.4, 0.6, 5, 10, 10.0, "clopper-pearson", True)
CHARTS: tuple[Chart, ...] = (
    Intervals("i", EVIL, ((EVIL, HALF), ("none", NOTHING)), "t"),
    Intervals("i", "empty", (), "t"),
    Intervals("i", "differences", (("a", Estimate(-0.1, -0.2, 0.1, 1, 9, 9.0, "permutation", False)),), "t"),
    Lines("l", "one", "x", "y", (Line(EVIL, (Point(0, 0.5, 0.4, 0.6), Point(1, 0.7, 0.6, 0.8))),), "t"),
    Lines("l", "days", "day", "rows", (Line("a", (Point(3, 7), Point(9, 12))), Line("b", ())), "t", top=None,
          ticks=((3, EVIL),), marks=((8.9, EVIL),), shares=(False, False)),
    Lines("l", "one point", "x", "y", (Line("a", (Point(5, 0.0),)),), "t", right=None, shares=(True, True)),
    Lines("l", "empty", "x", "y", (), "t", top=None),
    Grid("g", "overlap", (EVIL, "b"), ("a", EVIL), ((1.0, 0.25), (None, 0.0)), "t"),
)  # fmt: skip


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.title[:10])
def test_charts_are_well_formed(chart: Chart) -> None:
    made = svg(chart, EVIL)
    reader = read(made)
    assert reader.bad == []
    assert reader.open == []
    assert not re.search(r"nan|inf", made.split("</title>")[1])
    assert 'role="img"' in made


@pytest.mark.usefixtures("few_templates")
def test_nothing_hostile_in_a_corpus_runs_or_loads_in_a_whole_report(corpus: MakeCorpus) -> None:
    """Names, labels, strata, ids, texts and the command line all hold markup."""
    made = [
        replace(
            corpus([
                *({**row, "kind": EVIL, "id": f"{EVIL}{i}"} for i, row in enumerate(rows((f"骗{EVIL}", "fraud", 60)))),
                *({**row, "kind": "ok"} for row in rows((f"骗{EVIL}", "none", 40), (EVIL, "none", 60))),
                *({**row, "kind": "ok"} for row in rows(("x", EVIL, 5))),
            ], label="label", stratum="kind"),
            name=f"{EVIL} {number}", about=About(EVIL, EVIL, EVIL, EVIL),
        )
        for number in range(2)
    ]  # fmt: skip
    sections = ("eval", "fairness", "evade", "ablate")
    found = make_report(sound(), made, sections=sections, show_text=True, command=EVIL)
    assert {section.name.partition("-")[0] for section in found.views} == set(sections)
    reader = read(found.as_html())
    assert reader.bad == []
    assert all(link.startswith("#") for link in reader.links)
    assert {link[1:] for link in reader.links} <= set(reader.ids)
    assert len(reader.ids) == len(set(reader.ids))
