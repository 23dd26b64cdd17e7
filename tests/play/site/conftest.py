"""What the worker of the site unpacks, as a folder that this Python can run from."""

from tests.play.site.running import inside, packages  # noqa: F401  (fixtures)
