"""The rules as a form: a field shows what the rule has, or says that it does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.play.browser.window import Opened, action, until
from tests.play.browser.writing import rewrite

TEXT = "import('/static/state.js').then(({state}) => state.files['rules.yaml'])"
WHOLE = "A whole number from 1 to 1000."


def typed(page: Any, field: str, keys: str) -> None:
    """In place of what stands there, key by key."""
    page.focus(field)
    page.keyboard.press("Control+A")
    page.keyboard.type(keys)


@pytest.mark.parametrize("given", ["0", "-5", "2.5", "5000000"])
def test_points_that_no_rule_can_have_are_named_and_the_rule_stays_as_it_was(opened: Opened, given: str) -> None:
    page = opened("evasion", level="simple")
    action(page, "review")
    page.fill("#words-new", "测试词")
    for field, stands in (("#points-new", "50"), ('[id="points-fraud.contact"]', "60")):
        before = page.evaluate(TEXT)
        assert f"score: {stands}\n" in before
        typed(page, field, given)
        assert page.get_attribute(field, "aria-invalid") == "true"
        assert page.inner_text(page.get_attribute(field, "aria-describedby").join(['[id="', '"]'])) == WHOLE
        assert page.evaluate(TEXT) == before
        page.keyboard.press("Tab")
        assert page.input_value(field) == stands
        assert page.get_attribute(field, "aria-invalid") is None
        assert WHOLE in page.inner_text("#form")
        typed(page, field, "70")
        assert WHOLE not in page.inner_text("#form")
        assert page.evaluate(TEXT) == before.replace(f"score: {stands}\n", "score: 70\n")


def test_points_of_a_new_rule_that_are_changed_in_the_yaml_are_in_the_form_too(opened: Opened) -> None:
    page = opened("evasion", level="simple")
    action(page, "review")
    page.fill("#words-new", "测试词")
    rewrite(page, "score: 50", "score: 44")
    until(page, "document.querySelector('#points-new').value === '44'")
    page.fill("#words-new", "测试词、奶茶")
    assert "score: 44\n" in page.evaluate(TEXT)
