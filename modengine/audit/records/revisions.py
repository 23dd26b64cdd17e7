"""Revision records: which rules were in force, with copies of their files.

A log replays without the repository that its rules came from.
"""

from __future__ import annotations

import hashlib
import unicodedata

from modengine.audit.files import disk
from modengine.audit.files.layout import LogPaths
from modengine.audit.records.code import code_digest
from modengine.audit.records.record import Record
from modengine.engine.core import module
from modengine.engine.engine import Engine
from modengine.errors import AuditError
from modengine.policy.model import SourceFile
from modengine.text import segment, tables
from modengine.text.libraries import version
from modengine.version import __version__


def environment(engine: Engine) -> dict[str, str | int]:
    """What beside the rule files can change a decision; each is a cause that replay can name."""
    return {
        "deciding_code": code_digest(),
        "core": module()[1] if engine.compiled else "none",
        "segmenter": segment.identity(engine.policy.segmenter),
        "tables": tables.digest(),
        "unicode": unicodedata.unidata_version,
        "regex": version("regex"),
        "pinyin": version("pypinyin"),
    }


def revision_content(engine: Engine) -> Record:
    """The record of a change of rules, without its number and time."""
    policy = engine.policy
    return {
        "kind": "revision",
        "revision": engine.revision,
        "policy": policy.id,
        "title": policy.title,
        "study": policy.study,
        "engine": __version__,
        "environment": environment(engine),
        "files": [
            {"path": file.path, "sha256": hashlib.sha256(file.data).hexdigest(), "bytes": len(file.data)}
            for file in policy.files
        ],
    }


def keep_files(layout: LogPaths, files: tuple[SourceFile, ...]) -> None:
    """Copies rule files into the log, each once.  Raises OSError, AuditError (ME953)."""
    layout.rules.mkdir(mode=0o700, exist_ok=True)
    for file in files:
        path = layout.rules / hashlib.sha256(file.data).hexdigest()
        if not path.exists():
            disk.replace(path, file.data)
        elif disk.measured(path) != (len(file.data), path.name):
            raise AuditError(
                "ME953", f"the copy of a rule file `{path}` was changed", "delete it: it is then made again"
            )
