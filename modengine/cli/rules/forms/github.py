"""Workflow commands, which GitHub shows at the line (docs.github.com, "Workflow commands")."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from modengine.cli.streams import OBEYED
from modengine.codes import Severity
from modengine.errors import Location

_LEVEL: Mapping[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


def annotation(severity: Severity, place: Location, title: str, message: str) -> str:
    """One line that marks a place."""
    return (
        f"::{_LEVEL[severity]} file={_property(PurePath(place.file).as_posix())},line={place.line},col={place.column},"
        f"title={_property(title)}::{_data(message)}\n"
    )


def _data(text: str) -> str:
    """Whoever wrote the rules does not write to the terminal where somebody looks at this."""
    shown = OBEYED.sub("\N{REPLACEMENT CHARACTER}", text)
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
