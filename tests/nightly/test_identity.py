"""Who is spoken of changes no decision, in any template of the lab."""

from __future__ import annotations

import modengine
from modengine.lab.studies.fairness import fairness
from tests.paths import CAMPAIGN


def test_no_template_changes_its_action_with_the_group() -> None:
    found = fairness(modengine.load(CAMPAIGN)).rows
    assert found
    assert [row.template for row in found if row.changes_action] == []
