"""The audit log: what was decided, when, under which rules, so that nobody can change it unseen.

files     where everything lies: paths, whole files, the lock
tree      the Merkle tree, signed notes, checkpoints, keys
records   what stands in the log: records, their segments, the vault, revisions, manifests
write     the one writer of a log, and of the logs of many shards
read      what is done with a log: verify, show, prove, replay, query, export

Each imports only those above it.

Its public names stand in `__init__.pyi`, and are imported when they are first used.
"""

from __future__ import annotations

from modengine.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
