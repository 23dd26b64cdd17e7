"""modengine: a content-moderation rule engine for people who study moderation.

    import modengine

    engine = modengine.load()                    # the shipped campaign policy
    decision = engine.decide("...")              # or a Message
    print(engine.trace("..."))                   # everything that led to it

The public names are imported when they are first used, so that `modengine --help` loads no engine.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from modengine.version import __version__ as __version__

if TYPE_CHECKING:
    from modengine.audit.write.log import AuditLog as AuditLog
    from modengine.checks import check as check
    from modengine.engine.engine import Engine as Engine
    from modengine.errors import AuditError as AuditError
    from modengine.errors import Diagnostic as Diagnostic
    from modengine.errors import InputError as InputError
    from modengine.errors import Location as Location
    from modengine.errors import MessageError as MessageError
    from modengine.errors import ModengineError as ModengineError
    from modengine.errors import OutputError as OutputError
    from modengine.errors import PolicyError as PolicyError
    from modengine.loading import load as load
    from modengine.model import CategoryScore as CategoryScore
    from modengine.model import Decision as Decision
    from modengine.model import Match as Match
    from modengine.model import Message as Message
    from modengine.model import Part as Part
    from modengine.model import ReliefHit as ReliefHit
    from modengine.model import RuleHit as RuleHit
    from modengine.model import Trace as Trace
    from modengine.model import Undetermined as Undetermined


_HOMES = {
    "AuditError": "errors",
    "AuditLog": "audit.write.log",
    "CategoryScore": "model",
    "Decision": "model",
    "Diagnostic": "errors",
    "Engine": "engine.engine",
    "InputError": "errors",
    "Location": "errors",
    "Match": "model",
    "Message": "model",
    "MessageError": "errors",
    "ModengineError": "errors",
    "OutputError": "errors",
    "Part": "model",
    "PolicyError": "errors",
    "ReliefHit": "model",
    "RuleHit": "model",
    "Trace": "model",
    "Undetermined": "model",
    "check": "checks",
    "load": "loading",
}
"""Each public name, and the module it lives in."""

__all__ = sorted([*_HOMES, "__version__"])


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module `modengine` has no attribute `{name}`")
    from modengine.explain.notebook import register  # noqa: PLC0415  (loaded with the first name, not before)

    register()
    return getattr(import_module(f"modengine.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
