"""modengine: a content-moderation rule engine for people who study moderation.

    import modengine

    engine = modengine.load()                    # the shipped campaign policy
    decision = engine.decide("...")              # or a Message
    print(engine.trace("..."))                   # everything that led to it

The public names stand in `__init__.pyi`.  They are imported when they are first used, so that
`modengine --help` loads no engine.
"""

from __future__ import annotations

from modengine.lazy import attach
from modengine.version import __version__ as __version__

_get, __dir__, __all__ = attach(__name__, __file__)


def __getattr__(name: str) -> object:
    found = _get(name)
    from modengine.explain.notebook import register  # noqa: PLC0415  (loaded with the first name, not before)

    register()
    return found
