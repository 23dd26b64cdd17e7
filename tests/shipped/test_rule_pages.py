"""Every shipped rule has a page, explanations name it, and it says what the rule is."""

from __future__ import annotations

import json

from modengine import Engine
from modengine.explain.details import details_of
from modengine.explain.text import as_text
from tests.paths import ROOT


def test_every_rule_has_a_page_that_explanations_name(engine: Engine) -> None:
    pages = details_of(engine.policy).pages
    assert set(pages) == {rule.id for rule in engine.policy.rules}
    for rule in engine.policy.rules:
        text = (ROOT / pages[rule.id]).read_text("utf-8")
        assert f"# {rule.id}\n" in text
        assert rule.title in text
        assert str(rule.when) in text
        assert all(f"| `{pattern.name}` |" in text for pattern in rule.patterns)
        assert all(
            example.message.text.splitlines()[0] in text for example in rule.examples.match if example.message.text
        )


def test_an_explanation_of_a_hit_names_its_page(engine: Engine) -> None:
    example = next(
        example.message
        for rule in engine.policy.rules
        if rule.score >= 50
        for example in rule.examples.match
        if example.message.text
    )
    trace = engine.trace(example, ignore_scope=True)
    text = as_text(trace, details=details_of(engine.policy))
    assert all(f"described in docs/rules/{hit.rule}.md" in text for hit in trace.decision.hits)


def test_of_every_rule_with_points_it_is_said_which_a_fit_gives(engine: Engine) -> None:
    fitted = json.loads((ROOT / "bench" / "quality" / "fit.json").read_text("utf-8"))
    assert {rule: this["as_is"] for rule, this in fitted.items()} == {
        rule.id: rule.score for rule in engine.policy.rules if rule.relief is None
    }
