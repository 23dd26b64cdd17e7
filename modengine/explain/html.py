"""Templates of pages.  Every text that gets into one is escaped; what is made already says `safe` there."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from modengine.explain.visible import inline
from modengine.text.normalize import is_ideograph

if TYPE_CHECKING:
    from jinja2 import Environment


def rendered(package: str, name: str, **values: object) -> str:
    """The template `name` of a package, with values.  A name that is missing is an error."""
    return _templates(package).get_template(f"{name}.html.jinja").render(values)


@cache
def style_sheet(package: str, name: str) -> str:
    """A style sheet of a package."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


@cache
def _templates(package: str) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  (what makes no HTML does not wait)

    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters["inline"] = inline
    made.filters["language"] = _language
    return made


def _language(text: str) -> str:
    """What `lang` says of words of a message: Chinese where one character is Han, else nothing is known."""
    return "zh" if any(map(is_ideograph, text)) else ""
