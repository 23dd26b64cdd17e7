"""A trace as text, JSON and HTML."""

from __future__ import annotations

from modengine.explain.details import Details, details_of
from modengine.explain.json import as_json
from modengine.explain.page import as_html, decision_html, page
from modengine.explain.text import as_text, show

__all__ = ["Details", "as_html", "as_json", "as_text", "decision_html", "details_of", "page", "show"]
