"""What stays in the browser."""

from __future__ import annotations

from typing import Any

STATE = "import('/static/state.js').then(({state}) => state"
NO_CLIPBOARD = """Object.defineProperty(navigator, 'clipboard', {value: undefined});
document.execCommand = () => { window.selected = String(document.activeElement.value); return true; };"""
LINK = "import('/static/state.js').then(({encode, snapshot}) => encode({...snapshot(), text: '来自链接'}))"


def kept(page: Any) -> None:
    """Waits until what stands there now is in the browser's drafts."""
    page.evaluate("import('/static/keeping.js').then(({flush}) => flush())")


def ready(page: Any, decided: str = " #verdict .badge") -> None:
    page.wait_for_selector(f"html[data-ready]{decided}")
