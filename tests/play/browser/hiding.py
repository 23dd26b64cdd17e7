"""Whether a text stands anywhere in the page."""

from __future__ import annotations

from typing import Any

EVERYTHING = (
    "document.documentElement.outerHTML + document.querySelector('#editor').shadowRoot.innerHTML + "
    "[...document.querySelectorAll('input, textarea, select')]"
    ".map((one) => one.value).join('\\n')"
)


def stands(page: Any, text: str) -> list[str]:
    """The runs of characters of a text that stand anywhere in the page: shown, hidden, in fields or attributes."""
    run = 16 if text.isascii() else 4
    everything = page.evaluate(EVERYTHING)
    chars = page.evaluate("[...document.querySelectorAll('.marked')].map((one) => one.textContent).join('\\n')")
    return [text[at : at + run] for at in range(len(text) - run + 1) if text[at : at + run] in everything + chars]
