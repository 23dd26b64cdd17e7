"""The kind `entity`: each expression passes over a text once, however much is asked of what it finds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

import modengine.engine.match.entities
from modengine.engine.engine import Engine
from modengine.entities.model import Entity
from tests import build


@pytest.mark.parametrize("own", [True, False])
def test_a_message_full_of_links_and_senders_is_read_once(own: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Counter[str] = Counter()
    claims: list[object] = []
    spans_of, claimed = modengine.engine.match.entities.spans_of, modengine.engine.match.entities.claimed

    def counted(source: str, *rest: Any) -> Any:
        asked[source] += 1
        return spans_of(source, *rest)

    def claiming(senders: list[str]) -> frozenset[str]:
        claims.append(senders)
        return claimed(senders)

    monkeypatch.setattr(modengine.engine.match.entities, "spans_of", counted)
    monkeypatch.setattr(modengine.engine.match.entities, "claimed", claiming)
    links = [build.pattern(name, "entity", entity=Entity("link", own=own), undisguised=True) for name in ("a", "b")]
    sums = [build.pattern(f"s{n}", "entity", entity=Entity("amount", at_least=n), undisguised=True) for n in (1, 2)]
    patterns = (*links, *sums)
    program = build.engine(build.rule("r", " or ".join(p.name for p in patterns), *patterns)).program
    Engine(program, matchers=program.matchers()).trace("【工商银行】请点 http://a.cn/x 交500元。\n" * 50)
    assert set(asked.values()) == {1}
    assert 1 <= len(claims) <= len(links)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("看www.ехаmрle.top吧", ["www.ехаmрle.top"]),  # of these е, х, а and р are Cyrillic
        ("看www.exαmplε.top吧", ["www.exαmplε.top"]),  # α and ε are Greek
        ("Привет, как дела. Всё хорошо", []),
    ],
)
def test_letters_that_look_like_latin_ones_are_of_the_link(text: str, found: list[str]) -> None:
    link = build.pattern("link", "entity", entity=Entity("link"), undisguised=True)
    hits = build.engine(build.rule("r", "link", link)).decide(text).hits
    assert [match.text for hit in hits for match in hit.matches] == found
