"""A lesson as one HTML file that opens without a server: every message decided beforehand.

No script is in it.  Each message has the four actions to choose from, and opens on what was decided
and why.
"""

from __future__ import annotations

from modengine.errors import InputError
from modengine.explain import as_html, details_of
from modengine.explain.html import escape
from modengine.explain.page import css
from modengine.model import ACTIONS
from modengine.play.lessons import Both, Case, Lesson
from modengine.play.workspace import make

_CSS = """
body{max-width:60rem;margin:0 auto;padding:1rem;font-family:system-ui,sans-serif;line-height:1.6;
  color:#1b1f24;background:#fff}
.case{border:1px solid #767c85;border-radius:.5rem;padding:1rem;margin:1.5rem 0}
.said{font-size:1.3rem}
fieldset{border:0;padding:0;margin:.5rem 0}label{margin-inline-end:1.2rem;white-space:nowrap}
summary{cursor:pointer;padding:.4rem 0;font-weight:600}
pre{overflow:auto;white-space:pre-wrap;padding:.8rem;border:1px solid #767c85}
main{overflow-wrap:anywhere}
@media (max-width:40rem){.me-bar-cell,.me-points th:nth-child(4){display:none}body .me{padding:.5rem}
  .me-points,.me-points th,.me-points td{min-width:0;white-space:normal;width:auto}}
@media (prefers-color-scheme:dark){body{color:#e8eaed;background:#16191d}}
@media print{details:not([open])>*:not(summary){display:none}.case{break-inside:avoid}}
"""


def as_page(lesson: Lesson) -> str:
    """The page.  Raises InputError (ME905) where the lesson's rules have errors."""
    made = make(lesson.files, lesson.main)
    if made.engine is None:
        said = "\n".join(one.render() for one in made.problems)
        raise InputError("ME905", f"the rules of the lesson `{lesson.lesson}` have errors:\n{said}", "mend them first")
    details = details_of(made.engine.policy)
    cases = []
    for number, case in enumerate(lesson.cases, 1):
        why = as_html(made.engine.trace(case.text), details, style=False, level=3)
        cases.append(_case(number, case, why))
    rules = "".join(
        f"<details><summary>{escape(name)}</summary><pre>{escape(text)}</pre></details>"
        for name, text in lesson.files.items()
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(lesson.title.en)}</title><style>{css()}{_CSS}</style></head><body><main>"
        f'<h1>{escape(lesson.title.en)} <span lang="zh">{escape(lesson.title.zh)}</span></h1>'
        f"{_both(lesson.intro)}{''.join(cases)}<section><h2>The rules</h2>{rules}</section>"
        f"<p>Decided by modengine, revision {escape(made.engine.revision)}. "
        "All messages are invented.</p></main></body></html>\n"
    )


def _both(text: Both | None) -> str:
    return "" if text is None else f'<p>{escape(text.en)}</p><p lang="zh">{escape(text.zh)}</p>'


def _case(number: int, case: Case, why: str) -> str:
    choices = "".join(
        f'<label><input type="radio" name="case-{number}" value="{action}"> {action}</label>' for action in ACTIONS
    )
    said = f'<p class="said" lang="zh">{escape(case.text)}</p>'
    if case.blur:
        said = f"<details><summary>The message (it may offend)</summary>{said}</details>"
    return (
        f'<section class="case"><h2>{number}</h2>{said}'
        f"<details><summary>In English</summary><p>{escape(case.gloss)}</p></details>{_both(case.ask)}"
        f"<fieldset><legend>What will the filter do?</legend>{choices}</fieldset>"
        f"<details><summary>What it does, and why</summary>{_both(case.tell)}{why}</details></section>"
    )
