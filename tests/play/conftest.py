"""A running page."""

from tests.play.pages import api, client, pool  # noqa: F401  (fixtures)
