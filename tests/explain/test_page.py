"""Explanations as HTML."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

import modengine
from modengine.explain.details import Details
from modengine.explain.page import as_html, css, decision_html, page
from modengine.model import ConditionTrace, Message, Part
from modengine.policy.grammar import MAX_DEPTH
from tests.explain.cases import BY_NAME, HERE, engine, trace_of, undetermined
from tests.paths import DATA

VOID = {"meta", "br", "rect", "line"}
ALLOWED = VOID | {"html", "head", "title", "style", "body", "main", "section", "h1", "h2", "h3", "p", "ul", "li", "svg"}
ALLOWED |= {"dl", "dt", "dd", "strong", "span", "code", "mark", "bdi", "figure", "figcaption", "div", "details"}
ALLOWED |= {"summary", "table", "caption", "thead", "tbody", "tr", "th", "td", "a"}


class Checked(HTMLParser):
    """Fails on anything that a text could have smuggled in; keeps the words."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in ("style", "src"), name
            assert name != "href" or (value or "").startswith("https://rules.example/"), value
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize(
    "name",
    ["overlapping-matches", "hostile", "several-parts", "group-cap", "more-points-in-a-long-text", "points-by-channel"],
)
def test_golden(name: str, golden: Callable[[Path, str], None]) -> None:
    trace, details = trace_of(name)
    pretty = as_html(trace, details, style=False).replace("><", ">\n<")
    golden(HERE / "goldens" / f"{name}.html", pretty)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_page_is_well_formed_and_runs_nothing(name: str) -> None:
    trace, details = trace_of(name)
    source = page(trace, details)
    Checked(source)
    source.encode("utf-8")
    assert "<script" not in source
    assert "url(" not in source


@pytest.mark.parametrize("name", BY_NAME)
def test_decisions_have_a_page_of_their_own(name: str) -> None:
    trace, _ = trace_of(name)
    Checked(decision_html(trace.decision))
    assert isinstance(trace.decision, modengine.Decision)
    assert trace.decision.action.upper() in trace.decision._repr_html_()


@settings(deadline=None)
@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None), max_size=20), st.text(max_size=20))
def test_no_text_gets_out_of_its_element(text: str, name: str, value: str) -> None:
    message = Message(text + "网银", name, (Part("ocr", text),), {value: text, "gloss": text})
    Checked(as_html(engine("class").trace(message))).words  # noqa: B018  (parsing is the test)


MADE = {"css", "marked(part.text, marks.of_part(number))", "figure.drawn", "why"}
"""What goes into a page unescaped: style sheets, and HTML that modengine has made and escaped itself."""


def test_templates_say_safe_of_nothing_but_what_is_made_already() -> None:
    templates = list(Path(modengine.__file__).parent.rglob("*.html.jinja"))
    assert len(templates) >= 3
    said = [
        source for file in templates for source in re.findall(r"{{-? *([^}]*?) *\| *safe\b", file.read_text("utf-8"))
    ]
    assert sum(len(re.findall(r"\bsafe\b|autoescape", file.read_text("utf-8"))) for file in templates) == len(said)
    assert set(said) == MADE


def test_a_condition_as_deep_as_a_policy_may_nest_it_has_a_page() -> None:
    trace, _ = trace_of("hit-in-scope")
    node = ConditionTrace("who", True)
    for _ in range(MAX_DEPTH + 10):
        node = ConditionTrace("not", not node.value, (node,))
    deep = msgspec.structs.replace(trace, rules=(msgspec.structs.replace(trace.rules[0], when=node),))
    assert Checked(as_html(deep)).words.count("not this") == MAX_DEPTH + 10


def test_text_is_explained_and_help_is_given_without_the_templates_of_pages() -> None:
    code = (
        "import sys; from modengine.cli.main import run\n"
        "codes = [run(['--help']), run(['explain', '网银', '-p', sys.argv[1]])]\n"
        "before = 'jinja2' in sys.modules\n"
        "codes.append(run(['explain', '网银', '-p', sys.argv[1], '--format', 'html']))\n"
        "print(codes, before, 'jinja2' in sys.modules)"
    )
    policy = str(DATA / "policies" / "class.yaml")
    ran = subprocess.run([sys.executable, "-c", code, policy], capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout.splitlines()[-1] == "[0, 0, 0] False True"


def test_a_match_by_sound_is_explained_without_reading_terms_anew() -> None:
    modengine.load()  # the shipped policy is kept from here on
    code = (
        "import sys; from modengine.cli.main import run\n"
        "print([run(['explain', text]) for text in ('佳微芯', '佳.微.芯')], 'pypinyin' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout.count("sounds like it") > 2
    assert ran.stdout.splitlines()[-1] == "[0, 0] False"


def test_the_message_is_marked_as_chinese_and_isolated() -> None:
    trace, details = trace_of("hit-in-scope")
    checked = Checked(as_html(trace, details))
    assert ("div", {"class": "me-text", "lang": "zh", "dir": "auto"}) in checked.tags
    assert "unicode-bidi:isolate" in css()


def test_marks_have_numbers_as_well_as_colour() -> None:
    trace, details = trace_of("overlapping-matches")
    words = Checked(as_html(trace, details, style=False)).words
    marks = sum(tag == "mark" for tag, _ in Checked(as_html(trace, details)).tags)
    assert marks >= 3
    assert "[1" in words


def test_values_and_actions_are_words() -> None:
    trace, details = trace_of("cancelled-by-unless")
    words = " ".join(Checked(as_html(trace, details, style=False)).words)
    assert "✓ true" in words
    assert "cancelled" in words


def test_the_page_follows_light_and_dark() -> None:
    assert "prefers-color-scheme:dark" in css()


def test_a_message_without_a_han_character_is_not_called_chinese() -> None:
    trace = modengine.load().trace("Please add me on example.top")
    said = [attrs for _, attrs in Checked(as_html(trace, style=False)).tags if attrs.get("class") == "me-text"]
    assert [attrs["lang"] for attrs in said] == [""]


def test_a_notebook_shows_a_trace() -> None:
    trace, _ = trace_of("hit-in-scope")
    assert isinstance(trace, modengine.Trace)  # using a public name is what registers the display
    assert trace._repr_html_() == as_html(trace)


def test_what_could_not_be_determined_is_said() -> None:
    words = " ".join(Checked(as_html(undetermined(), style=False)).words)
    assert "undetermined: " in words
    assert "? unknown" in words


def test_only_an_address_of_the_web_is_linked() -> None:
    trace, _ = trace_of("hit-in-scope")
    for at in ("javascript:alert(1)", "docs/rules/x.md", "//rules.example/x", 'https://"><script>'):
        pages = {rule.rule: at for rule in trace.rules}
        source = as_html(trace, Details(pages=pages), style=False)
        assert ("<a " in source) == at.startswith("https://")
        assert "<script" not in source
