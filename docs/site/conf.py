"""The documentation as a site, for Sphinx: `sphinx-build -W -c docs/site docs site` (the extra `docs`).

Nothing is fetched, neither in building it nor in reading it.  The pages stay as they are read in the repository: what a
site needs beside them is made here.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

DOCS = Path(__file__).parents[1]
sys.path.insert(0, str(DOCS.parent))

from modengine.version import __version__  # noqa: E402  (found by the line above)

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project, author, release = "modengine", "the modengine authors", __version__
extensions = ["myst_nb"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
root_doc = "README"
exclude_patterns = ["site/**", "examples/**", "vignettes/**"]
myst_heading_anchors = 4
nb_execution_mode = "off"  # the notebooks hold what the nightly tests ran
suppress_warnings = ["misc.highlighting_failure"]  # what is no language is shown as it is
html_theme = "furo"
html_title = f"modengine {release}"
html_search_language = "zh"  # and English: words of both are found
html_copy_source = False
html_show_sphinx = False

_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\(([^)\s]+)\)")


def adapt(_app: Sphinx, name: str, source: list[str]) -> None:
    """A link that leaves the documentation is its words; a README lists the pages that it names as its own."""
    here = DOCS / Path(name).parent
    pages: dict[str, None] = {}

    def link(found: re.Match[str]) -> str:
        words, target = found[1], found[2].partition("#")[0]
        path = (here / target).resolve()
        if not target or "://" in target:
            return found[0]
        if not path.is_relative_to(DOCS):
            return words
        if path.suffix in (".md", ".ipynb"):
            pages.setdefault(path.relative_to(here.resolve()).as_posix() if path.is_relative_to(here) else "")
        return found[0]

    source[0] = _LINK.sub(link, source[0])
    if Path(name).name == "README":
        own = [page for page in pages if page and _belongs(here / page, here)]
        source[0] += "\n```{toctree}\n:hidden:\n:maxdepth: 1\n\n" + "\n".join(own) + "\n```\n"


def _belongs(page: Path, folder: Path) -> bool:
    """Whether a page is in the list of this folder's README: not if a folder between has one of its own."""
    between = [parent for parent in page.parents if parent.is_relative_to(folder) and parent != folder]
    readme = page.name == "README.md"
    return not any((parent / "README.md").exists() and not (readme and parent == page.parent) for parent in between)


def setup(app: Sphinx) -> None:
    app.connect("source-read", adapt)
