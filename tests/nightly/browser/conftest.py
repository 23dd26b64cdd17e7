"""The page in a browser."""

from tests.play.browser.guesses import join  # noqa: F401  (a fixture)
from tests.play.browser.window import address, chromium, opened  # noqa: F401  (fixtures)
from tests.play.pages import pool  # noqa: F401
from tests.play.site.opening import folder, server, site  # noqa: F401  (fixtures)
from tests.play.site.running import inside, packages  # noqa: F401  (fixtures)
