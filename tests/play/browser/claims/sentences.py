"""The sentences of a teacher's page."""

from __future__ import annotations

import re
from pathlib import Path

_ANSWERS = re.compile(r"<!-- answers: .*?<!-- /answers -->", re.DOTALL)
_END = re.compile(r"(?<=[.!?”])\s+(?=[A-Z“*`])")
_LEAD = re.compile(r"^\*\*[^*]+\*\* ")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def bare(text: str) -> str:
    """A text without marks of Markdown and with single blanks."""
    return re.sub(r"\s+", " ", re.sub("[*`]", "", _LINK.sub(r"\1", text))).strip()


def sentences(page: Path) -> list[str]:
    """Every sentence, point of a list and cell of a table that asks nothing; headings and times are none."""
    lines = _ANSWERS.sub("", page.read_text("utf-8")).splitlines()
    blocks: list[str] = []
    prose: list[str] = []
    for at, line in enumerate([*lines, ""]):
        if prose and (not line.strip() or line.startswith(("#", "|", "- "))):
            whole = _LEAD.sub("", " ".join(prose))
            blocks += [whole[2:]] if whole.startswith("- ") else _END.split(whole)
            prose = []
        if line.startswith("|"):
            is_head = at + 1 < len(lines) and lines[at + 1].startswith("|--")
            blocks += [] if is_head or line.startswith("|--") else line.strip("|").split("|")
        elif line.strip() and not line.startswith("#"):
            prose.append(line)
    found = [bare(block) for block in blocks]
    return [one for one in found if one and not re.fullmatch(r"[\d– ]+", one) and not one.endswith(("?", "?”"))]
