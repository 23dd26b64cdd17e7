"""Commands that fail where nothing can be said: each in every way."""

from __future__ import annotations

import sys

import pytest

from tests.commands import DEAF, UNUSABLE, says_nothing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes the streams")


@pytest.mark.parametrize("where", DEAF)
@pytest.mark.parametrize("arguments", UNUSABLE)
def test_the_exit_code_stands_where_nothing_can_be_said(arguments: str, where: str) -> None:
    says_nothing(arguments, where)
