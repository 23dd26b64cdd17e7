"""Writing rules on the page, and writing them wrong."""

from __future__ import annotations

from typing import Any

from tests.play.browser.window import Opened

BREAKS = {
    "colon": ("score: 60", "score:60", "a colon and then a space", "冒号后面空一格"),
    "bracket": ("[加微信]", "[加微信", "never closed", "没有闭合"),
    "indent": ("    score: 60", " score: 60", "as many spaces", "没有和上下行对齐"),
    "wide colon": ("score: 60", "score：60", "A Chinese colon", "冒号是中文标点"),
    "wide brackets": ("[兼职, 刷单]", "【兼职, 刷单】", "A Chinese square bracket", "方括号是中文标点"),
    "wide quotes": ("[兼职, 刷单]", "[“兼职”, 刷单]", "The quotation marks here are Chinese", "引号是中文标点"),
    "wide comma": ("[兼职, 刷单]", "[兼职，刷单]", "The comma here is a Chinese one", "逗号是中文标点"),
    "name": (
        "job and contact",
        "job and contct",
        "written alike. Did you mean “contact”?",
        "一模一样。是不是“contact”？",
    ),
    "condition": ("job and contact", "job contact", "put “and” or “or” between", "写 and 或 or"),
    "key": ("score: 60", "scroe: 60", "“scroe” means nothing here", "“scroe”在这里没有意义"),
    "key that is near": ("score: 60", "scroe: 60", "Did you mean “score”?", "是不是“score”？"),
    "number": ("score: 60", "score: sixty", "Another kind of value", "另一种值"),
}


def paste(page: Any, text: str) -> None:
    """Into the editor, which has the focus."""
    page.evaluate(
        "(text) => { const data = new DataTransfer(); data.setData('text/plain', text);"
        "document.querySelector('#editor').shadowRoot.activeElement.dispatchEvent("
        "new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }",
        text,
    )


def replace_all(page: Any, text: str) -> None:
    """In the editor, in one step: of a text between, the page might say what is wrong with it."""
    page.keyboard.press("Control+A")
    paste(page, text)


def rewrite(page: Any, old: str, new: str) -> None:
    """Changes the text in the editor."""
    text = page.evaluate(
        "async () => { const {state} = await import('/static/state.js'); return state.files[state.active]; }"
    )
    assert old in text
    page.click("#editor .cm-content")
    replace_all(page, text.replace(old, new, 1))


def said_in_a_plain_sentence(opened: Opened, broken: str) -> None:
    """In both languages, before the words of the engine."""
    old, new, english, chinese = BREAKS[broken]
    page = opened("evasion")
    rewrite(page, old, new)
    page.wait_for_selector("#problems .error")
    for said in (english, chinese):
        plain = page.locator("#problems .plain").all_inner_texts()
        assert any(said in sentence for sentence in plain), plain
        below = page.locator("#problems .error .technical").first
        assert below.get_attribute("lang") == "en"
        page.click("#language")
