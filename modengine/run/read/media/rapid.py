"""The reader of pictures that `modengine[ocr]` brings: RapidOCR, whose models lie in its own package.

A program of the kind that stays (`programs`): it imports nothing of modengine, and is run by its path.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any

PIXELS = 50_000_000
"""A picture of more is refused before it is unpacked."""
_ONE_THREAD = {
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
"""Several pictures at once are read by several processes (`--jobs`)."""


def read(engine: Any, file: str) -> str:
    """The lines of text in a picture, from above.  Raises ValueError, OSError for what is no picture."""
    from PIL import Image  # noqa: PLC0415

    with Image.open(file) as picture:
        width, height = picture.size
    if width * height > PIXELS:
        raise ValueError(f"a picture of {width:,} by {height:,} pixels, more than {PIXELS:,}")
    found = engine(file)
    return "\n".join(lines([] if found.boxes is None else found.boxes, found.txts or ()))


def lines(boxes: Iterable[Any], texts: Iterable[str]) -> list[str]:
    """What stands side by side is joined by a blank.  A box is four points; they come from above and the left."""
    made: list[str] = []
    above, below = 0.0, 0.0
    for box, text in zip(boxes, texts, strict=True):
        top, bottom = min(float(y) for _, y in box), max(float(y) for _, y in box)
        shared = min(bottom, below) - max(top, above)
        if made and shared > min(bottom - top, below - above) / 2:
            made[-1] += f" {text}"
        else:
            made.append(text)
        above, below = top, bottom
    return made


def main() -> None:
    """Answers each line of standard input on what was standard output; whatever else prints goes to the errors."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        from rapidocr import RapidOCR  # noqa: PLC0415

        engine = RapidOCR(params=_ONE_THREAD)
        for line in sys.stdin:
            asked = json.loads(line)
            answer: dict[str, object] = {"id": asked["id"]}
            try:
                answer["text"] = read(engine, asked["file"])
            except Exception as error:
                answer["error"] = str(error) or type(error).__name__
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
