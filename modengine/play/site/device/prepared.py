"""Rule sets that were compiled at the export: a lesson does not wait until its rules are read and checked again."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from modengine.engine.compile.program import Learnt, Program
from modengine.engine.engine import Engine
from modengine.errors import Diagnostic
from modengine.play.jobs.workspace import Made
from modengine.policy.packed import packed, unpacked

FILE = "prepared.bin"


class _Prepared(msgspec.Struct):
    policy: bytes
    learnt: Learnt
    diagnostics: tuple[Diagnostic, ...]


def written(sets: Mapping[str, Made]) -> bytes:
    """Sound rule sets by their names."""
    found: dict[str, bytes] = {}
    for name, made in sets.items():
        if made.engine is not None:
            program = made.engine.program
            one = _Prepared(packed(program.policy), program.learnt, made.diagnostics)
            found[name] = msgspec.msgpack.encode(one)
    return msgspec.msgpack.encode(found)


def prepared(data: bytes) -> Mapping[str, bytes]:
    """What was written, each still to be made."""
    return msgspec.msgpack.decode(data, type=dict[str, bytes])


def made(one: bytes) -> Made:
    """The rule set."""
    read = msgspec.msgpack.decode(one, type=_Prepared)
    return Made(Engine(Program(unpacked(read.policy), learnt=read.learnt)), read.diagnostics)
