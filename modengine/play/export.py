"""A lesson as one HTML file that opens without a server: every message decided beforehand.

No script is in it.  Each message has the four actions to choose from, and opens on what was decided
and why.
"""

from __future__ import annotations

from modengine.errors import InputError
from modengine.explain.details import details_of
from modengine.explain.html import escape
from modengine.explain.page import as_html, css
from modengine.model import ACTIONS
from modengine.play.jobs.workspace import make
from modengine.play.lessons import Both, Case, Lesson

_CSS = """
body{max-width:60rem;margin:0 auto;padding:1rem;font-family:system-ui,"Noto Sans CJK SC",sans-serif;line-height:1.6;
  color:#1b1f24;background:#fff}
h1{font-size:1.6rem;line-height:1.3;margin:.5rem 0}h1 span{display:block;font-size:1.25rem}
h2{font-size:1.2rem}p{margin:.4rem 0}.zh{color:#545b65}
.case{border:1px solid #767c85;border-radius:.5rem;padding:1rem;margin:1.5rem 0}
.case>h2{display:flex;gap:.75rem;align-items:baseline;margin:0;font-weight:400}.case>h2>b{min-width:1.25rem}
.said{font-size:1.3rem;margin:0}
.ask{margin:.75rem 0}.ask p:first-child{font-weight:600}
fieldset{border:0;padding:0;margin:.75rem 0}legend{float:left;padding:0;margin-inline-end:1rem}
label{margin-inline-end:1.2rem;white-space:nowrap}
summary{cursor:pointer;padding:.4rem 0;font-weight:600}
pre{overflow:auto;white-space:pre-wrap;padding:.8rem;border:1px solid #767c85}
main{overflow-wrap:anywhere}
.me-points td,.me-points th{overflow-wrap:normal}
footer{margin-top:2rem;font-size:.875rem;color:#545b65}
@media (max-width:40rem){.case{padding:.75rem}.me-bar-cell,.me-points th:nth-child(4){display:none}
  body .me{padding:.5rem 0}
  .me-points,.me-points th,.me-points td{min-width:0;white-space:normal;width:auto}.me-points code{font-size:.8rem}
  legend{float:none}}
@media (prefers-color-scheme:dark){body{color:#e8eaed;background:#16191d}.zh,footer{color:#aeb5bf}}
@media print{body{padding:0}details:not([open])>*:not(summary){display:none}.case{break-inside:avoid;margin:1rem 0}}
"""
_ACTIONS_ZH = {"allow": "放行", "label": "加标签", "review": "人工审核", "block": "拦截"}


def as_page(lesson: Lesson) -> str:
    """The page.  Raises InputError (ME905) where the lesson's rules have errors."""
    made = make(lesson.files, lesson.main)
    if made.engine is None:
        said = "\n".join(one.render() for one in made.diagnostics)
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
        f'<h1>{escape(lesson.title.en)} <span class="zh" lang="zh">{escape(lesson.title.zh)}</span></h1>'
        f"{_both(lesson.intro)}{''.join(cases)}<section><h2>{_two('The rules', '规则')}</h2>{rules}</section>"
        f"<footer><p>Decided by modengine, revision {escape(made.engine.revision)}. "
        "All messages are invented.</p></footer></main></body></html>\n"
    )


def _two(english: str, chinese: str) -> str:
    return f'{escape(english)} <span class="zh" lang="zh">{escape(chinese)}</span>'


def _both(text: Both | None) -> str:
    return "" if text is None else f'<p>{escape(text.en)}</p><p class="zh" lang="zh">{escape(text.zh)}</p>'


def _case(number: int, case: Case, why: str) -> str:
    choices = "".join(
        f'<label><input type="radio" name="case-{number}" value="{action}"> '
        f"{_two(action, _ACTIONS_ZH[action])}</label> "
        for action in ACTIONS
    )
    said = f'<span class="said" lang="zh">{escape(case.text)}</span>'
    head = f"<h2><b>{number}</b> {said}</h2>"
    if case.blur:
        hidden = _two("The message (it may offend)", "消息（可能令人不适）")
        head = f"<h2><b>{number}</b></h2><details><summary>{hidden}</summary>{said}</details>"
    ask = f'<div class="ask">{_both(case.ask)}</div>' if case.ask else ""
    return (
        f'<section class="case">{head}'
        f"<details><summary>{_two('In English', '英文大意')}</summary><p>{escape(case.gloss)}</p></details>{ask}"
        f"<fieldset><legend>{_two('My guess', '我的预测')}</legend>{choices}</fieldset>"
        f"<details><summary>{_two('What it does, and why', '结果与理由')}</summary>{_both(case.tell)}{why}</details>"
        "</section>"
    )
