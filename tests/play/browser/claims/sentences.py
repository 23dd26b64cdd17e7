"""The sentences of a teacher's page."""

from __future__ import annotations

import re
from pathlib import Path

_ANSWERS = re.compile(r"<!-- answers: .*?<!-- /answers -->", re.DOTALL)
_END = re.compile(r"(?<=[.:!?”])\s+(?=[A-Z“*`])|(?<=\?”)\s+|;\s+(?=then)")
_BARE = re.compile(r"[*`]|\[|\]\([^)]*\)")


def bare(text: str) -> str:
    """A text without marks of Markdown and with single blanks."""
    return re.sub(r"\s+", " ", _BARE.sub("", text)).strip()


def sentences(page: Path) -> list[str]:
    """Every sentence and every cell of a table, but headings, times, and what the tool made of the lesson."""
    text = _ANSWERS.sub("", page.read_text("utf-8"))
    blocks, current = [], []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            blocks += [cell for cell in line.strip("|").split("|") if not set(cell) <= set("-: ")]
        elif line.startswith("- ") or not line.strip() or line.startswith("#"):
            blocks.append(" ".join(current))
            current = [line[2:]] if line.startswith("- ") else []
        else:
            current.append(line)
    found = [bare(part) for block in blocks for part in _END.split(block)]
    return [one for one in found if one and not re.fullmatch(r"[\d– ]+", one) and not one.endswith(("?", "?”"))]
