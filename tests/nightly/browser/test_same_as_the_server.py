"""What the static site decides: all lessons and the shipped policy, held to what the server says."""

from __future__ import annotations

from pathlib import Path

import pytest
import regex

from modengine.engine.match.regex import source_of
from modengine.entities.expressions import expressions
from modengine.paths import shipped_policy
from modengine.play.lessons import Lesson, shipped_lessons
from modengine.policy.load import load_policy
from modengine.text.normalize import plain
from tests.play.site.asking import Asked, begun, decided_and_explained, same, texts
from tests.play.site.running import Inside

IGNORE = int(regex.IGNORECASE)


@pytest.mark.parametrize("lesson", shipped_lessons(), ids=lambda lesson: lesson.lesson)
def test_every_lesson_is_decided_and_explained_as_by_the_server(
    lesson: Lesson,
    inside: Inside,
    tmp_path: Path,
) -> None:
    decided_and_explained(lesson, inside, tmp_path, 1)


def test_the_shipped_policy_decides_all_samples_as_by_the_server(inside: Inside, tmp_path: Path) -> None:
    asked: Asked = [("/api/decide", {"text": text, "ignore_scope": True}) for text in texts()]
    same(inside, begun(()), asked, tmp_path)


def test_every_expression_of_the_shipped_policy_matches_the_samples_as_regex_does(inside: Inside) -> None:
    sources = dict[tuple[str, int], None]()
    for rule in load_policy(shipped_policy()).rules:
        for pattern in rule.patterns:
            if pattern.kind == "regex":
                sources[source_of(pattern), 0 if pattern.exact_case else IGNORE] = None
            elif pattern.entity is not None:
                sources.update(dict.fromkeys((source, IGNORE) for source in expressions(pattern.entity)))
    written = [plain(text) for text in texts()]
    found = inside("spans", {"sources": list(sources), "texts": written})
    assert len(sources) > 50
    for (source, flags), here in zip(sources, found, strict=True):
        compiled = regex.compile(source, flags)
        assert here == [[list(match.span()) for match in compiled.finditer(text)] for text in written], source
