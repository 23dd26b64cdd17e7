"""Write the table of endpoints into docs/play.md.

python tools/play_docs.py            write it
python tools/play_docs.py --check    exit code 1 if it is stale
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from modengine.play.registry import ENDPOINTS  # noqa: E402

PAGE = ROOT / "docs" / "play.md"
BEGIN, END = "<!-- endpoints -->\n", "<!-- /endpoints -->"
HEAD = "| endpoint | seconds at most | |\n|---|---|---|\n"


def made(page: str) -> str:
    """The page with the table as the registry has it."""
    head, rest = page.split(BEGIN)
    tail = rest.split(END)[1]
    lines = [
        f"| `{path}` | {endpoint.seconds:g} | {endpoint.summary} {endpoint.gives}."
        f"{' The teacher alone.' if endpoint.teacher else ''} |\n"
        for path, endpoint in ENDPOINTS.items()
    ]
    return f"{head}{BEGIN}{HEAD}{''.join(lines)}{END}{tail}"


def main() -> int:
    before = PAGE.read_text("utf-8")
    after = made(before)
    if "--check" in sys.argv[1:]:
        return int(before != after)
    PAGE.write_text(after, "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
