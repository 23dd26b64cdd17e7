"""A lesson as one HTML file that opens without a server, and its worksheet: a page of paper.

No script is in either.  In the first, each message has the four actions to choose from, and opens on what was
decided and why: all is decided beforehand.
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


def as_worksheet(lesson: Lesson | None, language: str) -> str:
    """The worksheet of a lesson, or one for any message.  What the class is not to read at once has no text on it."""
    return rendered("modengine.play", "worksheet", lesson=lesson, language=language, actions=_ACTIONS)
