"""A lesson as one HTML file that opens without a server: every message decided beforehand.

No script is in it.  Each message has the four actions to choose from, and opens on what was decided
and why.
"""

from __future__ import annotations

from modengine.errors import InputError
from modengine.explain.details import details_of
from modengine.explain.html import rendered, style_sheet
from modengine.explain.page import as_html, css
from modengine.play.jobs.workspace import make
from modengine.play.lessons import Lesson

_ACTIONS = (("allow", "放行"), ("label", "加标签"), ("review", "人工审核"), ("block", "拦截"))


def as_page(lesson: Lesson) -> str:
    """The page.  Raises InputError (ME905) where the lesson's rules have errors."""
    made = make(lesson.files, lesson.main)
    if made.engine is None:
        said = "\n".join(diagnostic.render() for diagnostic in made.diagnostics)
        raise InputError("ME905", f"the rules of the lesson `{lesson.lesson}` have errors:\n{said}", "mend them first")
    details = details_of(made.engine.policy)
    return rendered(
        "modengine.play",
        "lesson",
        css=css() + style_sheet("modengine.play", "lesson.css"),
        lesson=lesson,
        cases=[(case, as_html(made.engine.trace(case.text), details, style=False, level=3)) for case in lesson.cases],
        actions=_ACTIONS,
        revision=made.engine.revision,
    )
