"""The page decides all samples, and two thousand mixed messages, as the command line does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.nightly.sampling import sampled
from tests.play.pages import Api, api, client, pool
from tests.play.parity import decided_as_on_the_command_line, mixed_as_on_the_command_line, samples

__all__ = ["api", "client", "pool"]  # fixtures


@pytest.mark.parametrize("ignore_scope", [True, False])
def test_every_sample_is_decided_as_on_the_command_line(api: Api, ignore_scope: bool) -> None:
    decided_as_on_the_command_line(api, sampled(samples()), ignore_scope=ignore_scope)


def test_two_thousand_mixed_messages_are_decided_as_on_the_command_line(tmp_path: Path) -> None:
    assert mixed_as_on_the_command_line(tmp_path, 2000) == {"allow", "label", "review", "block"}
