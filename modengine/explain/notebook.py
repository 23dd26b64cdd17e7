"""How a notebook shows a decision and a trace.  `modengine` registers it with the first public name that is used."""

from __future__ import annotations

from modengine.model import Decision, Trace


def register() -> None:
    """Gives both types what notebooks ask for; the types themselves know of no display."""
    Decision._repr_html_ = _decision  # type: ignore[attr-defined]
    Trace._repr_html_ = _trace  # type: ignore[attr-defined]


def _decision(decision: Decision) -> str:
    from modengine.explain.page import decision_html  # noqa: PLC0415  (only notebooks ask)

    return decision_html(decision)


def _trace(trace: Trace) -> str:
    from modengine.explain.page import as_html  # noqa: PLC0415

    return as_html(trace)
