"""The reader that `modengine[ocr]` brings, where it is installed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import Command


def test_a_picture_is_read_and_what_is_none_is_said(command: Command, folder: Path) -> None:
    pytest.importorskip("rapidocr")
    pytest.importorskip("onnxruntime")
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (500, 100), "white")
    ImageDraw.Draw(picture).text((20, 20), "SCAN THE CODE 2014", font=ImageFont.load_default(40), fill="black")
    picture.save(folder / "a.png")
    (folder / "b.png").write_text("no picture", encoding="utf-8")
    Image.new("1", (60_000, 1_000)).save(folder / "c.png")
    rows = ({"text": "", "parts": [{"kind": "ocr", "file": f"{name}.png"}]} for name in "abca")
    (folder / "m.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    ran = command("read", "m.jsonl", "--reader", "ocr", "--reader-timeout", 600)
    found = [json.loads(line)["parts"][0].get("text") for line in ran.out.splitlines()]
    assert (ran.code, found) == (1, ["SCAN THE CODE 2014", None, None, "SCAN THE CODE 2014"])
    assert "cannot identify image file" in ran.err
    assert "a picture of 60,000 by 1,000 pixels, more than 50,000,000" in ran.err
