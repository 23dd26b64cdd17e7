"""What became of checking a log."""

from __future__ import annotations

from dataclasses import dataclass, field

from modengine.audit.tree.merkle import EMPTY, Hash

MOST = 20
"""Problems that are listed; all are counted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong.  `record` is the first bad one; None where it is no single record."""

    code: str
    what: str
    record: int | None = None
    where: str = ""
    """The file and byte."""


@dataclass(slots=True)
class Verification:
    """What became of checking a log."""

    origin: str
    size: int = 0
    """Records read, all in canonical form and in their order."""
    proven: int = 0
    """So many, from the first, are those of a checkpoint."""
    proven_root: Hash = EMPTY
    root: Hash = b""
    """The root of all records read."""
    kinds: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    more: int = 0
    """Faults that are not listed."""
    checkpoints: int = 0
    """Checkpoints that agree."""
    outside: int = 0
    """Of these, those that were given and do not come from the log itself."""
    signed: str = "unsigned"
    """`unsigned`, `signed, not checked` for want of a key, or `signed by NAME`."""
    vault: str = "absent"
    """`absent`, or `complete`, or how many rows are not what the log says."""
    texts: int = 0
    """Kept texts that agree with their commitment."""
    erased: int = 0
    notices: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults

    def add(self, fault: Fault) -> None:
        if len(self.faults) < MOST:
            self.faults.append(fault)
        else:
            self.more += 1
