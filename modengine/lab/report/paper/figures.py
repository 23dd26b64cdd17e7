"""Each figure of a report as a file of its own: SVG that needs no page, and PDF."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from importlib.util import find_spec

from modengine.errors import InputError
from modengine.explain.html import style_sheet
from modengine.explain.visible import inline
from modengine.lab.report.charts import Chart, Lines
from modengine.lab.report.svg import WIDTH, drawn, key

_PACKAGE = "modengine.lab.report"
_FONTS = '"Noto Sans","DejaVu Sans","Noto Sans CJK SC","WenQuanYi Micro Hei",sans-serif'
_ROOM, _ROW, _MARGIN = 14, 18, 26
"""Units: for a line of text, for a row of the legend, around all (names may stand out of a chart)."""
_PAGE = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.figure), format: "svg", width: 300pt)
"""
"""A page as large as the figure, which is as wide as a column and a half of A4."""


def standalone(chart: Chart) -> str:
    """The chart with its axis, its legend and its colours in it."""
    height, body = drawn(chart)
    if isinstance(chart, Lines):
        body = f'<g transform="translate(0 {_ROOM})">{body}</g>'
        body += f'<text x="0" y="8" class="axis">{escape(chart.y)}</text>'
        height += _ROOM
        names = [inline(line.name) for line in chart.lines] if len(chart.lines) > 1 else []
        for i, name in enumerate(names):
            x, y = (i % 2) * WIDTH / 2 + 4, height + _ROW * (i // 2) + _ROOM
            body += f'<g transform="translate({x:.0f} {y - 9:.0f})">{key(i)}</g>'
            body += f'<text x="{x + 40:.0f}" y="{y:.0f}" class="tick">{escape(name)}</text>'
        height += _ROW * -(-len(names) // 2) + _ROOM
    box = f"{-_MARGIN} {-_MARGIN} {WIDTH + 2 * _MARGIN} {height + 2 * _MARGIN:.0f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + 2 * _MARGIN}" height="{height + 2 * _MARGIN:.0f}"'
        f' viewBox="{box}"><title>{escape(inline(chart.title))}</title><style>{_style()}</style>'
        f'<rect x="{-_MARGIN}" y="{-_MARGIN}" width="100%" height="100%" fill="#fff"/>{body}</svg>\n'
    )


@cache
def _style() -> str:
    """The style sheet of charts with the light colours of the page in it: programs that draw SVG know no variables."""
    root = re.search(r":root\{([^}]*)\}", style_sheet(_PACKAGE, "page.css"))
    assert root is not None, "page.css begins with its colours"
    colours = dict(re.findall(r"(--[\w-]+):([^;}]+)", root[1]))
    sheet = re.sub(r"\.l(\d)\{--l:var\((--c\d)\)\}", "", style_sheet(_PACKAGE, "chart.css"))
    found = f"text{{font-family:{_FONTS};fill:{colours['--fg']}}}"
    for rule in re.findall(r"[^{}]+\{[^{}]*\}", sheet):
        for i in range(8) if "var(--l)" in rule else (None,):
            name, _, rest = rule.strip().partition("{")
            if i is not None:
                name, rest = f"{name}.l{i}", rest.replace("var(--l)", colours[f"--c{i}"])
            name = name.replace("svg ", "").replace("svg", "")
            found += re.sub(r"var\((--[\w-]+)\)", lambda m: colours[m[1]], f"{name}{{{rest}")
    return found.replace("currentColor", colours["--fg"])


def can_make_pdf() -> bool:
    """Whether the extra `paper` is installed."""
    return find_spec("typst") is not None


def pdf(svg: str) -> bytes:
    """A figure as PDF, through Typst.  Raises InputError (ME911) without the extra `paper`."""
    try:
        import typst  # noqa: PLC0415  (a compiler, which only this needs)
    except ImportError:
        raise InputError("ME911", "figures as PDF need the extra `paper`", "pip install 'modengine[paper]'") from None
    return typst.compile(_PAGE, format="pdf", sys_inputs={"figure": svg})
