"""Write what follows from the lessons: the answer keys in docs/lessons, and the worksheets of the page.

python tools/lesson_docs.py            write them
python tools/lesson_docs.py --check    exit code 1 if one is stale
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from modengine.play.export import as_worksheet  # noqa: E402
from modengine.play.jobs.workspace import make  # noqa: E402
from modengine.play.lessons import Lesson, shipped_lessons  # noqa: E402

DOCS = ROOT / "docs" / "lessons"
SHEETS = ROOT / "modengine" / "play" / "static" / "worksheets"


def answers(lesson: Lesson) -> str:
    """The messages of a lesson, each with what every filter of it decides, and what is worth saying."""
    filters = lesson.filters or ()
    mains = [one.main for one in filters] or [lesson.main]
    engines = [made.engine for made in (make(lesson.files, main) for main in mains) if made.engine is not None]
    heads = [f"filter {chr(65 + at)}" for at in range(len(filters))] or ["decision"]
    lines = [f"| | message | {' | '.join(heads)} | to see |", f"|---|---|{'---|' * len(heads)}---|"]
    for number, case in enumerate(lesson.cases, 1):
        decided = [engine.decide(case.text, ignore_scope=True) for engine in engines]
        cells = [f"`{one.action}` {sum(score.score for score in one.categories.values())}" for one in decided]
        meaning = case.text if lesson.language == "en" else case.gloss
        lines.append(f"| {number} | {meaning} | {' | '.join(cells)} | {case.tell.en if case.tell else ''} |")
    return "\n".join(lines) + "\n"


def made() -> dict[Path, str]:
    """Every file that follows from the lessons, as it should be."""
    found = {}
    lessons = {lesson.lesson: lesson for lesson in shipped_lessons()}
    for name, lesson in lessons.items():
        page = DOCS / f"{name}.md"
        begin, end = f"<!-- answers: {name} -->\n", "<!-- /answers -->"
        text = page.read_text("utf-8")
        head, rest = text.split(begin)
        found[page] = head + begin + answers(lesson) + end + rest.split(end)[1]
    for language in ("en", "zh"):
        found |= {SHEETS / f"{name}-{language}.html": as_worksheet(one, language) for name, one in lessons.items()}
        found[SHEETS / f"any-{language}.html"] = as_worksheet(None, language)
    return found


def main() -> int:
    wanted = made()
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    stale += [path for path in SHEETS.glob("*") if path not in wanted]
    if "--check" in sys.argv[1:]:
        print(*stale, sep="\n")
        return int(bool(stale))
    SHEETS.mkdir(exist_ok=True)
    for path in stale:
        if path in wanted:
            path.write_text(wanted[path], "utf-8", newline="\n")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
